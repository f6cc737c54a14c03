"""Whose it is after all: 刚才说错了，漏水的是张大山家; 问题22 是张大山的.

A word of retraction that names a household moves what was said of the wrong one; it is looked
for among the sender's records of the last hour, by their words, and asked when that is unclear.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.drafts import DOUBT, ask_or_show, buttons, kept_of, line
from handlers.filing import RETRACTS, Filed, village
from handlers.rewriting import Change
from handlers.talk import LONGEST_LABEL, Room
from ledger import issues, kinds, people, placing, records, talks
from ledger.errors import Refused
from ledger.messages import Option, Reply
from ledger.people import ON_TEAM, Household, Person
from ledger.records import Record
from ledger.talks import Said
from templates.words import unmarked

JUST_NOW = timedelta(hours=1)
SHOWN = 4
LONGEST_NAME = 5  # characters of a name in plain words
NAME = r"[^，,。！!？?是的]{1,20}?"
END = r"(?:家的?|的)?[。！! ]*"
OWNED = re.compile(
    rf"(?:问题\s*(?P<issue>\d{{1,9}})\s*号?|(?P<numbered>\d{{1,9}})\s*号问题|记录(?P<id>\d{{1,9}}))"
    rf"[ ，,：:]*(?:不是{NAME}的?[，, ]*而?)?(?:应该|其实)?是(?P<who>{NAME}){END}"
)
MEANT = (
    re.compile(
        rf"(?P<what>[^，,。是]{{0,20}}?)的?(?:不是(?P<wrong>{NAME})家?的?[，, ]*而?)?"
        rf"(?:应该|其实)?是(?P<who>{NAME}){END}"
    ),
    re.compile(
        rf"(?P<who>{NAME})家(?P<what>[^，,。是]{{0,20}})[，, ]+不是(?P<wrong>{NAME}){END}"
    ),
    re.compile(rf"(?:是|应该是)?(?P<who>{NAME})家?(?P<what>)[，, ]+不是(?P<wrong>{NAME}){END}"),
)
FILLER = re.compile(r"那个|那户|那家|那条|我|的|了")


@dataclass(frozen=True)
class Group:
    """What one message says of one household."""

    household: str
    found: tuple[Record, ...]
    words: str


async def heard(
    room: Room, asker: Person, said: Said, state: talks.State | None
) -> Reply | None:
    """The household put right; None when the words do no such thing."""
    if asker.role not in ON_TEAM or not said.text:
        return None
    if owned := OWNED.fullmatch(said.text):
        return await _owned(room, asker, owned)
    if RETRACTS.search(said.text) is None:
        return None
    bare = RETRACTS.sub("", said.text).strip(" ，,。")
    meant = next((match for one in MEANT if (match := one.fullmatch(bare))), None)
    if meant is None or not (fits := await _households(room, asker, meant["who"])):
        return None
    if len(fits) > 1:
        stem = said.text[: said.text.rindex(meant["who"])]
        return _which_household(room, meant["who"], [(one.label, stem) for one in fits], "")
    return await _moved(room, asker, meant, fits[0], state)


async def _moved(
    room: Room, asker: Person, meant: re.Match[str], to: Household, state: talks.State | None
) -> Reply | None:
    groups = await _groups(room, asker)
    doubtful = state.opening.source if state and state.topic == DOUBT.name else ""
    if doubtful and not meant["what"]:
        groups = [one for one in groups if one.found[0].source == doubtful] or groups
    groups = [one for one in groups if one.household != to.name]
    fits = _likely(groups, FILLER.sub("", meant["what"]), meant["wrong"] or "")
    if not fits:
        return None
    if len(fits) > 1:
        return await _which_record(room, fits, to)
    return await _put(room, asker, fits[0].found, to, doubtful)


async def _owned(room: Room, asker: Person, owned: re.Match[str]) -> Reply | None:
    """问题22 是张大山的: by whoever may still change it; no household of ours: it is no such word."""
    fits = await _households(room, asker, owned["who"])
    if not fits:
        return None
    head = owned.string[: owned.start("who")]
    if len(fits) > 1:
        return _which_household(room, owned["who"], [(one.label, head) for one in fits], "的")
    number = owned["issue"] or owned["numbered"]
    id = int(owned["id"] or 0)
    if number:
        id = (await issues.access_issue(room.db, asker, int(number))).record_id
    record = await records.access_record(room.db, asker, id)
    if record.person_id != asker.id:
        raise Refused("corrections.not_yours")
    if not records.may_undo(record, asker, now=room.now, rules=room.rules):
        raise Refused("corrections.too_late", hours=room.rules.undo_hours)
    if number:
        return await _put(room, asker, [record], fits[0], "")
    name, _ = await placing.household_of(room.db, record)
    same = await _of_household(room, await kept_of(room, asker, record.source), name)
    return await _put(room, asker, same, fits[0], "")


async def _households(room: Room, asker: Person, who: str) -> list[Household]:
    """The households of the ledger that these words name, and nothing but a name."""
    known = await people.households(room.db, asker)
    exact = [one for one in known if who in {one.name, one.label}]
    if exact:
        return exact
    found = (await village(room, asker)).mentions(f"走访{who}家")
    ids = {fit.id for one in found for fit in one.fits} if len(found) == 1 else set()
    return [one for one in known if one.id in ids] if len(who) <= LONGEST_NAME else []


async def _groups(room: Room, asker: Person) -> list[Group]:
    """What was said within the hour, by message and household, the newest first."""
    recent = await records.recent(room.db, asker, since=room.now - JUST_NOW)
    kept = [one for one in recent if await kinds.changeable(room.db, one)]
    grouped: dict[tuple[str, str], list[Record]] = {}
    for one in kept:
        name, _ = await placing.household_of(room.db, one)
        if name:
            grouped.setdefault((one.source, name), []).append(one)
    return [
        Group(name, tuple(found), " ".join([await line(room, one) for one in found]))
        for (_, name), found in grouped.items()
    ]


def _likely(groups: Sequence[Group], what: str, wrong: str) -> list[Group]:
    """The ones these words can mean; without any, what was said last."""
    named = [one for one in groups if wrong and wrong in one.household]
    groups = named or list(groups)
    if what and groups:
        best = max(_likeness(what, one.words) for one in groups)
        return [one for one in groups if _likeness(what, one.words) == best]
    if named or not groups:
        return groups
    return [one for one in groups if one.found[0].source == groups[0].found[0].source]


def _likeness(what: str, words: str) -> int:
    """How much of what is said stands in a record: pairs of characters weigh more than one."""
    pairs = sum(what[at : at + 2] in words for at in range(len(what) - 1))
    return 3 * pairs + sum(one in words for one in set(what))


async def _of_household(room: Room, found: Sequence[Record], name: str) -> list[Record]:
    return [one for one in found if (await placing.household_of(room.db, one))[0] == name]


async def _put(
    room: Room, asker: Person, found: Sequence[Record], to: Household, doubtful: str
) -> Reply:
    """Put these records on that household and show them before and after."""
    changes = []
    for one in sorted(found, key=lambda record: record.id):
        before = await line(room, one)
        await placing.place(room.db, one, asker, to.name, to.id, now=room.now, rules=room.rules)
        fresh = await records.access_record(room.db, asker, one.id)
        after = await line(room, fresh)
        changes += [Change(before, after)] if before != after else []
    source = found[0].source
    if doubtful == source:
        await talks.drop(room.db, asker.id)
        return await ask_or_show(room, asker, Said("", source), Filed())
    words = room.words.say("drafts.corrected", changes=changes, added=[], gone=[], notes=[])
    return Reply(words, await buttons(room, await kept_of(room, asker, source)), kind="card")


# asking
async def _which_record(room: Room, fits: Sequence[Group], to: Household) -> Reply:
    options = [
        Option(
            unmarked(await line(room, one.found[-1]))[:LONGEST_LABEL],
            f"记录{one.found[-1].id}是{to.label}的",
        )
        for one in fits[:SHOWN]
    ]
    return Reply(
        room.words.say("corrections.which_is_whose", name=to.name), tuple(options), kind="card"
    )


def _which_household(room: Room, name: str, fits: Sequence[tuple[str, str]], end: str) -> Reply:
    options = [Option(label, f"{stem}{label}{end}") for label, stem in fits[:SHOWN]]
    return Reply(room.words.say("households.ask_twins", name=name), tuple(options), kind="card")
