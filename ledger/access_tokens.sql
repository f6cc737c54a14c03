-- Access tokens and tickets of channels.

-- name: read(channel, account, name)^
SELECT value, until FROM access_token WHERE channel = :channel AND account = :account AND name = :name;

-- name: write(channel, account, name, value, until)!
INSERT INTO access_token (channel, account, name, value, until)
VALUES (:channel, :account, :name, :value, :until)
ON CONFLICT (channel, account, name) DO UPDATE SET value = excluded.value, until = excluded.until;

-- name: forget(channel, account, name, value)!
DELETE FROM access_token
 WHERE channel = :channel AND account = :account AND name = :name AND value = :value;
