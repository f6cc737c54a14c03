-- The issue list. The view `issue_line` has the columns of issues.Issue.

-- name: add(record, team, owner, day, household_id, household, text, tier, due, category)$
INSERT INTO issue (record_id, team_id, owner_id, found_day, household_id, household, text, tier, due, category, state)
VALUES (:record, :team, :owner, :day, :household_id, :household, :text, :tier, :due, :category, 'open') RETURNING id;

-- name: by_id(id, county, township, team)^
SELECT i.* FROM issue_line i JOIN team t ON t.id = i.team_id
 WHERE i.id = :id AND t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team);

-- name: any_by_id(id)^
SELECT * FROM issue_line WHERE id = :id;

-- name: by_record(record)^
SELECT * FROM issue_line WHERE record_id = :record;

-- name: open_issues(limit, county, township, team)
SELECT i.* FROM issue_line i JOIN team t ON t.id = i.team_id
 WHERE i.closed_day IS NULL AND i.state <> 'withdrawn' AND t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team)
 ORDER BY i.due, i.id LIMIT :limit;

-- name: submitted(county, township, team)
SELECT i.* FROM issue_line i JOIN team t ON t.id = i.team_id
 WHERE i.closed_day IS NULL AND i.state = 'submitted' AND t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team)
 ORDER BY i.due, i.id;

-- name: count_open(day, county, township, team)^
SELECT count(*) AS open, coalesce(sum(CASE WHEN i.due < :day THEN 1 ELSE 0 END), 0) AS late
  FROM issue i JOIN team t ON t.id = i.team_id
 WHERE i.closed_day IS NULL AND i.state <> 'withdrawn' AND t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team);

-- name: start(id)!
UPDATE issue SET state = 'doing' WHERE id = :id AND state = 'open';

-- name: submit(id, by, effect, now)$
UPDATE issue SET state = 'submitted', submitted_by = :by, effect = :effect, submitted_at = :now, version = version + 1
 WHERE id = :id AND state IN ('open', 'doing') RETURNING id;

-- name: close(id, by, day, now)$
-- 销号: only what has been handed in and is not closed yet.
UPDATE issue SET state = 'closed', closed_by = :by, closed_day = :day, closed_at = :now, version = version + 1
 WHERE id = :id AND state = 'submitted' RETURNING id;

-- name: send_back(id)$
UPDATE issue SET state = 'doing', submitted_by = NULL, submitted_at = NULL, version = version + 1
 WHERE id = :id AND state = 'submitted' RETURNING id;

-- name: set_state(id, state)!
UPDATE issue SET state = :state, version = version + 1 WHERE id = :id;

-- name: revise(id, day, household_id, household, text, tier, due, category)!
UPDATE issue SET found_day = :day, household_id = :household_id, household = :household, text = :text,
       tier = :tier, due = :due, category = :category, version = version + 1
 WHERE id = :id;

-- name: due_between(first, last)
SELECT * FROM issue_line
 WHERE closed_day IS NULL AND state IN ('open', 'doing') AND due BETWEEN :first AND :last
 ORDER BY due, id;

-- name: of_household(team, household)
SELECT * FROM issue_line
 WHERE team_id = :team AND household_id = :household AND state IN ('open', 'doing') AND closed_day IS NULL
 ORDER BY id;
