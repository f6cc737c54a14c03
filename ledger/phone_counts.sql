-- The figures of phone checks.

-- name: counts(county, township, first, last)
-- Figures only, by township; a township learns of the county's calls when they have been made.
SELECT w.name AS township, count(*) AS drawn,
       sum(CASE WHEN c.result = 'on_post' THEN 1 ELSE 0 END) AS on_post,
       sum(CASE WHEN c.result = 'out' THEN 1 ELSE 0 END) AS out,
       sum(CASE WHEN c.result = 'leave' THEN 1 ELSE 0 END) AS on_leave,
       sum(CASE WHEN c.result = 'unreached' THEN 1 ELSE 0 END) AS unreached,
       sum(CASE WHEN c.result = 'to_explain' THEN 1 ELSE 0 END) AS to_explain,
       sum(CASE WHEN c.state = 'void' THEN 1 ELSE 0 END) AS void
  FROM team t JOIN township w ON w.id = t.township_id
  JOIN phone_check c ON c.team_id = t.id AND c.day BETWEEN :first AND :last
 WHERE t.county_id = :county
   AND (:township = 0 OR (t.township_id = :township AND (c.result <> '' OR c.state = 'void')))
 GROUP BY w.id, w.name ORDER BY w.id;
