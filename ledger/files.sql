-- Files by hash, attachments by message and record.

-- name: add_file(sha256, size, mime, now)!
INSERT INTO file (sha256, size, mime, stored_at) VALUES (:sha256, :size, :mime, :now)
ON CONFLICT (sha256) DO NOTHING;

-- name: attach(sha256, person, record, name, kind, source, now)$
INSERT INTO attachment (sha256, person_id, record_id, name, kind, source, at)
VALUES (:sha256, :person, :record, :name, :kind, :source, :now) RETURNING id;

-- name: join_record(id, record, person)!
UPDATE attachment SET record_id = :record WHERE id = :id AND person_id = :person AND record_id IS NULL;

-- name: of_record(record)
SELECT a.id, a.sha256, a.name, a.kind, f.mime, a.record_id
  FROM attachment a JOIN file f ON f.sha256 = a.sha256
 WHERE a.record_id = :record ORDER BY a.id;

-- name: elsewhere(id, record)$
SELECT count(*) FROM attachment mine JOIN attachment other ON other.sha256 = mine.sha256
 WHERE mine.id = :id AND other.record_id IS NOT NULL AND other.record_id <> :record;

-- name: count_between(person, start, end)$
SELECT count(*) FROM attachment WHERE person_id = :person AND at >= :start AND at < :end;
