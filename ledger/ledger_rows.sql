-- Ledgers of a month (走访、学习、请假、抽查、承诺): rows with names inside the team, counts above it.
-- The columns are those of the rows in ledger_rows.py. `person` is 0, or whose records alone are wanted.

-- name: visits(first, last, person, county, township, team)
SELECT v.day, t.village, coalesce(h.group_name, '') AS group_name, v.household, v.found, p.name AS person
  FROM team t JOIN visit v ON v.team_id = t.id AND v.kept = 1 AND v.day BETWEEN :first AND :last
  JOIN record r ON r.id = v.record_id JOIN person p ON p.id = r.person_id
  LEFT JOIN household h ON h.id = v.household_id
 WHERE t.county_id = :county AND t.township_id = :township AND t.id = :team AND :person >= 0
 ORDER BY v.day, v.record_id;

-- name: visit_counts(first, last, person, county, township, team)
SELECT v.day, w.name AS township, t.village, count(*) AS visits, count(DISTINCT v.household_id) AS households
  FROM team t JOIN township w ON w.id = t.township_id CROSS JOIN visit v
 WHERE v.team_id = t.id AND v.kept = 1 AND v.day BETWEEN :first AND :last
   AND t.county_id = :county AND (:township = 0 OR t.township_id = :township) AND (:team = 0 OR t.id = :team)
   AND :person = 0
 GROUP BY v.day, w.name, t.village, t.id
 ORDER BY v.day, t.id;

-- name: study(first, last, person, county, township, team)
-- Nobody's minutes: those are the member's own view (国办函〔2026〕12号).
SELECT r.day, p.name AS person, s.topic, CASE WHEN s.exchange = 1 THEN '交流' ELSE '自学' END AS way
  FROM team t JOIN record r ON r.team_id = t.id AND r.kind = 'study' AND r.state = 'kept'
                           AND r.day BETWEEN :first AND :last
  JOIN study s ON s.record_id = r.id JOIN person p ON p.id = r.person_id
 WHERE t.county_id = :county AND t.township_id = :township AND t.id = :team
   AND (:person = 0 OR r.person_id = :person)
 ORDER BY r.day, r.id;

-- name: study_counts(first, last, person, county, township, team)
SELECT r.day, w.name AS township, t.village, s.topic, count(DISTINCT r.person_id) AS people
  FROM team t JOIN township w ON w.id = t.township_id
  JOIN record r ON r.team_id = t.id AND r.kind = 'study' AND r.state = 'kept' AND r.day BETWEEN :first AND :last
  JOIN study s ON s.record_id = r.id
 WHERE t.county_id = :county AND (:township = 0 OR t.township_id = :township) AND (:team = 0 OR t.id = :team)
   AND :person = 0
 GROUP BY r.day, w.name, t.village, t.id, s.topic
 ORDER BY r.day, t.id, s.topic;

-- name: leave(first, last, person, county, township, team)
SELECT p.name AS person, l.from_day, l.to_day, l.kind, l.reason, l.state, l.back_day
  FROM person p CROSS JOIN leave l JOIN team t ON t.id = l.team_id
 WHERE p.county_id = :county AND l.person_id = p.id AND l.from_day <= :last AND l.to_day >= :first
   AND t.county_id = :county AND t.township_id = :township AND t.id = :team
   AND (:person = 0 OR l.person_id = :person)
 ORDER BY l.from_day, l.id;

-- name: leave_counts(first, last, person, county, township, team)
SELECT w.name AS township, t.village, count(*) AS asked,
       sum(CASE WHEN l.state = 'approved' THEN 1 ELSE 0 END) AS approved,
       sum(CASE WHEN l.state = 'asked' THEN 1 ELSE 0 END) AS waiting,
       sum(CASE WHEN l.state = 'refused' THEN 1 ELSE 0 END) AS refused,
       sum(CASE WHEN l.back_day IS NOT NULL THEN 1 ELSE 0 END) AS returned
  FROM person p CROSS JOIN leave l JOIN team t ON t.id = l.team_id JOIN township w ON w.id = t.township_id
 WHERE p.county_id = :county AND l.person_id = p.id AND l.from_day <= :last AND l.to_day >= :first AND l.state <> 'withdrawn'
   AND t.county_id = :county AND (:township = 0 OR t.township_id = :township) AND (:team = 0 OR t.id = :team)
   AND :person = 0
 GROUP BY t.township_id, w.name, t.village, t.id
 ORDER BY t.township_id, t.id;

