-- 回头看: who drew which issue, and what was found.

-- name: last_draw(county)^
SELECT week, pool FROM look_back_draw WHERE county_id = :county ORDER BY week DESC LIMIT 1;

-- name: closed_between(county, first, last)
-- Struck off in these days and not come back.
SELECT i.id, i.tier, i.category, i.rebounds, i.closed_day FROM issue i
 WHERE i.county_id = :county AND i.closed_day BETWEEN :first AND :last AND i.state = 'closed'
 ORDER BY i.id;

-- name: keep_draw(county, week, seed, pool, drawn, now, period)$
INSERT INTO look_back_draw (county_id, week, seed, pool, drawn, at, period_id)
VALUES (:county, :week, :seed, :pool, :drawn, :now, :period)
ON CONFLICT (county_id, week) DO NOTHING RETURNING id;

-- name: draw(id)^
SELECT id, county_id, week, seed, pool, drawn, at, period_id FROM look_back_draw WHERE id = :id;

-- name: draw_of(county, week)^
SELECT id, county_id, week, seed, pool, drawn, at, period_id FROM look_back_draw WHERE county_id = :county AND week = :week;

-- name: plan(issue, after, due, draw, why)!
INSERT INTO look_back (issue_id, after_days, due, draw_id, why) VALUES (:issue, :after, :due, :draw, :why)
ON CONFLICT (issue_id, after_days) DO NOTHING;

-- name: waiting(county, township, team)
-- What nobody has looked back at yet, of issues that are still struck off.
SELECT l.*, b.due AS look_due
  FROM look_back b JOIN issue i ON i.id = b.issue_id JOIN issue_line l ON l.id = i.id
 WHERE b.result = '' AND i.state = 'closed' AND i.county_id = :county
   AND (:township = 0 OR i.township_id = :township)
   AND (:team = 0 OR i.team_id = :team)
 ORDER BY b.due, b.issue_id, b.after_days;

-- name: of_issue(issue)
SELECT issue_id, after_days, due, draw_id, why, result, by_id, text, day FROM look_back
 WHERE issue_id = :issue ORDER BY after_days;

-- name: settle(issue, result, by, text, day, now)
-- Whoever goes there answers for every look-back of that issue that is open.
UPDATE look_back SET result = :result, by_id = :by, text = :text, day = :day, at = :now
 WHERE issue_id = :issue AND result = '' RETURNING after_days;
