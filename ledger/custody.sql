-- In whose hands an issue is; the columns are those of custody.Span.

-- name: start(issue, kind, holder_id, holder, day, now, why, by)!
INSERT INTO custody (issue_id, kind, holder_id, holder, since_day, since_at, why, by_id)
VALUES (:issue, :kind, :holder_id, :holder, :day, :now, :why, :by);

-- name: current(issue)^
SELECT id, since_day FROM custody WHERE issue_id = :issue AND until_at IS NULL;

-- name: end(id, day, now)!
UPDATE custody SET until_day = :day, until_at = :now WHERE id = :id AND until_at IS NULL;

-- name: spans(issue)
SELECT id, issue_id, kind, holder_id, holder, since_day, since_at, until_day, until_at, why, by_id
  FROM custody WHERE issue_id = :issue ORDER BY id;

-- name: shift_start(issue, day)!
UPDATE custody SET
       since_day = CASE WHEN since_day < :day OR id = (SELECT min(id) FROM custody WHERE issue_id = :issue)
                        THEN :day ELSE since_day END,
       until_day = CASE WHEN until_day < :day THEN :day ELSE until_day END
 WHERE issue_id = :issue;

-- name: on_units(county, township, team)
SELECT c.holder, c.since_day FROM custody c JOIN issue i ON i.id = c.issue_id
 WHERE c.until_at IS NULL AND c.kind = 'unit' AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY c.since_day, c.id;

-- name: suspend(issue)!
UPDATE custody SET until_day = since_day, until_at = since_at WHERE issue_id = :issue AND until_at IS NULL;

-- name: resume(issue)!
UPDATE custody SET until_day = NULL, until_at = NULL
 WHERE id = (SELECT max(id) FROM custody WHERE issue_id = :issue);
