"""The issue ledger: five lists, holders, deadlines moved, look-backs, rebounds, sweeps, files out."""

from alembic import op

revision = "0004"
down_revision = "0003"

UNITS = (
    # A county bureau or another unit that can hold an issue: 牵头单位, 责任单位.
    """CREATE TABLE unit (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      name TEXT NOT NULL,
      UNIQUE (county_id, name)
    ) STRICT""",
    # One table handed in from outside: an inspection's items, the county's old ledger.
    """CREATE TABLE catalogue (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      name TEXT NOT NULL,
      source TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      by_id INTEGER NOT NULL,
      at INTEGER NOT NULL,
      UNIQUE (county_id, name)
    ) STRICT""",
)

# team_id NULL: an issue of a township or of the county itself, from a catalogue.
ISSUE = """CREATE TABLE issue_new (
  id INTEGER PRIMARY KEY,
  record_id INTEGER UNIQUE REFERENCES record (id),
  county_id INTEGER NOT NULL REFERENCES county (id),
  township_id INTEGER REFERENCES township (id),
  team_id INTEGER REFERENCES team (id),
  household_id INTEGER REFERENCES household (id),
  household TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL,
  tier TEXT NOT NULL,
  category TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT '',
  catalogue_id INTEGER REFERENCES catalogue (id),
  aspect TEXT NOT NULL DEFAULT '',
  item_no TEXT NOT NULL DEFAULT '',
  measure TEXT NOT NULL DEFAULT '',
  requirement TEXT NOT NULL DEFAULT '',
  lasting TEXT NOT NULL DEFAULT '',
  lead_unit_id INTEGER REFERENCES unit (id),
  co_units TEXT NOT NULL DEFAULT '',
  responsible TEXT NOT NULL DEFAULT '',
  tags TEXT NOT NULL DEFAULT '',
  found_day TEXT NOT NULL,
  due TEXT NOT NULL,
  state TEXT NOT NULL,
  owner_id INTEGER NOT NULL REFERENCES person (id),
  effect TEXT NOT NULL DEFAULT '',
  submitted_by INTEGER REFERENCES person (id),
  submitted_at INTEGER,
  verified_by INTEGER REFERENCES person (id),
  verified_at INTEGER,
  household_word TEXT NOT NULL DEFAULT '' CHECK (household_word IN ('', 'code', 'call', 'visit')),
  text_only INTEGER NOT NULL DEFAULT 0 CHECK (text_only IN (0, 1)),
  closed_by INTEGER REFERENCES person (id),
  closed_day TEXT,
  closed_at INTEGER,
  reopens_id INTEGER REFERENCES issue_new (id),
  rebounds INTEGER NOT NULL DEFAULT 0,
  merged_into INTEGER REFERENCES issue_new (id),
  requests INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 1
) STRICT"""

COPIED = """INSERT INTO issue_new (id, record_id, county_id, township_id, team_id, household_id,
    household, text, tier, category, source, found_day, due, state, owner_id, effect, submitted_by,
    submitted_at, verified_by, verified_at, text_only, closed_by, closed_day, closed_at, version)
  SELECT i.id, i.record_id, t.county_id, t.township_id, i.team_id, i.household_id,
         i.household, i.text, i.tier, i.category,
         CASE WHEN i.household <> '' THEN 'visit' ELSE 'self_check' END,
         i.found_day, i.due, i.state, i.owner_id, i.effect, i.submitted_by, i.submitted_at,
         i.closed_by, i.closed_at,
         CASE WHEN i.state = 'closed' AND NOT EXISTS (
           SELECT 1 FROM attachment a JOIN progress g ON g.record_id = a.record_id WHERE g.issue_id = i.id
         ) THEN 1 ELSE 0 END,
         i.closed_by, i.closed_day, i.closed_at, i.version
    FROM issue i JOIN team t ON t.id = i.team_id"""

