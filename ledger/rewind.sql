-- In a copy only: what was not yet known at a moment is taken back. Never in the ledger itself.

-- name: records(moment)!
UPDATE record SET state = 'undone' WHERE made_at > :moment;

-- name: visits()!
UPDATE visit SET kept = 0 WHERE record_id IN (SELECT id FROM record WHERE state = 'undone');

-- name: issues_unknown()!
UPDATE issue SET closed_day = found_day WHERE record_id IN (SELECT id FROM record WHERE state = 'undone');

-- name: issues_reopened(moment)!
UPDATE issue SET closed_day = NULL, closed_at = NULL, closed_by = NULL, state = 'doing' WHERE closed_at > :moment;

-- name: issues_not_submitted(moment)!
UPDATE issue SET submitted_at = NULL, submitted_by = NULL, state = 'doing'
 WHERE submitted_at > :moment AND closed_day IS NULL;

-- name: leave_not_decided(moment)!
UPDATE leave SET state = 'asked', decided_by = NULL, decided_at = NULL WHERE decided_at > :moment;

-- name: leave_not_asked(moment)!
UPDATE leave SET state = 'refused' WHERE asked_at > :moment;

-- name: leave_steps(moment)!
UPDATE leave_step SET state = 'asked', decided_by = NULL, decided_at = NULL WHERE decided_at > :moment;

-- name: duties(moment)!
DELETE FROM duty_done WHERE at > :moment;

-- name: weeks(moment)!
DELETE FROM week_confirmed WHERE at > :moment;
