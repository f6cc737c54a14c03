"""Surprise visits: drawn pairs, forms, the second word, the county's hand; nothing by itself."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County

from ledger import (
    draw_periods,
    draws,
    findings,
    inspectors,
    people,
    surprise_forms,
    surprise_visits,
)
from ledger.chance import Seeds
from ledger.database import Database, Session
from ledger.draws import Draw, Wish
from ledger.errors import Refused
from ledger.findings import Source
from ledger.people import Person, Scope
from ledger.rules import Rules
from ledger.seed_vault import Vault
from ledger.surprise_visits import Form, Met, Noticed, Visit
from templates.words import Words

RULES = Rules()
SAY = Words().say
EVERYBODY = ("周总队长", "冯总队长", "郑队长", "孙队长", "吴队员", "陈干事")
HOUR = timedelta(hours=1)


@dataclass
class Scene:
    """The open transaction, the cast, and the folder of seeds."""

    db: Session
    county: County
    folder: Path
    seeds: Seeds = field(default_factory=lambda: Seeds("visits"))

    async def draw(self, villages: str = "", wanted: int = 1, now: datetime = MONDAY) -> Draw:
        """As the county asks for it."""
        vault = Vault(self.folder / "seeds", self.seeds)
        first = now.date().replace(day=1)
        period = await draw_periods.open_month(
            self.db, self.county.id, first, vault, RULES, now=now
        )
        name = await draws.next_name(self.db, self.county.id, now.date(), "visit")
        secret = self.seeds()
        by = self.county["陈干事"].id
        wish = Wish(draws.ASKED, name, secret, wanted, by, "visit", period.id)
        pool = await surprise_visits.pool(self.db, Scope(self.county.id), day=now.date())
        teams = {
            one.id: one.village for one in await people.teams(self.db, Scope(self.county.id))
        }
        kept = {
            town: {team: found for team, found in of.items() if teams[team] in (villages or teams[team])}
            for town, of in pool.items()
        }  # fmt: skip
        return await draws.make(self.db, self.county.id, wish, kept, now=now)

    async def send(self, villages: str = "永安村", now: datetime = MONDAY) -> Visit:
        """One visit, drawn and told."""
        draw = await self.draw(villages, now=now)
        (visit,) = await surprise_visits.send(self.db, draw, SAY, rules=RULES, now=now)
        return visit

    async def person(self, id: int) -> Person:
        return await people.by_id(self.db, id)

    async def file(
        self, visit: Visit, *found: Noticed, by: int = 0, now: datetime = MONDAY + HOUR
    ) -> Visit:
        """The first of the pair fills in the form."""
        filer = await self.person(by or visit.first_id)
        form = Form(
            now.date(), "村部", (Met(1, "王队长", "there", ""),), "满意", "好", "", found
        )
        return await surprise_forms.file(self.db, filer, visit, form, SAY, rules=RULES, now=now)

    async def sign(self, visit: Visit, doubt: str = "", now: datetime = MONDAY + HOUR) -> Visit:
        """The other one says whether it is so."""
        other = await self.person(surprise_forms.second_of(visit))
        return await surprise_forms.sign(
            self.db, other, visit, doubt, SAY, rules=RULES, now=now
        )

    async def decide(self, visit: Visit, kept: bool, now: datetime = MONDAY + HOUR) -> Visit:
        """The county's hand."""
        return await surprise_forms.decide(
            self.db, self.county["陈干事"], visit, kept, "理由", rules=RULES, now=now
        )

    async def opened(self, visit: Visit) -> list[tuple[str, int | None]]:
        """The findings there are."""
        found = await findings.of_source(self.db, Source.VISIT, visit.id)
        return [(one.category, one.person_id) for one in found]

    async def told(self, what: str) -> list[int]:
        """Who has been written to about that."""
        rows = await self.db.connection.execute_fetchall(
            "SELECT person_id FROM outbox WHERE dedupe LIKE ? ORDER BY id",
            (f"surprise_visit:%:{what}:%",),
        )
        return [row[0] for row in rows]


LAZY = Noticed("在岗不作为", "上午村部锁着门", None, "")


@pytest.fixture
async def scene(database: Database, county: County, tmp_path: Path):  # type: ignore[no-untyped-def]
    """Six inspectors on the list."""
    async with database.transaction() as db:
        for name in EVERYBODY:
            await inspectors.add(db, county["陈干事"], county[name], now=MONDAY)
        yield Scene(db, county, tmp_path)


# the pair
async def test_the_pair_is_drawn_stored_and_can_be_drawn_again(scene: Scene) -> None:
    visit = await scene.send("永安村")
    assert surprise_visits.redo(visit) == visit.pair
    assert len(set(visit.pair)) == 2
    assert visit.until_day == "2026-11-24"
    assert sorted(await scene.told("card")) == sorted(visit.pair)
    names = {scene.county[name].id for name in ("冯总队长", "郑队长", "吴队员", "陈干事")}
    assert set(visit.pair) <= names


