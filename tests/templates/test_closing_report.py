"""The closing report: what proves the closing, what came later, every step in words."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import docx

from ledger.clock import SHANGHAI
from ledger.evidence import Piece
from ledger.issue_rows import Row
from templates.closing_report import Facts, write_closing_report

NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)

CLOSED = Row(
    id=13, township="清水镇", village="永安村", household="张大山", text="屋顶漏雨", tier="general",
    category="住房", source="visit", catalogue="", aspect="", item_no="", measure="翻修",
    requirement="不漏", lasting="", lead_unit="", co_units="", responsible="", owner="李队员", tags="",
    found_day="2026-10-01", due="2026-12-01", state="closed", effect="不漏了", submitted_at=None,
    verifier="王队长", household_word="call", text_only=1, closed_day="2026-11-20", reopens_id=0,
    rebounds=0, holder="", moved=0, note="", files=2,
)  # fmt: skip


def step(at: int, name: str, **body: str) -> SimpleNamespace:
    return SimpleNamespace(
        at=at, day=NOW.date(), person="王队长", step=name, body=body, photos=0
    )


def piece(id: int, at: int) -> Piece:
    return Piece(id, f"{id}" * 64, f"照片{id}", "photo", "image/jpeg", at)


def told(path: Path, pieces: list[Piece], text_only: int) -> list[str]:
    steps = [
        step(1, "described", column="source", before="", after="villager"), step(2, "opened"),
        step(3, "assigned"), step(4, "confirmed", by="call", text="户主说好了"), step(5, "closed"),
    ]  # fmt: skip
    days = {one.id: "2026-11-20" for one in pieces}
    row = replace(CLOSED, text_only=text_only)
    write_closing_report(path, Facts(row, steps, [], pieces, days, {}, NOW, "王队长"))
    words = []
    for part in docx.Document(str(path)).iter_inner_content():
        cells = (
            [cell for row in part.rows for cell in row.cells]
            if hasattr(part, "rows")
            else [part]
        )
        words += [one.text for one in cells]
    return words


def test_what_came_after_the_closing_is_no_evidence_of_it(tmp_path: Path) -> None:
    lines = told(tmp_path / "a.docx", [piece(2, 9), piece(1, 3)], 0)
    proof, after = lines.index("八、佐证材料"), lines.index("十、回头看和反弹")

    assert "照片1" in "".join(lines[proof:after])
    assert "照片2" not in "".join(lines[proof:after])
    assert "照片2" in "".join(lines[after:])


def test_words_only_is_said_once(tmp_path: Path) -> None:
    lines = told(tmp_path / "a.docx", [], 1)

    assert sum("没有" in one and "照片" in one for one in lines) == 1


def test_every_step_of_the_course_has_words(tmp_path: Path) -> None:
    lines = told(tmp_path / "a.docx", [], 1)

    assert [one for one in lines if one.startswith("2026-11-23 王队长")] == [
        "2026-11-23 王队长写来源：群众反映", "2026-11-23 王队长改定责任人",
        "2026-11-23 王队长电话核实：户主说好了", "2026-11-23 王队长核验销号",
    ]  # fmt: skip
