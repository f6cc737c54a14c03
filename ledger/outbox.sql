-- Outbound messages. A row is claimed with a lease; only its owner may settle it.

-- name: post(dedupe, channel, account, user_key, person, kind, body, card, closes, lane, not_before, expires_at, why, requester, urgent, now)$
INSERT INTO outbox (dedupe, channel, account, target, person_id, kind, body, card_id, closes, lane, not_before, expires_at, why, requester, urgent, made_at)
VALUES (:dedupe, :channel, :account, :user_key, :person, :kind, :body, :card, :closes, :lane, :not_before, :expires_at, :why, :requester, :urgent, :now)
ON CONFLICT (dedupe) DO NOTHING RETURNING id;

-- name: expire(now)!
-- The list of states names the index of what waits; a lease that ran out does not save a message.
UPDATE outbox SET state = 'expired'
 WHERE state IN ('ready', 'claimed') AND (state = 'ready' OR lease_until < :now)
   AND expires_at IS NOT NULL AND expires_at <= :now;

-- name: expire_away(now, day, lane)!
-- What nobody asked for neither reaches somebody on leave nor comes late afterwards.
UPDATE outbox SET state = 'expired'
 WHERE state IN ('ready', 'claimed') AND (state = 'ready' OR lease_until < :now)
   AND not_before <= :now AND lane >= :lane AND kind <> 'close' AND urgent = 0
   AND EXISTS (
     SELECT 1 FROM leave l
      WHERE l.person_id = outbox.person_id AND l.state = 'approved'
        AND l.from_day <= :day AND l.to_day >= :day AND coalesce(l.back_day, '9999') > :day);

-- name: claim(channels, owner, limit, now, lease, first, last)
UPDATE outbox SET state = 'claimed', lease_owner = :owner, lease_until = :lease, attempts = attempts + 1,
       uncertain = CASE WHEN state = 'claimed' THEN uncertain + 1 ELSE uncertain END
 WHERE id IN (
   SELECT id FROM outbox
    WHERE state IN ('ready', 'claimed') AND (state = 'ready' OR lease_until < :now) AND not_before <= :now
      AND lane BETWEEN :first AND :last
      AND :channels LIKE '%"' || channel || '"%'
    ORDER BY lane, id LIMIT :limit)
RETURNING id, channel, account, target, person_id, kind, body, card_id, closes, lane, uncertain, attempts, made_at, urgent, expires_at,
  (SELECT max(a.plain) FROM address a
    WHERE a.channel = outbox.channel AND a.account = outbox.account AND a.user_key = outbox.target
      AND a.unbound_at IS NULL) AS plain;

-- name: claim_alike(channels, owner, limit, now, lease, after, words_alone)
-- What may go out together with a row just claimed (its lease tells): the same words on the same channel to others,
-- nothing to press, and nothing else waiting for that chat before it.
UPDATE outbox SET state = 'claimed', lease_owner = :owner, lease_until = :lease, attempts = attempts + 1,
       uncertain = CASE WHEN state = 'claimed' THEN uncertain + 1 ELSE uncertain END
 WHERE id IN (
   SELECT o.id FROM outbox o
    WHERE o.state IN ('ready', 'claimed') AND (o.state = 'ready' OR o.lease_until < :now) AND o.not_before <= :now
      AND o.lane > :after AND o.card_id IS NULL AND o.closes IS NULL
      AND (o.channel, o.account, o.lane, o.kind, o.body) IN (
        SELECT h.channel, h.account, h.lane, h.kind, h.body FROM outbox h
         WHERE h.state IN ('ready', 'claimed') AND h.lease_owner = :owner AND h.lease_until = :lease
           AND h.not_before <= :now AND h.lane > :after
           AND h.card_id IS NULL AND h.closes IS NULL AND h.body LIKE :words_alone
           AND :channels LIKE '%"' || h.channel || '"%')
      AND NOT EXISTS (
        SELECT 1 FROM outbox b
         WHERE b.state IN ('ready', 'claimed') AND b.channel = o.channel AND b.target = o.target
           AND b.account = o.account AND b.id < o.id)
    ORDER BY o.id LIMIT :limit)
RETURNING id, channel, account, target, person_id, kind, body, card_id, closes, lane, uncertain, attempts, made_at, urgent, expires_at,
  (SELECT max(a.plain) FROM address a
    WHERE a.channel = outbox.channel AND a.account = outbox.account AND a.user_key = outbox.target
      AND a.unbound_at IS NULL) AS plain;