async def test_over_a_weekend_the_visit_is_due_on_the_next_working_day(scene: Scene) -> None:
    friday = MONDAY + timedelta(days=4)
    assert (await scene.send(now=friday)).until_day == "2026-11-30"


async def test_sent_twice_is_sent_once(scene: Scene) -> None:
    draw = await scene.draw("", 3)
    first = await surprise_visits.send(scene.db, draw, SAY, rules=RULES, now=MONDAY)
    again = await surprise_visits.send(scene.db, draw, SAY, rules=RULES, now=MONDAY)
    assert (len(first), again) == (3, [])
    assert len(await scene.told("card")) == 6


async def test_visits_of_one_draw_share_the_load(scene: Scene) -> None:
    draw = await scene.draw("", 3)
    sent = await surprise_visits.send(scene.db, draw, SAY, rules=RULES, now=MONDAY)
    given = await inspectors.given(scene.db, sent[0].period_id or 0)
    assert sum(given.values()) == 6
    assert max(given.values()) - min(given.values()) <= 1
    assert all(surprise_visits.redo(one) == one.pair for one in sent)


async def test_who_steps_aside_is_followed_by_the_next_and_the_other_stays(
    scene: Scene,
) -> None:
    visit = await scene.send()
    gone, stays = visit.pair
    him = await scene.person(gone)
    await inspectors.recuse(scene.db, him, him, visit.team, "亲属", now=MONDAY)
    after = await surprise_visits.step_aside(
        scene.db, visit, gone, SAY, rules=RULES, now=MONDAY
    )
    assert after.first_id == stays
    assert after.second_id not in {gone, stays, 0}
    assert surprise_visits.redo(after) == after.pair
    assert await scene.told("not_you") == [gone]
    with pytest.raises(Refused, match="not_found"):
        await surprise_visits.access_own(scene.db, him, visit.id)


async def test_when_all_step_aside_the_county_names_two_by_hand(scene: Scene) -> None:
    visit = await scene.send()
    while visit.pair:
        him = await scene.person(visit.pair[0])
        await inspectors.recuse(scene.db, him, him, visit.team, "亲属", now=MONDAY)
        visit = await surprise_visits.step_aside(
            scene.db, visit, him.id, SAY, rules=RULES, now=MONDAY
        )
    assert await scene.told("short")
    county = scene.county
    two = [county["周总队长"], county["孙队长"]]
    after = await surprise_visits.assign(
        scene.db, county["陈干事"], visit, two, SAY, rules=RULES, now=MONDAY
    )
    assert after.pair == [one.id for one in two]
    assert after.by_hand


async def test_fewer_than_two_are_told_to_nobody_but_the_county(scene: Scene) -> None:
    for name in ("冯总队长", "郑队长", "吴队员"):
        await inspectors.remove(
            scene.db, scene.county["陈干事"], scene.county[name], now=MONDAY
        )
    visit = await scene.send()
    assert visit.pair == []
    assert await scene.told("short") == [scene.county["陈干事"].id]
    assert await scene.told("card") == []


# secrecy
async def test_team_and_township_know_it_only_once_the_form_is_in(scene: Scene) -> None:
    visit = await scene.send()
    theirs = [scene.county[name] for name in ("李队员", "王队长", "周总队长")]
    others = [scene.county[name] for name in ("孙队长", "冯总队长")]
    for one in theirs:
        assert await surprise_visits.access_visits(scene.db, one) == []
        with pytest.raises(Refused, match="not_found"):
            await surprise_visits.access_visit(scene.db, one, visit.id)
    await scene.file(visit)
    for one in theirs:
        (seen,) = await surprise_visits.access_visits(scene.db, one)
        assert seen.id == visit.id
    for one in others:
        assert await surprise_visits.access_visits(scene.db, one) == []


async def test_a_void_visit_is_known_to_the_county_only(scene: Scene) -> None:
    visit = await scene.send()
    late = MONDAY + timedelta(days=2)
    (over,) = await surprise_forms.take_over(scene.db, now=late)
    assert await surprise_forms.take_over(scene.db, now=late) == []
    assert over.state == "void"
    assert await surprise_visits.access_visits(scene.db, scene.county["周总队长"]) == []
    assert len(await surprise_visits.access_visits(scene.db, scene.county["陈干事"])) == 1
    with pytest.raises(Refused, match="too_late"):
        await scene.file(over)
    visited = await surprise_visits.teams_visited(
        scene.db, scene.county.id, date(2026, 11, 1), date(2026, 11, 30)
    )
    assert visit.team_id not in visited


