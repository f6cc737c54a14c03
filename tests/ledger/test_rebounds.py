"""Rebounds and duplicates: what is alike, what is linked to what, how often it has come back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from county import MONDAY, County, settle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger import (
    audit,
    closing,
    custody,
    evidence,
    files,
    issue_steps,
    issues,
    look_backs,
    people,
    rebounds,
)
from ledger.closing import Word
from ledger.custody import age, days_of
from ledger.database import Database, Session, open_database
from ledger.errors import Refused
from ledger.files import Kept
from ledger.issue_steps import Column
from ledger.issues import Found, Issue, Tier, any_issue, due_of
from ledger.likeness import Told, alike, enough
from ledger.people import Scope
from ledger.reading.category import category_of
from ledger.reading.lexicon import load_lexicon
from ledger.rebounds import Rate, headline
from ledger.rules import Rules

DAY = timedelta(days=1)
RULES = Rules()
PAIRS = Path(__file__).with_name("issue_pairs.tsv")
HOUSEHOLDS = {  # of the new report and of the old one
    "same": (("张大山", 1), ("张大山", 1)),
    "none": (("", None), ("", None)),
    "other": (("张大山", 1), ("王桂芳", 3)),
    "one": (("张大山", 1), ("", None)),
}


# alike or not
@dataclass(frozen=True)
class Pair:
    """Two reports, and whether a colleague would ask if they are the same matter."""

    part: str
    new: Told
    old: Told
    alike: bool


def pairs() -> Iterator[Pair]:
    lexicon = load_lexicon()
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        part, where, new, old, meant = line.split("\t")
        told = [
            Told(text, category_of(text, lexicon), name, id)
            for text, (name, id) in zip((new, old), HOUSEHOLDS[where], strict=True)
        ]
        yield Pair(part, *told, meant == "1")


@pytest.mark.parametrize("part", ["tuning", "kept"])
def test_what_is_alike_is_found_and_little_else(part: str) -> None:
    table = [one for one in pairs() if one.part == part]
    found = [one for one in table if alike(one.new, one.old) >= enough(one.new)]
    right = sum(one.alike for one in found)
    precision, recall = right / len(found), right / sum(one.alike for one in table)
    print(f"{part}: {len(table)} pairs, precision {precision:.2f}, recall {recall:.2f}")

    assert len(table) >= 30
    assert precision >= 0.9
    assert recall >= 0.9


def test_the_table_is_long_enough() -> None:
    assert len(list(pairs())) >= 60


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["", "张大山"]))
def test_likeness_is_mutual_and_within_bounds(one: str, other: str, name: str) -> None:
    first, second = Told(one, "住房", name), Told(other, "住房", name)

    assert 0 <= alike(first, second) <= 100
    assert alike(first, second) == alike(second, first)


def test_ten_thousand_characters_are_read_at_once() -> None:
    assert alike(Told("漏" * 10_000), Told("屋顶漏雨" * 2_500)) >= 0


# a life
async def found(
    db: Session, county: County, text: str, *, who: str = "李队员", at: datetime = MONDAY,
    tier: Tier = Tier.GENERAL, household: str = "张大山",
) -> Issue:  # fmt: skip
    by = county[who]
    known = {one.name: one.id for one in await people.households(db, by)}
    made = Found(
        at.date(), text, tier, due_of(tier, at.date(), RULES), household,
        known.get(household), category_of(text, load_lexicon()),
    )  # fmt: skip
    return await any_issue(
        db, await issues.report(db, by, made, source="", now=at, rules=RULES)
    )


async def struck_off(db: Session, county: County, issue: Issue, at: datetime = MONDAY) -> Issue:
    """Solved, handed in by 李队员 and struck off by whoever has to."""
    li = county["李队员"]
    if not issue.measure:
        await issue_steps.describe(db, li, issue, Column.MEASURE, "换瓦", now=at)
    issue = await any_issue(db, issue.id)
    await closing.submit(db, li, issue, "雨后去看，屋里干的", source="", now=at)
    for who in ("王队长", "周总队长"):
        issue = await any_issue(db, issue.id)
        if issue.closed_day is None:
            who = "周总队长" if issue.owner_id == county["王队长"].id else who
            await closing.agree(
                db, county[who], issue, RULES, word=Word.VISIT, text="去看了", now=at
            )
    return await any_issue(db, issue.id)


async def steps_of(db: Session, issue: Issue) -> list[str]:
    return [
        str(one["kind"]).removeprefix("issue.")
        for one in await audit.history(db, issue.subject)
    ]


# offering
async def test_a_new_report_is_put_beside_the_closed_one(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        old = await struck_off(db, county, await found(db, county, "屋顶漏雨"))
        await found(db, county, "低保没批下来")
        new = await found(db, county, "房顶又漏水了", who="赵队员", at=MONDAY + 30 * DAY)
        (one,) = await rebounds.similar(db, new)

    assert (one.issue.id, one.came_back, one.why) == (old.id, True, "household")


async def test_an_open_one_and_one_of_another_village(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        first = await found(db, county, "三组路灯坏了", household="")
        second = await found(db, county, "三组路灯又不亮", household="", who="赵队员")
        there = await found(db, county, "三组路灯坏了", household="", who="钱队员")

        assert [one.issue.id for one in await rebounds.similar(db, second)] == [first.id]
        assert await rebounds.similar(db, there) == []


async def test_after_400_days_it_is_a_new_matter(database: Database, county: County) -> None:
    async with database.transaction() as db:
        await struck_off(db, county, await found(db, county, "屋顶漏雨"))
        near = await found(db, county, "屋顶漏雨", at=MONDAY + 400 * DAY)
        await rebounds.apart(db, county["李队员"], near, await any_issue(db, 1), now=MONDAY)
        far = await found(db, county, "厕所粪水外溢", at=MONDAY + 401 * DAY)
        again = await found(db, county, "屋顶漏雨", at=MONDAY + 401 * DAY)

        assert [one.issue.id for one in await rebounds.similar(db, again)] == [near.id]
        assert await rebounds.similar(db, far) == []


async def test_told_apart_they_are_never_offered_again(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        old = await struck_off(db, county, await found(db, county, "屋顶漏雨"))
        new = await found(db, county, "屋顶漏雨", at=MONDAY + DAY)
        for _ in range(2):
            await rebounds.apart(db, county["李队员"], new, old, now=MONDAY + DAY)

        assert await rebounds.similar(db, new) == []
        assert await rebounds.similar(db, replace(new, reopens_id=old.id)) == []


# come back
async def test_linked_it_is_the_first_round_s_next(database: Database, county: County) -> None:
    async with database.transaction() as db:
        old = await struck_off(db, county, await found(db, county, "屋顶漏雨"))
        new = await found(db, county, "房顶又漏水了", at=MONDAY + DAY)
        times = await rebounds.link(db, county["李队员"], new, old, now=MONDAY + DAY)
        old, new = await any_issue(db, old.id), await any_issue(db, new.id)

        assert (times, old.state, new.state) == (1, "rebounded", "open")
        assert (new.reopens_id, new.rebounds) == (old.id, 1)
        assert old.closed_day == MONDAY.date().isoformat()
        assert await rebounds.chain(db, old) == await rebounds.chain(db, new) == [1, 2]
        assert "rebounded" in await steps_of(db, old)
        assert "reopens" in await steps_of(db, new)
        assert await rebounds.similar(db, new) == []
        with pytest.raises(Refused) as why:
            await rebounds.link(db, county["李队员"], new, old, now=MONDAY + DAY)
        assert why.value.block == "issues.has_rebounded"


async def test_a_mistaken_link_is_taken_apart(database: Database, county: County) -> None:
    async with database.transaction() as db:
        old = await struck_off(db, county, await found(db, county, "屋顶漏雨"))
        new = await found(db, county, "屋顶漏雨", at=MONDAY + DAY)
        await rebounds.link(db, county["李队员"], new, old, now=MONDAY + DAY)
        new, old = await any_issue(db, new.id), await any_issue(db, old.id)
        await rebounds.apart(db, county["李队员"], new, old, now=MONDAY + DAY)

        assert (await any_issue(db, old.id)).state == "closed"
        assert (await any_issue(db, new.id)).rebounds == 0
        assert await rebounds.chain(db, old) == [old.id]


@pytest.mark.parametrize(
    ("who", "block"),
    [("钱队员", "rebounds.elsewhere"), ("李队员", "issues.not_closed_yet")],
)
async def test_what_cannot_be_linked(
    database: Database, county: County, who: str, block: str
) -> None:
    async with database.transaction() as db:
        old = await found(db, county, "屋顶漏雨")
        if who == "钱队员":
            old = await struck_off(db, county, old)
        new = await found(db, county, "屋顶漏雨", who=who, household="", at=MONDAY + DAY)
        asker = county["陈干事"] if who == "钱队员" else county[who]
        with pytest.raises(Refused) as why:
            await rebounds.link(db, asker, new, old, now=MONDAY + DAY)

    assert why.value.block == block


async def test_what_was_found_before_the_end_is_no_rebound(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        old = await found(db, county, "屋顶漏雨")
        new = await found(db, county, "屋顶漏雨", who="赵队员")
        old = await struck_off(db, county, old, MONDAY + 3 * DAY)
        with pytest.raises(Refused) as why:
            await rebounds.link(db, county["李队员"], new, old, now=MONDAY + 3 * DAY)

    assert why.value.block == "rebounds.found_before"


# reopened
async def test_staff_reopen_it_for_its_owner(database: Database, county: County) -> None:
    later = MONDAY + 30 * DAY
    async with database.transaction() as db:
        old = await found(db, county, "屋顶漏雨", tier=Tier.AT_ONCE)
        old = await struck_off(db, county, old)
        new = await rebounds.reopen(
            db, county["周总队长"], old, "又漏了", source="m:1", now=later, rules=RULES
        )
        spans = await custody.spans(db, new.id)

        assert (new.record_id, new.owner, new.tier) == (0, "李队员", "general")
        assert (new.household, new.text, new.rebounds) == (
            "张大山",
            "屋顶漏雨；反弹：又漏了",
            1,
        )
        assert new.due == (later.date() + 30 * DAY).isoformat()
        assert [one.holder for one in spans] == ["永安村"]
        assert (await steps_of(db, new))[:1] == ["opened"]


async def test_a_colleague_s_own_report_goes_back_to_the_owner(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        old = await struck_off(db, county, await found(db, county, "屋顶漏雨"))
        new = await rebounds.reopen(
            db, county["赵队员"], old, "又漏了", source="m:1", now=MONDAY + DAY, rules=RULES
        )

    assert new.record_id
    assert (new.owner, new.source) == ("李队员", "visit")


async def test_whose_owner_has_left_goes_to_the_leader(
    database: Database, county: County
) -> None:
    async with database.transaction() as db:
        old = await struck_off(db, county, await found(db, county, "屋顶漏雨"))
        gone = (MONDAY + 5 * DAY).date().isoformat()
        await db.connection.execute(
            "UPDATE person SET left_day = ? WHERE name = '李队员'", (gone,)
        )
        new = await rebounds.reopen(
            db, county["周总队长"], old, "又漏了", source="m:1", now=MONDAY + 9 * DAY, rules=RULES
        )  # fmt: skip

    assert new.owner == "王队长"


# merged
async def test_merged_it_counts_no_more_and_its_files_go_over(
    database: Database, county: County
) -> None:
    li = county["李队员"]
    async with database.transaction() as db:
        other = await found(db, county, "屋顶漏雨")
        new = await found(db, county, "房顶漏水", who="赵队员")
        note = await issue_steps.note(db, li, new, "换了瓦", source="", now=MONDAY)
        kept = Kept("a" * 64, 3, "image/jpeg", "a.jpg", "photo")
        await files.attach(db, li.id, [kept], source="m:2", now=MONDAY, record=note)
        new = await any_issue(db, new.id)
        await rebounds.merge(db, li, new, other, now=MONDAY + DAY)
        new = await any_issue(db, new.id)
        spans = await custody.spans(db, new.id)
        opened = await db.connection.execute_fetchall(
            "SELECT opened FROM team_period WHERE kind = 0 AND team_id = ?", (li.team_id,)
        )

        assert (new.state, new.merged_into, new.closed_day) == ("merged", other.id, None)
        assert spans[-1].until_day
        assert [row[0] for row in opened] == [1]
        assert [one.sha256 for one in await evidence.of(db, other)] == ["a" * 64]
        assert "joined" in await steps_of(db, other)
        with pytest.raises(Refused) as why:
            await rebounds.merge(db, li, new, other, now=MONDAY + DAY)
        assert why.value.block == "issues.is_merged"


async def test_what_cannot_be_merged(database: Database, county: County) -> None:
    li = county["李队员"]
    async with database.transaction() as db:
        closed = await struck_off(db, county, await found(db, county, "屋顶漏雨"))
        new = await found(db, county, "屋顶漏雨", at=MONDAY + DAY)
        there = await found(db, county, "断水", who="钱队员", household="")
        linked = await found(db, county, "屋顶又漏雨", at=MONDAY + DAY)
        await rebounds.link(db, li, linked, closed, now=MONDAY + DAY)
        linked, closed = await any_issue(db, linked.id), await any_issue(db, closed.id)
        cases = (
            (new, closed, "rebounds.not_open"),
            (new, new, "rebounds.itself"),
            (new, there, "rebounds.elsewhere"),
            (linked, new, "rebounds.linked_before"),
        )
        for one, other, block in cases:
            with pytest.raises(Refused) as why:
                await rebounds.merge(db, li, one, other, now=MONDAY + DAY)
            assert why.value.block == block


# figures
async def test_the_rate_by_township(database: Database, county: County) -> None:
    day = MONDAY.date()
    async with database.transaction() as db:
        for text in ("屋顶漏雨", "断水", "厕所粪水外溢"):
            await struck_off(db, county, await found(db, county, text), MONDAY + 4 * DAY)
        old = await any_issue(db, 1)
        await rebounds.reopen(
            db, county["周总队长"], old, "又漏", source="", now=MONDAY + 9 * DAY, rules=RULES
        )
        span = (day, day + 30 * DAY)
        there = await rebounds.rates(db, Scope(county.id), *span)
        days = await rebounds.days_to_solve(db, Scope(county.id), *span)
        nothing = await rebounds.days_to_solve(db, Scope(county.id), day - DAY, day - DAY)
        back = await rebounds.unfinished(db, county["陈干事"])

    assert there == [Rate("清水镇", 3, 1)]
    assert headline(there).share == 33
    assert headline([]).share is None
    assert (days, nothing) == (4, None)
    assert [one.rebounds for one in back] == [1]


# random lives
ACTS = st.tuples(
    st.sampled_from(["report", "close", "link", "reopen", "merge", "apart", "look_back"]),
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from(["李队员", "赵队员", "王队长", "周总队长", "陈干事"]),
    st.integers(0, 40),
)


async def live(
    db: Session, county: County, what: str, one: int, other: int, who: str, at: datetime
) -> None:
    if what == "report":
        await found(db, county, "屋顶漏雨", at=at, who="李队员")
        return
    rows = await db.connection.execute_fetchall("SELECT id FROM issue ORDER BY id DESC LIMIT 6")
    ids = [row[0] for row in rows]
    if not ids:
        return
    issue, second = [await any_issue(db, ids[number % len(ids)]) for number in (one, other)]
    asker, facts = county[who], {"source": "", "now": at, "rules": RULES}
    if what == "close":
        await struck_off(db, county, issue, at)
    elif what == "link":
        await rebounds.link(db, asker, issue, second, now=at)
    elif what == "reopen":
        await rebounds.reopen(db, asker, issue, "又漏了", **facts)
    elif what == "merge":
        await rebounds.merge(db, asker, issue, second, now=at)
    elif what == "apart":
        await rebounds.apart(db, asker, issue, second, now=at)
    else:
        await look_backs.rebounded(db, asker, issue, "又漏了", **facts)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=st.lists(ACTS, min_size=5, max_size=40))
async def test_chains_count_and_days_add_up_in_every_life(
    template: Path, tmp_path: Path, acts: list[tuple[str, int, int, str, int]]
) -> None:
    path = tmp_path / "lived.db"
    for left in tmp_path.glob("lived.db*"):
        left.unlink()
    path.write_bytes(template.read_bytes())
    async with open_database(path, durable=False) as database, database.transaction() as db:
        everybody = await people.roster(db)
        county = County(everybody[0].county_id, {one.name: one for one in everybody})
        now = MONDAY
        for what, one, other, who, days in acts:
            now += days * DAY
            try:
                async with db.savepoint():
                    await live(db, county, what, one, other, who, now)
            except Refused:
                continue
        await check_all(db, now)


async def check_all(db: Session, now: datetime) -> None:
    rows = await db.connection.execute_fetchall("SELECT id FROM issue ORDER BY id")
    everything = [await any_issue(db, row[0]) for row in rows]
    by_id = {one.id: one for one in everything}
    after = [one.reopens_id for one in everything if one.reopens_id]
    assert len(after) == len(set(after))  # each comes back as one at most
    assert set(after) == {one.id for one in everything if one.state == "rebounded"}
    for one in everything:
        before = by_id.get(one.reopens_id)
        assert one.rebounds == (before.rebounds + 1 if before else 0)
        assert (await rebounds.chain(db, one)).index(one.id) == one.rebounds
        assert (one.state == "merged") == bool(one.merged_into)
        spans = await custody.spans(db, one.id)
        ended = one.state in {"closed", "rebounded", "merged"}
        assert bool(spans[-1].until_at) == ended
        assert sum(held.days for held in days_of(spans, now.date())) == age(spans, now.date())


@pytest.fixture
async def template(tmp_path: Path) -> Path:
    """A ledger with the cast and nothing lived, to copy."""
    path = tmp_path / "template.db"
    async with open_database(path, durable=False) as database:
        await settle(database)
        await database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path
