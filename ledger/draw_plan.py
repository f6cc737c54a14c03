"""The plan of one period's spot checks, from the key and from published facts alone.

Pure: facts in, draws out; no clock, no database. The same steps stand in the checker that anyone
may run (scripts/check_draws.py) and in the web chat's page (bot/web/static/check_draws.js); the steps
are written down in docs/fair-draws.md. Days are ISO texts, moments are milliseconds.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property

from ledger.chance import SPAN, Lots
from ledger.clock import ms
from ledger.days import DAY, at

CHAT, PHONE, VISIT = "chat", "phone", "visit"
QUOTA, EXTRA = "quota", "extra"
MOVED, AWAY, VOID = "moved", "away", "void"  # results that are no person
SLACK = 115  # per cent of an even load that one day may take
EVERY_DAY = ""
ANY = ""  # a kind that only those away are kept from


# facts
@dataclass(frozen=True)
class Member:
    """Somebody in one team; a person who changes teams is another member there."""

    id: str
    role: str
    team: str
    township: str
    unit: str
    village: str
    since: int = 0  # when he entered the list; 0: it was frozen with him


@dataclass(frozen=True)
class Off:
    """Why a member cannot be drawn on a day: away (any kind); rest, unbound (chat checks only)."""

    day: str  # EVERY_DAY: on none
    since: int
    until: int  # 0: still
    why: str

    def holds(self, kind: str, day: str, at: int) -> bool:
        """Whether it was known at that moment to keep him from that kind of check."""
        meant = self.day in (EVERY_DAY, day) and (self.why == AWAY or kind == CHAT)
        return meant and self.since <= at and (not self.until or self.until > at)


@dataclass(frozen=True)
class Kind:
    """How one kind of check is drawn in a period."""

    quota: int  # times a team and period, 0 or 1
    teams: int  # so many teams of the county take part, by lot; 0: all
    extra: int  # chance in per cent of one more check a member and period
    windows: tuple[tuple[int, int], ...]  # minutes of the day, the end not included


@dataclass(frozen=True)
class Facts:
    """All that a period's draws depend on."""

    key: bytes
    days: tuple[str, ...]
    frozen_at: int
    members: tuple[Member, ...]
    kinds: Mapping[str, Kind]
    off: Mapping[str, Sequence[Off]] = field(default_factory=dict)

    @cached_property
    def lots(self) -> Lots:
        """The period's tickets."""
        return Lots(self.key)

    @cached_property
    def teams(self) -> dict[str, list[Member]]:
        """Members by team."""
        found: dict[str, list[Member]] = {}
        for one in sorted(self.members, key=lambda member: member.id):
            found.setdefault(one.team, []).append(one)
        return found


@dataclass(frozen=True)
class Slot:
    """One place in a period's plan; a lottery's subject is a member, a quota's a team."""

    kind: str
    why: str
    subject: str
    day: str


@dataclass(frozen=True)
class Due:
    """A slot with its minute of the day and the team it falls on."""

    slot: Slot
    team: str
    minute: int


Results = Mapping[Slot, str]  # what became of each slot: a member, or MOVED, AWAY, VOID


# rules
def here(facts: Facts, kind: str, team: str, day: str, at: int) -> list[str]:
    """Who of a team can be drawn on that day, by what was known at that moment."""
    return [
        one.id
        for one in facts.teams.get(team, ())
        if one.since <= at
        and not any(off.holds(kind, day, at) for off in facts.off.get(one.id, ()))
    ]


def taking_part(facts: Facts, kind: str) -> list[str]:
    """The frozen list's teams that a kind falls on, in the order in which they choose days."""
    towns = {one.team: one.township for one in facts.members if not one.since}
    wanted = facts.kinds[kind].teams or len(towns)
    # all of them need no lot: only the order counts
    chosen = facts.lots.spread(f"{kind}|teams", towns, wanted) if wanted < len(towns) else towns
    return _by_ticket(facts, (kind, "order"), chosen)


