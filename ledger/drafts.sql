-- What members wrote in a sentence of their own, and what was read otherwise than meant.

-- name: keep_draft(source, person, text, now)!
INSERT INTO draft (source, person_id, text, made_at) VALUES (:source, :person, :text, :now)
ON CONFLICT (source) DO UPDATE SET text = excluded.text;

-- name: said_before(person, since, source)
-- One's own sentences since then that became records, the newest first; one left aside.
SELECT d.source, d.text, d.made_at FROM draft d
 WHERE d.person_id = :person AND d.made_at >= :since AND d.source <> :source
   AND EXISTS (SELECT 1 FROM record r WHERE r.source = d.source)
 ORDER BY (SELECT max(r.id) FROM record r WHERE r.source = d.source) DESC;

-- name: told(source)^
SELECT source, text, made_at FROM draft WHERE source = :source;

-- name: text_of(source)$
SELECT text FROM draft WHERE source = :source;

-- name: set_checked(id, now)$
UPDATE record SET checked = 1, changed_at = :now WHERE id = :id AND checked = 0 AND state = 'kept' RETURNING id;

-- name: set_unchecked(id)!
UPDATE record SET checked = 0 WHERE id = :id;

-- name: misread(said, read_as, meant, now)!
INSERT INTO misreading (said, read_as, meant, at) VALUES (:said, :read_as, :meant, :now);

-- name: misreadings(since)
SELECT said, read_as, meant, at FROM misreading WHERE at >= :since ORDER BY id DESC;
