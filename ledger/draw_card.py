"""A month's card: all that its draws were made of, in one line of JSON, and its verification.

Anyone can redo every draw from the card alone: with `verify`, with scripts/check_draws.py, or in
the web chat (bot/web/static/check_draws.js). Format and steps are in docs/fair-draws.md. Persons stand
in it as ids (p12t3: a person in a team); no names, no reasons of leave, nothing of what a check
found.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

from ledger import audit, draw_facts, draws, look_backs, report_turns
from ledger.beacons import seal_of
from ledger.chance import Lots, commitment, period_key, roster_hash
from ledger.clock import moment
from ledger.database import Session, queries
from ledger.days import DAY
from ledger.draw_periods import OFFICIALS, DrawPeriod, last_of, roster_of, secret_of
from ledger.draw_plan import (
    AWAY,
    CHAT,
    MOVED,
    VOID,
    Due,
    Facts,
    Kind,
    Member,
    Off,
    Slot,
    due,
    pair,
    result_of,
    start_of,
)  # fmt: skip
from ledger.look_backs import Pool, Urn

sql = queries("draw_card")
HOUR = 3_600_000  # milliseconds
LATE = HOUR // 2  # so much later than its minute nothing is drawn any more
GIVEN = "有"  # instead of a reason: a name could stand in it
PENDING = "种子还没有公布"
UNREADABLE = "文件读不懂"
BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


# records: putting it together
async def build(db: Session, period: DrawPeriod, seed: bytes) -> str:
    """The card of a month as one canonical line; `seed` is b'' while the month runs.

    A card with its seed speaks for the whole month: every slot of it must be settled before.
    """
    members = (await draw_facts.facts(db, period.id, period.promised, b"")).members
    card = {
        "opening": period.promised, "opening_sha256": period.opening_sha256,
        "seed": seed.hex(), "beacon": await _beacon(db, period),
        "roster": roster_of(one for one in members if not one.since),
        "joined": [
            {**row, "since": one.since}
            for one in sorted(members, key=lambda one: one.id)
            if one.since
            for row in roster_of([one])
        ],
        "off": await _off(db, period), "drawn": await _rows(sql.drawn, db, period),
        "asked": await _asked(db, period), "pairs": await _pairs(db, period),
        "void": [{**row, "team": f"t{row['team']}"} for row in await _rows(sql.void, db, period)],
        **await _ends(db, period, whole=bool(seed)),
    }  # fmt: skip
    return audit.canonical({**card, "sha256": hash_of(card)}) + "\n"


def hash_of(card: dict[str, Any]) -> str:
    """The card's own hash: of everything in it but that hash."""
    rest = {name: value for name, value in card.items() if name != "sha256"}
    return hashlib.sha256(audit.canonical(rest).encode()).hexdigest()


async def _rows(statement: Any, db: Session, period: DrawPeriod) -> list[dict[str, Any]]:
    return [dict(row) async for row in statement(db.connection, period=period.id)]


async def _beacon(db: Session, period: DrawPeriod) -> dict[str, Any]:
    """A number that is still sealed is not shown."""
    opened = period.beacon_source == OFFICIALS
    numbers = await _rows(sql.numbers, db, period) if opened else []
    return {"value": period.beacon, "source": period.beacon_source, "numbers": numbers}


async def _off(db: Session, period: DrawPeriod) -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = {}
    async for row in sql.off(db.connection, period=period.id):
        one = [row["day"], row["since"], row["until"], row["why"]]
        found.setdefault(row["member"], []).append(one)
    return found


async def _asked(db: Session, period: DrawPeriod) -> list[dict[str, Any]]:
    rows = await _rows(sql.asked, db, period)
    asked = [
        {
            **row, "pool": json.loads(row["pool"]), "drawn": json.loads(row["drawn"]),
            "reason": GIVEN if row["reason"] else "",
        }
        for row in rows
    ]  # fmt: skip
    looked = [
        {
            "name": f"{row['week']}|look_back|{period.county_id}", "kind": "look_back",
            "way": draws.ASKED, "reason": "",
            "wanted": len(json.loads(row["drawn"])), "pool": json.loads(row["pool"]),
            "drawn": json.loads(row["drawn"]), "at": row["at"],
        }
        for row in await _rows(sql.look_backs, db, period)
    ]  # fmt: skip
    return sorted(asked + looked, key=lambda one: (one["at"], one["name"]))


async def _pairs(db: Session, period: DrawPeriod) -> list[dict[str, Any]]:
    return [
        {
            "draw": row["draw"], "team": f"t{row['team']}", "at": row["at"],
            "eligible": json.loads(row["eligible"]), "by_hand": bool(row["by_hand"]),
            "pair": [f"p{one}" for one in (row["first_id"], row["second_id"]) if one],
        }
        for row in await _rows(sql.pairs, db, period)
    ]  # fmt: skip