-- name: any_ready(now, first, last)$
SELECT count(*) FROM (SELECT 1 FROM outbox
 WHERE state IN ('ready', 'claimed') AND (state = 'ready' OR lease_until < :now) AND not_before <= :now
   AND lane BETWEEN :first AND :last LIMIT 1) AS some;

-- name: sent(id, owner, ref, now)!
UPDATE outbox SET state = 'sent', external_id = :ref, sent_at = :now, last_error = ''
 WHERE id = :id AND state = 'claimed' AND lease_owner = :owner;

-- name: sent_to(channel, account, user_key, person, since, made_since)
-- A chat is found by its person: the index of what was made for him keeps a large table out of it.
SELECT sent_at, body FROM outbox
 WHERE person_id IS :person AND made_at >= :made_since AND channel = :channel AND account = :account
   AND target = :user_key AND sent_at >= :since
 ORDER BY sent_at;

-- name: drawn(id, owner, body, lease, attempts, again)$
UPDATE outbox SET body = :body, lease_until = :lease, attempts = :attempts, uncertain = uncertain * :again
 WHERE id = :id AND state = 'claimed' AND lease_owner = :owner RETURNING id;

-- name: hold(id, owner, lease)!
UPDATE outbox SET state = 'claimed', lease_owner = :owner, lease_until = :lease, attempts = 1
 WHERE id = :id;

-- name: later(id, owner, until, error, uncertain, tried)!
UPDATE outbox SET state = 'ready', not_before = :until, last_error = :error, uncertain = uncertain + :uncertain,
       attempts = max(0, attempts - 1 + :tried)
 WHERE id = :id AND state = 'claimed' AND lease_owner = :owner;

-- name: dead(id, owner, error)!
UPDATE outbox SET state = 'dead', last_error = :error
 WHERE id = :id AND state = 'claimed' AND lease_owner = :owner;

-- name: retarget(channel, account, user_key, new_key)!
UPDATE outbox SET target = :new_key
 WHERE channel = :channel AND account = :account AND target = :user_key AND state IN ('ready', 'claimed');

-- name: drop_waiting(person, channel, lane)!
-- Without a channel those of all channels.
UPDATE outbox SET state = 'expired'
 WHERE person_id = :person AND (:channel = '' OR channel = :channel) AND lane >= :lane AND state = 'ready';

-- name: routine(person, since, until)$
-- What will not go out any more does not count, nor what a colleague has sent (`request`).
SELECT count(*) FROM outbox
 WHERE person_id = :person AND why NOT IN ('', 'request') AND urgent = 0 AND lane > 0
   AND state IN ('ready', 'claimed', 'sent') AND made_at >= :since AND made_at < :until;

-- name: cause_shown(person, channel, account, user_key, ref)^
-- What is no answer to his own words was said because of somebody else's.
SELECT CASE WHEN why = '' AND dedupe NOT LIKE 'in:%' THEN 'notice' ELSE why END AS why, requester, urgent FROM outbox
 WHERE person_id = :person AND channel = :channel AND account = :account
   AND target = :user_key AND external_id = :ref
 ORDER BY id DESC LIMIT 1;

-- name: last_cause(person)^
SELECT why, requester, urgent FROM outbox
 WHERE person_id = :person AND why <> '' AND state = 'sent' ORDER BY made_at DESC, id DESC LIMIT 1;

-- name: wiped(id)$
SELECT 1 FROM outbox WHERE id = :id AND target = '';

-- name: counts()
SELECT state, count(*) AS n FROM outbox GROUP BY state ORDER BY state;

-- name: by_id(id)^
SELECT channel, account, target, person_id FROM outbox WHERE id = :id;

-- name: external_of(id)$
SELECT external_id FROM outbox WHERE id = :id;

-- name: card_shown(person, channel, account, user_key, ref)^
-- The buttons under a message that this person was sent, by the channel's own name for it.
SELECT c.options, c.step FROM outbox o JOIN card c ON c.id = o.card_id
 WHERE o.person_id = :person AND o.channel = :channel AND o.account = :account
   AND o.target = :user_key AND o.external_id = :ref
 ORDER BY o.id DESC LIMIT 1;

-- name: shown(card, channel, account, user_key)$
SELECT body FROM outbox
 WHERE card_id = :card AND channel = :channel AND account = :account AND target = :user_key
 ORDER BY id DESC LIMIT 1;

-- name: labels_of(card)$
SELECT body FROM outbox WHERE card_id = :card ORDER BY id DESC LIMIT 1;
