-- The lists of a month's draws, who could not be drawn, what became of each slot.

-- name: add_member(period, member, person, team, role, township, unit, village, since)*!
INSERT INTO draw_member (period_id, member, person_id, team_id, role, township, unit, village, since)
VALUES (:period, :member, :person, :team, :role, :township, :unit, :village, :since)
ON CONFLICT DO NOTHING;

-- name: members(period)
SELECT member, person_id, team_id, role, township, unit, village, since FROM draw_member
 WHERE period_id = :period ORDER BY member;

-- name: off_open(period, day)
-- What keeps people from being drawn on that day, as last noticed.
SELECT member, day, why, since, until FROM draw_off
 WHERE period_id = :period AND until = 0 AND (day = :day OR day = '')
 ORDER BY member, day, why;

-- name: off(period)
SELECT member, day, why, since, until FROM draw_off WHERE period_id = :period ORDER BY member, day, why, since;

-- name: add_off(period, member, day, why, since)*!
INSERT INTO draw_off (period_id, member, day, why, since) VALUES (:period, :member, :day, :why, :since)
ON CONFLICT DO NOTHING;

-- name: end_off(period, member, day, why, now)*!
UPDATE draw_off SET until = :now
 WHERE period_id = :period AND member = :member AND day = :day AND why = :why AND until = 0;

-- name: settle(period, kind, why, subject, day, result, now, draw)$
INSERT INTO drawn (period_id, kind, why, subject, day, result, at, draw_id)
VALUES (:period, :kind, :why, :subject, :day, :result, :now, :draw)
ON CONFLICT DO NOTHING RETURNING subject;

-- name: attach(period, kind, why, subject, day, draw)!
UPDATE drawn SET draw_id = :draw
 WHERE period_id = :period AND kind = :kind AND why = :why AND subject = :subject AND day = :day;

-- name: drawn(period)
SELECT kind, why, subject, day, result, at, draw_id FROM drawn WHERE period_id = :period
 ORDER BY day, at, kind, why, subject;

-- name: bound(county)
-- Who can be written to.
SELECT DISTINCT a.person_id FROM address a JOIN person p ON p.id = a.person_id
 WHERE a.unbound_at IS NULL AND a.reachable = 1 AND p.county_id = :county
 ORDER BY a.person_id;

-- name: counts(period)
-- How many slots of the plan fell on somebody, moved on, met nobody or came to nothing.
SELECT kind, why, CASE WHEN result IN ('moved', 'away', 'void') THEN result ELSE 'drawn' END AS what, count(*) AS times
  FROM drawn WHERE period_id = :period GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- name: by_hand(period)
-- Draws that somebody asked for, those with named persons apart.
SELECT kind, way, count(*) AS times FROM draw
 WHERE period_id = :period AND way <> 'timetable' GROUP BY kind, way ORDER BY kind, way;

-- name: size(period)^
SELECT count(*) AS members, count(DISTINCT team_id) AS teams FROM draw_member
 WHERE period_id = :period AND since = 0;
