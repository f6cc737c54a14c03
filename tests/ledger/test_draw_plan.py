"""The laws of a month's plan: who can be drawn, when, and what changes it and what does not."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.chance import SPAN, Lots
from ledger.draw_plan import (
    AWAY,
    CHAT,
    EVERY_DAY,
    EXTRA,
    MOVED,
    PHONE,
    QUOTA,
    SLACK,
    VISIT,
    VOID,
    Due,
    Facts,
    Kind,
    Member,
    Off,
    Slot,
    days_of,
    due,
    first_days,
    here,
    minute_of,
    result_of,
    taking_part,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import hazard

KEY = bytes(range(32))
FROZEN = 100  # moments in these tests are minutes since the day before the month
DAYS = tuple(f"2026-12-{number:02}" for number in range(1, 11))
REST, UNBOUND = "rest", "unbound"
CHAT_HOURS = ((510, 720), (840, 1050))
KINDS = {
    CHAT: Kind(1, 0, 25, CHAT_HOURS),
    PHONE: Kind(1, 0, 0, ((510, 540),)),
    VISIT: Kind(1, 2, 0, ((510, 540),)),
}
REST_DAYS = 3
LAWS = settings(max_examples=50, deadline=None)


# counties
@st.composite
def members(draw: st.DrawFn) -> tuple[Member, ...]:
    """Up to seven teams of one to four."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=7))
    return tuple(
        Member(f"p{team}{one}t{team}", "member", f"t{team}", f"w{team % 3}", "u", "v")
        for team, size in enumerate(sizes)
        for one in range(size)
    )


MOMENTS = st.one_of(st.just(FROZEN), st.integers(FROZEN, 11 * hazard.DAY))


@st.composite
def facts(draw: st.DrawFn, busy: bool = True) -> Facts:
    """A month of ten days, with people away, resting, not to be written to."""
    there = draw(members())
    key = draw(st.binary(min_size=32, max_size=32))
    rows = st.builds(
        lambda day, since, length, why: Off(day, since, length and since + length, why),
        st.sampled_from(DAYS), MOMENTS, st.sampled_from([0, 0, 500]), st.just(AWAY),
    )  # fmt: skip
    unbound = st.builds(Off, st.just(EVERY_DAY), MOMENTS, st.just(0), st.just(UNBOUND))
    each = st.lists(st.one_of(rows, rows, rows, unbound), max_size=12 if busy else 0)
    off = {one.id: draw(each) for one in there}
    kinds = KINDS | {CHAT: replace(KINDS[CHAT], extra=draw(st.sampled_from([0, 25, 100])))}
    return Facts(key, DAYS, FROZEN, there, kinds, off)


def a_county(teams: int = 6, each: int = 3) -> Facts:
    return Facts(KEY, DAYS, FROZEN, hazard.county(teams, each), KINDS, {})


def play(one: Facts) -> dict[Slot, str]:
    return hazard.play(one, REST_DAYS)


def quotas(plan: list[Due], kind: str) -> dict[str, str]:
    return {
        one.team: one.slot.day for one in plan if (one.slot.kind, one.slot.why) == (kind, QUOTA)
    }


def off_too(one: Facts, *members: str, row: Off) -> Facts:
    """The same facts with one more row for these members."""
    more = {member: [*one.off.get(member, ()), row] for member in members}
    return replace(one, off={**one.off, **more})


def whole_plan(one: Facts) -> str:
    """Everything a month comes to, in one form only."""
    results = sorted(play(one).items(), key=repr)
    plan = sorted(due(one, dict(results)), key=repr)
    return hashlib.sha256(repr((plan, results)).encode()).hexdigest()


