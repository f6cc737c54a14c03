"""Sweeps: who is on the list, whose visits count, who sees names; coverage in names and numbers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from county import MONDAY, County

from ledger import (
    audit,
    campaigns,
    coverage,
    household_card,
    issue_rows,
    issues,
    people,
    place_issues,
    promises,
    records,
    visits,
)
from ledger.campaigns import Campaign, Kind
from ledger.database import Database, Session
from ledger.errors import Refused
from ledger.issues import Found, Tier
from ledger.people import Person, scope_of
from ledger.promises import Promise
from ledger.rules import Rules
from ledger.visits import Visit

RULES = Rules()
TODAY = MONDAY.date()
UNTIL = date(2026, 12, 31)


async def visit(
    db: Session, by: Person, name: str, day: date = TODAY, *, group: str = ""
) -> int:
    known = await people.households(db, by)
    meant = next(one for one in known if one.name == name and group in {"", one.group_name})
    made = Visit(day, name, "一切正常", meant.id)
    return await visits.record(
        db, by, made, source=f"test:{name}{day}", now=MONDAY, rules=RULES
    )


async def begin(
    db: Session, by: Person, name: str = "大排查", kind: Kind = Kind.SWEEP, *, township: int = 0
) -> Campaign:
    await campaigns.start(db, by, name, kind, UNTIL, now=MONDAY, township=township)
    return await campaigns.access_campaign(db, by, name, kind)


async def counts(db: Session, campaign: Campaign, asker: Person) -> dict[str, tuple[int, int]]:
    done = await campaigns.progress(db, campaign, scope_of(asker))
    return {one.village: (one.visited, one.listed) for one in done.villages}


async def names(db: Session, campaign: Campaign, asker: Person, team: int = 0) -> list[str]:
    found = await campaigns.access_left_over(db, asker, campaign, team, now=MONDAY)
    return [one.label for one in found]


async def test_a_household_visited_twice_counts_once_and_old_visits_do_not(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        li = county["李队员"]
        await visit(db, li, "刘福来", TODAY - timedelta(days=1), group="二组")
        sweep = await begin(db, county["陈干事"])
        await visit(db, li, "张大山")
        await visit(db, county["赵队员"], "张大山")

        assert (await counts(db, sweep, county["陈干事"]))["永安村"] == (1, 5)
        left = await names(db, sweep, li)
        assert left[-1] == "刘福来（二组）", "who was visited last comes last"
        assert "张大山（三组）" not in left


async def test_a_visit_that_is_taken_back_does_not_count(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        li = county["李队员"]
        sweep = await begin(db, county["周总队长"])
        record = await records.access_record(db, li, await visit(db, li, "张大山"))
        assert (await counts(db, sweep, li))["永安村"] == (1, 5)

        await visits.counted(db, record, sign=-1)

        assert (await counts(db, sweep, li))["永安村"] == (0, 5)


async def test_scopes(database: Database, county: County) -> None:
    async with database.transaction() as db:
        chen, zhou, feng = county["陈干事"], county["周总队长"], county["冯总队长"]
        whole = await begin(db, chen)
        town = await begin(db, zhou, "清水排查")

        assert set(await counts(db, whole, chen)) == {"永安村", "柳树村", "石桥村"}
        assert set(await counts(db, whole, feng)) == {"石桥村"}
        assert set(await counts(db, whole, county["钱队员"])) == {"柳树村"}
        assert set(await counts(db, town, chen)) == {"永安村", "柳树村"}
        assert await names(db, whole, county["钱队员"]) == ["何满仓（一组）", "马春生（二组）"]
        assert await campaigns.running(db, scope_of(feng), TODAY) == [whole]
        with pytest.raises(Refused):
            await campaigns.access_campaign(db, feng, "清水排查", Kind.SWEEP)


async def test_a_team_never_sees_the_names_of_another(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        whole = await begin(db, county["陈干事"])
        other = county["钱队员"].team_id
        own = county["李队员"]

        assert all("何满仓" not in one for one in await names(db, whole, own, other))
        seen = await coverage.access_unvisited(db, own, other, 90, now=MONDAY)
        assert {one.team_id for one in seen} == {own.team_id}
        assert await names(db, whole, county["冯总队长"], other) == []
        assert (
            await coverage.access_unvisited(db, county["冯总队长"], other, 9, now=MONDAY) == []
        )


async def test_names_above_the_team_leave_a_trace(database: Database, county: County) -> None:
    async with database.transaction() as db:
        whole = await begin(db, county["陈干事"])
        team = county["李队员"].team_id
        await names(db, whole, county["李队员"], team)
        assert await audit.history(db, f"team:{team}") == []

        await names(db, whole, county["周总队长"], team)
        await coverage.access_unvisited(db, county["陈干事"], team, 60, now=MONDAY)

        kinds = [one["kind"] for one in await audit.history(db, f"team:{team}")]
        assert kinds == ["households.read"] * 2


async def test_a_household_entered_later_joins_while_it_runs(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        li = county["李队员"]
        sweep = await begin(db, county["陈干事"])
        await people.add_household(db, li.team_id, "新来户", group_name="一组")
        assert (await counts(db, sweep, li))["永安村"] == (0, 5)

        await campaigns.take_in_newcomers(db, TODAY)
        assert (await counts(db, sweep, li))["永安村"] == (0, 6)

        await people.add_household(db, li.team_id, "更晚户")
        await campaigns.take_in_newcomers(db, UNTIL + timedelta(days=1))
        assert (await counts(db, sweep, li))["永安村"] == (0, 6)


async def test_it_ends_by_itself_or_earlier_and_keeps_everything(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        chen, zhou = county["陈干事"], county["周总队长"]
        sweep = await begin(db, chen)
        await visit(db, county["李队员"], "张大山")
        after = UNTIL + timedelta(days=1)
        assert await campaigns.running(db, scope_of(chen), after) == []
        assert await campaigns.ended_since(db, scope_of(chen), UNTIL, after) == [sweep]
        with pytest.raises(Refused, match="not_yours"):
            await campaigns.end(db, zhou, sweep, now=MONDAY)

        await campaigns.end(db, chen, sweep, now=MONDAY)

        over = await campaigns.access_campaign(db, chen, "大排查", Kind.SWEEP)
        assert over.last_day == TODAY
        assert await campaigns.running(db, scope_of(chen), TODAY) == []
        assert (await counts(db, over, chen))["永安村"] == (1, 5)
        with pytest.raises(Refused, match="over"):
            await campaigns.end(db, chen, over, now=MONDAY)


async def test_who_may_begin_and_under_which_name(database: Database, county: County) -> None:
    async with database.transaction() as db:
        zhou = county["周总队长"]
        for name in ("王队长", "李队员"):
            with pytest.raises(Refused, match="only_above"):
                await begin(db, county[name])
        for bad in ("", "一", "大、小", "大%查", "大_查", "查" * 21, "大 查", "大\n查"):
            with pytest.raises(Refused, match="bad_name"):
                await begin(db, zhou, bad)
        with pytest.raises(Refused, match="ends_before"):
            await campaigns.start(
                db, zhou, "大排查", Kind.SWEEP, TODAY - timedelta(days=1), now=MONDAY
            )
        made = await begin(db, zhou, township=county["冯总队长"].township_id)
        assert made.township_id == zhou.township_id, "a township begins its own only"
        with pytest.raises(Refused, match="taken"):
            await begin(db, county["陈干事"])


async def test_tags_of_an_issue(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await begin(db, county["陈干事"])
        await begin(db, county["周总队长"], "清水排查")
        await begin(db, county["陈干事"], "3+1冲刺清零", Kind.TAG)
        yongan, shiqiao = county["李队员"].team_id, county["吴队员"].team_id

        assert await campaigns.tags_for(db, yongan, TODAY) == "大排查、清水排查"
        assert await campaigns.tags_for(db, shiqiao, TODAY) == "大排查"
        assert await campaigns.tags_for(db, shiqiao, TODAY - timedelta(days=1)) == ""
        assert await campaigns.tags_for(db, shiqiao, UNTIL + timedelta(days=1)) == ""


async def test_issues_with_a_name_are_counted_whole_names_only(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        chen, li = county["陈干事"], county["李队员"]
        tag = await begin(db, chen, "清零", Kind.TAG)
        for tags in ("清零", "大排查、清零", "3+1清零", ""):
            id = await report(db, li, "水管不通")
            await db.connection.execute("UPDATE issue SET tags = ? WHERE id = ?", (tags, id))

        assert (await campaigns.tagged(db, tag, chen)).total == 2
        assert (await campaigns.tagged(db, tag, county["冯总队长"])).total == 0


async def test_issues_found_since_stand_beside_the_visits(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        li = county["李队员"]
        await report(db, li, "早就有的", day=TODAY - timedelta(days=3))
        sweep = await begin(db, county["陈干事"])
        await report(db, li, "水管不通")

        done = await campaigns.progress(db, sweep, scope_of(li))

        assert (done.found, done.unsolved) == (1, 1)


async def test_the_chat_counts_what_the_export_holds(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        li, chen = county["李队员"], county["陈干事"]
        home = next(one for one in await people.households(db, li) if one.name == "张大山")
        early = TODAY - timedelta(days=3)
        await report(db, li, "早就有的", day=early, household=home.id)
        sweep = await begin(db, chen)
        tagged = await report(db, li, "水管不通")
        listed = await report(db, li, "屋顶漏雨", household=home.id)
        bare = await report(db, li, "路灯坏了")
        brought = await report(db, li, "清单里的", household=home.id)
        await db.connection.execute(
            "UPDATE issue SET tags = '' WHERE id IN (?, ?)", (listed, bare)
        )
        await db.connection.execute(
            "INSERT INTO catalogue (id, county_id, name, source, sha256, by_id, at)"
            " VALUES (1, ?, '巡视', 'inspection', '', ?, 0)", (chen.county_id, chen.id)
        )  # fmt: skip
        await db.connection.execute(
            "UPDATE issue SET catalogue_id = 1 WHERE id = ?", (brought,)
        )

        done = await campaigns.progress(db, sweep, scope_of(chen))
        pages = issue_rows.pages(db, chen, issue_rows.Wanted(campaign=sweep.name))
        held = [row.id async for page in pages for row in page]

        assert held == [tagged, listed]
        assert done.found == len(held)


async def test_coverage_counts_by_village_and_names_the_longest_first(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        li = county["李队员"]
        await visit(db, li, "王桂芳", TODAY - timedelta(days=10))
        await visit(db, li, "张大山", TODAY - timedelta(days=20))
        await visit(db, li, "张小山")

        found = await coverage.unvisited(db, county["陈干事"], 9, TODAY)
        assert {one.village: (one.unvisited, one.listed) for one in found} == {
            "永安村": (4, 5), "柳树村": (2, 2), "石桥村": (1, 1),
        }  # fmt: skip
        seen = await coverage.access_unvisited(db, li, 0, 9, now=MONDAY)
        assert [one.name for one in seen] == ["刘福来", "刘福来", "张大山", "王桂芳"]
        on_the_day = await coverage.access_unvisited(db, li, 0, 10, now=MONDAY)
        assert "王桂芳" not in {one.name for one in on_the_day}


async def test_the_card_of_a_household(database: Database, county: County) -> None:
    async with database.transaction() as db:
        li = county["李队员"]
        home = next(one for one in await people.households(db, li) if one.name == "张大山")
        await report(db, li, "水管不通", household=home.id, category="饮水")
        await report(db, li, "院墙倒了", household=home.id, category="其他")
        for text, by in (
            ("送煤", TODAY + timedelta(days=3)),
            ("老话", TODAY - timedelta(days=60)),
            ("问低保", None),
        ):
            made = Promise(TODAY, text, home.name, home.id, by)
            await promises.record(db, li, made, source=f"t:{text}", now=MONDAY, rules=RULES)

        card = await household_card.card(db, li, home, TODAY)

        assert [one.text for one in card.of_aspect("饮水")] == ["水管不通"]
        assert card.untouched == ["住房", "教育", "医疗", "收入"]
        assert [one.text for one in card.others] == ["院墙倒了"]
        assert [one.text for one in card.promised] == ["送煤", "问低保"]
        for other in ("钱队员", "冯总队长"):
            assert await place_issues.access_household(db, county[other], home.id) == []
        village = await place_issues.access_village(db, county["周总队长"], li.team_id, limit=1)
        assert (len(village.lines), village.unsolved, village.more) == (1, 2, 1)
        foreign = await place_issues.access_village(db, county["冯总队长"], li.team_id, limit=9)
        assert (foreign.lines, foreign.unsolved) == ([], 0)
        moved = replace(home, team_id=0)
        assert (await household_card.card(db, county["钱队员"], moved, TODAY)).issues == []


async def report(
    db: Session, by: Person, text: str, *, day: date = TODAY, household: int | None = None,
    category: str = "",
) -> int:  # fmt: skip
    due = day + timedelta(days=30)
    found = Found(day, text, Tier.GENERAL, due, "", household, category)
    return await issues.report(db, by, found, source=f"t:{text}{day}", now=MONDAY, rules=RULES)
