-- Papers that somebody signs (签发): drafts, what was signed, supplements. What is signed stays: see its triggers.

-- name: add(county, kind, period, level, place_id, version, facts, now)$
INSERT INTO bulletin (county_id, kind, period, level, place_id, version, facts, made_at, changed_at)
VALUES (:county, :kind, :period, :level, :place_id, :version, :facts, :now, :now)
ON CONFLICT (kind, period, level, place_id, version) DO NOTHING RETURNING id;

-- name: by_id(id)^
SELECT * FROM bulletin WHERE id = :id;

-- name: newest(kind, period, level, place_id)^
SELECT * FROM bulletin
 WHERE kind = :kind AND period = :period AND level = :level AND place_id = :place_id
 ORDER BY version DESC LIMIT 1;

-- name: versions(kind, period, level, place_id)
SELECT * FROM bulletin
 WHERE kind = :kind AND period = :period AND level = :level AND place_id = :place_id
 ORDER BY version;

-- name: seen(id, county, eyes, township)^
SELECT * FROM bulletin
 WHERE id = :id AND county_id = :county
   AND (:eyes = 'county'
     OR (:eyes = 'township' AND level = 'township' AND place_id = :township)
     OR (:eyes = 'township' AND level = 'county' AND state = 'signed')
     OR (:eyes = 'leader' AND kind = 'inspection' AND state = 'signed'));

-- name: listed(county, eyes, township, kind, first, last, limit)
-- The newest first; supplements stand with their paper. `kind` '' is every kind.
SELECT * FROM bulletin
 WHERE county_id = :county AND version = 0 AND (kind = :kind OR :kind = '') AND period BETWEEN :first AND :last
   AND ((:eyes = 'county' AND level = 'county')
     OR (:eyes = 'township' AND level = 'township' AND place_id = :township)
     OR (:eyes = 'township' AND level = 'county' AND state = 'signed')
     OR (:eyes = 'leader' AND kind = 'inspection' AND state = 'signed'))
 ORDER BY coalesce(signed_at, made_at) DESC, id DESC LIMIT :limit;

-- name: numbered(county, kind, year, number, eyes)^
-- The newest of that number, where no year is said; `kind` '' is every kind with a 发文字号.
-- Townships and leaders find signed ones, and only signed ones have a number.
SELECT * FROM bulletin
 WHERE county_id = :county AND (kind = :kind OR (:kind = '' AND kind <> 'inspection')) AND number = :number AND (:year = 0 OR year = :year)
   AND (:eyes IN ('county', 'township') OR (:eyes = 'leader' AND kind = 'inspection'))
 ORDER BY year DESC LIMIT 1;

-- name: open_ones(county, level, place_id)
SELECT * FROM bulletin
 WHERE state <> 'signed' AND county_id = :county AND level = :level AND place_id = :place_id
 ORDER BY made_at, id;

-- name: change(id, facts, now)!
-- Counted again; what is signed is left alone.
UPDATE bulletin SET facts = :facts, changed_at = :now WHERE id = :id AND state <> 'signed';

-- name: say(id, sentence, by, now)$
UPDATE bulletin SET sentence = :sentence, state = 'draft', reason = '', changed_at = :now, changed_by = :by
 WHERE id = :id AND state <> 'signed' RETURNING id;

-- name: give_back(id, reason, now)$
UPDATE bulletin SET state = 'returned', reason = :reason, changed_at = :now
 WHERE id = :id AND state = 'draft' RETURNING id;

-- name: take_up(id, facts, by, now)$
UPDATE bulletin SET state = 'draft', reason = '', facts = :facts, changed_at = :now, changed_by = :by
 WHERE id = :id AND state <> 'signed' RETURNING id;

-- name: next_number(county, kind, year)$
-- Without a gap: given in the transaction that signs, and to nothing else.
-- One 发文字号 for every kind that has one; 督查通报 count their own 期号.
SELECT coalesce(max(number), 0) + 1 FROM bulletin
 WHERE county_id = :county AND (kind = 'inspection') = (:kind = 'inspection') AND year = :year;

-- name: sign(id, year, number, words, by, now)$
UPDATE bulletin SET state = 'signed', year = :year, number = :number, words = :words, signed_at = :now, signed_by = :by
 WHERE id = :id AND state = 'draft' RETURNING id;
