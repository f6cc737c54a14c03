-- 轮休: weekdays off by rota, from_day and to_day included; no to_day: until changed.

-- name: everybody(day, county, township, team)
-- Who is on the roster of a scope that day. County 0 means all counties.
SELECT id, county_id FROM held
 WHERE from_day <= :day AND to_day >= :day AND (left_day IS NULL OR left_day >= :day)
   AND (:county = 0 OR county_id = :county)
   AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team)
 ORDER BY id;

-- name: on_day(day, county, township, team)
SELECT r.person_id, r.weekday
  FROM rest_rota r JOIN held p ON p.id = r.person_id AND p.from_day <= :day AND p.to_day >= :day
 WHERE r.from_day <= :day AND coalesce(r.to_day, '9999') >= :day
   AND (:county = 0 OR p.county_id = :county)
   AND (:township = 0 OR p.township_id = :township)
   AND (:team = 0 OR p.team_id = :team)
 ORDER BY r.person_id, r.weekday;

-- name: of_person(person, day)
SELECT weekday FROM rest_rota
 WHERE person_id = :person AND from_day <= :day AND coalesce(to_day, '9999') >= :day
 ORDER BY weekday;

-- name: changes(person, day)
-- What of his rota begins after that day, or ends on it or later.
SELECT from_day, to_day FROM rest_rota
 WHERE person_id = :person AND (from_day > :day OR to_day >= :day)
 ORDER BY from_day;

-- name: end(person, last)!
UPDATE rest_rota SET to_day = :last
 WHERE person_id = :person AND from_day <= :last AND coalesce(to_day, '9999') > :last;

-- name: drop_from(person, day)!
-- What has not begun before that day never was.
DELETE FROM rest_rota WHERE person_id = :person AND from_day >= :day;

-- name: add(person, weekday, day, by, now)*!
INSERT INTO rest_rota (person_id, weekday, from_day, by_id, at)
VALUES (:person, :weekday, :day, :by, :now);
