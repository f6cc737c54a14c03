-- Spot checks by the clock.

-- name: remind(now)
UPDATE spotcheck SET reminded_at = :now
 WHERE closed_at IS NULL AND state = 'open' AND reminded_at IS NULL AND remind_at <= :now AND closes_at > :now
   AND EXISTS (SELECT 1 FROM outbox o WHERE o.dedupe = 'check:' || spotcheck.id AND o.state = 'sent')
RETURNING id;

-- name: close_due(now)
-- Over by the clock, or its card can no longer arrive; without a delivered card it is void.
UPDATE spotcheck
   SET closed_at = :now,
       state = CASE WHEN state = 'later' THEN 'answered'
                    WHEN EXISTS (SELECT 1 FROM outbox o WHERE o.dedupe = 'check:' || spotcheck.id AND o.state = 'sent') THEN 'missed'
                    ELSE 'void' END
 WHERE closed_at IS NULL
   AND (closes_at <= :now
     OR (state = 'open' AND NOT EXISTS (
       SELECT 1 FROM outbox o WHERE o.dedupe = 'check:' || spotcheck.id AND o.state IN ('ready', 'claimed', 'sent'))))
RETURNING id;

-- name: take_missed(now, before)
UPDATE spotcheck SET found_at = :now
 WHERE state = 'missed' AND found_at IS NULL AND closed_at <= :before
RETURNING id;

-- name: take_delivered(now)
-- closes_at > 0 is always so: it brings in the index of open checks.
UPDATE spotcheck
   SET delivered_at = (SELECT coalesce(o.sent_at, spotcheck.opens_at) FROM outbox o WHERE o.dedupe = 'check:' || spotcheck.id)
 WHERE closed_at IS NULL AND closes_at > 0 AND delivered_at IS NULL AND opens_at <= :now
   AND EXISTS (SELECT 1 FROM outbox o WHERE o.dedupe = 'check:' || spotcheck.id AND o.state = 'sent')
RETURNING id, delivered_at;

-- name: open_since(since, now)
SELECT c.*, d.way, d.asked_by FROM check_line c JOIN draw d ON d.id = c.draw_id
 WHERE c.closed_at IS NULL AND c.opens_at < :now AND c.closes_at > :since
 ORDER BY c.id;

-- name: stretch(id, reminds, closes)!
UPDATE spotcheck SET remind_at = :reminds, closes_at = :closes WHERE id = :id AND closed_at IS NULL;

-- name: void(id, now)$
UPDATE spotcheck SET state = 'void', note = 'outage', closed_at = :now
 WHERE id = :id AND closed_at IS NULL RETURNING id;

-- name: excuse(id, why)$
-- A miss of somebody who was away: it does not count, and the reason stands there.
UPDATE spotcheck SET state = 'void', note = :why WHERE id = :id AND state = 'missed' RETURNING id;

-- name: delivered(dedupe)$
SELECT id FROM outbox WHERE dedupe = :dedupe AND state = 'sent';

-- name: keep_card(dedupe, closes)!
UPDATE outbox SET expires_at = :closes WHERE dedupe = :dedupe AND state = 'ready';

-- name: drop_card(dedupe)!
UPDATE outbox SET state = 'expired' WHERE dedupe = :dedupe AND state = 'ready';
