-- The figures behind summaries: two statements a report, for one team as for a whole county.
-- CROSS JOIN and NOT MATERIALIZED keep SQLite to one order, with statistics or without: first the
-- places asked for, then what lies in them. Otherwise it may read every record for one team.

-- name: team_lines(kind, period, before, first, day, county, township, team)
-- One row a team: the roll-up of the period; roster, leave and open issues as of the day; at the
-- end the roll-up of the period before, in the order of periods.COUNTED.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, t.township_id, w.name AS township
    FROM team t JOIN township w ON w.id = t.township_id
   WHERE t.county_id = :county
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
), roster AS (
  SELECT g.team_id, count(*) AS people,
         sum(CASE WHEN EXISTS (SELECT 1 FROM leave v
                                WHERE v.person_id = p.id AND v.state = 'approved' AND v.from_day <= :day
                                  AND v.to_day >= :day AND coalesce(v.back_day, '9999') > :day)
                  THEN 1 ELSE 0 END) AS away,
         sum(CASE WHEN EXISTS (SELECT 1 FROM leave v
                                WHERE v.person_id = p.id AND v.state = 'approved' AND v.from_day <= :day
                                  AND v.to_day >= :day AND coalesce(v.back_day, '9999') > :day
                                  AND v.kind = '公差')
                  THEN 1 ELSE 0 END) AS trips
    FROM place l CROSS JOIN posting g JOIN person p ON p.id = g.person_id
   WHERE g.team_id = l.id AND g.role IN ('member', 'leader')
     AND g.from_day <= :day AND coalesce(g.to_day, '9999-12-31') >= :day
   GROUP BY g.team_id
), started AS (
  -- The day of the first record anywhere in the county; the least of one look per team.
  SELECT min((SELECT min(r.day) FROM record r WHERE r.team_id = t.id)) AS day
    FROM team t WHERE t.county_id = :county
)
SELECT l.id AS team_id, l.village, l.township_id, l.township,
       coalesce(f.studied, 0) AS studied, coalesce(f.visits, 0) AS visits,
       coalesce(f.households, 0) AS households, coalesce(f.opened, 0) AS opened,
       coalesce(f.progressed, 0) AS progressed, coalesce(f.submitted, 0) AS submitted,
       coalesce(f.closed, 0) AS closed, coalesce(f.checked, 0) AS checked,
       coalesce(f.answered, 0) AS answered, coalesce(f.unanswered, 0) AS unanswered,
       coalesce(f.promised, 0) AS promised,
       coalesce(r.people, 0) AS roster, coalesce(r.away, 0) AS away,
       (SELECT count(*) FROM issue i
         WHERE i.team_id = l.id AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
           AND i.found_day <= :day)
     + (SELECT count(*) FROM issue i
         WHERE i.team_id = l.id AND i.closed_day > :day AND i.found_day <= :day) AS standing,
       (SELECT count(*) FROM record u
         WHERE u.team_id = l.id AND u.day BETWEEN :first AND :day AND u.checked = 0
           AND u.state = 'kept') AS unchecked,
       coalesce(r.trips, 0) AS trips,
       coalesce((SELECT e.at FROM ev e WHERE e.seq = (SELECT min(o.seq) FROM ev o)), 0) AS begun,
       coalesce((SELECT s.day FROM started s), '') AS started,
       coalesce(b.studied, 0) AS was_studied, coalesce(b.visits, 0) AS was_visits,
       coalesce(b.households, 0) AS was_households, coalesce(b.opened, 0) AS was_opened,
       coalesce(b.progressed, 0) AS was_progressed, coalesce(b.submitted, 0) AS was_submitted,
       coalesce(b.closed, 0) AS was_closed, coalesce(b.checked, 0) AS was_checked,
       coalesce(b.answered, 0) AS was_answered, coalesce(b.unanswered, 0) AS was_unanswered,
       coalesce(b.promised, 0) AS was_promised
  FROM place l LEFT JOIN roster r ON r.team_id = l.id
  LEFT JOIN team_period f ON f.kind = :kind AND f.period = :period AND f.team_id = l.id
  LEFT JOIN team_period b ON b.kind = :kind AND b.period = :before AND b.team_id = l.id
 ORDER BY l.township_id, l.id;

