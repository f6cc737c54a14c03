"""Spot checks: windows in working time, draws that can be redone, answers that count once."""

import hashlib
import json
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County
from hypothesis import given
from hypothesis import strategies as st

from ledger import (
    audit,
    check_windows,
    draw_periods,
    draws,
    leave,
    people,
    periods,
    spotchecks,
)
from ledger.chance import Lots, Seeds
from ledger.clock import SHANGHAI, moment, ms
from ledger.database import Database, Session
from ledger.draws import ASKED, Draw, Wish
from ledger.errors import Refused
from ledger.people import Scope
from ledger.rules import Rules
from ledger.seed_vault import Vault
from ledger.spotchecks import IN_VILLAGE, NO_SIGNAL, ON_LEAVE, Check, Given, Heard
from ledger.windows import after_outage, next_start, waking, window
from templates.words import Words

RULES = Rules()
WORDS = Words()
SEED = bytes(range(32))
SEEDS = [hashlib.sha256(f"seed {number}".encode()).digest() for number in range(400)]
NAME = "2026-11-23|asked|1"


def on(clock: str, day: str = "2026-11-23") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


# windows
@pytest.mark.parametrize(
    ("start", "reminds", "closes"),
    [
        ("08:30", "10:06", "10:30"),
        ("09:59", "11:35", "11:59"),
        ("10:00", "11:36", "14:00"),  # 12:00 is the midday rest's beginning, not a deadline
        ("11:00", "14:36", "15:00"),
        ("11:50", "15:26", "15:50"),
        ("14:00", "15:36", "16:00"),
        ("17:29", "19:05", "19:29"),
    ],
)
def test_a_window_counts_working_time_only(start: str, reminds: str, closes: str) -> None:
    span = window(on(start), RULES)
    assert span is not None
    assert (span.reminds, span.closes) == (on(reminds), on(closes))


@pytest.mark.parametrize(
    ("start", "following"),
    [
        (on("07:59"), on("08:30")),
        (on("12:00"), on("14:00")),
        (on("13:59"), on("14:00")),
        (on("17:30"), on("08:30", "2026-11-24")),
        (on("23:00"), on("08:30", "2026-11-24")),
        (on("10:00", "2026-11-28"), on("08:30", "2026-11-30")),  # Saturday
        (on("10:00", "2026-10-01"), on("08:30", "2026-10-08")),  # National Day
    ],
)
def test_outside_working_time_there_is_no_window_but_a_next_moment(
    start: datetime, following: datetime
) -> None:
    assert window(start, RULES) is None
    assert next_start(start, RULES) == following


def test_hours_that_fit_no_window_name_no_next_moment() -> None:
    assert next_start(MONDAY, Rules(check_window=900)) is None


@given(st.integers(0, 14 * 24 * 60 - 1))
def test_no_window_touches_the_quiet_hours(minute: int) -> None:
    span = window(on("00:00") + timedelta(minutes=minute), RULES)
    if span:
        for one in (span.opens, span.reminds, span.closes):
            assert not RULES.quiet(one.time())
            assert one.date() == span.opens.date()
        assert waking(span.opens, span.closes, RULES) == timedelta(minutes=RULES.check_window)
        assert span.opens < span.reminds < span.closes


@pytest.mark.parametrize(
    ("opened", "silent", "back", "closes"),
    [
        ("09:00", "09:30", "10:00", "11:30"),  # half an hour lost, half an hour given
        ("09:00", "10:30", "11:20", "11:50"),  # over the deadline: the rest is left
        ("09:00", "10:30", "15:00", "15:30"),
        ("11:00", "11:30", "14:30", "16:00"),  # the midday rest was no loss
        ("16:00", "16:30", "19:00", None),  # no room before the night
    ],
)
def test_an_outage_is_given_back_or_the_window_is_void(
    opened: str, silent: str, back: str, closes: str | None
) -> None:
    span = window(on(opened), RULES)
    assert span is not None
    moved = after_outage(span, on(silent), on(back), RULES)
    assert (moved.closes if moved else None) == (on(closes) if closes else None)


