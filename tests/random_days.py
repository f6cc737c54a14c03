"""Random November days of the cast, for laws about figures: every kind of record, and what undoes it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from county import County, settle
from hypothesis import strategies as st
from lived_week import RULES, Pen, moment

from ledger import (
    closing,
    issue_steps,
    issues,
    people,
    periods,
    promises,
    rebounds,
    records,
    study,
    visits,
)
from ledger.clock import ms
from ledger.closing import Word
from ledger.database import Session, open_database
from ledger.errors import Refused
from ledger.promises import Promise
from ledger.study import Study

LEADERS = {"清水镇": "周总队长", "云山乡": "冯总队长"}
MEMBERS = ("王队长", "李队员", "赵队员", "孙队长", "钱队员", "郑队长", "吴队员")
HOUSEHOLDS = ("张大山", "何满仓", "田秀英", "某户")
STEPS = ("progress", "submit", "close", "back", "recall")
RECORDS = ("study", "visit", "issue", "promise", "undo", "moved", "unread")
OTHERS = ("away", "trip", "missed", "lifted", "answered", "merged")
PLANTED = ("rebound", "look", "told", "tier")
TAKERS = {
    "study": study.counted, "visit": visits.counted, "issue": issues.counted,
    "promise": promises.counted,
}  # fmt: skip
Act = tuple[str, str, int, int]
ACTS = st.tuples(
    st.sampled_from((*RECORDS, *STEPS, *OTHERS, *PLANTED)),
    st.sampled_from(MEMBERS),
    st.integers(1, 20),  # day of November
    st.integers(0, 3),  # which household, record or issue
)


async def settled(path: Path) -> None:
    """A ledger with the cast and nothing lived, to copy."""
    async with open_database(path, durable=False) as database:
        await settle(database, now=moment(1, 0))
        await database.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def cast(db: Session) -> County:
    """The cast as it stands in a copied ledger."""
    everybody = await people.roster(db)
    return County(everybody[0].county_id, {one.name: one for one in everybody})


async def live_through(pen: Pen, acts: Sequence[Act]) -> None:
    """All of it in the order of days; what the rules refuse did not happen."""
    for minute, (what, who, day, which) in enumerate(sorted(acts, key=lambda one: one[2])):
        at = moment(day, 10) + timedelta(minutes=minute)
        try:
            async with pen.db.savepoint():
                await _act(pen, what, who, at, which)
        except Refused:
            continue


async def _act(pen: Pen, what: str, who: str, at: datetime, which: int) -> None:
    if what in STEPS or what == "merged":
        await _step(pen, what, who, at, which)
    elif what in PLANTED:
        await _plant(pen, what, who, at, which)
    elif what in OTHERS:
        await _other(pen, what, who, at, which)
    elif what == "study":
        await pen.study(who, at, f"主题{which}")
    elif what == "visit":
        await pen.visit(who, at, HOUSEHOLDS[which], "看望")
    elif what == "issue":
        due = at.date() + timedelta(days=which)
        await pen.issue(who, at, "", f"{who}{at.isoformat()}", due)
    elif what == "promise":
        made = Promise(at.date(), "买油布", HOUSEHOLDS[which], by=date(2026, 11, 20 + which))
        await promises.record(pen.db, pen.county[who], made, source="", now=at, rules=RULES)
    else:
        await _again(pen, what, who, at, which)


async def _again(pen: Pen, what: str, who: str, at: datetime, which: int) -> None:
    """Something is done to a record that is there: struck, moved to another day, not yet checked."""
    person = pen.county[who]
    found = await records.of_day(pen.db, person, at.date())
    kept = [one for one in found if one.kind in TAKERS]
    if not kept:
        return
    record = kept[which % len(kept)]
    if what == "undo":
        await records.set_state(pen.db, record, person, state="undone", now=at)
        await TAKERS[record.kind](pen.db, record, sign=-1)
    elif what == "moved" and record.kind == "study":
        made = Study(at.date() - timedelta(days=which), "改到那天", 30)
        await study.revise(pen.db, record, person, made, now=at, rules=RULES)
    else:
        await pen.db.connection.execute(
            "UPDATE record SET checked = 0 WHERE id = ?", (record.id,)
        )


async def _step(pen: Pen, what: str, who: str, at: datetime, which: int) -> None:
    asker = pen.county[who]
    known = await issues.open_issues(pen.db, asker)
    if not known or known[which % len(known)].found_day > at.date().isoformat():
        return
    issue = known[which % len(known)]
    if what == "progress":
        await issue_steps.note(pen.db, asker, issue, "有进展", source="", now=at)
    elif what == "back":
        await closing.send_back(pen.db, asker, issue, "再看", now=at)
    elif what == "recall":
        await closing.recall(pen.db, asker, issue, now=at)
    elif what == "merged":
        await rebounds.merge(pen.db, asker, issue, known[0], now=at)
    else:
        column = issue_steps.Column.MEASURE
        await issue_steps.describe(pen.db, asker, issue, column, "找人修", now=at)
        issue = await issues.access_issue(pen.db, asker, issue.id)
        await closing.submit(pen.db, asker, issue, "已经解决了", source="", now=at)
    if what == "close":
        chief = pen.county[LEADERS[asker.township]]
        issue = await issues.access_issue(pen.db, chief, issue.id)
        await closing.agree(pen.db, chief, issue, RULES, word=Word.VISIT, text="看了", now=at)


async def _other(pen: Pen, what: str, who: str, at: datetime, which: int) -> None:
    person = pen.county[who]
    if what in {"away", "trip"}:
        await pen.db.connection.execute(
            "INSERT INTO leave (person_id, team_id, from_day, to_day, reason, kind, state, asked_at)"
            " VALUES (?, ?, ?, ?, '', ?, 'approved', 0)",
            (
                person.id, person.team_id, at.date().isoformat(),
                (at.date() + timedelta(days=which)).isoformat(), "公差" if what == "trip" else "",
            ),
        )  # fmt: skip
        return
    await pen.missed_check(who, at)
    row = next(iter(await pen.db.connection.execute_fetchall("SELECT max(id) FROM spotcheck")))
    if what == "answered":
        await pen.db.connection.execute(
            "UPDATE spotcheck SET state = 'answered' WHERE id = ?", tuple(row)
        )
        await periods.add(pen.db, person.team_id, at.date(), answered=1, unanswered=-1)
    elif what == "lifted":
        await pen.db.connection.execute(
            "UPDATE spotcheck SET found_at = closed_at WHERE id = ?", tuple(row)
        )
        await pen.db.connection.execute(
            "INSERT INTO finding (county_id, township_id, team_id, person_id, source, source_id,"
            " facts, day, opened_at, reply_until) VALUES (?, ?, ?, ?, 'chat', ?, '', ?, 0, 0)",
            (pen.county.id, person.township_id, person.team_id, person.id, row[0],
             at.date().isoformat()),
        )  # fmt: skip
        if which == 0:  # nobody has decided yet
            return
        await pen.db.connection.execute(
            "UPDATE finding SET state = 'lifted', decided_by = ?, decided_at = 0, reason = '在岗'"
            " WHERE source_id = ?",
            (pen.county["陈干事"].id, row[0]),
        )
        await periods.add(pen.db, person.team_id, at.date(), unanswered=-1)


async def _plant(pen: Pen, what: str, who: str, at: datetime, which: int) -> None:
    """What takes months to come about: a rebound, a look back, a message; put there as rows."""
    db, team = pen.db.connection, pen.county[who].team_id
    if what == "told":
        await db.execute(
            "INSERT INTO outbox (dedupe, channel, account, target, person_id, kind, body, lane,"
            " not_before, state, made_at, sent_at, why)"
            " VALUES (?, 'memory', 'local', ?, ?, 'text', '{}', 1, 0, 'sent', ?, ?, ?)",
            (f"{who}{ms(at)}", who, pen.county[who].id, ms(at), ms(at),
             ("digest", "request")[which == 1]),
        )  # fmt: skip
        return
    rows = await db.execute_fetchall(
        "SELECT id FROM issue WHERE team_id = ? ORDER BY id", (team,)
    )
    known = [row[0] for row in rows]
    if not known:
        return
    issue = known[which % len(known)]
    if what == "rebound":
        await db.execute("UPDATE issue SET reopens_id = 1 WHERE id = ?", (issue,))
    elif what == "tier":
        tier = ("at_once", "complex")[which % 2]
        await db.execute("UPDATE issue SET tier = ? WHERE id = ?", (tier, issue))
    else:
        await db.execute(
            "INSERT INTO look_back (issue_id, after_days, due, why, at) VALUES (?, ?, ?, '', ?)"
            " ON CONFLICT DO NOTHING",
            (issue, 30 + which, at.date().isoformat(), ms(at) if which % 2 else None),
        )
