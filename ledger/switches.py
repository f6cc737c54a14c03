"""Switches (开关): what the rules on light touch restrict, off until a county turns it on for a time.

No reason, scene, approver or expiry: it does not turn on. At its expiry it is off by the date
alone, whether or not anything runs. Some things can never be turned on; they stand here to say so.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from ledger import audit, people, slots
from ledger.clock import ms
from ledger.database import Session, queries
from ledger.days import DAY, at
from ledger.errors import Refused
from ledger.people import Person, Role, Scope

sql = queries("switches")
USUAL = timedelta(days=90)  # until when, if nobody says otherwise
LONGEST = timedelta(days=365)
SOON = timedelta(days=3)  # the county is told so long before the end
ROLL_ANSWERS = ("在村", "不在村", "需要帮助")


# facts
class Switch(StrEnum):
    """Every capability that the rules restrict."""

    LOCATION = "location"
    PHOTO = "photo"
    STUDY_NAMES = "study_names"
    MORE_CHECKS = "more_checks"
    PUBLISHED = "published"
    TOWNSHIP_RANKING = "township_ranking"
    ROLL_CALL = "roll_call"
    STRIKES = "strikes"
    PERSON_RANKING = "person_ranking"
    STUDY_APPRAISAL = "study_appraisal"


@dataclass(frozen=True)
class Feature:
    """What a switch is called, what it does and which rule it touches (blocks of words)."""

    switch: Switch
    name: str
    does: str
    rule: str
    available: bool = True
    by_township: bool = True
    emergency: bool = False  # only in a scene of safety or emergency


FEATURES = (
    Feature(
        Switch.LOCATION, "必须定位", "switches.does_location", "switches.rule_traces"
    ),
    Feature(Switch.PHOTO, "必须照片", "switches.does_photo", "switches.rule_traces"),
    Feature(
        Switch.STUDY_NAMES, "学习名单", "switches.does_study_names", "switches.rule_study"
    ),
    Feature(
        Switch.MORE_CHECKS, "加密抽查", "switches.does_more_checks", "switches.rule_checks"
    ),
    Feature(Switch.PUBLISHED, "公布结果", "switches.does_published", "switches.rule_checks"),
    Feature(
        Switch.TOWNSHIP_RANKING, "乡镇排名", "switches.does_township_ranking",
        "switches.rule_ranking", by_township=False,
    ),
    Feature(
        Switch.ROLL_CALL, "应急点名", "switches.does_roll_call", "switches.rule_roll_call",
        emergency=True,
    ),
    Feature(
        Switch.STRIKES, "处理台账", "switches.does_strikes", "switches.rule_strikes",
        by_township=False,
    ),
    Feature(
        Switch.PERSON_RANKING, "个人排名", "switches.does_person_ranking",
        "switches.rule_ranking", available=False,
    ),
    Feature(
        Switch.STUDY_APPRAISAL, "学习考核", "switches.does_study_appraisal",
        "switches.rule_study", available=False,
    ),
)  # fmt: skip
BY_NAME = {one.name: one for one in FEATURES}
BY_SWITCH = {one.switch: one for one in FEATURES}
EMERGENCIES = (
    "应急", "抢险", "救灾", "防汛", "洪", "暴雨", "台风", "地质灾害", "滑坡", "泥石流", "地震",
    "雪灾", "火灾", "防火", "山火", "安全", "疫情",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What a county wants to turn on; the words are kept as written."""

    feature: Feature
    until: date
    reason: str
    scene: str
    basis: str
    approver: str  # name and post
    township_id: int = 0


@dataclass(frozen=True)
class Turn:
    """A switch that was turned on once, with its end."""

    id: int
    county_id: int
    township_id: int
    township: str
    name: str
    reason: str
    scene: str
    basis: str
    approver: str
    from_day: str
    until_day: str
    by_id: int
    by: str
    at: int
    off_at: int | None
    off_by: int | None

    @property
    def feature(self) -> Feature:
        """What it turned on."""
        return BY_SWITCH[Switch(self.name)]

    @property
    def scope(self) -> Scope:
        """Where it is on."""
        return Scope(self.county_id, self.township_id)

    @property
    def expired(self) -> bool:
        """Whether it ended by itself."""
        return self.off_at is not None and self.off_by is None