def test_a_window_is_void_when_the_system_comes_back_another_day() -> None:
    span = window(on("16:00"), RULES)
    assert span is not None
    assert after_outage(span, on("16:30"), on("09:00", "2026-11-24"), RULES) is None


def test_a_reminder_already_due_before_the_outage_stays_where_it_was() -> None:
    span = window(on("09:00"), RULES)
    assert span is not None
    moved = after_outage(span, on("10:40"), on("11:00"), RULES)
    assert moved is not None
    assert moved.reminds == span.reminds


# draws
def in_townships(teams: dict[int, list[int]]) -> draws.Pool:
    """Teams with their members, spread over seven townships."""
    pool: draws.Pool = {}
    for team, some in teams.items():
        pool.setdefault(team % 7 + 1, {})[team] = [team * 10 + one for one in some]
    return pool


def flat(pool: draws.Pool) -> dict[int, list[int]]:
    return {team: some for teams in pool.values() for team, some in teams.items()}


POOLS = st.dictionaries(
    st.integers(1, 60), st.lists(st.integers(1, 5), min_size=1, max_size=5, unique=True),
    min_size=1, max_size=20,
).map(in_townships)  # fmt: skip


@given(POOLS, st.integers(1, 25), st.randoms(use_true_random=False))
def test_a_draw_does_not_depend_on_the_order_of_the_pool(pool, wanted, shuffler) -> None:
    def mix(some):
        return sorted(some, key=lambda _: shuffler.random())

    mixed = {
        town: {team: mix(pool[town][team]) for team in mix(pool[town])} for town in mix(pool)
    }
    assert draws.pick(SEED, NAME, mixed, wanted) == draws.pick(SEED, NAME, pool, wanted)
    assert draws.canonical(mixed) == draws.canonical(pool)


@given(POOLS, st.integers(1, 25))
def test_each_team_once_and_its_own_member(pool, wanted) -> None:
    picks = draws.pick(SEED, NAME, pool, wanted)
    teams = flat(pool)
    assert len(picks) == min(wanted, len(teams))
    assert len({team for team, _ in picks}) == len(picks)
    assert all(person in teams[team] for team, person in picks)


@given(POOLS, st.integers(1, 25))
def test_every_township_has_its_share(pool, wanted) -> None:
    drawn = Counter(team % 7 + 1 for team, _ in draws.pick(SEED, NAME, pool, wanted))
    every = len(flat(pool))
    for town, teams in pool.items():
        share = min(wanted, every) * len(teams) / every
        assert abs(drawn[town] - share) < 1


@given(POOLS, st.integers(1, 25), st.sets(st.integers(1, 700)))
def test_nobody_on_leave_busy_or_unbound_is_ever_drawn(pool, wanted, away) -> None:
    members = [person_of(one, team) for team, some in flat(pool).items() for one in some]
    everybody = {one.id for one in members}
    busy = {one for one in everybody if one % 7 == 0}
    bound = {one for one in everybody if one % 5}
    found = draws.sort_out(members, away=away, busy=busy, bound=bound)
    drawn = {person for _, person in draws.pick(SEED, NAME, found.pool, wanted)}
    assert not drawn & away
    assert not drawn & busy
    assert drawn <= bound
    assert found.people + found.left_out == len(members)


def person_of(id: int, team: int) -> people.Person:
    return people.Person(
        id,
        f"甲{id}",
        people.Role.MEMBER,
        "",
        "",
        "",
        1,
        "安和县",
        1,
        "清水镇",
        team,
        "村",
        None,
    )


def test_teams_and_members_are_drawn_equally_often() -> None:
    teams_of = {team: list(range(3)) for team in range(1, 21)}
    pool = in_townships(teams_of)
    picks = [one for seed in SEEDS for one in draws.pick(seed, NAME, pool, 5)]
    teams = Counter(team for team, _ in picks)
    places = Counter(person % 10 for _, person in picks)
    expected = 400 * 5 / 20
    # 400 fixed seeds; 19 degrees of freedom: 43.8 is the 0.1 % point; 2 degrees: 13.8
    assert sum((teams[team] - expected) ** 2 / expected for team in teams_of) < 43.8
    assert sum((places[one] - 2000 / 3) ** 2 / (2000 / 3) for one in range(3)) < 13.8


