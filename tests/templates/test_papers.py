"""The other papers, against golden texts: agenda, public notice, half-year, closing report, letter.

A golden text holds the chat message and, below it, every block of the paper with the keys of its
figures. `UPDATE_GOLDEN=1 pytest tests/templates` writes down what is said now; read the difference.
"""

import json
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from county import County
from lived_week import FRIDAY, RULES, Pen, live, moment

from ledger import data_cuts, promises, report_turns
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.promises import Promise
from ledger.reports import agenda, basis, closing, half_year, notice
from ledger.reports.notice import Span
from templates.bulletin import Bulletin, as_facts
from templates.words import Words

GOLDEN = Path(__file__).parent / "bulletins"
WORDS = Words()
LATER = moment(21, 9)
NOVEMBER = Span("2026年11月", date(2026, 11, 1), date(2026, 11, 30))
CUT_DAY = date(2026, 12, 31)


@pytest.fixture
async def lived(database: Database) -> County:
    county = await live(database)
    async with database.transaction() as db:
        made = Promise(FRIDAY, "月底前修好屋顶", "张大山", by=date(2026, 11, 30))
        await promises.record(
            db, county["李队员"], made, source="", now=moment(20, 9), rules=RULES
        )
        pen = Pen(db, county)
        await pen.issue("李队员", moment(20, 16), "王桂芳", "高血压没钱买药", FRIDAY)
    return county


@pytest.fixture
async def db(database: Database, lived: County) -> AsyncIterator[Session]:
    async with database.transaction() as session:
        yield session


def golden(name: str, paper: Bulletin) -> None:
    """Compare with the file; a number nobody has named is never right."""
    text = "\n".join([paper.chat, "-" * 20, *_told(paper), *_blocks(paper)])
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text + "\n", encoding="utf-8")
    assert "?" not in {one.figure for one in paper.figures}
    assert text == path.read_text(encoding="utf-8").rstrip("\n")


def _told(paper: Bulletin) -> list[str]:
    facts = as_facts(paper)
    names = (
        "title",
        "under",
        "office",
        "number",
        "to",
        "sign",
        "date",
        "copies",
        "draft",
        "foot",
    )
    return [f"@{name} {facts[name]}" for name in names if facts[name]]


def _blocks(paper: Bulletin) -> list[str]:
    lines = []
    for block in json.loads(json.dumps(as_facts(paper)))["blocks"]:
        rows = block["rows"] or [[block["runs"]]]
        words = [" | ".join(_words(cell) for cell in row) for row in rows]
        lines += [
            f"{block['kind']}: {line}{' ' + block['source'][:8]}".rstrip() for line in words
        ]
    return lines


def _words(runs: list[dict[str, Any]]) -> str:
    return "".join(
        one["text"] + (f"{{{one['figure']}}}" if one["figure"] else "") for one in runs
    )


# word for word
@pytest.mark.parametrize(("level", "who"), [("township", "周总队长"), ("county", "陈干事")])
async def test_an_agenda_word_for_word(
    db: Session, lived: County, level: str, who: str
) -> None:
    made = await agenda.access_agenda(db, lived[who], FRIDAY, today=FRIDAY)
    golden(f"{level}_agenda", WORDS.bulletin("agenda", report=made))


async def test_a_public_notice_word_for_word(db: Session, lived: County) -> None:
    for name, who in (("yongan", "王队长"), ("liushu", "孙队长")):
        team = lived[who].team_id
        made = await notice.access_notice(db, lived[who], team, NOVEMBER, today=FRIDAY)
        golden(f"notice_{name}", WORDS.bulletin("notice", report=made))


@pytest.mark.parametrize(("level", "who"), [("township", "周总队长"), ("county", "陈干事")])
async def test_a_half_year_word_for_word(
    db: Session, lived: County, level: str, who: str
) -> None:
    await cut(db, lived)
    _, made = await half_year.access_half_year(db, lived[who])
    golden(f"{level}_half_year", WORDS.bulletin("half_year", report=made, paper=True))


async def cut(db: Session, lived: County) -> None:
    """Two cuts; in between 李队员 has become 第一书记 of another village."""
    first, second = (moment(20, 23).replace(month=m, day=d) for m, d in ((6, 30), (12, 31)))
    await data_cuts.make(db, lived.id, first.date(), first)
    await db.connection.execute(
        "UPDATE posting SET title = '第一书记', team_id = (SELECT id FROM team WHERE village = '柳树村')"
        f" WHERE person_id = {lived['李队员'].id}"
    )
    await db.connection.execute("UPDATE team SET village_kind = '脱贫村'")
    await db.connection.execute(
        "INSERT INTO team (county_id, township_id, village, village_kind)"
        " SELECT county_id, township_id, '空村', '脱贫村' FROM team WHERE village = '永安村'"
    )
    made = await data_cuts.make(db, lived.id, CUT_DAY, second)
    assert made is not None
    await data_cuts.correct(
        db, lived["周总队长"], made, lived["赵队员"].id, "任期应到明年五月", now=second
    )
    await data_cuts.sign(db, lived["周总队长"], made, now=second)


