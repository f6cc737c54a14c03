-- How much of each kind of data is kept: for the compliance sheet, asked by hand.

-- name: counts(since)^
SELECT (SELECT count(*) FROM record WHERE state = 'kept') AS records,
       (SELECT count(*) FROM record WHERE made_at >= :since) AS recent,
       (SELECT count(*) FROM inbox) AS messages,
       (SELECT count(*) FROM file) AS files,
       (SELECT count(*) FROM person) AS people,
       (SELECT count(*) FROM ev) AS events;
