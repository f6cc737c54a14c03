"""Commands that serve: the program itself, and a made-up county to try."""

import asyncio
import gc
from datetime import datetime
from pathlib import Path
from socket import socket
from typing import Annotated

import typer

from bot.commands import Data, cli, settings_of
from bot.screen import console, errors, plainly
from ledger.clock import WallClock

CHANNEL_NAMES = {"web": "网页对话", "telegram": "Telegram", "wecom": "企业微信",
                 "wecom_bot": "企业微信智能机器人", "wecom_group": "企业微信群机器人"}  # fmt: skip


@cli.command()
def run(
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="监听的地址")] = None,
    port: Annotated[int | None, typer.Option(help="监听的端口")] = None,
) -> None:
    """正式运行：网页对话，加上 .env 里配好令牌的 Telegram。"""
    from bot.app import open_app
    from bot.operate import need_county
    from bot.serve import open_port, quiet_logs, serve

    settings = settings_of(data, host=host, port=port)
    quiet_logs(as_json=settings.log_json)

    async def go(door: socket) -> None:
        async with open_app(settings, WallClock()) as app:
            await need_county(app)
            names = "、".join(CHANNEL_NAMES.get(name, name) for name in app.channels)
            await serve(
                app, door,
                on_ready=lambda: console.print(f"驻村通已启动（{names}）：{settings.address}"),
            )  # fmt: skip

    with plainly(), open_port(settings.host, settings.port) as door:
        asyncio.run(go(door))


@cli.command()
def demo(
    port: Annotated[int, typer.Option(help="网页对话的端口")] = 8765,
    data: Annotated[Path, typer.Option("--data", help="演示县放在哪个目录")] = Path("data"),
    seed: Annotated[int, typer.Option(help="同一个数生成同一个县")] = 1,
) -> None:
    """演示：生成一个编造的县，在本机网页里当队员、队长、乡镇、县里的人试用。"""
    from bot.app import open_app
    from bot.demo import prepare
    from bot.serve import open_port, quiet_logs, serve
    from ledger.rules import load_rules

    settings = settings_of(data, port=port, host="127.0.0.1", public_url="")
    quiet_logs(as_json=False)

    async def go(door: socket) -> None:
        rules = load_rules(settings.county_dir / "rules.toml" if settings.county_dir else None)
        with errors.status("正在准备演示县……"):
            gc.disable()  # a newcomer waits for this: nothing made here is garbage yet
            clock = await prepare(settings, seed, rules)
            gc.enable()
        async with open_app(settings, clock, demo=True) as app:
            await serve(app, door, on_ready=lambda: _demo_ready(settings.address, clock.now()))

    with plainly(), open_port(settings.host, settings.port) as door:
        asyncio.run(go(door))


def _demo_ready(address: str, now: datetime) -> None:
    console.print(f"驻村通演示已启动，请用浏览器打开：{address}")
    console.print(
        f"演示时间 {now:%Y-%m-%d %H:%M}，页面上可以拨快。按 Ctrl+C 停止，数据会留着。"
    )
