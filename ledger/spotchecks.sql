-- Spot checks. The view `check_line` has the columns of spotchecks.Check.

-- name: add(draw, person, team, day, question, opens, reminds, closes)$
INSERT INTO spotcheck (draw_id, person_id, team_id, day, question, state, opens_at, remind_at, closes_at)
VALUES (:draw, :person, :team, :day, :question, 'open', :opens, :reminds, :closes) RETURNING id;

-- name: by_id(id)^
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id WHERE c.id = :id;

-- name: own_by_id(id, person)^
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id
 WHERE c.id = :id AND c.person_id = :person;

-- name: of_draw(draw, county, township)
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id
 WHERE c.draw_id = :draw AND c.county_id = :county AND (:township = 0 OR c.township_id = :township)
 ORDER BY c.id;

-- name: of_person(person, limit)
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id
 WHERE c.person_id = :person ORDER BY c.id DESC LIMIT :limit;

-- name: open_for(person, now)^
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id
 WHERE c.person_id = :person AND c.closed_at IS NULL AND c.opens_at <= :now
 ORDER BY c.id DESC LIMIT 1;

-- name: listening(person, now, since)^
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id
 WHERE c.person_id = :person
   AND (c.closed_at IS NULL
     OR (c.state = 'missed' AND c.note = '' AND c.closed_at >= :since)
     OR (c.state = 'answered' AND c.note = '' AND (c.closes_at >= :now OR (c.answered_at IS NULL AND c.closed_at >= :since))))
 ORDER BY c.closed_at IS NOT NULL, c.id DESC LIMIT 1;

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
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id
 WHERE c.person_id = :person AND c.day = :day AND c.id <> :id AND c.closed_at IS NULL ORDER BY c.id;

-- name: missed_on(person, day)^
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id
 WHERE c.person_id = :person AND c.day = :day AND c.state = 'missed' ORDER BY c.id DESC LIMIT 1;

-- name: set_note(id, note)!
UPDATE spotcheck SET note = :note WHERE id = :id;

-- name: add_note(id, note)!
UPDATE spotcheck SET note = CASE WHEN note = '' THEN :note ELSE note || '；' || :note END WHERE id = :id;

-- name: keep_place(id, place)!
UPDATE spotcheck SET place = :place WHERE id = :id AND closed_at IS NULL;
