"""The stratified sample: every id has the same chance, every stratum its share."""

import hmac
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.chance import Lots
from ledger.draw_plan import pair

KEY = bytes(range(32))
NAME = "2026-12-03|asked|1"
LAWS = settings(max_examples=50, deadline=None)
SIZES = st.lists(st.integers(1, 7), min_size=1, max_size=8)


def places(sizes: list[int]) -> dict[str, str]:
    """Ids with their strata: so many in each."""
    return {
        f"t{town}{one}": f"w{town}" for town, size in enumerate(sizes) for one in range(size)
    }


class From(Lots):
    """Tickets whose spread begins at a given place."""

    def __init__(self, key: bytes, start: int) -> None:
        super().__init__(key)
        self.start = start

    def below(self, limit: int, *parts: object) -> int:
        assert self.start < limit
        assert parts[-1] == "start"
        return self.start


class FromTheTop(Lots):
    """Negative control: a spread without the fair start."""

    def below(self, limit: int, *parts: object) -> int:
        return 0


def chances(strata: Mapping[str, str], count: int, lots: type[Lots] = From) -> set[int]:
    """From how many of the possible starts each id is taken."""
    taken: Counter[str] = Counter()
    for start in range(len(strata)):
        begun = lots(KEY, start) if lots is From else lots(KEY)
        taken.update(begun.spread(NAME, strata, count))
    return {taken[one] for one in strata}


@LAWS
@given(SIZES, st.integers(0, 60))
def test_every_id_has_exactly_the_same_chance(sizes: list[int], count: int) -> None:
    """Every start is as likely as the others, so counting them is exact."""
    strata = places(sizes)
    assert chances(strata, count) == {min(count, len(strata))}


def test_without_the_fair_start_some_have_no_chance() -> None:
    """Negative control of the test above."""
    assert chances(places([3, 3, 3]), 2, FromTheTop) == {0, 9}


@LAWS
@given(SIZES, st.integers(0, 60), st.integers(0, 10**6))
def test_every_stratum_has_its_share_and_no_more(
    sizes: list[int], count: int, number: int
) -> None:
    strata = places(sizes)
    lots = From(KEY, number % len(strata))
    drawn = Counter(strata[one] for one in lots.spread(NAME, strata, count))
    wanted = min(count, len(strata))
    for town, size in Counter(strata.values()).items():
        least, rest = divmod(wanted * size, len(strata))
        assert least <= drawn[town] <= least + (rest > 0)


@LAWS
@given(SIZES, st.integers(0, 60), st.binary(min_size=32, max_size=32))
def test_nobody_twice_and_as_many_as_wanted(sizes: list[int], count: int, key: bytes) -> None:
    strata = places(sizes)
    drawn = Lots(key).spread(NAME, strata, count)
    assert len(drawn) == len(set(drawn)) == min(count, len(strata))
    assert set(drawn) <= set(strata)


@LAWS
@given(SIZES, st.integers(0, 60), st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(sizes, count, shuffler) -> None:
    strata = places(sizes)
    mixed = list(strata.items())
    shuffler.shuffle(mixed)
    assert Lots(KEY).spread(NAME, dict(mixed), count) == Lots(KEY).spread(NAME, strata, count)


def test_nothing_from_nothing_and_everybody_when_more_are_wanted() -> None:
    strata = places([2, 3])
    lots = Lots(KEY)
    assert lots.spread(NAME, {}, 5) == []
    assert lots.spread(NAME, strata, 0) == []
    assert len(lots.spread(NAME, strata, 1)) == 1
    assert sorted(lots.spread(NAME, strata, 5)) == sorted(strata)
    assert sorted(lots.spread(NAME, strata, 99)) == sorted(strata)


def test_the_golden_spread() -> None:
    strata = places([2, 4, 6])
    assert Lots(KEY).spread(NAME, strata, 4) == ["t13", "t11", "t23", "t24"]


def test_another_name_spreads_otherwise() -> None:
    strata = places([7] * 8)
    drawn = {tuple(Lots(KEY).spread(f"2026-12-03|asked|{n}", strata, 5)) for n in range(20)}
    assert len(drawn) == 20


def test_an_id_or_a_stratum_with_a_bar_is_refused() -> None:
    with pytest.raises(ValueError, match="must not contain"):
        Lots(KEY).spread(NAME, {"t1|t2": "w"}, 1)
    with pytest.raises(ValueError, match="must not contain"):
        Lots(KEY).spread(NAME, {"t1": "w|v"}, 1)


# many tickets at once
@LAWS
@given(st.lists(st.text(alphabet="abc天1-", max_size=6), max_size=9))
def test_many_tickets_are_the_same_as_one_by_one(each: list[str]) -> None:
    lots = Lots(KEY)
    assert lots.tickets("day", "t1", each=each) == [lots.ticket("day", "t1", x) for x in each]


def test_many_tickets_refuse_a_bar_too() -> None:
    with pytest.raises(ValueError, match="must not contain"):
        Lots(KEY).tickets("day", each=["a", "b|c"])
    with pytest.raises(ValueError, match="must not contain"):
        Lots(KEY).tickets("day|x", each=["a"])


@LAWS
@given(st.binary(max_size=200), st.text(alphabet="abc天", max_size=80))
def test_a_ticket_is_the_hmac_of_its_words(key: bytes, words: str) -> None:
    """The standard library's, whatever the length of the key."""
    drawn = hmac.digest(key, f"day|{words}".encode(), "sha256")
    assert Lots(key).ticket("day", words) == int.from_bytes(drawn)


# the two who go together
@LAWS
@given(
    st.dictionaries(st.integers(1, 99).map(str), st.integers(0, 3), min_size=2),
    st.randoms(use_true_random=False),
)
def test_the_least_loaded_go_whatever_the_order_of_the_list(load, shuffler) -> None:
    mixed = list(load.items())
    shuffler.shuffle(mixed)
    two = pair(Lots(KEY), "v1", load)
    assert two == pair(Lots(KEY), "v1", dict(mixed))
    assert sorted(load[one] for one in two) == sorted(load.values())[:2]


def test_three_hundred_visits_are_shared_evenly_and_in_many_pairs() -> None:
    load, pairs = dict.fromkeys(map(str, range(24)), 0), set()
    for visit in range(300):
        two = pair(Lots(KEY), str(visit), load)
        pairs.add(frozenset(two))
        for one in two:
            load[one] += 1
    assert set(load.values()) == {25}
    assert len(pairs) > 100
