-- Promises to households.

-- name: add(id, team, household_id, household, text, by_day)!
INSERT INTO promise (record_id, team_id, household_id, household, text, by_day)
VALUES (:id, :team, :household_id, :household, :text, :by_day);

-- name: by_id(id)^
SELECT household_id, household, text, by_day FROM promise WHERE record_id = :id;

-- name: revise(id, household_id, household, text, by_day)!
UPDATE promise SET household_id = :household_id, household = :household, text = :text, by_day = :by_day
 WHERE record_id = :id;

-- name: near(person, team, first, last)
-- One's own promises whose day lies between these days.
SELECT r.id, p.household_id, p.household, p.text, p.by_day, r.day
  FROM promise p JOIN record r ON r.id = p.record_id
 WHERE p.team_id = :team AND p.by_day BETWEEN :first AND :last
   AND r.person_id = :person AND r.state = 'kept'
 ORDER BY p.by_day, r.id;
