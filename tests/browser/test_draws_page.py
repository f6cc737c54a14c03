"""The page /draws in a real headless Chromium: its own hashes, the same draws, the same verdicts."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from chromium import CHROMIUM, DRIVER, Backstage, Phone
from draw_cards import lived
from draw_tampering import HANDS, OTHER, Card, rehashed, tampered
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

from ledger import audit, draw_card, draw_plan
from ledger.chance import Lots
from ledger.draw_card import Card as Read

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM.exists() and DRIVER.exists()),
        reason="没有 chromium：核对抽查的网页没有在真浏览器里检查（apt install chromium-driver）",
    ),
]
VECTORS = json.loads(
    (Path(__file__).parents[1] / "draw_vectors.json").read_text(encoding="utf-8")
)
IN_PAGE = """
const [body, given, done] = arguments;
Promise.all([import("/chat/static/check_draws.js"), import("/chat/static/sha256.js")])
  .then(([draws, hashes]) => done(new Function("draws", "hashes", "given", body)(draws, hashes, given)))
  .catch((error) => done({ error: String(error) }));
"""


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    """One Chromium with the page open; the demo serves it over plain http."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    backstage = Backstage(tmp_path_factory.mktemp("draws"))
    backstage.start()
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.set_script_timeout(120)
    opened = Phone(driver, backstage)
    opened.size(390, 844)
    yield opened
    driver.quit()
    backstage.stop()


@pytest.fixture(scope="module")
def card(migrated: Path) -> str:
    """A published card."""
    return lived(migrated)


@pytest.fixture(autouse=True)
def page(phone: Phone) -> None:
    """The page, fresh for every test."""
    phone.open("/draws")


def in_page(phone: Phone, body: str, given: Any) -> Any:
    """What a few lines of JavaScript give in the page: `draws`, `hashes` are its modules."""
    phone.driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    phone.driver.refresh()
    found = phone.driver.execute_async_script(IN_PAGE, body, given)
    assert not (isinstance(found, dict) and "error" in found), found
    return found


# golden values
def test_its_own_hashes(phone: Phone) -> None:
    body = """
    const { hex, unhex, sha256, hmac } = hashes;
    return [given.sha256.map(([data]) => hex(sha256(unhex(data)))),
            hex(sha256(new Uint8Array(1000000).fill(97))),
            given.hmac.map(([key, data]) => hex(hmac(unhex(key), unhex(data))))];"""
    plain, long, keyed = in_page(phone, body, VECTORS)
    assert plain == [wanted for _, wanted in VECTORS["sha256"]]
    assert long == VECTORS["sha256_of_a_million_a"]
    assert keyed == [wanted for *_, wanted in VECTORS["hmac"]]


def test_hashes_of_every_length(phone: Phone) -> None:
    body = (
        "return given.map((one) => hashes.hex(hashes.sha256(new Uint8Array(one).fill(one))));"
    )
    lengths = list(range(200))
    wanted = [hashlib.sha256(bytes([one]) * one).hexdigest() for one in lengths]
    assert in_page(phone, body, lengths) == wanted


def test_golden_draws(phone: Phone) -> None:
    body = """
    const key = hashes.unhex(given.key);
    return [given.tickets.map(([words]) => draws.ticket(key, ...words)),
            given.below.map(([limit, words]) => draws.below(key, limit, ...words)),
            given.pick.map(([name, ids, count]) => draws.pick(key, name, ids, count)),
            given.spread.map(([name, towns, count]) =>
              draws.spread(key, name, Object.entries(towns), count))];"""
    found = in_page(phone, body, VECTORS)
    names = ("tickets", "below", "pick", "spread")
    assert found == [[one[-1] for one in VECTORS[name]] for name in names]


def test_a_thousand_draws_agree(phone: Phone) -> None:
    body = """
    return given.map(({ key, name, ids, towns, count, limit }) => {
      const secret = hashes.unhex(key);
      return [draws.below(secret, limit, name), draws.pick(secret, name, ids, count),
              draws.spread(secret, name, Object.entries(towns), count)];
    });"""
    dice, given, wanted = Random(6), [], []
    for number in range(1000):
        ids = [str(one) for one in dice.sample(range(500), dice.randint(1, 30))]
        towns = {f"t{one}": f"{dice.choice('甲乙丙丁戊')}乡" for one in ids}
        key, name = dice.randbytes(dice.choice((16, 32, 80))), f"第{number}次|asked|{number}"
        count, limit = dice.randint(1, 35), dice.randint(1, 2 ** dice.randint(1, 50))
        lots = Lots(key)
        wanted.append(
            [lots.below(limit, *name.split("|")), lots.pick(name, ids, count),
             lots.spread(name, towns, count)]
        )  # fmt: skip
        given.append(
            {"key": key.hex(), "name": name, "ids": ids, "towns": towns, "count": count,
             "limit": limit}
        )  # fmt: skip
    assert in_page(phone, body, given) == wanted


