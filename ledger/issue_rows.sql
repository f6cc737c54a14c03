-- The issue ledger as one reads it: every issue of a scope, with the names behind its numbers.
-- The columns of `rows` are those of issue_rows.Row, but for what stands in `spans` and `look_backs`.

-- name: rows(by, id, from_day, until_day, unfinished, late_on, unit, tag, household, catalogue, campaign, village, county, township, team)
SELECT i.id, i.township_id, i.team_id, coalesce(w.name, '') AS township, coalesce(t.village, '') AS village,
       i.household, i.text, i.tier, i.category, i.source, coalesce(k.name, '') AS catalogue, i.aspect,
       i.item_no, i.measure, i.requirement, i.lasting, coalesce(u.name, '') AS lead_unit, i.co_units,
       i.responsible, p.name AS owner, i.tags, i.found_day, i.due, i.state, i.effect, i.submitted_at,
       coalesce(v.name, x.name, '') AS verifier, i.household_word, i.text_only, i.closed_day,
       coalesce(i.reopens_id, 0) AS reopens_id, i.rebounds, coalesce(h.holder, '') AS holder,
       (SELECT count(*) FROM due_change d WHERE d.issue_id = i.id AND d.state = 'granted') AS moved,
       coalesce((SELECT g.text FROM progress g JOIN record r ON r.id = g.record_id
                  WHERE g.issue_id = i.id AND r.state = 'kept' ORDER BY g.record_id DESC LIMIT 1), '') AS note,
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
   AND (:campaign = '' OR i.household_id IN (
          SELECT m.household_id FROM campaign_household m JOIN campaign y ON y.id = m.campaign_id
           WHERE y.county_id = :county AND y.name = :campaign))
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

-- name: look_backs(first, last, county, township, team)
SELECT b.issue_id, b.after_days, b.due, b.result, b.day
  FROM issue i JOIN look_back b ON b.issue_id = i.id
 WHERE i.id BETWEEN :first AND :last AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY b.issue_id, b.after_days;
