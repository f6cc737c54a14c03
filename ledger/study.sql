-- Study records. No statement returns the minutes of somebody else (国办函〔2026〕12号).

-- name: add(id, minutes, topic, exchange)!
INSERT INTO study (record_id, minutes, topic, exchange) VALUES (:id, :minutes, :topic, :exchange);

-- name: by_id(id)^
SELECT minutes, topic, exchange FROM study WHERE record_id = :id;

-- name: revise(id, minutes, topic, exchange)!
UPDATE study SET minutes = :minutes, topic = :topic, exchange = :exchange WHERE record_id = :id;

-- name: others(person, day, id)$
-- How many kept study records that person has that day, one left aside.
SELECT count(*) FROM record
 WHERE person_id = :person AND day = :day AND kind = 'study' AND state = 'kept' AND id <> :id;

-- name: owing(day, county, township, team)
-- Nothing recorded, on the roster, not on approved leave. County 0 means all counties.
SELECT p.id FROM person p
 WHERE p.role IN ('member', 'leader') AND (p.left_day IS NULL OR p.left_day >= :day)
   AND (:county = 0 OR p.county_id = :county)
   AND (:township = 0 OR p.township_id = :township)
   AND (:team = 0 OR p.team_id = :team)
   AND NOT EXISTS (SELECT 1 FROM record r WHERE r.person_id = p.id AND r.day = :day
                      AND r.kind = 'study' AND r.state = 'kept')
   AND NOT EXISTS (SELECT 1 FROM leave l WHERE l.person_id = p.id AND l.state = 'approved'
                      AND l.from_day <= :day AND coalesce(l.back_day, '9999') > :day AND l.to_day >= :day)
 ORDER BY p.id;
