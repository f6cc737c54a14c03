"""Who can be reached in WeCom, by id alone, beside the roster: a proposal, never a binding.

WeCom's own names are not asked for: an app sees none of them unless the corp allows it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bot.channels.wecom.client import Client
from bot.channels.wecom.numbers import NumberedError
from bot.operate import open_copy
from bot.settings import Settings, WeComSettings
from ledger import channel_members
from ledger.channel_members import ChannelMember, Rostered
from ledger.clock import Clock
from ledger.database import AlreadyRunning, Database, open_database
from ledger.errors import ForOperator

CHANNEL = "wecom"
PAGE = 10_000  # ids a call
NO_RIGHT = frozenset({48002, 60011, 301002})  # only the contacts' own secret may list everybody

Tags = dict[str, list[str]]  # case-folded id -> names of its tags


@dataclass(frozen=True)
class Members:
    """What was found. `kept`: it is in the ledger now, and not only on this screen."""

    members: list[ChannelMember]
    roster: list[Rostered]
    kept: bool = True

    @property
    def bound(self) -> list[ChannelMember]:
        """Seen there, and somebody on the roster."""
        return [one for one in self.members if one.here and one.person is not None]

    @property
    def unbound(self) -> list[ChannelMember]:
        """Seen there, and nobody's."""
        return [one for one in self.members if one.here and one.person is None]

    @property
    def without(self) -> list[Rostered]:
        """On the roster, with no id."""
        return [one for one in self.roster if not one.user_key]

    @property
    def unseen(self) -> list[Rostered]:
        """On the roster with an id that is not seen there."""
        return [one for one in self.roster if one.user_key and not one.here]

    def data(self) -> dict[str, Any]:
        """As plain data."""
        kinds = ("bound", "unbound", "without", "unseen")
        lists = {name: [asdict(one) for one in getattr(self, name)] for name in kinds}
        return {**lists, "kept": self.kept}


async def look(settings: Settings, clock: Clock) -> Members:
    """Ask WeCom and lay it beside the roster; while the program runs, on a copy of the ledger."""
    wecom = WeComSettings()
    if not (wecom.corp_id and wecom.agent_id and wecom.secret.get_secret_value()):
        raise ForOperator(
            "还没有设置企业微信的应用。\n"
            "请先填 WECOM_CORP_ID、WECOM_AGENT_ID、WECOM_SECRET（docs/wecom.md）。"
        )
    try:
        async with open_database(settings.database) as database:
            return await _looked(wecom, database, clock, kept=True)
    except AlreadyRunning:
        async with open_copy(settings) as database:
            return await _looked(wecom, database, clock, kept=False)


async def _looked(
    wecom: WeComSettings, database: Database, clock: Clock, *, kept: bool
) -> Members:
    client = Client(wecom, database, clock)
    try:
        await sync(client, database, now=clock.now())
    finally:
        await client.close()
    async with database.reading() as db:
        account, day = client.account, clock.now().date()
        every = await channel_members.every(db, CHANNEL, account)
        roster = await channel_members.rostered(db, CHANNEL, account, day=day)
    return Members(every, roster, kept)


async def sync(client: Client, database: Database, *, now: datetime) -> None:
    """Bring the ledger's ids and tags up to WeCom's; `SendError` leaves it as it was."""
    ids = await _ids(client)
    tags = await _tags(client)
    account = client.account
    async with database.transaction() as db:
        known = await channel_members.every(db, CHANNEL, account)
        for key, spelling in ids.items():
            await channel_members.seen(
                db, CHANNEL, account, spelling, tags.get(key, []), now=now
            )
        for one in known:
            if one.here and one.user_key not in ids:
                await channel_members.gone(db, CHANNEL, account, one.spelling, now=now)


async def _ids(client: Client) -> dict[str, str]:
    """Every id the app may know, as spelt, by its case-folded form."""
    try:
        return _folded(await _listed(client))
    except NumberedError as refused:
        if refused.number not in NO_RIGHT:
            raise
    return _folded(await _visible(client))


async def _listed(client: Client) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        asked = {"limit": PAGE, **({"cursor": cursor} if cursor else {})}
        answer = await client.call("/cgi-bin/user/list_id", json=asked)
        found += [str(one["userid"]) for one in answer.get("dept_user") or ()]
        cursor = str(answer.get("next_cursor") or "")
        if not cursor:
            return found


async def _visible(client: Client) -> list[str]:
    """The app's visible range: members named there, those of its departments and tags."""
    params = {"agentid": str(client.settings.agent_id)}
    agent = await client.call("/cgi-bin/agent/get", params=params, method="GET")
    found = [
        str(one["userid"]) for one in (agent.get("allow_userinfos") or {}).get("user") or ()
    ]
    for party in (agent.get("allow_partys") or {}).get("partyid") or ():
        params = {"department_id": str(party), "fetch_child": "1"}
        answer = await client.call("/cgi-bin/user/simplelist", params=params, method="GET")
        found += [str(one["userid"]) for one in answer.get("userlist") or ()]
    for tag in (agent.get("allow_tags") or {}).get("tagid") or ():
        found += await _tagged(client, tag)
    return found


async def _tagged(client: Client, tag: object) -> list[str]:
    params = {"tagid": str(tag)}
    answer = await client.call("/cgi-bin/tag/get", params=params, method="GET")
    return [str(one["userid"]) for one in answer.get("userlist") or ()]


def _folded(ids: Iterable[str]) -> dict[str, str]:
    return {id.casefold(): id for id in ids if id}


async def _tags(client: Client) -> Tags:
    """The tags the app may see; without the right to them there are none."""
    found: Tags = defaultdict(list)
    try:
        listed = await client.call("/cgi-bin/tag/list", method="GET")
        for tag in listed.get("taglist") or ():
            for userid in await _tagged(client, tag["tagid"]):
                found[userid.casefold()].append(str(tag["tagname"]))
    except NumberedError as refused:
        if refused.number not in NO_RIGHT:
            raise
    return found
