-- What presses were answered at once.

-- name: read(channel, account, ext_id)$
SELECT body FROM press_answer WHERE channel = :channel AND account = :account AND ext_id = :ext_id;

-- name: keep(channel, account, ext_id, body, now)!
INSERT INTO press_answer (channel, account, ext_id, body, made_at)
VALUES (:channel, :account, :ext_id, :body, :now)
ON CONFLICT (channel, account, ext_id) DO NOTHING;

-- name: forget_before(before)!
DELETE FROM press_answer WHERE made_at < :before;
