-- Whose name may be another's, too.

-- name: of_township(name)
SELECT w.id, c.name AS county FROM township w JOIN county c ON c.id = w.county_id WHERE w.name = :name ORDER BY w.id;
