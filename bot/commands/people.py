"""Commands about who takes part: the ledger's start, the roster, invitations."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import Data, after_a_look, cli, settings_of
from bot.screen import console, plainly


@cli.command()
def init(
    county: Annotated[str, typer.Argument(help="县（市、区）的名称，例如 安和县")],
    data: Data = None,
    admin: Annotated[str, typer.Option(help="第一个县级工作人员的姓名")] = "县管理员",
) -> None:
    """建一个真实的台账：建库、登记本县和第一个县级工作人员，给出他的登录链接。"""
    from bot.operate import init_county, show_invite

    settings = settings_of(data)
    with plainly():
        made, fresh = asyncio.run(init_county(settings, county, admin))
        if fresh:
            console.print(f"台账已建好：{settings.database}")
        else:
            console.print(
                f"台账早就有了（{settings.database}），里面的记录没有动。"
                f"下面是 {admin} 新的登录链接，以前没用过的作废。"
            )
        show_invite(console, settings, admin, made)


@cli.command("import-roster")
def import_roster(
    file: Annotated[
        Path, typer.Argument(help="花名册 .xlsx 或 .csv；模板用 zhucun roster-template 生成")
    ],
    data: Data = None,
    county: Annotated[str | None, typer.Option(help="表里没有“县”这一列时写在这里")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问，直接导入没有问题的行")] = False,
) -> None:
    """导入花名册：先预览新增、修改和问题行，再导入。"""
    from bot.operate import import_file

    with plainly():
        console.print(
            asyncio.run(import_file(settings_of(data), file, county, after_a_look(yes=yes)))
        )


@cli.command("roster-template")
def roster_template(
    file: Annotated[Path, typer.Argument(help="写到哪里")] = Path("花名册模板.xlsx"),
) -> None:
    """写出一份空白的花名册模板。"""
    from templates.roster_sheet import write_template

    write_template(file)
    console.print(f"模板已写好：{file}")


@cli.command()
def invite(
    name: Annotated[str, typer.Argument(help="花名册上的姓名")],
    data: Data = None,
    by_hand: Annotated[
        bool, typer.Option("--code-only", help="只显示邀请码，不显示链接和二维码")
    ] = False,
) -> None:
    """给花名册上的一个人发邀请：邀请码、网页登录链接、Telegram 链接和二维码，一次有效。"""
    from bot.operate import invite_by_name, show_invite

    settings = settings_of(data)
    with plainly():
        made = asyncio.run(invite_by_name(settings, name))
        show_invite(console, settings, name, made, code_only=by_hand)


@cli.command("data-cut")
def data_cut(
    file: Annotated[Path, typer.Argument(help="写到哪里，.json 或 .csv")],
    data: Data = None,
    day: Annotated[
        str | None, typer.Option(help="哪次，例如 2026-06-30；不写是最近一次")
    ] = None,
) -> None:
    """导出半年数据截止（6月30日、12月31日冻结的名册），并核对校验码。"""
    from bot.data_cuts import export

    settings = settings_of(data)
    with plainly():
        console.print(asyncio.run(export(settings, file, day)))
