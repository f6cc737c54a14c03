-- Units by name.

-- name: known(county)
SELECT id, name FROM unit WHERE county_id = :county ORDER BY name;

-- name: add(county, name)!
INSERT INTO unit (county_id, name) VALUES (:county, :name) ON CONFLICT (county_id, name) DO NOTHING;

-- name: id_of(county, name)$
SELECT id FROM unit WHERE county_id = :county AND name = :name;