-- name: checks(first, last, person, county, township, team)
-- What was drawn and has ended, at no depth by name; a miss counts as one once a person has decided.
SELECT c.day, w.name AS township, t.village, count(*) AS drawn,
       sum(CASE WHEN c.state = 'answered' THEN 1 ELSE 0 END) AS answered,
       sum(CASE WHEN c.state = 'void' THEN 1 ELSE 0 END) AS void,
       sum(CASE WHEN c.state = 'missed' AND coalesce(f.state, 'open') = 'open' THEN 1 ELSE 0 END) AS pending,
       sum(CASE WHEN c.state = 'missed' AND f.state = 'confirmed' THEN 1 ELSE 0 END) AS confirmed,
       sum(CASE WHEN c.state = 'missed' AND f.state = 'lifted' THEN 1 ELSE 0 END) AS lifted
  FROM team t JOIN township w ON w.id = t.township_id
  JOIN spotcheck c ON c.team_id = t.id AND c.day BETWEEN :first AND :last AND c.closed_at IS NOT NULL
  LEFT JOIN finding f ON f.source = 'chat' AND f.source_id = c.id AND f.person_id = c.person_id
 WHERE t.county_id = :county AND (:township = 0 OR t.township_id = :township) AND (:team = 0 OR t.id = :team)
   AND (:person = 0 OR c.person_id = :person)
 GROUP BY c.day, w.name, t.village, t.id
 ORDER BY c.day, t.id;

-- name: promises(first, last, person, county, township, team)
SELECT r.day, a.household, a.text, a.by_day, p.name AS person
  FROM team t CROSS JOIN record r JOIN promise a ON a.record_id = r.id JOIN person p ON p.id = r.person_id
 WHERE r.team_id = t.id AND r.kind = 'promise' AND r.state = 'kept' AND r.day BETWEEN :first AND :last
   AND t.county_id = :county AND t.township_id = :township AND t.id = :team
   AND :person >= 0
 ORDER BY coalesce(a.by_day, '9999'), r.id;

-- name: promise_counts(first, last, person, county, township, team)
SELECT w.name AS township, t.village, count(*) AS promised, count(a.by_day) AS dated
  FROM team t JOIN township w ON w.id = t.township_id CROSS JOIN record r JOIN promise a ON a.record_id = r.id
 WHERE r.team_id = t.id AND r.kind = 'promise' AND r.state = 'kept' AND r.day BETWEEN :first AND :last
   AND t.county_id = :county AND (:township = 0 OR t.township_id = :township) AND (:team = 0 OR t.id = :team)
   AND :person = 0
 GROUP BY t.township_id, w.name, t.village, t.id
 ORDER BY t.township_id, t.id;

-- name: posted(first, last, person, county, township, team)
-- Who was on a team of the scope, and on which, as his names in a ledger of days.
SELECT g.person_id, p.name AS person, w.name AS township, t.village
  FROM posting g JOIN person p ON p.id = g.person_id
  JOIN team t ON t.id = g.team_id JOIN township w ON w.id = t.township_id
 WHERE g.county_id = :county AND g.role IN ('member', 'leader')
   AND g.from_day <= :last AND (g.to_day IS NULL OR g.to_day >= :first)
   AND (:township = 0 OR g.township_id = :township) AND (:team = 0 OR g.team_id = :team)
   AND (:person = 0 OR g.person_id = :person)
 ORDER BY t.township_id, t.id, g.person_id, g.from_day;
