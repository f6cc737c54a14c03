-- Opinions: what people say to the county, signed or not. No moment is kept, only the day.

-- name: add(county, person, text, day, code_hash, logged)$
INSERT INTO opinion (county_id, person_id, text, day, code_hash, logged)
VALUES (:county, :person, :text, :day, :code_hash, :logged) RETURNING id;

-- name: set_code(id, code_hash)!
UPDATE opinion SET code_hash = :code_hash WHERE id = :id;

-- name: waiting(county)
SELECT o.id, o.county_id, o.person_id, coalesce(p.name, '') AS person, o.text, o.day, o.answer,
       o.answered_at, o.code_hash
  FROM opinion o LEFT JOIN person p ON p.id = o.person_id
 WHERE o.county_id = :county AND o.answered_at IS NULL ORDER BY o.id;

-- name: by_id(id, county)^
SELECT o.id, o.county_id, o.person_id, coalesce(p.name, '') AS person, o.text, o.day, o.answer,
       o.answered_at, o.code_hash
  FROM opinion o LEFT JOIN person p ON p.id = o.person_id
 WHERE o.id = :id AND o.county_id = :county;

-- name: answer(id, county, text, by, now)$
UPDATE opinion SET answer = :text, answered_by = :by, answered_at = :now
 WHERE id = :id AND county_id = :county AND answered_at IS NULL RETURNING id;

-- name: take_unlogged()
UPDATE opinion SET logged = 1 WHERE logged = 0 RETURNING id;

-- name: counts(county, first, last)^
SELECT count(*) AS received,
       coalesce(sum(CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END), 0) AS answered,
       coalesce(sum(CASE WHEN person_id IS NULL THEN 1 ELSE 0 END), 0) AS unsigned
  FROM opinion WHERE county_id = :county AND day BETWEEN :first AND :last;

-- name: answers_since(person, since)
-- Our answers to this person's own messages: each names the message it answers.
SELECT id, dedupe, card_id FROM outbox
 WHERE person_id = :person AND made_at >= :since AND dedupe LIKE 'in:%' ORDER BY id;

-- name: ext_id(id)$
SELECT ext_id FROM inbox WHERE id = :id;

-- name: wipe_inbox(id, ext_id, payload, day)*!
UPDATE inbox SET ext_id = :ext_id, conv_key = '', payload = :payload, received_at = :day WHERE id = :id;

-- name: wipe_outbox(id, body, day)*!
-- What waits, or is just being sent, is the question just answered: it is not needed any more.
UPDATE outbox SET person_id = NULL, target = '', body = :body, card_id = NULL, external_id = '',
       made_at = :day, sent_at = CASE WHEN sent_at IS NULL THEN NULL ELSE :day END,
       state = CASE WHEN state IN ('ready', 'claimed') THEN 'expired' ELSE state END
 WHERE id = :id;

-- name: wipe_card(id)*!
DELETE FROM card WHERE id = :id;

-- name: wipe_press_answer(id)*!
DELETE FROM press_answer
 WHERE (channel, account, ext_id) IN (SELECT channel, account, ext_id FROM inbox WHERE id = :id);

-- name: wipe_live_card(person)!
-- All of his: a card just being sent has no name here yet. One still open is closed by a new message.
DELETE FROM live_card
 WHERE (channel, account, user_key) IN (SELECT channel, account, user_key FROM address
                                         WHERE person_id = :person AND unbound_at IS NULL);

-- name: wipe_line(person, ref)*!
DELETE FROM chat_line WHERE person_id = :person AND ref = :ref;

-- name: wipe_file(person, source)*!
DELETE FROM attachment WHERE person_id = :person AND source = :source AND record_id IS NULL;

-- name: wipe_draft(person, source)*!
DELETE FROM draft WHERE person_id = :person AND source = :source;

-- name: wipe_sealed(body, day)!
UPDATE outbox SET person_id = NULL, target = '', body = :body, external_id = '', kind = 'text',
       made_at = :day, sent_at = :day
 WHERE kind = 'sealed' AND state IN ('sent', 'dead', 'expired');

-- name: wipe_sealed_lines(before)!
DELETE FROM chat_line WHERE kind = 'sealed' AND at <= :before;
