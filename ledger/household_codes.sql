-- Households that get a slip.

-- name: households(team)
SELECT id, name, group_name FROM household WHERE team_id = :team ORDER BY group_name, name, id;