async def _ends(db: Session, period: DrawPeriod, *, whole: bool) -> dict[str, Any]:
    """The log's heads at the opening and now, and up to when the card speaks."""
    first = await sql.head_of(db.connection, subject=f"draw_period:{period.id}")
    last = await audit.head(db)
    end = start_of(last_of(date.fromisoformat(f"{period.period}-01")) + DAY)
    return {
        "until": end if whole else min(end, await sql.at(db.connection, seq=last.seq)),
        "chain": {"first": bytes(first["h"]).hex(), "last": last.h.hex()},
    }


# facts: a card that was read
@dataclass(frozen=True)
class Card:
    """A card as data; what is missing in it or oddly written shows when it is asked for."""

    text: str
    data: dict[str, Any]

    @property
    def opening(self) -> dict[str, Any]:
        """What was promised before the month."""
        return dict(self.data["opening"])

    @property
    def seed(self) -> bytes:
        """The seed; b'' while it is not shown."""
        return bytes.fromhex(self.data["seed"])

    @property
    def results(self) -> dict[Slot, str]:
        """What became of each slot, as it stands there."""
        return {_slot(one): one["result"] for one in self.data["drawn"]}

    @cached_property
    def facts(self) -> Facts:
        """All that the month's plan depends on."""
        opening, data = self.opening, self.data
        words = opening["period"], opening["roster_sha256"], data["beacon"]["value"]
        members = (Member(**{"since": 0, **row}) for row in (*data["roster"], *data["joined"]))
        kinds = {
            name: Kind(**{**one, "windows": tuple(map(tuple, one["windows"]))})
            for name, one in opening["kinds"].items()
        }
        off = {member: [Off(*row) for row in rows] for member, rows in data["off"].items()}
        return Facts(
            period_key(self.seed, *words), tuple(opening["days"]), opening["frozen_at"],
            tuple(members), kinds, off,
        )  # fmt: skip


def _slot(one: dict[str, Any]) -> Slot:
    return Slot(one["kind"], one["why"], one["subject"], one["day"])


# rules: is it right?
def verify(text: str, told: Sequence[str] = ()) -> list[str]:
    """Every fault of a card by name, none when it is right.

    `told`: hashes the reader knows from elsewhere (a summary), also their first digits.
    """
    try:
        return list(_faults(Card(text, json.loads(text)), told))
    except BROKEN:
        return [UNREADABLE]


def _faults(card: Card, told: Sequence[str]) -> Iterator[str]:
    promised = card.opening["commitment"] == commitment(card.seed, card.opening["period"])
    wrong = {
        "文件不是规范格式": card.text != audit.canonical(card.data) + "\n",
        "文件哈希不符": hash_of(card.data) != card.data["sha256"],
        "公示码不符": not _published(card, told),
        "名册不符": not _listed(card),
        "抽签数不符": not _mixed(card),
        "承诺不符": bool(card.seed) and not promised,
        PENDING: not card.seed,
    }
    yield from (name for name, is_wrong in wrong.items() if is_wrong)
    if card.seed and promised:
        yield from _drawn_faults(card)
        yield from _rest_faults(card)
        yield from _asked_faults(card)
        yield from _pair_faults(card)


def _published(card: Card, told: Sequence[str]) -> bool:
    """Whether the opening is the one of the summary; a hash of the file is welcome, too."""
    opening = _sha(audit.canonical(card.opening))
    known = (opening, card.data["sha256"], _sha(card.text))
    fits = (one and any(each.startswith(one) for each in known) for one in told)
    return bool(opening == card.data["opening_sha256"]) and all(fits)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _listed(card: Card) -> bool:
    """Whether the list is the frozen one, nobody stands in it twice, and who came came later."""
    ids = [one.id for one in card.facts.members]
    hashed = roster_hash(audit.canonical(card.data["roster"]))
    later = all(one["since"] >= card.opening["frozen_at"] for one in card.data["joined"])
    return hashed == card.opening["roster_sha256"] and len(set(ids)) == len(ids) and later


def _mixed(card: Card) -> bool:
    """Whether the officials' numbers are the ones they sealed; others are known elsewhere."""
    beacon, period = card.data["beacon"], card.opening["period"]
    if beacon["source"] != OFFICIALS:
        return True
    numbers = beacon["numbers"]
    sealed = all(
        one["seal"] == seal_of(period, one["department"], one["number"], one["salt"])
        for one in numbers
    )
    departments = {one["department"] for one in numbers}
    joined = "+".join(one["number"] for one in numbers)
    return sealed and joined == beacon["value"] and len(departments) == len(numbers) == 2