-- name: items(depth, owing, weekly, monthly, day, weekday, soon, until, first, last, since, long_ago, county, township, team)
-- What is behind the figures, one row each; the columns are those of facts.Item.
-- depth 0 names no household and nobody, 1 names them,
-- 2 adds the issue steps and study topics of the period, 3 every visit and check as well.
-- A week of depth 2 lists the households visited and the promises of the week after. Rows of 'owed',
-- 'tier', 'look' and 'told' are counts: so many (number), of them so many (waiting).
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village FROM team t
   WHERE t.county_id = :county
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
), standing AS (
  SELECT i.id, i.team_id, l.village, i.owner_id, i.household, i.text, i.due
    FROM place l CROSS JOIN issue i
   WHERE i.team_id = l.id AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.found_day <= :day
  UNION ALL
  SELECT i.id, i.team_id, l.village, i.owner_id, i.household, i.text, i.due
    FROM place l CROSS JOIN issue i
   WHERE i.team_id = l.id AND i.closed_day > :day AND i.found_day <= :day
), judged AS (
  -- Handed in for 销号 by then (verified or not), neither sent back nor recalled since: from the
  -- steps, not from the state of now. Who is on no team writes his step as an event.
  SELECT s.*, CASE WHEN EXISTS (
             SELECT 1 FROM progress g JOIN record r ON r.id = g.record_id
              WHERE g.issue_id = s.id AND g.step = 'submit' AND r.state = 'kept' AND r.made_at < :until
                AND NOT EXISTS (SELECT 1 FROM ev e
                                 WHERE e.subject = 'issue:' || s.id AND e.at BETWEEN r.made_at AND :until - 1
                                   AND e.kind IN ('issue.sent_back', 'issue.recalled')))
           OR EXISTS (
             SELECT 1 FROM ev h
              WHERE h.subject = 'issue:' || s.id AND h.kind = 'issue.submitted' AND h.at < :until
                AND NOT EXISTS (SELECT 1 FROM ev e
                                 WHERE e.subject = 'issue:' || s.id AND e.at BETWEEN h.at AND :until - 1
                                   AND e.kind IN ('issue.sent_back', 'issue.recalled')))
                   THEN 1 ELSE 0 END AS waiting
    FROM standing s
)
SELECT 'issue' AS sort, j.team_id, j.village, j.id AS number, j.owner_id AS person_id,
       CASE WHEN :depth > 0 THEN p.name ELSE '' END AS person,
       CASE WHEN :depth > 0 THEN j.household ELSE '' END AS household,
       CASE WHEN :depth > 0 THEN j.text ELSE '' END AS text,
       j.due AS day, j.waiting
  FROM judged j JOIN person p ON p.id = j.owner_id
 WHERE j.due <= :soon OR j.waiting = 1
UNION ALL
-- A miss that nobody has decided on: a number, at no depth a name. Lifted or on leave: no miss.
SELECT 'missed', l.id, l.village, c.id, c.person_id, '', '', '', c.day, 0
  FROM place l CROSS JOIN spotcheck c
 WHERE c.team_id = l.id AND c.day BETWEEN :first AND :last AND c.state = 'missed'
   AND (c.found_at IS NULL OR EXISTS (
     SELECT 1 FROM finding f WHERE f.source = 'chat' AND f.source_id = c.id AND f.state = 'open'))
UNION ALL
SELECT 'owing', l.id, l.village, p.id, p.id,
       CASE WHEN :depth > 0 THEN p.name ELSE '' END, '',
       coalesce((SELECT s.value FROM setting s WHERE s.name = 'mute:' || p.id), ''), '', 0
  FROM place l CROSS JOIN posting g JOIN person p ON p.id = g.person_id
 WHERE :owing = 1 AND g.team_id = l.id AND g.role IN ('member', 'leader')
   AND g.from_day <= :day AND coalesce(g.to_day, '9999-12-31') >= :day
   AND NOT EXISTS (SELECT 1 FROM record r WHERE r.person_id = p.id AND r.day = :day
                      AND r.kind = 'study' AND r.state = 'kept')
   AND NOT EXISTS (SELECT 1 FROM leave v WHERE v.person_id = p.id AND v.state = 'approved'
                      AND v.from_day <= :day AND v.to_day >= :day
                      AND coalesce(v.back_day, '9999') > :day)
   AND NOT EXISTS (SELECT 1 FROM rest_rota o WHERE o.person_id = p.id AND o.weekday = :weekday
                      AND o.from_day <= :day AND coalesce(o.to_day, '9999') >= :day)
