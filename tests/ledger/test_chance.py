"""Tickets: the golden vectors of fair-draws §3 and the laws behind every draw."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import chance
from ledger.chance import SPAN, Lots, fresh_seed, period_key, roster_hash

SEED = bytes(range(32))
ROSTER = [
    {"id": "m1", "role": "member", "township": "东乡", "unit": "u1", "village": "甲村"},
    {"id": "m2", "role": "leader", "township": "西乡", "unit": "u2", "village": "乙村"},
    {"id": "m3", "role": "member", "township": "西乡", "unit": "u2", "village": "乙村"},
]
CANONICAL = json.dumps(ROSTER, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
R = "bce7aa10e25e1151fa86147dd54b4b93d592d37f22432b98b310a6211994c719"
C = "7c437551f14a5aa80b405e43d4363ee182af21b92f97385955b8c0e7e72b39e8"
K = "1f6160ef0ce522966f862d3cd5e99b4b9eb7e9f33631c5e737aae7e2239c2b49"
ORDER_M1 = "7dcfe6bb533c8cf7e91ef3939451d7937f5372d8ebe2d0e03b12ccd050e05a72"
DAY_M1 = "f1db6ba853b88eef42ff0a97f06c71655d20da3bf5d527c21ec4a99186d8023d"
IDS = st.lists(st.integers(1, 10_000).map(str), min_size=1, max_size=40, unique=True)

# 400 fixed seeds, so that the statistics never flicker
SEEDS = [hashlib.sha256(f"seed {number}".encode()).digest() for number in range(400)]


def the_lots() -> Lots:
    return Lots(period_key(SEED, "2026-12", roster_hash(CANONICAL), "314159"))


def test_the_golden_roster_hash_commitment_and_key() -> None:
    assert roster_hash(CANONICAL) == R
    assert hashlib.sha256(b"spotcheck/v1|2026-12|" + SEED).hexdigest() == C
    assert period_key(SEED, "2026-12", R, "314159").hex() == K


def test_the_golden_tickets() -> None:
    assert f"{the_lots().ticket('order', 'm1'):064x}" == ORDER_M1
    assert f"{the_lots().ticket('day', 'm1', '2026-12-01'):064x}" == DAY_M1


def test_the_golden_minute_and_the_golden_pick() -> None:
    assert the_lots().below(540, "minute", "m1", "2026-12-01", "quota") == 528
    assert the_lots().pick("weekly-report", ["m1", "m2", "m3"], 2) == ["m3", "m2"]


@given(IDS, st.randoms(use_true_random=False), st.integers(0, 40))
def test_a_pick_does_not_depend_on_the_order_of_the_list(ids, shuffler, count) -> None:
    mixed = list(ids)
    shuffler.shuffle(mixed)
    lots = Lots(SEED)
    assert lots.pick("check|2026-11-20", mixed, count) == lots.pick(
        "check|2026-11-20", ids, count
    )


@given(IDS, st.data())
def test_removing_one_who_was_picked_keeps_the_others(ids, data) -> None:
    count = data.draw(st.integers(1, len(ids)))
    picked = Lots(SEED).pick("check", ids, count)
    gone = data.draw(st.sampled_from(picked))
    again = Lots(SEED).pick("check", [one for one in ids if one != gone], count)
    others = [one for one in picked if one != gone]
    assert again[: len(others)] == others


@given(IDS)
def test_more_wanted_than_there_are_is_everybody(ids) -> None:
    assert sorted(Lots(SEED).pick("check", ids, 1000)) == sorted(ids)


@given(st.integers(1, SPAN), st.text(alphabet="abc天", max_size=5))
def test_below_stays_below(limit, name) -> None:
    assert 0 <= Lots(SEED).below(limit, name) < limit


def test_an_unfair_ticket_is_thrown_again_with_the_next_counter(monkeypatch) -> None:
    thrown = iter([SPAN - 1, 7])
    asked: list[tuple[object, ...]] = []
    lots = Lots(SEED)
    monkeypatch.setattr(lots, "ticket", lambda *parts: asked.append(parts) or next(thrown))
    assert lots.below(10, "minute") == 7
    assert asked == [("minute", 0), ("minute", 1)]


def test_words_with_a_bar_are_refused() -> None:
    with pytest.raises(ValueError, match="must not contain"):
        Lots(SEED).ticket("day", "m1|2026-12-01")
    with pytest.raises(ValueError, match="must not contain"):
        Lots(SEED).pick("check", ["m1|m2"], 1)


def test_an_id_that_stands_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        Lots(SEED).pick("check", ["m1", "m2", "m1"], 1)


def test_another_name_or_another_seed_draws_otherwise() -> None:
    ids = [str(number) for number in range(200)]
    drawn = Lots(SEED).pick("check|a", ids, 10)
    assert drawn != Lots(SEED).pick("check|b", ids, 10)
    assert drawn != Lots(SEEDS[0]).pick("check|a", ids, 10)


def test_fresh_seeds_are_thirty_two_bytes_and_never_the_same() -> None:
    seeds = {fresh_seed() for _ in range(100)}
    assert len(seeds) == 100
    assert {len(one) for one in seeds} == {32}


def test_rehearsed_seeds_come_in_the_same_order_every_time() -> None:
    first, second = chance.Seeds("county 1"), chance.Seeds("county 1")
    assert [first() for _ in range(3)] == [second() for _ in range(3)]
    assert first() != first()
    assert chance.Seeds("county 2")() != chance.Seeds("county 1")()


def test_a_draw_is_the_same_under_any_hash_seed() -> None:
    code = (
        "from ledger.chance import Lots;"
        "print(Lots(bytes(range(32))).pick('check', {str(n) for n in range(99)}, 9))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."},
        ).stdout
        for hash_seed in ("1", "99")
    }  # fmt: skip
    assert len(said) == 1


def chi_square(counts: Counter[str], cells: int, total: int) -> float:
    expected = total / cells
    seen = [*counts.values(), *[0] * (cells - len(counts))]
    return sum((one - expected) ** 2 / expected for one in seen)


def test_everybody_is_picked_equally_often() -> None:
    ids = [str(number) for number in range(30)]
    counts = Counter(one for seed in SEEDS for one in Lots(seed).pick("team|day", ids, 5))
    # 29 degrees of freedom: 58.3 is the 0.1 % point (drawn without replacement: a bit less)
    assert chi_square(counts, 30, 400 * 5) < 58.3


def test_every_half_hour_comes_equally_often() -> None:
    counts = Counter(
        str(Lots(seed).below(18, "minute", day)) for seed in SEEDS for day in range(5)
    )
    # 17 degrees of freedom: 40.8 is the 0.1 % point
    assert chi_square(counts, 18, 400 * 5) < 40.8


def test_the_chi_square_would_catch_a_modulo_of_a_short_number() -> None:
    """Negative control: eight bits modulo 30 favour the first sixteen."""
    counts = Counter(
        str((Lots(seed).ticket("bad", one) & 255) % 30) for seed in SEEDS for one in range(250)
    )
    assert chi_square(counts, 30, 400 * 250) > 58.3


@settings(max_examples=20)
@given(st.binary(min_size=32, max_size=32))
def test_neighbouring_days_are_not_alike(seed) -> None:
    ids = [str(number) for number in range(1000)]
    one, two = (set(Lots(seed).pick(f"team|{day}", ids, 20)) for day in ("a", "b"))
    assert len(one & two) < 10  # expected 0.4
