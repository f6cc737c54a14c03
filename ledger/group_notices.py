"""Notices into the group of a county or a township, where a robot of that name can write (群机器人).

Which groups there are is written down at every start (`keep_groups`): chat and timed work, in
whatever process, look here, and where there is no robot nothing is put into the outbox at all.
A notice is about a place: no person, no household, nothing about the lowest.
"""

import json
from datetime import datetime

from ledger import outbox, settings
from ledger.database import Session, queries
from ledger.messages import Reply
from ledger.outbox import Timing
from ledger.people import Address
from ledger.reports.facts import Place

sql = queries("group_notices")
GROUPS = "groups"  # the name it is kept under


async def keep_groups(db: Session, groups: list[Address]) -> None:
    """These can be written to from now on, each by the name of its place; no others."""
    found = {one.account: [one.channel, one.user_key] for one in groups}
    await settings.write(db, GROUPS, json.dumps(found, ensure_ascii=False, sort_keys=True))


async def post(
    db: Session, place: Place, text: str, *, dedupe: str, now: datetime, timing: Timing
) -> bool:
    """Say it in the group of that place, once; False: it has none, or it was said before."""
    address = await group_of(db, place)
    if address is None:
        return False
    posted = await outbox.post(
        db, address, None, Reply(text), dedupe=f"group:{dedupe}", now=now, timing=timing
    )
    return posted is not None


async def group_of(db: Session, place: Place) -> Address | None:
    """The group of a county or township by its name; None: it has none, or is a village.

    A township's name that two counties have wants the county's before it (安和县清水镇).
    """
    if place.level == "team":
        return None
    known: dict[str, list[str]] = json.loads(await settings.read(db, GROUPS) or "{}")
    names = await _names(db, place) if known else []
    found = next((name for name in names if name in known), None)
    return Address(known[found][0], found, known[found][1]) if found else None


async def _names(db: Session, place: Place) -> list[str]:
    if place.level == "county":
        return [place.name]
    rows = [row async for row in sql.of_township(db.connection, name=place.name)]
    own = [f"{row['county']}{place.name}" for row in rows if row["id"] == place.id]
    return own + [place.name] * (len(rows) == 1)
