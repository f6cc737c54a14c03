"""Evidence: what is new, what has stood for something before, what is pointed out."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from county import MONDAY, County
from photo_scenes import RETAKES, saved, scene

from ledger import evidence, files, issue_steps, issues
from ledger.clock import SHANGHAI, ms
from ledger.database import Database, Session
from ledger.evidence import Flag
from ledger.files import Kept
from ledger.issues import Found, Issue, Tier
from ledger.people import Person
from ledger.pictures import NOTHING, Look, look
from ledger.rules import Rules

RULES = Rules()
DAY = MONDAY.date()
ROOF = look(saved(scene("roof"), 92))
CROP = look(RETAKES["10 % off each side"](scene("roof")))
YARD = look(saved(scene("yard")))


class Case:
    """One database, with short words for what is done to it."""

    def __init__(self, db: Session, county: County) -> None:
        self.db, self.county, self.count = db, county, 0

    @property
    def member(self) -> Person:
        return self.county["李队员"]

    async def issue(self, by: str = "李队员") -> Issue:
        found = Found(DAY, "屋顶漏雨", Tier.GENERAL, DAY + timedelta(days=30))
        self.count += 1
        source = f"memory:i{self.count}"
        id = await issues.report(
            self.db, self.county[by], found, source=source, now=MONDAY, rules=RULES
        )
        return await issues.any_issue(self.db, id)

    async def file(
        self, sha256: str, seen: Look = NOTHING, *, by: str = "李队员", forwarded: bool = False
    ) -> int:
        self.count += 1
        kept = Kept(sha256, 4, "image/jpeg", "a.jpg", "photo", forwarded, seen)
        source = f"memory:f{self.count}"
        ids = await files.attach(self.db, self.county[by].id, [kept], source=source, now=MONDAY)
        return ids[0]

    async def before(self, issue: Issue, sha256: str, seen: Look = NOTHING) -> None:
        """A file of the report."""
        id = await self.file(sha256, seen)
        await files.join(self.db, [id], issue.record_id, person=self.member.id)

    async def after(
        self, issue: Issue, sha256: str, seen: Look = NOTHING, *, by: str = "李队员",
        forwarded: bool = False,
    ) -> None:  # fmt: skip
        """A file of a note."""
        id = await self.file(sha256, seen, by=by, forwarded=forwarded)
        self.count += 1
        record = await issue_steps.note(
            self.db,
            self.county[by],
            issue,
            "看过了",
            source=f"memory:n{self.count}",
            now=MONDAY,
        )
        await files.join(self.db, [id], record, person=self.county[by].id)

    async def flags(self, issue: Issue) -> list[tuple[set[Flag], int]]:
        return [(set(one.flags), one.other) for one in await evidence.of(self.db, issue)]


@pytest.fixture
async def case(database: Database, county: County):  # type: ignore[no-untyped-def]
    async with database.transaction() as db:
        yield Case(db, county)


async def test_a_new_picture_counts(case: Case) -> None:
    issue = await case.issue()
    await case.before(issue, "old", ROOF)
    assert not await evidence.is_new(case.db, issue)

    await case.after(issue, "new", YARD)

    assert await case.flags(issue) == [(set(), 0)]
    assert await evidence.is_new(case.db, issue)


async def test_the_report_s_own_picture_is_nothing_new(case: Case) -> None:
    issue = await case.issue()
    await case.before(issue, "old", ROOF)
    await case.after(issue, "old", ROOF)

    assert await case.flags(issue) == [({Flag.BEFORE}, 0)]
    assert not await evidence.is_new(case.db, issue)


async def test_one_like_the_report_s_own_is_pointed_out(case: Case) -> None:
    issue = await case.issue()
    await case.before(issue, "old", ROOF)
    await case.after(issue, "crop", CROP)

    assert await case.flags(issue) == [({Flag.ALIKE}, 0)]
    assert await evidence.is_new(case.db, issue)


@pytest.mark.parametrize("kind", ["report", "note", "staff"])
async def test_bytes_that_stood_for_another_issue_are_spent(case: Case, kind: str) -> None:
    first, second = await case.issue(), await case.issue()
    if kind == "report":
        await case.before(first, "same", ROOF)
    elif kind == "note":
        await case.after(first, "same", ROOF)
    else:
        id = await case.file("same", ROOF, by="周总队长")
        await files.join_issue(case.db, [id], first.id, person=case.county["周总队长"].id)
    await case.after(second, "same", ROOF)

    assert await case.flags(second) == [({Flag.USED}, first.id)]
    assert not await evidence.is_new(case.db, second)


async def test_who_had_it_first_keeps_it(case: Case) -> None:
    first, second = await case.issue(), await case.issue()
    await case.after(first, "same", ROOF)
    await case.after(second, "same", ROOF)
    await case.after(second, "crop", CROP)

    assert await case.flags(first) == [(set(), 0)]


async def test_one_like_another_issue_s_is_pointed_out_across_villages(case: Case) -> None:
    first, second = await case.issue(), await case.issue("吴队员")
    await case.after(first, "roof", ROOF)
    await case.after(second, "crop", CROP, by="吴队员")

    assert await case.flags(second) == [({Flag.ALIKE}, first.id)]
    assert await evidence.is_new(case.db, second)


async def test_a_struck_note_gives_its_picture_back(case: Case) -> None:
    first, second = await case.issue(), await case.issue()
    await case.after(first, "same", ROOF)
    await case.db.connection.execute(
        "UPDATE record SET state = 'struck' WHERE id IN (SELECT record_id FROM progress)"
    )
    await case.after(second, "same", ROOF)

    assert await case.flags(second) == [(set(), 0)]
    assert await case.flags(first) == []


async def test_passed_on_and_taken_too_early_are_pointed_out(case: Case) -> None:
    issue = await case.issue()
    start = datetime.combine(DAY, datetime.min.time(), SHANGHAI)
    early, same_day = ms(start) - 1000, ms(start)
    await case.after(issue, "passed", YARD, forwarded=True)
    await case.after(issue, "early", Look("", early))
    await case.after(issue, "that day", Look("", same_day))

    assert [one for one, _ in await case.flags(issue)] == [
        set(), {Flag.OLDER}, {Flag.FORWARDED},
    ]  # fmt: skip
    assert all(one.counts for one in await evidence.of(case.db, issue))


async def test_what_staff_sends_joins_the_issue_once(case: Case) -> None:
    issue, staff = await case.issue(), case.county["周总队长"]
    ids = [await case.file("seen", YARD, by="周总队长") for _ in range(2)]
    await files.join_issue(case.db, ids, issue.id, person=case.member.id)
    assert await evidence.of(case.db, issue) == []  # nobody joins another's files

    await files.join_issue(case.db, ids, issue.id, person=staff.id)

    assert len(await evidence.of(case.db, issue)) == 1
    assert [one.id for one in await files.of_issue(case.db, issue.id)] == [ids[0]]
    assert await files.waiting(case.db, staff.id, since=MONDAY) == []


async def test_an_issue_merged_into_this_one_is_this_one(case: Case) -> None:
    first, second = await case.issue(), await case.issue()
    await case.after(first, "same", ROOF)
    await case.db.connection.execute(
        "UPDATE issue SET state = 'merged', merged_into = ? WHERE id = ?", (second.id, first.id)
    )
    await case.after(second, "same", ROOF)

    assert await case.flags(second) == [(set(), 0)]


async def test_another_county_s_pictures_are_not_told(case: Case) -> None:
    first, second = await case.issue(), await case.issue()
    await case.after(first, "roof", ROOF)
    await case.db.connection.execute("INSERT INTO county (id, name) VALUES (9, '别县')")
    await case.db.connection.execute("UPDATE issue SET county_id = 9 WHERE id = ?", (first.id,))
    await case.after(second, "crop", CROP)

    assert await case.flags(second) == [(set(), 0)]


async def test_what_is_read_stays_one_statement(case: Case) -> None:
    """The card of an issue asks for its evidence once, however many pictures there are."""
    issue = await case.issue()
    for number in range(9):
        await case.after(issue, f"p{number}", NOTHING)
    asked: list[str] = []
    await case.db.connection.set_trace_callback(asked.append)
    await evidence.of(case.db, issue)
    await case.db.connection.set_trace_callback(None)  # type: ignore[arg-type]

    assert len(asked) == 1


def test_piece_is_what_the_verifier_sees() -> None:
    piece = evidence.Piece(1, "a", "a.jpg", "photo", "image/jpeg", 0)

    assert piece.counts
    assert not replace(piece, flags=frozenset({Flag.USED, Flag.FORWARDED})).counts
    assert replace(piece, flags=frozenset(set(Flag) - evidence.WORTHLESS)).counts
