-- Invites and bindings.

-- name: void(person, now)!
UPDATE invite SET used_at = :now WHERE person_id = :person AND used_at IS NULL;

-- name: make(person, code_hash, link_hash, by, now, expires)!
INSERT INTO invite (person_id, code_hash, link_hash, made_by, made_at, expires_at)
VALUES (:person, :code_hash, :link_hash, :by, :now, :expires);

-- name: by_link(link_hash, now)^
SELECT id, person_id FROM invite WHERE link_hash = :link_hash AND used_at IS NULL AND expires_at > :now;

-- name: by_code(code_hash, now)^
SELECT id, person_id FROM invite WHERE code_hash = :code_hash AND used_at IS NULL AND expires_at > :now;

-- name: use(id, now)$
UPDATE invite SET used_at = :now WHERE id = :id AND used_at IS NULL RETURNING id;

-- name: count_try(channel, account, user_key, hour)$
INSERT INTO stranger (channel, account, user_key, hour, tries) VALUES (:channel, :account, :user_key, :hour, 1)
ON CONFLICT (channel, account, user_key, hour) DO UPDATE SET tries = stranger.tries + 1
RETURNING tries;

-- name: unbind(channel, person, now)!
UPDATE address SET unbound_at = :now WHERE channel = :channel AND person_id = :person AND unbound_at IS NULL;

-- name: let_go(channel, account, user_key, now)!
UPDATE address SET unbound_at = :now
 WHERE channel = :channel AND account = :account AND user_key = :user_key AND unbound_at IS NULL;

-- name: bind(channel, account, user_key, person, now)!
INSERT INTO address (channel, account, user_key, person_id, bound_at, last_seen)
VALUES (:channel, :account, :user_key, :person, :now, :now);
