-- The issue ledger as one reads it: every issue of a scope, with the names behind its numbers.
-- The columns of `rows` are those of issue_rows.Row, but for what stands in `spans` and `look_backs`.
-- A request for 销号 that was sent back or recalled is no progress: its words are left out.

-- name: rows(by, id, from_day, until_day, unfinished, late_on, unit, tag, household, catalogue, campaign, sweep, first, last, village, county, township, team)
SELECT i.id, i.township_id, i.team_id, coalesce(w.name, '') AS township, coalesce(t.village, '') AS village,
       i.household, i.text, i.tier, i.category, i.source, coalesce(k.name, '') AS catalogue, i.aspect,
       i.item_no, i.measure, i.requirement, i.lasting, coalesce(u.name, '') AS lead_unit, i.co_units,
       i.responsible, p.name AS owner, i.tags, i.found_day, i.due, i.state,
       CASE WHEN i.state IN ('open', 'doing') THEN '' ELSE i.effect END AS effect, i.submitted_at,
       coalesce(v.name, CASE WHEN i.submitted_at IS NULL THEN '' ELSE x.name END, '') AS verifier, i.household_word, i.text_only, i.closed_day,
       coalesce(i.reopens_id, 0) AS reopens_id, i.rebounds, coalesce(h.holder, '') AS holder,
       (SELECT count(*) FROM due_change d WHERE d.issue_id = i.id AND d.state = 'granted') AS moved,
       coalesce((SELECT g.text FROM progress g JOIN record r ON r.id = g.record_id
                  WHERE g.issue_id = i.id AND r.state = 'kept'
                    AND (g.step <> 'submit' OR i.state NOT IN ('open', 'doing'))
                  ORDER BY g.record_id DESC LIMIT 1), '') AS note,
       (SELECT count(*) FROM attachment a WHERE a.issue_id = i.id)
         + (SELECT count(*) FROM progress g JOIN attachment a ON a.record_id = g.record_id
              JOIN record r ON r.id = g.record_id WHERE g.issue_id = i.id AND r.state = 'kept') AS files
  FROM issue i JOIN person p ON p.id = i.owner_id
  LEFT JOIN team t ON t.id = i.team_id LEFT JOIN township w ON w.id = i.township_id
  LEFT JOIN unit u ON u.id = i.lead_unit_id LEFT JOIN catalogue k ON k.id = i.catalogue_id
  LEFT JOIN person v ON v.id = i.verified_by LEFT JOIN person x ON x.id = i.closed_by
  LEFT JOIN custody h ON h.issue_id = i.id AND h.until_at IS NULL
 WHERE i.county_id = :county AND i.state NOT IN ('withdrawn', 'merged')
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
   AND (:village = 0 OR i.team_id = :village)
   AND (:id = 0 OR i.id = :id)
   AND (:from_day = '' OR i.due >= :from_day) AND (:until_day = '' OR i.due <= :until_day)
   AND (:unfinished = 0 OR i.closed_day IS NULL)
   AND (:late_on = '' OR (i.closed_day IS NULL AND i.due < :late_on))
   AND (:household = '' OR i.household = :household)
   AND (:catalogue = '' OR k.name = :catalogue)
   AND (:unit = '' OR u.name = :unit OR h.holder = :unit
        OR '、' || i.co_units || '、' LIKE '%、' || :unit || '、%')
   AND (:tag = '' OR '、' || i.tags || '、' LIKE '%、' || :tag || '、%')
   AND (:campaign = '' OR '、' || i.tags || '、' LIKE '%、' || :campaign || '、%'
        OR i.household_id IN (SELECT m.household_id FROM campaign_household m WHERE m.campaign_id = :sweep))
   AND (:sweep = 0 OR (i.catalogue_id IS NULL AND i.found_day BETWEEN :first AND :last))
 ORDER BY CASE WHEN :by = 'place' THEN coalesce(i.township_id, 0) END,
          CASE WHEN :by = 'place' THEN coalesce(i.team_id, 0) END,
          CASE :by WHEN 'place' THEN i.household WHEN 'unit' THEN coalesce(h.holder, '')
                   WHEN 'due' THEN i.due END,
          CASE WHEN :by = 'unit' THEN i.due END,
          i.id;

-- name: spans(first, last, county, township, team)
SELECT c.issue_id, c.holder, c.since_day, c.until_day
  FROM issue i JOIN custody c ON c.issue_id = i.id
 WHERE i.id BETWEEN :first AND :last AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY c.issue_id, c.id;

-- name: tables_words(first, last, county, township, team)
-- What the tables said of issues that came in struck off: nobody has verified them here.
SELECT i.id AS issue_id, b.body
  FROM issue i JOIN ev e ON e.subject = 'issue:' || i.id AND e.kind = 'issue.imported'
  JOIN ev_body b ON b.seq = e.seq
 WHERE i.id BETWEEN :first AND :last AND i.county_id = :county AND i.catalogue_id IS NOT NULL
   AND i.closed_day IS NOT NULL AND i.submitted_at IS NULL
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY e.seq;

-- name: look_backs(first, last, county, township, team)
SELECT b.issue_id, b.after_days, b.due, b.result, b.day
  FROM issue i JOIN look_back b ON b.issue_id = i.id
 WHERE i.id BETWEEN :first AND :last AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY b.issue_id, b.after_days;
