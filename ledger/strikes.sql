-- Steps taken after confirmed findings (处理), their appeals and the answers to them.

-- name: add(finding, person, step, clause, by, now, day, expires, appeal_until)$
INSERT INTO strike (finding_id, person_id, step, clause, by_id, at, day, expires_day, appeal_until)
VALUES (:finding, :person, :step, :clause, :by, :now, :day, :expires, :appeal_until)
RETURNING id;

-- name: by_id(id)^
SELECT * FROM strike_line WHERE id = :id;

-- name: of_finding(finding)^
SELECT * FROM strike_line WHERE finding_id = :finding;

-- name: seen(id, county, person)^
-- The county's, or one's own: nobody else's.
SELECT * FROM strike_line WHERE id = :id AND (county_id = :county OR person_id = :person);

-- name: listed(county, person)
SELECT * FROM strike_line WHERE county_id = :county OR person_id = :person ORDER BY id DESC;

-- name: of_the_day(person, found_day)$
-- What was done once about a day is not done again because two checks have seen it.
SELECT id FROM strike_line
 WHERE person_id = :person AND found_day = :found_day AND (upheld IS NULL OR upheld = 1) ORDER BY id LIMIT 1;

-- name: standing(person, day)$
-- Neither expired nor revoked, and no appeal against it waits for its answer.
SELECT count(*) FROM strike
 WHERE person_id = :person AND expires_day >= :day
   AND (upheld = 1 OR (upheld IS NULL AND appealed_at IS NULL));

-- name: appeal(id, words, now)$
UPDATE strike SET appeal = :words, appealed_at = :now WHERE id = :id AND appealed_at IS NULL AND upheld IS NULL
RETURNING id;

-- name: answer(id, upheld, by, reason, now)$
UPDATE strike SET upheld = :upheld, answer = :reason, answered_by = :by, answered_at = :now
 WHERE id = :id AND upheld IS NULL RETURNING id;

-- name: card(dedupe)^
-- The card that told him, and when it arrived; none: it was handed to him.
SELECT sent_at FROM outbox WHERE dedupe = :dedupe;
