"""Lists of issues: whose scope they show, in what order, how many statements they take."""

from datetime import date, timedelta

import pytest
from county import MONDAY, County

from ledger import closing, evidence, files, issue_lists, issue_rows, issue_steps, issues, units
from ledger.clock import ms
from ledger.custody import Holder, Kind
from ledger.database import Database, Session
from ledger.files import Kept
from ledger.issue_rows import PAGE, Order, Row, Wanted
from ledger.issues import Found, Tier
from ledger.people import Person, teams
from ledger.people import scope_of as scope
from ledger.rules import Rules

TODAY = MONDAY.date()
RULES = Rules()


def found(text: str, days: int, household: str = "") -> Found:
    start = TODAY - timedelta(days=20)
    return Found(start, text, Tier.AT_ONCE, start + timedelta(days=20 + days), household)


async def enter(db: Session, by: Person, one: Found) -> int:
    return await issues.report(db, by, one, source="t", now=MONDAY, rules=RULES)


@pytest.fixture
async def three(database: Database, county: County) -> dict[str, int]:
    """A late one and a near one in 清水镇, a late one in 云山乡."""
    async with database.transaction() as db:
        return {
            "late": await enter(db, county["李队员"], found("屋顶漏雨", -2, "张大山")),
            "near": await enter(db, county["钱队员"], found("路灯坏了", 2)),
            "other": await enter(db, county["吴队员"], found("水管坏了", -5, "田秀英")),
        }


async def rows_of(
    db: Session, who: Person, wanted: Wanted, order: Order = Order.NUMBER
) -> list[Row]:
    return [row async for page in issue_rows.pages(db, who, wanted, order) for row in page]


async def numbers(db: Session, who: Person, **wanted: object) -> list[int]:
    return [one.id for one in await rows_of(db, who, Wanted(**wanted))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "seen"),
    [("李队员", ["late"]), ("孙队长", []), ("周总队长", ["late"]), ("冯总队长", ["other"]),
     ("陈干事", ["other", "late"])],
)  # fmt: skip
async def test_overdue_shows_ones_own_scope_the_longest_first(
    database: Database, county: County, three: dict[str, int], who: str, seen: list[str]
) -> None:
    async with database.reading() as db:
        listed = await issue_lists.overdue(db, county[who], TODAY, 10)

    assert [one.id for one in listed] == [three[name] for name in seen]


async def test_near_is_worked_on_and_due_within_days(
    database: Database, county: County, three: dict[str, int]
) -> None:
    async with database.reading() as db:
        who, until = county["周总队长"], TODAY + timedelta(days=3)
        assert [one.id for one in await issue_lists.near(db, who, TODAY, until, 10)] == [
            three["near"]
        ]
        assert not await issue_lists.near(db, who, TODAY, TODAY + timedelta(days=1), 10)


async def test_mine_are_those_one_answers_for(
    database: Database, county: County, three: dict[str, int]
) -> None:
    async with database.reading() as db:
        mine = await issue_lists.of_person(db, county["李队员"])
        assert [one.id for one in mine] == [three["late"]]
        assert not await issue_lists.of_person(db, county["王队长"])


async def test_rows_are_chosen_by_every_filter(
    database: Database, county: County, three: dict[str, int]
) -> None:
    async with database.transaction() as db:
        boss, late = county["陈干事"], three["late"]
        issue = await issues.any_issue(db, late)
        await issue_steps.lead(db, county["李队员"], issue, "县水务局", now=MONDAY)
        await issue_steps.describe(
            db, county["李队员"], issue, issue_steps.Column.TAGS, "饮水、冬季", now=MONDAY
        )
        village = next(
            one.id for one in await teams(db, scope(boss)) if one.village == "永安村"
        )

        assert await numbers(db, boss) == sorted(three.values())
        assert await numbers(db, county["冯总队长"]) == [three["other"]]
        for chosen in (
            {"village": village}, {"household": "张大山"}, {"unit": "县水务局"}, {"tag": "冬季"},
            {"id": late},
        ):  # fmt: skip
            assert await numbers(db, boss, **chosen) == [late], chosen
        assert await numbers(db, boss, late_on=TODAY.isoformat()) == [late, three["other"]]
        assert await numbers(db, boss, tag="冬") == []
        assert await numbers(db, county["冯总队长"], id=late) == []


async def test_rows_come_in_the_order_asked_for(
    database: Database, county: County, three: dict[str, int]
) -> None:
    async with database.reading() as db:
        who = county["陈干事"]
        by_due = [one.id for one in await rows_of(db, who, Wanted(), Order.DUE)]
        by_place = [one.village for one in await rows_of(db, who, Wanted(), Order.PLACE)]

    assert by_due == [three["other"], three["late"], three["near"]]
    assert by_place == ["永安村", "柳树村", "石桥村"]