def random_month(dice: Random) -> Card:
    """A small month with random settings, leave and results; right or wrong does not matter."""
    days = [
        f"2026-12-{one:02}" for one in sorted(dice.sample(range(1, 32), dice.randint(1, 23)))
    ]
    members = [
        {"id": f"p{one}t{one // 3}", "role": "member", "team": f"t{one // 3}",
         "township": f"{'东西南北'[one // 3 % 4]}乡", "unit": "县直", "village": f"{one // 3}村"}
        for one in range(dice.randint(3, 60))
    ]  # fmt: skip
    joined = [{**one, "since": 150} for one in members if dice.random() < 0.1]
    roster = [one for one in members if one["id"] not in {each["id"] for each in joined}]
    early = [[dice.randint(480, 540), 570]]
    kinds = {
        "chat": {"quota": 1, "teams": 0, "extra": dice.randint(0, 100), "windows": [[510, 700], [840, 1020]]},
        "phone": {"quota": dice.randint(0, 1), "teams": dice.randint(0, 9), "extra": 0, "windows": early},
        "visit": {"quota": 1, "teams": 2, "extra": 0, "windows": early},
    }  # fmt: skip
    off = {
        one["id"]: [[
            dice.choice(["", *days]), dice.randint(0, 200), dice.choice((0, 150)),
            dice.choice(("away", "unbound")),
        ]]
        for one in members if dice.random() < 0.3
    }  # fmt: skip
    opening = {
        "days": days,
        "frozen_at": 100,
        "kinds": kinds,
        "period": "2026-12",
        "roster_sha256": "",
    }
    beacon = {"value": str(dice.random()), "source": "chain", "numbers": []}
    return {
        "opening": opening, "seed": dice.randbytes(32).hex(), "beacon": beacon, "roster": roster,
        "joined": joined, "off": off, "drawn": [],
    }  # fmt: skip


def test_the_slots_of_random_months_agree(phone: Phone) -> None:
    """Each month's slots and minutes, with quotas moved on at random."""
    body = """
    return given.map(([card, key]) => {
      card.people = [...card.roster, ...card.joined];
      return [...draws.plan(card, hashes.unhex(key))].map(([slot, { team, moment }]) => [slot, team, moment]);
    });"""
    dice, given, wanted = Random(12), [], []
    for _ in range(100):
        card = random_month(dice)
        first = list(draw_plan.due(_read(card).facts, {}))
        card["drawn"] = [
            {"kind": one.slot.kind, "why": one.slot.why, "subject": one.slot.subject,
             "day": one.slot.day, "result": dice.choice(("moved", "void", "p1t1"))}
            for one in first if dice.random() < 0.5
        ]  # fmt: skip
        read = _read(card)
        rows = draw_plan.due(read.facts, read.results)
        wanted.append(
            [["\n".join((one.slot.day, one.slot.kind, one.slot.why, one.slot.subject)), one.team,
              draw_plan.start_of(date.fromisoformat(one.slot.day)) + one.minute * 60_000] for one in rows]
        )  # fmt: skip
        given.append([card, read.facts.key.hex()])
    assert sum(map(len, wanted)) > 1000
    assert in_page(phone, body, given) == wanted


def _read(card: Card) -> Read:
    return Read("", card)


# verdicts
def test_verdicts_are_the_same_word_for_word(phone: Phone, card: str) -> None:
    body = "return given.map(([text, told]) => draws.verify(text, told));"
    cards = [
        (card, []),
        (card, [OTHER[:12]]),
        (card + " ", []),
        ("", []),
        ("{}", []),
        ("null", []),
    ]
    cards += [(tampered(card, hand)[0], []) for hand in HANDS]
    running = json.loads(card)
    running["seed"] = ""
    cards.append((rehashed(running), []))
    found = in_page(phone, body, cards)
    assert found == [draw_card.verify(text, told) for text, told in cards]
    assert found[0] == []


def test_any_changed_letter_is_seen(phone: Phone, card: str) -> None:
    dice, given = Random(1), []
    for _ in range(60):
        place = dice.randrange(len(card))
        other = dice.choice([one for one in '0x,a}"' if one != card[place]])
        given.append(card[:place] + other + card[place + 1 :])
    assert all(in_page(phone, "return given.map((one) => draws.verify(one));", given))


def test_canonical_json_is_the_same(phone: Phone) -> None:
    values = ['\u2028\x7f\x00"\\/\n甲😀', {"10": 1, "9": 2, "a": {"é": None, "z": [True, 1.5]}}]
    found = in_page(phone, "return draws.canonical(given);", values)
    assert found == audit.canonical(values)


# the page
def test_a_file_is_checked_by_hand(phone: Phone, card: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "2026-12.json", tmp_path / "bad.json"
    good.write_bytes(card.encode())
    changed, named = tampered(card, HANDS[6])
    bad.write_bytes(changed.encode())
    chooser = phone.driver.find_element(By.CSS_SELECTOR, "#file")
    chooser.send_keys(str(good))
    phone.wait(lambda: phone.find("#said").text == "✓ 全部核对一致")
    assert "指定 1 次" in phone.find("#figures").text
    phone.find("#told").send_keys(OTHER[:12])
    chooser.send_keys(str(bad))
    phone.wait(lambda: phone.find("#said").text == "✗ 有对不上的地方")
    said = [one.text for one in phone.all("#faults li")]
    assert said[0].startswith("这不是 2026年12月的公示码")
    assert named in said
    assert phone.overflow() <= 0
    phone.picture("draws-page")
    assert not [one for one in phone.driver.get_log("browser") if one["level"] == "SEVERE"]


def test_the_page_is_one_step_from_the_chat(phone: Phone) -> None:
    phone.open("/chat")
    phone.find("#draws").click()
    phone.wait(lambda: phone.find("h1").text == "核对抽查")
    body = """return fetch("/draws/check_draws.py").then((answer) => answer.text());"""
    text = phone.driver.execute_async_script(
        f"const done = arguments[0]; (() => {{ {body} }})().then(done);"
    )
    assert text == (Path(__file__).parents[2] / "scripts" / "check_draws.py").read_text(
        encoding="utf-8"
    )
