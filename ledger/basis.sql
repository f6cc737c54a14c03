-- 依据: the records behind one figure of a summary, one row each; `figure` says which.
-- The columns are those of basis.Line; `total` counts all rows before the page is cut, `open` those
-- the reader may open (own: a member's number where colleagues are only counted, else 0).
-- CROSS JOIN and NOT MATERIALIZED keep SQLite to one order: first the places asked for (`at` names
-- one of them), then what lies in them, so that a basis costs no more than its own records.

-- name: records(figure, first, last, day, at, named, own, skip, most, county, township, team)
-- visits, studied (once a person and day), promised; unchecked: read from a sentence, nobody has looked.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT r.day, l.township, l.village, 'visit' AS kind, r.id AS number, r.person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END AS person,
           CASE WHEN :named = 1 THEN v.household ELSE '' END AS household,
           CASE WHEN :named = 1 THEN v.found ELSE '' END AS text, r.made_at, r.changed_at
      FROM place l CROSS JOIN record r
      JOIN visit v ON v.record_id = r.id JOIN person p ON p.id = r.person_id
     WHERE :figure = 'visits' AND r.team_id = l.id AND r.day BETWEEN :first AND :last
       AND r.kind = 'visit' AND r.state = 'kept'
    UNION ALL
    SELECT r.day, l.township, l.village, 'study', r.id, r.person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END, '',
           CASE WHEN :named = 1 THEN s.topic ELSE '' END, r.made_at, r.changed_at
      FROM place l CROSS JOIN record r
      JOIN study s ON s.record_id = r.id JOIN person p ON p.id = r.person_id
     WHERE :figure = 'studied' AND r.team_id = l.id AND r.day BETWEEN :first AND :last
       AND r.kind = 'study' AND r.state = 'kept'
       AND NOT EXISTS (SELECT 1 FROM record q
                        WHERE q.person_id = r.person_id AND q.day = r.day AND q.kind = 'study'
                          AND q.state = 'kept' AND q.id < r.id)
    UNION ALL
    SELECT r.day, l.township, l.village, 'promise', r.id, r.person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END,
           CASE WHEN :named = 1 THEN m.household ELSE '' END,
           CASE WHEN :named = 1 THEN m.text ELSE '' END, r.made_at, r.changed_at
      FROM place l CROSS JOIN record r
      JOIN promise m ON m.record_id = r.id JOIN person p ON p.id = r.person_id
     WHERE :figure = 'promised' AND r.team_id = l.id AND r.day BETWEEN :first AND :last
       AND r.kind = 'promise' AND r.state = 'kept'
    UNION ALL
    SELECT r.day, l.township, l.village, r.kind, r.id, r.person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END, '', '', r.made_at, r.changed_at
      FROM place l CROSS JOIN record r JOIN person p ON p.id = r.person_id
     WHERE :figure = 'unchecked' AND r.team_id = l.id AND r.day BETWEEN :first AND :day
       AND r.checked = 0 AND r.state = 'kept'
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: households(figure, first, last, at, named, own, skip, most, county, township, team)
-- households: each once, by its first visit; called: those without a number of theirs as well, by name.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT r.day, l.township, l.village, 'household' AS kind, r.id AS number, r.person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END AS person,
           CASE WHEN :named = 1 THEN v.household ELSE '' END AS household, '' AS text,
           r.made_at, r.changed_at
      FROM place l CROSS JOIN record r
      JOIN visit v ON v.record_id = r.id JOIN person p ON p.id = r.person_id
     WHERE r.team_id = l.id AND r.day BETWEEN :first AND :last AND r.kind = 'visit' AND r.state = 'kept'
       AND CASE WHEN :figure = 'households' THEN v.household_id IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM visit e
              WHERE e.team_id = v.team_id AND e.household_id = v.household_id AND e.kept = 1
                AND e.day BETWEEN :first AND v.day AND (e.day < v.day OR e.record_id < v.record_id))
           ELSE NOT EXISTS (
             SELECT 1 FROM record q JOIN visit e ON e.record_id = q.id
              WHERE q.team_id = r.team_id AND q.day BETWEEN :first AND r.day AND q.kind = 'visit'
                AND q.state = 'kept' AND (q.day < r.day OR q.id < r.id) AND e.household = v.household
                AND coalesce(e.household_id, 0) = coalesce(v.household_id, 0)) END
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: issue_steps(figure, first, last, at, named, own, skip, most, county, township, team)
-- opened, submitted, progressed, closed, rebounded: what happened to issues; the number is the issue's.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT r.day, l.township, l.village, 'opened' AS kind, i.id AS number, r.person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END AS person,
           CASE WHEN :named = 1 THEN i.household ELSE '' END AS household,
           CASE WHEN :named = 1 THEN i.text ELSE '' END AS text, r.made_at, r.changed_at
      FROM place l CROSS JOIN record r
      JOIN issue i ON i.record_id = r.id JOIN person p ON p.id = r.person_id
     WHERE :figure = 'opened' AND r.team_id = l.id AND r.day BETWEEN :first AND :last
       AND r.kind = 'issue' AND r.state = 'kept' AND i.state <> 'merged'
    UNION ALL
    SELECT r.day, l.township, l.village, CASE g.step WHEN 'submit' THEN 'submitted' ELSE 'progressed' END,
           i.id, r.person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END,
           CASE WHEN :named = 1 THEN i.household ELSE '' END,
           CASE WHEN :named = 1 THEN g.text ELSE '' END, r.made_at, r.changed_at
      FROM place l CROSS JOIN record r
      JOIN progress g ON g.record_id = r.id JOIN issue i ON i.id = g.issue_id
      JOIN person p ON p.id = r.person_id
     WHERE r.team_id = l.id AND r.day BETWEEN :first AND :last
       AND r.kind = 'progress' AND r.state = 'kept'
       AND ((:figure = 'submitted' AND g.step = 'submit') OR (:figure = 'progressed' AND g.step <> 'submit'))
    UNION ALL
    SELECT i.found_day, l.township, l.village, 'rebounded', i.id, i.owner_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END,
           CASE WHEN :named = 1 THEN i.household ELSE '' END,
           CASE WHEN :named = 1 THEN i.text ELSE '' END, 0, 0
      FROM place l CROSS JOIN issue i JOIN person p ON p.id = i.owner_id
     WHERE :figure = 'rebounded' AND i.team_id = l.id AND i.reopens_id IS NOT NULL
       AND i.found_day BETWEEN :first AND :last AND i.state NOT IN ('withdrawn', 'merged')
    UNION ALL
    SELECT i.closed_day, l.township, l.village, 'closed', i.id, i.owner_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END,
           CASE WHEN :named = 1 THEN i.household ELSE '' END,
           CASE WHEN :named = 1 THEN i.text ELSE '' END, i.closed_at, 0
      FROM place l CROSS JOIN issue i JOIN person p ON p.id = i.owner_id
     WHERE :figure = 'closed' AND i.team_id = l.id AND i.closed_day BETWEEN :first AND :last
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: standing(figure, day, soon, until, at, named, own, skip, most, county, township, team)
-- standing (and by tier), overdue, waiting, soon: issues not struck off at the end of a day; `day` is the deadline.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT j.due AS day, j.township, j.village, 'standing' AS kind, j.id AS number, j.owner_id AS person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END AS person,
           CASE WHEN :named = 1 THEN j.household ELSE '' END AS household,
           CASE WHEN :named = 1 THEN j.text ELSE '' END AS text, j.made_at, 0 AS changed_at
      FROM (
        SELECT s.*, coalesce((SELECT r.made_at FROM record r WHERE r.id = s.record_id), 0) AS made_at,
               -- Handed in by then, neither sent back nor recalled since; as in reports.items.
               CASE WHEN :figure IN ('waiting', 'soon') AND (EXISTS (
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
                                       AND e.kind IN ('issue.sent_back', 'issue.recalled'))))
               THEN 1 ELSE 0 END AS waiting
          FROM (
            SELECT i.id, i.record_id, l.township, l.village, i.owner_id, i.household, i.text, i.due, i.tier
              FROM place l CROSS JOIN issue i
             WHERE i.team_id = l.id AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
               AND i.found_day <= :day
            UNION ALL
            SELECT i.id, i.record_id, l.township, l.village, i.owner_id, i.household, i.text, i.due, i.tier
              FROM place l CROSS JOIN issue i
             WHERE i.team_id = l.id AND i.closed_day > :day AND i.found_day <= :day
          ) s
      ) j JOIN person p ON p.id = j.owner_id
     WHERE :figure IN ('standing', j.tier) OR (:figure = 'overdue' AND j.due < :day)
        OR (:figure = 'waiting' AND j.waiting = 1)
        OR (:figure = 'soon' AND j.waiting = 0 AND j.due BETWEEN :day AND :soon)
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: checks(figure, first, last, at, own, skip, most, county, township, team)
-- checked, answered, unanswered, missed: spot checks. Nobody is named: a miss may still be lifted.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT c.day, l.township, l.village, 'check' AS kind, c.id AS number, c.person_id, '' AS person, '' AS household,
           c.state AS text, c.opens_at AS made_at, 0 AS changed_at
      FROM place l CROSS JOIN spotcheck c
     WHERE c.team_id = l.id AND c.day BETWEEN :first AND :last
       AND ((:figure = 'checked' AND c.state <> 'void') OR (:figure = 'answered' AND c.state = 'answered')
         OR (:figure = 'unanswered' AND c.state = 'missed' AND NOT EXISTS (
           SELECT 1 FROM finding f WHERE f.source = 'chat' AND f.source_id = c.id AND f.state = 'lifted'))
         OR (:figure = 'missed' AND c.state = 'missed' AND (c.found_at IS NULL OR EXISTS (
           SELECT 1 FROM finding f WHERE f.source = 'chat' AND f.source_id = c.id AND f.state = 'open'))))
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: posts(figure, day, weekday, workday, at, named, own, skip, most, county, township, team)
-- roster, posted, away (on_leave, trips): posts of the day; owing: no study record on a working day.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT :day AS day, l.township, l.village, 'post' AS kind, p.id AS number, p.id AS person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END AS person, '' AS household,
           CASE WHEN :named = 1 OR :figure = 'roster' THEN g.role ELSE '' END AS text,
           0 AS made_at, 0 AS changed_at
      FROM place l CROSS JOIN posting g JOIN person p ON p.id = g.person_id
     WHERE g.team_id = l.id AND g.role IN ('member', 'leader')
       AND g.from_day <= :day AND coalesce(g.to_day, '9999-12-31') >= :day
       AND (:figure = 'roster'
         OR (:figure IN ('away', 'trips', 'on_leave', 'posted')
           AND CASE WHEN :figure = 'posted' THEN 0 ELSE 1 END = CASE WHEN EXISTS (
                 SELECT 1 FROM leave v WHERE v.person_id = p.id AND v.state = 'approved'
                    AND v.from_day <= :day AND v.to_day >= :day AND coalesce(v.back_day, '9999') > :day)
               THEN 1 ELSE 0 END
           AND (:figure IN ('away', 'posted')
             OR CASE WHEN :figure = 'trips' THEN 1 ELSE 0 END = CASE WHEN EXISTS (
                 SELECT 1 FROM leave v WHERE v.person_id = p.id AND v.state = 'approved' AND v.kind = '公差'
                    AND v.from_day <= :day AND v.to_day >= :day AND coalesce(v.back_day, '9999') > :day)
               THEN 1 ELSE 0 END))
         OR (:figure IN ('owing', 'owing_told') AND :workday = 1
           AND NOT EXISTS (SELECT 1 FROM record r WHERE r.person_id = p.id AND r.day = :day
                              AND r.kind = 'study' AND r.state = 'kept')
           AND NOT EXISTS (SELECT 1 FROM leave v WHERE v.person_id = p.id AND v.state = 'approved'
                              AND v.from_day <= :day AND v.to_day >= :day AND coalesce(v.back_day, '9999') > :day)
           AND NOT EXISTS (SELECT 1 FROM rest_rota o WHERE o.person_id = p.id AND o.weekday = :weekday
                              AND o.from_day <= :day AND coalesce(o.to_day, '9999') >= :day)
           AND (:figure = 'owing' OR NOT EXISTS (
                 SELECT 1 FROM setting s WHERE s.name = 'mute:' || p.id AND s.value <> ''))))
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: teams(figure, first, last, day, at, own, skip, most, county, township, team)
-- teams, and silent: those with people and without any record of the period.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT '' AS day, l.township, l.village, 'team' AS kind, l.id AS number, 0 AS person_id, '' AS person, '' AS household,
           '' AS text, 0 AS made_at, 0 AS changed_at
      FROM place l
     WHERE :figure = 'teams'
        OR (EXISTS (SELECT 1 FROM posting g WHERE g.team_id = l.id AND g.role IN ('member', 'leader')
                       AND g.from_day <= :day AND coalesce(g.to_day, '9999-12-31') >= :day)
        AND NOT EXISTS (SELECT 1 FROM record r
                         WHERE r.team_id = l.id AND r.day BETWEEN :first AND :last AND r.state = 'kept'
                           AND (r.kind IN ('study', 'visit', 'promise')
                             OR EXISTS (SELECT 1 FROM progress g WHERE g.record_id = r.id AND g.issue_id IS NOT NULL)
                             OR EXISTS (SELECT 1 FROM issue i WHERE i.record_id = r.id AND i.state <> 'merged'))))
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: due(figure, long_ago, day, at, named, own, skip, most, county, township, team)
-- due, due_closed: issues whose deadline lay in the days before, and those of them struck off by then.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT i.due AS day, l.township, l.village, 'standing' AS kind, i.id AS number, i.owner_id AS person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END AS person,
           CASE WHEN :named = 1 THEN i.household ELSE '' END AS household,
           CASE WHEN :named = 1 THEN i.text ELSE '' END AS text, 0 AS made_at, 0 AS changed_at
      FROM place l CROSS JOIN issue i JOIN person p ON p.id = i.owner_id
     WHERE i.team_id = l.id AND i.due BETWEEN :long_ago AND :day AND i.found_day <= :day
       AND i.state NOT IN ('withdrawn', 'merged') AND (:figure = 'due' OR i.closed_day <= :day)
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: looks(figure, first, last, until, at, named, own, skip, most, county, township, team)
-- look_due, look_done: 回头看 that fell due in the period, and those done by its end.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT b.due AS day, (SELECT l.township FROM place l WHERE l.id = i.team_id) AS township,
           (SELECT l.village FROM place l WHERE l.id = i.team_id) AS village, 'look' AS kind, i.id AS number, i.owner_id AS person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END AS person,
           CASE WHEN :named = 1 THEN i.household ELSE '' END AS household,
           CASE WHEN :named = 1 THEN i.text ELSE '' END AS text, 0 AS made_at, 0 AS changed_at
      FROM look_back b CROSS JOIN issue i CROSS JOIN person p
     WHERE b.due BETWEEN :first AND :last AND i.id = b.issue_id AND p.id = i.owner_id
       AND EXISTS (SELECT 1 FROM place l WHERE l.id = i.team_id)
       AND (:figure = 'look_due' OR b.at < :until)
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: promises(last, soon, at, named, own, skip, most, county, township, team)
-- promise: what is promised for the days after the period.
WITH place AS NOT MATERIALIZED (
  SELECT t.id, t.village, w.name AS township
    FROM team t CROSS JOIN township w
   WHERE t.county_id = :county AND w.id = t.township_id
     AND (:township = 0 OR t.township_id = :township)
     AND (:team = 0 OR t.id = :team)
     AND (:at = '' OR (:township > 0 AND t.village = :at)
          OR (:township = 0 AND (w.name = :at OR w.name || t.village = :at)))
)
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT m.by_day AS day, l.township, l.village, 'promise' AS kind, r.id AS number, r.person_id,
           CASE WHEN :named = 1 THEN p.name ELSE '' END AS person,
           CASE WHEN :named = 1 THEN m.household ELSE '' END AS household,
           CASE WHEN :named = 1 THEN m.text ELSE '' END AS text, r.made_at, r.changed_at
      FROM place l CROSS JOIN promise m JOIN record r ON r.id = m.record_id
      JOIN person p ON p.id = r.person_id
     WHERE m.team_id = l.id AND m.by_day > :last AND m.by_day <= :soon AND r.state = 'kept'
  ) b
 ORDER BY CASE WHEN :own IN (0, b.person_id) THEN 0 ELSE 1 END, b.day, b.number, b.person_id
 LIMIT :most OFFSET :skip;

