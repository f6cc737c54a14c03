"""Spot checks: verifiable periods, phone checks, surprise visits, findings, strikes, back-checks."""

from alembic import op

revision = "0005"
down_revision = "0004"

PERIODS = (
    # A month's draws: what was promised before it, what was mixed in, what was shown after it.
    """CREATE TABLE draw_period (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      period TEXT NOT NULL,
      opened_at INTEGER NOT NULL,
      opening TEXT NOT NULL,
      opening_sha256 TEXT NOT NULL,
      beacon TEXT NOT NULL DEFAULT '',
      beacon_source TEXT NOT NULL DEFAULT '' CHECK (beacon_source IN ('', 'officials', 'public', 'chain')),
      beacon_at INTEGER,
      missing_at INTEGER,
      lost_at INTEGER,
      revealed_at INTEGER,
      seed TEXT NOT NULL DEFAULT '',
      card_sha256 TEXT NOT NULL DEFAULT '',
      UNIQUE (county_id, period)
    ) STRICT""",
    # A number typed by an official, sealed until the second one is there.
    """CREATE TABLE draw_number (
      period_id INTEGER NOT NULL REFERENCES draw_period (id),
      person_id INTEGER NOT NULL REFERENCES person (id),
      department TEXT NOT NULL,
      number TEXT NOT NULL,
      salt TEXT NOT NULL,
      seal TEXT NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (period_id, person_id)
    ) STRICT""",
    # The list that is drawn from: frozen with the opening (since 0), or entered later.
    """CREATE TABLE draw_member (
      period_id INTEGER NOT NULL REFERENCES draw_period (id),
      member TEXT NOT NULL,
      person_id INTEGER NOT NULL REFERENCES person (id),
      team_id INTEGER NOT NULL REFERENCES team (id),
      role TEXT NOT NULL,
      township TEXT NOT NULL,
      unit TEXT NOT NULL,
      village TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (period_id, member)
    ) WITHOUT ROWID, STRICT""",
    # Why somebody could not be drawn, as it was known: never changed, only ended.
    """CREATE TABLE draw_off (
      id INTEGER PRIMARY KEY,
      period_id INTEGER NOT NULL REFERENCES draw_period (id),
      member TEXT NOT NULL,
      day TEXT NOT NULL,
      why TEXT NOT NULL CHECK (why IN ('away', 'rest', 'unbound')),
      since INTEGER NOT NULL,
      until INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX draw_off_of_period ON draw_off (period_id, day)",
    "CREATE UNIQUE INDEX draw_off_open ON draw_off (period_id, member, day, why) WHERE until = 0",
    # What became of each slot of the plan; a row is the claim that it has been seen to.
    """CREATE TABLE drawn (
      period_id INTEGER NOT NULL REFERENCES draw_period (id),
      kind TEXT NOT NULL CHECK (kind IN ('chat', 'phone', 'visit')),
      why TEXT NOT NULL CHECK (why IN ('quota', 'extra')),
      subject TEXT NOT NULL,
      day TEXT NOT NULL,
      result TEXT NOT NULL,
      at INTEGER NOT NULL,
      draw_id INTEGER REFERENCES draw (id),
      PRIMARY KEY (period_id, kind, why, subject, day)
    ) STRICT""",
    # kind: chat, phone, visit, report (who reports at a meeting), back_check.
    # way: timetable, asked, picked (指定, with a reason).
    "ALTER TABLE draw ADD COLUMN kind TEXT NOT NULL DEFAULT 'chat'",
    "ALTER TABLE draw ADD COLUMN period_id INTEGER REFERENCES draw_period (id)",
    "ALTER TABLE draw ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE look_back_draw ADD COLUMN period_id INTEGER REFERENCES draw_period (id)",
    "CREATE INDEX draw_of_period ON draw (period_id, kind)",
    # Seeds of weeks to come do not belong here any more.
    "DELETE FROM setting WHERE name LIKE 'seed:%'",
)

CHAT = (
    # When its card really arrived, and when a miss was looked at: each step is claimed once.
    "ALTER TABLE spotcheck ADD COLUMN delivered_at INTEGER",
    "ALTER TABLE spotcheck ADD COLUMN found_at INTEGER",
    "UPDATE spotcheck SET found_at = closed_at WHERE closed_at IS NOT NULL",
    "CREATE INDEX spotcheck_unfound ON spotcheck (closed_at) WHERE state = 'missed' AND found_at IS NULL",
)

PHONE = (
    """CREATE TABLE phone_check (
      id INTEGER PRIMARY KEY,
      draw_id INTEGER NOT NULL REFERENCES draw (id),
      team_id INTEGER NOT NULL REFERENCES team (id),
      person_id INTEGER NOT NULL REFERENCES person (id),
      day TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'taken', 'done', 'void')),
      taken_by INTEGER REFERENCES person (id),
      taken_at INTEGER,
      tries INTEGER NOT NULL DEFAULT 0,
      result TEXT NOT NULL DEFAULT '',
      facts TEXT NOT NULL DEFAULT '[]',
      remark TEXT NOT NULL DEFAULT '',
      done_at INTEGER,
      UNIQUE (draw_id, team_id, person_id)
    ) STRICT""",
    "CREATE INDEX phone_check_by_team ON phone_check (team_id, day)",
    "CREATE INDEX phone_check_by_person ON phone_check (person_id, day)",
    "CREATE INDEX phone_check_open ON phone_check (day) WHERE state IN ('waiting', 'taken')",
)

VISITS = (
    # Who may be sent on surprise visits (督导员).
    """CREATE TABLE inspector (
      id INTEGER PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      county_id INTEGER NOT NULL REFERENCES county (id),
      township TEXT NOT NULL,
      unit TEXT NOT NULL,
      by_id INTEGER NOT NULL REFERENCES person (id),
      since INTEGER NOT NULL,
      until INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE UNIQUE INDEX inspector_open ON inspector (person_id) WHERE until = 0",
    # 回避: he does not inspect this team.
    """CREATE TABLE recusal (
      id INTEGER PRIMARY KEY,
      person_id INTEGER NOT NULL REFERENCES person (id),
      team_id INTEGER NOT NULL REFERENCES team (id),
      reason TEXT NOT NULL,
      by_id INTEGER NOT NULL REFERENCES person (id),
      since INTEGER NOT NULL,
      until INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE UNIQUE INDEX recusal_open ON recusal (person_id, team_id) WHERE until = 0",
    # found: what is said to have been found, opened as findings only once the second inspector or,
    # failing him, the county has said so. asked_at: the county was asked; told_at: the team knows.
    """CREATE TABLE surprise_visit (
      id INTEGER PRIMARY KEY,
      draw_id INTEGER NOT NULL REFERENCES draw (id),
      team_id INTEGER NOT NULL REFERENCES team (id),
      day TEXT NOT NULL,
      until_day TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'void')),
      visited_day TEXT,
      places TEXT NOT NULL DEFAULT '',
      on_post TEXT NOT NULL DEFAULT '[]',
      households TEXT NOT NULL DEFAULT '',
      good TEXT NOT NULL DEFAULT '',
      remark TEXT NOT NULL DEFAULT '',
      found TEXT NOT NULL DEFAULT '[]',
      photos TEXT NOT NULL DEFAULT '[]',
      filed_by INTEGER REFERENCES person (id),
      filed_at INTEGER,
      second_by INTEGER REFERENCES person (id),
      second_agrees INTEGER CHECK (second_agrees IN (0, 1)),
      second_word TEXT NOT NULL DEFAULT '',
      second_at INTEGER,
      asked_at INTEGER,
      decided INTEGER CHECK (decided IN (0, 1)),
      decided_by INTEGER REFERENCES person (id),
      decided_why TEXT NOT NULL DEFAULT '',
      decided_at INTEGER,
      told_at INTEGER,
      UNIQUE (draw_id, team_id),
      CHECK ((decided IS NULL) = (decided_by IS NULL))
    ) STRICT""",
    "CREATE INDEX surprise_visit_by_team ON surprise_visit (team_id, day)",
    "CREATE INDEX surprise_visit_open ON surprise_visit (until_day) WHERE state = 'waiting'",
    # Who goes; the last row of a visit counts (somebody may step aside).
    """CREATE TABLE inspector_pair (
      id INTEGER PRIMARY KEY,
      visit_id INTEGER NOT NULL REFERENCES surprise_visit (id),
      at INTEGER NOT NULL,
      eligible TEXT NOT NULL,
      first_id INTEGER REFERENCES person (id),
      second_id INTEGER REFERENCES person (id),
      by_hand INTEGER NOT NULL DEFAULT 0 CHECK (by_hand IN (0, 1))
    ) STRICT""",
    "CREATE INDEX inspector_pair_of_visit ON inspector_pair (visit_id, id)",
    # The columns of surprise_visits.Visit.
    """CREATE VIEW surprise_visit_line AS
      SELECT one.id, one.draw_id, one.team_id, one.day, one.until_day, one.state, one.visited_day, one.places,
             one.on_post, one.households, one.good, one.remark, one.found, one.photos,
             one.filed_by, one.filed_at,
             one.second_by, one.second_agrees, one.second_word, one.second_at, one.asked_at, one.decided,
             one.decided_by, one.decided_why, one.decided_at, one.told_at,
             t.village, t.township_id, w.name AS township, t.county_id,
             d.seed AS secret, d.way, d.asked_by, d.period_id,
             coalesce(p.eligible, '{}') AS eligible, coalesce(p.first_id, 0) AS first_id,
             coalesce(p.second_id, 0) AS second_id, coalesce(p.by_hand, 0) AS by_hand,
             coalesce(a.name, '') AS first, coalesce(b.name, '') AS second
        FROM surprise_visit one JOIN team t ON t.id = one.team_id
        JOIN township w ON w.id = t.township_id
        JOIN draw d ON d.id = one.draw_id
        LEFT JOIN inspector_pair p
          ON p.id = (SELECT max(q.id) FROM inspector_pair q WHERE q.visit_id = one.id)
        LEFT JOIN person a ON a.id = p.first_id
        LEFT JOIN person b ON b.id = p.second_id""",
)

FINDINGS = (
    # A miss or something found; it counts only when a person of the township has confirmed it.
    """CREATE TABLE finding (
      id INTEGER PRIMARY KEY,
      county_id INTEGER NOT NULL REFERENCES county (id),
      township_id INTEGER NOT NULL REFERENCES township (id),
      team_id INTEGER NOT NULL REFERENCES team (id),
      person_id INTEGER REFERENCES person (id),
      source TEXT NOT NULL CHECK (source IN ('chat', 'phone', 'visit', 'back_check')),
      source_id INTEGER NOT NULL,
      category TEXT NOT NULL DEFAULT '',
      facts TEXT NOT NULL,
      day TEXT NOT NULL,
      found_by INTEGER REFERENCES person (id),
      opened_at INTEGER NOT NULL,
      told_at INTEGER,
      reply_until INTEGER NOT NULL,
      reply TEXT NOT NULL DEFAULT '',
      photos TEXT NOT NULL DEFAULT '[]',
      replied_by INTEGER REFERENCES person (id),
      replied_at INTEGER,
      asked_at INTEGER,
      state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'lifted')),
      decided_by INTEGER REFERENCES person (id),
      decided_at INTEGER,
      first_decided_at INTEGER,
      reason TEXT NOT NULL DEFAULT '',
      CHECK ((state = 'open') = (decided_by IS NULL)),
      CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
      CHECK ((decided_by IS NULL) = (reason = '')),
      CHECK (decided_by <> person_id),
      CHECK (decided_by <> found_by),
      UNIQUE (source, source_id, person_id, category)
    ) STRICT""",
    "CREATE INDEX finding_open ON finding (township_id, opened_at) WHERE state = 'open'",
    "CREATE INDEX finding_by_team ON finding (team_id, day)",
    "CREATE INDEX finding_by_person ON finding (person_id, day)",
    """CREATE TRIGGER finding_begins_open BEFORE INSERT ON finding WHEN new.state <> 'open'
      BEGIN SELECT RAISE(ABORT, 'a finding begins open'); END""",
    """CREATE TRIGGER finding_is_confirmed_after_the_hearing BEFORE UPDATE OF state ON finding
      WHEN new.state = 'confirmed' AND new.reply = '' AND new.decided_at < new.reply_until
      BEGIN SELECT RAISE(ABORT, 'a finding is confirmed after its reply or its window'); END""",
    """CREATE VIEW finding_line AS
      SELECT f.id, f.county_id, f.township_id, f.team_id, f.person_id, f.source, f.source_id, f.category,
             f.facts, f.day, f.found_by, f.opened_at, f.told_at, f.reply_until, f.reply, f.photos,
             f.replied_by, f.replied_at, f.asked_at, f.state, f.decided_by, f.decided_at, f.first_decided_at,
             f.reason, t.village, w.name AS township, coalesce(p.name, '') AS person,
             coalesce(d.name, '') AS decider
        FROM finding f JOIN team t ON t.id = f.team_id JOIN township w ON w.id = f.township_id
        LEFT JOIN person p ON p.id = f.person_id LEFT JOIN person d ON d.id = f.decided_by""",
    # A step somebody took after a confirmed finding; no step without a person and a clause.
    """CREATE TABLE strike (
      id INTEGER PRIMARY KEY,
      finding_id INTEGER NOT NULL UNIQUE REFERENCES finding (id),
      person_id INTEGER NOT NULL REFERENCES person (id),
      step TEXT NOT NULL,
      clause TEXT NOT NULL CHECK (trim(clause) <> ''),
      by_id INTEGER NOT NULL REFERENCES person (id),
      at INTEGER NOT NULL,
      day TEXT NOT NULL,
      expires_day TEXT NOT NULL,
      appeal_until TEXT NOT NULL,
      appeal TEXT NOT NULL DEFAULT '',
      appealed_at INTEGER,
      answer TEXT NOT NULL DEFAULT '',
      upheld INTEGER CHECK (upheld IN (0, 1)),
      answered_by INTEGER REFERENCES person (id),
      answered_at INTEGER,
      CHECK (by_id <> person_id),
      CHECK (answered_by <> by_id),
      CHECK (answered_by <> person_id),
      CHECK ((upheld IS NULL) = (answered_by IS NULL)),
      CHECK ((upheld IS NULL) = (answer = ''))
    ) STRICT""",
    "CREATE INDEX strike_by_person ON strike (person_id, day)",
    """CREATE TRIGGER strike_needs_a_confirmed_finding BEFORE INSERT ON strike
      WHEN NOT EXISTS (SELECT 1 FROM finding f WHERE f.id = new.finding_id AND f.state = 'confirmed'
                          AND f.decided_by IS NOT NULL AND f.person_id = new.person_id)
      BEGIN SELECT RAISE(ABORT, 'a strike rests on a finding that a person has confirmed'); END""",
    """CREATE TRIGGER finding_of_a_strike_stands BEFORE UPDATE OF state ON finding
      WHEN new.state <> 'confirmed' AND EXISTS (SELECT 1 FROM strike s WHERE s.finding_id = old.id
                                                   AND (s.upheld IS NULL OR s.upheld = 1))
      BEGIN SELECT RAISE(ABORT, 'a strike rests on it: that is revoked first'); END""",
    """CREATE VIEW strike_line AS
      SELECT s.id, s.finding_id, s.person_id, f.county_id, s.step, s.clause, s.by_id, s.at, s.day,
             s.expires_day,
             s.appeal_until, s.appeal, s.appealed_at, s.answer, s.upheld, s.answered_by, s.answered_at,
             f.category, f.facts, f.day AS found_day, t.village, w.name AS township, p.name AS person,
             b.name AS by_name, coalesce(a.name, '') AS answerer
        FROM strike s JOIN finding f ON f.id = s.finding_id JOIN team t ON t.id = f.team_id
        JOIN township w ON w.id = f.township_id JOIN person p ON p.id = s.person_id
        JOIN person b ON b.id = s.by_id LEFT JOIN person a ON a.id = s.answered_by""",
)

BACK_CHECKS = (
    """CREATE TABLE back_check (
      id INTEGER PRIMARY KEY,
      draw_id INTEGER NOT NULL REFERENCES draw (id),
      township_id INTEGER NOT NULL REFERENCES township (id),
      team_id INTEGER NOT NULL REFERENCES team (id),
      kind TEXT NOT NULL CHECK (kind IN ('visit', 'issue')),
      record_id INTEGER,
      issue_id INTEGER,
      person_id INTEGER REFERENCES person (id),
      until_day TEXT NOT NULL,
      state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'void')),
      answers TEXT NOT NULL DEFAULT '[]',
      asked INTEGER NOT NULL DEFAULT 0,
      differing INTEGER NOT NULL DEFAULT 0,
      remark TEXT NOT NULL DEFAULT '',
      told INTEGER NOT NULL DEFAULT 0,
      done_by INTEGER REFERENCES person (id),
      done_at INTEGER
    ) STRICT""",
    """CREATE VIEW back_check_line AS
      SELECT b.id, b.draw_id, d.county_id, b.township_id, w.name AS township, b.team_id, t.village,
             b.kind, coalesce(b.record_id, 0) AS record_id, coalesce(b.issue_id, 0) AS issue_id,
             b.person_id, b.until_day, b.state, b.answers, b.asked, b.differing, b.remark, b.told,
             coalesce(r.day, i.closed_day, '') AS day, coalesce(r.person_id, i.owner_id) AS who_id,
             p.name AS who, coalesce(v.household, i.household) AS household,
             coalesce(v.found, i.text) AS text, coalesce(i.effect, '') AS effect,
             coalesce(v.kept, 1) AS kept, substr(d.name, 1, 7) AS month
        FROM back_check b JOIN draw d ON d.id = b.draw_id
        JOIN township w ON w.id = b.township_id JOIN team t ON t.id = b.team_id
        LEFT JOIN record r ON r.id = b.record_id LEFT JOIN visit v ON v.record_id = b.record_id
        LEFT JOIN issue i ON i.id = b.issue_id
        JOIN person p ON p.id = coalesce(r.person_id, i.owner_id)""",
    "CREATE INDEX back_check_of_draw ON back_check (draw_id)",
    "CREATE INDEX back_check_open ON back_check (until_day) WHERE state = 'waiting'",
    # Who has reported in a meeting's cycle (抽签汇报); nobody twice before all have.
    """CREATE TABLE report_turn (
      county_id INTEGER NOT NULL REFERENCES county (id),
      circle TEXT NOT NULL,
      cycle INTEGER NOT NULL,
      person_id INTEGER NOT NULL REFERENCES person (id),
      draw_id INTEGER NOT NULL REFERENCES draw (id),
      place INTEGER NOT NULL,
      day TEXT NOT NULL,
      present INTEGER NOT NULL DEFAULT 1 CHECK (present IN (0, 1)),
      PRIMARY KEY (draw_id, person_id)
    ) STRICT""",
    "CREATE INDEX report_turn_of_circle ON report_turn (county_id, circle, cycle)",
)


def upgrade() -> None:
    """Add what checks need; nothing old changes."""
    for statement in (*PERIODS, *CHAT, *PHONE, *VISITS, *FINDINGS, *BACK_CHECKS):
        op.execute(statement)
