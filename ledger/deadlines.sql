-- Deadlines wished for; the columns are those of deadlines.Wish.

-- name: ask(issue, before, wanted, reason, by, now)$
INSERT INTO due_change (issue_id, before, wanted, reason, asked_by, asked_at)
VALUES (:issue, :before, :wanted, :reason, :by, :now) RETURNING id;

-- name: drop(issue)!
UPDATE due_change SET state = 'dropped' WHERE issue_id = :issue AND state = 'asked';

-- name: decide(id, state, by, word, now)!
UPDATE due_change SET state = :state, decided_by = :by, decided_at = :now, word = :word
 WHERE id = :id AND state = 'asked';

-- name: move(issue, due)!
UPDATE issue SET due = :due, version = version + 1 WHERE id = :issue;

-- name: open_wish(issue)^
SELECT c.id, c.issue_id, c.before, c.wanted, c.reason, c.asked_by, p.name AS asker, c.asked_at,
       c.state, c.decided_by, c.decided_at, c.word
  FROM due_change c JOIN person p ON p.id = c.asked_by
 WHERE c.issue_id = :issue AND c.state = 'asked';

-- name: by_id(id)^
SELECT c.id, c.issue_id, c.before, c.wanted, c.reason, c.asked_by, p.name AS asker, c.asked_at,
       c.state, c.decided_by, c.decided_at, c.word
  FROM due_change c JOIN person p ON p.id = c.asked_by
 WHERE c.id = :id;

-- name: history(issue)
SELECT c.id, c.issue_id, c.before, c.wanted, c.reason, c.asked_by, p.name AS asker, c.asked_at,
       c.state, c.decided_by, c.decided_at, c.word
  FROM due_change c JOIN person p ON p.id = c.asked_by
 WHERE c.issue_id = :issue ORDER BY c.id;

-- name: count_of(issue)$
SELECT count(*) FROM due_change WHERE issue_id = :issue;

-- name: with_wish(county, township, team)
-- Issues with an open wish for another deadline.
SELECT l.*, c.asked_by FROM due_change c JOIN issue_line l ON l.id = c.issue_id
 WHERE c.state = 'asked' AND l.county_id = :county
   AND (:township = 0 OR l.township_id = :township)
   AND (:team = 0 OR l.team_id = :team)
 ORDER BY l.due, l.id;