# records
async def drawn(
    db: Session, county: County, *, wanted: int = 3, now: datetime = MONDAY
) -> tuple[Draw, list[Check]]:
    found = await draws.eligible(db, Scope(county.id), day=now.date())
    name = await draws.next_name(db, county.id, now.date())
    wish = Wish(ASKED, name, SEED, wanted, county["陈干事"].id)
    draw = await draws.make(db, county.id, wish, found.pool, now=now)
    span = window(now, RULES)
    assert span is not None
    return draw, await spotchecks.send(db, draw, span, WORDS.say, now=now)


async def counted(db: Session, team: int) -> tuple[int, int, int]:
    key = periods.span(periods.Period.DAY, MONDAY.date()).key
    rows = await db.connection.execute_fetchall(
        "SELECT checked, answered, unanswered FROM team_period WHERE kind = 0 AND period = ?"
        " AND team_id = ?", (key, team),
    )  # fmt: skip
    return tuple(next(iter(rows), (0, 0, 0)))


async def answer(db: Session, check: Check, words: str, now: datetime) -> Heard:
    fresh = await spotchecks.by_id(db, check.id)
    return await spotchecks.answer(db, fresh, Given(words), rules=RULES, now=now)


async def steps(db: Session, subject: str) -> list[str]:
    return [one["kind"] for one in await audit.history(db, subject)]


