-- Small facts by name.

-- name: read(name)$
SELECT value FROM setting WHERE name = :name;

-- name: write(name, value)!
INSERT INTO setting (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: forget(name)!
DELETE FROM setting WHERE name = :name;
