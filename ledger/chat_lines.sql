-- The web chat's transcript. Times are epoch milliseconds.

-- name: add(person_id, speaker, text, kind, labels, files, card_id, ref, at)!
INSERT INTO chat_line (person_id, speaker, text, kind, labels, files, card_id, ref, at)
VALUES (:person_id, :speaker, :text, :kind, :labels, :files, :card_id, :ref, :at)
ON CONFLICT (ref) DO NOTHING;

-- name: id_of(ref)$
SELECT id FROM chat_line WHERE ref = :ref;

-- name: rewrite(id, text)!
UPDATE chat_line SET text = :text, kind = 'edited' WHERE id = :id AND speaker = 'person';

-- name: close(id, person, text)$
UPDATE chat_line SET text = :text, labels = '[]', card_id = NULL
 WHERE id = :id AND person_id = :person AND speaker = 'bot'
RETURNING id;

-- name: by_id(id, person)^
SELECT id, person_id, speaker, text, kind, labels, files, card_id, ref, at FROM chat_line
 WHERE id = :id AND person_id = :person;

-- name: after(person, last, limit)
SELECT id, person_id, speaker, text, kind, labels, files, card_id, ref, at FROM chat_line
 WHERE person_id = :person AND id > :last ORDER BY id LIMIT :limit;

-- name: latest(person, limit)
SELECT id, person_id, speaker, text, kind, labels, files, card_id, ref, at FROM chat_line
 WHERE person_id = :person ORDER BY id DESC LIMIT :limit;

-- name: labels_of(person, card)$
SELECT labels FROM chat_line
 WHERE person_id = :person AND card_id = :card AND speaker = 'bot' ORDER BY id DESC LIMIT 1;

-- name: lines_with(person, like)
SELECT id, person_id, speaker, text, kind, labels, files, card_id, ref, at FROM chat_line
 WHERE person_id = :person AND files LIKE :like ORDER BY id LIMIT 1;

-- name: attached(person, sha256)^
SELECT f.sha256, a.name, f.mime FROM attachment a JOIN file f ON f.sha256 = a.sha256
 WHERE a.person_id = :person AND a.sha256 = :sha256 ORDER BY a.id LIMIT 1;

-- name: person_with(id)$
SELECT id FROM person WHERE id = :id;

-- name: people_named(name)
SELECT id FROM person WHERE name = :name ORDER BY id;

-- name: binding_of(account, user_key)$
SELECT id FROM address
 WHERE channel = 'web' AND account = :account AND user_key = :user_key AND unbound_at IS NULL;

-- name: still_bound(id, day, anywhere)$
SELECT p.id FROM address a JOIN person p ON p.id = a.person_id
 WHERE a.id = :id AND (a.channel = 'web' OR :anywhere = 1) AND a.unbound_at IS NULL
   AND (p.left_day IS NULL OR p.left_day >= :day);
