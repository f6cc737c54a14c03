-- Postings: who held which post from when to when, both days included.

-- name: roster_on(day, county, township, team)
SELECT id, name, role, title, phone, home_unit, county_id, county, township_id, township, team_id, village, left_day FROM held
 WHERE county_id = :county AND from_day <= :day AND to_day >= :day AND (left_day IS NULL OR left_day >= :day)
   AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team)
 ORDER BY CASE role WHEN 'county' THEN 0 WHEN 'township' THEN 1 ELSE 2 END, township_id, team_id, role, id;

-- name: on_team(day, team)
SELECT id, name, role, title, phone, home_unit, county_id, county, township_id, township, team_id, village, left_day FROM held
 WHERE team_key = :team AND role IN ('member', 'leader')
   AND from_day <= :day AND to_day >= :day AND (left_day IS NULL OR left_day >= :day)
 ORDER BY role, id;

-- name: of_person(person)
SELECT township, village, role, title, home_unit, from_day, to_day FROM held WHERE id = :person ORDER BY from_day;

-- name: since(person)$
SELECT from_day FROM posting WHERE person_id = :person AND to_day IS NULL;

-- name: entered(person)$
SELECT at FROM posting WHERE person_id = :person AND to_day IS NULL;

-- name: first_day(county)$
SELECT min(from_day) FROM posting WHERE county_id = :county;

-- name: open_many(person, county, township, team, role, title, home_unit, from_day, reason, by, now)*!
INSERT INTO posting (person_id, county_id, township_id, team_id, role, title, home_unit, from_day, reason, by_id, at)
VALUES (:person, :county, :township, :team, :role, :title, :home_unit, :from_day, :reason, :by, :now);

-- name: drop_begun(person, day)*!
DELETE FROM posting WHERE person_id = :person AND to_day IS NULL AND from_day >= :day;

-- name: close_many(person, before)*!
UPDATE posting SET to_day = :before WHERE person_id = :person AND to_day IS NULL;

-- name: set_post(id, township, team, role, title, home_unit)!
UPDATE person SET township_id = :township, team_id = :team, role = :role, title = :title, home_unit = :home_unit
 WHERE id = :id;

-- name: set_left(id, day)!
UPDATE person SET left_day = :day WHERE id = :id;
