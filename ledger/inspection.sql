-- What the inspection bulletin (督查通报) is made of: the period's checks and its confirmed findings.

-- name: checks(county, since, first, last, begins, ends)
-- One row a team and way for chat, one a check for the others. A check, call or visit that was called off is none.
SELECT 'chat' AS method, t.township_id, t.id AS team_id, w.name AS township, t.village, count(*) AS drawn,
       sum(CASE WHEN s.state = 'answered' THEN 1 ELSE 0 END) AS done, '' AS found
  FROM team t CROSS JOIN spotcheck s JOIN township w ON w.id = t.township_id
 WHERE s.team_id = t.id AND t.county_id = :county AND s.day BETWEEN :first AND :last AND s.state <> 'void'
 GROUP BY t.township_id, t.id, w.name, t.village
UNION ALL
SELECT 'phone', t.township_id, t.id, w.name, t.village, 1, CASE WHEN c.state = 'done' THEN 1 ELSE 0 END,
       CASE WHEN c.state = 'done' THEN c.facts ELSE '' END
  FROM team t CROSS JOIN phone_check c JOIN township w ON w.id = t.township_id
 WHERE c.team_id = t.id AND t.county_id = :county AND c.day BETWEEN :first AND :last AND c.state <> 'void'
UNION ALL
SELECT 'visit', t.township_id, t.id, w.name, t.village, 1, 1, ''
  FROM team t CROSS JOIN surprise_visit v JOIN township w ON w.id = t.township_id
 WHERE v.team_id = t.id AND t.county_id = :county AND v.day BETWEEN :since AND :last
   AND v.state = 'done' AND v.visited_day BETWEEN :first AND :last
UNION ALL
SELECT 'back_check', t.township_id, t.id, w.name, t.village, 1, 1, ''
  FROM back_check b JOIN team t ON t.id = b.team_id JOIN township w ON w.id = t.township_id
 WHERE b.done_at >= :begins AND b.done_at < :ends AND b.state = 'done' AND t.county_id = :county
 ORDER BY 1, 2, 3, 8;

-- name: found(county, begins, ends, unanswered)
-- What was confirmed in these days and still is, and the names of the county's people and those villages' households:
-- no name goes into a bulletin. Silence to a chat check alone is a reason to ring, never a finding.
SELECT 'finding' AS sort, f.id, f.township_id, f.team_id, w.name AS township, t.village, f.source, f.category,
       f.facts AS words, f.day, CASE WHEN f.reply = '' THEN 0 ELSE 1 END AS replied
  FROM finding f JOIN team t ON t.id = f.team_id JOIN township w ON w.id = f.township_id
 WHERE f.county_id = :county AND f.state = 'confirmed' AND f.decided_at >= :begins AND f.decided_at < :ends
   AND f.category <> :unanswered
UNION ALL
SELECT 'person', p.id, 0, 0, '', '', '', '', p.name, '', 0
  FROM person p
 WHERE p.county_id = :county
UNION ALL
SELECT 'household', h.id, 0, 0, '', '', '', '', h.name, '', 0
  FROM household h
 WHERE h.team_id IN (SELECT f.team_id FROM finding f WHERE f.county_id = :county AND f.state = 'confirmed'
                        AND f.decided_at >= :begins AND f.decided_at < :ends)
 ORDER BY 1, 3, 4, 10, 2;

-- name: basis_problems(figure, since, until, at, skip, most, county)
-- 依据: the confirmed findings behind a figure; problem_villages and kind_villages: each village once.
-- `at` names a township or a kind.
SELECT b.*, count(*) OVER () AS total, count(*) OVER () AS open
  FROM (
    SELECT min(f.day) AS day, w.name AS township, t.village, 'team' AS kind, min(f.id) AS number,
           0 AS person_id, '' AS person, '' AS household, min(f.category) AS text,
           min(f.opened_at) AS made_at, min(f.decided_at) AS changed_at
      FROM finding f JOIN team t ON t.id = f.team_id JOIN township w ON w.id = f.township_id
     WHERE f.county_id = :county AND f.state = 'confirmed' AND f.decided_at >= :since AND f.decided_at < :until
       AND f.category <> '未答复' AND (:at = '' OR w.name = :at OR f.category = :at
            OR (:at = '其他' AND f.category IN ('待说明', '与记录不符')))
       AND (:figure <> 'replied' OR f.reply <> '')
     GROUP BY w.name, t.village, f.team_id,
              CASE WHEN :figure IN ('problem_villages', 'kind_villages') THEN 0 ELSE f.id END
  ) b
 ORDER BY b.day, b.number LIMIT :most OFFSET :skip;

