"""Hands on a published card: what somebody might change, and how its checkers must name it."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from ledger import audit
from ledger.chance import commitment

Card = dict[str, Any]
OTHER = "ab" * 32


def rehashed(card: Card) -> str:
    """The card as somebody would show it who knows how its own hash is made."""
    rest = {name: one for name, one in card.items() if name != "sha256"}
    digest = hashlib.sha256(audit.canonical(rest).encode()).hexdigest()
    return audit.canonical({**rest, "sha256": digest}) + "\n"


def _reopened(card: Card) -> None:
    words = audit.canonical(card["opening"]).encode()
    card["opening_sha256"] = hashlib.sha256(words).hexdigest()


def _chat(card: Card) -> tuple[int, Card]:
    """The first chat check of a team that met somebody: its number and its row."""
    return next(
        (number, one)
        for number, one in enumerate(card["drawn"], 1)
        if (one["kind"], one["why"]) == ("chat", "quota") and one["result"].startswith("p")
    )


def _said(number: int, one: Card) -> str:
    return f"第 {number} 次抽查{{}}：{one['day']} {one['kind']} {one['subject']}"


# each changes the card and returns the fault that names it
def other_seed(card: Card) -> str:
    card["seed"] = OTHER
    return "承诺不符"


def other_promise(card: Card) -> str:
    """He has looked for a seed that suits him, and promises that one afterwards."""
    card["seed"] = OTHER
    card["opening"]["commitment"] = commitment(bytes.fromhex(OTHER), card["opening"]["period"])
    _reopened(card)
    return "抽签数不符：抽查整个对不上"


def other_beacon(card: Card) -> str:
    card["beacon"]["value"] = "1+1"
    return "抽签数不符"


def other_number(card: Card) -> str:
    """Beacon and number fit each other, but not what was sealed."""
    one = card["beacon"]["numbers"][0]
    one["number"] = "111111"
    card["beacon"]["value"] = "+".join(each["number"] for each in card["beacon"]["numbers"])
    return "抽签数不符"


def other_row(card: Card) -> str:
    card["roster"][3]["village"] += "村"
    return "名册不符"


def one_less(card: Card) -> str:
    del card["roster"][3]
    return "名册不符"


def leave_made_up(card: Card) -> str:
    number, one = _chat(card)
    since = card["opening"]["frozen_at"] + 1
    card["off"].setdefault(one["result"], []).append([one["day"], since, 0, "away"])
    return _said(number, one).format("重算不一致")


def other_result(card: Card) -> str:
    number, one = _chat(card)
    team = one["result"].partition("t")[2]
    one["result"] = f"p999t{team}"
    return _said(number, one).format("重算不一致")


def other_time(card: Card) -> str:
    number, one = _chat(card)
    one["at"] -= 3_600_000
    return _said(number, one).format("时间不符")


def suppressed(card: Card) -> str:
    """In time, and yet said to have been missed."""
    number, one = _chat(card)
    one["result"] = "void"
    return _said(number, one).format("时间不符")


def left_out(card: Card) -> str:
    number, one = _chat(card)
    del card["drawn"][number - 1]
    return f"少了一次抽查：{one['day']} chat {one['subject']}"


def made_up(card: Card) -> str:
    one = {**_chat(card)[1], "subject": "t999"}
    card["drawn"].append(one)
    return _said(len(card["drawn"]), one).format("不在计划里")


def twice(card: Card) -> str:
    one = dict(_chat(card)[1])
    card["drawn"].append(one)
    return _said(len(card["drawn"]), one).format("不在计划里")


def no_rest(card: Card) -> str:
    _, one = _chat(card)
    rows = card["off"][one["result"]]
    card["off"][one["result"]] = [row for row in rows if row[:2] != [one["day"], one["at"] + 1]]
    return f"抽查间隔不符：{one['day']} {one['result']}"


def too_much_rest(card: Card) -> str:
    card["off"].setdefault("p4t1", []).append(["2026-12-30", 1, 0, "rest"])
    return "抽查间隔不符：2026-12-30 p4t1"


def other_pool(card: Card) -> str:
    one = next(each for each in card["asked"] if each["wanted"] == 3)
    team, person = one["drawn"][0]
    for teams in one["pool"].values():
        if str(team) in teams:
            teams[str(team)] = [person + 900]
    return f"人工抽签重算不一致：{one['name']}"


def one_asked_less(card: Card) -> str:
    at = next(n for n, each in enumerate(card["asked"]) if each["name"].endswith("asked|2"))
    stem = card["asked"].pop(at)["name"].rpartition("|")[0]
    return f"人工抽签编号不连续：{stem}"


def other_pair(card: Card) -> str:
    card["pairs"][0]["pair"].reverse()
    return f"第 1 组督导员重算不一致：{card['pairs'][0]['team']}"


def other_eligible(card: Card) -> str:
    one = card["pairs"][1]
    one["eligible"].pop(one["pair"][0])
    return f"第 2 组督导员重算不一致：{one['team']}"


def other_settings(card: Card) -> str:
    card["opening"]["kinds"]["chat"]["extra"] = 0
    _reopened(card)
    number, one = next(
        (number, one) for number, one in enumerate(card["drawn"], 1) if one["why"] == "extra"
    )
    return _said(number, one).format("不在计划里")


def opening_hash(card: Card) -> str:
    card["opening_sha256"] = OTHER
    return "公示码不符"


HANDS: tuple[Callable[[Card], str], ...] = (
    other_seed, other_promise, other_beacon, other_number, other_row, one_less, leave_made_up,
    other_result, other_time, suppressed, left_out, made_up, twice, no_rest, too_much_rest,
    other_pool, one_asked_less, other_pair, other_eligible, other_settings, opening_hash,
)  # fmt: skip


def tampered(text: str, hand: Callable[[Card], str]) -> tuple[str, str]:
    """The changed card, hashed anew, and the fault that names the change."""
    card = json.loads(text)
    named = hand(card)
    return rehashed(card), named
