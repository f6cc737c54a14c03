-- Pages that one person may open once.

-- name: make(token_hash, person, channel, account, user_key, purpose, now, until)!
INSERT INTO page_pass (token_hash, person_id, channel, account, user_key, purpose, made_at, until)
VALUES (:token_hash, :person, :channel, :account, :user_key, :purpose, :now, :until);

-- name: read(token_hash)^
-- A pass ends with the binding of its chat: what comes from there later is somebody else's.
SELECT p.person_id, p.channel, p.account, p.user_key, p.purpose, p.until, p.used_at
  FROM page_pass p
  JOIN address a ON a.channel = p.channel AND a.account = p.account AND a.user_key = p.user_key
       AND a.person_id = p.person_id AND a.unbound_at IS NULL
 WHERE p.token_hash = :token_hash;

-- name: use(token_hash, now)$
UPDATE page_pass SET used_at = :now
 WHERE token_hash = :token_hash AND used_at IS NULL AND until > :now
   AND EXISTS (SELECT 1 FROM address a
                WHERE a.channel = page_pass.channel AND a.account = page_pass.account
                  AND a.user_key = page_pass.user_key AND a.person_id = page_pass.person_id
                  AND a.unbound_at IS NULL)
RETURNING person_id;

-- name: forget_before(before)!
DELETE FROM page_pass WHERE until < :before;