UNION ALL
-- 反弹: found again in the period.
SELECT 'rebounded', l.id, l.village, i.id, p.id,
       CASE WHEN :depth > 0 THEN p.name ELSE '' END,
       CASE WHEN :depth > 0 THEN i.household ELSE '' END,
       CASE WHEN :depth > 0 THEN i.text ELSE '' END, i.found_day, 0
  FROM place l CROSS JOIN issue i JOIN person p ON p.id = i.owner_id
 WHERE i.team_id = l.id AND i.reopens_id IS NOT NULL AND i.found_day BETWEEN :first AND :last
   AND i.state NOT IN ('withdrawn', 'merged')
UNION ALL
-- Whose deadline has come in the 90 days up to the day, and of these struck off by then.
SELECT 'owed', l.id, l.village, count(*), 0, '', '', '', '',
       sum(CASE WHEN i.closed_day <= :day THEN 1 ELSE 0 END)
  FROM place l CROSS JOIN issue i
 WHERE :long_ago <> '' AND i.team_id = l.id AND i.due BETWEEN :long_ago AND :day
   AND i.state NOT IN ('withdrawn', 'merged') AND i.found_day <= :day
 GROUP BY l.id, l.village
UNION ALL
SELECT 'tier', l.id, l.village, count(*), 0, '', '', i.tier, '', 0
  FROM place l CROSS JOIN issue i
 WHERE :monthly = 1 AND i.team_id = l.id AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
   AND i.found_day <= :day
 GROUP BY l.id, l.village, i.tier
UNION ALL
SELECT 'tier', l.id, l.village, count(*), 0, '', '', i.tier, '', 0
  FROM place l CROSS JOIN issue i
 WHERE :monthly = 1 AND i.team_id = l.id AND i.closed_day > :day AND i.found_day <= :day
 GROUP BY l.id, l.village, i.tier
UNION ALL
SELECT 'look', l.id, l.village, count(*), 0, '', '', '', '',
       sum(CASE WHEN b.at < :until THEN 1 ELSE 0 END)
  FROM look_back b CROSS JOIN issue i JOIN place l ON l.id = i.team_id
 WHERE :monthly = 1 AND b.due BETWEEN :first AND :last AND i.id = b.issue_id
 GROUP BY l.id, l.village
UNION ALL
-- From which day to which a struck-off issue was open.
SELECT 'lasted', l.id, l.village, i.id, 0, '', '', i.found_day, i.closed_day, 0
  FROM place l CROSS JOIN issue i
 WHERE :monthly = 1 AND i.team_id = l.id AND i.closed_day BETWEEN :first AND :last
UNION ALL
-- The burden: unasked messages to the members of the county.
SELECT 'told', 0, '', count(*), 0, '', '', '', '', 0
  FROM person p CROSS JOIN outbox o
 WHERE :monthly = 1 AND :township = 0 AND :team = 0 AND p.county_id = :county
   AND p.role IN ('member', 'leader') AND o.person_id = p.id AND o.why NOT IN ('', 'request')
   AND o.state = 'sent' AND o.made_at >= :since AND o.made_at < :until
 GROUP BY p.county_id
UNION ALL
-- A household visited: how often (number), for the first time (1), again (0), unknown (2).
SELECT 'called', l.id, l.village, count(*), 0, '', v.household, '', min(r.day),
       CASE WHEN v.household_id IS NULL THEN 2
            WHEN EXISTS (SELECT 1 FROM visit e WHERE e.team_id = l.id AND e.household_id = v.household_id
                            AND e.kept = 1 AND e.day < :first) THEN 0
            ELSE 1 END
  FROM place l CROSS JOIN record r JOIN visit v ON v.record_id = r.id
 WHERE :depth > 1 AND :weekly = 1 AND r.team_id = l.id AND r.day BETWEEN :first AND :last
   AND r.kind = 'visit' AND r.state = 'kept'
 GROUP BY l.id, l.village, v.household_id, v.household
