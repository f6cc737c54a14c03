-- Findings by the clock: each step is claimed once.

-- name: untold()
-- Who has explained already is not asked to.
SELECT * FROM finding_line WHERE state = 'open' AND told_at IS NULL AND reply = '' ORDER BY id;

-- name: told(id, now, reply_until)$
UPDATE finding SET told_at = :now, reply_until = :reply_until WHERE id = :id AND told_at IS NULL RETURNING id;

-- name: unasked(now)
-- What can be decided and nobody has been asked to: the reply is there, or its time is over.
SELECT * FROM finding_line
 WHERE state = 'open' AND asked_at IS NULL AND (reply <> '' OR reply_until <= :now)
 ORDER BY id;

-- name: asked(id, now)$
UPDATE finding SET asked_at = :now WHERE id = :id AND asked_at IS NULL RETURNING id;

-- name: asked_today(person, since)$
SELECT count(*) FROM outbox
 WHERE person_id = :person AND why = 'finding' AND dedupe LIKE 'finding:%:asked:%' AND made_at >= :since;

-- name: states(source, source_id)
-- What has become of what one check noticed.
SELECT state FROM finding WHERE source = :source AND source_id = :source_id ORDER BY id;

-- name: open_of(person)
-- What a person may still explain: his own, and his team's as its leader.
SELECT f.* FROM finding_line f JOIN who w ON w.id = :person
 WHERE f.state = 'open'
   AND (f.person_id = :person OR (f.person_id IS NULL AND w.role = 'leader' AND w.team_id = f.team_id))
 ORDER BY f.opened_at, f.id;

-- name: last_decided(person)^
-- What was decided last of what concerns him, for words that come after it.
SELECT f.* FROM finding_line f JOIN who w ON w.id = :person
 WHERE f.state <> 'open'
   AND (f.person_id = :person OR (f.person_id IS NULL AND w.role = 'leader' AND w.team_id = f.team_id))
 ORDER BY f.decided_at DESC, f.id DESC LIMIT 1;

-- name: misses(asker, county, township, team, own)$
-- Chat checks whose time is over and whose finding comes in some minutes.
SELECT count(*) FROM spotcheck s JOIN team t ON t.id = s.team_id JOIN township w ON w.id = t.township_id
 WHERE s.state = 'missed' AND s.found_at IS NULL AND w.county_id = :county
   AND (:township = 0 OR w.id = :township) AND (:team = 0 OR t.id = :team)
   AND (:own = 0 OR s.person_id = :asker);

-- name: counts(county, township, team, first, last)
-- Confirmed ones only: anything else is nobody's figure.
SELECT source, category, count(*) AS n FROM finding
 WHERE state = 'confirmed' AND county_id = :county AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team) AND day BETWEEN :first AND :last
 GROUP BY source, category ORDER BY source, category;