async def test_redoing_the_stored_draw_gives_the_stored_result(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        made, checks = await drawn(db, county, wanted=2)
    async with database.reading() as db:
        stored = await draws.by_id(db, made.id)
        (event,) = await audit.history(db, f"draw:{made.id}")
    assert (
        draws.redo(stored) == stored.picks == [(one.team_id, one.person_id) for one in checks]
    )
    assert stored.name == NAME
    assert event["body"]["seed_sha256"] == hashlib.sha256(SEED).hexdigest()
    assert event["body"]["pool_sha256"] == hashlib.sha256(stored.pool.encode()).hexdigest()
    assert SEED.hex() not in json.dumps(event["body"])


async def test_a_changed_pool_or_seed_no_longer_gives_the_stored_result(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        made, _ = await drawn(db, county, wanted=1)
    gone = str(made.picks[0][0])
    smaller = {
        town: {team: some for team, some in teams.items() if team != gone}
        for town, teams in json.loads(made.pool).items()
    }
    other = Draw(**{**vars(made), "pool": json.dumps(smaller)})
    assert draws.redo(other) != made.picks
    assert any(
        draws.redo(Draw(**{**vars(made), "seed": one.hex()})) != made.picks for one in SEEDS[:5]
    )


def test_a_draw_of_an_older_release_can_still_be_redone() -> None:
    pool = {"1": [11, 12], "2": [21], "3": [31, 32]}
    lots = Lots(SEED)
    teams = lots.pick(f"team|{NAME}", pool, 2)
    picks = [
        (int(team), int(lots.pick(f"member|{NAME}|{team}", map(str, pool[team]), 1)[0]))
        for team in teams
    ]
    old = Draw(
        1, 1, ASKED, NAME, SEED.hex(), 1, 0, 2, json.dumps(pool), json.dumps(picks), None,
        "chat", None, "",
    )  # fmt: skip
    assert draws.redo(old) == picks


async def test_whoever_was_asked_is_left_alone_for_some_days(
    database: Database, county: County, tmp_path: Path
) -> None:
    vault = Vault(tmp_path / "seeds", Seeds("x"))
    async with database.transaction() as db:
        period = await draw_periods.open_month(
            db, county.id, date(2026, 11, 1), vault, RULES, now=MONDAY
        )
        found = await draws.eligible(db, Scope(county.id), day=MONDAY.date())
        wish = Wish(ASKED, NAME, SEED, 1, county["陈干事"].id, period_id=period.id)
        draw = await draws.make(db, county.id, wish, found.pool, now=MONDAY)
        span = window(MONDAY, RULES)
        assert span is not None
        ((check),) = await spotchecks.send(db, draw, span, WORDS.say, now=MONDAY)
        await answer(db, check, IN_VILLAGE, on("09:10"))
        for day, spared in ((24, 1), (26, 1), (27, 0)):
            later = await draws.eligible(db, Scope(county.id), day=date(2026, 11, day))
            assert later.spared == spared
            drawn = {one for some in flat(later.pool).values() for one in some}
            assert (check.person_id in drawn) is (not spared)


async def test_who_may_be_drawn_and_who_is_left_out_and_why(
    database: Database, county: County
) -> None:
    today = MONDAY.date()
    async with database.transaction() as db:
        li, wang = county["李队员"], county["王队长"]
        id = await leave.ask(db, li, today, today, "看病", source="t:1", now=MONDAY)
        asked = await leave.access_leave(db, wang, id)
        before = await draws.eligible(db, Scope(county.id), day=today)
        await leave.decide(db, wang, asked, li, approve=True, now=MONDAY)
        await db.connection.execute(
            "UPDATE address SET unbound_at = 1 WHERE person_id = ?", (county["钱队员"].id,)
        )
        await db.connection.execute(
            "UPDATE person SET left_day = '2026-11-22' WHERE id = ?", (county["吴队员"].id,)
        )
        after = await draws.eligible(db, Scope(county.id), day=today)
        tomorrow = await draws.eligible(db, Scope(county.id), day=date(2026, 11, 24))
        own = await draws.eligible(db, Scope(county.id, wang.township_id), day=today)
    assert before.left_out == 0  # asked for is not approved
    assert (after.away, after.busy, after.unbound) == (1, 0, 1)
    assert li.id not in flat(after.pool)[li.team_id]
    assert li.id in flat(tomorrow.pool)[li.team_id]
    assert flat(after.pool)[county["郑队长"].team_id] == [county["郑队长"].id]
    assert set(own.pool) == {wang.township_id}
    assert set(flat(own.pool)) == {wang.team_id, county["孙队长"].team_id}


async def test_nobody_is_drawn_twice_on_one_day_even_when_he_has_answered(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        first, checks = await drawn(db, county)
        second, more = await drawn(db, county)
        await answer(db, checks[0], IN_VILLAGE, MONDAY)
        third = await draws.eligible(db, Scope(county.id), day=MONDAY.date())
    assert not {one.person_id for one in checks} & {one.person_id for one in more}
    assert (first.name, second.name) == (NAME, "2026-11-23|asked|2")
    assert third.busy == 6


async def test_sending_counts_each_check_and_posts_one_card_with_an_end(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        _, checks = await drawn(db, county)
        rows = await db.connection.execute_fetchall(
            "SELECT dedupe, expires_at, lane FROM outbox WHERE kind = 'check' ORDER BY id"
        )
        assert [tuple(row) for row in rows] == [
            (f"check:{one.id}", ms(on("11:00")), 5) for one in checks
        ]
        for one in checks:
            assert await counted(db, one.team_id) == (1, 0, 0)
            assert await steps(db, f"check:{one.id}") == ["check.sent"]


async def test_the_first_answer_counts(database: Database, county: County) -> None:
    async with database.transaction() as db:
        _, (check, *_) = await drawn(db, county)
        assert await answer(db, check, ON_LEAVE, on("09:05")) is Heard.ANSWERED
        assert await answer(db, check, IN_VILLAGE, on("09:06")) is Heard.ALREADY
        settled = await spotchecks.by_id(db, check.id)
        assert (settled.state, settled.answer) == ("answered", ON_LEAVE)
        assert await counted(db, check.team_id) == (1, 1, 0)
        assert not await leave.is_away(db, check.person_id, MONDAY.date())
        assert await spotchecks.open_for(db, check.person_id, on("09:07")) is None


async def test_no_signal_stretches_once_and_ends_as_an_answer(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        _, (check, *_) = await drawn(db, county, now=on("14:30"))
        assert await answer(db, check, NO_SIGNAL, on("15:00")) is Heard.LATER
        assert await answer(db, check, NO_SIGNAL, on("15:10")) is Heard.ALREADY
        waiting = await spotchecks.open_for(db, check.person_id, on("17:00"))
        assert waiting is not None
        assert waiting.closes == on("17:30")
        assert await check_windows.take_reminders(db, now=on("17:20")) == []
        await check_windows.take_closed(db, now=on("17:30"))
        closed = await spotchecks.by_id(db, check.id)
        assert (closed.state, closed.answer) == ("answered", "无信号")
        assert await counted(db, check.team_id) == (1, 1, 0)
        assert await answer(db, closed, "在镇上开会", on("18:00")) is Heard.ADDED


async def test_no_signal_late_in_the_day_ends_before_the_night(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        _, (check, *_) = await drawn(db, county, now=on("17:20"))
        await answer(db, check, NO_SIGNAL, on("18:00"))
        assert (await spotchecks.by_id(db, check.id)).closes == on("19:55")


async def deliver(db: Session) -> None:
    await db.connection.execute("UPDATE outbox SET state = 'sent' WHERE kind = 'check'")


async def test_after_the_deadline_words_are_kept_as_an_explanation(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        _, (check, *_) = await drawn(db, county)
        await deliver(db)
        await check_windows.take_closed(db, now=on("11:00"))
        assert await counted(db, check.team_id) == (1, 0, 1)
        assert await answer(db, check, "在县里开会", on("11:30")) is Heard.EXPLAINED
        missed = await spotchecks.by_id(db, check.id)
        assert (missed.state, missed.note, missed.answer) == ("missed", "在县里开会", "")
        assert await counted(db, check.team_id) == (1, 0, 1)
        assert await steps(db, f"check:{check.id}") == [
            "check.sent", "check.missed", "check.explained"
        ]  # fmt: skip


async def test_an_answer_sent_in_time_but_heard_late_takes_the_miss_back(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        _, (check, *_) = await drawn(db, county)
        await deliver(db)
        await check_windows.take_closed(db, now=on("11:00"))
        assert await answer(db, check, IN_VILLAGE, on("10:59")) is Heard.ANSWERED
        assert await counted(db, check.team_id) == (1, 1, 0)


async def test_a_card_that_never_arrived_makes_the_check_void(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        _, (one, two, three) = await drawn(db, county)
        await deliver(db)
        await db.connection.execute(
            "UPDATE outbox SET state = 'dead' WHERE dedupe = ?", (f"check:{one.id}",)
        )
        await db.connection.execute(
            "UPDATE outbox SET state = 'ready' WHERE dedupe = ?", (f"check:{two.id}",)
        )
        early = await check_windows.take_closed(db, now=on("09:10"))
        late = await check_windows.take_closed(db, now=on("11:00"))
        assert [(check.id, check.state) for check in early] == [(one.id, "void")]
        assert [(c.id, c.state) for c in late] == [(two.id, "void"), (three.id, "missed")]
        assert await counted(db, one.team_id) == (0, 0, 0)
        assert await answer(db, one, IN_VILLAGE, on("11:10")) is Heard.VOID


async def test_plain_words_belong_to_the_open_check_first_then_to_a_fresh_one(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        _, (check, *_) = await drawn(db, county)
        await deliver(db)
        person = check.person_id
        assert await listens(db, person, "09:01") == check.id
        await answer(db, check, IN_VILLAGE, on("09:02"))
        assert await listens(db, person, "09:03") == check.id
        assert await listens(db, person, "11:01") is None  # the window is over
        await spotchecks.add_note(db, check, "在三组", now=on("09:04"))
        assert await listens(db, person, "09:05") is None  # one note


async def test_plain_words_explain_a_miss_for_a_day(database: Database, county: County) -> None:
    async with database.transaction() as db:
        _, (check, *_) = await drawn(db, county)
        await deliver(db)
        await check_windows.take_closed(db, now=on("11:00"))
        assert await listens(db, check.person_id, "20:00") == check.id
        assert await listens(db, check.person_id, "11:01", "2026-11-24") is None
        await spotchecks.explain(db, check, "手机没电", now=on("12:00"))
        assert await listens(db, check.person_id, "12:01") is None


async def listens(db: Session, person: int, clock: str, day: str = "2026-11-23") -> int | None:
    found = await spotchecks.listening(db, person, now=on(clock, day))
    return found.id if found else None


async def test_somebody_elses_check_is_as_if_it_were_not_there(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        draw, (check, *_) = await drawn(db, county)
        other = next(one for one in county.people.values() if one.id != check.person_id)
        with pytest.raises(Refused, match=r"spotchecks\.not_found"):
            await spotchecks.access_own(db, other, check.id)
        with pytest.raises(Refused, match=r"spotchecks\.no_draw"):
            await draws.access_draw(db, county["陈干事"], draw.id + 1)
        for staff, seen in (("陈干事", 3), ("周总队长", 2), ("冯总队长", 1)):
            assert len(await spotchecks.of_draw(db, county[staff], draw)) == seen


async def test_a_township_does_not_see_a_draw_that_met_nobody_of_its_own(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        scope = Scope(county.id, county["周总队长"].township_id)
        found = await draws.eligible(db, scope, day=MONDAY.date())
        wish = Wish(ASKED, NAME, SEED, 2, county["周总队长"].id)
        draw = await draws.make(db, county.id, wish, found.pool, now=MONDAY)
        span = window(MONDAY, RULES)
        assert span is not None
        await spotchecks.send(db, draw, span, WORDS.say, now=MONDAY)
        assert await draws.recent(db, county["冯总队长"], limit=5) == []
        with pytest.raises(Refused, match=r"spotchecks\.no_draw"):
            await draws.access_draw(db, county["冯总队长"], draw.id)
        assert await draws.recent(db, county["陈干事"], limit=5) == [draw]


async def test_two_hands_on_the_same_check_settle_it_once(
    database: Database, county: County
) -> None:
    """Both looked before either wrote: the row itself decides, the counters follow it."""
    async with database.transaction() as db:
        _, (one, two, _) = await drawn(db, county)
        stale = Given(IN_VILLAGE)
        heard = [await spotchecks.answer(db, one, stale, rules=RULES, now=MONDAY) for _ in "ab"]
        assert heard == [Heard.ANSWERED, Heard.ALREADY]
        assert await counted(db, one.team_id) == (1, 1, 0)
        for _ in "ab":
            await check_windows.void(db, two, now=MONDAY)
        assert await counted(db, two.team_id) == (0, 0, 0)


async def test_a_place_offered_is_kept_and_answers_nothing(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        _, (check, *_) = await drawn(db, county)
        await spotchecks.keep_place(db, check, "31.1,121.5", now=MONDAY)
        await answer(db, check, IN_VILLAGE, on("09:05"))
        settled = await spotchecks.by_id(db, check.id)
        assert (settled.place, settled.answer) == ("31.1,121.5", IN_VILLAGE)


async def test_the_log_of_a_whole_check_verifies(database: Database, county: County) -> None:
    async with database.transaction() as db:
        _, checks = await drawn(db, county)
        await deliver(db)
        await answer(db, checks[0], NO_SIGNAL, on("09:10"))
        await answer(db, checks[1], IN_VILLAGE, on("09:20"))
        await check_windows.take_closed(db, now=on("19:00"))
        verdict = await audit.verify(db)
    assert verdict.faults == ()


def test_the_stored_moments_are_read_back_as_they_were() -> None:
    assert moment(ms(on("11:00"))) == on("11:00")