def days_of(facts: Facts, kind: str, team: str) -> list[str]:
    """The period's days in the order in which a team would take them."""
    return _by_ticket(facts, (kind, "day", team), facts.days)


def _by_ticket(facts: Facts, words: tuple[str, ...], each: Collection[str]) -> list[str]:
    tickets = facts.lots.tickets(*words, each=each)
    return [one for _, one in sorted(zip(tickets, each, strict=True))]


def first_days(facts: Facts, kind: str) -> dict[str, str]:
    """Each team's day as it stood when the list was frozen; '' where there is none.

    Who is not bound yet may well be by then: only those away count here, whatever the kind.
    """
    if not (facts.kinds[kind].quota and facts.days):
        return {}
    teams, load = taking_part(facts, kind), Counter[str]()
    most = max(1, -(-len(teams) * SLACK // (100 * len(facts.days))))
    found = {}
    for team in teams:
        free = (
            day
            for day in days_of(facts, kind, team)
            if load[day] < most and here(facts, ANY, team, day, facts.frozen_at)
        )
        found[team] = next(free, "")
        load[found[team]] += 1
    return found


def due(facts: Facts, results: Results, *, day: str = EVERY_DAY) -> Iterator[Due]:
    """Every slot that has come about so far: the next of each quota, and the lottery's.

    `day`: that day's slots only, which costs a month's lottery less.
    """
    days = [one for one in facts.days if day in (EVERY_DAY, one)]
    for kind in facts.kinds:
        for slot in _quota(facts, kind, results):
            if slot.day in days:
                yield Due(slot, slot.subject, minute_of(facts, slot))
        yield from _extra(facts, kind, days)


def _quota(facts: Facts, kind: str, results: Results) -> Iterator[Slot]:
    for team, first in first_days(facts, kind).items():
        day = first
        while day:
            slot = Slot(kind, QUOTA, team, day)
            yield slot
            moved = results.get(slot) in (MOVED, VOID)
            later = [one for one in days_of(facts, kind, team) if one > day] if moved else []
            day = later[0] if later else ""


def _extra(facts: Facts, kind: str, days: Sequence[str]) -> Iterator[Due]:
    extra, among = facts.kinds[kind].extra, 100 * len(facts.days)
    for one in facts.members if extra else ():
        tickets = facts.lots.tickets(kind, "extra", one.id, each=days)
        for day, ticket in zip(days, tickets, strict=True):
            if ticket * among < SPAN * extra and one.since < start_of(
                date.fromisoformat(day) + DAY
            ):
                slot = Slot(kind, EXTRA, one.id, day)
                yield Due(slot, one.team, minute_of(facts, slot))


def start_of(day: date) -> int:
    """Midnight of a day in Asia/Shanghai, in milliseconds."""
    return ms(at(day, time()))


def minute_of(facts: Facts, slot: Slot) -> int:
    """The slot's minute of the day, drawn from its kind's windows."""
    windows = facts.kinds[slot.kind].windows
    words = (slot.kind, slot.why, "minute", slot.subject, slot.day)
    left = facts.lots.below(sum(end - start for start, end in windows), *words)
    for start, end in windows:
        if left < end - start:
            break
        left -= end - start
    return start + left


def result_of(facts: Facts, one: Due, at: int) -> str:
    """Whom a slot meets at that moment: a member, or MOVED or AWAY when nobody can be drawn."""
    there = here(facts, one.slot.kind, one.team, one.slot.day, at)
    if one.slot.why == EXTRA:
        return one.slot.subject if one.slot.subject in there else AWAY
    name = f"{one.slot.kind}|member|{one.team}|{one.slot.day}"
    return facts.lots.pick(name, there, 1)[0] if there else MOVED


def pair(lots: Lots, visit: str, load: Mapping[str, int]) -> list[str]:
    """The two inspectors of a visit among those who may go, the least loaded first."""
    return sorted(load, key=lambda one: (load[one], lots.ticket("insp", visit, one), one))[:2]
