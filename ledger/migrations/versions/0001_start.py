"""The first schema: people, records, issues, checks, messages, timed work, the log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

WHOLE = sa.BigInteger().with_variant(
    sa.Integer(), "sqlite"
)  # moments and ids; STRICT wants INTEGER


def key(name: str = "id") -> sa.Column:
    """A number the database gives out."""
    return sa.Column(name, WHOLE, primary_key=True, autoincrement=True)


def whole(name: str, *, null: bool = False, default: int | None = None) -> sa.Column:
    """An integer; moments are epoch milliseconds, truths are 0 and 1."""
    given = None if default is None else sa.text(str(default))
    return sa.Column(name, WHOLE, nullable=null, server_default=given)


def text(name: str, *, null: bool = False, default: str | None = None) -> sa.Column:
    """Text; days are ISO dates, structures readable JSON."""
    given = None if default is None else sa.text(f"'{default}'")
    return sa.Column(name, sa.Text(), nullable=null, server_default=given)


def refers(name: str, target: str, *, null: bool = False) -> sa.Column:
    """A pointer to another table's row."""
    return sa.Column(name, WHOLE, sa.ForeignKey(target), nullable=null)


def table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table that refuses values of the wrong type."""
    op.create_table(name, *columns, sqlite_strict=True)


def index(name: str, on: str, *columns: str, where: str | None = None) -> None:
    """An index, over all rows or those that matter."""
    condition = sa.text(where) if where else None
    op.create_index(name, on, list(columns), sqlite_where=condition, postgresql_where=condition)


def upgrade() -> None:
    """Create everything."""
    _people()
    _records()
    _issues()
    _checks()
    _messages()
    _timed()
    _log()


def _people() -> None:
    table("county", key(), text("name"), sa.UniqueConstraint("name"))
    table(
        "township",
        key(),
        refers("county_id", "county.id"),
        text("name"),
        sa.UniqueConstraint("county_id", "name"),
    )
    table(
        "team",
        key(),
        refers("county_id", "county.id"),
        refers("township_id", "township.id"),
        text("village"),
        text("village_kind", default=""),
        sa.UniqueConstraint("township_id", "village"),
    )
    table(
        "person",
        key(),
        refers("county_id", "county.id"),
        refers("township_id", "township.id", null=True),
        refers("team_id", "team.id", null=True),
        text("name"),
        text("role"),
        text("title", default=""),
        text("phone", default=""),
        text("home_unit", default=""),
        text("left_day", null=True),
        sa.CheckConstraint("role IN ('member', 'leader', 'township', 'county')"),
    )
    index("person_by_team", "person", "team_id")
    op.execute(WHO)
    table(
        "household",
        key(),
        refers("team_id", "team.id"),
        text("name"),
        text("group_name", default=""),
        text("kind", default=""),
        sa.UniqueConstraint("team_id", "name", "group_name"),
    )
    table(
        "invite",
        key(),
        refers("person_id", "person.id"),
        text("code_hash"),
        text("link_hash"),
        whole("made_by", null=True),
        whole("made_at"),
        whole("expires_at"),
        whole("used_at", null=True),
    )
    index("invite_by_link", "invite", "link_hash")
    index("invite_by_code", "invite", "code_hash")
    table(
        "address",
        key(),
        text("channel"),
        text("account"),
        text("user_key"),
        refers("person_id", "person.id"),
        whole("bound_at"),
        whole("last_seen"),
        whole("reachable", default=1),
        whole("unbound_at", null=True),
    )
    op.create_index(
        "address_bound",
        "address",
        ["channel", "account", "user_key"],
        unique=True,
        sqlite_where=sa.text("unbound_at IS NULL"),
        postgresql_where=sa.text("unbound_at IS NULL"),
    )
    index("address_by_person", "address", "person_id")
    table(
        "stranger",
        text("channel"),
        text("account"),
        text("user_key"),
        whole("hour"),
        whole("tries"),
        sa.PrimaryKeyConstraint("channel", "account", "user_key", "hour"),
    )
    table(
        "leave",
        key(),
        refers("person_id", "person.id"),
        refers("team_id", "team.id", null=True),
        text("from_day"),
        text("to_day"),
        text("reason", default=""),
        text("state"),
        text("source", default=""),
        whole("asked_at"),
        refers("decided_by", "person.id", null=True),
        whole("decided_at", null=True),
        text("back_day", null=True),
    )
    index("leave_by_person", "leave", "person_id", "from_day")


# A person with the names of his places; 0 and '' where he has none.
WHO = """CREATE VIEW who AS
  SELECT p.id, p.name, p.role, p.title, p.phone, p.home_unit,
         p.county_id, c.name AS county,
         coalesce(p.township_id, 0) AS township_id, coalesce(w.name, '') AS township,
         coalesce(p.team_id, 0) AS team_id, coalesce(t.village, '') AS village, p.left_day
    FROM person p JOIN county c ON c.id = p.county_id
    LEFT JOIN township w ON w.id = p.township_id
    LEFT JOIN team t ON t.id = p.team_id"""


def _records() -> None:
    table(
        "record",
        key(),
        text("kind"),
        refers("person_id", "person.id"),
        refers("team_id", "team.id"),
        text("day"),
        text("source"),
        text("state", default="kept"),
        whole("version", default=1),
        whole("made_at"),
        whole("changed_at"),
    )
    index("record_by_person", "record", "person_id", "day")
    index("record_by_team", "record", "team_id", "day", "kind")
    index("record_by_source", "record", "source")
    table(
        "study",
        sa.Column("record_id", WHOLE, sa.ForeignKey("record.id"), primary_key=True),
        whole("minutes", null=True),
        text("topic"),
        whole("exchange"),
    )
    table(
        "visit",
        sa.Column("record_id", WHOLE, sa.ForeignKey("record.id"), primary_key=True),
        refers("team_id", "team.id"),
        text("day"),
        whole("kept", default=1),
        refers("household_id", "household.id", null=True),
        text("household"),
        text("found"),
        text("place", default=""),
    )
    index("visit_by_household", "visit", "team_id", "household_id", "day", where="kept = 1")
    table(
        "file",
        sa.Column("sha256", sa.Text(), primary_key=True),
        whole("size"),
        text("mime"),
        whole("stored_at"),
    )
    table(
        "attachment",
        key(),
        sa.Column("sha256", sa.Text(), sa.ForeignKey("file.sha256"), nullable=False),
        refers("person_id", "person.id"),
        refers("record_id", "record.id", null=True),
        text("name"),
        text("kind"),
        text("source"),
        whole("at"),
    )
    index("attachment_by_record", "attachment", "record_id")
    index("attachment_by_person", "attachment", "person_id", "at")
    index("attachment_by_source", "attachment", "source")
    index("attachment_by_file", "attachment", "sha256")
    op.execute(ENTRY)
    table(
        "team_period",
        whole("kind"),
        whole("period"),
        refers("team_id", "team.id"),
        *(whole(name, default=0) for name in COUNTED),
        sa.PrimaryKeyConstraint("kind", "period", "team_id"),
    )


# A record with its writer's name and the number of its photos.
ENTRY = """CREATE VIEW entry AS
  SELECT r.id, r.kind, r.person_id, p.name AS person, r.team_id, r.day, r.source, r.state,
         r.version, r.made_at, r.changed_at,
         (SELECT count(*) FROM attachment a WHERE a.record_id = r.id) AS photos
    FROM record r JOIN person p ON p.id = r.person_id"""

COUNTED = (
    "studied",
    "visits",
    "households",
    "opened",
    "progressed",
    "submitted",
    "closed",
    "checked",
    "answered",
    "unanswered",
)


def _issues() -> None:
    table(
        "issue",
        key(),
        sa.Column("record_id", WHOLE, sa.ForeignKey("record.id"), nullable=False, unique=True),
        refers("team_id", "team.id"),
        refers("household_id", "household.id", null=True),
        text("household", default=""),
        text("text"),
        text("tier"),
        text("found_day"),
        text("due"),
        text("state"),
        refers("owner_id", "person.id"),
        text("effect", default=""),
        refers("submitted_by", "person.id", null=True),
        whole("submitted_at", null=True),
        refers("closed_by", "person.id", null=True),
        text("closed_day", null=True),
        whole("closed_at", null=True),
        whole("version", default=1),
    )
    index("issue_open", "issue", "team_id", "due", where="closed_day IS NULL")
    index("issue_closed", "issue", "team_id", "closed_day", where="closed_day IS NOT NULL")
    table(
        "progress",
        sa.Column("record_id", WHOLE, sa.ForeignKey("record.id"), primary_key=True),
        refers("issue_id", "issue.id"),
        text("step"),
        text("text"),
    )
    index("progress_by_issue", "progress", "issue_id")
    op.execute(ISSUE_LINE)


# An issue with the names of its village and its owner.
ISSUE_LINE = """CREATE VIEW issue_line AS
  SELECT i.id, i.record_id, i.team_id, t.village, i.household, i.household_id, i.text, i.tier,
         i.found_day, i.due, i.state, i.owner_id, p.name AS owner, i.effect, i.submitted_by,
         i.closed_by, i.closed_day, i.version
    FROM issue i JOIN team t ON t.id = i.team_id JOIN person p ON p.id = i.owner_id"""


def _checks() -> None:
    table(
        "draw",
        key(),
        refers("county_id", "county.id"),
        text("way"),
        text("name"),
        text("seed"),
        refers("asked_by", "person.id", null=True),
        whole("at"),
        whole("wanted"),
        text("pool"),
        text("drawn"),
        whole("reported_at", null=True),
        sa.UniqueConstraint("county_id", "name"),
    )
    index("draw_unreported", "draw", "id", where="reported_at IS NULL")
    table(
        "spotcheck",
        key(),
        refers("draw_id", "draw.id"),
        refers("person_id", "person.id"),
        refers("team_id", "team.id"),
        text("day"),
        text("question"),
        text("state"),
        whole("opens_at"),
        whole("remind_at"),
        whole("closes_at"),
        whole("reminded_at", null=True),
        text("answer", default=""),
        text("note", default=""),
        text("place", default=""),
        whole("answered_at", null=True),
        whole("closed_at", null=True),
    )
    index("spotcheck_by_person", "spotcheck", "person_id", "day")
    index("spotcheck_by_team", "spotcheck", "team_id", "day")
    index("spotcheck_by_draw", "spotcheck", "draw_id")
    index("spotcheck_open", "spotcheck", "closes_at", where="closed_at IS NULL")
    op.execute(CHECK_LINE)


# A spot check with the names of its person and village and the scope it belongs to.
CHECK_LINE = """CREATE VIEW check_line AS
  SELECT s.id, s.draw_id, d.county_id, t.township_id, s.team_id, t.village, s.person_id,
         p.name AS person, s.day, s.question, s.state, s.opens_at, s.remind_at, s.closes_at,
         s.reminded_at, s.answer, s.note, s.place, s.answered_at, s.closed_at
    FROM spotcheck s JOIN draw d ON d.id = s.draw_id
    JOIN team t ON t.id = s.team_id JOIN person p ON p.id = s.person_id"""


def _messages() -> None:
    table(
        "inbox",
        key(),
        text("channel"),
        text("account"),
        text("ext_id"),
        text("conv_key"),
        text("payload"),
        whole("received_at"),
        text("state", default="new"),
        text("error", default=""),
        whole("attempts", default=0),
        sa.UniqueConstraint("channel", "account", "ext_id"),
    )
    index("inbox_new", "inbox", "id", where="state = 'new'")
    table(
        "poll_cursor",
        text("channel"),
        text("account"),
        whole("last_id"),
        whole("last_at"),
        sa.PrimaryKeyConstraint("channel", "account"),
    )
    table(
        "talk",
        sa.Column(
            "person_id",
            WHOLE,
            sa.ForeignKey("person.id"),
            primary_key=True,
            autoincrement=False,
        ),
        text("topic"),
        text("opening"),
        text("answers"),
        text("pending", default=""),
        whole("step"),
        whole("started_at"),
        whole("expires_at"),
    )
    table(
        "card",
        key(),
        refers("person_id", "person.id"),
        text("options"),
        text("step", default=""),
        whole("made_at"),
    )
    table(
        "outbox",
        key(),
        sa.Column("dedupe", sa.Text(), nullable=False, unique=True),
        text("channel"),
        text("account"),
        text("target"),
        refers("person_id", "person.id", null=True),
        text("kind"),
        text("body"),
        refers("card_id", "card.id", null=True),
        whole("closes", null=True),
        whole("lane"),
        whole("not_before"),
        whole("expires_at", null=True),
        text("collapse_key", default=""),
        text("state", default="ready"),
        whole("attempts", default=0),
        whole("lease_until", default=0),
        text("lease_owner", default=""),
        whole("uncertain", default=0),
        text("last_error", default=""),
        text("external_id", default=""),
        whole("made_at"),
        whole("sent_at", null=True),
    )
    index(
        "outbox_waiting", "outbox", "lane", "not_before", where="state IN ('ready', 'claimed')"
    )
    index(
        "outbox_of_chat", "outbox", "channel", "target", where="state IN ('ready', 'claimed')"
    )
    index("outbox_by_person", "outbox", "person_id", "made_at")
    table(
        "chat_line",
        key(),
        refers("person_id", "person.id"),
        text("speaker"),
        text("text"),
        text("kind"),
        text("labels", default="[]"),
        text("files", default="[]"),
        whole("card_id", null=True),
        sa.Column("ref", sa.Text(), nullable=False, unique=True),
        whole("at"),
    )
    index("chat_line_by_person", "chat_line", "person_id", "id")


def _timed() -> None:
    table(
        "schedule_slot",
        text("job"),
        text("slot"),
        whole("planned_at"),
        whole("done_at"),
        sa.PrimaryKeyConstraint("job", "slot"),
    )
    table(
        "due",
        key(),
        text("kind"),
        refers("person_id", "person.id"),
        text("slot"),
        whole("subject", default=0),
        whole("due_at"),
        whole("expires_at"),
        text("state", default="waiting"),
        sa.UniqueConstraint("kind", "person_id", "slot"),
    )
    index("due_waiting", "due", "due_at", where="state = 'waiting'")
    table(
        "report",
        text("kind"),
        text("period"),
        text("level"),
        whole("place_id"),
        text("facts"),
        whole("made_at"),
        sa.PrimaryKeyConstraint("kind", "period", "level", "place_id"),
    )
    table("setting", sa.Column("name", sa.Text(), primary_key=True), text("value"))


def _log() -> None:
    table(
        "ev",
        sa.Column("seq", WHOLE, primary_key=True, autoincrement=False),
        whole("at"),
        whole("actor"),
        text("kind"),
        text("subject"),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("h", sa.LargeBinary(), nullable=False),
    )
    index("ev_by_subject", "ev", "subject")
    table(
        "ev_body",
        sa.Column("seq", WHOLE, sa.ForeignKey("ev.seq"), primary_key=True, autoincrement=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        text("body"),
    )
    table(
        "day_head",
        sa.Column("day", sa.Text(), primary_key=True),
        whole("seq"),
        text("h"),
        whole("at"),
    )
    for statement in SQLITE_GUARDS:
        op.execute(statement)


# The log can only grow: no change, no removal, no gap, no going back in time by over 5 s.
SQLITE_GUARDS = (
    """CREATE TRIGGER ev_keeps_rows BEFORE UPDATE ON ev
       BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER ev_loses_nothing BEFORE DELETE ON ev
       BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER ev_in_order BEFORE INSERT ON ev
       WHEN NEW.seq <> coalesce((SELECT seq FROM ev ORDER BY seq DESC LIMIT 1), 0) + 1
         OR NEW.at < coalesce((SELECT at FROM ev ORDER BY seq DESC LIMIT 1), 0) - 5000
       BEGIN SELECT RAISE(ABORT, 'the log has no gaps and does not go back in time'); END""",
)
