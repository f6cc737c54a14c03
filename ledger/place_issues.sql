-- The issues of one household and of one village, with what the look-backs (回头看) have said.

-- name: of_household(household, county, township, team)
SELECT i.id, i.text, i.household, i.category, i.due, i.state, i.found_day, i.closed_day, i.rebounds, i.holder,
       (SELECT max(b.day) FROM look_back b WHERE b.issue_id = i.id AND b.result <> '') AS looked,
       (SELECT min(b.due) FROM look_back b WHERE b.issue_id = i.id AND b.result = '') AS look_due
  FROM issue_line i
 WHERE i.household_id = :household AND i.state NOT IN ('withdrawn', 'merged') AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY CASE WHEN i.closed_day IS NULL THEN 0 ELSE 1 END, i.due, i.id;

-- name: of_village(team, county, township, limit)
SELECT i.id, i.text, i.household, i.category, i.due, i.state, i.found_day, i.closed_day, i.rebounds, i.holder,
       NULL AS looked, NULL AS look_due
  FROM issue_line i
 WHERE i.team_id = :team AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')
   AND i.county_id = :county AND (:township = 0 OR i.township_id = :township)
 ORDER BY i.due, i.id LIMIT :limit;

-- name: count(team, county, township)^
SELECT (SELECT count(*) FROM issue i
         WHERE i.team_id = t.id AND i.closed_day IS NULL AND i.state NOT IN ('withdrawn', 'merged')) AS unsolved,
       (SELECT count(*) FROM issue i
         WHERE i.team_id = t.id AND i.closed_day IS NOT NULL AND i.state <> 'rebounded') AS solved
  FROM team t WHERE t.id = :team AND t.county_id = :county AND (:township = 0 OR t.township_id = :township);
