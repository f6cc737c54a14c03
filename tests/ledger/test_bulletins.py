"""Papers that are signed: who may, what stays, numbers without a gap, supplements only of what differs."""

import ast
import asyncio
import re
import shutil
import sqlite3
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from source import dotted, modules, origins

from ledger import audit, bulletins, signing
from ledger.bulletins import SIGNED, Bulletin, Facts
from ledger.database import Database, Session, open_database
from ledger.errors import Refused
from ledger.people import Person, Scope
from ledger.reports import counted, plain, supplements
from ledger.reports.facts import Figures, Place, Report
from ledger.reports.inspection import Figures as Checked
from ledger.reports.inspection import Inspection, Problem, without_names
from ledger.rules import Rules

RULES = Rules()
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PERIODS = ("2026-11-T1", "2026-11-T2", "2026-11-T3")


def facts(
    county: County, visits: int = 3, kind: str = "tenday", period: str = PERIODS[1]
) -> Facts:
    if kind == "inspection":
        return Inspection(
            period, "2026-11-11", "2026-11-20", county.id, "安和县", Checked(problems=visits)
        )
    return Report(
        kind, period, "2026-11-11", "2026-11-20", "2026-11-20", "2026-11-30", "", "county",
        county.id, "安和县", Figures(teams=3, visits=visits),
    )  # type: ignore[arg-type]  # fmt: skip


def of_township(county: County, name: str = "周总队长", visits: int = 3) -> Report:
    town = county[name].township_id
    found = facts(county, visits, "weekly", "2026-W47")
    assert isinstance(found, Report)
    return replace(found, level="township", place_id=town, place=county[name].township)


async def drafted(db: Session, county: County, said: Facts, now: datetime = MONDAY) -> Bulletin:
    return await bulletins.draft(db, audit.SYSTEM, Scope(county.id), said, now=now)


async def sign(
    db: Session, by: Person, one: Bulletin, now_facts: Facts, *, seen: str = "",
    now: datetime = MONDAY,
) -> Bulletin:  # fmt: skip
    return await signing.sign(
        db, by, one, now_facts, seen=seen or one.stamp, now=now,
        write=lambda ready: f"{ready.number}：{ready.sentence}",
    )  # fmt: skip


async def refused(what: object) -> str:
    with pytest.raises(Refused) as why:
        await what  # type: ignore[misc]
    return why.value.block


