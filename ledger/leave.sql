-- Leave. A day of leave: approved, within from_day and to_day, before the day of reporting back.

-- name: ask(person, team, first, last, reason, kind, cover, extends, source, now)$
INSERT INTO leave (person_id, team_id, from_day, to_day, reason, kind, cover_id, extends_id, state, source, asked_at)
VALUES (:person, :team, :first, :last, :reason, :kind, :cover, :extends, 'asked', :source, :now) RETURNING id;

-- name: overlapping(person, first, last)^
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day, l.kind, l.cover_id, l.extends_id
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.person_id = :person AND l.state IN ('asked', 'approved') AND l.from_day <= :last AND l.to_day >= :first
   AND (l.back_day IS NULL OR l.back_day > :first)
 ORDER BY l.from_day LIMIT 1;

-- name: by_id(id, county, township, team)^
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day, l.kind, l.cover_id, l.extends_id
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.id = :id AND p.county_id = :county
   AND (:township = 0 OR p.township_id = :township)
   AND (:team = 0 OR p.team_id = :team);

-- name: any(id)^
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day, l.kind, l.cover_id, l.extends_id
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.id = :id;

-- name: decide(id, state, by, now)$
UPDATE leave SET state = :state, decided_by = :by, decided_at = :now
 WHERE id = :id AND state = 'asked' AND back_day IS NULL RETURNING id;

-- name: withdraw(id)$
UPDATE leave SET state = 'withdrawn'
 WHERE id = :id AND state IN ('asked', 'approved') AND back_day IS NULL RETURNING id;

-- name: set_cover(id, cover)!
UPDATE leave SET cover_id = :cover WHERE id = :id;

-- name: running(person, day)^
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day, l.kind, l.cover_id, l.extends_id
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.person_id = :person AND l.state = 'approved' AND l.from_day <= :day AND l.to_day >= :day
   AND l.back_day IS NULL
 ORDER BY l.from_day LIMIT 1;

-- name: to_come(person, day)
-- What is asked for or approved and not over, the nearest first.
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day, l.kind, l.cover_id, l.extends_id
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.person_id = :person AND l.state IN ('asked', 'approved') AND l.to_day >= :day AND l.back_day IS NULL
 ORDER BY l.from_day, l.id;

-- name: last_over(person, day)^
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day, l.kind, l.cover_id, l.extends_id
  FROM leave l JOIN person p ON p.id = l.person_id
 WHERE l.person_id = :person AND l.state = 'approved' AND (l.to_day < :day OR l.back_day IS NOT NULL)
 ORDER BY l.to_day DESC, l.id DESC LIMIT 1;

-- name: back(id, day)!
UPDATE leave SET back_day = :day WHERE id = :id;

-- name: covered(cover, day)
-- Only while both are on one team: the tasks are the team's.
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day, l.kind, l.cover_id, l.extends_id
  FROM leave l JOIN person p ON p.id = l.person_id JOIN person c ON c.id = l.cover_id AND c.team_id = p.team_id
 WHERE l.cover_id = :cover AND l.state = 'approved' AND l.from_day <= :day AND l.to_day >= :day
   AND coalesce(l.back_day, '9999') > :day
 ORDER BY l.id;

-- name: away(day, county, township, team)
SELECT l.id, l.person_id, p.name AS person, coalesce(l.team_id, 0) AS team_id, l.from_day, l.to_day, l.reason, l.state, l.decided_by, l.back_day, l.kind, l.cover_id, l.extends_id
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
