-- Notes on issues.

-- name: add_note(record, issue, step, text, household, household_id)!
INSERT INTO progress (record_id, issue_id, step, text, household, household_id)
VALUES (:record, :issue, :step, :text, :household, :household_id);

-- name: link_note(record, issue)!
UPDATE progress SET issue_id = :issue WHERE record_id = :record;

-- name: place_note(record, household, household_id)!
UPDATE progress SET household = :household, household_id = :household_id WHERE record_id = :record;

-- name: revise_note(record, text)!
UPDATE progress SET text = :text WHERE record_id = :record;

-- name: note(record)^
SELECT p.record_id, p.issue_id, p.step, p.text, p.household_id, p.household, e.person, e.made_at AS at, e.photos
  FROM progress p JOIN entry e ON e.id = p.record_id
 WHERE p.record_id = :record;

-- name: notes(id)
SELECT p.record_id, p.issue_id, p.step, p.text, p.household_id, p.household, e.person, e.made_at AS at, e.photos
  FROM progress p JOIN entry e ON e.id = p.record_id
 WHERE p.issue_id = :id AND e.state = 'kept'
 ORDER BY p.record_id;
