-- 催办: the clocks that run (one deadline in one pair of hands) and the steps taken on them.

-- name: running(county, until, last)
SELECT * FROM (
  SELECT i.id AS issue_id, c.id AS custody_id, c.kind, c.holder_id, c.since_day, c.since_at, i.due, i.state,
         i.submitted_at,
         (SELECT max(e.step) FROM escalation e
           WHERE e.issue_id = i.id AND e.custody_id = c.id AND e.due = i.due) AS taken
    FROM issue i JOIN custody c ON c.issue_id = i.id AND c.until_at IS NULL
   WHERE i.county_id = :county AND i.due <= :until AND i.closed_day IS NULL
     AND i.state IN ('open', 'doing', 'submitted', 'verified')
) AS clock
 WHERE taken IS NULL OR taken < :last
 ORDER BY issue_id;

-- name: covered(person, first, last)
-- Approved leave with somebody who stands in.
SELECT from_day, to_day, back_day FROM leave
 WHERE person_id = :person AND state = 'approved' AND cover_id IS NOT NULL
   AND from_day <= :last AND to_day >= :first
 ORDER BY from_day;

-- name: enter(issue, custody, due, step, day, level, told, now)$
INSERT INTO escalation (issue_id, custody_id, due, step, day, level, told, at)
VALUES (:issue, :custody, :due, :step, :day, :level, :told, :now)
ON CONFLICT (issue_id, custody_id, due, step) DO NOTHING RETURNING issue_id;

-- name: to_tell(first, last)
SELECT e.issue_id, e.custody_id, e.due, e.step, e.told, i.owner_id, e.at, i.state, i.submitted_at
  FROM escalation e JOIN custody c ON c.id = e.custody_id AND c.until_at IS NULL
  JOIN issue i ON i.id = e.issue_id AND i.due = e.due AND i.closed_day IS NULL
   AND i.state IN ('open', 'doing', 'submitted', 'verified')
 WHERE e.day BETWEEN :first AND :last AND e.told <> ''
   AND NOT EXISTS (SELECT 1 FROM escalation f
                    WHERE f.issue_id = e.issue_id AND f.custody_id = e.custody_id AND f.due = e.due
                      AND f.step > e.step AND f.told <> '')
 ORDER BY e.issue_id;

-- name: one(issue, custody, due, step)^
SELECT e.issue_id, e.custody_id, e.due, e.step, e.told, i.owner_id, e.at, i.state, i.submitted_at
  FROM escalation e JOIN custody c ON c.id = e.custody_id AND c.until_at IS NULL
  JOIN issue i ON i.id = e.issue_id AND i.due = e.due AND i.closed_day IS NULL
   AND i.state IN ('open', 'doing', 'submitted', 'verified')
 WHERE e.issue_id = :issue AND e.custody_id = :custody AND e.due = :due AND e.step = :step;
