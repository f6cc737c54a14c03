"""The command line: each command a few lines that call what lies below."""

import asyncio
import gc
import json
import os
import sys
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from socket import socket
from typing import Annotated, Any

import typer

from bot.screen import Wrong, bar, console, errors, plainly, say_error
from bot.settings import Settings, read_settings
from ledger.clock import WallClock

cli = typer.Typer(
    help="驻村通：驻村工作队的聊天助手。", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
CHANNEL_NAMES = {"web": "网页对话", "telegram": "Telegram"}
COUNT_LABELS = {
    "messages_in": "收到的消息",
    "not_understood_by_the_program": "程序出错没答的",
    "messages_out": "发出的消息",
    "not_sent": "没发出的",
    "events": "存证事件",
    "out_text": "其中：普通答复",
    "out_card": "其中：卡片",
    "out_question": "其中：提问",
    "out_reminder": "其中：提醒",
    "out_check": "其中：抽查卡",
    "out_report": "其中：日报、周报",
    "out_close": "其中：改写旧消息",
}
MANY = 20  # files: more than so many get a progress bar

Data = Annotated[
    Path | None, typer.Option("--data", help="数据目录；默认取设置里的 ZHUCUN_DATA")
]
Json = Annotated[bool, typer.Option("--json", help="结果写成一行 JSON")]


@cli.callback()
def begin() -> None:
    """驻村通：驻村工作队的聊天助手。"""
    os.umask(0o077)  # database, backups, photos: for the owner only


def _settings(data: Path | None = None, **more: Any) -> Settings:
    with plainly():
        return read_settings(data=data, **more)


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

    settings = _settings(data, host=host, port=port)
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

    settings = _settings(data, port=port, host="127.0.0.1", public_url="")
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


@cli.command()
def init(
    county: Annotated[str, typer.Argument(help="县（市、区）的名称，例如 安和县")],
    data: Data = None,
    admin: Annotated[str, typer.Option(help="第一个县级工作人员的姓名")] = "县管理员",
) -> None:
    """建一个真实的台账：建库、登记本县和第一个县级工作人员，给出他的登录链接。"""
    from bot.operate import init_county, show_invite

    settings = _settings(data)
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

    settings = _settings(data)

    def confirm(preview: str) -> bool:
        console.print(preview)
        return yes or typer.confirm("导入没有问题的行吗？")

    with plainly():
        console.print(asyncio.run(import_file(settings, file, county, confirm)))


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

    settings = _settings(data)
    with plainly():
        made = asyncio.run(invite_by_name(settings, name))
        show_invite(console, settings, name, made, code_only=by_hand)


@cli.command()
def rehearse(
    villages: Annotated[int, typer.Option(min=1, max=400, help="多少个村")] = 20,
    days: Annotated[int, typer.Option(min=1, max=400, help="多少天")] = 30,
    seed: Annotated[int, typer.Option(help="同一个数演练两次，结果完全一样")] = 1,
    as_json: Json = False,
) -> None:
    """演练：用拨得飞快的时钟，让一个编造的县把日子过一遍，看会发出多少消息。"""
    from bot.rehearsal import rehearse as play
    from bot.serve import quiet_logs

    _settings()  # the rehearsal reads them too: better told here than in the middle
    quiet_logs(as_json=False)
    with tempfile.TemporaryDirectory() as folder, bar("演练", days) as step:
        played = asyncio.run(play(Path(folder), villages, days, seed, after_day=step))
    if as_json:
        print(json.dumps(asdict(played), ensure_ascii=False))
        return
    for kind, count in played.counts.items():
        console.print(f"{count:>8}  {COUNT_LABELS.get(kind, kind)}")
    console.print(f"存证{'完好' if played.log_ok else '有误'}，摘要 {played.digest[:16]}")


@cli.command()
def report(
    kind: Annotated[str, typer.Argument(help="日报 或 周报")] = "日报",
    day: Annotated[str, typer.Argument(help="哪一天，例如 11月20日；不写就是今天")] = "",
    who: Annotated[
        str, typer.Option("--as", help="以谁的身份看（花名册上的姓名）；默认县里")
    ] = "",
    data: Data = None,
) -> None:
    """在命令行里看日报、周报，与聊天里的一字不差。"""
    from bot.operate import report_text

    if not kind.startswith(("日报", "周报")):
        raise Wrong(
            f"没有“{kind}”，能看的是 日报 和 周报。\n"
            "例如：zhucun report 日报 11月20日，或 zhucun report 周报 上周。"
        )
    with plainly():
        console.print(asyncio.run(report_text(_settings(data), f"{kind} {day}".strip(), who)))


@cli.command()
def understand(
    file: Annotated[str, typer.Argument(help="消息文件；- 是标准输入")] = "-",
    ledger: Annotated[Path | None, typer.Option(help="农户名单，JSON")] = None,
    now: Annotated[str, typer.Option(help="当作什么时候收到，ISO 时间；默认现在")] = "",
    lexicon: Annotated[Path | None, typer.Option(help="本县的说法表，TOML")] = None,
) -> None:
    """读懂一句话：每行一条消息（JSON），每行答一条读出的学习、走访、问题等，什么都不记。"""
    from bot.understand import answer_all, open_messages, reader_of

    with plainly(), open_messages(file) as lines:
        reader = reader_of(ledger, now, lexicon)
        good = answer_all(lines, sys.stdout.buffer, reader, say_error)
    if not good:
        raise typer.Exit(1)


@cli.command()
def phrases(
    days: Annotated[int, typer.Option(min=1, max=3660, help="最近多少天")] = 30,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """看哪些说法读错过：说的什么、读成了什么、改成了什么，姓名已隐去。"""
    from bot.operate import misreadings
    from bot.phrases import as_data, as_text, counted

    with plainly():
        found = counted(asyncio.run(misreadings(_settings(data), days)))
    if as_json:
        print(json.dumps(as_data(found, days), ensure_ascii=False))
        return
    for line in as_text(found, days):
        console.print(line, soft_wrap=True)
    if found:
        console.print("\n缺的词可以加进本县的说法表 lexicon.toml，见 docs/operating.md。")


@cli.command()
def backup(
    data: Data = None,
    to: Annotated[
        Path | None, typer.Option(help="放到哪个目录；默认数据目录下的 backup")
    ] = None,
) -> None:
    """备份：运行中也可以做，做完自动校验；写了 --to 的，照片、文件和密钥一起带走。"""
    from bot.operate import back_up

    settings = _settings(data)
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

    settings = _settings(data)
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
    number: Annotated[int, typer.Argument(help="抽查的编号，抽查情况里有")],
    data: Data = None,
) -> None:
    """把一次抽查用存下的种子和名单重抽一遍，看结果是否一样。"""
    from bot.operate import redraw as draw_again

    with plainly():
        console.print(asyncio.run(draw_again(_settings(data), number)))


@cli.command()
def replay(
    number: Annotated[int, typer.Argument(help="机器人告诉本人的编号")],
    data: Data = None,
) -> None:
    """补办一条当时出了问题的消息（先停掉运行中的程序）。"""
    from bot.operate import replay_message

    with plainly():
        console.print(asyncio.run(replay_message(_settings(data), number)))


@cli.command()
def doctor(data: Data = None) -> None:
    """体检：设置、数据库、备份、时钟、各渠道，逐项说明好坏和办法。"""
    from bot.doctor import examine

    findings = asyncio.run(examine(_settings(data)))
    for finding in findings:
        mark = "✓" if finding.good else "✗"
        console.print(f"{mark} {finding.thing}：{finding.state}", soft_wrap=True)
        if not finding.good:
            console.print(f"  办法：{finding.remedy}", soft_wrap=True)
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def main() -> None:
    """The entry point `zhucun`."""
    cli()


if __name__ == "__main__":
    main()
