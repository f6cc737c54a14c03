-- Planned reminders.

-- name: plan(kind, person_id, slot, subject, due_at, expires_at)*!
INSERT INTO due (kind, person_id, slot, subject, due_at, expires_at)
VALUES (:kind, :person_id, :slot, :subject, :due_at, :expires_at)
ON CONFLICT (kind, person_id, slot) DO UPDATE
  SET state = 'waiting', due_at = excluded.due_at, expires_at = excluded.expires_at
  WHERE due.state = 'expired' AND excluded.due_at > due.due_at;

-- name: expire(now)!
UPDATE due SET state = 'expired' WHERE state = 'waiting' AND expires_at <= :now;

-- name: take(now)
UPDATE due SET state = 'done'
 WHERE id IN (SELECT id FROM due WHERE state = 'waiting' AND due_at <= :now)
RETURNING kind, person_id, slot, subject, due_at, expires_at;

-- name: take_of(person, until)
UPDATE due SET state = 'done'
 WHERE person_id = :person AND state = 'waiting' AND due_at <= :until
RETURNING kind, person_id, slot, subject, due_at, expires_at;

-- name: give_back(kind, person_id, slot)*!
UPDATE due SET state = 'expired' WHERE kind = :kind AND person_id = :person_id AND slot = :slot AND state = 'done';

-- name: any_waiting(now)$
SELECT count(*) FROM (SELECT 1 FROM due WHERE state = 'waiting' AND due_at <= :now LIMIT 1) AS some;
