-- What a village shows its people (公示, S003-11): and every name that must not stand there.

-- name: names(team, county, township, own)
-- First the village itself; none: not there, or not the asker's. Then names: of households with what
-- people call them, and of everybody on the roster who is not on this team.
WITH place AS (
  SELECT t.id, t.village, t.county_id, w.name AS township
    FROM team t JOIN township w ON w.id = t.township_id
   WHERE t.id = :team AND t.county_id = :county
     AND (:township = 0 OR t.township_id = :township)
     AND (:own = 0 OR t.id = :own)
)
SELECT 0 AS sort, l.id, l.village AS name, l.township AS more FROM place l
UNION ALL
SELECT 1, h.id, h.name, h.aliases FROM place l JOIN household h ON h.team_id = l.id
UNION ALL
SELECT 2, p.id, p.name, '' FROM place l JOIN person p ON p.county_id = l.county_id
 WHERE coalesce(p.team_id, 0) <> l.id
UNION ALL
SELECT 3, p.id, p.name, '' FROM place l JOIN person p ON p.team_id = l.id
 ORDER BY 1, 2;

-- name: entries(team, first, last)
-- Issues struck off in the period and open at its end, what was promised in it.
SELECT 'solved' AS sort, i.id AS number, i.household, i.category, i.text, i.measure, i.effect, i.closed_day AS day
  FROM issue i
 WHERE i.team_id = :team AND i.closed_day BETWEEN :first AND :last AND i.state = 'closed'
UNION ALL
SELECT 'under_way', i.id, i.household, i.category, i.text, i.measure, '', i.due
  FROM issue i
 WHERE i.team_id = :team AND i.found_day <= :last AND i.closed_day IS NULL
   AND i.state NOT IN ('withdrawn', 'merged')
UNION ALL
SELECT 'under_way', i.id, i.household, i.category, i.text, i.measure, '', i.due
  FROM issue i
 WHERE i.team_id = :team AND i.found_day <= :last AND i.closed_day > :last
   AND i.state NOT IN ('withdrawn', 'merged')
UNION ALL
SELECT 'promised', r.id, p.household, '', p.text, '', coalesce(p.by_day, ''), r.day
  FROM record r JOIN promise p ON p.record_id = r.id
 WHERE r.team_id = :team AND r.day BETWEEN :first AND :last AND r.kind = 'promise' AND r.state = 'kept'
 ORDER BY sort, day, number;
