-- What a meeting (例会, S000-77) goes through: open issues by place, the latest of them, what waits.

-- name: places(day, soon, county, township)
-- One row a village; '' is the township's own, both '' the county's own.
SELECT coalesce(i.township_id, 0) AS township_id, coalesce(w.name, '') AS township, coalesce(t.village, '') AS village,
       count(*) AS standing,
       sum(CASE WHEN i.due < :day THEN 1 ELSE 0 END) AS overdue,
       sum(CASE WHEN i.state IN ('submitted', 'verified') THEN 1 ELSE 0 END) AS waiting,
       sum(CASE WHEN i.due BETWEEN :day AND :soon AND i.state IN ('open', 'doing') THEN 1 ELSE 0 END) AS soon
  FROM issue i LEFT JOIN township w ON w.id = i.township_id LEFT JOIN team t ON t.id = i.team_id
 WHERE i.county_id = :county AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
   AND (:township = 0 OR i.township_id = :township)
 GROUP BY i.township_id, w.name, i.team_id, t.village
 ORDER BY coalesce(i.township_id, 0), coalesce(i.team_id, 0);

-- name: points(day, soon, top, most, county, township)
-- The longest overdue of each place, the next deadlines, and how much waits for somebody's word.
-- No household, nobody's name and nobody's words: these stay in the village.
WITH standing AS (
  SELECT i.id, i.category, i.tier, i.due, i.state, i.team_id, coalesce(i.township_id, 0) AS township_id,
         CASE WHEN :township = 0 THEN coalesce(i.township_id, 0) ELSE coalesce(i.team_id, 0) END AS place
    FROM issue i
   WHERE i.county_id = :county AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
     AND i.due <= :soon AND (:township = 0 OR i.township_id = :township)
), ranked AS (
  SELECT 'overdue' AS sort, s.*, row_number() OVER (PARTITION BY s.place ORDER BY s.due, s.id) AS turn
    FROM standing s WHERE s.due < :day
  UNION ALL
  SELECT 'soon', s.*, row_number() OVER (ORDER BY s.due, s.id)
    FROM standing s WHERE s.due >= :day AND s.state IN ('open', 'doing')
)
SELECT r.sort, r.id AS number, coalesce(w.name, '') AS township, coalesce(t.village, '') AS village,
       r.category, r.tier, r.due, coalesce(c.holder, '') AS holder, 0 AS things
  FROM ranked r LEFT JOIN township w ON w.id = r.township_id LEFT JOIN team t ON t.id = r.team_id
  LEFT JOIN custody c ON c.issue_id = r.id AND c.until_at IS NULL AND c.kind = 'unit'
 WHERE r.turn <= CASE r.sort WHEN 'overdue' THEN :top ELSE :most END
UNION ALL
SELECT 'leave', 0, '', '', '', '', '', '', count(*)
  FROM leave_step s JOIN leave l ON l.id = s.leave_id JOIN team t ON t.id = l.team_id
 WHERE s.state = 'asked' AND l.state = 'asked' AND l.to_day >= :day AND t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
UNION ALL
SELECT 'extension', 0, '', '', '', '', '', '', count(*)
  FROM due_change d JOIN issue i ON i.id = d.issue_id
 WHERE d.state = 'asked' AND i.county_id = :county AND i.closed_day IS NULL
   AND (:township = 0 OR i.township_id = :township)
UNION ALL
SELECT 'finding', 0, '', '', '', '', '', '', count(*)
  FROM finding f
 WHERE f.state = 'open' AND f.county_id = :county AND (:township = 0 OR f.township_id = :township)
UNION ALL
SELECT 'opinion', 0, '', '', '', '', '', '', count(*)
  FROM opinion o
 WHERE o.county_id = :county AND o.answered_at IS NULL AND :township = 0
 ORDER BY 1, 7, 2;

-- name: behind(figure, day, soon, at, skip, most, county, township)
-- What one figure of an agenda counts (依据): its columns are those of reports/basis.Line.
SELECT b.*, count(*) OVER () AS total, count(*) OVER () AS open
  FROM (
    SELECT i.due AS day, coalesce(w.name, '') AS township, coalesce(t.village, '') AS village, 'standing' AS kind,
           i.id AS number, 0 AS person_id, '' AS person, '' AS household, '' AS text, 0 AS made_at, 0 AS changed_at
      FROM issue i LEFT JOIN township w ON w.id = i.township_id LEFT JOIN team t ON t.id = i.team_id
     WHERE i.county_id = :county AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
       AND (:township = 0 OR i.township_id = :township)
       AND (:at = '' OR CASE WHEN :township = 0 THEN coalesce(w.name, '本级') ELSE coalesce(t.village, '本级') END = :at)
       AND (:figure = 'standing' OR (:figure = 'overdue' AND i.due < :day)
            OR (:figure = 'waiting' AND i.state IN ('submitted', 'verified'))
            OR (:figure = 'soon' AND i.due BETWEEN :day AND :soon AND i.state IN ('open', 'doing')))
    UNION ALL
    SELECT l.from_day, w.name, t.village, 'leave', l.id, 0, '', '', '', 0, 0
      FROM leave_step s JOIN leave l ON l.id = s.leave_id JOIN team t ON t.id = l.team_id
      JOIN township w ON w.id = t.township_id
     WHERE :figure = 'leave' AND s.state = 'asked' AND l.state = 'asked' AND l.to_day >= :day
       AND t.county_id = :county AND (:township = 0 OR t.township_id = :township)
    UNION ALL
    SELECT i.due, coalesce(w.name, ''), coalesce(t.village, ''), 'extension', i.id, 0, '', '', '', 0, 0
      FROM due_change d JOIN issue i ON i.id = d.issue_id
      LEFT JOIN township w ON w.id = i.township_id LEFT JOIN team t ON t.id = i.team_id
     WHERE :figure = 'extensions' AND d.state = 'asked' AND i.county_id = :county AND i.closed_day IS NULL
       AND (:township = 0 OR i.township_id = :township)
    UNION ALL
    SELECT f.day, w.name, t.village, 'finding', f.id, 0, '', '', '', 0, 0
      FROM finding f JOIN township w ON w.id = f.township_id JOIN team t ON t.id = f.team_id
     WHERE :figure = 'findings' AND f.state = 'open' AND f.county_id = :county
       AND (:township = 0 OR f.township_id = :township)
    UNION ALL
    -- Where an opinion comes from nobody is told.
    SELECT '', '', '', 'opinion', o.id, 0, '', '', '', 0, 0
      FROM opinion o
     WHERE :figure = 'opinions' AND o.county_id = :county AND o.answered_at IS NULL AND :township = 0
  ) b
 ORDER BY b.day, b.number LIMIT :most OFFSET :skip;
