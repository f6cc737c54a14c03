-- Letters (函告): who has sent somebody here.

-- name: sender(person)^
SELECT sent_by, home_unit FROM person WHERE id = :person;

-- name: way(source, source_id)$
-- How the check came about.
SELECT d.way FROM draw d WHERE d.id = CASE :source
    WHEN 'chat' THEN (SELECT s.draw_id FROM spotcheck s WHERE s.id = :source_id)
    WHEN 'phone' THEN (SELECT p.draw_id FROM phone_check p WHERE p.id = :source_id)
    WHEN 'visit' THEN (SELECT v.draw_id FROM surprise_visit v WHERE v.id = :source_id) END;
