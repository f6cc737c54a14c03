-- Notes on issues.

-- name: add_note(record, issue, step, text)!
INSERT INTO progress (record_id, issue_id, step, text) VALUES (:record, :issue, :step, :text);

-- name: revise_note(record, text)!
UPDATE progress SET text = :text WHERE record_id = :record;

-- name: note(record)^
SELECT p.record_id, p.issue_id, p.step, p.text, e.person, e.made_at AS at, e.photos
  FROM progress p JOIN entry e ON e.id = p.record_id
 WHERE p.record_id = :record;

-- name: notes(id)
SELECT p.record_id, p.issue_id, p.step, p.text, e.person, e.made_at AS at, e.photos
  FROM progress p JOIN entry e ON e.id = p.record_id
 WHERE p.issue_id = :id AND e.state = 'kept'
 ORDER BY p.record_id;
