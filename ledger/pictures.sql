-- What pictures look like, and which look like which.

-- name: add(sha256, marks, taken_at)$
INSERT INTO picture (sha256, marks, taken_at) VALUES (:sha256, :marks, :taken_at)
ON CONFLICT (sha256) DO NOTHING RETURNING id;

-- name: add_words(word, picture, size)*!
INSERT INTO picture_word (word, picture_id, level) VALUES (:word, :picture, :size)
ON CONFLICT (word, picture_id, level) DO NOTHING;

-- name: near(probes, count, picture, least, most)
-- Pictures with words in common, all in the same relation of sizes. probes: 13 digits each (which
-- point 3, which size 2, the word 8).
WITH RECURSIVE step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n + 1 < :count),
     told (probe) AS (SELECT substr(:probes, 13 * n + 1, 13) FROM step),
     probe (point, level, word) AS (
       SELECT substr(probe, 1, 3), CAST(substr(probe, 4, 2) AS INTEGER), CAST(substr(probe, 6, 8) AS INTEGER)
         FROM told),
     near (id, shared) AS (
       SELECT p.picture_id, count(DISTINCT probe.point) FROM probe JOIN picture_word p ON p.word = probe.word
        WHERE p.picture_id <> :picture
        GROUP BY p.picture_id, p.level - probe.level
       HAVING count(DISTINCT probe.point) >= :least
        ORDER BY 2 DESC, 1 LIMIT :most)
SELECT s.sha256, s.marks FROM near JOIN picture s ON s.id = near.id
 ORDER BY near.shared DESC, near.id;

-- name: like(one, other)!
INSERT INTO likeness (sha256, other) VALUES (:one, :other), (:other, :one)
ON CONFLICT (sha256, other) DO NOTHING;

-- name: unseen(after, most)
-- Attached files nobody has looked at yet, in the order in which they came.
SELECT a.id, a.sha256 FROM attachment a
 WHERE a.id > :after AND a.kind <> 'voice'
   AND NOT EXISTS (SELECT 1 FROM picture p WHERE p.sha256 = a.sha256)
 ORDER BY a.id LIMIT :most;
