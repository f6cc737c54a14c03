-- What a rehearsal is checked by: whole tables, read once at its end.

-- name: every()
SELECT * FROM issue_line ORDER BY id;

-- name: escalated()
SELECT e.issue_id, e.due, e.step, e.day, e.told, c.since_day FROM escalation e
  JOIN custody c ON c.id = e.custody_id
 ORDER BY e.issue_id, e.custody_id, e.due, e.step;

-- name: told_of()$
SELECT count(*) FROM ev WHERE kind = 'issue.escalated';

-- name: look_backs()
SELECT issue_id, after_days, due, result FROM look_back ORDER BY issue_id, after_days;

-- name: pools()
SELECT pool FROM look_back_draw ORDER BY id;

-- name: handed_over()$
SELECT count(*) FROM custody WHERE kind = 'unit';

-- name: deadlines_moved()$
SELECT count(*) FROM due_change WHERE state = 'granted';

-- name: unproven()$
-- Struck off by somebody with a hand in it, or with nobody's word and no file that came later.
SELECT count(*) FROM issue i
 WHERE i.closed_day IS NOT NULL
   AND (i.verified_by IS NULL OR i.verified_by IN (i.owner_id, i.submitted_by)
        OR i.closed_by IN (i.owner_id, i.submitted_by)
        OR (i.household_word = ''
            AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.issue_id = i.id)
            AND NOT EXISTS (SELECT 1 FROM attachment a JOIN progress g ON g.record_id = a.record_id
                             WHERE g.issue_id = i.id)));
