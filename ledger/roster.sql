-- The roster as it is entered.

-- name: ensure_county(name)$
INSERT INTO county (name) VALUES (:name)
ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id;

-- name: ensure_township(county, name)$
INSERT INTO township (county_id, name) VALUES (:county, :name)
ON CONFLICT (county_id, name) DO UPDATE SET name = excluded.name RETURNING id;

-- name: ensure_team(county, township, village, kind)$
INSERT INTO team (county_id, township_id, village, village_kind) VALUES (:county, :township, :village, :kind)
ON CONFLICT (township_id, village) DO UPDATE SET village = excluded.village RETURNING id;

-- name: add_person(county, township, team, name, role, title, phone, home_unit, sent_by, term_from, term_to, contact, insured_until, checkup_day)$
INSERT INTO person (county_id, township_id, team_id, name, role, title, phone, home_unit, sent_by, term_from, term_to, contact, insured_until, checkup_day)
VALUES (:county, :township, :team, :name, :role, :title, :phone, :home_unit, :sent_by, :term_from, :term_to, :contact, :insured_until, :checkup_day) RETURNING id;

-- name: any_county()$
SELECT id FROM county ORDER BY id LIMIT 1;

-- name: people_now(day, wecom)
SELECT w.id, w.county, w.name, w.role, w.township, w.village, w.title, w.phone, w.home_unit, p.sent_by,
       coalesce(p.term_from, '') AS term_from, coalesce(p.term_to, '') AS term_to, p.contact,
       coalesce(p.insured_until, '') AS insured_until, coalesce(p.checkup_day, '') AS checkup_day,
       coalesce(a.user_key, '') AS wecom
  FROM who w JOIN person p ON p.id = w.id
  LEFT JOIN address a ON a.person_id = w.id AND a.channel = 'wecom' AND a.account = :wecom AND a.unbound_at IS NULL
 WHERE w.left_day IS NULL OR w.left_day >= :day
 ORDER BY w.id;

-- name: counties()
SELECT id, name FROM county ORDER BY id;

-- name: places()
SELECT c.name AS county, coalesce(w.name, '') AS township, coalesce(t.village, '') AS village, coalesce(t.village_kind, '') AS kind
  FROM county c LEFT JOIN township w ON w.county_id = c.id LEFT JOIN team t ON t.township_id = w.id
 ORDER BY c.id, w.id, t.id;

-- name: households_now()
SELECT h.id, c.name AS county, w.name AS township, t.village, h.name, h.group_name, h.kind
  FROM household h JOIN team t ON t.id = h.team_id
  JOIN township w ON w.id = t.township_id JOIN county c ON c.id = t.county_id
 ORDER BY h.id;

-- name: last_person()$
SELECT coalesce(max(id), 0) FROM person;

-- name: people_after(id)
SELECT id FROM person WHERE id > :id ORDER BY id;

-- name: add_people(county, township, team, name, role, title, phone, home_unit, sent_by, term_from, term_to, contact, insured_until, checkup_day)*!
INSERT INTO person (county_id, township_id, team_id, name, role, title, phone, home_unit, sent_by, term_from, term_to, contact, insured_until, checkup_day)
VALUES (:county, :township, :team, :name, :role, :title, :phone, :home_unit, :sent_by, :term_from, :term_to, :contact, :insured_until, :checkup_day);

-- name: change_people(id, township, team, role, title, phone, home_unit, sent_by, term_from, term_to, contact, insured_until, checkup_day)*!
UPDATE person SET township_id = :township, team_id = :team, role = :role, title = :title, phone = :phone, home_unit = :home_unit,
       sent_by = :sent_by, term_from = :term_from, term_to = :term_to, contact = :contact, insured_until = :insured_until, checkup_day = :checkup_day
 WHERE id = :id;

-- name: set_kinds(team, kind)*!
UPDATE team SET village_kind = :kind WHERE id = :team;

-- name: add_households(team, name, group_name, kind)*!
INSERT INTO household (team_id, name, group_name, kind) VALUES (:team, :name, :group_name, :kind);

-- name: change_households(id, group_name, kind)*!
UPDATE household SET group_name = :group_name, kind = :kind
 WHERE id = :id;

-- name: county_name()$
SELECT name FROM county ORDER BY id LIMIT 1;