# rules
def check(wish: Wish, *, today: date) -> None:
    """Whether a wish may be granted; `Refused` names what stands against it."""
    feature = wish.feature
    if not feature.available:
        raise Refused("switches.never", feature=feature)
    lacking = [
        name
        for name, words in (
            ("事由", wish.reason), ("场合", wish.scene), ("批准人和职务", wish.approver),
        )
        if not words.strip()
    ]  # fmt: skip
    if lacking:
        raise Refused("switches.incomplete", feature=feature, lacking=lacking)
    check_until(wish.until, today=today)
    if wish.township_id and not feature.by_township:
        raise Refused("switches.whole_county", feature=feature)
    if feature.emergency and not is_emergency(wish.scene):
        raise Refused("switches.not_emergency", feature=feature)


def check_until(until: date, *, today: date) -> None:
    """Today or later, at most a year ahead."""
    if until < today:
        raise Refused("switches.until_past", until=until)
    if until > today + LONGEST:
        raise Refused("switches.until_far", latest=today + LONGEST)


def is_emergency(scene: str) -> bool:
    """Whether a scene is one of safety or emergency (国办函〔2026〕12号, ban 2)."""
    return any(word in scene for word in EMERGENCIES)


# records
async def is_on(db: Session, name: str, *, county: int, township: int = 0, day: date) -> bool:
    """Whether a restricted capability is on in that place on that day; the date decides."""
    return await _covering(db, name, county, township, day) is not None


async def applies(
    db: Session, name: str, *, county: int, township: int = 0, now: datetime
) -> bool:
    """The same at the moment of its use, which is counted: one day of use a switch and day."""
    id = await _covering(db, name, county, township, now.date())
    if id is not None:
        await claim(db, "switch_used", id, now.date().isoformat(), now=now)
    return id is not None


async def _covering(
    db: Session, name: str, county: int, township: int, day: date
) -> int | None:
    found: int | None = await sql.on_at(
        db.connection, county=county, township=township, name=str(name), day=day.isoformat(),
        after=ms(at(day + DAY, time())),
    )  # fmt: skip
    return found


async def turn_on(db: Session, by: Person, wish: Wish, *, now: datetime) -> int:
    """Turn it on from today, or say which rule is against it; returns the row's id."""
    if by.role is not Role.COUNTY:
        raise Refused("talk.not_for_role")
    today, name = now.date(), wish.feature.switch.value
    check(wish, today=today)
    place = {"county": by.county_id, "township": wish.township_id}
    if await is_on(db, name, **place, day=today):
        raise Refused("switches.already_on", feature=wish.feature)
    days = {"from_day": today.isoformat(), "until_day": wish.until.isoformat()}
    words = {key: getattr(wish, key) for key in ("reason", "scene", "basis", "approver")}
    id = await sql.turn_on(
        db.connection, county=by.county_id, township=wish.township_id or None, name=name,
        **words, **days, by=by.id, now=ms(now),
    )  # fmt: skip
    body = {"name": name, "township": wish.township_id, **days, **words}
    await audit.record(db, by.id, "switch.on", subject=f"switch:{id}", body=body, now=now)
    return int(id)


async def turn_off(db: Session, by: Person, turn: Turn, *, now: datetime) -> None:
    """Turn it off at once, at any time."""
    if by.role is not Role.COUNTY:
        raise Refused("talk.not_for_role")
    done = await sql.turn_off(
        db.connection, id=turn.id, county=by.county_id, by=by.id, now=ms(now)
    )
    if done is None:
        raise Refused("switches.is_off", feature=turn.feature)
    await audit.record(db, by.id, "switch.off", subject=f"switch:{turn.id}", body={}, now=now)


async def access_on(db: Session, asker: Person, day: date) -> list[Turn]:
    """What is on in the asker's county."""
    return await on(db, asker.county_id, day)


async def on(db: Session, county: int, day: date) -> list[Turn]:
    """What is on in one county that day."""
    rows = sql.access_on(db.connection, county=county, day=day.isoformat())
    return [Turn(**dict(row)) async for row in rows]


async def history(db: Session, county: int) -> list[Turn]:
    """Everything ever turned on in a county, oldest first."""
    return [Turn(**dict(row)) async for row in sql.history(db.connection, county=county)]


async def days_used(db: Session, turn: Turn) -> int:
    """On how many days it made a difference."""
    return len(await claimed(db, "switch_used", turn.id))


