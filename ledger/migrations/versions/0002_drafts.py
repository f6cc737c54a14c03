"""Drafts: what a sentence was read as, until somebody has checked it; promises and presence."""

from alembic import op

revision = "0002"
down_revision = "0001"

# A record with its writer's name and the number of its photos.
ENTRY = """CREATE VIEW entry AS
  SELECT r.id, r.kind, r.person_id, p.name AS person, r.team_id, r.day, r.source, r.state,
         r.version, r.made_at, r.changed_at, r.checked,
         (SELECT count(*) FROM attachment a WHERE a.record_id = r.id) AS photos
    FROM record r JOIN person p ON p.id = r.person_id"""

# An issue with the names of its village and its owner.
ISSUE_LINE = """CREATE VIEW issue_line AS
  SELECT i.id, i.record_id, i.team_id, t.village, i.household, i.household_id, i.text, i.tier,
         i.found_day, i.due, i.state, i.owner_id, p.name AS owner, i.effect, i.submitted_by,
         i.closed_by, i.closed_day, i.version, i.category
    FROM issue i JOIN team t ON t.id = i.team_id JOIN person p ON p.id = i.owner_id"""

STATEMENTS = (
    # 1: said in so many words, or looked at by the writer; 0: read from a sentence (未核对).
    "ALTER TABLE record ADD COLUMN checked INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX record_unchecked ON record (team_id, day) WHERE checked = 0",
    "DROP VIEW entry",
    ENTRY,
    "ALTER TABLE issue ADD COLUMN category TEXT NOT NULL DEFAULT ''",
    "DROP VIEW issue_line",
    ISSUE_LINE,
    "ALTER TABLE household ADD COLUMN aliases TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE team_period ADD COLUMN promised INTEGER NOT NULL DEFAULT 0",
    # A step told before anybody knows of which issue: kept with its household.
    """CREATE TABLE progress_new (
      record_id INTEGER NOT NULL PRIMARY KEY REFERENCES record (id),
      issue_id INTEGER REFERENCES issue (id),
      step TEXT NOT NULL,
      text TEXT NOT NULL,
      household_id INTEGER REFERENCES household (id),
      household TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    """INSERT INTO progress_new (record_id, issue_id, step, text)
      SELECT record_id, issue_id, step, text FROM progress""",
    "DROP TABLE progress",
    "ALTER TABLE progress_new RENAME TO progress",
    "CREATE INDEX progress_by_issue ON progress (issue_id)",
    """CREATE TABLE promise (
      record_id INTEGER NOT NULL PRIMARY KEY REFERENCES record (id),
      team_id INTEGER NOT NULL REFERENCES team (id),
      household_id INTEGER REFERENCES household (id),
      household TEXT NOT NULL DEFAULT '',
      text TEXT NOT NULL,
      by_day TEXT
    ) STRICT""",
    "CREATE INDEX promise_by_day ON promise (team_id, by_day) WHERE by_day IS NOT NULL",
    """CREATE TABLE presence (
      record_id INTEGER NOT NULL PRIMARY KEY REFERENCES record (id),
      until_day TEXT,
      text TEXT NOT NULL
    ) STRICT""",
    # The member's own words, numbers masked: what no record has taken is not lost.
    """CREATE TABLE draft (
      source TEXT NOT NULL PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      text TEXT NOT NULL,
      made_at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX draft_by_person ON draft (person_id, made_at)",
    # What was read otherwise than meant, without names: for `zhucun phrases`.
    """CREATE TABLE misreading (
      id INTEGER PRIMARY KEY,
      said TEXT NOT NULL,
      read_as TEXT NOT NULL,
      meant TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT""",
)


def upgrade() -> None:
    """Add what a draft needs."""
    for statement in STATEMENTS:
        op.execute(statement)
