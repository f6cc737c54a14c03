-- Files somebody has asked for.

-- name: ask(person, what, about, now)$
INSERT INTO export (person_id, what, about, asked_at) VALUES (:person, :what, :about, :now) RETURNING id;

-- name: asked_already(person, what, about)$
SELECT id FROM export WHERE person_id = :person AND what = :what AND about = :about AND done_at IS NULL
 ORDER BY id LIMIT 1;

-- name: waiting_of(person)$
SELECT count(*) FROM export WHERE person_id = :person AND done_at IS NULL;

-- name: next(free)^
SELECT id, person_id, what, about, asked_at FROM export
 WHERE done_at IS NULL AND (taken_at IS NULL OR taken_at <= :free)
 ORDER BY id LIMIT 1;

-- name: take(id, now)!
UPDATE export SET taken_at = :now WHERE id = :id AND done_at IS NULL;

-- name: finish(id, sha256, now)$
UPDATE export SET done_at = :now, sha256 = :sha256 WHERE id = :id AND done_at IS NULL RETURNING id;

-- name: add_file(sha256, size, mime, now)!
INSERT INTO file (sha256, size, mime, stored_at) VALUES (:sha256, :size, :mime, :now)
ON CONFLICT (sha256) DO NOTHING;

-- name: catalogue_named(county, name)$
SELECT name FROM catalogue WHERE county_id = :county AND name = :name;

-- name: campaign_named(county, township, name)$
SELECT name FROM campaign WHERE county_id = :county AND name = :name
   AND (township_id IS NULL OR :township = 0 OR township_id = :township);
