-- Draws, the pool they are drawn from, how far a month's plan is.

-- name: busy(county, township, day)
-- Who has a check open, or had one that day, whoever asked; a void one was none.
SELECT person_id FROM check_line
 WHERE (closed_at IS NULL OR (day = :day AND state <> 'void')) AND county_id = :county AND (:township = 0 OR township_id = :township);

-- name: spared(county, day)
-- Who was asked by chat a few days before.
SELECT DISTINCT m.person_id FROM draw_off o
  JOIN draw_member m ON m.period_id = o.period_id AND m.member = o.member
  JOIN draw_period p ON p.id = o.period_id
 WHERE p.county_id = :county AND o.day = :day AND o.why = 'rest' AND o.until = 0
 ORDER BY m.person_id;

-- name: bound(county, township)
-- Who can be written to.
SELECT DISTINCT a.person_id FROM address a JOIN person p ON p.id = a.person_id
 WHERE a.unbound_at IS NULL AND a.reachable = 1
   AND p.county_id = :county AND (:township = 0 OR p.township_id = :township);

-- name: count_named(county, pattern)$
SELECT count(*) FROM draw WHERE county_id = :county AND name LIKE :pattern;

-- name: add(county, kind, way, name, seed, asked_by, now, wanted, pool, drawn, period, reason)$
INSERT INTO draw (county_id, kind, way, name, seed, asked_by, at, wanted, pool, drawn, period_id, reason)
VALUES (:county, :kind, :way, :name, :seed, :asked_by, :now, :wanted, :pool, :drawn, :period, :reason) RETURNING id;

-- name: by_id(id)^
SELECT * FROM draw WHERE id = :id;

-- name: numbered(id)^
-- Its number among the county's draws of its kind: a gap tells nothing of calls and visits.
SELECT d.*, (SELECT count(*) FROM draw o WHERE o.county_id = d.county_id AND o.kind = d.kind AND o.id <= d.id) AS number
  FROM draw d WHERE d.id = :id;

-- name: seen_by_number(number, county, township)$
SELECT d.id FROM draw d
 WHERE d.id = (SELECT o.id FROM draw o WHERE o.county_id = :county AND o.kind = 'chat'
                ORDER BY o.id LIMIT 1 OFFSET :number - 1)
   AND :number > 0
   AND (:township = 0 OR EXISTS (
     SELECT 1 FROM check_line c WHERE c.draw_id = d.id AND c.township_id = :township));

-- name: recent(county, township, limit)
SELECT d.id FROM draw d
 WHERE d.kind = 'chat' AND d.county_id = :county
   AND (:township = 0 OR EXISTS (
     SELECT 1 FROM check_line c WHERE c.draw_id = d.id AND c.township_id = :township))
 ORDER BY d.id DESC LIMIT :limit;

-- name: still_open(county, township)
SELECT DISTINCT s.draw_id FROM spotcheck s
  JOIN draw d ON d.id = s.draw_id JOIN team t ON t.id = s.team_id
 WHERE s.closed_at IS NULL AND d.way <> 'timetable' AND d.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
 ORDER BY s.draw_id;

-- name: take_finished(now)
UPDATE draw SET reported_at = :now
 WHERE reported_at IS NULL AND kind = 'chat'
   AND NOT EXISTS (SELECT 1 FROM spotcheck s WHERE s.draw_id = draw.id AND s.closed_at IS NULL)
RETURNING id;

-- name: picked_since(county, first)
SELECT s.person_id FROM spotcheck s JOIN draw d ON d.id = s.draw_id
 WHERE d.county_id = :county AND d.way = 'picked' AND s.state <> 'void' AND s.day >= :first
 ORDER BY s.id;

-- name: counties()
SELECT id FROM county ORDER BY id;

-- name: mark(period)^
SELECT (SELECT count(*) FROM draw_member WHERE period_id = :period) AS members,
       (SELECT count(*) FROM drawn WHERE period_id = :period) AS settled;

-- name: void_by_kind(period)
-- The same checks as stand under `void` in the month's card.
SELECT d.kind, count(*) AS times FROM draw d
  LEFT JOIN spotcheck s ON s.draw_id = d.id AND s.state = 'void'
  LEFT JOIN phone_check c ON c.draw_id = d.id AND c.state = 'void'
  LEFT JOIN surprise_visit v ON v.draw_id = d.id AND v.state = 'void'
 WHERE d.period_id = :period AND coalesce(s.id, c.id, v.id) IS NOT NULL
 GROUP BY d.kind ORDER BY d.kind;
