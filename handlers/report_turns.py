"""抽签汇报: who reports at the meeting, drawn on the spot; 汇报记录 shows who has had his turn."""

import re
from datetime import timedelta

from handlers.forms import choice
from handlers.talk import Talk, Topic
from ledger import audit, draw_periods, people, report_turns, slots
from ledger.errors import Misunderstood, Refused
from ledger.messages import Option, Reply
from ledger.numerals import read_number
from ledger.people import EVERYONE, Role
from ledger.report_turns import Circle, Turn, Wish
from ledger.reports.store import seal_of

CHOICES = {"抽": True, "不抽": False}
MEETING = timedelta(minutes=10)  # after so long without a draw another meeting begins
JOB = "report_turns"  # of the slots that keep one wish from being drawn twice
MOST = 10  # names one meeting draws at once
PEOPLE = re.compile(r"\s*(?:个人|名|位|个|人)?$")
NOT_THERE = re.compile(r"没到场?\s*(?P<draw>\d{1,9})\s*(?P<name>\S*)")
AGAIN = re.compile(r"再抽(?:一人)?\s*(?P<draw>\d{1,9})")
MARKS = " ，,：:"


# drawing
async def draw_turn(talk: Talk) -> Reply:
    """抽汇报人, 抽汇报人 2, 抽汇报人 清水镇; the buttons' 没到场 and 再抽."""
    if said := NOT_THERE.fullmatch(talk.rest):
        return await _not_there(talk, int(said["draw"]), said["name"])
    if said := AGAIN.fullmatch(talk.rest):
        draw, circle = await _numbered(talk, int(said["draw"]))
        return await _draw(talk, circle, 1, f"after:{draw}")
    circle, words = await _where(talk)
    wanted = _count(words)
    if await _begins(talk, circle) and not await _agreed(talk, circle, wanted):
        return talk.reply("report_turns.left_alone")
    return await _draw(talk, circle, wanted, talk.source)


async def _begins(talk: Talk, circle: Circle) -> bool:
    """Whether it is a meeting's first draw: a stray word must not draw anybody."""
    last = await report_turns.last_drawn(talk.db, circle)
    return last is None or talk.now - last > MEETING


async def _agreed(talk: Talk, circle: Circle, wanted: int) -> bool:
    """Asked once a meeting, with the names in the pot; not where nobody could be drawn."""
    standing = await report_turns.standing(talk.db, circle, talk.now.date())
    pot = report_turns.in_pots(standing, wanted)
    return not pot or await talk.ask(
        "report_turns.ask_draw", choice(CHOICES), CHOICES, pot=pot, wanted=min(wanted, len(pot)),
        place=await _place(talk, circle),
    )  # fmt: skip


async def _draw(talk: Talk, circle: Circle, wanted: int, slot: str, above: str = "") -> Reply:
    """Draw and say it, or say again what was drawn for the same wish."""
    county = talk.asker.county_id
    period, lots = await draw_periods.lots_of(
        talk.db, county, talk.room.vault, talk.rules, now=talk.now
    )
    if not await slots.first_time(
        talk.db, JOB, f"{county}|{slot}", planned_at=talk.now, now=talk.now
    ):
        return await _drawn_before(talk, circle)
    head = await audit.head(talk.db)
    wish = Wish(talk.asker, wanted, period, lots)
    standing, made = await report_turns.draw(talk.db, circle, wish, now=talk.now)
    if not made:
        here, away = len(standing.here), len(standing.away)
        return talk.reply("report_turns.nobody", above=above, here=here, away=away)
    turns = await report_turns.of_draws(talk.db, made)
    return talk.reply(
        "report_turns.drawn", _buttons(turns), above=above, place=await _place(talk, circle),
        period=period, seal=seal_of(talk.now.date(), head.h.hex()), standing=standing,
        turns=turns, wanted=wanted, pot=report_turns.in_pots(standing, wanted),
    )  # fmt: skip


async def _drawn_before(talk: Talk, circle: Circle) -> Reply:
    """The same tap twice: what was drawn last, and nothing new."""
    last = await report_turns.last_draw(talk.db, circle)
    turns = await report_turns.of_draws(talk.db, [last] if last else [])
    return talk.reply("report_turns.drawn_before", _buttons(turns), turns=turns)


