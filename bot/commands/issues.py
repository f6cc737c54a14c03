"""The command `zhucun issues`: the issue ledger out of the chat."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from bot.commands import Data, Json, cli, settings_of
from bot.screen import console, errors, plainly

MOST = 50  # lines on the screen; the workbook has all of them


@cli.command()
def issues(
    out: Annotated[Path | None, typer.Option("--out", help="写成哪个 .xlsx 文件")] = None,
    village: Annotated[str, typer.Option("--village", help="只要哪个村，例如 永安村")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="只要逾期没有销号的")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """问题台账：写成工作簿（五张清单、单位、时限、逾期、各村、各户、挂图数据），或列在屏幕上。"""
    from bot import issue_files

    settings, chosen = settings_of(data), issue_files.Chosen(village, overdue)
    with plainly(), errors.status("正在整理问题台账……"):
        if out is not None:
            count = asyncio.run(issue_files.write(settings, chosen, out))
        else:
            rows = asyncio.run(issue_files.lines(settings, chosen))
            count = len(rows)
    if as_json:
        facts = [] if out else [issue_files.as_data(one) for one in rows]
        more = {"file": str(out)} if out else {"issues": facts}
        print(json.dumps({"count": count, **more}, ensure_ascii=False))
        return
    if out is not None:
        console.print(
            f"已写好：{out}，{count} 个问题。文件里有户名，请按规定保管。", soft_wrap=True
        )
        return
    for row in rows[:MOST]:
        console.print(issue_files.as_text(row), soft_wrap=True, markup=False)
    left = f"，另有 {count - MOST} 个没有列出，请用 --out" if count > MOST else ""
    console.print(f"共 {count} 个问题{left}")
