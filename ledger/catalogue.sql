-- Issue tables handed in from outside (an inspection's catalogue, the county's old ledger).

-- name: named(county, name)^
SELECT id, source, sha256 FROM catalogue WHERE county_id = :county AND name = :name;

-- name: ensure(county, name, source, sha256, by, now)$
INSERT INTO catalogue (county_id, name, source, sha256, by_id, at)
VALUES (:county, :name, :source, :sha256, :by, :now)
ON CONFLICT (county_id, name) DO UPDATE SET source = excluded.source, sha256 = excluded.sha256,
  by_id = excluded.by_id, at = excluded.at
RETURNING id;

-- name: entered(catalogue)
-- What the catalogue has brought before: as it stands now, and what the table said then.
SELECT i.id, i.item_no, i.township_id, i.team_id, i.household, i.state, i.text, i.aspect, i.category, i.tier,
       i.due, i.measure, i.requirement, i.lead_unit, i.co_units, i.responsible, i.holder_kind, i.holder,
       coalesce((SELECT b.body FROM ev e JOIN ev_body b ON b.seq = e.seq
                  WHERE e.subject = 'issue:' || i.id AND e.kind = 'issue.imported'
                  ORDER BY e.seq DESC LIMIT 1), '') AS said
  FROM issue j JOIN issue_line i ON i.id = j.id
 WHERE j.catalogue_id = :catalogue AND j.reopens_id IS NULL ORDER BY i.id;

-- name: of_others(county, name)
-- What tables of another name have brought.
SELECT k.name, i.text, coalesce(i.township_id, 0) AS township_id, coalesce(i.team_id, 0) AS team_id, i.household
  FROM catalogue k CROSS JOIN issue i
 WHERE k.county_id = :county AND k.name <> :name AND i.catalogue_id = k.id AND i.reopens_id IS NULL
   AND i.state NOT IN ('withdrawn', 'merged')
 ORDER BY i.id;

-- name: households(team)
SELECT id, name, group_name FROM household WHERE team_id = :team ORDER BY id;

-- name: add(county, township, team, household_id, household, text, tier, category, source, catalogue, aspect, item_no, measure, requirement, lead_unit, co_units, responsible, tags, found_day, due, state, owner, effect, text_only, closed_by, closed_day, closed_at)$
INSERT INTO issue (county_id, township_id, team_id, household_id, household, text, tier, category, source,
                   catalogue_id, aspect, item_no, measure, requirement, lead_unit_id, co_units, responsible,
                   tags, found_day, due, state, owner_id, effect, text_only, closed_by, closed_day, closed_at)
VALUES (:county, :township, :team, :household_id, :household, :text, :tier, :category, :source,
        :catalogue, :aspect, :item_no, :measure, :requirement, :lead_unit, :co_units, :responsible,
        :tags, :found_day, :due, :state, :owner, :effect, :text_only, :closed_by, :closed_day, :closed_at)
RETURNING id;

-- name: change(id, text, aspect, category, tier, due, measure, requirement, lead_unit, co_units, responsible)!
-- NULL leaves a column as it is.
UPDATE issue SET text = coalesce(:text, text), aspect = coalesce(:aspect, aspect),
       category = coalesce(:category, category), tier = coalesce(:tier, tier), due = coalesce(:due, due),
       measure = coalesce(:measure, measure), requirement = coalesce(:requirement, requirement),
       lead_unit_id = coalesce(:lead_unit, lead_unit_id), co_units = coalesce(:co_units, co_units),
       responsible = coalesce(:responsible, responsible), version = version + 1
 WHERE id = :id;

-- name: moved(id, before, wanted, reason, by, now)!
INSERT INTO due_change (issue_id, before, wanted, reason, asked_by, asked_at, state, decided_by, decided_at)
VALUES (:id, :before, :wanted, :reason, :by, :now, 'granted', :by, :now);
