-- Pages that one person may open once.

-- name: make(token_hash, person, channel, account, user_key, purpose, now, until)!
INSERT INTO page_pass (token_hash, person_id, channel, account, user_key, purpose, made_at, until)
VALUES (:token_hash, :person, :channel, :account, :user_key, :purpose, :now, :until);

-- name: read(token_hash)^
SELECT person_id, channel, account, user_key, purpose, until, used_at FROM page_pass
 WHERE token_hash = :token_hash;

-- name: use(token_hash, now)$
UPDATE page_pass SET used_at = :now
 WHERE token_hash = :token_hash AND used_at IS NULL AND until > :now RETURNING person_id;

-- name: forget_before(before)!
DELETE FROM page_pass WHERE until < :before;
