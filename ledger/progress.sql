-- Notes on issues.

-- name: add_note(record, issue, step, text, household, household_id)!
INSERT INTO progress (record_id, issue_id, step, text, household, household_id)
VALUES (:record, :issue, :step, :text, :household, :household_id);

-- name: link_note(record, issue)!
UPDATE progress SET issue_id = :issue WHERE record_id = :record;

-- name: place_note(record, household, household_id)!
UPDATE progress SET household = :household, household_id = :household_id WHERE record_id = :record;

-- name: issue_of(record)^
SELECT i.id, i.state, i.merged_into FROM progress p JOIN issue i ON i.id = p.issue_id WHERE p.record_id = :record;

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

-- name: story(id)
-- Notes with the number of their photos, then every file, the newest first (step: its kind of data).
SELECT e.made_at AS at, e.id, e.person, p.step, p.text, e.photos, '' AS sha256
  FROM progress p JOIN entry e ON e.id = p.record_id
 WHERE p.issue_id = :id AND e.state = 'kept'
UNION ALL
SELECT a.at, -a.id, '', f.mime, a.name, 0, a.sha256
  FROM attachment a JOIN file f ON f.sha256 = a.sha256 JOIN record r ON r.id = a.record_id
 WHERE r.state = 'kept'
   AND (a.record_id IN (SELECT record_id FROM issue_report
                         WHERE issue_id IN (SELECT id FROM issue WHERE id = :id OR merged_into = :id))
        OR a.record_id IN (SELECT record_id FROM progress WHERE issue_id = :id))
UNION ALL
SELECT a.at, -a.id, '', f.mime, a.name, 0, a.sha256
  FROM attachment a JOIN file f ON f.sha256 = a.sha256
 WHERE a.issue_id = :id
 ORDER BY 7, 2;

-- name: events(subject)
SELECT e.at, coalesce(p.name, '') AS person, e.kind, b.body
  FROM ev e LEFT JOIN ev_body b ON b.seq = e.seq LEFT JOIN person p ON p.id = e.actor
 WHERE e.subject = :subject ORDER BY e.seq;
