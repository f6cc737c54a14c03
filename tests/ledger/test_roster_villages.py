"""The roster's further columns: kinds of villages, terms, cover; and what is alerted for them."""

from datetime import date

import pytest
from county import MONDAY, County

from ledger import audit, people, roster, strength
from ledger.database import Database
from ledger.people import Role, Scope
from ledger.roster_care import day_of, hidden
from ledger.roster_cells import Row
from ledger.roster_match import Preview
from ledger.roster_villages import kind_of
from ledger.rules import Rules
from ledger.strength import Lack, OnPost, Village, judge
from templates.words import Words

HEADS = (
    "姓名",
    "角色",
    "乡镇",
    "村",
    "任期起",
    "任期止",
    "紧急联系人",
    "保险到期",
    "体检日期",
    "村类型",
)
TODAY = MONDAY.date()


def sheet(*lines: tuple[str, ...]) -> list[Row]:
    return [Row("人员", number, line) for number, line in enumerate((HEADS, *lines), 1)]


async def bring_in(database: Database, rows: list[Row]) -> Preview:
    async with database.transaction() as db:
        found = await roster.preview(db, rows, county=None, sha256="ab" * 32, now=MONDAY)
        await roster.apply(db, found, by=audit.SYSTEM, now=MONDAY)
    return found


def reasons(found: Preview) -> list[tuple[int, str, str]]:
    return [
        (one.row, one.column, str(Words().say(one.reason, **one.facts)))
        for one in found.problems
    ]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-05-01", "2026-05-01", "2026-05-01"),
        ("2026/5/1", "2026-05-01", "2026-05-01"),
        ("2026.5.1", "2026-05-01", "2026-05-01"),
        ("2026年5月1日", "2026-05-01", "2026-05-01"),
        ("20260501", "2026-05-01", "2026-05-01"),
        ("2026-05-01T00:00:00", "2026-05-01", "2026-05-01"),
        ("2028年2月", "2028-02-01", "2028-02-29"),
        ("2026-02-30", None, None),
        ("2026-13-01", None, None),
        ("46143", None, None),
        ("长期", None, None),
        ("1026-05-01", None, None),
    ],
)
def test_days_are_read_as_written(text: str, first: str | None, last: str | None) -> None:
    assert (day_of(text, last=False), day_of(text, last=True)) == (first, last)


def test_kinds_have_one_form() -> None:
    assert kind_of("乡村振兴重点村") == "重点村"
    assert kind_of("软弱涣散村、脱贫村") == "脱贫村、软弱涣散村"
    assert kind_of("示范村") is None


async def test_a_village_alone_is_a_village_that_has_no_team(
    database: Database, county: County
) -> None:
    rows = sheet(
        ("", "", "云山乡", "新岭村", "", "", "", "", "", "软弱涣散村"),
        ("", "", "", "永安村", "", "", "", "", "", "脱贫村"),
    )
    found = await bring_in(database, rows)

    assert [one.village for one in found.new_villages] == ["新岭村"]
    assert [one.line.kind for one in found.changed_villages] == ["脱贫村"]
    async with database.reading() as db:
        alerts = await strength.alerts(db, Scope(county.id), TODAY, Rules())
        again = await roster.preview(db, rows, county=None, sha256="ab" * 32, now=MONDAY)
    assert [(one.lack, one.village) for one in alerts] == [
        (Lack.NO_TEAM, "新岭村"), (Lack.BELOW, "柳树村"), (Lack.BELOW, "石桥村"),
    ]  # fmt: skip
    assert again.changes_nothing


async def test_what_makes_no_sense_is_said_by_row_and_column(
    database: Database, county: County
) -> None:
    found = await bring_in(
        database,
        sheet(
            ("甲一", "队员", "清水镇", "永安村", "2026-05-01", "2026-04-01"),
            ("乙二", "队员", "清水镇", "永安村", "明年", ""),
            ("丙三", "队员", "清水镇", "永安村", "", "", "", "", "2027-01-01"),
            ("丁四", "队员", "清水镇", "永安村", "", "", "", "", "", "示范村"),
            ("戊五", "队员", "清水镇", "永安村", "", "", "", "", "", "脱贫村"),
            ("己六", "队员", "清水镇", "永安村", "", "", "", "", "", "重点村"),
        ),
    )

    assert [one.entry.name for one in found.new] == ["戊五"]
    assert reasons(found) == [
        (2, "任期止", "早于任期起，请核对"),
        (3, "任期起", "“明年”不是日期，请写成 2026-05-01"),
        (4, "体检日期", "还没有到，请写已经做过的那次"),
        (
            5,
            "村类型",
            "“示范村”不认识，可写：脱贫村、软弱涣散村、易地搬迁安置村、重点村、一般村",
        ),
        (7, "村类型", "与第 6 行写的不同"),
    ]


async def test_a_contact_s_number_is_hidden_in_the_log(
    database: Database, county: County
) -> None:
    row = ("何新", "队员", "清水镇", "永安村", "", "", "王某 13800000088")
    await bring_in(database, sheet(row))

    async with database.reading() as db:
        (new,) = [one for one in await people.roster(db) if one.name == "何新"]
        events = await audit.history(db, f"person:{new.id}")
    assert "13800000088" not in str(events)
    assert events[0]["body"]["contact"] == hidden("王某 13800000088") == "王某 138****0088"


def somebody(title: str = "", **days: str | None) -> OnPost:
    none = dict.fromkeys(("term_from", "term_to", "insured_until", "checkup_day"))
    return OnPost(1, 1, "李队员", Role.MEMBER, title, "", "县", **{**none, **days})


@pytest.mark.parametrize(
    ("days", "lack"),
    [
        ({}, None),
        ({"term_to": "2026-11-22"}, Lack.TERM_OVER),
        ({"term_to": "2026-11-23"}, Lack.TERM_ENDS),
        ({"term_to": "2027-01-22"}, Lack.TERM_ENDS),
        ({"term_to": "2027-01-23"}, None),
        ({"insured_until": "2026-11-22"}, Lack.UNINSURED),
        ({"insured_until": "2026-11-23"}, None),
        ({"checkup_day": "2025-11-20"}, Lack.CHECKUP),
        ({"checkup_day": "2025-11-23"}, None),
    ],
)
def test_terms_and_cover_are_alerted_at_their_days(
    days: dict[str, str], lack: Lack | None
) -> None:
    village = Village(1, "永安村", "清水镇", "一般村")
    team = [somebody(**days), somebody(), somebody()]

    assert [one.lack for one in judge([village], team, TODAY, Rules())] == (
        [lack] if lack else []
    )


@pytest.mark.parametrize(
    ("kind", "team", "lacks"),
    [
        ("脱贫村", 0, [Lack.NO_TEAM]),
        ("一般村", 0, []),
        ("", 0, []),
        ("一般村", 2, [Lack.BELOW]),
        ("重点村", 3, [Lack.NO_SECRETARY]),
        ("乡村振兴重点村", 2, [Lack.BELOW, Lack.NO_SECRETARY]),
        ("脱贫村", 3, []),
    ],
)
def test_each_kind_of_village_has_its_strength(kind: str, team: int, lacks: list[Lack]) -> None:
    village = Village(1, "永安村", "清水镇", kind)

    found = judge([village], [somebody()] * team, date(2026, 11, 23), Rules())

    assert [one.lack for one in found] == lacks
    assert judge([village], [somebody("第一书记兼队长")] * 3, TODAY, Rules()) == []
