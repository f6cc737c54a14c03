"""Bulletins: drafts that somebody signs, their numbers and supplements; counties' own Word pages."""

from alembic import op

revision = "0006"
down_revision = "0005"

BULLETINS = (
    # A paper before and after somebody has signed it. Version 0 is the paper, 1 and up its supplements.
    """CREATE TABLE bulletin (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      kind TEXT NOT NULL,
      period TEXT NOT NULL,
      level TEXT NOT NULL CHECK (level IN ('team', 'township', 'county')),
      place_id INTEGER NOT NULL,
      version INTEGER NOT NULL DEFAULT 0,
      state TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'returned', 'signed')),
      facts TEXT NOT NULL,
      sentence TEXT NOT NULL DEFAULT '',
      reason TEXT NOT NULL DEFAULT '',
      year INTEGER,
      number INTEGER,
      words TEXT NOT NULL DEFAULT '',
      made_at INTEGER NOT NULL,
      changed_at INTEGER NOT NULL,
      changed_by INTEGER REFERENCES person (id),
      signed_at INTEGER,
      signed_by INTEGER REFERENCES person (id),
      CHECK ((state = 'signed') = (signed_at IS NOT NULL)),
      CHECK (state <> 'signed' OR (signed_by IS NOT NULL AND words <> '')),
      UNIQUE (kind, period, level, place_id, version)
    ) STRICT""",
    # 发文字号 run through all kinds, 期号 through the 督查通报.
    """CREATE UNIQUE INDEX bulletin_number ON bulletin
        (county_id, (CASE kind WHEN 'inspection' THEN 1 ELSE 0 END), year, number)
        WHERE number IS NOT NULL""",
    "CREATE INDEX bulletin_open ON bulletin (county_id, level, place_id) WHERE state <> 'signed'",
    """CREATE TRIGGER bulletin_stays BEFORE UPDATE ON bulletin WHEN OLD.state = 'signed'
       BEGIN SELECT RAISE(ABORT, 'a signed bulletin stays as it is'); END""",
    """CREATE TRIGGER bulletin_kept BEFORE DELETE ON bulletin WHEN OLD.state = 'signed'
       BEGIN SELECT RAISE(ABORT, 'a signed bulletin stays'); END""",
)

TEMPLATES = (
    # A county's own Word page, kept under its hash; kind '' is for every paper.
    """CREATE TABLE word_template (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      kind TEXT NOT NULL DEFAULT '',
      name TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      added_at INTEGER NOT NULL,
      added_by INTEGER NOT NULL REFERENCES person (id),
      dropped_at INTEGER,
      dropped_by INTEGER REFERENCES person (id)
    ) STRICT""",
    """CREATE UNIQUE INDEX word_template_now ON word_template (county_id, kind)
        WHERE dropped_at IS NULL""",
    # A page that was sent and waits to be looked at, outside any transaction.
    """CREATE TABLE word_template_in (
      id INTEGER PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      kind TEXT NOT NULL,
      name TEXT NOT NULL,
      sha256 TEXT NOT NULL REFERENCES file (sha256),
      at INTEGER NOT NULL,
      ended_at INTEGER
    ) STRICT""",
    "CREATE INDEX word_template_waiting ON word_template_in (id) WHERE ended_at IS NULL",
)

INDEXES: tuple[str, ...] = (
    # What came back in some days, what was due in some days, whatever came of it since.
    "CREATE INDEX issue_came_back ON issue (team_id, found_day) WHERE reopens_id IS NOT NULL",
    "CREATE INDEX issue_due ON issue (team_id, due)",
    "CREATE INDEX look_back_by_due ON look_back (due)",
    "CREATE INDEX finding_confirmed ON finding (county_id, decided_at) WHERE state = 'confirmed'",
    "CREATE INDEX back_check_done ON back_check (done_at) WHERE state = 'done'",
)


def upgrade() -> None:
    """Add what papers need; nothing old changes."""
    for statement in (*BULLETINS, *TEMPLATES, *INDEXES):
        op.execute(statement)
