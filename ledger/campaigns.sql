-- Campaigns: sweeps (过筛子) with a list of households, and names to tag issues with.

-- name: running(day, county, township)
SELECT c.*, w.name AS township FROM campaign c LEFT JOIN township w ON w.id = c.township_id
 WHERE c.county_id = :county AND c.from_day <= :day AND c.to_day >= :day AND c.ended_at IS NULL
   AND (:township = 0 OR c.township_id IS NULL OR c.township_id = :township)
 ORDER BY c.to_day, c.id;

-- name: ended(first, day, first_at, county, township)
-- Over since that day: at its own last day, or ended by hand.
SELECT c.*, w.name AS township FROM campaign c LEFT JOIN township w ON w.id = c.township_id
 WHERE c.county_id = :county
   AND (:township = 0 OR c.township_id IS NULL OR c.township_id = :township)
   AND (c.ended_at >= :first_at OR (c.ended_at IS NULL AND c.to_day BETWEEN :first AND :day))
 ORDER BY c.to_day, c.id;

-- name: by_name(name, kind, county, township)^
SELECT c.*, w.name AS township FROM campaign c LEFT JOIN township w ON w.id = c.township_id
 WHERE c.county_id = :county AND c.name = :name AND c.kind = :kind
   AND (:township = 0 OR c.township_id IS NULL OR c.township_id = :township);

-- name: taken(county, name)$
SELECT id FROM campaign WHERE county_id = :county AND name = :name;

-- name: of_village(team, day)
SELECT c.name FROM campaign c JOIN team t ON t.county_id = c.county_id
 WHERE t.id = :team AND c.kind = 'sweep' AND c.from_day <= :day AND c.to_day >= :day AND c.ended_at IS NULL
   AND (c.township_id IS NULL OR c.township_id = t.township_id)
 ORDER BY c.id;

-- name: add(county, township, name, kind, from_day, to_day, by, at)$
INSERT INTO campaign (county_id, township_id, name, kind, from_day, to_day, by_id, at)
VALUES (:county, :township, :name, :kind, :from_day, :to_day, :by, :at) RETURNING id;

-- name: take_in(id)!
-- Every household of its villages that is not on the list yet.
INSERT INTO campaign_household (campaign_id, household_id)
SELECT c.id, h.id
  FROM campaign c JOIN team t ON t.county_id = c.county_id JOIN household h ON h.team_id = t.id
 WHERE c.id = :id AND (c.township_id IS NULL OR c.township_id = t.township_id)
   AND NOT EXISTS (SELECT 1 FROM campaign_household l WHERE l.campaign_id = c.id AND l.household_id = h.id);

-- name: running_sweeps(day)
SELECT id FROM campaign WHERE kind = 'sweep' AND from_day <= :day AND to_day >= :day AND ended_at IS NULL
 ORDER BY id;

-- name: end(id, at)!
UPDATE campaign SET ended_at = :at WHERE id = :id AND ended_at IS NULL;

-- name: villages(id, name, first, last, county, township, team)
-- One line a village: its households on the list, how many of them were visited in those days,
-- the issues found in those days (with its tag, or of a household on the list; not what a table has
-- brought) and how many of these are open: issue_rows.rows takes out the same. A village without a household
-- on its ledger stands there with 0.
SELECT t.id AS team_id, t.village, t.township_id, w.name AS township, count(h.id) AS listed,
       coalesce(sum(CASE WHEN EXISTS (
         SELECT 1 FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id
                                 AND v.day BETWEEN :first AND :last) THEN 1 ELSE 0 END), 0) AS visited,
       (SELECT count(*) FROM issue i WHERE i.team_id = t.id AND i.closed_day IS NULL
           AND i.state NOT IN ('withdrawn', 'merged') AND i.found_day BETWEEN :first AND :last
           AND i.catalogue_id IS NULL
           AND ('、' || i.tags || '、' LIKE '%、' || :name || '、%'
                OR EXISTS (SELECT 1 FROM campaign_household l
                            WHERE l.campaign_id = :id AND l.household_id = i.household_id))) AS unsolved,
       (SELECT count(*) FROM issue i WHERE i.team_id = t.id AND i.closed_day >= :first
           AND i.state NOT IN ('withdrawn', 'merged') AND i.found_day BETWEEN :first AND :last
           AND i.catalogue_id IS NULL
           AND ('、' || i.tags || '、' LIKE '%、' || :name || '、%'
                OR EXISTS (SELECT 1 FROM campaign_household l
                            WHERE l.campaign_id = :id AND l.household_id = i.household_id))) AS solved
  FROM team t JOIN township w ON w.id = t.township_id
  LEFT JOIN household h ON h.team_id = t.id
        AND EXISTS (SELECT 1 FROM campaign_household l WHERE l.campaign_id = :id AND l.household_id = h.id)
 WHERE t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team)
 GROUP BY t.id, t.village, t.township_id, w.name
 ORDER BY t.township_id, t.id;

-- name: left_over(id, first, last, county, township, team)
-- Not visited in those days; who was never visited comes first, then the longest ago.
SELECT h.id, h.team_id, h.name, h.group_name, h.kind, h.aliases,
       (SELECT max(v.day) FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id) AS last_visit
  FROM team t JOIN household h ON h.team_id = t.id
 WHERE t.id = :team AND t.county_id = :county AND (:township = 0 OR t.township_id = :township)
   AND EXISTS (SELECT 1 FROM campaign_household l WHERE l.campaign_id = :id AND l.household_id = h.id)
   AND NOT EXISTS (SELECT 1 FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id
                                           AND v.day BETWEEN :first AND :last)
 ORDER BY coalesce((SELECT max(v.day) FROM visit v
                     WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id), ''), h.id;

-- name: tagged(name, county, township, team)^
-- The issues with that tag.
SELECT (SELECT count(*) FROM issue i
         WHERE i.county_id = :county AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
           AND '、' || i.tags || '、' LIKE '%、' || :name || '、%'
           AND (:township = 0 OR i.township_id = :township) AND (:team = 0 OR i.team_id = :team)) AS unsolved,
       (SELECT count(*) FROM issue i
         WHERE i.county_id = :county AND i.closed_day IS NOT NULL AND i.state <> 'rebounded'
           AND '、' || i.tags || '、' LIKE '%、' || :name || '、%'
           AND (:township = 0 OR i.township_id = :township) AND (:team = 0 OR i.team_id = :team)) AS solved;
