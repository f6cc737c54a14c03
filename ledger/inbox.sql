-- Inbound messages, as received.

-- name: keep(channel, account, ext_id, gone, conv_key, payload, now)*!
-- What was wiped is not taken in again when it is delivered once more.
INSERT INTO inbox (channel, account, ext_id, conv_key, payload, received_at)
SELECT :channel, :account, :ext_id, :conv_key, :payload, :now
 WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE channel = :channel AND account = :account AND ext_id = :gone)
ON CONFLICT (channel, account, ext_id) DO NOTHING;

-- name: waiting(conv_key)^
SELECT id, channel, account, ext_id, conv_key, payload, received_at, attempts FROM inbox
 WHERE state = 'new' AND conv_key = :conv_key ORDER BY id LIMIT 1;

-- name: conversations()
SELECT conv_key FROM inbox WHERE state = 'new' GROUP BY conv_key ORDER BY min(id);

-- name: by_id(id)^
SELECT id, channel, account, ext_id, conv_key, payload, received_at, attempts FROM inbox WHERE id = :id;

-- name: state_of(id)$
SELECT state FROM inbox WHERE id = :id;

-- name: done(id)!
UPDATE inbox SET state = 'done', error = '' WHERE id = :id;

-- name: failed(id, error)!
UPDATE inbox SET state = 'dead', error = :error, attempts = attempts + 1 WHERE id = :id;

-- name: again(id)$
UPDATE inbox SET state = 'new' WHERE id = :id AND state = 'dead' RETURNING id;

-- name: counts()
SELECT state, count(*) AS n FROM inbox GROUP BY state ORDER BY state;

-- name: cursor(channel, account)^
SELECT last_id, last_at FROM poll_cursor WHERE channel = :channel AND account = :account;

-- name: move_cursor(channel, account, last_id, now)!
INSERT INTO poll_cursor (channel, account, last_id, last_at) VALUES (:channel, :account, :last_id, :now)
ON CONFLICT (channel, account) DO UPDATE SET last_id = excluded.last_id, last_at = excluded.last_at;

-- name: outcome(channel, account, ext_id)^
-- What became of a message: its state, and the kind of what was answered.
SELECT i.state, o.kind FROM inbox i LEFT JOIN outbox o ON o.dedupe = 'in:' || i.id
 WHERE i.channel = :channel AND i.account = :account AND i.ext_id = :ext_id;

-- name: asked_by(outbox)^
-- The message that a row of the outbox answers; rows nobody has asked for answer none.
SELECT i.id, i.channel, i.account, i.ext_id, i.conv_key, i.payload, i.received_at, i.attempts
  FROM outbox o JOIN inbox i ON i.id = CAST(substr(o.dedupe, 4) AS INTEGER)
 WHERE o.id = :outbox AND o.dedupe LIKE 'in:%';
