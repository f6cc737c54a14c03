-- The append-only log.

-- name: last()^
SELECT seq, h, at FROM ev ORDER BY seq DESC LIMIT 1;

-- name: add(seq, at, actor, kind, subject, commitment, prev, h)!
INSERT INTO ev (seq, at, actor, kind, subject, commitment, prev, h)
VALUES (:seq, :at, :actor, :kind, :subject, :commitment, :prev, :h);

-- name: add_body(seq, salt, body)!
INSERT INTO ev_body (seq, salt, body) VALUES (:seq, :salt, :body);

-- name: history(subject)
SELECT ev.seq, ev.at, ev.actor, ev.kind, ev_body.body
  FROM ev LEFT JOIN ev_body ON ev_body.seq = ev.seq
 WHERE ev.subject = :subject
 ORDER BY ev.seq;

-- name: chain()
SELECT ev.seq, ev.at, ev.actor, ev.kind, ev.subject, ev.commitment, ev.prev, ev.h, ev_body.salt, ev_body.body
  FROM ev LEFT JOIN ev_body ON ev_body.seq = ev.seq
 ORDER BY ev.seq;

-- name: publish(day, seq, h, at)!
INSERT INTO day_head (day, seq, h, at) VALUES (:day, :seq, :h, :at) ON CONFLICT (day) DO NOTHING;

-- name: published(day)^
SELECT seq, h FROM day_head WHERE day = :day;

-- name: heads()
SELECT day, seq, h FROM day_head ORDER BY day;
