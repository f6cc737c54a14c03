"""The checker anyone may run: it gives the golden values, and says what ledger/draw_card.py says."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from draw_cards import lived
from draw_tampering import HANDS, OTHER, Card, rehashed, tampered
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import audit, chance
from ledger.chance import Lots
from ledger.draw_card import PENDING, UNREADABLE, hash_of, verify

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "check_draws.py"
sys.path.insert(0, str(SCRIPT.parent))

import check_draws  # type: ignore[import-not-found]  # noqa: E402 - a script, no package

VECTORS = json.loads((ROOT / "tests" / "draw_vectors.json").read_text(encoding="utf-8"))
KEY = bytes.fromhex(VECTORS["key"])


@pytest.fixture(scope="module")
def card(migrated: Path) -> str:
    """A published card."""
    return lived(migrated)


ONLY_IN_FULL = ("抽查间隔不符", "人工抽签编号不连续")  # what its 80 lines leave to the page


def said(text: str, *told: str) -> list[str]:
    """What the full check says; the script says the same, word for word, as far as it goes."""
    full = verify(text, told)
    assert check_draws.faults(text, told) == [
        one for one in full if not one.startswith(ONLY_IN_FULL)
    ]
    return full


# golden values
def test_promise_list_and_key() -> None:
    seed, period = bytes.fromhex(VECTORS["seed"]), VECTORS["period"]
    words = audit.canonical(VECTORS["roster"])
    assert check_draws.sha(VECTORS["roster"]) == chance.roster_hash(words)
    assert chance.roster_hash(words) == VECTORS["roster_sha256"]
    assert chance.commitment(seed, period) == VECTORS["commitment"]
    key = chance.period_key(seed, period, VECTORS["roster_sha256"], VECTORS["beacon"])
    assert key == KEY


def test_tickets_and_what_is_drawn_by_them() -> None:
    lots = Lots(KEY)
    for words, ticket in VECTORS["tickets"]:
        assert f"{lots.ticket(*words):064x}" == check_draws.ticket(KEY, *words) == ticket
    for limit, words, number in VECTORS["below"]:
        assert lots.below(limit, *words) == check_draws.below(KEY, limit, *words) == number
    for name, ids, count, drawn in VECTORS["pick"]:
        assert lots.pick(name, ids, count) == check_draws.pick(KEY, name, ids, count) == drawn
    for name, towns, count, drawn in VECTORS["spread"]:
        assert lots.spread(name, towns, count) == drawn
        assert check_draws.spread(KEY, name, towns, count) == drawn


# a lived month
def test_a_lived_month_is_right(card: str) -> None:
    assert said(card) == []
    data = json.loads(card)
    assert len(data["drawn"]) > 40
    assert {"moved", "away", "void"} & {one["result"] for one in data["drawn"]}
    assert data["joined"]
    assert data["pairs"]


def test_nobody_is_named(card: str) -> None:
    reasons = [one["reason"] for one in json.loads(card)["asked"] if one["reason"]]
    assert reasons == ["有"]
    assert not any(name in card for name in ("李队员", "赵队员", "陈干事", "事假"))


def test_the_hashes_a_reader_knows(card: str) -> None:
    data = json.loads(card)
    file = hashlib.sha256(card.encode()).hexdigest()
    for known in (data["opening_sha256"], data["opening_sha256"][:12], file, data["sha256"]):
        assert said(card, known) == []
    for strange in (OTHER, "0" * 12, ""):
        assert said(card, strange) == ["公示码不符"]


@pytest.mark.parametrize("hand", HANDS, ids=lambda hand: hand.__name__)
def test_what_was_changed_is_named(card: str, hand: Callable[[Card], str]) -> None:
    changed, named = tampered(card, hand)
    assert named in said(changed)


def test_who_looks_for_a_better_seed_is_refused(card: str) -> None:
    """He knows the list by now; what he promised before it stands in everybody's summary."""
    told = json.loads(card)["opening_sha256"][:12]
    for number in range(50):
        data = json.loads(card)
        data["seed"] = hashlib.sha256(bytes([number])).hexdigest()
        assert "承诺不符" in said(rehashed(data), told)
        promise = chance.commitment(bytes.fromhex(data["seed"]), "2026-12")
        data["opening"]["commitment"] = promise
        data["opening_sha256"] = check_draws.sha(data["opening"])
        assert "公示码不符" in said(rehashed(data), told)


def test_a_card_without_its_own_new_hash(card: str) -> None:
    data = json.loads(card)
    data["until"] += 1
    assert said(audit.canonical(data) + "\n") == ["文件哈希不符"]
    assert hash_of(data) != data["sha256"]


@pytest.mark.parametrize("form", [" ", "\n", "\r\n"])
def test_another_form_of_the_same(card: str, form: str) -> None:
    assert said(card + form) == ["文件不是规范格式"]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "1", "x", '{"opening":{}}'])
def test_what_is_no_card(text: str) -> None:
    assert said(text) == [UNREADABLE]


def test_a_running_month_says_what_cannot_be_checked_yet(card: str) -> None:
    data = json.loads(card)
    data["seed"] = ""
    assert said(rehashed(data)) == [PENDING]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_changed_byte_is_seen(card: str, data: st.DataObject) -> None:
    whole = card.encode()
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != whole[place]))
    changed = whole[:place] + bytes([byte]) + whole[place + 1 :]
    try:
        text = changed.decode()
    except UnicodeDecodeError:
        return  # no reader gets further
    assert verify(text)
    assert check_draws.faults(text)


# as a program
def run(*words: object) -> subprocess.CompletedProcess[str]:
    """The script by itself, with nothing of ours to import."""
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *map(str, words)],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_it_runs_by_itself(card: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(card.encode())
    changed, named = tampered(card, HANDS[6])
    bad.write_bytes(changed.encode())
    right = run(good, json.loads(card)["opening_sha256"][:16].upper())
    assert (right.returncode, right.stdout[:6]) == (0, "✓ 全部核对")
    wrong = run(bad)
    assert wrong.returncode == 1
    assert f"✗ {named}" in wrong.stdout
    assert "✗ 公示码不符" in run(good, "0" * 16).stdout
    assert run(tmp_path / "nothing.json").returncode == 1
    assert "用法" in run().stdout
    bad.write_bytes(b"\xff")
    assert f"✗ {UNREADABLE}" in run(bad).stdout


def test_it_is_small_and_leans_on_nothing() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    imports = {"hashlib", "hmac", "json", "sys", "datetime"}
    assert text.count("\n") <= 80
    lines = [line for line in text.splitlines() if line.startswith(("import", "from"))]
    assert {word.strip(",") for line in lines for word in line.split("#")[0].split()} <= (
        imports | {"import", "from", "date", "pathlib", "Path"}
    )
