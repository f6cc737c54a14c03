"""Commands about issue tables: bring one in, write an empty one."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import Data, after_a_look, cli, settings_of
from bot.screen import console, plainly


@cli.command("import-issues")
def import_issues(
    file: Annotated[
        Path, typer.Argument(help="问题清单 .xlsx 或 .csv；模板用 zhucun issue-template 生成")
    ],
    name: Annotated[str, typer.Option(help="清单名称，例如 省级巡视反馈；同名再导是更正")],
    data: Data = None,
    source: Annotated[
        str, typer.Option(help="巡视巡察、成效考核、抽查、走访、自查、群众反映；不写看清单名称")
    ] = "",
    county: Annotated[str | None, typer.Option(help="台账里不止一个县时写在这里")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接导入没有问题的行")] = False,
) -> None:
    """导入问题清单或旧台账：先预览新增、修改和问题行，再导入。"""
    from bot.operate import import_issue_file

    settings = settings_of(data)
    with plainly():
        done = import_issue_file(
            settings,
            file,
            name=name,
            source=source,
            county=county,
            confirm=after_a_look(yes=yes),
        )
        console.print(asyncio.run(done))


@cli.command("issue-template")
def issue_template(
    file: Annotated[Path, typer.Argument(help="写到哪里")] = Path("问题清单模板.xlsx"),
) -> None:
    """写出一份空白的问题清单模板。"""
    from templates.issue_sheet import write_issue_template

    write_issue_template(file)
    console.print(f"模板已写好：{file}")