async def test_a_closing_report_word_for_word(db: Session, lived: County) -> None:
    made = await closing.access_closing(db, lived["孙队长"], 2, now=LATER)
    assert made.seal  # salted, so new in every run
    golden("closing", WORDS.bulletin("closing", report=replace(made, seal="0" * 12)))


# who may
async def test_who_holds_no_meeting_gets_no_agenda(db: Session, lived: County) -> None:
    for who in ("李队员", "王队长"):
        with pytest.raises(Refused, match="not_for_role"):
            await agenda.access_agenda(db, lived[who], FRIDAY, today=FRIDAY)


async def test_anothers_village_and_none_are_refused_alike(db: Session, lived: County) -> None:
    of = {who: lived[who].team_id for who in ("王队长", "孙队长", "郑队长")}
    for who, team in (
        ("王队长", of["孙队长"]), ("周总队长", of["郑队长"]), ("周总队长", 9_999), ("王队长", 9_999),
    ):  # fmt: skip
        with pytest.raises(Refused, match=r"papers\.no_village"):
            await notice.access_notice(db, lived[who], team, NOVEMBER, today=FRIDAY)


async def test_anothers_issue_and_none_have_no_report(db: Session, lived: County) -> None:
    for number in (2, 9_999):
        with pytest.raises(Refused, match=r"issues\.not_found"):
            await closing.access_closing(db, lived["冯总队长"], number, now=LATER)


async def test_an_agenda_holds_no_household_and_nobodys_words(
    db: Session, lived: County
) -> None:
    for who in ("周总队长", "陈干事"):
        made = await agenda.access_agenda(db, lived[who], FRIDAY, today=FRIDAY)
        said = json.dumps(as_facts(WORDS.bulletin("agenda", report=made)), ensure_ascii=False)
        for secret in ("张大山", "王桂芳", "屋顶", "饮水不通", "李队员"):
            assert secret not in said


# who reports
async def test_the_newest_draw_names_the_reporter_while_it_is_fresh(
    db: Session, lived: County
) -> None:
    zhou = lived["周总队长"]
    await db.connection.execute(
        "INSERT INTO draw (county_id, way, name, seed, at, wanted, pool, drawn, kind)"
        f" VALUES ({lived.id}, 'asked', 'a', '', 0, 1, '[]', '[]', 'report')"
    )
    circle = report_turns.circle_of(zhou).name
    await db.connection.execute(
        "INSERT INTO report_turn (county_id, circle, cycle, person_id, draw_id, place, day)"
        " VALUES (?, ?, 1, ?, (SELECT max(id) FROM draw), 0, ?)",
        (lived.id, circle, lived["孙队长"].id, FRIDAY.isoformat()),
    )
    found = []
    for later in (0, 6, 7):
        day = FRIDAY + timedelta(days=later)
        made = await agenda.access_agenda(db, zhou, day, today=day)
        found.append([one.person for one in made.drawn])

    assert found == [["孙队长"], ["孙队长"], []]


# the figures
async def papers(db: Session, lived: County) -> list[tuple[str, Any]]:
    """Everybody's papers with figures."""
    await cut(db, lived)
    made: list[tuple[str, Any]] = []
    for who in ("周总队长", "陈干事"):
        made.append((who, await agenda.access_agenda(db, lived[who], FRIDAY, today=FRIDAY)))
        made.append((who, (await half_year.access_half_year(db, lived[who]))[1]))
    for who in ("王队长", "孙队长"):
        team = lived[who].team_id
        found = await notice.access_notice(db, lived[who], team, NOVEMBER, today=FRIDAY)
        made.append((who, found))
    return made


async def test_behind_every_figure_are_as_many_records(db: Session, lived: County) -> None:
    for who, report in await papers(db, lived):
        paper = WORDS.bulletin(report.kind, report=report, paper=False)
        for one in paper.figures:
            found = await basis.access_basis(
                db, lived[who], report, one.figure, said=int(one.text), rules=RULES
            )
            assert found.now == int(one.text), (report.kind, who, one.figure)


async def test_the_figures_take_two_statements(database: Database, lived: County) -> None:
    async with database.transaction() as db:
        await cut(db, lived)
    counts = {}
    async with database.reading() as db:
        for name, make in {
            "agenda": lambda: agenda.access_agenda(db, lived["陈干事"], FRIDAY, today=FRIDAY),
            "half_year": lambda: half_year.access_half_year(db, lived["陈干事"]),
            "notice": lambda: notice.access_notice(
                db, lived["王队长"], lived["王队长"].team_id, NOVEMBER, today=FRIDAY
            ),
        }.items():
            seen: list[str] = []
            await db.connection.set_trace_callback(seen.append)
            await make()
            await db.connection.set_trace_callback(None)  # type: ignore[arg-type]
            counts[name] = len(seen)

    # besides: which draw names the reporter; which cut it is
    assert counts == {"agenda": 3, "half_year": 3, "notice": 2}


async def test_a_changed_cut_is_told(db: Session, lived: County) -> None:
    await cut(db, lived)
    await db.connection.execute("DROP TRIGGER data_cut_line_no_update")
    await db.connection.execute("UPDATE data_cut_line SET line = replace(line, '水利', '税务')")
    _, made = await half_year.access_half_year(db, lived["陈干事"])

    assert not made.sound
    assert "与数据不符" in WORDS.bulletin("half_year", report=made, paper=False).chat