-- name: basis_checks(figure, first, last, since, until, long_ago, skip, most, county)
-- 依据: the checks behind a figure; townships and villages: each once. Nobody is named.
SELECT b.*, count(*) OVER () AS total, count(*) OVER () AS open
  FROM (
    SELECT min(a.day) AS day, a.township, CASE WHEN :figure = 'townships' THEN '' ELSE a.village END AS village,
           CASE WHEN :figure IN ('chat_drawn', 'chat_answered') THEN 'check' ELSE 'team' END AS kind,
           min(a.number) AS number, 0 AS person_id, '' AS person, '' AS household,
           CASE WHEN :figure NOT IN ('chat_drawn', 'chat_answered') THEN ''
                WHEN max(a.done) = 1 THEN 'answered' ELSE 'missed' END AS text, min(a.made_at) AS made_at, min(a.made_at) AS changed_at
      FROM (
        SELECT s.day, w.name AS township, t.village, 'chat' AS kind, s.id AS number, s.opens_at AS made_at,
               t.id AS team_id, CASE WHEN s.state = 'answered' THEN 1 ELSE 0 END AS done, '' AS found
          FROM team t CROSS JOIN spotcheck s JOIN township w ON w.id = t.township_id
         WHERE s.team_id = t.id AND t.county_id = :county AND s.day BETWEEN :first AND :last AND s.state <> 'void'
        UNION ALL
        SELECT c.day, w.name, t.village, 'phone', c.id, coalesce(c.done_at, 0), t.id,
               CASE WHEN c.state = 'done' THEN 1 ELSE 0 END,
               CASE WHEN c.state = 'done' THEN c.facts ELSE '' END
          FROM team t CROSS JOIN phone_check c JOIN township w ON w.id = t.township_id
         WHERE c.team_id = t.id AND t.county_id = :county AND c.day BETWEEN :first AND :last AND c.state <> 'void'
        UNION ALL
        SELECT v.visited_day, w.name, t.village, 'visit', v.id, coalesce(v.filed_at, 0), t.id, 1, ''
          FROM team t CROSS JOIN surprise_visit v JOIN township w ON w.id = t.township_id
         WHERE v.team_id = t.id AND t.county_id = :county AND v.day BETWEEN :long_ago AND :last
           AND v.state = 'done' AND v.visited_day BETWEEN :first AND :last
        UNION ALL
        SELECT b.until_day, w.name, t.village, 'back_check', b.id, b.done_at, t.id, 1, ''
          FROM back_check b JOIN team t ON t.id = b.team_id JOIN township w ON w.id = t.township_id
         WHERE b.done_at >= :since AND b.done_at < :until AND b.state = 'done' AND t.county_id = :county
      ) a
     WHERE :figure IN ('townships', 'villages')
        OR (:figure = 'chat_drawn' AND a.kind = 'chat') OR (:figure = 'chat_answered' AND a.kind = 'chat' AND a.done = 1)
        OR (:figure = 'phone_drawn' AND a.kind = 'phone') OR (:figure = 'phone_done' AND a.kind = 'phone' AND a.done = 1)
        OR (:figure = 'visits_made' AND a.kind = 'visit') OR (:figure = 'back_checked' AND a.kind = 'back_check')
        OR (:figure = 'all_known' AND a.kind = 'phone')
     GROUP BY a.township, CASE WHEN :figure = 'townships' THEN 0 ELSE a.team_id END,
              CASE WHEN :figure = 'townships' THEN '' ELSE a.village END,
              CASE WHEN :figure IN ('townships', 'villages', 'all_known') THEN '' ELSE a.kind || a.number END
    HAVING :figure <> 'all_known'
        OR (max(CASE WHEN a.found LIKE '%"knew"%' THEN 1 ELSE 0 END) = 1
            AND max(CASE WHEN a.found LIKE '%"unsure"%' THEN 1 ELSE 0 END) = 0)
  ) b
 ORDER BY b.day, b.number LIMIT :most OFFSET :skip;