# drafts
async def test_the_same_period_is_one_draft_counted_again(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        first = await drafted(db, county, facts(county, 3))
        again = await drafted(db, county, facts(county, 4), MONDAY + HOUR)
        events = await audit.history(db, f"bulletin:{first.id}")

    assert again.id == first.id
    assert again.latest.figures.visits == 4  # type: ignore[union-attr]
    assert [one["kind"] for one in events] == ["bulletin.drafted"]
    assert first.stamp != again.stamp


async def test_only_its_own_place_signs(database: Database, county: County) -> None:
    may: dict[str, set[str]] = {"township": set(), "county": set()}
    async with database.transaction() as db:
        papers = {
            "township": await drafted(db, county, of_township(county)),
            "county": await drafted(db, county, facts(county)),
        }
        for name, person in county.people.items():
            for level, one in papers.items():
                if bulletins.signs(person, one):
                    may[level].add(name)
                else:
                    assert (
                        await refused(sign(db, person, one, one.latest))
                        == "bulletins.not_yours"
                    )

    assert may == {"township": {"周总队长"}, "county": {"陈干事"}}


async def test_who_reads_drafts_and_signed_ones(database: Database, county: County) -> None:
    chen, zhou = county["陈干事"], county["周总队长"]
    async with database.transaction() as db:
        weekly = await drafted(db, county, of_township(county))
        tenday = await drafted(db, county, facts(county))
        inspection = await drafted(db, county, facts(county, 1, "inspection"))
        before = {
            name: await seen(db, one, weekly, tenday, inspection)
            for name, one in county.people.items()
        }
        await sign(db, zhou, weekly, weekly.latest)
        for one in (tenday, inspection):
            await sign(db, chen, one, one.latest)
        after = {
            name: await seen(db, one, weekly, tenday, inspection)
            for name, one in county.people.items()
        }

    every, nothing = ["weekly", "tenday", "inspection"], list[str]()
    assert before["陈干事"] == after["陈干事"] == every
    assert before["周总队长"] == ["weekly"]
    assert after["周总队长"] == every
    assert (before["冯总队长"], after["冯总队长"]) == (nothing, ["tenday", "inspection"])
    assert (before["王队长"], after["王队长"]) == (nothing, ["inspection"])
    assert before["李队员"] == after["李队员"] == nothing


async def seen(db: Session, asker: Person, *papers: Bulletin) -> list[str]:
    found = []
    for one in papers:
        with suppress(Refused):
            found.append((await bulletins.access_bulletin(db, asker, one.id)).kind)
    return found


async def test_the_sentence_is_one_short_paragraph(database: Database, county: County) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        one = await drafted(db, county, facts(county))
        said = await bulletins.write_sentence(db, chen, one, "第一行\n 第二行 ", now=MONDAY)
        block = await refused(bulletins.write_sentence(db, chen, one, "长" * 301, now=MONDAY))
        empty = await refused(bulletins.write_sentence(db, chen, one, " \n", now=MONDAY))
        zhou = county["周总队长"]
        other = await refused(bulletins.write_sentence(db, zhou, one, "好", now=MONDAY))

    assert said.sentence == "第一行 第二行"
    assert (block, empty, other) == (
        "bulletins.too_long", "bulletins.no_words", "bulletins.not_yours",
    )  # fmt: skip


async def test_what_is_given_back_is_signed_only_after_a_change(
    database: Database, county: County
) -> None:
    chen, zhou = county["陈干事"], county["周总队长"]
    async with database.transaction() as db:
        one = await drafted(db, county, of_township(county))
        one = await bulletins.write_sentence(db, zhou, one, "都好", now=MONDAY)
        by_neighbour = await refused(
            bulletins.give_back(db, county["冯总队长"], one, "不对", now=MONDAY)
        )
        back = await bulletins.give_back(db, chen, one, "日子不对", now=MONDAY)
        told = await bulletins.concerned(db, chen, back, MONDAY)
        block = await refused(sign(db, zhou, back, back.latest))
        again = await bulletins.redo(db, zhou, back, back.latest, now=MONDAY)
        signed = await sign(db, zhou, again, again.latest)
        too_late = await refused(bulletins.give_back(db, chen, signed, "晚了", now=MONDAY))
        events = await audit.history(db, f"bulletin:{one.id}")

    assert by_neighbour == "bulletins.not_yours"
    assert (back.state, back.reason, [who.name for who in told]) == (
        "returned", "日子不对", ["周总队长"],
    )  # fmt: skip
    assert (block, too_late) == ("bulletins.is_returned", "bulletins.signed_already")
    assert signed.state == "signed"
    kinds = [str(event["kind"]).removeprefix("bulletin.") for event in events]
    assert kinds == ["drafted", "changed", "returned", "changed", "signed"]


# signing
async def test_an_old_card_does_not_sign_what_changed(
    database: Database, county: County
) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        one = await drafted(db, county, facts(county))
        other = await bulletins.write_sentence(db, chen, one, "补一句", now=MONDAY)
        stale = await refused(sign(db, chen, other, other.latest, seen=one.stamp))
        late = MONDAY + HOUR
        moved = await refused(sign(db, chen, other, facts(county, 9), now=late))
        soon = await sign(db, chen, other, facts(county, 9), now=MONDAY + MINUTE)

    assert stale == moved == "bulletins.changed_meanwhile"
    assert soon.latest.figures.visits == 3  # type: ignore[union-attr]  # as he has read it


async def test_a_finding_set_aside_a_moment_ago_is_not_signed(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        one = await drafted(db, county, facts(county, 2, "inspection"))
        now_facts = facts(county, 1, "inspection")
        block = await refused(sign(db, county["陈干事"], one, now_facts))

    assert block == "bulletins.changed_meanwhile"


async def test_what_is_signed_stays(database: Database, county: County) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        one = await drafted(db, county, facts(county))
        signed = await sign(db, chen, one, one.latest)
        for act in (
            bulletins.write_sentence(db, chen, signed, "改", now=MONDAY),
            bulletins.redo(db, chen, signed, facts(county, 9), now=MONDAY),
            sign(db, chen, signed, signed.latest),
        ):
            assert await refused(act) == "bulletins.signed_already"
        same = await drafted(db, county, facts(county, 9))
        event = (await audit.history(db, f"bulletin:{one.id}"))[-1]

    assert same == signed
    assert (event["actor"], event["kind"], event["body"]["number"]) == (
        chen.id,
        "bulletin.signed",
        1,
    )


RAW = (
    "UPDATE bulletin SET words = 'x'", "UPDATE bulletin SET facts = '{}'",
    "UPDATE bulletin SET state = 'draft', signed_at = NULL", "UPDATE bulletin SET number = 7",
    "UPDATE bulletin SET signed_by = NULL", "DELETE FROM bulletin",
)  # fmt: skip


@pytest.mark.parametrize("statement", RAW)
async def test_the_table_refuses_to_change_what_is_signed(
    database: Database, county: County, statement: str
) -> None:
    async with database.transaction() as db:
        one = await drafted(db, county, facts(county))
        await sign(db, county["陈干事"], one, one.latest)
        with pytest.raises(sqlite3.IntegrityError):
            await db.connection.execute(statement)


async def test_a_draft_may_be_taken_away_by_hand(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await drafted(db, county, facts(county))
        await db.connection.execute("DELETE FROM bulletin")


# numbers
async def test_a_killed_signature_takes_no_number(database: Database, county: County) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        first, second = [
            await drafted(db, county, facts(county, period=period)) for period in PERIODS[:2]
        ]
    with pytest.raises(RuntimeError, match="killed"):
        async with database.transaction() as db:
            await sign(db, chen, first, first.latest)
            raise RuntimeError("killed")
    async with database.transaction() as db:
        signed = await sign(db, chen, second, second.latest)
        after = await sign(db, chen, first, first.latest)

    assert (signed.number, after.number) == (1, 2)


async def test_two_at_once_get_two_numbers(database: Database, county: County) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        drafts = [await drafted(db, county, facts(county, period=one)) for one in PERIODS]

    async def one_signs(one: Bulletin) -> int | None:
        async with database.transaction() as db:
            return (await sign(db, chen, one, one.latest)).number

    numbers = await asyncio.gather(*(one_signs(one) for one in drafts))

    assert sorted(number or 0 for number in numbers) == [1, 2, 3]


async def test_one_number_runs_through_all_kinds_but_the_inspections(
    database: Database, county: County
) -> None:
    chen, new_year = county["陈干事"], MONDAY.replace(year=2027, month=1, day=4)
    async with database.transaction() as db:
        first = await drafted(db, county, facts(county))
        other = await drafted(db, county, facts(county, 1, "inspection"))
        month = await drafted(
            db, county, replace(facts(county), kind="monthly", period="2026-11")
        )
        later = await drafted(db, county, facts(county, period=PERIODS[2]), new_year)
        found = [
            await sign(db, chen, first, first.latest),
            await sign(db, chen, other, other.latest),
            await sign(db, chen, month, month.latest),
            await sign(db, chen, later, later.latest, now=new_year),
        ]
        weekly = await drafted(db, county, of_township(county))
        unnumbered = await sign(db, county["周总队长"], weekly, weekly.latest)

    assert [(one.year, one.number) for one in found] == [
        (2026, 1), (2026, 1), (2026, 2), (2027, 1),
    ]  # fmt: skip
    assert unnumbered.number is None


# supplements
async def test_a_supplement_says_what_differs_and_nothing_else(
    database: Database, county: County
) -> None:
    chen = county["陈干事"]
    async with database.transaction() as db:
        one = await drafted(db, county, facts(county, 3))
        signed = await sign(db, chen, one, one.latest)
        same = await refused(signing.supplement(db, chen, signed, facts(county, 3), now=MONDAY))
        first = await signing.supplement(db, chen, signed, facts(county, 4), now=MONDAY)
        turned_back = await signing.supplement(db, chen, signed, facts(county, 3), now=MONDAY)
        empty = await refused(sign(db, chen, turned_back, facts(county, 3)))
        again = await signing.supplement(db, chen, signed, facts(county, 5), now=MONDAY)
        done = await sign(db, chen, again, facts(county, 5))
        second = await signing.supplement(db, chen, signed, facts(county, 6), now=MONDAY)

    assert same == empty == "bulletins.nothing_new"
    assert first.id == again.id
    found = [plain.read(supplements.Supplement, one.facts).changes for one in (again, second)]
    assert [[tuple(change) for change in one] for one in found] == [
        [("visits", 3, 5)], [("visits", 5, 6)],
    ]  # fmt: skip
    assert (done.version, done.number, second.version) == (1, None, 2)
    assert signed.latest.figures.visits == 3  # type: ignore[union-attr]


def test_a_finding_set_aside_is_named_by_its_place() -> None:
    gone = Problem(7, "清水镇", "永安村", "脱岗走读", "visit", "2026-11-12", "未见人", True)
    before = Inspection(
        "2026-11-T2", "2026-11-11", "2026-11-20", 1, "安和县", Checked(problems=1),
        problems=(gone,),
    )  # fmt: skip
    now = replace(before, figures=Checked(), problems=())

    found = supplements.between(1, before, now, plain.written(now))

    assert (found.gone, found.come) == ((gone,), ())
    assert plain.read(supplements.Supplement, plain.written(found)) == found


def test_facts_are_read_as_they_were_written(county: County) -> None:
    for one in (facts(county), facts(county, 2, "inspection"), of_township(county)):
        assert bulletins.read_facts(one.kind, plain.written(one)) == one


def test_no_name_is_left_in_what_a_checker_wrote() -> None:
    words = without_names("未见李队员，\n李队员家属张大山说不知", ["李队员", "李"], ["张大山"])

    assert words == "未见有关人员， 有关人员家属有关农户说不知"


# any order of acts
ACTS = st.lists(
    st.tuples(
        st.sampled_from(("draft", "refresh", "say", "back", "redo", "sign", "old_sign", "supplement")),
        st.integers(0, 2), st.integers(1, 3),
    ),
    min_size=4, max_size=14,
)  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=ACTS)
async def test_whatever_is_done_the_laws_hold(
    acts: list[tuple[str, int, int]], migrated: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("acts") / "zhucun.db"
    shutil.copy(migrated, path)
    frozen: dict[int, Bulletin] = {}
    async with open_database(path, durable=False) as database:
        county = await settle(database)
        for what, which, visits in acts:
            said = facts(county, visits, period=PERIODS[which])
            async with database.transaction() as db:
                await act(db, county, what, said)
                rows = [
                    Bulletin(**dict(zip(Bulletin.__dataclass_fields__, row, strict=True)))
                    for row in await db.connection.execute_fetchall(
                        "SELECT * FROM bulletin ORDER BY id"
                    )
                ]
            assert all(
                one == frozen.setdefault(one.id, one) for one in rows if one.state == "signed"
            )
            assert {one.id for one in rows} >= frozen.keys()
            check_laws(rows)


async def act(db: Session, county: County, what: str, said: Facts) -> None:
    """One act on the paper of that period, by its signer; a refusal is an answer, too."""
    chen, now = county["陈干事"], MONDAY
    place = Place("county", county.id, "安和县", Scope(county.id))
    one = await bulletins.newest(db, place, said.kind, said.period)
    if what == "draft" or one is None:
        await drafted(db, county, said)
        return
    todo = {
        "refresh": lambda: bulletins.refresh(db, one, said, now=now),
        "say": lambda: bulletins.write_sentence(db, chen, one, "补一句", now=now),
        "back": lambda: bulletins.give_back(db, chen, one, "重看", now=now),
        "redo": lambda: bulletins.redo(db, chen, one, said, now=now),
        "sign": lambda: sign(db, chen, one, said, now=now),
        "old_sign": lambda: sign(db, chen, one, said, seen="00000000", now=now),
        "supplement": lambda: signing.supplement(db, chen, one, said, now=now),
    }
    with suppress(Refused):
        await todo[what]()
        assert what != "old_sign"


def check_laws(rows: list[Bulletin]) -> None:
    """Numbers 1 to n; a supplement only after what it supplements; each with something to say."""
    numbers = sorted(one.number for one in rows if one.number is not None)
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(
        (one.number is not None) == (one.state == "signed") for one in rows if not one.version
    )
    for one in rows:
        before = [two for two in rows if two.period == one.period and two.version < one.version]
        assert len(before) == one.version
        assert all(two.state == "signed" for two in before)
        if one.version and one.state == "signed":
            found = plain.read(supplements.Supplement, one.facts)
            assert one.sentence or supplements.differs(found)


# nothing signs by itself
def test_only_a_person_s_own_act_signs() -> None:
    """Timed work cannot reach handlers (the layers forbid it), and only there signing is known."""
    every = [one for one in modules() if not one.migration]
    knows = {
        one.path
        for one in every
        if any(name.startswith("ledger.signing") for name in origins(one.tree).values())
    }
    names = {one.path for one in every if re.search(r"\bsql\.sign\(|next_number", one.text)}
    calls = [
        ast.unparse(call.args[1])
        for one in every
        for call in one.calls
        if dotted(call.func) == "signing.sign"
    ]

    assert knows == {"handlers/bulletin_acts.py"}
    assert "ledger/signing.py" in names
    assert not {one for one in names if one.startswith("scheduler/")}
    assert calls == ["talk.asker"]


def test_every_kind_to_sign_can_be_counted() -> None:
    assert {one.kind for one in SIGNED} == counted.SPANS.keys()
    assert {one.numbered for one in SIGNED if one.level == "township"} == {False}