async def test_a_row_knows_who_had_it_and_what_shows_it(
    database: Database, county: County, three: dict[str, int]
) -> None:
    li, id = county["李队员"], three["late"]
    async with database.transaction() as db:
        unit = await units.ensure(db, li.county_id, "县水务局")
        held = Holder(Kind.UNIT, unit, "县水务局")
        issue = await issues.any_issue(db, id)
        await issue_steps.hand_over(db, li, issue, held, "等配件", now=MONDAY)
        note = await issue_steps.note(
            db, li, issue, "电话 13912345678 已联系", source="n", now=MONDAY
        )
        await files.attach(db, li.id, [Kept("a" * 64, 1, "image/jpeg", "顶.jpg", "photo")],
                           source="n", now=MONDAY, record=note)  # fmt: skip
        row = await issue_rows.access_row(db, li, id)

    assert row is not None
    assert row.days_held(TODAY + timedelta(days=3)) == {"永安村": 20, "县水务局": 3}
    assert (row.holder, row.files, row.state) == ("县水务局", 1, "doing")
    assert "13912345678" not in row.note
    assert row.note.endswith("已联系")


async def test_the_wall_counts_each_issue_once(
    database: Database, county: County, three: dict[str, int]
) -> None:
    async with database.transaction() as db:
        li, wang = county["李队员"], county["王队长"]
        issue = await issues.any_issue(db, three["late"])
        await closing.submit(db, li, issue, "屋顶不漏了", source="s", now=MONDAY)
        issue = await issues.any_issue(db, three["late"])
        await closing.agree(db, wang, issue, RULES, word=closing.Word.VISIT, now=MONDAY)
        assert not await evidence.is_new(db, issue)
        until = TODAY + timedelta(days=3)
        lines = await issue_lists.wall(db, county["陈干事"], TODAY, until)

    assert [(one.village, one.total, one.closed, one.near, one.overdue) for one in lines] == [
        ("永安村", 1, 1, 0, 0), ("柳树村", 1, 0, 1, 0), ("石桥村", 1, 0, 0, 1),
    ]  # fmt: skip
    sums = issue_lists.by_township(lines)
    assert [(one.township, one.total, one.share) for one in sums] == [
        ("清水镇", 2, 0.5), ("云山乡", 1, 0.0),
    ]  # fmt: skip
    assert issue_lists.total(lines).total == 3


async def test_statements_do_not_grow_with_issues(database: Database, county: County) -> None:
    """One statement walks the scope, three more a page; none for one issue."""
    async with database.transaction() as db:
        for number in range(PAGE + 5):
            await _bare(db, county, number)
        seen: list[str] = []
        await db.connection.set_trace_callback(seen.append)
        walked = await rows_of(db, county["陈干事"], Wanted())
        await db.connection.set_trace_callback(None)  # type: ignore[arg-type]

    assert len(walked) == PAGE + 5
    assert len([one for one in seen if not one.startswith("--")]) == 1 + 2 * 3


async def _bare(db: Session, county: County, number: int) -> None:
    li = county["李队员"]
    day = date(2026, 11, 1).isoformat()
    await db.connection.execute(
        "INSERT INTO issue (id, county_id, township_id, team_id, text, tier, found_day, due, state,"
        " owner_id) VALUES (?, ?, ?, ?, '漏雨', 'general', ?, ?, 'open', ?)",
        (number + 1, li.county_id, li.township_id, li.team_id, day, day, li.id),
    )
    await db.connection.execute(
        "INSERT INTO custody (issue_id, kind, holder_id, holder, since_day, since_at, by_id)"
        " VALUES (?, 'team', ?, '永安村', ?, ?, ?)",
        (number + 1, li.team_id, day, ms(MONDAY), li.id),
    )


async def test_a_request_that_was_sent_back_is_no_progress(
    database: Database, county: County, three: dict[str, int]
) -> None:
    li, wang, late = county["李队员"], county["王队长"], three["late"]
    async with database.transaction() as db:
        await issue_steps.note(
            db, li, await issues.any_issue(db, late), "找了瓦匠", source="n", now=MONDAY
        )
        issue = await issues.any_issue(db, late)
        await closing.submit(db, li, issue, "已经修好不漏了", source="s", now=MONDAY)
        handed = (await rows_of(db, li, Wanted(id=late)))[0]
        issue = await issues.any_issue(db, late)
        await closing.send_back(db, wang, issue, "还在漏", now=MONDAY)
        back = (await rows_of(db, li, Wanted(id=late)))[0]

    assert (handed.effect, handed.note) == ("已经修好不漏了", "已经修好不漏了")
    assert (back.effect, back.note) == ("", "找了瓦匠")


async def test_standing_issues_are_chosen_and_go_on_page_by_page(
    database: Database, county: County, three: dict[str, int]
) -> None:
    async with database.reading() as db:
        boss = county["陈干事"]
        team = county["钱队员"].team_id
        every = issue_lists.Wanted()
        first = await issue_lists.standing(db, boss, every, limit=2)
        rest = await issue_lists.standing(db, boss, every, limit=2, after=2)
        of_team = await issue_lists.standing(
            db, boss, issue_lists.Wanted(in_team=team), limit=9
        )

        assert [one.id for one in (*first, *rest)] == [
            three[n] for n in ("other", "late", "near")
        ]
        assert await issue_lists.count(db, boss, every) == 3
        assert [one.id for one in of_team] == [three["near"]]
        assert await issue_lists.count(db, boss, issue_lists.Wanted(unit="县水务局")) == 0
