-- What happens to an issue from its request for 销号 on.

-- name: submit(id, by, effect, now)$
UPDATE issue SET state = 'submitted', submitted_by = :by, effect = :effect, submitted_at = :now,
       requests = requests + 1, version = version + 1
 WHERE id = :id AND state IN ('open', 'doing') RETURNING id;

-- name: confirm(id, word)!
UPDATE issue SET household_word = :word, version = version + 1 WHERE id = :id;

-- name: note_text_only(id, text_only)!
UPDATE issue SET text_only = :text_only WHERE id = :id;

-- name: verify(id, by, now)$
UPDATE issue SET state = 'verified', verified_by = :by, verified_at = :now, version = version + 1
 WHERE id = :id AND state = 'submitted' RETURNING id;

-- name: close(id, by, day, now)$
-- 销号: only what has been handed in and is not closed yet; who strikes it off at once has verified it.
UPDATE issue SET state = 'closed', verified_by = coalesce(verified_by, :by), verified_at = coalesce(verified_at, :now),
       closed_by = :by, closed_day = :day, closed_at = :now, version = version + 1
 WHERE id = :id AND state IN ('submitted', 'verified') RETURNING id;

-- name: send_back(id)$
-- What the household has said was about that request; the next one asks again.
UPDATE issue SET state = 'doing', submitted_by = NULL, submitted_at = NULL, verified_by = NULL, verified_at = NULL,
       household_word = '', version = version + 1
 WHERE id = :id AND state IN ('submitted', 'verified') RETURNING id;
