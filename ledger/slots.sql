-- Which timed work has been done. A slot is taken once, by whoever writes it first.

-- name: take(job, slot, planned_at, now)$
INSERT INTO schedule_slot (job, slot, planned_at, done_at) VALUES (:job, :slot, :planned_at, :now)
ON CONFLICT (job, slot) DO NOTHING RETURNING done_at;
