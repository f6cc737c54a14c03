-- The steps of a leave (批假): one row for each whose word it needs, in the ladder's order.

-- name: add(leave, step, role)*!
INSERT INTO leave_step (leave_id, step, role, state) VALUES (:leave, :step, :role, 'waiting');

-- name: of(leave)
SELECT s.leave_id, s.step, s.role, s.state, s.asked_at, s.reminded_at, s.decided_by, s.decided_at, s.reason,
       coalesce(p.name, '') AS name
  FROM leave_step s LEFT JOIN person p ON p.id = s.decided_by
 WHERE s.leave_id = :leave ORDER BY s.step;

-- name: open(leave, step, now)$
UPDATE leave_step SET state = 'asked', asked_at = :now
 WHERE leave_id = :leave AND step = :step AND state = 'waiting' RETURNING step;

-- name: pass_over(leave, step, reason)!
UPDATE leave_step SET state = 'passed', reason = :reason
 WHERE leave_id = :leave AND step = :step AND state IN ('waiting', 'asked');

-- name: settle(leave, step, before, state, by, reason, now)$
-- The state before is part of the question: of two who tap at once, one has decided.
UPDATE leave_step SET state = :state, decided_by = :by, decided_at = :now, reason = :reason
 WHERE leave_id = :leave AND step = :step AND state = :before RETURNING step;

-- name: drop(leave)!
UPDATE leave_step SET state = 'dropped' WHERE leave_id = :leave AND state IN ('waiting', 'asked');

-- name: unanswered(before, day)
-- Steps that have waited since before that moment, of leave that is not over yet.
SELECT s.leave_id, s.step, s.role, s.state, s.asked_at, s.reminded_at, s.decided_by, s.decided_at, s.reason, '' AS name
  FROM leave_step s JOIN leave l ON l.id = s.leave_id
 WHERE s.state = 'asked' AND s.asked_at <= :before AND l.to_day >= :day
 ORDER BY s.leave_id, s.step;

-- name: remind(leave, step, now)$
UPDATE leave_step SET reminded_at = :now
 WHERE leave_id = :leave AND step = :step AND state = 'asked' AND reminded_at IS NULL RETURNING step;

-- name: is_on_leave(person, day)$
-- Whether whoever holds the post is away himself.
SELECT count(*) FROM leave
 WHERE person_id = :person AND state = 'approved' AND from_day <= :day AND to_day >= :day
   AND coalesce(back_day, '9999') > :day;
