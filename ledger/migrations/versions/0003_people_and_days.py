"""People and days: posts by date, data cuts, leave by steps, rota, days confirmed, burden, switches."""

from alembic import op

revision = "0003"
down_revision = "0002"

POSTS = (
    "ALTER TABLE person ADD COLUMN sent_by TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE person ADD COLUMN term_from TEXT",
    "ALTER TABLE person ADD COLUMN term_to TEXT",
    "ALTER TABLE person ADD COLUMN contact TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE person ADD COLUMN insured_until TEXT",
    "ALTER TABLE person ADD COLUMN checkup_day TEXT",
    # Who held which post when; both days included, no to_day: still. Only the last one is open.
    """CREATE TABLE posting (
      id INTEGER PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      county_id INTEGER NOT NULL REFERENCES county (id),
      township_id INTEGER REFERENCES township (id),
      team_id INTEGER REFERENCES team (id),
      role TEXT NOT NULL,
      title TEXT NOT NULL DEFAULT '',
      home_unit TEXT NOT NULL DEFAULT '',
      from_day TEXT NOT NULL,
      to_day TEXT,
      reason TEXT NOT NULL DEFAULT '',
      by_id INTEGER NOT NULL DEFAULT 0,
      at INTEGER NOT NULL,
      CHECK (to_day IS NULL OR to_day >= from_day)
    ) STRICT""",
    "CREATE INDEX posting_by_person ON posting (person_id, from_day)",
    "CREATE INDEX posting_by_team ON posting (team_id, from_day)",
    "CREATE UNIQUE INDEX posting_open ON posting (person_id) WHERE to_day IS NULL",
    # What stood in the roster before anybody kept dates: since before we know.
    """INSERT INTO posting (person_id, county_id, township_id, team_id, role, title, home_unit,
                            from_day, to_day, at)
      SELECT id, county_id, township_id, team_id, role, title, home_unit,
             '1970-01-01', left_day, 0 FROM person""",
    # Like `who`, but one row a posting: with a day in the question, who held which post then.
    """CREATE VIEW held AS
      SELECT p.id, p.name, g.role, g.title, p.phone, g.home_unit,
             g.county_id, c.name AS county,
             coalesce(g.township_id, 0) AS township_id, coalesce(w.name, '') AS township,
             coalesce(g.team_id, 0) AS team_id, coalesce(t.village, '') AS village, p.left_day,
             g.from_day, coalesce(g.to_day, '9999-12-31') AS to_day, g.team_id AS team_key
        FROM posting g JOIN person p ON p.id = g.person_id
        JOIN county c ON c.id = g.county_id
        LEFT JOIN township w ON w.id = g.township_id
        LEFT JOIN team t ON t.id = g.team_id""",
)

