-- Open talks, one row a person.

-- name: load(person)^
SELECT topic, opening, answers, pending, step, expires_at FROM talk WHERE person_id = :person;

-- name: save(person, topic, opening, answers, pending, step, now, expires)!
INSERT INTO talk (person_id, topic, opening, answers, pending, step, started_at, expires_at)
VALUES (:person, :topic, :opening, :answers, :pending, :step, :now, :expires)
ON CONFLICT (person_id) DO UPDATE SET topic = excluded.topic, opening = excluded.opening,
  answers = excluded.answers, pending = excluded.pending, step = excluded.step, expires_at = excluded.expires_at;

-- name: drop_talk(person)!
DELETE FROM talk WHERE person_id = :person;
