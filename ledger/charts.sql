-- What the charts show: households visited, issues by week, days in each pair of hands.

-- name: begun()$
-- When the ledger came into use: of earlier days it knows nothing.
SELECT at FROM ev WHERE seq = (SELECT min(seq) FROM ev);

-- name: visited(first, last, county, township, team)
-- One line a village, in the roster's order: its households, and how many were visited in the span.
SELECT w.id AS township_id, w.name AS township, t.village, count(h.id) AS listed,
       coalesce(sum(CASE WHEN EXISTS (
         SELECT 1 FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id
                                 AND v.day BETWEEN :first AND :last) THEN 1 ELSE 0 END), 0) AS visited
  FROM team t JOIN township w ON w.id = t.township_id LEFT JOIN household h ON h.team_id = t.id
 WHERE t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team)
 GROUP BY w.id, w.name, t.id, t.village
 ORDER BY w.id, t.id;

-- name: lives(first, county, township, team)
-- Found, due, closed of every issue that is open or was closed since that day.
SELECT i.found_day, i.due, i.closed_day FROM issue i
 WHERE i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
UNION ALL
SELECT i.found_day, i.due, i.closed_day FROM issue i
 WHERE i.closed_day >= :first AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY 1, 2;

-- name: hands(county, township, team)
-- Everybody's time with each issue that is open now, in the roster's order of places.
SELECT c.kind, c.holder, c.issue_id, c.since_day, c.until_day, coalesce(w.name, '') AS township
  FROM issue i JOIN custody c ON c.issue_id = i.id LEFT JOIN township w ON w.id = i.township_id
 WHERE i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY CASE WHEN c.kind = 'unit' THEN 0 ELSE coalesce(i.township_id, 0) END,
       CASE WHEN c.kind = 'team' THEN coalesce(i.team_id, 0) ELSE c.holder_id END, c.holder, c.id;