# the form
async def test_only_the_pair_fills_in_and_only_once_and_in_time(scene: Scene) -> None:
    visit = await scene.send()
    with pytest.raises(Refused, match="not_found"):
        await surprise_visits.access_own(scene.db, scene.county["李队员"], visit.id)
    with pytest.raises(Refused, match="too_late"):
        await scene.file(visit, now=MONDAY + timedelta(days=2))
    after = await scene.file(visit)
    with pytest.raises(Refused, match="filed_before"):
        await scene.file(visit, by=visit.second_id)
    assert after.state == "done"
    assert await scene.told("sign") == [visit.second_id]


async def test_nothing_is_found_before_the_second_has_signed(scene: Scene) -> None:
    visit = await scene.send()
    one = Noticed("脱岗走读", "上午不在村", scene.county["李队员"].id, "李队员")
    after = await scene.file(visit, LAZY, one)
    assert await scene.opened(after) == []
    signed = await scene.sign(after)
    assert set(await scene.opened(signed)) == {
        (LAZY.category, None),
        (one.category, one.person),
    }
    assert signed.stands
    with pytest.raises(Refused, match="signed_before"):
        await scene.sign(signed)


async def test_a_doubt_opens_nothing_before_the_county_says_so(scene: Scene) -> None:
    after = await scene.sign(await scene.file(await scene.send(), LAZY), "我看到门开着")
    assert await scene.opened(after) == []
    assert after.asked_at
    assert await scene.told("decide")
    decided = await scene.decide(after, True)
    assert await scene.opened(decided) == [(LAZY.category, None)]
    with pytest.raises(Refused, match="nothing_to_decide"):
        await scene.decide(decided, False)


async def test_what_the_county_drops_is_dropped(scene: Scene) -> None:
    after = await scene.sign(await scene.file(await scene.send(), LAZY), "我看到门开着")
    dropped = await scene.decide(after, False)
    assert await scene.opened(dropped) == []
    assert dropped.settled


async def test_silence_asks_the_county_after_a_working_day_and_decides_nothing(
    scene: Scene,
) -> None:
    friday = MONDAY + timedelta(days=4)
    visit = await scene.send(now=friday)
    after = await scene.file(visit, LAZY, now=friday + HOUR)
    for later in (friday + 8 * HOUR, friday + timedelta(days=2), friday + timedelta(days=3)):
        assert await surprise_forms.unsigned(scene.db, RULES, now=later) == []
    later = friday + timedelta(days=3) + 2 * HOUR
    (silent,) = await surprise_forms.unsigned(scene.db, RULES, now=later)
    assert await surprise_forms.ask_county(scene.db, silent, SAY, rules=RULES, now=later)
    assert not await surprise_forms.ask_county(scene.db, silent, SAY, rules=RULES, now=later)
    assert await scene.opened(after) == []
    late_word = await scene.sign(await surprise_visits.by_id(scene.db, visit.id), now=later)
    assert await scene.opened(late_word) == [(LAZY.category, None)]
    with pytest.raises(Refused, match="nothing_to_decide"):
        await scene.decide(late_word, False)


async def test_the_filer_does_not_sign_nor_does_anybody_before_the_form(scene: Scene) -> None:
    visit = await scene.send()
    with pytest.raises(Refused, match="no_form"):
        await scene.sign(visit)
    after = await scene.file(visit, LAZY)
    filer = await scene.person(visit.first_id)
    with pytest.raises(Refused, match="own_form"):
        await surprise_forms.sign(scene.db, filer, after, "", SAY, rules=RULES, now=MONDAY)


async def test_nobody_below_the_county_decides(scene: Scene) -> None:
    after = await scene.sign(await scene.file(await scene.send(), LAZY), "不是这样")
    for name in ("周总队长", "王队长", "李队员"):
        with pytest.raises(Refused, match="not_for_role"):
            await surprise_forms.decide(
                scene.db, scene.county[name], after, True, "", rules=RULES, now=MONDAY
            )


def test_the_same_said_twice_of_the_same_person_is_one_finding() -> None:
    again = Noticed(LAZY.category, "下午也锁着", None, "")
    his = Noticed(LAZY.category, "在打牌", 7, "李队员")
    found = surprise_visits.merged([LAZY, his, again])
    assert [(one.facts, one.person) for one in found] == [
        ("上午村部锁着门；下午也锁着", None),
        ("在打牌", 7),
    ]


def test_nobody_is_written_to_in_the_quiet_hours() -> None:
    def at(hour: int) -> datetime:
        return surprise_visits.awake(MONDAY.replace(hour=hour), RULES)

    assert at(9) == MONDAY
    assert at(12) == at(13) == MONDAY.replace(hour=14)
    assert at(21) == MONDAY.replace(hour=8) + timedelta(days=1)
    assert at(3) == MONDAY.replace(hour=8)