# In whose hands an issue is (经手); exactly one row of an unfinished issue is open.
CUSTODY = (
    """CREATE TABLE custody (
      id INTEGER PRIMARY KEY,
      issue_id INTEGER NOT NULL REFERENCES issue (id),
      kind TEXT NOT NULL CHECK (kind IN ('team', 'township', 'county', 'unit')),
      holder_id INTEGER NOT NULL,
      holder TEXT NOT NULL,
      since_day TEXT NOT NULL,
      since_at INTEGER NOT NULL,
      until_day TEXT,
      until_at INTEGER,
      why TEXT NOT NULL DEFAULT '',
      by_id INTEGER NOT NULL,
      CHECK (until_day IS NULL OR until_day >= since_day)
    ) STRICT""",
    "CREATE INDEX custody_by_issue ON custody (issue_id, id)",
    "CREATE UNIQUE INDEX custody_open ON custody (issue_id) WHERE until_at IS NULL",
    "CREATE INDEX custody_of_holder ON custody (kind, holder_id) WHERE until_at IS NULL",
    # Who has reported it has had it until now.
    """INSERT INTO custody (issue_id, kind, holder_id, holder, since_day, since_at, until_day,
                             until_at, by_id)
      SELECT i.id, 'team', t.id, t.village, i.found_day, r.made_at,
             CASE WHEN i.closed_day < i.found_day THEN i.found_day ELSE i.closed_day END, i.closed_at,
             i.owner_id
        FROM issue i JOIN team t ON t.id = i.team_id JOIN record r ON r.id = i.record_id""",
    "UPDATE custody SET until_day = since_day, until_at = since_at "
    "WHERE until_at IS NULL AND issue_id IN (SELECT id FROM issue WHERE state = 'withdrawn')",
)

# An issue with the names of its place, its owner, its units, and in whose hands it is.
ISSUE_LINE = """CREATE VIEW issue_line AS
  SELECT i.id, coalesce(i.record_id, 0) AS record_id, i.county_id,
         coalesce(i.township_id, 0) AS township_id, coalesce(w.name, '') AS township,
         coalesce(i.team_id, 0) AS team_id, coalesce(t.village, w.name, y.name) AS village,
         i.household, i.household_id, i.text, i.tier, i.category, i.source,
         coalesce(i.catalogue_id, 0) AS catalogue_id, i.aspect, i.item_no, i.measure, i.requirement,
         i.lasting, coalesce(u.name, '') AS lead_unit, i.co_units, i.responsible, i.tags,
         i.found_day, i.due, i.state, i.owner_id, p.name AS owner, p.role AS owner_role, i.effect,
         i.submitted_by, s.role AS submitter_role, i.verified_by, i.household_word, i.text_only,
         i.closed_by, i.closed_day, coalesce(i.reopens_id, 0) AS reopens_id, i.rebounds,
         coalesce(i.merged_into, 0) AS merged_into, i.requests, i.version,
         coalesce(c.kind, '') AS holder_kind, coalesce(c.holder_id, 0) AS holder_id,
         coalesce(c.holder, '') AS holder, coalesce(c.since_day, i.found_day) AS held_since
    FROM issue i JOIN county y ON y.id = i.county_id JOIN person p ON p.id = i.owner_id
    LEFT JOIN team t ON t.id = i.team_id LEFT JOIN township w ON w.id = i.township_id
    LEFT JOIN unit u ON u.id = i.lead_unit_id LEFT JOIN person s ON s.id = i.submitted_by
    LEFT JOIN custody c ON c.issue_id = i.id AND c.until_at IS NULL"""

# What an issue was reported with: its own record, and the visit of the same message or that it
# was made from (said both ways, so that either end is found by its key), whose photos show how it was.
ISSUE_REPORT = """CREATE VIEW issue_report AS
  SELECT i.id AS issue_id, i.record_id FROM issue i WHERE i.record_id IS NOT NULL
  UNION ALL
  SELECT i.id, v.id FROM issue i JOIN record r ON r.id = i.record_id
    JOIN record v ON v.source = r.source AND v.person_id = r.person_id
   WHERE r.source <> '' AND r.state = 'kept' AND v.kind = 'visit'
  UNION ALL
  SELECT i.id, v.id FROM issue i JOIN record r ON r.id = i.record_id
    JOIN record v ON r.source = 'visit:' || v.id
     AND v.id = CASE WHEN r.source LIKE 'visit:%' THEN CAST(substr(r.source, 7) AS INTEGER) END
   WHERE r.state = 'kept' AND v.kind = 'visit'"""

