-- Who can be reached on a company's channel, by id alone.

-- name: all(channel, account)
SELECT m.user_key, m.spelling, m.tags, m.state, a.person_id, w.name AS person_name
  FROM channel_member m
  LEFT JOIN address a ON a.channel = m.channel AND a.account = m.account
       AND a.user_key = m.user_key AND a.unbound_at IS NULL
  LEFT JOIN who w ON w.id = a.person_id
 WHERE m.channel = :channel AND m.account = :account
 ORDER BY m.user_key;

-- name: rostered(channel, account, day)
SELECT w.id, w.name, w.village, w.township, w.county, a.user_key, m.state
  FROM who w
  LEFT JOIN address a ON a.person_id = w.id AND a.channel = :channel AND a.account = :account
       AND a.unbound_at IS NULL
  LEFT JOIN channel_member m ON m.channel = a.channel AND m.account = a.account
       AND m.user_key = a.user_key
 WHERE w.left_day IS NULL OR w.left_day >= :day
 ORDER BY w.county_id, w.township_id, w.team_id, w.id;

-- name: seen(channel, account, user_key, spelling, tags, now)!
INSERT INTO channel_member (channel, account, user_key, spelling, tags, state, changed_at)
VALUES (:channel, :account, :user_key, :spelling, :tags, 'here', :now)
ON CONFLICT (channel, account, user_key) DO UPDATE
   SET spelling = excluded.spelling, tags = excluded.tags, state = 'here', changed_at = excluded.changed_at
 WHERE channel_member.spelling <> excluded.spelling OR channel_member.tags <> excluded.tags
    OR channel_member.state <> 'here';

-- name: came(channel, account, user_key, spelling, now)!
INSERT INTO channel_member (channel, account, user_key, spelling, state, changed_at)
VALUES (:channel, :account, :user_key, :spelling, 'here', :now)
ON CONFLICT (channel, account, user_key) DO UPDATE
   SET spelling = excluded.spelling, state = 'here', changed_at = excluded.changed_at
 WHERE channel_member.spelling <> excluded.spelling OR channel_member.state <> 'here';

-- name: gone(channel, account, user_key, now)!
UPDATE channel_member SET state = 'gone', changed_at = :now
 WHERE channel = :channel AND account = :account AND user_key = :user_key AND state <> 'gone';
