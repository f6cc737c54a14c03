"""Cards: the buttons under a message. A token names card, option and person, and proves it.

Shape `v1-<card base36>-<option>-<80-bit MAC>`, legal in every channel (Telegram's 64 bytes).
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from ledger.clock import ms
from ledger.database import Session, queries
from ledger.errors import Refused
from ledger.messages import Option

sql = queries("cards")
LONGEST_NUMBER = 12  # digits; 36**12 still fits the database's whole numbers
BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Pressed:
    """What a valid press says, and the question it belonged to."""

    say: str
    step: str


async def deal(
    db: Session, person: int, options: tuple[Option, ...], *, step: str, now: datetime
) -> int:
    """Remember what the buttons of one message say."""
    words = json.dumps([one.say for one in options], ensure_ascii=False)
    id = await sql.deal(db.connection, person=person, options=words, step=step, now=ms(now))
    return int(id)


def token(key: bytes, card: int, option: int, person: int) -> str:
    """The token of one button; it is good for one person only."""
    name = f"v1-{_base36(card)}-{option}"
    return f"{name}-{_mac(key, name, person)}"


async def press(db: Session, key: bytes, person: int, pressed: str) -> Pressed:
    """What the button says, if it is his, genuine and known; otherwise `Refused`."""
    card, option = parse(pressed)
    row = await sql.by_id(db.connection, id=card)
    if row is None or not 0 <= option < len(json.loads(row["options"])):
        raise Refused("cards.unknown")
    if not _genuine(key, pressed, row["person_id"]):
        raise Refused("cards.unknown")
    if row["person_id"] != person:
        raise Refused("cards.not_yours")
    return Pressed(json.loads(row["options"])[option], row["step"])


async def says(db: Session, card: int) -> tuple[str, ...]:
    """The words that do the same as each button of a card, when written."""
    row = await sql.by_id(db.connection, id=card)
    return tuple(json.loads(row["options"])) if row else ()


def _genuine(key: bytes, pressed: str, person: int) -> bool:
    name, _, mac = pressed.rpartition("-")
    return hmac.compare_digest(_mac(key, name, person).encode(), mac.encode())


def parse(pressed: str) -> tuple[int, int]:
    """Card and option a token names, genuine or not; `Refused` when it is no token at all."""
    parts = pressed.split("-")
    well_formed = len(parts) == 4 and parts[0] == "v1" and pressed.isascii()
    if not well_formed or max(len(parts[1]), len(parts[2])) > LONGEST_NUMBER:
        raise Refused("cards.unknown")
    try:
        return int(parts[1], 36), int(parts[2])
    except ValueError:
        raise Refused("cards.unknown") from None


def _mac(key: bytes, name: str, person: int) -> str:
    digest = hmac.digest(key, f"card|{name}|{person}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:10]).decode().lower()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, last = divmod(number, 36)
        digits = BASE36[last] + digits
    return digits or "0"
