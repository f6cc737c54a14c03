"""Findings: how long one may explain, who may decide, what counts."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from county import MONDAY, County

from ledger import audit, finding_steps, findings, people
from ledger.clock import SHANGHAI
from ledger.database import Database, Session
from ledger.days import is_workday
from ledger.errors import Refused
from ledger.findings import Finding, Found, Source, State
from ledger.people import Scope
from ledger.reply_windows import deadline
from ledger.rules import Rules
from templates.words import Words

RULES = Rules()
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def moment(words: str) -> datetime:
    return datetime.strptime(f"2026-{words}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def found(county: County, who: str | None = "李队员", **change: object) -> Found:
    li = county[who or "李队员"]
    usual = Found(
        county.id, li.township_id, li.team_id, li.id if who else None, Source.CHAT, 1, "未答复",
        "11:00 前没有收到答复", MONDAY.date(), None,
    )  # fmt: skip
    return replace(usual, **change)


async def opened(
    db: Session, county: County, who: str | None = "李队员", *, now: datetime = MONDAY,
    **change: object,
) -> Finding:  # fmt: skip
    return await findings.open_finding(db, found(county, who, **change), now=now, rules=RULES)


async def told(db: Session, county: County, **change: object) -> Finding:
    """Opened, and the person knows of it."""
    one = await opened(db, county, **change)  # type: ignore[arg-type]
    await finding_steps.claim_telling(db, one, RULES, now=MONDAY)
    return await findings.by_id(db, one.id)


# the hours
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("11-23 09:00", "11-25 15:00"),  # 9 h on Monday, 10 h on Tuesday, 5 h on Wednesday
        ("11-23 07:00", "11-25 12:00"),  # the night before does not count
        ("11-23 12:30", "11-25 18:00"),  # nor does the midday rest
        ("11-23 20:00", "11-26 12:00"),
        ("11-27 16:00", "12-01 20:00"),  # Friday afternoon: the weekend is left out
        ("11-28 10:00", "12-02 12:00"),  # a Saturday
        ("09-30 19:00", "10-10 11:00"),  # the National Day's week; Saturday the 10th is worked
    ],
)
def test_only_working_hours_count(start: str, end: str) -> None:
    assert deadline(moment(start), 24, RULES) == moment(end)


def test_each_hour_of_the_reply_is_a_waking_one() -> None:
    """Counted minute by minute, whatever the start: never less than what was promised."""
    for minutes in range(0, 7 * 24 * 60, 97):
        start = MONDAY + timedelta(minutes=minutes)
        until = deadline(start, 24, RULES)
        each = [start + timedelta(minutes=one) for one in range((until - start) // MINUTE)]
        awake = sum(is_workday(at.date(), RULES) and not RULES.quiet(at.time()) for at in each)
        assert awake == 24 * 60, start


def test_days_on_which_he_does_not_work_are_left_out() -> None:
    away = {date(2026, 11, 24), date(2026, 11, 25)}

    until = deadline(MONDAY, 24, RULES, lambda day: is_workday(day, RULES) and day not in away)

    assert until == deadline(MONDAY, 24, RULES) + 2 * DAY


def test_a_county_without_a_working_day_ends_somewhere() -> None:
    assert deadline(MONDAY, 24, RULES, lambda _day: False) > MONDAY


async def test_leave_gives_time_back_also_when_it_comes_later(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        one = await opened(db, county)
        before = one.until
        await db.connection.execute(
            "INSERT INTO leave (person_id, kind, from_day, to_day, reason, state, asked_at)"
            " VALUES (:id, '事假', '2026-11-24', '2026-11-24', '', 'approved', 1)",
            {"id": county["李队员"].id},
        )
        after = await findings.prolonged(db, one, RULES, now=MONDAY)

    assert after.until - before == DAY


# opening
async def test_the_same_finding_is_opened_once(database: Database, county: County) -> None:
    async with database.transaction() as db:
        first = await opened(db, county)
        again = await opened(db, county, now=MONDAY + DAY)
        team = await opened(db, county, None)
        team_again = await opened(db, county, None)
        other = await opened(db, county, category="其他")
        both = await findings.of_source(db, Source.CHAT, 1)

    assert first == again
    assert team == team_again
    assert [one.id for one in both] == [first.id, team.id, other.id]


# who
async def test_who_sees_it(database: Database, county: County) -> None:
    async with database.transaction() as db:
        one = await opened(db, county)
        seen = set()
        for name, person in county.people.items():
            listed = await findings.access_findings(db, person)
            if listed:
                assert await findings.access_finding(db, person, one.id) == listed[0] == one
                seen.add(name)
                continue
            with pytest.raises(Refused) as why:
                await findings.access_finding(db, person, one.id)
            assert why.value.block == "findings.not_found"

    assert seen == {"李队员", "王队长", "周总队长", "陈干事"}


async def test_who_may_explain(database: Database, county: County) -> None:
    async with database.transaction() as db:
        own, team = await opened(db, county), await opened(db, county, None)
        for name, person in county.people.items():
            for one, writer in ((own, "李队员"), (team, "王队长")):
                if name != writer:
                    with pytest.raises(Refused) as why:
                        await findings.reply(db, person, one, "替他说", now=MONDAY)
                    assert why.value.block == "findings.not_yours_to_explain"
        after = await findings.reply(db, county["李队员"], own, "开会", now=MONDAY)
        after = await findings.reply(db, county["李队员"], after, "有通知", now=MONDAY + HOUR)

    assert after.reply == "开会；有通知"
    assert after.replied_at == int(MONDAY.timestamp() * 1000)


async def refused(
    db: Session, by: people.Person, one: Finding, state: State, now: datetime, why: str = "问过"
) -> str:
    try:
        async with db.savepoint():
            await findings.decide(db, by, one, state, why, now=now, rules=RULES)
            return ""
    except Refused as said:
        return said.block


async def test_who_may_decide_and_when(database: Database, county: County) -> None:
    zhou, chen = county["周总队长"], county["陈干事"]
    late = MONDAY + 3 * DAY
    async with database.transaction() as db:
        one = await told(db, county)
        for name in ("李队员", "王队长", "赵队员"):
            said = await refused(db, county[name], one, State.CONFIRMED, late)
            assert said == "findings.not_yours_to_decide"
        for name in ("陈干事", "冯总队长"):
            said = await refused(db, county[name], one, State.CONFIRMED, late)
            assert said == "findings.township_first"
        assert (
            await refused(db, zhou, one, State.CONFIRMED, MONDAY + HOUR) == "findings.not_heard"
        )
        assert (
            await refused(db, zhou, one, State.CONFIRMED, late, " ") == "findings.needs_reason"
        )
        assert await refused(db, zhou, one, State.LIFTED, MONDAY + HOUR) == ""
        one = await findings.by_id(db, one.id)
        assert (
            await refused(db, zhou, one, State.CONFIRMED, late) == "findings.decided_yourself"
        )
        assert await refused(db, chen, one, State.LIFTED, late) == "findings.decided_so"
        # lifted early: even the one who changes it must wait for the reply or its end
        assert (
            await refused(db, chen, one, State.CONFIRMED, MONDAY + HOUR) == "findings.not_heard"
        )
        assert await refused(db, chen, one, State.CONFIRMED, late) == ""
        one = await findings.by_id(db, one.id)
        month_later = MONDAY + HOUR + 30 * DAY
        assert await refused(db, zhou, one, State.LIFTED, month_later + HOUR) == (
            "findings.too_long_ago"
        )
        assert await refused(db, zhou, one, State.LIFTED, month_later) == ""
        kinds = [event["kind"] for event in await findings.history(db, one)]

    assert kinds == ["finding.opened", "finding.decided", "finding.changed", "finding.changed"]


async def test_the_finder_does_not_decide_and_the_county_does_for_an_empty_township(
    database: Database, county: County
) -> None:
    zhou, chen = county["周总队长"], county["陈干事"]
    late = MONDAY + 3 * DAY
    async with database.transaction() as db:
        one = await told(db, county, found_by=zhou.id)
        allowed = [who.name for who in await findings.deciders(db, one, day=late.date())]
        assert allowed == ["陈干事"]
        assert await refused(db, zhou, one, State.CONFIRMED, late) == "findings.finder"
        assert await refused(db, chen, one, State.CONFIRMED, late) == ""


async def test_two_at_once_decide_once(database: Database, county: County) -> None:
    """A card that was looked at before somebody else decided changes nothing."""
    late = MONDAY + 3 * DAY
    async with database.transaction() as db:
        one = await opened(db, county)
        await findings.decide(
            db, county["周总队长"], one, State.LIFTED, "问过", now=late, rules=RULES
        )
        again = await refused(db, county["周总队长"], one, State.CONFIRMED, late)

    assert again == "findings.changed_meanwhile"


# what counts
async def test_only_confirmed_ones_count(database: Database, county: County) -> None:
    late, scope = MONDAY + 3 * DAY, Scope(county.id)
    month = (date(2026, 11, 1), date(2026, 11, 30))
    async with database.transaction() as db:
        ids = [(await told(db, county, source_id=one)).id for one in (1, 2, 3)]
        assert await findings.open_count(db, scope) == 3
        assert await finding_steps.counts(db, scope, *month) == []
        for id, state in zip(ids[1:], (State.CONFIRMED, State.LIFTED), strict=True):
            one = await findings.by_id(db, id)
            await findings.decide(
                db, county["周总队长"], one, state, "问过", now=late, rules=RULES
            )
        counted = await finding_steps.counts(db, scope, *month)
        elsewhere = await finding_steps.counts(
            db, Scope(county.id, county["冯总队长"].township_id), *month
        )
        assert await findings.open_count(db, scope) == 1

    assert [(one.source, one.category, one.n) for one in counted] == [("chat", "未答复", 1)]
    assert elsewhere == []


async def test_a_late_answer_to_the_check_is_the_reply(
    database: Database, county: County
) -> None:
    li, zhao = county["李队员"], county["赵队员"]
    async with database.transaction() as db:
        one = await opened(db, county)
        await findings.heard_late(db, Source.CHAT, 1, zhao.id, "在村", now=MONDAY)
        await findings.heard_late(db, Source.CHAT, 1, li.id, "刚看到，在村", now=MONDAY)
        after = await findings.by_id(db, one.id)

    assert after.reply == "刚看到，在村"
    assert after.heard(MONDAY)


# what checks have led to, and when something was said
async def test_outcomes_of_checks_are_said_once_for_all(
    database: Database, county: County
) -> None:
    late, zhou = MONDAY + 3 * DAY, county["周总队长"]
    async with database.transaction() as db:
        for number, state in ((1, None), (2, State.CONFIRMED), (3, State.LIFTED)):
            one = await told(db, county, source_id=number)
            if state:
                await findings.decide(db, zhou, one, state, "问过", now=late, rules=RULES)
        said = await finding_steps.outcomes(db, Source.CHAT, [1, 2, 3, 4])
        other = await finding_steps.outcomes(db, Source.PHONE, [1, 2, 3])
        await opened(db, county, source_id=2, category="其他")
        again = await finding_steps.outcomes(db, Source.CHAT, [2])

    assert said == {1: "open", 2: "confirmed", 3: "lifted"}
    assert other == {}
    assert again == {2: "open"}


async def test_a_reply_taken_from_the_check_keeps_its_own_time(
    database: Database, county: County
) -> None:
    li, said_at = county["李队员"], MONDAY + HOUR
    opens = said_at + 7 * MINUTE
    async with database.transaction() as db:
        await audit.record(
            db, li.id, "check.explained", subject="check:1", body={"note": "在村"}, now=said_at
        )
        one = await opened(db, county, now=opens)
        await findings.heard_late(db, Source.CHAT, 1, li.id, "在村", now=opens)
        after = await findings.by_id(db, one.id)
        steps = await findings.history(db, after)

    assert after.replied_at == int(said_at.timestamp() * 1000)
    assert steps[-1]["body"]["said_at"] == after.replied_at


async def test_the_last_decision_is_known_while_it_may_be_changed(
    database: Database, county: County
) -> None:
    li, late = county["李队员"], MONDAY + 3 * DAY
    async with database.transaction() as db:
        assert await finding_steps.last_decided(db, li.id, now=late) is None
        one = await told(db, county)
        await findings.decide(
            db, county["周总队长"], one, State.LIFTED, "问过", now=late, rules=RULES
        )
        last = await finding_steps.last_decided(db, li.id, now=late + 30 * DAY)
        over = await finding_steps.last_decided(db, li.id, now=late + 31 * DAY)

    assert last is not None
    assert last.id == one.id
    assert over is None


async def test_category_state_and_call_result_are_not_mixed(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        call = await opened(
            db, county, source=Source.PHONE, category="待说明", facts="待说明。在"
        )
        visit = await opened(
            db, county, source=Source.VISIT, category="脱岗走读", facts="未见人。门锁着"
        )
    words = Words()

    assert words.say("findings.about", finding=call) == (
        "永安村 李队员，11月23日电话抽查：需要本人说明情况，打电话的人备注“在”"
    )
    assert words.say("findings.told_line", finding=visit) == (
        "2号：11月23日暗访，未见人。门锁着（脱岗走读）"
    )
