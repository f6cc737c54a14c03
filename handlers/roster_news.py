"""Who hears of a change of the roster: the person himself, his leaders, the townships concerned.

Said before the change is written, while the one who leaves can still be reached; it goes out
all the same. Whoever makes the change knows it already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from handlers.talk import Talk
from ledger import people
from ledger.handover import Handed
from ledger.messages import Reply
from ledger.people import Person, Role, Team


async def tell_left(
    talk: Talk, old: Person, day: date, handed: Sequence[Handed], successor: str = ""
) -> None:
    """A word of thanks to the one who leaves; who was above him hears who takes his place.

    Whoever takes over his issues hears that in the same message.
    """
    facts = {"old": old, "day": day, "successor": successor, "handed": handed}
    await _tell(talk, old, old, talk.say("roster.news_to_left", **facts))
    for one in await _concerned(talk, old, (old,), handed):
        await _tell(talk, old, one, talk.say("roster.news_of_left", whom=one, **facts))


async def tell_moved(
    talk: Talk, person: Person, team: Team, day: date, handed: Sequence[Handed]
) -> None:
    """Where he belongs from when on, and who takes over his issues: told to him and both sides."""
    if team.id == person.team_id:
        return  # another post in his own team: those above hear it of the one who leaves
    facts = {"old": person, "team": team, "day": day, "handed": handed}
    await _tell(talk, person, person, talk.say("roster.news_to_moved", **facts))
    there = replace(
        person, township_id=team.township_id, township=team.township, team_id=team.id,
        village=team.village,
    )  # fmt: skip
    for one in await _concerned(talk, person, (person, there), handed):
        await _tell(talk, person, one, talk.say("roster.news_of_moved", whom=one, **facts))


async def _concerned(
    talk: Talk, about: Person, places: Iterable[Person], handed: Sequence[Handed]
) -> list[Person]:
    """Who is above him at these places, and who takes over his issues; himself left out."""
    found = {one.id: one for place in places for one in await _above(talk, place)}
    for heir in handed:
        if heir.id and heir.id not in found:
            found[heir.id] = await people.by_id(talk.db, heir.id)
    return [one for one in found.values() if one.id != about.id]


async def _above(talk: Talk, person: Person) -> list[Person]:
    """The leaders of his team and the staff of its township, himself left out."""
    roles = (Role.LEADER, Role.TOWNSHIP)
    return [
        one
        for role in roles
        for one in await people.seats(talk.db, person, role, day=talk.today)
    ]


async def _tell(talk: Talk, about: Person, whom: Person, text: str) -> None:
    """Once a change and person; the one who makes it is not told."""
    if whom.id != talk.asker.id:
        dedupe = f"roster:{talk.source}:{about.id}:{whom.id}"
        await talk.tell(whom.id, Reply(text), dedupe=dedupe)
