-- Spot checks. The view `check_line` has the columns of spotchecks.Check.

-- name: add(draw, person, team, day, question, opens, reminds, closes)$
INSERT INTO spotcheck (draw_id, person_id, team_id, day, question, state, opens_at, remind_at, closes_at)
VALUES (:draw, :person, :team, :day, :question, 'open', :opens, :reminds, :closes) RETURNING id;

-- name: by_id(id)^
SELECT * FROM check_line WHERE id = :id;

-- name: own_by_id(id, person)^
SELECT * FROM check_line WHERE id = :id AND person_id = :person;

-- name: of_draw(draw, county, township)
SELECT * FROM check_line
 WHERE draw_id = :draw AND county_id = :county AND (:township = 0 OR township_id = :township)
 ORDER BY id;

-- name: of_person(person, limit)
SELECT * FROM check_line WHERE person_id = :person ORDER BY id DESC LIMIT :limit;

-- name: month_by_way(county, township, first, last)
-- A void check was none.
SELECT d.way, count(*) AS checks, sum(s.state = 'answered') AS answered, sum(s.state = 'missed') AS missed
  FROM spotcheck s JOIN draw d ON d.id = s.draw_id JOIN team t ON t.id = s.team_id
 WHERE d.county_id = :county AND (:township = 0 OR t.township_id = :township)
   AND s.day BETWEEN :first AND :last AND s.state <> 'void'
 GROUP BY d.way ORDER BY d.way;

-- name: open_for(person, now)^
SELECT * FROM check_line
 WHERE person_id = :person AND closed_at IS NULL AND opens_at <= :now
 ORDER BY id DESC LIMIT 1;

-- name: listening(person, now, since)^
SELECT * FROM check_line
 WHERE person_id = :person
   AND (closed_at IS NULL
     OR (state = 'missed' AND note = '' AND closed_at >= :since)
     OR (state = 'answered' AND note = '' AND (closes_at >= :now OR (answered_at IS NULL AND closed_at >= :since))))
 ORDER BY closed_at IS NOT NULL, id DESC LIMIT 1;

-- name: answer(id, answer, note, place, now)$
-- The first answer counts; one sent in time but heard after the closing still does.
UPDATE spotcheck SET state = 'answered', answer = :answer, note = :note, place = CASE WHEN :place = '' THEN place ELSE :place END,
       answered_at = :now, closed_at = :now
 WHERE id = :id AND (state IN ('open', 'later') OR (state = 'missed' AND closes_at >= :now))
RETURNING id;

-- name: later(id, answer, closes)$
UPDATE spotcheck SET state = 'later', answer = :answer, closes_at = :closes
 WHERE id = :id AND state = 'open' RETURNING id;

-- name: open_that_day(id, person, day)
-- What an answer given that day covers as well.
SELECT * FROM check_line
 WHERE person_id = :person AND day = :day AND id <> :id AND closed_at IS NULL ORDER BY id;

-- name: missed_on(person, day)^
SELECT * FROM check_line
 WHERE person_id = :person AND day = :day AND state = 'missed' ORDER BY id DESC LIMIT 1;

-- name: set_note(id, note)!
UPDATE spotcheck SET note = :note WHERE id = :id;

-- name: add_note(id, note)!
UPDATE spotcheck SET note = CASE WHEN note = '' THEN :note ELSE note || '；' || :note END WHERE id = :id;

-- name: keep_place(id, place)!
UPDATE spotcheck SET place = :place WHERE id = :id AND closed_at IS NULL;