async def _not_there(talk: Talk, number: int, name: str) -> Reply:
    """没到场: he keeps his lot, and another one is drawn at once while the meeting lasts."""
    draw, circle = await _numbered(talk, number)
    turns = await report_turns.of_draws(talk.db, [draw])
    there = [one for one in turns if one.person == name or not name]
    if not there:
        raise Refused("report_turns.not_drawn", name=name[:20])
    turn = next((one for one in there if one.present), there[0])
    if not await report_turns.not_there(talk.db, talk.asker, turn, now=talk.now):
        return await _drawn_before(talk, circle)
    said = talk.say("report_turns.not_there", turn=turn)
    if turn.day != str(talk.today):
        return Reply(said)
    return await _draw(talk, circle, 1, f"instead:{draw}:{turn.person_id}", said)


def _buttons(turns: list[Turn]) -> tuple[Option, ...]:
    """One for each who may not be there, one for another name."""
    there = [one for one in turns if one.present]
    several = len(there) > 1
    found = [
        Option(
            f"{one.person}没到场" if several else "没到场",
            f"抽汇报人 没到场 {one.number} {one.person}",
        )
        for one in there
    ]
    if turns:
        found.append(Option("再抽一人", f"抽汇报人 再抽 {turns[-1].number}"))
    return tuple(found)


# which meeting
async def _where(talk: Talk) -> tuple[Circle, str]:
    """The meeting meant by 「清水镇 2」; only the county may name a township."""
    text = talk.rest.strip(MARKS)
    known = await people.townships(talk.db, talk.asker.county_id)
    for name, id in known.items():
        for form in (name, name.rstrip("镇乡")):
            if len(form) > 1 and (text.startswith(form) or text.endswith(form)):
                return _of_township(talk, name, id), text.replace(form, "", 1).strip(MARKS)
    if place := re.search(r"[一-鿿]{1,8}[镇乡道]", text):
        raise Refused("report_turns.no_township", name=place[0], known=list(known))
    return report_turns.circle_of(talk.asker), text


def _of_township(talk: Talk, name: str, id: int) -> Circle:
    if talk.asker.role is Role.COUNTY:
        return report_turns.circle_of(talk.asker, id)
    own = report_turns.circle_of(talk.asker)
    if talk.asker.role is not Role.TOWNSHIP or talk.asker.township_id != id:
        raise Refused("report_turns.own_only", name=name, own=talk.asker.place)
    return own


async def _numbered(talk: Talk, number: int) -> tuple[int, Circle]:
    """A draw and its meeting; somebody else's is as if it were not there."""
    draw = await report_turns.id_of(talk.db, talk.asker.county_id, number)
    name = await report_turns.access_draw(talk.db, talk.asker, draw)
    if name is None:
        raise Refused("report_turns.no_draw", id=number)
    _, within, township = name.partition(":township:")
    return draw, report_turns.circle_of(talk.asker, int(township) if within else 0)


async def _place(talk: Talk, circle: Circle) -> str:
    """What the circle is called: a village, a township, the county."""
    known = await people.townships(talk.db, talk.asker.county_id)
    names = {id: name for name, id in known.items()}
    asked = circle.scope.township if circle.leaders else 0
    return names.get(asked, talk.asker.place)


def _count(words: str) -> int:
    """How many names; one unless said."""
    if not words:
        return 1
    value = read_number(PEOPLE.sub("", words))
    if value is None or not value.is_integer() or not 1 <= value <= MOST:
        raise Misunderstood("report_turns.not_count", said=words[:20], most=MOST)
    return int(value)


# looking
async def show_record(talk: Talk) -> Reply:
    """汇报记录: who has had his turn in this cycle, and who has not."""
    circle, words = await _where(talk)
    if words:
        raise Misunderstood("report_turns.not_place", said=words[:20])
    found = await report_turns.standing(talk.db, circle, talk.today)
    may_draw = talk.asker.role is not Role.MEMBER
    named = f" {await _place(talk, circle)}" if ":township:" in circle.name else ""
    draw = (Option("抽汇报人", f"抽汇报人{named}"),) if may_draw else ()
    return talk.reply(
        "report_turns.record", draw, place=await _place(talk, circle), standing=found
    )


DRAW = Topic(
    "report_turn", ("抽汇报人", "抽签汇报", "report"), draw_turn,
    frozenset({Role.LEADER, Role.TOWNSHIP, Role.COUNTY}),
)  # fmt: skip
RECORD = Topic("report_record", ("汇报记录",), show_record, EVERYONE, aside=True)
