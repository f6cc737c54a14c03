-- Counties' own Word pages; the columns are those of word_templates.Page and WaitingPage.

-- name: send(person, kind, name, sha256, now)$
INSERT INTO word_template_in (person_id, kind, name, sha256, at) VALUES (:person, :kind, :name, :sha256, :now)
RETURNING id;

-- name: waiting_of(person)$
SELECT count(*) FROM word_template_in WHERE person_id = :person AND ended_at IS NULL;

-- name: next()^
SELECT id, person_id, kind, name, sha256 FROM word_template_in WHERE ended_at IS NULL ORDER BY id LIMIT 1;

-- name: end(id, now)$
UPDATE word_template_in SET ended_at = :now WHERE id = :id AND ended_at IS NULL RETURNING id;

-- name: drop(county, kind, person, now)$
UPDATE word_template SET dropped_at = :now, dropped_by = :person
 WHERE county_id = :county AND kind = :kind AND dropped_at IS NULL RETURNING id;

-- name: add(county, kind, name, sha256, person, now)$
INSERT INTO word_template (county_id, kind, name, sha256, added_at, added_by)
VALUES (:county, :kind, :name, :sha256, :now, :person) RETURNING id;

-- name: of_county(county)
SELECT id, county_id, kind, name, sha256, added_by FROM word_template
 WHERE county_id = :county AND dropped_at IS NULL ORDER BY kind;

-- name: for_kind(county, kind)$
-- The page of that kind of paper goes before the page of every paper.
SELECT sha256 FROM word_template
 WHERE county_id = :county AND kind IN (:kind, '') AND dropped_at IS NULL ORDER BY kind DESC LIMIT 1;

-- name: by_hash(sha256)
SELECT id, county_id, kind, name, sha256, added_by FROM word_template
 WHERE sha256 = :sha256 AND dropped_at IS NULL ORDER BY id;
