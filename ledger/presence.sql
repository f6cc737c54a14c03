-- Presence as people tell it; nobody is asked for it.

-- name: add(id, until_day, text)!
INSERT INTO presence (record_id, until_day, text) VALUES (:id, :until_day, :text);

-- name: by_id(id)^
SELECT until_day, text FROM presence WHERE record_id = :id;

-- name: revise(id, until_day, text)!
UPDATE presence SET until_day = :until_day, text = :text WHERE record_id = :id;
