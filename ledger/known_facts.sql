-- What a team's own ledger says of its village.

-- name: households(team)
SELECT h.id, h.team_id, h.name, h.group_name, h.kind, h.aliases,
       (SELECT max(day) FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id) AS last_visit
  FROM household h WHERE h.team_id = :team ORDER BY h.id;

-- name: issues(team)
-- Not yet struck off, withdrawn or merged.
SELECT i.id, i.household, i.text, i.due, coalesce(h.group_name, '') AS group_name
  FROM issue i LEFT JOIN household h ON h.id = i.household_id
 WHERE i.team_id = :team AND i.closed_day IS NULL AND i.state IN ('open', 'doing', 'submitted', 'verified')
 ORDER BY i.id;

-- name: studied(team, first, last)
SELECT s.topic FROM record r JOIN study s ON s.record_id = r.id
 WHERE r.team_id = :team AND r.kind = 'study' AND r.state = 'kept' AND r.day BETWEEN :first AND :last
   AND s.topic <> ''
 ORDER BY r.day DESC, r.id DESC;
