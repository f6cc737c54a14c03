-- The share of due issues struck off, by township.

-- name: by_township(county, first, day)
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.township_id FROM team t WHERE t.county_id = :county
), owed AS (
  SELECT l.township_id, 0 AS closed FROM place l CROSS JOIN issue i
   WHERE i.team_id = l.id AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
     AND i.due BETWEEN :first AND :day
  UNION ALL
  SELECT l.township_id, CASE WHEN i.closed_day <= :day THEN 1 ELSE 0 END AS closed
    FROM place l CROSS JOIN issue i
   WHERE i.team_id = l.id AND i.closed_day IS NOT NULL AND i.due BETWEEN :first AND :day
)
SELECT w.name AS township, count(*) AS due, sum(o.closed) AS closed
  FROM owed o JOIN township w ON w.id = o.township_id
 GROUP BY w.id, w.name ORDER BY w.id;
