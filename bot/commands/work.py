"""Commands about the work: a rehearsal, summaries, how a sentence is read."""

import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands import Data, Json, cli, settings_of
from bot.screen import Wrong, bar, console, errors, plainly, say_error

if TYPE_CHECKING:
    from ledger.issue_proof import IssueProof  # at run time it would open the database library

COUNT_LABELS = {
    "messages_in": "收到的消息",
    "not_understood_by_the_program": "程序出错没答的",
    "messages_out": "发出的消息",
    "not_sent": "没发出的",
    "events": "存证事件",
    "out_text": "其中：普通答复",
    "out_card": "其中：卡片",
    "out_refused": "其中：说明为什么没办",
    "out_question": "其中：提问",
    "out_reminder": "其中：提醒",
    "out_check": "其中：抽查卡",
    "out_report": "其中：日报、周报",
    "out_close": "其中：改写旧消息",
}


@cli.command()
def rehearse(
    villages: Annotated[int, typer.Option(min=1, max=400, help="多少个村")] = 20,
    days: Annotated[int, typer.Option(min=1, max=400, help="多少天")] = 30,
    seed: Annotated[int, typer.Option(help="同一个数演练两次，结果完全一样")] = 1,
    as_json: Json = False,
    last_month: Annotated[
        bool,
        typer.Option("--last-month", help="不编造，用真实台账试算上个月的提醒，什么都不发"),
    ] = False,
    rules: Annotated[
        Path | None,
        typer.Option(help="和 --last-month 一起用：改过的 rules.toml，看会多发少发多少"),
    ] = None,
    data: Data = None,
) -> None:
    """演练：让一个编造的县把日子飞快过一遍；或者试算上个月，换一套规则会提醒多少。"""
    from bot.rehearsal import rehearse as play
    from bot.serve import quiet_logs

    if last_month:
        _try_rules(data, rules, as_json=as_json)
        return
    settings_of()  # the rehearsal reads them too: better told here than in the middle
    quiet_logs(as_json=False)
    with tempfile.TemporaryDirectory() as folder, bar("演练", days) as step:
        played = asyncio.run(play(Path(folder), villages, days, seed, after_day=step))
    if as_json:
        print(json.dumps(asdict(played), ensure_ascii=False))
        return
    for kind, count in played.counts.items():
        console.print(f"{count:>8}  {COUNT_LABELS.get(kind, kind)}")
    console.print(f"驻村天数与实情相差不超过一天的队员 {played.days_right:.1%}，签到 0 次")
    console.print(f"每人每个工作日例行消息 {played.unasked:.2f} 条")
    for line in _about_issues(played.issues):
        console.print(line)
    console.print(f"存证{'完好' if played.log_ok else '有误'}，摘要 {played.digest[:16]}")


def _about_issues(proof: "IssueProof") -> list[str]:
    """What the rehearsed issues came to, and the faults, which should be none."""
    return [
        f"问题 {proof.reported} 个，销号 {proof.closed} 个，反弹 {proof.rebounds} 次，"
        f"转部门 {proof.handed_over} 次，延期 {proof.deadlines_moved} 次",
        f"催办 {proof.escalated} 次：重复 {proof.twice}，在休息日 {proof.on_rest_days}，"
        f"提前 {proof.too_early}",
        f"回头看 {proof.looked_back} 次：到期没抽 {proof.look_backs_late}，"
        f"过期一周还没看 {proof.look_backs_left}",
        f"各方天数对不上 {proof.days_wrong} 个，反弹次数不对 {proof.chains_wrong} 个，"
        f"没有佐证或自己销号 {proof.unproven} 个",
    ]


def _try_rules(data: Path | None, changed: Path | None, *, as_json: bool) -> None:
    from bot.dry_run import as_data, as_text, both

    with plainly(), errors.status("正在试算上个月……"):
        found = asyncio.run(both(settings_of(data), changed))
    if as_json:
        print(json.dumps(as_data(*found), ensure_ascii=False))
        return
    for line in as_text(*found):
        console.print(line, soft_wrap=True)


@cli.command()
def report(
    kind: Annotated[str, typer.Argument(help="日报、周报、旬报、月报")] = "日报",
    day: Annotated[str, typer.Argument(help="哪一天，例如 11月20日；不写就是今天")] = "",
    who: Annotated[
        str, typer.Option("--as", help="以谁的身份看（花名册上的姓名）；默认县里")
    ] = "",
    data: Data = None,
) -> None:
    """在命令行里看日报、周报、旬报、月报，与聊天里的一字不差。"""
    from bot.operate import report_text

    if not kind.startswith(("日报", "周报", "旬报", "月报")):
        raise Wrong(
            f"没有“{kind}”，能看的是 日报、周报、旬报、月报。\n"
            "例如：zhucun report 日报 11月20日，或 zhucun report 周报 上周。"
        )
    with plainly():
        console.print(asyncio.run(report_text(settings_of(data), f"{kind} {day}".strip(), who)))


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
        found = counted(asyncio.run(misreadings(settings_of(data), days)))
    if as_json:
        print(json.dumps(as_data(found, days), ensure_ascii=False))
        return
    for line in as_text(found, days):
        console.print(line, soft_wrap=True)
    if found:
        console.print("\n缺的词可以加进本县的说法表 lexicon.toml，见 docs/operating.md。")
