-- Coverage (S000-04): which households nobody has visited for so long, in names and by village.

-- name: unvisited(before, county, township, team)
-- Not visited since that day; who was never visited comes first, then the longest ago.
SELECT h.id, h.team_id, h.name, h.group_name, h.kind, h.aliases,
       (SELECT max(v.day) FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id) AS last_visit
  FROM team t JOIN household h ON h.team_id = t.id
 WHERE t.id = :team AND t.county_id = :county AND (:township = 0 OR t.township_id = :township)
   AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id
                                           AND v.day >= :before)
 ORDER BY coalesce((SELECT max(v.day) FROM visit v
                     WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id), ''), h.id;

-- name: villages(before, county, township, team)
-- One line a village: its households and how many were not visited since that day.
SELECT t.id AS team_id, t.village, w.name AS township, count(h.id) AS listed,
       coalesce(sum(CASE WHEN EXISTS (
         SELECT 1 FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id
                                 AND v.day >= :before) THEN 0 ELSE 1 END), 0) AS unvisited
  FROM team t JOIN township w ON w.id = t.township_id JOIN household h ON h.team_id = t.id
 WHERE t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team)
 GROUP BY t.id, t.village, w.name
 ORDER BY unvisited DESC, t.id;