CUTS = (
    """CREATE TABLE data_cut (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      day TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      made_at INTEGER NOT NULL,
      UNIQUE (county_id, day)
    ) STRICT""",
    """CREATE TABLE data_cut_line (
      cut_id INTEGER NOT NULL REFERENCES data_cut (id),
      person_id INTEGER NOT NULL REFERENCES person (id),
      township_id INTEGER NOT NULL DEFAULT 0,
      line TEXT NOT NULL,
      PRIMARY KEY (cut_id, person_id)
    ) STRICT""",
    """CREATE TABLE data_cut_sign (
      cut_id INTEGER NOT NULL REFERENCES data_cut (id),
      township_id INTEGER NOT NULL REFERENCES township (id),
      person_id INTEGER NOT NULL REFERENCES person (id),
      at INTEGER NOT NULL,
      PRIMARY KEY (cut_id, township_id)
    ) STRICT""",
    # A mistake found after the cut is an erratum beside it, never an edit.
    """CREATE TABLE data_cut_erratum (
      id INTEGER PRIMARY KEY,
      cut_id INTEGER NOT NULL REFERENCES data_cut (id),
      person_id INTEGER REFERENCES person (id),
      text TEXT NOT NULL,
      by_id INTEGER NOT NULL,
      at INTEGER NOT NULL
    ) STRICT""",
    *(
        f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, 'a data cut never changes'); END"""
        for table in ("data_cut", "data_cut_line", "data_cut_sign", "data_cut_erratum")
        for verb in ("UPDATE", "DELETE")
    ),
)

LEAVE = (
    "ALTER TABLE leave ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE leave ADD COLUMN cover_id INTEGER REFERENCES person (id)",
    # 续假: the leave that this one goes on from; the ladder counts both.
    "ALTER TABLE leave ADD COLUMN extends_id INTEGER REFERENCES leave (id)",
    "CREATE INDEX leave_by_cover ON leave (cover_id) WHERE cover_id IS NOT NULL",
    # One row a step of the ladder: whose word it waits for, and what he said.
    """CREATE TABLE leave_step (
      leave_id INTEGER NOT NULL REFERENCES leave (id),
      step INTEGER NOT NULL,
      role TEXT NOT NULL,
      state TEXT NOT NULL,
      asked_at INTEGER,
      reminded_at INTEGER,
      decided_by INTEGER REFERENCES person (id),
      decided_at INTEGER,
      reason TEXT NOT NULL DEFAULT '',
      PRIMARY KEY (leave_id, step)
    ) STRICT""",
    # What was asked before there were steps waits for the one superior who had the card.
    """INSERT INTO leave_step (leave_id, step, role, state, asked_at)
      SELECT l.id, 1, CASE p.role WHEN 'member' THEN 'leader' ELSE 'township' END, 'asked', l.asked_at
        FROM leave l JOIN person p ON p.id = l.person_id
       WHERE l.state = 'asked' AND l.back_day IS NULL""",
    "UPDATE leave SET kind = reason WHERE reason IN ('病假', '事假', '公差')",
    "CREATE INDEX leave_step_asked ON leave_step (asked_at) WHERE state = 'asked'",
    # 轮休: a weekday off by rota; both days included, no to_day: until changed.
    """CREATE TABLE rest_rota (
      id INTEGER PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      weekday INTEGER NOT NULL CHECK (weekday BETWEEN 1 AND 7),
      from_day TEXT NOT NULL,
      to_day TEXT,
      by_id INTEGER NOT NULL,
      at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX rest_rota_by_person ON rest_rota (person_id, from_day)",
)

DAYS = (
    # The leader's one tap a week: the team's days of that week are as the records say.
    """CREATE TABLE week_confirmed (
      team_id INTEGER NOT NULL REFERENCES team (id),
      monday TEXT NOT NULL,
      by_id INTEGER NOT NULL REFERENCES person (id),
      at INTEGER NOT NULL,
      PRIMARY KEY (team_id, monday)
    ) STRICT""",
    # A word about one day that outweighs what the records suggest.
    """CREATE TABLE day_told (
      person_id INTEGER NOT NULL REFERENCES person (id),
      day TEXT NOT NULL,
      stationed INTEGER NOT NULL CHECK (stationed IN (0, 1)),
      working INTEGER NOT NULL CHECK (working IN (0, 1)),
      note TEXT NOT NULL DEFAULT '',
      by_id INTEGER NOT NULL REFERENCES person (id),
      at INTEGER NOT NULL,
      PRIMARY KEY (person_id, day)
    ) STRICT""",
)

BURDEN = (
    # Why somebody is written to unasked: a row of the duties' table, and who asked for it.
    "ALTER TABLE outbox ADD COLUMN why TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outbox ADD COLUMN requester TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outbox ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX outbox_unasked ON outbox (person_id, made_at) WHERE why <> ''",
    # 意见: person_id is NULL when it was said without a name.
    """CREATE TABLE opinion (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      person_id INTEGER REFERENCES person (id),
      text TEXT NOT NULL,
      day TEXT NOT NULL,
      answer TEXT NOT NULL DEFAULT '',
      answered_by INTEGER REFERENCES person (id),
      answered_at INTEGER,
      code_hash TEXT NOT NULL DEFAULT '',
      logged INTEGER NOT NULL DEFAULT 0 CHECK (logged IN (0, 1))
    ) STRICT""",
    "CREATE INDEX opinion_waiting ON opinion (county_id, id) WHERE answered_at IS NULL",
    "CREATE INDEX opinion_unlogged ON opinion (logged, id) WHERE logged = 0",
    # What tells somebody about an opinion without a name is wiped once it has gone out.
    "CREATE INDEX outbox_sealed ON outbox (state) WHERE kind = 'sealed'",
    "CREATE INDEX chat_line_sealed ON chat_line (at) WHERE kind = 'sealed'",
    # What settles a duty that no record settles: who did it, which period it was for.
    """CREATE TABLE duty_done (
      id INTEGER PRIMARY KEY,
      duty TEXT NOT NULL,
      person_id INTEGER NOT NULL REFERENCES person (id),
      period TEXT NOT NULL,
      day TEXT NOT NULL,
      place TEXT NOT NULL DEFAULT '',
      text TEXT NOT NULL DEFAULT '',
      source TEXT NOT NULL DEFAULT '',
      at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX duty_done_by_person ON duty_done (person_id, duty, period)",
)

SWITCHES = (
    # A restricted capability, on for a time; township_id NULL: the whole county.
    """CREATE TABLE switch (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      township_id INTEGER REFERENCES township (id),
      name TEXT NOT NULL,
      reason TEXT NOT NULL,
      scene TEXT NOT NULL,
      basis TEXT NOT NULL DEFAULT '',
      approver TEXT NOT NULL,
      from_day TEXT NOT NULL,
      until_day TEXT NOT NULL,
      by_id INTEGER NOT NULL REFERENCES person (id),
      at INTEGER NOT NULL,
      off_at INTEGER,
      off_by INTEGER REFERENCES person (id),
      CHECK (until_day >= from_day)
    ) STRICT""",
    "CREATE INDEX switch_on ON switch (county_id, name) WHERE off_at IS NULL",
    "CREATE INDEX switch_by_county ON switch (county_id, name, id)",
    # What was turned on stays as it was; only its end is written to it, once.
    """CREATE TRIGGER switch_loses_nothing BEFORE DELETE ON switch
       BEGIN SELECT RAISE(ABORT, 'a switch is never removed'); END""",
    """CREATE TRIGGER switch_keeps_rows BEFORE UPDATE ON switch
       WHEN OLD.off_at IS NOT NULL OR NEW.county_id <> OLD.county_id
         OR coalesce(NEW.township_id, 0) <> coalesce(OLD.township_id, 0) OR NEW.name <> OLD.name
         OR NEW.reason <> OLD.reason OR NEW.scene <> OLD.scene OR NEW.basis <> OLD.basis
         OR NEW.approver <> OLD.approver OR NEW.from_day <> OLD.from_day
         OR NEW.until_day <> OLD.until_day OR NEW.by_id <> OLD.by_id OR NEW.at <> OLD.at
       BEGIN SELECT RAISE(ABORT, 'a switch is never changed'); END""",
)


def upgrade() -> None:
    """Add what people, days and switches need."""
    for statement in (*POSTS, *CUTS, *LEAVE, *DAYS, *BURDEN, *SWITCHES):
        op.execute(statement)
