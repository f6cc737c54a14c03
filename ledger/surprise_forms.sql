-- 暗访表: filled in, signed by the second inspector, decided by the county, told to the team.

-- name: file(id, day, places, on_post, households, good, remark, found, photos, by, now)$
UPDATE surprise_visit
   SET state = 'done', visited_day = :day, places = :places, on_post = :on_post,
       households = :households, good = :good, remark = :remark, found = :found,
       photos = :photos, filed_by = :by, filed_at = :now
 WHERE id = :id AND state = 'waiting' RETURNING id;

-- name: sign(id, by, agrees, words, now)$
UPDATE surprise_visit
   SET second_by = :by, second_agrees = :agrees, second_word = :words, second_at = :now
 WHERE id = :id AND state = 'done' AND second_by IS NULL AND decided IS NULL RETURNING id;

-- name: decide(id, by, decided, why, now)$
UPDATE surprise_visit SET decided = :decided, decided_by = :by, decided_why = :why, decided_at = :now
 WHERE id = :id AND state = 'done' AND found <> '[]' AND asked_at IS NOT NULL AND decided IS NULL
   AND coalesce(second_agrees, 0) = 0
RETURNING id;

-- name: claim_ask(id, now)$
UPDATE surprise_visit SET asked_at = :now WHERE id = :id AND asked_at IS NULL RETURNING id;

-- name: unsigned(before)
SELECT * FROM surprise_visit_line
 WHERE state = 'done' AND found <> '[]' AND second_by IS NULL AND asked_at IS NULL
   AND filed_at < :before
 ORDER BY id;

-- name: untold()
SELECT * FROM surprise_visit_line WHERE state = 'done' AND told_at IS NULL ORDER BY id;

-- name: claim_told(id, now)$
UPDATE surprise_visit SET told_at = :now WHERE id = :id AND told_at IS NULL RETURNING id;

-- name: over(today)
UPDATE surprise_visit SET state = 'void' WHERE state = 'waiting' AND until_day < :today
RETURNING id;