async def take_expired(db: Session, *, now: datetime) -> list[int]:
    """Note in the log what has ended by itself, each once; it was off already by its date."""
    rows = sql.expire(db.connection, day=now.date().isoformat(), now=ms(now))
    ids = sorted([row["id"] async for row in rows])
    for id in ids:
        await audit.record(
            db, audit.SYSTEM, "switch.expired", subject=f"switch:{id}", body={}, now=now
        )
    return ids


# records: what is said of a switch, once
async def claim(db: Session, job: str, turn: int, what: object, *, now: datetime) -> bool:
    """Take a place in the list of what was done for a switch; True only the first time."""
    return await slots.first_time(db, job, f"{turn:08}|{what}", planned_at=now, now=now)


async def claimed(db: Session, job: str, turn: int, part: str = "") -> set[str]:
    """What has been done for a switch under that job."""
    low = f"{turn:08}|{part}"
    rows = sql.told(db.connection, job=job, low=low, high=f"{low}\U0010fffd")
    return {row["slot"].removeprefix(low) async for row in rows}


async def affected(db: Session, turn: Turn, day: date) -> list[Person]:
    """Whom it concerns: the members of its place, for a ranking the townships."""
    scope = turn.scope
    townships = [
        one
        for one in await people.readers(db, day=day)
        if one.role is Role.TOWNSHIP
        and one.county_id == scope.county
        and scope.township in {0, one.township_id}
    ]
    if turn.feature.switch is Switch.TOWNSHIP_RANKING:
        return townships
    return [*await people.members(db, scope, day=day), *townships]


# records: the roll call
async def answer_roll(
    db: Session, by: Person, words: str, *, source: str, now: datetime
) -> None:
    """Keep a word to today's roll call (应急点名); none is asked for when it is off."""
    place = {"county": by.county_id, "township": by.township_id}
    if not await is_on(db, Switch.ROLL_CALL, **place, day=now.date()):
        raise Refused("switches.no_roll_call")
    day = now.date().isoformat()
    await sql.add_roll(
        db.connection, person=by.id, day=day, text=words, source=source, now=ms(now)
    )
    await audit.record(
        db, by.id, "roll_call.answered", subject=f"person:{by.id}", body={"words": words},
        now=now,
    )  # fmt: skip


def roll_job(day: date) -> str:
    """Under which job the cards of a day's roll call are noted (`claim`)."""
    return f"roll_call:{day}"


async def roll_called(db: Session, county: int, day: date) -> set[int]:
    """Whom that day's cards have gone to: on leave, on a trip or off by rota one gets none."""
    found: set[int] = set()
    for turn in await on(db, county, day):
        if turn.feature.switch is Switch.ROLL_CALL:
            found |= {int(one) for one in await claimed(db, roll_job(day), turn.id)}
    return found


async def access_roll(db: Session, scope: Scope, day: date) -> dict[int, str]:
    """Who has answered that day's roll call, and what."""
    rows = sql.rolled(db.connection, day=day.isoformat(), **asdict(scope))
    return {row["person_id"]: row["text"] async for row in rows}


# records: published results
@dataclass(frozen=True)
class Published:
    """A finished draw as it may be made known: villages and counts, nobody's name."""

    draw_id: int
    day: str
    villages: tuple[str, ...]
    answered: int
    missed: int


async def access_published(
    db: Session, asker: Person, *, limit: int, now: datetime
) -> list[Published]:
    """The last finished draws of the place where their publication is on."""
    county, township = asker.county_id, asker.township_id
    if not await applies(db, Switch.PUBLISHED, county=county, township=township, now=now):
        raise Refused("switches.not_published")
    whole = await is_on(db, Switch.PUBLISHED, county=county, day=now.date())
    rows = sql.published(
        db.connection, county=county, township=0 if whole else township, limit=limit
    )
    found: dict[int, list[dict[str, str]]] = {}
    async for row in rows:
        found.setdefault(row["draw_id"], []).append(dict(row))
    return [_published(id, checks) for id, checks in found.items()]


def _published(id: int, checks: list[dict[str, str]]) -> Published:
    states = [one["state"] for one in checks]
    villages = tuple(dict.fromkeys(one["village"] for one in checks))
    return Published(
        id, checks[0]["day"], villages, states.count("answered"), states.count("missed")
    )
