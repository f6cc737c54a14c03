-- What checks cost the checked.

-- name: month(county, township, first, last)
-- Each check of a month with its team; void ones were none. Hidden: nobody below the county knows of it yet.
SELECT 'chat' AS kind, s.team_id, 0 AS hidden FROM spotcheck s
  JOIN draw d ON d.id = s.draw_id JOIN team t ON t.id = s.team_id
 WHERE d.county_id = :county AND (:township = 0 OR t.township_id = :township)
   AND s.state <> 'void' AND s.day BETWEEN :first AND :last
UNION ALL
SELECT 'phone', p.team_id, p.result = '' FROM phone_check p
  JOIN draw d ON d.id = p.draw_id JOIN team t ON t.id = p.team_id
 WHERE d.county_id = :county AND (:township = 0 OR t.township_id = :township)
   AND p.state <> 'void' AND p.day BETWEEN :first AND :last
UNION ALL
SELECT 'visit', v.team_id, v.state = 'waiting' FROM surprise_visit v
  JOIN draw d ON d.id = v.draw_id JOIN team t ON t.id = v.team_id
 WHERE d.county_id = :county AND (:township = 0 OR t.township_id = :township)
   AND v.state <> 'void' AND v.day BETWEEN :first AND :last
 ORDER BY 1, 2;

-- name: back_checks(county, township, since, until)$
SELECT count(*) FROM back_check b JOIN draw d ON d.id = b.draw_id
 WHERE d.county_id = :county AND (:township = 0 OR b.township_id = :township)
   AND b.state <> 'void' AND d.at >= :since AND d.at < :until;

-- name: month_by_way(county, township, first, last)
-- A void check was none.
SELECT d.way, count(*) AS checks, sum(s.state = 'answered') AS answered, sum(s.state = 'missed') AS missed
  FROM spotcheck s JOIN draw d ON d.id = s.draw_id JOIN team t ON t.id = s.team_id
 WHERE d.county_id = :county AND (:township = 0 OR t.township_id = :township)
   AND s.day BETWEEN :first AND :last AND s.state <> 'void'
 GROUP BY d.way ORDER BY d.way;

-- name: month_missed(county, township, first, last)
SELECT s.id, d.way FROM spotcheck s JOIN draw d ON d.id = s.draw_id JOIN team t ON t.id = s.team_id
 WHERE d.county_id = :county AND (:township = 0 OR t.township_id = :township)
   AND s.day BETWEEN :first AND :last AND s.state = 'missed'
 ORDER BY s.id;
