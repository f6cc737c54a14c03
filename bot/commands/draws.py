"""Commands about draws: a month's draws verified, a single draw made again."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands import Data, Json, cli, settings_of
from bot.screen import console, errors, plainly

if TYPE_CHECKING:
    from bot.draws import DrawVerdict  # at run time it would open the database library

CODE = "公示码不符"
SOURCES = {
    "officials": "两名干部各报的数", "public": "公开的号码", "chain": "存证的链头，分量较轻",
    "": "还没有",
}  # fmt: skip


@cli.command()
def verify_draw(
    period: Annotated[str, typer.Argument(help="哪个月，例如 2026-12")],
    told: Annotated[
        list[str] | None, typer.Argument(help="日报里的公示码，前 8 位以上就行，可以不写")
    ] = None,
    county: Annotated[str, typer.Option(help="哪个县；只有一个县时不用写")] = "",
    card: Annotated[
        Path | None, typer.Option(help="核对这个文件；默认是本机公布的那一份")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """核对一个月的抽签：承诺、名册、抽签数，每一次抽查重算一遍，看和公布的是不是一样。"""
    from bot.draws import verify_month

    hashes = [one.strip().lower() for one in told or ()]
    with plainly(), errors.status("正在重算……"):
        verdict = asyncio.run(verify_month(settings_of(data), period, county, card, hashes))
    if as_json:
        print(json.dumps(verdict.facts, ensure_ascii=False))
    else:
        _show(verdict)
    if verdict.faults:
        raise typer.Exit(1)


def _show(verdict: "DrawVerdict") -> None:
    head = _head(verdict.figures) if verdict.figures else []
    faults = [f"✗ {_said(one, verdict.figures)}" for one in verdict.faults]
    for line in (*head, *faults, _end(verdict)):
        console.print(line, soft_wrap=True, markup=False, highlight=False)


def _said(fault: str, found: dict[str, Any]) -> str:
    """A code that does not fit is most often another month's."""
    if fault != CODE:
        return fault
    year, month = found["period"].split("-")
    return (
        f"这不是 {year}年{int(month)}月的公示码，请对一对月份和数字；都没写错，就是文件被换过。"
    )


def _head(found: dict[str, Any]) -> list[str]:
    year, month = found["period"].split("-")
    source = SOURCES.get(found["beacon_source"], found["beacon_source"])
    return [
        f"{year}年{int(month)}月：名册 {found['members']} 人，月中进来 {found['joined']} 人；"
        f"自动抽查 {found['drawn']} 次，人工抽签 {found['asked']} 次，"
        f"指定 {found['picked']} 次，不计 {found['void']} 次",
        f"公示码 {found['opening_sha256'][:12]}，抽签数 {found['beacon'] or '无'}（{source}）",
    ]


def _end(verdict: "DrawVerdict") -> str:
    if verdict.faults:
        return "有对不上的地方，请把文件和上面的话一起保存，向县里要说明。"
    if verdict.pending:
        return "✓ 公示、名册、抽签数对得上。种子月末后公布，抽了谁现在还不能重算。"
    return "✓ 全部核对一致：公示、承诺、名册、抽签数、每一次抽签。"
