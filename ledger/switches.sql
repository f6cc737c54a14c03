-- Switches: restricted capabilities, on for a time. A row is never changed but for its end.

-- name: turn_on(county, township, name, reason, scene, basis, approver, from_day, until_day, by, now)$
INSERT INTO switch (county_id, township_id, name, reason, scene, basis, approver, from_day, until_day, by_id, at)
VALUES (:county, :township, :name, :reason, :scene, :basis, :approver, :from_day, :until_day, :by, :now)
RETURNING id;

-- name: on_at(county, township, name, day, after)$
-- The switch that covers a place on a day; the county's own covers its townships. `after` is the
-- first moment after the day.
SELECT id FROM switch
 WHERE county_id = :county AND name = :name AND from_day <= :day AND until_day >= :day
   AND (off_at IS NULL OR off_at >= :after)
   AND (township_id IS NULL OR township_id = :township)
 ORDER BY id DESC LIMIT 1;

-- name: access_on(county, day)
-- What is on in one county.
SELECT s.id, s.county_id, coalesce(s.township_id, 0) AS township_id, coalesce(w.name, '') AS township,
       s.name, s.reason, s.scene, s.basis, s.approver, s.from_day, s.until_day, s.by_id,
       p.name AS by, s.at, s.off_at, s.off_by
  FROM switch s JOIN person p ON p.id = s.by_id LEFT JOIN township w ON w.id = s.township_id
 WHERE s.county_id = :county AND s.off_at IS NULL AND s.from_day <= :day AND s.until_day >= :day
 ORDER BY s.id;

-- name: history(county)
SELECT s.id, s.county_id, coalesce(s.township_id, 0) AS township_id, coalesce(w.name, '') AS township,
       s.name, s.reason, s.scene, s.basis, s.approver, s.from_day, s.until_day, s.by_id,
       p.name AS by, s.at, s.off_at, s.off_by
  FROM switch s JOIN person p ON p.id = s.by_id LEFT JOIN township w ON w.id = s.township_id
 WHERE s.county_id = :county
 ORDER BY s.id;

-- name: turn_off(id, county, by, now)$
UPDATE switch SET off_at = :now, off_by = :by
 WHERE id = :id AND county_id = :county AND off_at IS NULL RETURNING id;

-- name: expire(day, now)
-- Past its last day: marked and returned in one statement.
UPDATE switch SET off_at = :now WHERE off_at IS NULL AND until_day < :day RETURNING id;

-- name: told(job, low, high)
SELECT slot FROM schedule_slot WHERE job = :job AND slot >= :low AND slot < :high ORDER BY slot;

-- name: add_roll(person, day, text, source, now)!
INSERT INTO duty_done (duty, person_id, period, day, text, source, at)
VALUES ('roll_call', :person, :day, :day, :text, :source, :now);

-- name: rolled(county, township, team, day)
-- Who has answered the day's roll call, with his last word.
SELECT d.person_id, d.text FROM person p CROSS JOIN duty_done d
 WHERE d.person_id = p.id AND d.duty = 'roll_call' AND d.period = :day
   AND p.county_id = :county AND (:township = 0 OR p.township_id = :township)
   AND (:team = 0 OR p.team_id = :team)
 ORDER BY d.id;

-- name: published(county, township, limit)
-- Finished draws, the newest first, without names; township 0 is the whole county.
SELECT (SELECT count(*) FROM draw o
         WHERE o.county_id = c.county_id AND o.kind = 'chat' AND o.id <= c.draw_id) AS draw_id,
       c.day, c.village, c.state FROM check_line c
 WHERE c.draw_id IN (SELECT d.id FROM draw d
                      WHERE d.county_id = :county AND d.kind = 'chat' AND d.reported_at IS NOT NULL
                      ORDER BY d.id DESC LIMIT :limit)
   AND (:township = 0 OR c.township_id = :township)
 ORDER BY c.draw_id DESC, c.id;
