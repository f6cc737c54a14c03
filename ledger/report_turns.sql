-- Who has reported at a meeting, circle by circle.

-- name: turns(county, circle)
-- Every turn of the running cycle, in the order drawn.
SELECT r.draw_id, r.cycle, r.person_id, p.name AS person, coalesce(t.village, '') AS village, r.day, r.present,
       (SELECT count(*) FROM draw o
         WHERE o.county_id = r.county_id AND o.kind = 'report' AND o.id <= r.draw_id) AS number
  FROM report_turn r JOIN person p ON p.id = r.person_id LEFT JOIN team t ON t.id = p.team_id
 WHERE r.county_id = :county AND r.circle = :circle
   AND r.cycle = (SELECT max(l.cycle) FROM report_turn l WHERE l.county_id = :county AND l.circle = :circle)
 ORDER BY r.draw_id, r.place;

-- name: of_draw(draw)
SELECT r.draw_id, r.cycle, r.person_id, p.name AS person, coalesce(t.village, '') AS village, r.day, r.present,
       (SELECT count(*) FROM draw o
         WHERE o.county_id = r.county_id AND o.kind = 'report' AND o.id <= r.draw_id) AS number
  FROM report_turn r JOIN person p ON p.id = r.person_id LEFT JOIN team t ON t.id = p.team_id
 WHERE r.draw_id = :draw ORDER BY r.place;

-- name: drawn_on(county, circle, day)
-- Who has been drawn that day, be it that he was there or not.
SELECT DISTINCT person_id FROM report_turn
 WHERE county_id = :county AND circle = :circle AND day = :day ORDER BY person_id;

-- name: add_draw(county, way, name, seed, asked_by, now, wanted, pool, drawn, period)$
-- Nobody waits for its answers: it counts as reported at once.
INSERT INTO draw (county_id, way, name, seed, asked_by, at, wanted, pool, drawn, reported_at, kind, period_id)
VALUES (:county, :way, :name, :seed, :asked_by, :now, :wanted, :pool, :drawn, :now, 'report', :period) RETURNING id;

-- name: add(county, circle, cycle, person, draw, place, day)!
INSERT INTO report_turn (county_id, circle, cycle, person_id, draw_id, place, day)
VALUES (:county, :circle, :cycle, :person, :draw, :place, :day);

-- name: not_there(draw, person)$
UPDATE report_turn SET present = 0 WHERE draw_id = :draw AND person_id = :person AND present = 1 RETURNING cycle;

-- name: circle_of(draw, county)$
SELECT circle FROM report_turn WHERE draw_id = :draw AND county_id = :county LIMIT 1;

-- name: by_number(number, county)$
-- Its number among the county's draws of reporters: a gap tells nothing of calls and visits.
SELECT id FROM draw WHERE county_id = :county AND kind = 'report' AND :number > 0
 ORDER BY id LIMIT 1 OFFSET :number - 1;

-- name: last_draw(county, circle)$
SELECT max(draw_id) FROM report_turn WHERE county_id = :county AND circle = :circle;

-- name: last_drawn(county, circle)$
SELECT max(d.at) FROM report_turn r JOIN draw d ON d.id = r.draw_id
 WHERE r.county_id = :county AND r.circle = :circle;
