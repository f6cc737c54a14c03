"""What stands above and below the figures of a reader's summary, so that it is one message.

Above: what he is reminded of; on the week's sheet his own study stands last. Below, once a week
for townships and the county: what the roster lacks (S004-08, S004-10). For the county: opinions
that wait for an answer, and on the month's first summary the burden of the month before
(domain §8).
"""

from dataclasses import replace
from datetime import date, datetime

from ledger import burden, opinions, strength
from ledger.database import Session
from ledger.days import DAY, workday_on_or_before
from ledger.messages import Option, Reply
from ledger.people import STAFF, Person, Role, scope_of
from ledger.rules import Rules
from scheduler import back_checks, findings, phone_checks, reminders, sign_off, sweep_notes
from scheduler.desk import Desk
from scheduler.draw_periods import with_draws
from scheduler.issue_notes import with_issues


async def with_notes(
    desk: Desk, db: Session, reader: Person, summary: Reply, now: datetime, *, weekly: bool
) -> Reply:
    """The summary with everything else this reader is to be told that day."""
    summary = await sweep_notes.with_sweeps(desk, db, reader, summary, now, weekly=weekly)
    reply = await _with_reminders(desk, db, reader, summary, now, weekly=weekly)
    reply = await with_issues(desk, db, reader, reply, now.date(), weekly=weekly)
    reply = await findings.with_findings(desk, db, reader, reply, now)
    reply = await with_draws(desk, db, reader, reply, now)
    reply = await back_checks.with_back_checks(desk, db, reader, reply, now.date())
    reply = await sign_off.with_drafts(desk, db, reader, reply, now)
    if weekly and reader.role in STAFF:
        reply = await _with_roster(desk, db, reader, reply, now.date())
    if reader.role is not Role.COUNTY:
        return reply
    reply = await phone_checks.with_calls(desk, db, reader, reply, now)
    reply = await _with_opinions(desk, db, reader, reply)
    if _first_of_month(now.date(), desk.rules):
        reply = await back_checks.with_figures(desk, db, reader, reply, now.date())
        return await _with_burden(desk, db, reader, reply, now.date())
    return reply


async def _with_reminders(
    desk: Desk, db: Session, reader: Person, summary: Reply, now: datetime, *, weekly: bool
) -> Reply:
    """Deadlines stand above the figures; on the week's sheet his own study comes last."""
    digest = await reminders.with_summary(desk, db, reader.id, now)
    if digest is None:
        return summary
    last = replace(
        digest, study=digest.study and weekly, near=[], late=[], raised=[], duties=[]
    )
    first = replace(digest, study=digest.study and not weekly)
    figures = _once(desk, summary.text, digest)
    parts = [_digest_text(desk, first, now), figures, _digest_text(desk, last, now)]
    options = (*first.options, *summary.options, *last.options)
    return replace(summary, text="\n\n".join(one for one in parts if one), options=options)


def _once(desk: Desk, figures: str, digest: reminders.Digest) -> str:
    """The figures without the overdue issues that 请过问 has just told; their number stays."""
    told = tuple(f"· 问题{one.id} " for one in digest.late[: digest.most])
    lines = figures.split("\n")
    left = [one for one in lines if not (told and one.startswith(told) and "已超" in one)]
    if len(left) == len(lines):
        return figures
    above = desk.words.say("reminders.asked_above")
    return "\n".join(f"{one}{above}" if one.startswith("**超期问题") else one for one in left)


def _digest_text(desk: Desk, digest: reminders.Digest, now: datetime) -> str:
    return desk.words.say("reminders.digest", digest=digest, today=now.date()) if digest else ""


async def _with_roster(
    desk: Desk, db: Session, reader: Person, summary: Reply, day: date
) -> Reply:
    alerts = await strength.alerts(db, scope_of(reader), day, desk.rules)
    if not alerts:
        return summary
    text = f"{summary.text}\n\n{desk.words.say('roster.to_look_after', total=len(alerts))}"
    return replace(summary, text=text, options=(*summary.options, Option("名册", "名册")))


async def _with_opinions(desk: Desk, db: Session, reader: Person, summary: Reply) -> Reply:
    total = len(await opinions.waiting(db, reader.county_id))
    if not total:
        return summary
    text = f"{summary.text}\n\n{desk.words.say('opinions.new', total=total)}"
    return replace(summary, text=text, options=(*summary.options, Option("意见", "意见")))


async def _with_burden(
    desk: Desk, db: Session, reader: Person, summary: Reply, day: date
) -> Reply:
    last = day.replace(day=1) - DAY
    found = await burden.of_county(db, reader.county_id, last, rules=desk.rules)
    if not found.lines:
        return summary
    text = f"{summary.text}\n\n{desk.words.say('burden.sheet', found=found)}"
    return replace(summary, text=text, options=(*summary.options, Option("负担", "负担 上月")))


def _first_of_month(day: date, rules: Rules) -> bool:
    """Whether it is the month's first working day."""
    return workday_on_or_before(day - DAY, rules).month != day.month
