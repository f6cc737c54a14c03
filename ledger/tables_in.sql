-- Tables of issues sent in the chat; the columns are those of tables_in.TableIn.

-- name: add(person, sha256, name, source, now)$
INSERT INTO table_in (person_id, sha256, name, source, at) VALUES (:person, :sha256, :name, :source, :now)
RETURNING id;

-- name: waiting_of(person)$
SELECT count(*) FROM table_in WHERE person_id = :person AND ended_at IS NULL AND state IN ('sent', 'wanted');

-- name: next()^
SELECT id, person_id, sha256, name, source, state, seen FROM table_in
 WHERE state IN ('sent', 'wanted') ORDER BY id LIMIT 1;

-- name: by_id(id, person)^
SELECT id, person_id, sha256, name, source, state, seen FROM table_in WHERE id = :id AND person_id = :person;

-- name: show(id, seen, state)$
UPDATE table_in SET state = 'shown', seen = :seen WHERE id = :id AND state = :state RETURNING id;

-- name: rename(id, name, seen)$
UPDATE table_in SET state = 'sent', name = :name, seen = :seen WHERE id = :id AND state = 'shown' RETURNING id;

-- name: want(id, source)$
UPDATE table_in SET state = 'wanted', source = :source WHERE id = :id AND state = 'shown' RETURNING id;

-- name: end(id, state, after, now)$
UPDATE table_in SET state = :after, ended_at = :now WHERE id = :id AND state = :state RETURNING id;
