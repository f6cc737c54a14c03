"""Commands that keep the ledger sound: backup, proofs, replay, a check-up."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import Data, Json, cli, settings_of
from bot.screen import bar, console, errors, plainly
from ledger.clock import WallClock

if TYPE_CHECKING:
    from bot.doctor import Finding
    from bot.settings import Settings

MANY = 20  # files: more than so many get a progress bar


@cli.command()
def backup(
    data: Data = None,
    to: Annotated[
        Path | None, typer.Option(help="放到哪个目录；默认数据目录下的 backup")
    ] = None,
) -> None:
    """备份：运行中也可以做，做完自动校验；写了 --to 的，照片、文件和密钥一起带走。"""
    from bot.operate import back_up

    settings = settings_of(data)
    with plainly(), errors.status("正在备份……"):
        made = asyncio.run(back_up(settings, to or settings.data / "backup"))
    said = f"数据库已备份并校验：{made.path}（事件 {made.events} 条）"
    console.print(said, soft_wrap=True)
    if to:
        _copy_files(settings.data, to)


def _copy_files(data: Path, folder: Path) -> None:
    from ledger import backup as backups

    missing = backups.missing_files(data, folder)
    with plainly(), bar("拷贝照片和文件", len(missing), shown=len(missing) > MANY) as step:
        for name in missing:
            backups.copy_file(data, folder, name)
            step()
        backups.copy_key(data, folder)
    console.print(
        f"照片和文件：新拷 {len(missing)} 个，以前有的不重拷；密钥也在里面，请妥善保管。"
    )


@cli.command()
def verify(data: Data = None, as_json: Json = False) -> None:
    """校验存证：逐条核对事件链和公布过的存证号。"""
    from bot.operate import verify_log

    settings = settings_of(data)
    with plainly(), errors.status("正在校验……"):
        verdict = asyncio.run(verify_log(settings))
    if as_json:
        facts = {"events": verdict.events, "erased": verdict.erased, "faults": verdict.faults}
        print(json.dumps({**facts, "head": verdict.head.h.hex()}, ensure_ascii=False))
    else:
        console.print(
            f"事件 {verdict.events} 条，已抹去内容 {verdict.erased} 条，存证 {verdict.head.short}"
        )
        for fault in verdict.faults:
            errors.print(f"✗ {fault}")
        console.print("✗ 有误，请与备份核对" if verdict.faults else "✓ 完好")
    if verdict.faults:
        raise typer.Exit(1)


@cli.command()
def redraw(
    which: Annotated[
        str, typer.Argument(help="抽查的编号（抽查情况里有），或哪一周的回头看，例如 2026-W48")
    ],
    data: Data = None,
) -> None:
    """把一次抽查或回头看的抽签用存下的种子和名单重抽一遍，看结果是否一样。"""
    from bot.operate import redraw as draw_again
    from bot.operate import redraw_look_backs

    with plainly():
        if which.isdigit():
            console.print(asyncio.run(draw_again(settings_of(data), int(which))))
        else:
            console.print(asyncio.run(redraw_look_backs(settings_of(data), which)))


@cli.command()
def replay(
    number: Annotated[int, typer.Argument(help="机器人告诉本人的编号")],
    data: Data = None,
) -> None:
    """补办一条当时出了问题的消息（先停掉运行中的程序）。"""
    from bot.operate import replay_message

    with plainly():
        console.print(asyncio.run(replay_message(settings_of(data), number)))


@cli.command()
def doctor(
    data: Data = None,
    wecom: Annotated[
        bool, typer.Option("--wecom", help="只查企业微信，按开通的顺序一项一项问过去")
    ] = False,
    send: Annotated[
        str, typer.Option("--send", help="和 --wecom 一起用：给这个企业微信账号发一张测试卡片")
    ] = "",
) -> None:
    """体检：设置、数据库、备份、时钟、各渠道，逐项说明好坏和办法。"""
    settings = settings_of(data)
    with plainly():
        look = _all_of_wecom(settings, send) if wecom or send else _all(settings)
        good = asyncio.run(look)
    if not good:
        raise typer.Exit(1)


async def _all(settings: "Settings") -> bool:
    from bot.doctor import examine

    shown = [_found(finding) for finding in await examine(settings)]  # all of them, good or not
    return all(shown)


async def _all_of_wecom(settings: "Settings", send: str) -> bool:
    """Each finding is shown as it comes: some of them take seconds."""
    from bot.doctor_wecom import examine_wecom
    from bot.settings import WeComSettings

    looking = examine_wecom(settings, WeComSettings(), WallClock(), send=send)
    shown = [_found(finding) async for finding in looking]
    return all(shown)


def _found(finding: "Finding") -> bool:
    """What stands, and below it what to do."""
    mark = "✓" if finding.good else "✗"
    console.print(f"{mark} {finding.thing}：{finding.state}", soft_wrap=True)
    if not finding.good:
        console.print(f"  办法：{finding.remedy}", soft_wrap=True)
    return finding.good
