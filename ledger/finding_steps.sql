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
