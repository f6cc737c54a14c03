# 常用的只有两个：make run（试用或运行）和 make test（检查与测试）。
.PHONY: help install run test long check tables docs pictures year clean

AT = $(if $(PORT),--port $(PORT))

help: ## 列出所有命令
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

install: ## 只安装（.venv）
	@scripts/install

run: install ## 没有 .env 就用演示县试用；有 .env 就正式运行；换端口写 make run PORT=8766
	@if [ -f .env ]; then .venv/bin/zhucun run $(AT); else .venv/bin/zhucun demo --data data $(AT); fi

test: ## 安装测试所需，跑全部检查和测试
	@scripts/install dev
	@scripts/browser
	@scripts/office
	@$(MAKE) --no-print-directory check
	.venv/bin/python -m pytest -n auto --dist worksteal -m "not long"

long: ## 跑 make test 不跑的长测试（演练一个季度、企业微信上的整天），发布前用
	@scripts/install dev
	.venv/bin/python -m pytest -n auto --dist worksteal -m long

check: ## 只跑静态检查
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

tables: install ## 由程序生成 .env.example 和手册里的两张表
	.venv/bin/python scripts/make_docs.py --tables

docs: install ## 由程序生成 .env.example、设置表、截图和 README 里的一天
	@scripts/install dev
	.venv/bin/python scripts/make_docs.py

pictures: ## 由程序生成 docs/pictures 里的各种图和文件样子
	@scripts/install dev
	@scripts/office
	.venv/bin/python scripts/make_pictures.py

year: ## 演练一整年（几分钟到十几分钟）
	@scripts/install dev
	.venv/bin/zhucun rehearse --villages 40 --days 365 --seed 1

clean: ## 删掉安装的东西，数据不动
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
