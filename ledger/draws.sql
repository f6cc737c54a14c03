-- Draws, the pool they are drawn from, the timetable's slots.

-- name: busy(county, township, day)
-- Who has a check open, or had one that day, whoever asked; a void one was none.
SELECT person_id FROM check_line
 WHERE (closed_at IS NULL OR (day = :day AND state <> 'void')) AND county_id = :county AND (:township = 0 OR township_id = :township);

-- name: bound(county, township)
-- Who can be written to.
SELECT DISTINCT a.person_id FROM address a JOIN person p ON p.id = a.person_id
 WHERE a.unbound_at IS NULL AND a.reachable = 1
   AND p.county_id = :county AND (:township = 0 OR p.township_id = :township);

-- name: count_named(county, pattern)$
SELECT count(*) FROM draw WHERE county_id = :county AND name LIKE :pattern;

-- name: add(county, way, name, seed, asked_by, now, wanted, pool, drawn)$
INSERT INTO draw (county_id, way, name, seed, asked_by, at, wanted, pool, drawn)
VALUES (:county, :way, :name, :seed, :asked_by, :now, :wanted, :pool, :drawn) RETURNING id;

-- name: by_id(id)^
SELECT * FROM draw WHERE id = :id;

-- name: seen_by_id(id, county, township)^
SELECT d.* FROM draw d
 WHERE d.id = :id AND d.county_id = :county
   AND (:township = 0 OR EXISTS (
     SELECT 1 FROM check_line c WHERE c.draw_id = d.id AND c.township_id = :township));

-- name: recent(county, township, limit)
SELECT d.* FROM draw d
 WHERE d.county_id = :county
   AND (:township = 0 OR EXISTS (
     SELECT 1 FROM check_line c WHERE c.draw_id = d.id AND c.township_id = :township))
 ORDER BY d.id DESC LIMIT :limit;

-- name: take_finished(now)
UPDATE draw SET reported_at = :now
 WHERE reported_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM spotcheck s WHERE s.draw_id = draw.id AND s.closed_at IS NULL)
RETURNING *;

-- name: counties()
SELECT id FROM county ORDER BY id;

-- name: take_slot(slot, planned, now)$
INSERT INTO schedule_slot (job, slot, planned_at, done_at) VALUES ('spotcheck', :slot, :planned, :now)
ON CONFLICT (job, slot) DO NOTHING RETURNING slot;

-- name: had_enough(county, first, last, cap)
-- A void check was none.
SELECT s.team_id FROM spotcheck s JOIN draw d ON d.id = s.draw_id
 WHERE d.county_id = :county AND d.way = 'timetable' AND s.state <> 'void'
   AND s.day BETWEEN :first AND :last
 GROUP BY s.team_id HAVING count(*) >= :cap;
