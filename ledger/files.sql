-- Files by hash, attachments by message and record.

-- name: add_file(sha256, size, mime, now)!
INSERT INTO file (sha256, size, mime, stored_at) VALUES (:sha256, :size, :mime, :now)
ON CONFLICT (sha256) DO NOTHING;

-- name: attach(sha256, person, record, name, kind, source, forwarded, now)$
INSERT INTO attachment (sha256, person_id, record_id, name, kind, source, forwarded, at)
VALUES (:sha256, :person, :record, :name, :kind, :source, :forwarded, :now) RETURNING id;

-- name: join_record(id, record, person)!
-- The same bytes sent again for the same record are one piece of evidence.
UPDATE attachment SET record_id = :record
 WHERE id = :id AND person_id = :person AND record_id IS NULL AND issue_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM attachment b WHERE b.sha256 = attachment.sha256 AND b.record_id = :record);

-- name: join_issue(id, issue, person)!
-- The same bytes sent again for the same issue are one piece of evidence.
UPDATE attachment SET issue_id = :issue
 WHERE id = :id AND person_id = :person AND record_id IS NULL AND issue_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM attachment b WHERE b.sha256 = attachment.sha256 AND b.issue_id = :issue);

-- name: by_id(id, person)^
SELECT a.id, a.sha256, a.name, a.kind, f.mime, a.record_id
  FROM attachment a JOIN file f ON f.sha256 = a.sha256
 WHERE a.id = :id AND a.person_id = :person;

-- name: last_joined(person, since)^
SELECT record_id, at FROM attachment
 WHERE person_id = :person AND at >= :since AND record_id IS NOT NULL
 ORDER BY at DESC, id DESC LIMIT 1;

-- name: last_on_issue(person, since)^
SELECT issue_id, at FROM attachment
 WHERE person_id = :person AND at >= :since AND issue_id IS NOT NULL AND record_id IS NULL
 ORDER BY at DESC, id DESC LIMIT 1;

-- name: records_of(person, source)
SELECT DISTINCT record_id FROM attachment
 WHERE source = :source AND person_id = :person AND record_id IS NOT NULL
 ORDER BY record_id;

-- name: elsewhere(team, sha256, record)$
-- Nothing is elsewhere that stands in this very record.
SELECT r.id FROM attachment a JOIN record r ON r.id = a.record_id
 WHERE a.sha256 = :sha256 AND r.team_id = :team AND r.state = 'kept'
   AND NOT EXISTS (SELECT 1 FROM attachment b WHERE b.sha256 = a.sha256 AND b.record_id = :record)
 ORDER BY a.id LIMIT 1;

-- name: unjoined(person, since)
-- Bytes that already stand in a record of the sender are not in search of one.
SELECT a.id, a.source FROM attachment a
 WHERE a.person_id = :person AND a.at >= :since AND a.record_id IS NULL AND a.issue_id IS NULL
   AND NOT EXISTS (SELECT 1 FROM attachment b
                    WHERE b.sha256 = a.sha256 AND b.person_id = a.person_id
                      AND (b.record_id IS NOT NULL OR b.issue_id IS NOT NULL))
 ORDER BY a.id;

-- name: of_issue(issue)
-- Everything that belongs to an issue: to its report, to its notes, to itself; the newest first.
SELECT a.id, a.sha256, a.name, a.kind, f.mime, a.record_id
  FROM attachment a JOIN file f ON f.sha256 = a.sha256 LEFT JOIN record r ON r.id = a.record_id
 WHERE a.issue_id = :issue
    OR (r.state = 'kept'
        AND a.record_id IN (SELECT record_id FROM issue_report
                              WHERE issue_id IN (SELECT id FROM issue WHERE id = :issue OR merged_into = :issue)
                             UNION ALL SELECT record_id FROM progress WHERE issue_id = :issue))
 ORDER BY a.id DESC;

-- name: count_between(person, start, end)$
SELECT count(*) FROM attachment WHERE person_id = :person AND at >= :start AND at < :end;