-- name: told(since, until, at, own, skip, most, county, township, team)
-- The burden of the county: unasked messages to its members. Nobody is named; the text is the cause.
SELECT b.*, count(*) OVER () AS total,
       sum(CASE WHEN :own IN (0, b.person_id) THEN 1 ELSE 0 END) OVER () AS open
  FROM (
    SELECT '' AS day, '' AS township, '' AS village, 'message' AS kind, o.id AS number, p.id AS person_id,
           '' AS person, '' AS household, o.why AS text, o.made_at, 0 AS changed_at
      FROM person p CROSS JOIN outbox o
     WHERE :at = '' AND :township = 0 AND :team = 0 AND p.county_id = :county
       AND p.role IN ('member', 'leader') AND o.person_id = p.id AND o.why NOT IN ('', 'request')
       AND o.state = 'sent' AND o.made_at >= :since AND o.made_at < :until
  ) b
 ORDER BY b.made_at, b.number
 LIMIT :most OFFSET :skip;

-- name: last_offered(person, since)$
-- What the buttons say under the newest report this person was shown, with its 依据 or 明细.
SELECT c.options FROM outbox o JOIN card c ON c.id = o.card_id
 WHERE o.person_id = :person AND o.made_at >= :since AND (c.options LIKE '% 依据%' OR c.options LIKE '% 明细%')
 ORDER BY o.made_at DESC, o.id DESC LIMIT 1;
