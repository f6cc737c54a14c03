-- Single changes of the roster.

-- name: let_go(person, now)!
UPDATE address SET unbound_at = :now WHERE person_id = :person AND unbound_at IS NULL;

-- name: left_of(channel, account, user_key)^
-- Whoever was bound there last.
SELECT p.left_day FROM address a JOIN person p ON p.id = a.person_id
 WHERE a.channel = :channel AND a.account = :account AND a.user_key = :user_key
 ORDER BY a.id DESC LIMIT 1;
