-- Single changes of the roster.

-- name: let_go(person, now)!
UPDATE address SET unbound_at = :now WHERE person_id = :person AND unbound_at IS NULL;
