-- What changes in an issue while it is worked on.

-- name: start(id)!
UPDATE issue SET state = 'doing' WHERE id = :id AND state = 'open';

-- name: describe(id, measure, requirement, lasting, source, responsible, co_units, tags)!
-- NULL leaves a column as it is.
UPDATE issue SET measure = coalesce(:measure, measure), requirement = coalesce(:requirement, requirement),
       lasting = coalesce(:lasting, lasting), source = coalesce(:source, source),
       responsible = coalesce(:responsible, responsible), co_units = coalesce(:co_units, co_units),
       tags = coalesce(:tags, tags), version = version + 1
 WHERE id = :id;

-- name: lead(id, unit)!
UPDATE issue SET lead_unit_id = :unit, version = version + 1 WHERE id = :id;

-- name: assign(id, owner)!
UPDATE issue SET owner_id = :owner, version = version + 1 WHERE id = :id;

-- name: of_owner(person)
SELECT id FROM issue WHERE owner_id = :person AND closed_day IS NULL AND state NOT IN ('withdrawn', 'merged')
 ORDER BY due, id;
