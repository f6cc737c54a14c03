-- The issue ledger. The view `issue_line` has the columns of issues.Issue.

-- name: add(record, county, township, team, owner, day, household_id, household, text, tier, due, category, source, requirement, tags)$
INSERT INTO issue (record_id, county_id, township_id, team_id, owner_id, found_day, household_id, household,
                   text, tier, due, category, source, requirement, tags, state)
VALUES (:record, :county, :township, :team, :owner, :day, :household_id, :household,
        :text, :tier, :due, :category, :source, :requirement, :tags, 'open') RETURNING id;

-- name: by_id(id, county, township, team)^
SELECT * FROM issue_line
 WHERE id = :id AND county_id = :county
   AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team);

-- name: any_by_id(id)^
SELECT * FROM issue_line WHERE id = :id;

-- name: by_record(record)^
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id WHERE i.record_id = :record;

-- name: open_issues(limit, county, township, team)
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id
 WHERE i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY i.due, i.id LIMIT :limit;

-- name: submitted(county, township, team)
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id
 WHERE i.closed_day IS NULL AND i.state IN ('submitted', 'verified') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY i.due, i.id;

-- name: count_open(day, county, township, team)^
SELECT count(*) AS open, coalesce(sum(CASE WHEN i.due < :day THEN 1 ELSE 0 END), 0) AS late
  FROM issue i
 WHERE i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team);

-- name: set_state(id, state)!
UPDATE issue SET state = :state, version = version + 1 WHERE id = :id;

-- name: revise(id, day, household_id, household, text, tier, due, category, requirement)!
UPDATE issue SET found_day = :day, household_id = :household_id, household = :household, text = :text,
       tier = :tier, due = :due, category = :category, requirement = :requirement, version = version + 1
 WHERE id = :id;

-- name: due_between(first, last)
SELECT * FROM issue_line
 WHERE closed_day IS NULL AND state IN ('open', 'doing') AND due BETWEEN :first AND :last
 ORDER BY due, id;

-- name: of_household(team, household)
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id
 WHERE i.team_id = :team AND i.household_id = :household AND i.state IN ('open', 'doing') AND i.closed_day IS NULL
 ORDER BY i.id;
