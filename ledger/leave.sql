-- Leave. A day of leave: approved, within from_day and to_day, before the day of reporting back.

-- name: ask(person, team, first, last, reason, source, now)$
INSERT INTO leave (person_id, team_id, from_day, to_day, reason, state, source, asked_at)
VALUES (:person, :team, :first, :last, :reason, 'asked', :source, :now) RETURNING id;

-- name: overlapping(person, first, last)^
SELECT from_day, to_day FROM leave
 WHERE person_id = :person AND state IN ('asked', 'approved') AND from_day <= :last AND to_day >= :first
   AND (back_day IS NULL OR back_day > :first)
 ORDER BY from_day LIMIT 1;

-- name: by_id(id, county, township, team)^
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.id = :id AND p.county_id = :county
   AND (:township = 0 OR p.township_id = :township)
   AND (:team = 0 OR p.team_id = :team);

-- name: decide(id, state, by, now)$
UPDATE leave SET state = :state, decided_by = :by, decided_at = :now
 WHERE id = :id AND state = 'asked' AND back_day IS NULL RETURNING id;

-- name: current(person, day)^
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.person_id = :person AND l.state IN ('asked', 'approved') AND l.to_day >= :day AND l.back_day IS NULL
 ORDER BY l.from_day LIMIT 1;

-- name: back(id, day)!
UPDATE leave SET back_day = :day WHERE id = :id;

-- name: away(day, county, township, team)
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.state = 'approved' AND l.from_day <= :day AND l.to_day >= :day
   AND coalesce(l.back_day, '9999') > :day
   AND p.county_id = :county
   AND (:township = 0 OR p.township_id = :township)
   AND (:team = 0 OR p.team_id = :team)
 ORDER BY l.id;

-- name: is_away(person, day)$
SELECT count(*) FROM leave
 WHERE person_id = :person AND state = 'approved' AND from_day <= :day AND to_day >= :day
   AND coalesce(back_day, '9999') > :day;
