-- A month of draws is shown, or lost.

-- name: mark_missing(id, missing)!
UPDATE draw_period SET missing_at = :missing WHERE id = :id AND lost_at IS NULL;

-- name: lose(id, now)!
UPDATE draw_period SET lost_at = :now WHERE id = :id AND lost_at IS NULL AND revealed_at IS NULL;

-- name: reveal(id, seed, sha256, now)$
UPDATE draw_period SET seed = :seed, card_sha256 = :sha256, revealed_at = :now
 WHERE id = :id AND revealed_at IS NULL AND lost_at IS NULL RETURNING id;

-- name: add_file(sha256, size, mime, now)!
INSERT INTO file (sha256, size, mime, stored_at) VALUES (:sha256, :size, :mime, :now)
ON CONFLICT (sha256) DO NOTHING;