AFTERWARDS = (
    "CREATE INDEX issue_open ON issue (team_id, due) WHERE closed_day IS NULL",
    "CREATE INDEX issue_closed ON issue (team_id, closed_day) WHERE closed_day IS NOT NULL",
    "CREATE INDEX issue_by_county ON issue (county_id, due) WHERE closed_day IS NULL",
    "CREATE INDEX issue_by_owner ON issue (owner_id) WHERE closed_day IS NULL",
    "CREATE INDEX issue_by_household ON issue (household_id) WHERE household_id IS NOT NULL",
    "CREATE INDEX issue_by_catalogue ON issue (catalogue_id, item_no) WHERE catalogue_id IS NOT NULL",
    "CREATE INDEX issue_merged ON issue (merged_into) WHERE merged_into IS NOT NULL",
    "CREATE INDEX issue_reopens ON issue (reopens_id) WHERE reopens_id IS NOT NULL",
    "CREATE INDEX issue_closed_at ON issue (county_id, closed_day) WHERE closed_day IS NOT NULL",
)

STEPS = (
    # A deadline moves only when somebody above agrees (S000-13).
    """CREATE TABLE due_change (
      id INTEGER PRIMARY KEY,
      issue_id INTEGER NOT NULL REFERENCES issue (id),
      before TEXT NOT NULL,
      wanted TEXT NOT NULL,
      reason TEXT NOT NULL,
      asked_by INTEGER NOT NULL REFERENCES person (id),
      asked_at INTEGER NOT NULL,
      state TEXT NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'granted', 'refused', 'dropped')),
      decided_by INTEGER REFERENCES person (id),
      decided_at INTEGER,
      word TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE UNIQUE INDEX due_change_asked ON due_change (issue_id) WHERE state = 'asked'",
    "CREATE INDEX due_change_by_issue ON due_change (issue_id, id)",
    # One step of the escalation, taken once for each deadline of each holder.
    """CREATE TABLE escalation (
      issue_id INTEGER NOT NULL REFERENCES issue (id),
      custody_id INTEGER NOT NULL REFERENCES custody (id),
      due TEXT NOT NULL,
      step INTEGER NOT NULL,
      day TEXT NOT NULL,
      level INTEGER NOT NULL,
      told TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (issue_id, custody_id, due, step)
    ) STRICT""",
    "CREATE INDEX escalation_by_day ON escalation (day)",
    # 回头看: drawn by lot a week ahead, or due for every issue of its sort.
    """CREATE TABLE look_back_draw (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      week TEXT NOT NULL,
      seed TEXT NOT NULL,
      pool TEXT NOT NULL,
      drawn TEXT NOT NULL,
      at INTEGER NOT NULL,
      UNIQUE (county_id, week)
    ) STRICT""",
    """CREATE TABLE look_back (
      issue_id INTEGER NOT NULL REFERENCES issue (id),
      after_days INTEGER NOT NULL,
      due TEXT NOT NULL,
      draw_id INTEGER REFERENCES look_back_draw (id),
      why TEXT NOT NULL,
      result TEXT NOT NULL DEFAULT '' CHECK (result IN ('', 'holds', 'rebounded')),
      by_id INTEGER REFERENCES person (id),
      text TEXT NOT NULL DEFAULT '',
      day TEXT,
      at INTEGER,
      PRIMARY KEY (issue_id, after_days)
    ) STRICT""",
    "CREATE INDEX look_back_open ON look_back (due) WHERE result = ''",
    # Two issues that somebody has said are not the same: not offered again.
    """CREATE TABLE told_apart (
      issue_id INTEGER NOT NULL REFERENCES issue (id),
      other_id INTEGER NOT NULL REFERENCES issue (id),
      PRIMARY KEY (issue_id, other_id)
    ) STRICT""",
)

EVIDENCE = (
    # A household's code that has been said: each is good for one issue.
    """CREATE TABLE household_code (
      household_id INTEGER NOT NULL REFERENCES household (id),
      year INTEGER NOT NULL,
      place INTEGER NOT NULL,
      issue_id INTEGER NOT NULL REFERENCES issue (id),
      at INTEGER NOT NULL,
      PRIMARY KEY (household_id, year, place)
    ) STRICT""",
    # 1: passed on from another chat, as the channel says.
    "ALTER TABLE attachment ADD COLUMN forwarded INTEGER NOT NULL DEFAULT 0",
    # A verifier has no team and writes no record: his files join the issue itself.
    "ALTER TABLE attachment ADD COLUMN issue_id INTEGER REFERENCES issue (id)",
    "CREATE INDEX attachment_by_issue ON attachment (issue_id) WHERE issue_id IS NOT NULL",
    # What a picture looks like, in numbers that stay near each other when it is cropped or saved
    # again; marks '' when it is no picture that can be read. taken_at: the camera's own word.
    """CREATE TABLE picture (
      id INTEGER PRIMARY KEY,
      sha256 TEXT NOT NULL UNIQUE REFERENCES file (sha256),
      marks TEXT NOT NULL,
      taken_at INTEGER
    ) STRICT""",
    # Where to look for pictures that have something in common with a new one.
    """CREATE TABLE picture_word (
      word INTEGER NOT NULL,
      picture_id INTEGER NOT NULL REFERENCES picture (id),
      level INTEGER NOT NULL,
      PRIMARY KEY (word, picture_id, level)
    ) WITHOUT ROWID, STRICT""",
    # Two pictures that look like one taken once, both ways round; found when the later one came.
    """CREATE TABLE likeness (
      sha256 TEXT NOT NULL REFERENCES picture (sha256),
      other TEXT NOT NULL REFERENCES picture (sha256),
      PRIMARY KEY (sha256, other)
    ) WITHOUT ROWID, STRICT""",
)

SWEEPS = (
    # 过筛子 (kind sweep) and named campaigns (kind tag); township_id NULL: the whole county.
    """CREATE TABLE campaign (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      township_id INTEGER REFERENCES township (id),
      name TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('sweep', 'tag')),
      from_day TEXT NOT NULL,
      to_day TEXT NOT NULL,
      by_id INTEGER NOT NULL REFERENCES person (id),
      at INTEGER NOT NULL,
      ended_at INTEGER,
      CHECK (to_day >= from_day),
      UNIQUE (county_id, name)
    ) STRICT""",
    # The list to be worked through, as it stood when the sweep began.
    """CREATE TABLE campaign_household (
      campaign_id INTEGER NOT NULL REFERENCES campaign (id),
      household_id INTEGER NOT NULL REFERENCES household (id),
      PRIMARY KEY (campaign_id, household_id)
    ) STRICT""",
)

FILES_OUT = (
    # A workbook or paper somebody has asked for: made outside any transaction, sent when ready.
    """CREATE TABLE export (
      id INTEGER PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      what TEXT NOT NULL,
      about TEXT NOT NULL DEFAULT '',
      asked_at INTEGER NOT NULL,
      taken_at INTEGER,
      done_at INTEGER,
      sha256 TEXT NOT NULL DEFAULT ''
    ) STRICT""",
    "CREATE INDEX export_waiting ON export (id) WHERE done_at IS NULL",
)

FILES_IN = (
    # A table of issues sent in the chat: read outside any transaction, shown, then entered or not.
    """CREATE TABLE table_in (
      id INTEGER PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      sha256 TEXT NOT NULL REFERENCES file (sha256),
      name TEXT NOT NULL,
      source TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'sent'
        CHECK (state IN ('sent', 'shown', 'wanted', 'entered', 'declined', 'useless')),
      seen TEXT NOT NULL DEFAULT '',
      at INTEGER NOT NULL,
      ended_at INTEGER
    ) STRICT""",
    "CREATE INDEX table_in_waiting ON table_in (id) WHERE state IN ('sent', 'wanted')",
    "CREATE INDEX table_in_of_person ON table_in (person_id) WHERE ended_at IS NULL",
)


def upgrade() -> None:
    """Rebuild the issue table, then add what stands around it."""
    for statement in (*UNITS, "DROP VIEW issue_line", ISSUE, COPIED, "DROP TABLE issue"):
        op.execute(statement)
    op.execute("ALTER TABLE issue_new RENAME TO issue")
    for statement in (
        *CUSTODY,
        ISSUE_LINE,
        ISSUE_REPORT,
        *AFTERWARDS,
        *STEPS,
        *EVIDENCE,
        *SWEEPS,
        *FILES_OUT,
        *FILES_IN,
    ):
        op.execute(statement)
