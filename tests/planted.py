"""What a `.chat` script finds already there: a finding of a check, a sending unit, one more person.

*布景：待核实 暗访 李队员 脱岗走读 上午入户未见人*   a finding of a check, nobody in particular has found it
*布景：待核实 暗访（周总队长） 李队员 …*             the same, found by him; for a name 永安村 the team's own
*布景：派出 李队员 省 省水利厅*                     who has sent him
*布景：县里 刘干事*                                one more person of the county, bound to his name
"""

import re
from datetime import datetime

from county import County

from ledger import findings, invites, people, roster
from ledger.database import Session
from ledger.findings import Found, Source
from ledger.people import Address, Role, Scope
from ledger.roster import Entry
from ledger.rules import Rules

LINE = re.compile(r"\*布景：(?P<words>.+)\*$")
SOURCES = {
    "聊天抽查": Source.CHAT,
    "电话抽查": Source.PHONE,
    "暗访": Source.VISIT,
    "回访核验": Source.BACK_CHECK,
}
FOUND = re.compile(
    r"待核实 (?P<source>[^（ ]+)(?:（(?P<by>.+)）)? (?P<who>\S+) (?P<kind>\S+) (?P<facts>.+)"
)


async def plant(db: Session, county: County, words: str, *, now: datetime) -> None:
    """Put it there in one transaction."""
    if found := FOUND.fullmatch(words):
        await _finding(db, county, found, now)
    elif words.startswith("派出 "):
        _, who, level, unit = words.split()
        await db.connection.execute(
            "UPDATE person SET sent_by = :level, home_unit = :unit WHERE id = :id",
            {"level": level, "unit": unit, "id": county[who].id},
        )
    else:
        _, who = words.split()
        id = await roster.add_person(db, county.id, Entry(who, Role.COUNTY), now=now)
        await invites.bind(db, id, Address("memory", "local", who), by=None, now=now)
        county.people[who] = await people.by_id(db, id)


async def _finding(db: Session, county: County, found: re.Match[str], now: datetime) -> None:
    teams = {one.village: one for one in await people.teams(db, Scope(county.id))}
    person = county.people.get(found["who"])
    team = teams[person.village if person else found["who"]]
    await findings.open_finding(
        db,
        Found(
            county.id, team.township_id, team.id, person.id if person else None,
            SOURCES[found["source"]], int(now.timestamp()) % 100_000, found["kind"],
            found["facts"], now.date(), county[found["by"]].id if found["by"] else None,
        ),
        now=now, rules=Rules(),
    )  # fmt: skip