UNION ALL
SELECT 'promise', l.id, l.village, r.id, p.id, p.name, m.household, m.text, m.by_day, 0
  FROM place l CROSS JOIN promise m JOIN record r ON r.id = m.record_id JOIN person p ON p.id = r.person_id
 WHERE :depth > 1 AND :weekly = 1 AND m.team_id = l.id AND m.by_day > :last AND m.by_day <= :soon
   AND r.state = 'kept'
UNION ALL
SELECT 'opened', l.id, l.village, i.id, p.id, p.name, i.household, i.text, r.day, 0
  FROM place l CROSS JOIN record r
  JOIN issue i ON i.record_id = r.id JOIN person p ON p.id = r.person_id
 WHERE :depth > 1 AND r.team_id = l.id AND r.day BETWEEN :first AND :last AND r.kind = 'issue' AND r.state = 'kept'
   AND i.state <> 'merged'
UNION ALL
SELECT CASE g.step WHEN 'submit' THEN 'submitted' ELSE 'progressed' END,
       l.id, l.village, i.id, p.id, p.name, i.household, g.text, r.day, 0
  FROM place l CROSS JOIN record r
  JOIN progress g ON g.record_id = r.id JOIN issue i ON i.id = g.issue_id
  JOIN person p ON p.id = r.person_id
 WHERE :depth > 1 AND r.team_id = l.id AND r.day BETWEEN :first AND :last AND r.kind = 'progress' AND r.state = 'kept'
UNION ALL
SELECT 'closed', l.id, l.village, i.id, p.id, p.name, i.household, i.text, i.closed_day, 0
  FROM place l CROSS JOIN issue i JOIN person p ON p.id = i.closed_by
 WHERE :depth > 1 AND i.team_id = l.id AND i.closed_day BETWEEN :first AND :last
UNION ALL
SELECT 'studied', l.id, l.village, r.id, p.id, p.name, '', s.topic, r.day, 0
  FROM place l CROSS JOIN record r
  JOIN study s ON s.record_id = r.id JOIN person p ON p.id = r.person_id
 WHERE :depth > 1 AND r.team_id = l.id AND r.day BETWEEN :first AND :last AND r.kind = 'study' AND r.state = 'kept'
UNION ALL
SELECT 'visited', l.id, l.village, r.id, p.id, p.name, v.household, v.found, r.day, 0
  FROM place l CROSS JOIN record r
  JOIN visit v ON v.record_id = r.id JOIN person p ON p.id = r.person_id
 WHERE :depth > 2 AND r.team_id = l.id AND r.day BETWEEN :first AND :last AND r.kind = 'visit' AND r.state = 'kept'
UNION ALL
SELECT 'checked', l.id, l.village, c.id, p.id, p.name, '', c.state, c.day, 0
  FROM place l CROSS JOIN spotcheck c JOIN person p ON p.id = c.person_id
 WHERE c.team_id = l.id AND c.day BETWEEN :first AND :last AND :depth > 2 AND c.state <> 'void'
 ORDER BY sort, day, number, person_id;

-- name: begun()$
-- When the ledger began (epoch ms).
SELECT e.at FROM ev e WHERE e.seq = (SELECT min(o.seq) FROM ev o);

-- name: keep(kind, period, level, place_id, facts, now)*!
-- As it went out; a second one changes nothing.
INSERT INTO report (kind, period, level, place_id, facts, made_at)
VALUES (:kind, :period, :level, :place_id, :facts, :now)
ON CONFLICT (kind, period, level, place_id) DO NOTHING;

-- name: kept(kind, period, level, place_id)$
SELECT facts FROM report
 WHERE kind = :kind AND period = :period AND level = :level AND place_id = :place_id;

-- name: last_head(first, last)^
-- The last published head of these days.
SELECT day, h FROM day_head WHERE day BETWEEN :first AND :last ORDER BY day DESC LIMIT 1;

-- name: last_shown(person, since)$
-- What the buttons say under the newest summary this person was shown.
SELECT c.options FROM outbox o JOIN card c ON c.id = o.card_id
 WHERE o.person_id = :person AND o.made_at >= :since AND c.options LIKE '%明细%'
 ORDER BY o.made_at DESC, o.id DESC LIMIT 1;
