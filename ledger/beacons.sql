-- Numbers that officials have typed for a month of draws.

-- name: add(period_id, person_id, department, number, salt, seal, at)!
INSERT INTO draw_number (period_id, person_id, department, number, salt, seal, at)
VALUES (:period_id, :person_id, :department, :number, :salt, :seal, :at);

-- name: of_period(period)
SELECT period_id, person_id, department, number, salt, seal, at FROM draw_number
 WHERE period_id = :period ORDER BY at, person_id;
