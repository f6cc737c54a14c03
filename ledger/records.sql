-- The spine of all records. The view `entry` has the columns of records.Record.

-- name: make(kind, person, team, day, source, now)$
INSERT INTO record (kind, person_id, team_id, day, source, made_at, changed_at)
VALUES (:kind, :person, :team, :day, :source, :now, :now) RETURNING id;

-- name: change(id, version, day, now)$
UPDATE record SET version = version + 1, day = :day, changed_at = :now
 WHERE id = :id AND version = :version AND state = 'kept' RETURNING version;

-- name: set_state(id, state, now)$
UPDATE record SET state = :state, version = version + 1, changed_at = :now
 WHERE id = :id AND state <> :state RETURNING id;

-- name: by_id(id, county, township, team)^
SELECT r.* FROM entry r JOIN team t ON t.id = r.team_id
 WHERE r.id = :id AND t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team);

-- name: of_day(person, day)
SELECT r.* FROM entry r
 WHERE r.person_id = :person AND r.day = :day AND r.state = 'kept'
 ORDER BY r.id;

-- name: recent(person, since)
SELECT r.* FROM entry r
 WHERE r.person_id = :person AND r.made_at >= :since AND r.state = 'kept'
 ORDER BY r.id DESC;

-- name: by_source(person, source)
SELECT r.* FROM entry r
 WHERE r.person_id = :person AND r.source = :source
 ORDER BY r.id;

-- name: last_undone(person)^
SELECT r.* FROM entry r
 WHERE r.person_id = :person AND r.state = 'undone'
 ORDER BY r.changed_at DESC, r.id DESC LIMIT 1;
