-- The roster as it is entered.

-- name: ensure_county(name)$
INSERT INTO county (name) VALUES (:name)
ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id;

-- name: ensure_township(county, name)$
INSERT INTO township (county_id, name) VALUES (:county, :name)
ON CONFLICT (county_id, name) DO UPDATE SET name = excluded.name RETURNING id;

-- name: ensure_team(county, township, village, kind)$
INSERT INTO team (county_id, township_id, village, village_kind) VALUES (:county, :township, :village, :kind)
ON CONFLICT (township_id, village) DO UPDATE SET village = excluded.village RETURNING id;

-- name: add_person(county, township, team, name, role, title, phone, home_unit)$
INSERT INTO person (county_id, township_id, team_id, name, role, title, phone, home_unit)
VALUES (:county, :township, :team, :name, :role, :title, :phone, :home_unit) RETURNING id;

-- name: any_county()$
SELECT id FROM county ORDER BY id LIMIT 1;
