-- Visits. team, day and kept stand here too, for the two seeks that count households exactly.

-- name: add(id, team, day, household_id, household, found, place)!
INSERT INTO visit (record_id, team_id, day, household_id, household, found, place)
VALUES (:id, :team, :day, :household_id, :household, :found, :place);

-- name: by_id(id)^
SELECT day, household_id, household, found, place FROM visit WHERE record_id = :id;

-- name: revise(id, day, household_id, household, found, place)!
UPDATE visit SET day = :day, household_id = :household_id, household = :household, found = :found, place = :place
 WHERE record_id = :id;

-- name: keep(id, kept)!
UPDATE visit SET kept = :kept WHERE record_id = :id;
