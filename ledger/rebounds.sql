-- Issues that come back, or are there twice.

-- name: open_beside(issue, team)
-- Unfinished ones of the same team.
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id
 WHERE i.team_id = :team AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.id <> :issue
   AND NOT EXISTS (SELECT 1 FROM told_apart a WHERE a.issue_id = :issue AND a.other_id = i.id)
 ORDER BY i.id DESC;

-- name: closed_before(issue, team, since)
-- Struck off since that day and not come back yet.
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id
 WHERE i.team_id = :team AND i.closed_day >= :since AND i.state = 'closed' AND i.id <> :issue
   AND NOT EXISTS (SELECT 1 FROM told_apart a WHERE a.issue_id = :issue AND a.other_id = i.id)
 ORDER BY i.id DESC;

-- name: tell_apart(issue, other)!
INSERT INTO told_apart (issue_id, other_id) VALUES (:issue, :other), (:other, :issue)
ON CONFLICT (issue_id, other_id) DO NOTHING;

-- name: come_back(id)$
UPDATE issue SET state = 'rebounded', version = version + 1 WHERE id = :id AND state = 'closed' RETURNING id;

-- name: reopens(id, old, rebounds)$
UPDATE issue SET reopens_id = :old, rebounds = :rebounds, version = version + 1
 WHERE id = :id AND reopens_id IS NULL AND state IN ('open', 'doing') RETURNING id;

-- name: no_rebound(id)!
UPDATE issue SET reopens_id = NULL, rebounds = 0, version = version + 1 WHERE id = :id;

-- name: closed_again(id)!
UPDATE issue SET state = 'closed', version = version + 1 WHERE id = :id AND state = 'rebounded';

-- name: bring_back(old, text, tier, due, day, source, requirement, owner)$
-- A new number at the old one's place, without a record: whoever has seen it is on no team.
INSERT INTO issue (county_id, township_id, team_id, household_id, household, text, tier, category, source,
                   requirement, found_day, due, state, owner_id)
SELECT county_id, township_id, team_id, household_id, household, :text, :tier, category, :source,
       :requirement, :day, :due, 'open', :owner
  FROM issue WHERE id = :old RETURNING id;

-- name: take_after(id, old)!
-- What the ledger knows of whose job it is goes on with the new number.
UPDATE issue SET lead_unit_id = (SELECT o.lead_unit_id FROM issue o WHERE o.id = :old),
       co_units = (SELECT o.co_units FROM issue o WHERE o.id = :old),
       tags = CASE WHEN tags = '' THEN (SELECT o.tags FROM issue o WHERE o.id = :old) ELSE tags END
 WHERE id = :id;

-- name: merge(id, into)$
UPDATE issue SET state = 'merged', merged_into = :into, version = version + 1
 WHERE id = :id AND state IN ('open', 'doing') RETURNING id;

-- name: hand_files(id, into)!
-- What came after its report shows something of the other one, too.
UPDATE attachment SET issue_id = :into
 WHERE issue_id = :id OR record_id IN (SELECT record_id FROM progress WHERE issue_id = :id);

-- name: joined(id, team)$
SELECT min(i.id) FROM issue i WHERE i.team_id = :team AND i.closed_day IS NULL AND i.merged_into = :id;

-- name: looked_back(id)$
SELECT count(*) FROM look_back WHERE issue_id = :id AND result = 'rebounded';

-- name: chain(id)
WITH RECURSIVE before (id, reopens_id) AS (
  SELECT i.id, i.reopens_id FROM issue i WHERE i.id = :id
  UNION ALL SELECT i.id, i.reopens_id FROM issue i JOIN before b ON i.id = b.reopens_id
), after (id) AS (
  SELECT i.id FROM issue i WHERE i.reopens_id = :id
  UNION ALL SELECT i.id FROM issue i JOIN after a ON i.reopens_id = a.id
)
SELECT i.id FROM issue i WHERE i.id IN (SELECT id FROM before UNION SELECT id FROM after)
 ORDER BY i.rebounds, i.id;

-- name: rates(county, township, team, first, last)
SELECT coalesce(w.name, y.name) AS place, count(*) AS closed,
       sum(CASE WHEN i.state = 'rebounded' THEN 1 ELSE 0 END) AS back
  FROM issue i JOIN county y ON y.id = i.county_id LEFT JOIN township w ON w.id = i.township_id
 WHERE i.county_id = :county AND i.closed_day BETWEEN :first AND :last
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 GROUP BY i.township_id, w.name, y.name ORDER BY coalesce(i.township_id, 0);

-- name: lasted(county, township, team, first, last)
SELECT i.found_day, i.closed_day FROM issue i
 WHERE i.county_id = :county AND i.closed_day BETWEEN :first AND :last
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY i.id;

-- name: unfinished(county, township, team)
-- What has come back and is not solved again yet.
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id
 WHERE i.county_id = :county AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.rebounds > 0
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY i.rebounds DESC, i.due, i.id;