def _drawn_faults(card: Card) -> Iterator[str]:
    every = {one.slot: one for one in due(card.facts, card.results)}
    drawn, done = card.data["drawn"], [_slot(one) for one in card.data["drawn"]]
    if sum(one in every for one in done) * 2 < len(done):
        yield "抽签数不符：抽查整个对不上"
        return
    for number, one in enumerate(drawn, 1):
        if wrong := _wrong(card.facts, every.pop(_slot(one), None), one["at"], one["result"]):
            yield f"第 {number} 次抽查{wrong}：{_said(_slot(one))}"
    for slot in sorted(every, key=lambda one: (one.day, one.kind, one.why, one.subject)):
        yield f"少了一次抽查：{_said(slot)}"


def _said(slot: Slot) -> str:
    return f"{slot.day} {slot.kind} {slot.subject}"


def _wrong(facts: Facts, one: Due | None, at: int, result: str) -> str:
    if one is None:
        return "不在计划里"
    late = at > _moment(one) + LATE
    if at < _moment(one) or late != (result == VOID):
        return "时间不符"
    return "" if result in (VOID, result_of(facts, one, at)) else "重算不一致"


def _moment(one: Due) -> int:
    return start_of(date.fromisoformat(one.slot.day)) + one.minute * 60_000


def _rest_faults(card: Card) -> Iterator[str]:
    """Whoever was asked by chat is left alone for some days, and nobody else is."""
    expected = {
        (member, str(moment(at).date() + ahead * DAY), at + 1)
        for member, at in _met(card)
        for ahead in range(card.opening["rest_days"] + 1)
    }
    rows = sorted(
        (member, one.day, one.since, one.until)
        for member, offs in card.facts.off.items()
        for one in offs
        if one.why == draw_facts.REST
    )
    wrong = {row[:2] for row in rows if row[:3] not in expected or row[3]}
    first = {key: next(found)[2] for key, found in groupby(rows, key=lambda row: row[:2])}
    wrong |= {one[:2] for one in expected if first.get(one[:2], one[2] + 1) > one[2]}
    for member, day in sorted(wrong):
        yield f"抽查间隔不符：{day} {member}"


def _met(card: Card) -> Iterator[tuple[str, int]]:
    """Everybody a chat check met, and when."""
    for one in card.data["drawn"]:
        if one["kind"] == CHAT and one["result"] not in (MOVED, AWAY, VOID):
            yield one["result"], one["at"]
    for one in card.data["asked"]:
        for team, person in one["drawn"] if one["kind"] == CHAT else ():
            yield draw_facts.member_name(person, team), one["at"]


def _asked_faults(card: Card) -> Iterator[str]:
    numbers: dict[str, list[int]] = {}
    for one in card.data["asked"]:
        stem, _, number = one["name"].rpartition("|")
        numbered = number.isascii() and number.isdigit()
        if numbered and not stem.endswith("|look_back"):  # a county's number stands there
            numbers.setdefault(stem, []).append(int(number))
        if one["way"] != draws.PICKED and _again(card.facts.lots, one) != one["drawn"]:
            yield f"人工抽签重算不一致：{one['name']}"
    for stem, found in sorted(numbers.items()):
        if sorted(found) != list(range(1, len(found) + 1)):
            yield f"人工抽签编号不连续：{stem}"


def _again(lots: Lots, one: dict[str, Any]) -> list[Any]:
    """What a draw that somebody asked for gives, by the kind of its pool."""
    secret, name, pool, wanted = (
        secret_of(lots, one["name"]),
        one["name"],
        one["pool"],
        one["wanted"],
    )
    if "of" in pool:
        return report_turns.pick(secret, name, pool["of"], wanted)
    if "urns" in pool:
        urns = {urn: Urn(how["share"], tuple(how["of"])) for urn, how in pool["urns"].items()}
        return look_backs.pick(secret, name.split("|")[0], Pool(urns))
    towns = {
        int(town): {int(team): found for team, found in teams.items()}
        for town, teams in pool.items()
    }
    return [list(each) for each in draws.pick(secret, name, towns, wanted)]


def _pair_faults(card: Card) -> Iterator[str]:
    """Who was sent on a visit; fewer than two who may go are for a person to add to."""
    for number, one in enumerate(card.data["pairs"], 1):
        lots = Lots(secret_of(card.facts.lots, one["draw"]))
        again = pair(lots, one["team"], one["eligible"])
        if len(again) < 2:
            again = one["pair"][:1]
        if not one["by_hand"] and again != one["pair"]:
            yield f"第 {number} 组督导员重算不一致：{one['team']}"
