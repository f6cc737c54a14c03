-- 督导员: who may be sent on surprise visits, and whom not where.

-- name: add(person, county, township, unit, by, now)$
INSERT INTO inspector (person_id, county_id, township, unit, by_id, since)
VALUES (:person, :county, :township, :unit, :by, :now)
ON CONFLICT (person_id) WHERE until = 0 DO NOTHING RETURNING id;

-- name: remove(person, county, now)$
UPDATE inspector SET until = :now WHERE person_id = :person AND county_id = :county AND until = 0
RETURNING id;

-- name: listed(county, day)
-- Where he is now stands beside where he was at his entry: whoever has moved knows both places.
SELECT i.person_id, w.name AS person, i.township, i.unit, i.since,
       w.township AS township_now, w.home_unit AS unit_now, w.village AS village_now
  FROM inspector i JOIN who w ON w.id = i.person_id
 WHERE i.county_id = :county AND i.until = 0 AND (w.left_day IS NULL OR w.left_day >= :day)
 ORDER BY i.id;

-- name: struck(person, day)$
-- Neither expired nor revoked, and no appeal against it waits for its answer.
SELECT count(*) FROM strike
 WHERE person_id = :person AND expires_day >= :day
   AND (upheld = 1 OR (upheld IS NULL AND appealed_at IS NULL));

-- name: findings_since(person, first)
SELECT category FROM finding
 WHERE person_id = :person AND state IN ('open', 'confirmed') AND day >= :first ORDER BY id;

-- name: history(person)
SELECT since, until FROM inspector WHERE person_id = :person ORDER BY id;

-- name: bound(county)
SELECT DISTINCT a.person_id FROM address a JOIN inspector i ON i.person_id = a.person_id
 WHERE a.unbound_at IS NULL AND a.reachable = 1 AND i.until = 0 AND i.county_id = :county
 ORDER BY a.person_id;

-- name: recuse(person, team, reason, by, now)$
INSERT INTO recusal (person_id, team_id, reason, by_id, since)
VALUES (:person, :team, :reason, :by, :now)
ON CONFLICT (person_id, team_id) WHERE until = 0 DO NOTHING RETURNING id;

-- name: lift(person, team, now)$
UPDATE recusal SET until = :now WHERE person_id = :person AND team_id = :team AND until = 0
RETURNING id;

-- name: recusals(county, person)
-- Person 0: everybody's.
SELECT r.person_id, p.name AS person, r.team_id, t.village, r.reason
  FROM recusal r JOIN person p ON p.id = r.person_id JOIN team t ON t.id = r.team_id
 WHERE r.until = 0 AND t.county_id = :county AND (:person = 0 OR r.person_id = :person)
 ORDER BY r.person_id, r.id;

-- name: recused(team)
SELECT person_id FROM recusal WHERE team_id = :team AND until = 0 ORDER BY person_id;

-- name: loads(period)
-- How many visits of a month each has been given so far, by the last pair of each visit.
SELECT g.person_id, count(*) AS visits
  FROM (SELECT p.first_id AS person_id, p.id, p.visit_id FROM inspector_pair p
        UNION ALL SELECT p.second_id, p.id, p.visit_id FROM inspector_pair p) g
  JOIN surprise_visit v ON v.id = g.visit_id
  JOIN draw d ON d.id = v.draw_id
 WHERE d.period_id = :period AND g.person_id IS NOT NULL
   AND g.id = (SELECT max(q.id) FROM inspector_pair q WHERE q.visit_id = v.id)
 GROUP BY g.person_id ORDER BY g.person_id;
