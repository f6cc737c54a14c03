-- What settles a duty (ledger/duties.py). Spans are days, both included.

-- name: tell(duty, person, period, day, place, text, source, now)$
INSERT INTO duty_done (duty, person_id, period, day, place, text, source, at)
VALUES (:duty, :person, :period, :day, :place, :text, :source, :now) RETURNING id;

-- name: told_before(duty, person, day, place, text)$
SELECT count(*) FROM duty_done
 WHERE duty = :duty AND person_id = :person AND day = :day AND place = :place AND text = :text;

-- name: last_told(person)^
-- A word to a roll call stands in the same table, and is not taken back.
SELECT id, duty, period, day, place, text FROM duty_done WHERE person_id = :person AND duty <> 'roll_call' ORDER BY id DESC LIMIT 1;

-- name: untell(id)!
DELETE FROM duty_done WHERE id = :id;

-- name: told_by(duty, person, first, last)$
SELECT count(*) FROM duty_done WHERE duty = :duty AND person_id = :person AND day BETWEEN :first AND :last;

-- name: told_in(duty, county, township, first, last)$
-- Kept by the staff of one office together: whoever of them tells it, it is told.
SELECT count(*) FROM duty_done d JOIN person p ON p.id = d.person_id
 WHERE d.duty = :duty AND d.day BETWEEN :first AND :last AND p.county_id = :county
   AND coalesce(p.township_id, 0) = :township;

-- name: places_told(duty, county, first, last)$
SELECT count(DISTINCT d.place) FROM duty_done d JOIN person p ON p.id = d.person_id
 WHERE d.duty = :duty AND d.day BETWEEN :first AND :last AND p.county_id = :county AND d.place <> '';

-- name: exchanged(person, first, last)$
SELECT count(*) FROM record r JOIN study s ON s.record_id = r.id
 WHERE r.person_id = :person AND r.kind = 'study' AND r.state = 'kept' AND s.exchange = 1
   AND r.day BETWEEN :first AND :last;

-- name: dates_of(person)^
SELECT insured_until, checkup_day FROM person WHERE id = :person;

-- name: unvisited(team, first, last)$
SELECT count(*) FROM household h
 WHERE h.team_id = :team AND NOT EXISTS (
   SELECT 1 FROM visit v
    WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id AND v.day BETWEEN :first AND :last);

-- name: households(team)$
SELECT count(*) FROM household WHERE team_id = :team;

-- name: week_confirmed(team, monday, since)$
SELECT count(*) FROM week_confirmed WHERE team_id = :team AND monday = :monday AND at >= :since;

-- name: signed(township, first, last)$
SELECT count(*) FROM data_cut c JOIN data_cut_sign s ON s.cut_id = c.id
 WHERE s.township_id = :township AND c.day BETWEEN :first AND :last;

-- name: cuts(county, first, last)$
SELECT count(*) FROM data_cut WHERE county_id = :county AND day BETWEEN :first AND :last;

-- name: draws(county, first, last)$
SELECT count(DISTINCT d.id) FROM draw d JOIN spotcheck s ON s.draw_id = d.id
 WHERE d.county_id = :county AND s.day BETWEEN :first AND :last;

-- name: townships(county)$
SELECT count(*) FROM township WHERE county_id = :county;

-- name: villages(county)$
SELECT count(*) FROM team WHERE county_id = :county;
