-- Letters (函告): who has sent somebody here.

-- name: sender(person)^
SELECT sent_by, home_unit FROM person WHERE id = :person;
