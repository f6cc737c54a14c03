-- 暗访: who goes where, what they found, what became of it.

-- name: add(draw, team, day, until)$
INSERT INTO surprise_visit (draw_id, team_id, day, until_day) VALUES (:draw, :team, :day, :until)
ON CONFLICT (draw_id, team_id) DO NOTHING RETURNING id;

-- name: by_id(id)^
SELECT * FROM surprise_visit_line WHERE id = :id;

-- name: own(id, person)^
SELECT * FROM surprise_visit_line WHERE id = :id AND (first_id = :person OR second_id = :person);

-- name: tasks_of(person, limit)
SELECT * FROM surprise_visit_line WHERE first_id = :person OR second_id = :person
 ORDER BY id DESC LIMIT :limit;

-- name: seen(id, county, township, team)^
-- A township and a team know of it once its form is in.
SELECT * FROM surprise_visit_line
 WHERE id = :id AND county_id = :county
   AND (:township = 0 OR (township_id = :township AND state = 'done'))
   AND (:team = 0 OR team_id = :team);

-- name: listed(county, township, team, limit)
SELECT * FROM surprise_visit_line
 WHERE county_id = :county
   AND (:township = 0 OR (township_id = :township AND state = 'done'))
   AND (:team = 0 OR team_id = :team)
 ORDER BY id DESC LIMIT :limit;

-- name: teams_visited(county, first, last)
-- A void visit was none.
SELECT DISTINCT v.team_id FROM surprise_visit v JOIN team t ON t.id = v.team_id
 WHERE t.county_id = :county AND v.state <> 'void' AND v.day BETWEEN :first AND :last
 ORDER BY v.team_id;

-- name: waiting_of(person, team)
SELECT * FROM surprise_visit_line
 WHERE state = 'waiting' AND team_id = :team AND (first_id = :person OR second_id = :person)
 ORDER BY id;

-- name: add_pair(visit, now, eligible, first, second, by_hand)!
INSERT INTO inspector_pair (visit_id, at, eligible, first_id, second_id, by_hand)
VALUES (:visit, :now, :eligible, :first, :second, :by_hand);

-- name: changes(id)$
SELECT count(*) FROM inspector_pair WHERE visit_id = :id;
