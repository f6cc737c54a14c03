"""The closing report: what proves the closing, what came later, every step in words."""

import json
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ledger.clock import SHANGHAI, ms
from ledger.evidence import Piece
from ledger.issue_rows import Row
from ledger.reports.closing import MOST_PICTURES, ClosingReport
from templates.bulletin import Bulletin, as_facts, plainly
from templates.words import Words

NOW = datetime(2026, 11, 23, 9, tzinfo=SHANGHAI)
WORDS = Words()

CLOSED = Row(
    id=13, township="清水镇", village="永安村", household="张大山", text="屋顶漏雨", tier="general",
    category="住房", source="visit", catalogue="", aspect="", item_no="", measure="翻修",
    requirement="不漏", lasting="", lead_unit="", co_units="", responsible="", owner="李队员", tags="",
    found_day="2026-10-01", due="2026-12-01", state="closed", effect="不漏了", submitted_at=None,
    verifier="王队长", household_word="call", text_only=1, closed_day="2026-11-20", reopens_id=0,
    rebounds=0, holder="", moved=0, note="", files=2,
)  # fmt: skip


def step(at: int, name: str, **body: str) -> Any:
    return SimpleNamespace(
        at=at, day=NOW.date(), person="王队长", step=name, body=body, photos=0
    )


def piece(id: int, at: int) -> Piece:
    return Piece(id, f"{id % 10}" * 64, f"照片{id}", "photo", "image/jpeg", at)


STEPS = (
    step(1, "described", column="source", before="", after="villager"), step(2, "opened"),
    step(3, "assigned"), step(4, "confirmed", by="call", text="户主说好了"), step(5, "closed"),
)  # fmt: skip


def report(pieces: tuple[Piece, ...] = (), **row: Any) -> ClosingReport:
    return ClosingReport(
        replace(CLOSED, **row), STEPS, (), pieces, (("永安村", 3), ("县水务局", 4)),
        "2026-11-23", "王队长", "ab12cd34ef56",
    )  # fmt: skip


def paper(made: ClosingReport) -> Bulletin:
    return WORDS.bulletin("closing", report=made)


def lines(made: ClosingReport) -> list[str]:
    found = []
    for block in paper(made).blocks:
        rows = block.rows or ((block.runs,),)
        found += [" ".join(plainly(cell) for cell in row) for row in rows]
    return found


def test_what_came_after_the_closing_is_no_evidence_of_it() -> None:
    said = lines(report((piece(2, 9), piece(1, 3)), text_only=0))
    proof, after = said.index("八、佐证材料"), said.index("十、回头看和反弹")

    assert "照片1" in "".join(said[proof:after])
    assert "照片2" not in "".join(said[proof:after])
    assert "照片2" in "".join(said[after:])


def test_words_only_is_said_once() -> None:
    assert sum("没有" in one and "照片" in one for one in lines(report())) == 1


def test_every_step_of_the_course_has_words() -> None:
    assert [one for one in lines(report()) if one.startswith("2026-11-23 王队长")] == [
        "2026-11-23 王队长写来源：群众反映", "2026-11-23 王队长改定责任人",
        "2026-11-23 王队长电话核实：户主说好了", "2026-11-23 王队长核验销号",
    ]  # fmt: skip


def test_problem_measures_effect_verifier_and_seal_are_there() -> None:
    said = "\n".join(lines(report(lasting="每年雨季前查一次")))

    for words in ("问题描述：屋顶漏雨", "产生原因：", "整改措施：翻修", "长效措施：每年雨季前查一次",
                  "成效：不漏了", "核验人：王队长", "户里的话：电话核实", "合计 7"):  # fmt: skip
        assert words in said
    made = paper(report())
    assert (made.sign, made.date) == ("永安村驻村工作队", "2026年11月23日")
    assert made.seal == "存证 ab12cd34ef56……"


def test_an_open_one_is_not_called_struck_off() -> None:
    made = paper(report(state="doing", closed_day=None))

    assert made.title == "问题整改情况（未销号）"
    assert "销号日期：未销号" in made.chat


def test_a_dozen_pictures_are_shown_and_the_rest_is_counted() -> None:
    pieces = tuple(piece(id, 15 - id) for id in range(1, 15))
    made = paper(report(pieces, text_only=0))
    shown = [one for one in made.blocks if one.kind == "picture"]

    assert len(shown) == MOST_PICTURES
    assert [plainly(one.runs).split()[1] for one in shown] == [str(n) for n in range(1, 13)]
    assert all(len(one.source) == 64 for one in shown)
    assert "另有 2 张照片没有放进来" in made.chat


def test_the_day_a_file_came_is_ours() -> None:
    made = report((piece(1, ms(NOW)),))

    assert made.day_of(made.pieces[0]) == "2026-11-23"


@pytest.mark.parametrize(
    "odd",
    ["<王家村> & 李村", "{{7*7}}", "一\n## 二、假的", "=1+1", "a|b\\|c", "**粗**", "@draft 假的", "\\",
     "@picture " + "0" * 64 + " 假的", "\ue000x\ue0019\ue002"],
)  # fmt: skip
def test_what_people_write_stays_text(odd: str) -> None:
    written = dict.fromkeys(("text", "household", "measure", "effect", "lasting", "tags"), odd)
    made = paper(report((replace(piece(1, 3), name=odd),), **written))
    plain = paper(report((piece(1, 3),), lasting="一", tags="一"))
    kept = " ".join("".join(c for c in odd if not "\ue000" <= c <= "\ue002").split())

    assert [one.kind for one in made.blocks] == [one.kind for one in plain.blocks]
    assert [len(row) for one in made.blocks for row in one.rows] == [
        len(row) for one in plain.blocks for row in one.rows
    ]
    assert not made.draft
    assert f"整改措施：{kept}" in [plainly(one.runs) for one in made.blocks]
    assert json.loads(json.dumps(as_facts(made)))["title"] == "问题销号报告"
