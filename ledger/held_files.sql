-- Files that a channel holds for us for some days.

-- name: read(channel, account, sha256, kind, now)$
SELECT media_id FROM held_file
 WHERE channel = :channel AND account = :account AND sha256 = :sha256 AND kind = :kind AND until > :now;

-- name: note(channel, account, sha256, kind, media_id, until)!
INSERT INTO held_file (channel, account, sha256, kind, media_id, until)
VALUES (:channel, :account, :sha256, :kind, :media_id, :until)
ON CONFLICT (channel, account, sha256, kind)
DO UPDATE SET media_id = excluded.media_id, until = excluded.until;

-- name: forget_before(before)!
DELETE FROM held_file WHERE until <= :before;

-- name: forget(channel, account, media_id)!
DELETE FROM held_file WHERE channel = :channel AND account = :account AND media_id = :media_id;
