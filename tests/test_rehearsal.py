"""A rehearsed quarter: the very program with a set clock, and what must hold on every day of it."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.rehearsal import FIRST_DAY, Rehearsal, rehearse
from ledger import audit, people
from ledger.clock import moment
from ledger.database import Session
from ledger.days import is_workday
from ledger.issue_proof import IssueProof
from ledger.rules import Rules
from scheduler.bulletins import weekly_on

MONTH, QUARTER = 28, 91
RULES = Rules()
UNASKED = ("reminder", "check", "report")


async def test_the_same_seed_says_the_same_words(tmp_path: Path) -> None:
    outcomes = []
    for name in ("one", "two"):
        outcome = await rehearse(tmp_path / name, 2, 6, 7, after_day=lambda: None)
        outcomes.append(outcome)
    assert outcomes[0] == outcomes[1]
    other = await rehearse(tmp_path / "three", 2, 6, 8, after_day=lambda: None)
    assert other.digest != outcomes[0].digest


def test_the_order_of_hashing_changes_nothing(tmp_path: Path) -> None:
    """Two processes with different PYTHONHASHSEED print the same line."""
    command = [sys.executable, "-m", "bot.cli", "rehearse", "--villages", "2", "--days", "5"]
    lines = [
        subprocess.run(
            [*command, "--seed", "3", "--json"], check=True, capture_output=True, text=True,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "PYTHONPATH": "."},
            cwd=Path(__file__).parent.parent,
        ).stdout
        for seed in ("1", "99")
    ]  # fmt: skip
    assert lines[0] == lines[1]
    assert '"log_ok": true' in lines[0]


@pytest.mark.parametrize("days", [MONTH, pytest.param(QUARTER, marks=pytest.mark.long)])
async def test_every_promise_is_kept(tmp_path: Path, days: int) -> None:
    async with Rehearsal.open(tmp_path, 3, 1) as played:
        await played.live(days, after_day=lambda: None)
        async with played.app.database.reading() as db:
            await check_messages(db)
            await check_budget(db)
            await check_leave(db)
            await check_summaries(db, days)
            await check_counts(db)
            verdict = await audit.verify(db)
        outcome = await played.outcome(3, days, 1)
    assert verdict.faults == ()
    assert outcome.counts["not_understood_by_the_program"] == 0
    assert outcome.counts["messages_in"] > 7 * days
    assert outcome.days_right >= 0.98  # without a single clock-in
    assert outcome.unasked <= 1
    assert outcome.issues.faults == 0, outcome.issues
    if days == QUARTER:
        check_issues(outcome.issues)


def check_issues(proof: IssueProof) -> None:
    """The whole life is lived, and none of it against the rules."""
    assert proof.faults == 0, proof
    lived = (proof.closed, proof.handed_over, proof.deadlines_moved, proof.escalated)
    assert min(*lived, proof.looked_back) > 0, proof
    assert proof.look_backs_left <= proof.looked_back // 5, proof


async def rows(db: Session, text: str) -> list[dict[str, object]]:
    """Whatever a plain question to the database answers."""
    return [dict(row) for row in await db.connection.execute_fetchall(text)]


async def check_messages(db: Session) -> None:
    """Nothing unasked at night, at noon, on a day off; one reminder a person a day at most."""
    reminders: Counter[tuple[object, str]] = Counter()
    for row in await rows(
        db, "SELECT person_id, kind, dedupe, sent_at FROM outbox WHERE lane > 0"
    ):
        if row["sent_at"] is None or row["kind"] not in UNASKED:
            continue
        at = moment(int(str(row["sent_at"])))
        assert is_workday(at.date(), RULES), f"{row} went out on a day off"
        assert not RULES.quiet(at.time().replace(tzinfo=None)), f"{row} went out at {at:%H:%M}"
        if str(row["dedupe"]).startswith("digest:"):
            reminders[row["person_id"], f"{at:%F}"] += 1
    assert reminders, "nobody was reminded of anything: the rehearsal shows nothing"
    assert max(reminders.values()) == 1
    waiting = await rows(db, "SELECT id FROM outbox WHERE state IN ('ready', 'claimed')")
    assert waiting == []


async def check_budget(db: Session) -> None:
    """Nobody gets more than one routine message a day; what is urgent is marked as such.

    What a colleague wants of him (leave to decide, an issue to verify) is no routine message.
    """
    routine: Counter[tuple[object, str]] = Counter()
    for row in await rows(
        db,
        "SELECT person_id, sent_at, urgent, why, lane FROM outbox"
        " WHERE state = 'sent' AND kind <> 'close'",
    ):
        if not row["lane"]:
            continue
        assert row["why"], f"{row}: unasked, and nobody can say why"
        if not row["urgent"]:
            routine[row["person_id"], f"{moment(int(str(row['sent_at']))):%F}"] += 1
    assert max(routine.values()) == RULES.messages_a_day


async def check_leave(db: Session) -> None:
    """Nothing routine on leave or on a trip, none of it late afterwards, and no spot check."""
    told = await rows(
        db,
        "SELECT o.person_id, o.why, l.kind, l.from_day FROM outbox o JOIN leave l"
        "    ON l.person_id = o.person_id AND l.state = 'approved'"
        " WHERE o.state = 'sent' AND o.lane > 0 AND o.urgent = 0"
        "   AND date(o.sent_at / 1000, 'unixepoch', '+8 hours') BETWEEN l.from_day"
        "       AND coalesce(date(l.back_day, '-1 day'), l.to_day)",
    )
    assert told == []
    checked = await rows(
        db,
        "SELECT s.person_id, s.day FROM spotcheck s JOIN leave l ON l.person_id = s.person_id"
        " WHERE l.state = 'approved' AND l.decided_at < s.opens_at"
        "   AND s.day BETWEEN l.from_day AND coalesce(date(l.back_day, '-1 day'), l.to_day)",
    )
    assert checked == []


async def check_summaries(db: Session, lived: int) -> None:
    """Each working day one summary to each reader, the week's on its own day, on no other day."""
    readers = await people.readers(db, day=FIRST_DAY)
    sent = await rows(
        db,
        "SELECT dedupe, sent_at FROM outbox WHERE dedupe LIKE 'daily:%' OR dedupe LIKE 'weekly:%'",
    )
    days = {f"{moment(int(str(row['sent_at']))):%F}" for row in sent}
    weekly = {
        f"{moment(int(str(row['sent_at']))):%F}"
        for row in sent
        if str(row["dedupe"]).startswith("weekly")
    }
    span = [FIRST_DAY + timedelta(days=number) for number in range(lived)]
    assert days == {day.isoformat() for day in span if is_workday(day, RULES)}
    assert weekly == {day.isoformat() for day in span if weekly_on(day, RULES) == day}
    assert len(sent) == len({row["dedupe"] for row in sent})
    assert len(sent) <= len(days) * len(readers)


async def check_counts(db: Session) -> None:
    """The year's roll-up equals an independent recount of the raw records."""
    counted = await rows(
        db,
        "SELECT team_id, sum(visits) AS visits, sum(studied) AS studied, sum(opened) AS opened"
        " FROM team_period WHERE kind = 4 GROUP BY team_id ORDER BY team_id",
    )
    again = await rows(
        db,
        "SELECT team_id, sum(kind = 'visit') AS visits,"
        " count(DISTINCT CASE WHEN kind = 'study' THEN person_id || day END) AS studied,"
        " sum(kind = 'issue') AS opened"
        " FROM record WHERE state = 'kept' GROUP BY team_id ORDER BY team_id",
    )
    assert counted == again
