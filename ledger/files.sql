-- Files by hash, attachments by message and record.

-- name: add_file(sha256, size, mime, now)!
INSERT INTO file (sha256, size, mime, stored_at) VALUES (:sha256, :size, :mime, :now)
ON CONFLICT (sha256) DO NOTHING;

-- name: attach(sha256, person, record, name, kind, source, now)$
INSERT INTO attachment (sha256, person_id, record_id, name, kind, source, at)
VALUES (:sha256, :person, :record, :name, :kind, :source, :now) RETURNING id;

-- name: join_record(id, record, person)!
UPDATE attachment SET record_id = :record WHERE id = :id AND person_id = :person AND record_id IS NULL;

-- name: of_issue(issue)
-- Everything that belongs to an issue: to its report and to its notes, the newest first.
SELECT a.id, a.sha256, a.name, a.kind, f.mime, a.record_id
  FROM attachment a JOIN file f ON f.sha256 = a.sha256 JOIN record r ON r.id = a.record_id
 WHERE r.state = 'kept'
   AND (a.record_id IN (SELECT record_id FROM issue WHERE id = :issue)
        OR a.record_id IN (SELECT record_id FROM progress WHERE issue_id = :issue))
 ORDER BY a.id DESC;

-- name: count_between(person, start, end)$
SELECT count(*) FROM attachment WHERE person_id = :person AND at >= :start AND at < :end;
