-- What a month's published card is put together from.

-- name: drawn(period)
-- In the order in which it was decided.
SELECT kind, why, subject, day, result, at FROM drawn WHERE period_id = :period ORDER BY at, day, kind, why, subject;

-- name: numbers(period)
SELECT department, number, salt, seal FROM draw_number WHERE period_id = :period ORDER BY at, person_id;

-- name: asked(period)
SELECT name, kind, way, reason, wanted, pool, drawn, at FROM draw
 WHERE period_id = :period AND way <> 'timetable' ORDER BY id;

-- name: look_backs(period)
SELECT week, pool, drawn, at FROM look_back_draw WHERE period_id = :period ORDER BY id;

-- name: pairs(period)
SELECT d.name AS draw, v.team_id AS team, p.at, p.eligible, p.first_id, p.second_id, p.by_hand
  FROM inspector_pair p JOIN surprise_visit v ON v.id = p.visit_id JOIN draw d ON d.id = v.draw_id
 WHERE d.period_id = :period ORDER BY p.id;

-- name: void(period)
-- Checks that do not count: nobody could be asked, or the program stood still.
SELECT 'chat' AS kind, s.team_id AS team, s.day, CASE s.note WHEN 'outage' THEN 'outage' WHEN '' THEN 'undelivered' ELSE 'away' END AS why
  FROM spotcheck s JOIN draw d ON d.id = s.draw_id WHERE d.period_id = :period AND s.state = 'void'
UNION ALL
SELECT 'phone', c.team_id, c.day, 'void' FROM phone_check c JOIN draw d ON d.id = c.draw_id
 WHERE d.period_id = :period AND c.state = 'void'
UNION ALL
SELECT 'visit', v.team_id, v.day, 'void' FROM surprise_visit v JOIN draw d ON d.id = v.draw_id
 WHERE d.period_id = :period AND v.state = 'void'
ORDER BY 3, 1, 2;

-- name: off(period)
SELECT member, day, since, until, why FROM draw_off WHERE period_id = :period ORDER BY member, day, why, since;

-- name: at(seq)$
-- When an event of the log was recorded.
SELECT at FROM ev WHERE seq = :seq;

-- name: head_of(subject)^
-- The log's head just after the month was opened.
SELECT h FROM ev WHERE subject = :subject ORDER BY seq LIMIT 1;
