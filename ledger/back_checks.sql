-- Back-checks: what of last month is asked again, by whom, and what it gave.

-- name: visits(county, first, last)
-- Visits of these days that stand, to a household; with who made them.
SELECT r.id, t.township_id, r.team_id, r.person_id
  FROM team t CROSS JOIN visit v JOIN record r ON r.id = v.record_id
 WHERE v.team_id = t.id AND t.county_id = :county AND v.kept = 1 AND v.household <> '' AND v.day BETWEEN :first AND :last
 ORDER BY r.id;

-- name: issues(county, first, last)
-- A village's issues struck off in these days that have not come back; with who had a hand in it.
SELECT i.id, t.township_id, i.team_id, i.owner_id AS person_id,
       i.submitted_by, i.verified_by, i.closed_by
  FROM issue i JOIN team t ON t.id = i.team_id
 WHERE i.county_id = :county AND i.state = 'closed' AND i.closed_day BETWEEN :first AND :last
 ORDER BY i.id;

-- name: bound(county)
-- Who can be written to.
SELECT DISTINCT a.person_id FROM address a JOIN person p ON p.id = a.person_id
 WHERE a.unbound_at IS NULL AND a.reachable = 1 AND p.county_id = :county ORDER BY a.person_id;

-- name: add(draw, township, team, kind, record, issue, person, until)$
INSERT INTO back_check (draw_id, township_id, team_id, kind, record_id, issue_id, person_id, until_day)
VALUES (:draw, :township, :team, :kind, :record, :issue, :person, :until) RETURNING id;

-- name: seen(id, county, person, staff)^
-- The asker's own; what could be given to nobody is any county staff's without a hand in it.
SELECT * FROM back_check_line
 WHERE id = :id AND county_id = :county
   AND (person_id = :person OR (person_id IS NULL AND :staff = 1
     AND NOT EXISTS (SELECT 1 FROM issue i WHERE i.id = back_check_line.issue_id
                        AND :person IN (i.owner_id, i.submitted_by, i.verified_by, i.closed_by))));

-- name: waiting(county, person, staff, day)
SELECT * FROM back_check_line
 WHERE state = 'waiting' AND kept = 1 AND until_day >= :day AND county_id = :county
   AND (person_id = :person OR (person_id IS NULL AND :staff = 1
     AND NOT EXISTS (SELECT 1 FROM issue i WHERE i.id = back_check_line.issue_id
                        AND :person IN (i.owner_id, i.submitted_by, i.verified_by, i.closed_by))))
 ORDER BY person_id IS NULL, until_day, id;

-- name: tell(person, day, near)
-- Spoken of twice at most: when it is new, and once in its last days.
UPDATE back_check SET told = told + 1
 WHERE person_id = :person AND state = 'waiting' AND until_day >= :day
   AND (told = 0 OR (told = 1 AND :day >= :near))
RETURNING id;

-- name: settle(id, answers, asked, differing, remark, by, day, now)$
UPDATE back_check SET state = 'done', answers = :answers, asked = :asked, differing = :differing,
       remark = :remark, done_by = :by, done_at = :now
 WHERE id = :id AND state IN ('waiting', 'done') AND until_day >= :day RETURNING id;

-- name: release(id, person)$
UPDATE back_check SET person_id = NULL WHERE id = :id AND person_id = :person RETURNING id;

-- name: void(day)
-- Its time is over, or the visit has been struck out: it does not count.
UPDATE back_check SET state = 'void'
 WHERE state = 'waiting'
   AND (until_day < :day OR EXISTS (SELECT 1 FROM visit v WHERE v.record_id = back_check.record_id AND v.kept = 0))
RETURNING id;

-- name: figures(county, township, month)
-- Township by township in the roster's order.
SELECT w.id AS township_id, w.name AS township, count(b.id) AS drawn,
       coalesce(sum(b.state = 'done' AND b.asked > 0), 0) AS done, coalesce(sum(b.state = 'void'), 0) AS void,
       coalesce(sum(b.person_id IS NULL AND b.id IS NOT NULL), 0) AS unplaced,
       coalesce(sum(b.asked), 0) AS asked, coalesce(sum(b.differing), 0) AS differing,
       coalesce(sum(b.state = 'done' AND b.differing > 0), 0) AS unlike
  FROM township w LEFT JOIN back_check_line b ON b.township_id = w.id AND b.month = :month
 WHERE w.county_id = :county AND (:township = 0 OR w.id = :township)
 GROUP BY w.id ORDER BY w.id;
