"""The program as a process of its own under WeCom's callbacks: who is bound, what it is told, a volley."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from fake_wecom import AES_KEY, AGENT, CORP, SECRET, TOKEN, FakeWeCom
from wecom_caller import Caller

from ledger import invites, roster
from ledger.clock import WallClock
from ledger.database import open_database
from ledger.database.schema import upgrade
from ledger.people import Address, Role
from ledger.roster import Entry

TEAM = 4  # members of one team


@dataclass(frozen=True)
class Answered:
    """One callback's fate: its status, 0 when nothing came, and the milliseconds it took."""

    status: int
    ms: float


def userid(number: int) -> str:
    """As WeCom spells it."""
    return f"Member{number}"


async def furnish(folder: Path, members: int) -> None:
    """A county of small teams, all of them bound to their userids."""
    upgrade(folder / "zhucun.db")
    now = WallClock().now()
    async with open_database(folder / "zhucun.db") as database, database.transaction() as db:
        county = await roster.ensure_county(db, "安和县")
        for number in range(members):
            entry = Entry(f"队员{number}", Role.MEMBER, "清水镇", f"第{number // TEAM}村")
            id = await roster.add_person(db, county, entry, now=now)
            to = Address("wecom", f"{CORP}/{AGENT}", userid(number).casefold())
            await invites.bind(db, id, to, by=None, now=now)


def environment(fake: FakeWeCom) -> dict[str, str]:
    """The settings of an app at the fake server."""
    given = {"MODE": "app", "CORP_ID": CORP, "AGENT_ID": str(AGENT), "SECRET": SECRET,
             "TOKEN": TOKEN, "AES_KEY": AES_KEY, "API_BASE": fake.address}  # fmt: skip
    return {f"WECOM_{name}": value for name, value in given.items()}


async def volley(caller: Caller, port: int, xmls: Sequence[str]) -> list[Answered]:
    """All at the same moment, each over a connection of its own, one try each."""
    requests = [_request(caller, xml) for xml in xmls]  # sealed before the clock runs
    return list(await asyncio.gather(*(_answered(port, one) for one in requests)))


def _request(caller: Caller, xml: str) -> bytes:
    query, body = caller.sealed(xml)
    head = (
        f"POST /wecom?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


async def _answered(port: int, request: bytes) -> Answered:
    began = time.perf_counter()
    status = 0
    try:
        async with asyncio.timeout(60):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            first = await reader.readline()
            status = int(first.split()[1]) if first else 0
            writer.close()
    except (OSError, TimeoutError):
        pass
    return Answered(status, (time.perf_counter() - began) * 1000)
