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

-- name: not_escalated()!
-- Which steps would fall is what is tried.
DELETE FROM escalation;

-- name: custody_unknown(moment)!
DELETE FROM custody WHERE since_at > :moment;

-- name: custody_not_ended(moment)!
UPDATE custody SET until_day = NULL, until_at = NULL WHERE until_at > :moment;

-- name: issues_without_report_unknown()!
-- From a table, or come back, since then: nobody has had it yet.
UPDATE issue SET closed_day = found_day
 WHERE record_id IS NULL AND NOT EXISTS (SELECT 1 FROM custody c WHERE c.issue_id = issue.id);

-- name: not_merged()!
UPDATE issue SET state = 'doing', merged_into = NULL
 WHERE merged_into IS NOT NULL AND EXISTS (SELECT 1 FROM custody c WHERE c.issue_id = issue.id AND c.until_at IS NULL);

-- name: due_not_moved(moment)!
UPDATE issue SET due = (SELECT c.before FROM due_change c WHERE c.issue_id = issue.id AND c.state = 'granted'
                           AND c.decided_at > :moment ORDER BY c.id LIMIT 1)
 WHERE id IN (SELECT issue_id FROM due_change WHERE state = 'granted' AND decided_at > :moment);

-- name: due_not_decided(moment)!
UPDATE due_change SET state = 'dropped' WHERE state = 'granted' AND decided_at > :moment;

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
