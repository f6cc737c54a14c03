-- Households that get a slip.

-- name: households(team)
SELECT id, name, group_name FROM household WHERE team_id = :team ORDER BY group_name, name, id;

-- name: use(household, year, place, issue, now)$
INSERT INTO household_code (household_id, year, place, issue_id, at)
VALUES (:household, :year, :place, :issue, :now)
ON CONFLICT (household_id, year, place) DO NOTHING RETURNING issue_id;
