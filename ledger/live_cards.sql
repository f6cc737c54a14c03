-- Cards on screens that can be changed once more.

-- name: note(channel, account, user_key, ref, edit_token, until)!
INSERT INTO live_card (channel, account, user_key, ref, edit_token, until)
VALUES (:channel, :account, :user_key, :ref, :edit_token, :until)
ON CONFLICT (channel, account, user_key, ref)
DO UPDATE SET edit_token = excluded.edit_token, until = excluded.until;

-- name: read(channel, account, user_key, ref, now)$
SELECT edit_token FROM live_card
 WHERE channel = :channel AND account = :account AND user_key = :user_key AND ref = :ref AND until > :now;

-- name: spend(channel, account, user_key, ref)!
DELETE FROM live_card
 WHERE channel = :channel AND account = :account AND user_key = :user_key AND ref = :ref;

-- name: forget_before(now)!
DELETE FROM live_card WHERE until <= :now;
