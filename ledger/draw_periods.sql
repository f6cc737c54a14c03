-- The months of verifiable draws.

-- name: add(county, period, now, opening, sha256)$
INSERT INTO draw_period (county_id, period, opened_at, opening, opening_sha256)
VALUES (:county, :period, :now, :opening, :sha256) RETURNING id;

-- name: of_month(county, period)^
SELECT * FROM draw_period WHERE county_id = :county AND period = :period;

-- name: by_id(id)^
SELECT * FROM draw_period WHERE id = :id;

-- name: set_beacon(id, beacon, source, now)$
UPDATE draw_period SET beacon = :beacon, beacon_source = :source, beacon_at = :now
 WHERE id = :id AND beacon = '' AND lost_at IS NULL RETURNING id;

-- name: running(county)
-- Months that are neither shown nor lost.
SELECT * FROM draw_period WHERE county_id = :county AND revealed_at IS NULL AND lost_at IS NULL
 ORDER BY period;

-- name: news(county, since)
SELECT * FROM draw_period
 WHERE county_id = :county AND (opened_at > :since OR beacon_at > :since OR revealed_at > :since
       OR lost_at > :since OR (missing_at IS NOT NULL AND lost_at IS NULL))
 ORDER BY period;

-- name: recent(county, limit)
SELECT * FROM draw_period WHERE county_id = :county ORDER BY period DESC LIMIT :limit;
