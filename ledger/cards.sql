-- Cards: whose, what each button says, which question they belong to.

-- name: deal(person, options, step, now)$
INSERT INTO card (person_id, options, step, made_at) VALUES (:person, :options, :step, :now) RETURNING id;

-- name: by_id(id)^
SELECT person_id, options, step FROM card WHERE id = :id;