# the same for everybody who computes it
GOLDEN_ROSTER = (
    Member("m1", "member", "u1", "东乡", "", "甲村"),
    Member("m2", "leader", "u2", "西乡", "", "乙村"),
    Member("m3", "member", "u2", "西乡", "", "乙村"),
    Member("m4", "leader", "u3", "西乡", "", "丙村"),
)
GOLDEN_PLAN = """\
chat quota u2 2026-12-01 710 m2
chat quota u1 2026-12-01 876 m1
chat quota u3 2026-12-02 535 m4
chat extra m2 2026-12-03 524 m2
chat extra m3 2026-12-02 949 m3
phone quota u1 2026-12-01 539 m1
phone quota u3 2026-12-02 513 m4
phone quota u2 2026-12-03 510 m3
visit quota u1 2026-12-03 515 m1
visit quota u2 2026-12-02 511 m2
"""  # the key is bytes 00..1f; the minute, and whom it meets while nobody is away


def test_the_golden_plan() -> None:
    kinds = KINDS | {CHAT: replace(KINDS[CHAT], extra=100)}
    month = Facts(KEY, DAYS[:3], FROZEN, GOLDEN_ROSTER, kinds)
    lines = [
        (*vars(one.slot).values(), str(one.minute), result_of(month, one, 10**6))
        for one in due(month, {})
    ]
    assert [" ".join(line) for line in lines] == GOLDEN_PLAN.splitlines()


def test_the_plan_is_the_same_under_any_hash_seed() -> None:
    code = "import test_draw_plan as t; print(t.whole_plan(t.a_county()))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f".:{Path(__file__).parent}"},
        ).stdout
        for seed in ("1", "99")
    }  # fmt: skip
    assert said == {f"{whole_plan(a_county())}\n"}


@LAWS
@given(facts(), st.randoms(use_true_random=False))
def test_no_list_s_order_matters(one: Facts, shuffler: Random) -> None:
    def mixed(line):
        return tuple(shuffler.sample(list(line), len(line)))

    other = replace(
        one,
        days=mixed(one.days),
        members=mixed(one.members),
        kinds=dict(mixed(one.kinds.items())),
        off={member: mixed(rows) for member, rows in mixed(one.off.items())},
    )
    assert set(due(other, {})) == set(due(one, {}))


@LAWS
@given(facts(), st.sampled_from(DAYS))
def test_one_day_s_slots_are_those_of_the_whole_plan(one: Facts, day: str) -> None:
    results = play(one)
    whole = [each for each in due(one, results) if each.slot.day == day]
    assert list(due(one, results, day=day)) == whole
    assert list(due(one, results, day="2026-12-31")) == []


@LAWS
@given(facts())
def test_one_kind_says_nothing_of_the_other(one: Facts) -> None:
    alone = replace(one, kinds={PHONE: one.kinds[PHONE]})
    assert list(due(alone, {})) == [x for x in due(one, {}) if x.slot.kind == PHONE]


# whom a plan meets
@LAWS
@given(facts())
def test_every_team_has_at_most_one_quota_and_nobody_is_met_twice_at_once(one: Facts) -> None:
    results = play(one)
    met = [
        (slot.kind, slot.subject)
        for slot, result in results.items()
        if slot.why == QUOTA and result not in (MOVED, VOID)
    ]
    assert len(met) == len(set(met))
    chats = sorted(
        (result, slot.day)
        for slot, result in results.items()
        if slot.kind == CHAT and result not in (MOVED, AWAY)
    )
    for (who, day), (other, later) in pairwise(chats):
        assert who != other or DAYS.index(later) - DAYS.index(day) > REST_DAYS


@LAWS
@given(facts())
def test_nobody_is_drawn_who_was_known_to_be_away_resting_or_out_of_reach(one: Facts) -> None:
    moments = {each.slot: hazard.moment_of(one, each) for each in due(one, play(one))}
    for slot, who in play(one).items():
        for row in one.off.get(who, ()):
            known = row.since <= moments[slot] and (not row.until or row.until > moments[slot])
            meant = row.day in ("", slot.day) and (row.why == AWAY or slot.kind == CHAT)
            assert not (known and meant)


@LAWS
@given(facts())
def test_a_slot_lies_on_a_day_and_in_the_hours_of_its_kind(one: Facts) -> None:
    for each in due(one, play(one)):
        assert each.slot.day in DAYS
        windows = one.kinds[each.slot.kind].windows
        assert any(start <= each.minute < end for start, end in windows)


