-- The team_period roll-up. Same text on SQLite and PostgreSQL.

-- name: add(team, key0, key1, key2, key3, key4, studied, visits, households, opened, progressed, submitted, closed, checked, answered, unanswered, promised)!
-- The five rows of one day, added to.
INSERT INTO team_period (kind, period, team_id, studied, visits, households, opened, progressed,
                         submitted, closed, checked, answered, unanswered, promised)
VALUES (0, :key0, :team, :studied, :visits, :households, :opened, :progressed, :submitted, :closed, :checked, :answered, :unanswered, :promised),
       (1, :key1, :team, :studied, :visits, :households, :opened, :progressed, :submitted, :closed, :checked, :answered, :unanswered, :promised),
       (2, :key2, :team, :studied, :visits, :households, :opened, :progressed, :submitted, :closed, :checked, :answered, :unanswered, :promised),
       (3, :key3, :team, :studied, :visits, :households, :opened, :progressed, :submitted, :closed, :checked, :answered, :unanswered, :promised),
       (4, :key4, :team, :studied, :visits, :households, :opened, :progressed, :submitted, :closed, :checked, :answered, :unanswered, :promised)
ON CONFLICT (kind, period, team_id) DO UPDATE SET
  studied = team_period.studied + excluded.studied,
  visits = team_period.visits + excluded.visits,
  households = team_period.households + excluded.households,
  opened = team_period.opened + excluded.opened,
  progressed = team_period.progressed + excluded.progressed,
  submitted = team_period.submitted + excluded.submitted,
  closed = team_period.closed + excluded.closed,
  checked = team_period.checked + excluded.checked,
  answered = team_period.answered + excluded.answered,
  unanswered = team_period.unanswered + excluded.unanswered,
  promised = team_period.promised + excluded.promised;

-- name: add_households(kind, period, team, delta)!
INSERT INTO team_period (kind, period, team_id, households) VALUES (:kind, :period, :team, :delta)
ON CONFLICT (kind, period, team_id) DO UPDATE SET households = team_period.households + excluded.households;

-- name: near(team, household, day)^
-- The nearest kept visits of one household on either side of a day (both may be that day).
SELECT (SELECT max(day) FROM visit WHERE kept = 1 AND team_id = :team AND household_id = :household AND day <= :day) AS before,
       (SELECT min(day) FROM visit WHERE kept = 1 AND team_id = :team AND household_id = :household AND day >= :day) AS after;
