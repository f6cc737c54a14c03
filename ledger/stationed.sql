-- Evidence of days at the village, and words about them.

-- name: evidence(county, township, team, person, first, last)
-- Work recorded of a day; study can be done anywhere and is none.
SELECT DISTINCT r.person_id, r.day, r.kind FROM record r
 WHERE r.person_id IN (
   SELECT id FROM person p
    WHERE p.county_id = :county AND (:township = 0 OR p.township_id = :township)
      AND (:person = 0 OR p.id = :person))
   AND r.day BETWEEN :first AND :last AND (:team = 0 OR r.team_id = :team)
   AND r.state = 'kept' AND r.kind IN ('visit', 'issue', 'progress', 'promise', 'presence')
 ORDER BY r.person_id, r.day, r.kind;

-- name: spans_present(county, township, team, person, first, last)
-- Presence told of several days at once.
SELECT r.person_id, r.day, s.until_day FROM record r JOIN presence s ON s.record_id = r.id
 WHERE r.person_id IN (
   SELECT id FROM person p
    WHERE p.county_id = :county AND (:township = 0 OR p.township_id = :township)
      AND (:person = 0 OR p.id = :person))
   AND r.day <= :last AND s.until_day >= :first AND (:team = 0 OR r.team_id = :team)
   AND r.state = 'kept' AND r.kind = 'presence'
 ORDER BY r.person_id, r.day;

-- name: meetings(county, township, team, person, first, last)
-- A word to a roll call is none, nor is training, which is held elsewhere.
SELECT DISTINCT d.person_id, d.day FROM duty_done d JOIN person p ON p.id = d.person_id
 WHERE d.duty NOT IN ('roll_call', 'training') AND d.day BETWEEN :first AND :last AND p.county_id = :county
   AND (:township = 0 OR p.township_id = :township) AND (:team = 0 OR p.team_id = :team)
   AND (:person = 0 OR d.person_id = :person)
 ORDER BY d.person_id, d.day;

-- name: away(county, township, team, person, first, last)
SELECT l.person_id, l.kind, l.from_day, l.to_day, l.back_day FROM leave l
 WHERE l.person_id IN (
   SELECT id FROM person p
    WHERE p.county_id = :county AND (:township = 0 OR p.township_id = :township)
      AND (:person = 0 OR p.id = :person) AND (:team = 0 OR p.team_id = :team))
   AND l.state = 'approved' AND l.from_day <= :last AND l.to_day >= :first
 ORDER BY l.person_id, l.from_day;

-- name: rotas(county, township, team, person, first, last)
SELECT o.person_id, o.weekday, o.from_day, coalesce(o.to_day, '9999-12-31') AS to_day
  FROM rest_rota o JOIN person p ON p.id = o.person_id
 WHERE o.from_day <= :last AND (o.to_day IS NULL OR o.to_day >= :first) AND p.county_id = :county
   AND (:township = 0 OR p.township_id = :township) AND (:team = 0 OR p.team_id = :team)
   AND (:person = 0 OR o.person_id = :person)
 ORDER BY o.person_id, o.weekday;

-- name: told(county, township, team, person, first, last)
SELECT t.person_id, t.day, t.stationed, t.working, t.note, t.by_id FROM day_told t JOIN person p ON p.id = t.person_id
 WHERE t.day BETWEEN :first AND :last AND p.county_id = :county
   AND (:township = 0 OR p.township_id = :township) AND (:team = 0 OR p.team_id = :team)
   AND (:person = 0 OR t.person_id = :person)
 ORDER BY t.person_id, t.day;

-- name: confirmed(county, township, team, first, last)
SELECT w.team_id, w.monday, w.at FROM week_confirmed w JOIN team t ON t.id = w.team_id
 WHERE w.monday BETWEEN :first AND :last AND t.county_id = :county
   AND (:township = 0 OR t.township_id = :township) AND (:team = 0 OR t.id = :team)
 ORDER BY w.team_id, w.monday;

-- name: posts(county, township, team, person, first, last)
-- On whose team somebody was, from when to when.
SELECT g.person_id, g.team_id, g.from_day, coalesce(g.to_day, '9999-12-31') AS to_day FROM posting g
 WHERE g.county_id = :county AND g.role IN ('member', 'leader') AND g.team_id IS NOT NULL
   AND g.from_day <= :last AND (g.to_day IS NULL OR g.to_day >= :first)
   AND (:township = 0 OR g.township_id = :township) AND (:team = 0 OR g.team_id = :team)
   AND (:person = 0 OR g.person_id = :person)
 ORDER BY g.person_id, g.from_day;

-- name: begun()$
-- When the ledger came into use: of earlier days it knows nothing.
SELECT at FROM ev ORDER BY seq LIMIT 1;

-- name: confirm(team, monday, by, now, renew)$
-- Said again later in the week, it holds for the days up to then.
INSERT INTO week_confirmed (team_id, monday, by_id, at) VALUES (:team, :monday, :by, :now)
ON CONFLICT (team_id, monday) DO UPDATE SET by_id = excluded.by_id, at = excluded.at
  WHERE week_confirmed.at < :renew RETURNING monday;

-- name: tell(person, day, stationed, working, note, by, now)!
INSERT INTO day_told (person_id, day, stationed, working, note, by_id, at)
VALUES (:person, :day, :stationed, :working, :note, :by, :now)
ON CONFLICT (person_id, day) DO UPDATE
  SET stationed = excluded.stationed, working = excluded.working, note = excluded.note,
      by_id = excluded.by_id, at = excluded.at;

-- name: said_by(person, day)$
SELECT by_id FROM day_told WHERE person_id = :person AND day = :day;

-- name: untell(person, day)$
DELETE FROM day_told WHERE person_id = :person AND day = :day RETURNING day;
