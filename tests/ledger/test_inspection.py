"""督查通报: confirmed findings only, places and no names, every figure with its records behind it."""

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest
from county import County

from ledger import findings
from ledger.clock import SHANGHAI, ms
from ledger.database import Database, Session
from ledger.findings import Found, Source
from ledger.people import Scope
from ledger.reports import inspection
from ledger.reports.basis import access_basis
from ledger.reports.facts import Place
from ledger.reports.inspection import Inspection
from ledger.rules import Rules
from templates.bulletin import MARK, UNSOURCED
from templates.words import Words

RULES = Rules()
DAY = timedelta(days=1)
NOV = datetime(2026, 11, 12, 10, tzinfo=SHANGHAI)
KNEW, UNSURE, SILENT = '{"given":"knew"}', '{"given":"unsure"}', '{"given":"not_asked"}'


async def lived(db: Session, county: County) -> None:
    """Ten days with every way of checking, and findings in every state."""
    run, teams = db.connection.execute, {"李队员": 0, "钱队员": 0, "吴队员": 0}
    for name in teams:
        teams[name] = county[name].team_id
    await run(
        "INSERT INTO draw (id, county_id, way, name, seed, at, wanted, pool, drawn)"
        " VALUES (1, :county, 'timetable', 'x', '', 1, 1, '[]', '[]')",
        {"county": county.id},
    )
    for name, state in (("李队员", "answered"), ("钱队员", "missed"), ("吴队员", "answered")):
        await run(
            "INSERT INTO spotcheck (draw_id, person_id, team_id, day, question, state, opens_at,"
            " remind_at, closes_at) VALUES (1, :id, :team, '2026-11-12', '', :state, 1, 1, 1)",
            {"id": county[name].id, "team": teams[name], "state": state},
        )
    for name, state, given in (
        ("李队员", "done", f"[{KNEW},{SILENT}]"), ("钱队员", "done", f"[{KNEW},{UNSURE}]"),
        ("吴队员", "waiting", "[]"), ("郑队长", "void", "[]"),
    ):  # fmt: skip
        await run(
            "INSERT INTO phone_check (draw_id, team_id, person_id, day, state, facts)"
            " VALUES (1, :team, :id, '2026-11-13', :state, :facts)",
            {
                "id": county[name].id,
                "team": county[name].team_id,
                "state": state,
                "facts": given,
            },
        )
    await run(
        "INSERT INTO surprise_visit (draw_id, team_id, day, until_day, state, visited_day, good)"
        " VALUES (1, :team, '2026-11-02', '2026-11-20', 'done', '2026-11-17', '李队员很负责')",
        {"team": teams["李队员"]},
    )
    await run(
        "INSERT INTO back_check (draw_id, township_id, team_id, kind, until_day, state, done_at)"
        " VALUES (1, :town, :team, 'visit', '2026-11-30', 'done', :at)",
        {"town": county["钱队员"].township_id, "team": teams["钱队员"], "at": ms(NOV)},
    )
    for number, (who, kind, state, at) in enumerate(FINDINGS, 1):
        await _finding(db, county, number, who, kind, state, at)


FINDINGS = (
    ("李队员", "脱岗走读", "confirmed", NOV),
    ("李队员", "在岗不作为", "confirmed", NOV + DAY),
    ("吴队员", "与记录不符", "confirmed", NOV),
    ("钱队员", "脱岗走读", "lifted", NOV),
    ("钱队员", "作风不务实", "open", NOV),
    ("钱队员", "未答复", "confirmed", NOV),
    ("钱队员", "脱岗走读", "confirmed", NOV + 20 * DAY),
)


async def _finding(
    db: Session, county: County, number: int, who: str, kind: str, state: str, at: datetime
) -> None:
    person, by = county[who], county["陈干事"]
    found = Found(
        county.id, person.township_id, person.team_id, person.id, Source.VISIT, number, kind,
        f"{who}不在，张大山说", (at - 5 * DAY).date(), None,
    )  # fmt: skip
    one = await findings.open_finding(db, found, now=at - 10 * DAY, rules=RULES)
    if state != "open":
        await db.connection.execute(
            "UPDATE finding SET state = :state, decided_by = :by, decided_at = :at, reason = '问过'"
            " WHERE id = :id",
            {"state": state, "by": by.id, "at": ms(at), "id": one.id},
        )


async def made(db: Session, county: County) -> Inspection:
    place = Place("county", county.id, "安和县", Scope(county.id))
    return await inspection.make(db, place, NOV.date(), RULES)


async def test_the_numbers_are_those_of_the_ten_days(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await lived(db, county)
        found = await made(db, county)

    assert asdict(found.figures) == {
        "chat_drawn": 3, "chat_answered": 2, "phone_drawn": 3, "phone_done": 2,
        "visits_made": 1, "back_checked": 1, "townships": 2, "villages": 3, "problems": 3,
        "problem_villages": 2, "replied": 0, "all_known": 1,
    }  # fmt: skip
    assert [(one.village, one.kind) for one in found.problems] == [
        ("永安村", "脱岗走读"), ("永安村", "在岗不作为"), ("石桥村", "其他"),
    ]  # fmt: skip
    assert [(one.name, one.problems) for one in found.townships] == [
        ("清水镇", 2),
        ("云山乡", 1),
    ]
    assert [one.name for one in found.kinds] == ["脱岗走读", "在岗不作为", "其他"]
    assert [one.village for one in found.good] == ["永安村"]


async def test_nobody_is_named(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await lived(db, county)
        found = await made(db, county)
    words = Words().bulletin("inspection", report=found).marked + json.dumps(
        asdict(found), ensure_ascii=False
    )

    assert [name for name in (*county.people, "张大山") if name in words] == []
    assert "有关人员不在，有关农户说" in words


async def test_every_figure_opens_to_as_many_records(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        await lived(db, county)
        found = await made(db, county)
        bulletin = Words().bulletin("inspection", report=found)
        said = {one.figure: int(one.text) for one in bulletin.figures}
        behind = {
            key: (
                await access_basis(db, county["陈干事"], found, key, said=value, rules=RULES)
            ).now
            for key, value in said.items()
        }

    assert said == behind
    assert len(said) > 20
    assert UNSOURCED not in said


async def test_it_takes_two_statements(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await lived(db, county)
        seen: list[str] = []
        await db.connection.set_trace_callback(seen.append)
        await made(db, county)
        await db.connection.set_trace_callback(None)  # type: ignore[arg-type]

    assert len(seen) == 2


@pytest.mark.parametrize("empty", [True, False])
def test_no_number_stands_outside_its_mark(empty: bool) -> None:
    """Numbers that are no figures: days, dates, the year."""
    base = Inspection(
        "2026-11-T2", "2026-11-11", "2026-11-20", 1, "安和县", inspection.Figures()
    )
    numbers = {name: 700_001 + n for n, name in enumerate(asdict(base.figures))}
    full = replace(
        base, figures=inspection.Figures(**numbers), good=(inspection.Good("清水镇", "永安村"),),
        townships=(inspection.Part("清水镇", 710_001, 710_002),),
        kinds=(inspection.Part("脱岗走读", 710_003, 710_004),),
    )  # fmt: skip
    words = Words().bulletin("inspection", report=base if empty else full).marked

    assert "70000" not in MARK.sub("", words)
    assert "71000" not in MARK.sub("", words)
    assert UNSOURCED not in {key for key, _ in MARK.findall(words)}
