-- 电话抽查: who is to be rung up, who does it, what came of it.
-- A draw is for the county's staff, or for the township whose staff has asked for it (`township`).

-- name: add(draw, team, person, day)$
INSERT INTO phone_check (draw_id, team_id, person_id, day) VALUES (:draw, :team, :person, :day)
ON CONFLICT DO NOTHING RETURNING id;

-- name: by_id(id)^
SELECT c.id, c.draw_id, d.name AS draw, d.seed, d.county_id, t.township_id, w.name AS township, c.team_id,
       t.village, c.person_id, p.name AS person, p.role, p.title, c.day, c.state, c.taken_by, c.taken_at,
       c.tries, c.result, c.facts, c.remark, c.done_at,
       coalesce((SELECT a.township_id FROM person a WHERE a.id = d.asked_by AND a.role = 'township'), 0) AS callers
  FROM phone_check c JOIN draw d ON d.id = c.draw_id JOIN team t ON t.id = c.team_id
  JOIN township w ON w.id = t.township_id JOIN person p ON p.id = c.person_id
 WHERE c.id = :id;

-- name: phone(id)$
SELECT p.phone FROM phone_check c JOIN person p ON p.id = c.person_id WHERE c.id = :id;

-- name: free(county, township, day, stale)
-- Whom nobody is ringing up at this moment.
SELECT c.id, c.person_id, d.seed, d.asked_by IS NULL AS by_timetable
  FROM phone_check c JOIN draw d ON d.id = c.draw_id
 WHERE c.day = :day AND c.state IN ('waiting', 'taken') AND c.result = ''
   AND (c.state = 'waiting' OR c.taken_at <= :stale)
   AND d.county_id = :county
   AND coalesce((SELECT a.township_id FROM person a WHERE a.id = d.asked_by AND a.role = 'township'), 0) = :township
 ORDER BY c.id;

-- name: being_called(county, township, day, stale)$
SELECT count(*) FROM phone_check c JOIN draw d ON d.id = c.draw_id
 WHERE c.day = :day AND c.state IN ('waiting', 'taken') AND c.state = 'taken' AND c.taken_at > :stale
   AND d.county_id = :county
   AND coalesce((SELECT a.township_id FROM person a WHERE a.id = d.asked_by AND a.role = 'township'), 0) = :township;

-- name: listed(county, day)
SELECT c.person_id FROM team t JOIN phone_check c ON c.team_id = t.id AND c.day = :day
 WHERE t.county_id = :county ORDER BY c.id;

-- name: taken_by(person, day, stale)$
SELECT id FROM phone_check
 WHERE day = :day AND state IN ('waiting', 'taken') AND state = 'taken' AND taken_by = :person AND taken_at > :stale
 ORDER BY taken_at, id LIMIT 1;

-- name: take(id, person, day, stale, now)$
UPDATE phone_check SET state = 'taken', taken_by = :person, taken_at = :now
 WHERE id = :id AND day = :day AND result = '' AND (state = 'waiting' OR (state = 'taken' AND taken_at <= :stale))
RETURNING id;

-- name: put_back(id, person)$
-- One that was rung up before keeps what came of that.
UPDATE phone_check SET state = CASE WHEN result = '' THEN 'waiting' ELSE 'done' END
 WHERE id = :id AND state = 'taken' AND taken_by = :person RETURNING id;

-- name: take_again(id, person, day, now, back)$
UPDATE phone_check SET state = 'taken', taken_by = :person, taken_at = :now, tries = tries - :back
 WHERE id = :id AND day = :day AND state = 'done' AND (:back = 0 OR taken_by = :person) RETURNING id;

-- name: keep_facts(id, facts)!
UPDATE phone_check SET facts = :facts WHERE id = :id;

-- name: finish(id, person, result, facts, remark, now)$
UPDATE phone_check SET state = 'done', result = :result, facts = :facts, remark = :remark,
       tries = tries + 1, done_at = :now
 WHERE id = :id AND state = 'taken' AND taken_by = :person RETURNING id;

-- name: void(day, over, stale)
-- The day is over: what nobody has rung up is not counted; a call just begun is waited for.
UPDATE phone_check SET state = 'void'
 WHERE state IN ('waiting', 'taken') AND result = ''
   AND (day < :day OR (:over = 1 AND day = :day AND (state = 'waiting' OR taken_at <= :stale)))
RETURNING id, team_id, person_id;

-- name: settle_left(day, stale)!
-- A second call that was begun and left: what came of the first one stands.
UPDATE phone_check SET state = 'done'
 WHERE state IN ('waiting', 'taken') AND state = 'taken' AND result <> '' AND (day < :day OR taken_at <= :stale);

-- name: any_open(day)$
SELECT EXISTS (SELECT 1 FROM phone_check WHERE state IN ('waiting', 'taken') AND day <= :day);

-- name: claim_telling(slot, now)$
INSERT INTO schedule_slot (job, slot, planned_at, done_at) VALUES ('phone_check', :slot, :now, :now)
ON CONFLICT (job, slot) DO NOTHING RETURNING slot;

-- name: of_person(person, limit)
-- What came of it; whom nobody has rung up yet is not told.
SELECT id FROM phone_check WHERE person_id = :person AND result <> '' ORDER BY day DESC, id DESC LIMIT :limit;
