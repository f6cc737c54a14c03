-- Short lists of unfinished issues, and the numbers of the wall chart. The view `issue_line` has the
-- columns of issues.Issue.

-- name: standing(limit, after, in_township, in_team, unit, tier, from_day, until, worked_on, county, township, team)
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id
 WHERE i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
   AND (:in_township = 0 OR i.township_id = :in_township)
   AND (:in_team = 0 OR i.team_id = :in_team)
   AND (:tier = '' OR i.tier = :tier)
   AND (:from_day = '' OR i.due >= :from_day) AND (:until = '' OR i.due <= :until)
   AND (:worked_on = 0 OR i.state IN ('open', 'doing'))
   AND (:unit = '' OR EXISTS (SELECT 1 FROM custody c WHERE c.issue_id = i.id AND c.until_at IS NULL
                                 AND c.kind = 'unit' AND c.holder = :unit))
 ORDER BY i.due, i.id LIMIT :limit OFFSET :after;

-- name: count(in_township, in_team, unit, tier, from_day, until, worked_on, county, township, team)$
SELECT count(*) FROM issue i
 WHERE i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
   AND (:in_township = 0 OR i.township_id = :in_township)
   AND (:in_team = 0 OR i.team_id = :in_team)
   AND (:tier = '' OR i.tier = :tier)
   AND (:from_day = '' OR i.due >= :from_day) AND (:until = '' OR i.due <= :until)
   AND (:worked_on = 0 OR i.state IN ('open', 'doing'))
   AND (:unit = '' OR EXISTS (SELECT 1 FROM custody c WHERE c.issue_id = i.id AND c.until_at IS NULL
                                 AND c.kind = 'unit' AND c.holder = :unit));

-- name: overdue(day, limit, county, township, team)
SELECT * FROM issue_line
 WHERE closed_day IS NULL AND due < :day AND state NOT IN ('withdrawn', 'merged') AND county_id = :county
   AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team)
 ORDER BY due, id LIMIT :limit;

-- name: near(day, until, limit, county, township, team)
SELECT * FROM issue_line
 WHERE closed_day IS NULL AND due BETWEEN :day AND :until AND state IN ('open', 'doing') AND county_id = :county
   AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team)
 ORDER BY due, id LIMIT :limit;

-- name: of_person(person, county, kind, place)
-- His own, and what lies in the hands of his office.
SELECT l.* FROM issue i JOIN issue_line l ON l.id = i.id
 WHERE i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (i.owner_id = :person OR (l.holder_kind = :kind AND l.holder_id = :place))
 ORDER BY i.due, i.id;

-- name: above_villages(day, county, township)^
-- Issues of townships and the county themselves: no village's figures have them.
SELECT count(*) AS open, coalesce(sum(CASE WHEN i.due < :day THEN 1 ELSE 0 END), 0) AS late,
       coalesce(sum(CASE WHEN i.state IN ('submitted', 'verified') THEN 1 ELSE 0 END), 0) AS waiting
  FROM issue i
 WHERE i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND i.team_id IS NULL AND (:township = 0 OR i.township_id = :township);

-- name: wall(day, until, only, county, township, team)
-- One line a place; an issue that has come back goes on as a new one and is counted there.
SELECT coalesce(w.name, '') AS township, coalesce(t.village, '') AS village,
       count(*) AS total,
       sum(CASE WHEN i.state = 'closed' THEN 1 ELSE 0 END) AS closed,
       sum(CASE WHEN i.state = 'open' THEN 1 ELSE 0 END) AS open,
       sum(CASE WHEN i.state = 'doing' THEN 1 ELSE 0 END) AS doing,
       sum(CASE WHEN i.state IN ('submitted', 'verified') THEN 1 ELSE 0 END) AS waiting,
       sum(CASE WHEN i.state IN ('open', 'doing') AND i.due BETWEEN :day AND :until THEN 1 ELSE 0 END) AS near,
       sum(CASE WHEN i.closed_day IS NULL AND i.due < :day THEN 1 ELSE 0 END) AS overdue,
       sum(CASE WHEN i.rebounds > 0 THEN 1 ELSE 0 END) AS rebounded
  FROM issue i LEFT JOIN team t ON t.id = i.team_id LEFT JOIN township w ON w.id = i.township_id
 WHERE i.county_id = :county AND i.state NOT IN ('withdrawn', 'merged', 'rebounded')
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team) AND (:only = 0 OR i.team_id = :only)
 GROUP BY w.id, w.name, t.id, t.village
 ORDER BY w.id, t.id;
