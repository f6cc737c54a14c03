-- What a team's own ledger says of its village.

-- name: households(team)
SELECT h.id, h.team_id, h.name, h.group_name, h.kind, h.aliases,
       (SELECT max(day) FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id) AS last_visit
  FROM household h WHERE h.team_id = :team ORDER BY h.id;

-- name: issues(team)
-- Not yet struck off, withdrawn or merged.
SELECT id, household, text, due FROM issue
 WHERE team_id = :team AND closed_day IS NULL AND state IN ('open', 'doing', 'submitted', 'verified')
 ORDER BY id;

-- name: studied(team, first, last)
SELECT s.topic FROM record r JOIN study s ON s.record_id = r.id
 WHERE r.team_id = :team AND r.kind = 'study' AND r.state = 'kept' AND r.day BETWEEN :first AND :last
   AND s.topic <> ''
 ORDER BY r.day DESC, r.id DESC;