def test_every_minute_of_every_window_can_be_drawn_and_no_other() -> None:
    windows = ((510, 513), (600, 600), (840, 842))
    one = replace(a_county(), kinds={CHAT: Kind(1, 0, 0, windows)})
    slots = [Slot(CHAT, QUOTA, f"t{number}", DAYS[0]) for number in range(100)]
    assert {minute_of(one, slot) for slot in slots} == {510, 511, 512, 840, 841}


@LAWS
@given(facts())
def test_the_lottery_is_drawn_for_each_member_and_day_on_its_own(one: Facts) -> None:
    won = [each.slot for each in due(one, {}) if each.slot.why == EXTRA]
    assert len(won) == len(set(won))
    rate = one.kinds[CHAT].extra
    for member in one.members:
        for day in DAYS:
            ticket = Lots(one.key).ticket(CHAT, "extra", member.id, day)
            wins = ticket * 100 * len(DAYS) < SPAN * rate
            assert wins == (Slot(CHAT, EXTRA, member.id, day) in won)


def test_at_a_hundred_per_cent_each_wins_once_a_month_on_average() -> None:
    kinds = {CHAT: Kind(0, 0, 100, CHAT_HOURS)}
    one = Facts(KEY, DAYS, FROZEN, hazard.county(200, 3), kinds)
    assert 540 < len(list(due(one, {}))) < 660


