"""Who hears of a change of the roster: the person himself, his leaders, the townships concerned.

Said before the change is written, while the one who leaves can still be reached; it goes out
all the same. Whoever makes the change knows it already.
"""

from dataclasses import replace
from datetime import date

from handlers.talk import Talk
from ledger import people
from ledger.messages import Reply
from ledger.people import Person, Role, Team


async def tell_left(talk: Talk, old: Person, day: date, successor: str = "") -> None:
    """A word of thanks to the one who leaves; who was above him hears who takes his place."""
    facts = {"old": old, "day": day, "successor": successor}
    await _tell(talk, old, old, talk.say("roster.news_to_left", **facts))
    told = talk.say("roster.news_of_left", **facts)
    for one in await _above(talk, old):
        await _tell(talk, old, one, told)


async def tell_moved(talk: Talk, person: Person, team: Team, day: date) -> None:
    """Where he belongs from when on: told to him and on both sides."""
    facts = {"old": person, "team": team, "day": day}
    await _tell(talk, person, person, talk.say("roster.news_to_moved", **facts))
    there = replace(
        person, township_id=team.township_id, township=team.township, team_id=team.id,
        village=team.village,
    )  # fmt: skip
    above = {one.id: one for place in (person, there) for one in await _above(talk, place)}
    told = talk.say("roster.news_of_moved", **facts)
    for one in above.values():
        await _tell(talk, person, one, told)


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
