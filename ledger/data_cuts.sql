-- Half-yearly data cuts: written once, never changed (triggers refuse).

-- name: add(county, day, sha256, now)$
INSERT INTO data_cut (county_id, day, sha256, made_at) VALUES (:county, :day, :sha256, :now) RETURNING id;

-- name: add_lines(cut, person, township, line)*!
INSERT INTO data_cut_line (cut_id, person_id, township_id, line) VALUES (:cut, :person, :township, :line);

-- name: of_day(county, day)^
SELECT id, county_id, day, sha256, made_at FROM data_cut WHERE county_id = :county AND day = :day;

-- name: before(county, day)^
SELECT id, county_id, day, sha256, made_at FROM data_cut WHERE county_id = :county AND day < :day ORDER BY day DESC LIMIT 1;

-- name: by_id(id, county)^
SELECT id, county_id, day, sha256, made_at FROM data_cut WHERE id = :id AND county_id = :county;

-- name: latest(county)^
SELECT id, county_id, day, sha256, made_at FROM data_cut WHERE county_id = :county ORDER BY day DESC LIMIT 1;

-- name: lines(cut)
SELECT person_id, township_id, line FROM data_cut_line WHERE cut_id = :cut ORDER BY person_id;

-- name: sign(cut, township, person, now)$
INSERT INTO data_cut_sign (cut_id, township_id, person_id, at) VALUES (:cut, :township, :person, :now)
ON CONFLICT (cut_id, township_id) DO NOTHING RETURNING cut_id;

-- name: add_erratum(cut, person, text, by, now)$
INSERT INTO data_cut_erratum (cut_id, person_id, text, by_id, at) VALUES (:cut, :person, :text, :by, :now) RETURNING id;

-- name: errata(cut)
SELECT e.id, coalesce(e.person_id, 0) AS person_id, e.text, b.name AS by_name, coalesce(b.township_id, 0) AS township_id, e.at
  FROM data_cut_erratum e JOIN person b ON b.id = e.by_id
 WHERE e.cut_id = :cut ORDER BY e.id;

-- name: counties()
SELECT id FROM county ORDER BY id;

-- name: first_event()$
SELECT at FROM ev WHERE seq = 1;