# the first day of each team
@LAWS
@given(facts())
def test_no_day_takes_more_than_its_share_and_every_team_its_best_free_one(one: Facts) -> None:
    for kind in one.kinds:
        days, load = first_days(one, kind), Counter[str]()
        most = max(1, -(-len(days) * SLACK // (100 * len(DAYS))))
        assert list(days) == taking_part(one, kind)
        for team, first in days.items():
            for day in days_of(one, kind, team):
                if day == first:
                    break
                assert load[day] >= most or not here(one, kind, team, day, FROZEN)
            load[first] += 1
        assert all(count <= most for day, count in load.items() if day)


def test_a_team_away_the_whole_month_from_the_start_has_no_day() -> None:
    one = a_county()
    gone = [member.id for member in one.teams["t2"]]
    for day in DAYS:
        one = off_too(one, *gone, row=Off(day, FROZEN, 0, AWAY))
    assert [team for team, day in first_days(one, CHAT).items() if not day] == ["t2"]
    assert "t2" not in quotas(list(due(one, {})), CHAT)
    assert [
        each.team for each in due(one, {}) if each.team == "t2" and each.slot.why == QUOTA
    ] == []


def test_visits_fall_on_two_teams_of_different_townships() -> None:
    for number in range(50):
        one = replace(a_county(30), key=bytes([number]) * 32)
        towns = {member.team: member.township for member in one.members}
        chosen = taking_part(one, VISIT)
        assert len({towns[team] for team in chosen}) == len(chosen) == 2


def test_without_days_or_quota_nothing_is_due() -> None:
    assert list(due(replace(a_county(), days=()), {})) == []
    kinds = {PHONE: replace(KINDS[PHONE], quota=0)}
    assert list(due(replace(a_county(), kinds=kinds), {})) == []


# moved on
@LAWS
@given(facts(), st.randoms(use_true_random=False))
def test_exactly_one_slot_is_open_and_it_only_goes_to_later_days(
    one: Facts, shuffler: Random
) -> None:
    """Whatever becomes of the slots, day by day, until every team is met or its days are over."""
    results: dict[Slot, str] = {}
    for day in DAYS:
        for each in list(due(one, results, day=day)):
            if each.slot.why == QUOTA:
                results[each.slot] = shuffler.choice([MOVED, MOVED, VOID, each.team + "?"])
        chains: dict[tuple[str, str], list[Slot]] = {}
        for each in due(one, results):
            if each.slot.why == QUOTA:
                chains.setdefault((each.slot.kind, each.team), []).append(each.slot)
        for chain in chains.values():
            days = [slot.day for slot in chain]
            assert days == sorted(set(days))
            still_open = [slot for slot in chain if slot not in results]
            met = results.get(chain[-1], MOVED) not in (MOVED, VOID)
            assert all(results.get(slot) in (MOVED, VOID) for slot in chain[:-1])
            assert len(still_open) == (0 if met or days[-1] <= day else 1)


def test_a_team_called_away_later_moves_on_to_the_end_and_is_never_met() -> None:
    one = a_county()
    gone = [member.id for member in one.teams["t2"]]
    for day in DAYS:
        one = off_too(one, *gone, row=Off(day, FROZEN + 1, 0, AWAY))
    assert first_days(one, CHAT) == first_days(a_county(), CHAT)
    results = play(one)
    chain = [slot for slot in results if slot.subject == "t2" and slot.kind == CHAT]
    assert {results[slot] for slot in chain} == {MOVED}
    last = max(slot.day for slot in chain)
    assert days_of(one, CHAT, "t2")[-1] <= last == DAYS[-1]
    others = {slot: met for slot, met in results.items() if slot not in chain}
    assert not {member for member in others.values() if member in gone}
    before = play(a_county())
    assert {slot: met for slot, met in before.items() if slot.subject not in {*gone, "t2"}} == {
        slot: met for slot, met in others.items() if slot.subject not in {*gone, "t2"}
    }


def test_an_outage_moves_a_quota_and_ends_a_lottery_win() -> None:
    one = replace(a_county(), kinds={CHAT: Kind(1, 0, 100, CHAT_HOURS)})
    first = list(due(one, {}))
    results = {each.slot: VOID for each in first}
    again = [each for each in due(one, results) if each.slot not in results]
    assert {each.slot.why for each in again} == {QUOTA}
    was = quotas(first, CHAT)
    assert {each.team for each in again} == {
        team for team, day in was.items() if day != DAYS[-1]
    }


# leave
@LAWS
@given(facts(busy=False), st.data())
def test_leave_known_before_the_minute_counts_and_later_does_not(one: Facts, data) -> None:
    plan = list(due(one, {}))
    each = data.draw(st.sampled_from(plan))
    at = hazard.moment_of(one, each)
    met = result_of(one, each, at)
    day, kind = each.slot.day, each.slot.kind
    later = off_too(one, met, row=Off(day, at + 1, 0, AWAY))
    assert result_of(later, each, at) == met
    in_time = off_too(one, met, row=Off(day, at, 0, AWAY))
    instead = result_of(in_time, each, at)
    mates = {member.id for member in one.teams[each.team]} - {met}
    if each.slot.why == EXTRA:
        assert instead == AWAY
    else:
        assert instead in (mates or {MOVED})
    back = off_too(one, met, row=Off(day, at - 9, at, AWAY))
    other_day = off_too(one, met, row=Off("2026-12-31", 0, 0, AWAY))
    assert result_of(back, each, at) == result_of(other_day, each, at) == met
    for why in (REST, UNBOUND):
        kept = off_too(one, met, row=Off(EVERY_DAY, at, 0, why))
        assert (result_of(kept, each, at) == met) == (kind != CHAT)


@LAWS
@given(facts(busy=False), st.data())
def test_leave_approved_in_the_month_changes_nobody_else_s_draw(one: Facts, data) -> None:
    gone = data.draw(st.sampled_from(one.members))
    row = Off(data.draw(st.sampled_from(DAYS)), FROZEN + 1, 0, AWAY)
    before, after = (
        {slot: met for slot, met in play(each).items() if _team(each, slot) != gone.team}
        for each in (one, off_too(one, gone.id, row=row))
    )
    assert before == after


def _team(one: Facts, slot: Slot) -> str:
    teams = {member.id: member.team for member in one.members}
    return teams.get(slot.subject, slot.subject)


# coming and going
@LAWS
@given(facts(busy=False), st.data())
def test_who_is_taken_off_a_list_leaves_every_other_draw_as_it_was(one: Facts, data) -> None:
    """In his team another one is drawn only where he himself would have been."""
    gone = data.draw(st.sampled_from(one.members))
    assume(len(one.teams[gone.team]) > 1)
    left = replace(one, members=tuple(each for each in one.members if each != gone))
    before = [each for each in due(one, {}) if each.slot.subject != gone.id]
    assert list(due(left, {})) == before
    for each in before:
        at = hazard.moment_of(one, each)
        was, met = result_of(one, each, at), result_of(left, each, at)
        assert met == was or was == gone.id


@LAWS
@given(facts(busy=False), st.data())
def test_a_team_taken_off_frees_a_place_and_moves_others_only_to_better_ones(
    one: Facts, data
) -> None:
    gone = data.draw(st.sampled_from(sorted(one.teams)))
    left = replace(one, members=tuple(each for each in one.members if each.team != gone))
    teams = len(one.teams)
    assume(-(-teams * SLACK // 1000) == -(-(teams - 1) * SLACK // 1000))
    before, after = first_days(one, CHAT), first_days(left, CHAT)
    earlier = True
    for team, day in before.items():
        earlier = earlier and team != gone
        if team == gone:
            continue
        wishes = days_of(one, CHAT, team)
        assert wishes.index(after[team]) <= wishes.index(day)
        assert after[team] == day or not earlier


@LAWS
@given(facts(), st.integers(FROZEN + 1, 11 * hazard.DAY), st.data())
def test_who_comes_later_changes_no_day_and_is_not_drawn_before(
    one: Facts, since: int, data
) -> None:
    team = data.draw(st.sampled_from([*sorted(one.teams), "t9"]))
    new = Member(f"p99{team}", "member", team, "w0", "u", "v", since=since)
    joined = replace(one, members=(*one.members, new))
    first, then = list(due(one, {})), list(due(joined, {}))
    assert [each for each in then if each.slot.subject != new.id] == first
    for each in then:
        at = hazard.moment_of(one, each)
        drawn = result_of(joined, each, at)
        assert drawn != new.id or since <= at
        if each.team != team:
            assert drawn == result_of(one, each, at)


# negative controls: what the tests above must catch
class ShuffledLots(Lots):
    """A shuffle where tickets should be."""

    def tickets(self, *parts: object, each) -> list[int]:
        places = list(range(len(each)))
        Random(str(parts)).shuffle(places)
        return places


def with_lots(one: Facts, lots: Lots) -> Facts:
    vars(one)["lots"] = lots
    return one


def test_a_shuffle_is_caught_by_the_order_of_the_list_and_by_who_is_left() -> None:
    def days(one: Facts, lots: type[Lots]) -> Mapping[str, str]:
        return first_days(with_lots(one, lots(one.key)), CHAT)

    one, turned = a_county(), replace(a_county(), members=a_county().members[::-1])
    fewer = replace(one, members=tuple(each for each in one.members if each.team != "t0"))
    assert days(one, Lots) == days(turned, Lots)
    assert days(one, ShuffledLots) != days(turned, ShuffledLots)
    place = list(days(one, ShuffledLots)), list(days(fewer, ShuffledLots))
    assert [team for team in place[0] if team != "t0"] != place[1]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda one: replace(one, off={}),  # leave not asked
        lambda one: replace(
            one,
            off={
                member: [replace(row, since=0) for row in rows]
                for member, rows in one.off.items()
            },
        ),  # leave counted although it was approved after the minute
    ],
)
def test_leave_wrongly_taken_is_caught(wrong: Callable[[Facts], Facts]) -> None:
    one = a_county()
    each = next(iter(due(one, {})))
    at = hazard.moment_of(one, each)
    met = result_of(one, each, at)
    for since in (at, at + 1):
        known = off_too(one, met, row=Off(each.slot.day, since, 0, AWAY))
        right, seen = result_of(known, each, at), result_of(wrong(known), each, at)
        if right != seen:
            return
    pytest.fail("nobody saw it")
