-- People, teams, households, addresses. The view `who` has the columns of people.Person; `held`
-- has them once a posting: who belonged where is asked of it with a day.

-- name: by_address(channel, account, user_key)^
SELECT w.* FROM address a JOIN who w ON w.id = a.person_id
 WHERE a.channel = :channel AND a.account = :account AND a.user_key = :user_key
   AND a.unbound_at IS NULL;

-- name: seen(channel, account, user_key, day)!
-- Only the day is kept, and which of his addresses came last: the moment would lead from an
-- unsigned opinion to its writer.
UPDATE address SET reachable = 1, last_seen = (
   SELECT CASE WHEN max(a.last_seen) < :day THEN :day
               WHEN address.last_seen = max(a.last_seen) THEN address.last_seen
               ELSE max(a.last_seen) + 1 END
     FROM address a WHERE a.person_id = address.person_id AND a.unbound_at IS NULL)
 WHERE channel = :channel AND account = :account AND user_key = :user_key AND unbound_at IS NULL;

-- name: by_id(id)^
SELECT * FROM who
 WHERE id = :id;

-- name: by_name(name, county, township, team)
SELECT * FROM who
 WHERE name = :name AND county_id = :county AND left_day IS NULL
   AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team)
 ORDER BY id;

-- name: members(day, county, township, team)
-- County 0 means all counties: only timed work asks so.
SELECT id, name, role, title, phone, home_unit, county_id, county, township_id, township, team_id, village, left_day FROM held
 WHERE role IN ('member', 'leader') AND from_day <= :day AND to_day >= :day AND (left_day IS NULL OR left_day >= :day)
   AND (:county = 0 OR county_id = :county)
   AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team)
 ORDER BY team_id, role, id;

-- name: leaders_of(team, day)
SELECT id, name, role, title, phone, home_unit, county_id, county, township_id, township, team_id, village, left_day FROM held
 WHERE team_key = :team AND role = 'leader' AND from_day <= :day AND to_day >= :day AND (left_day IS NULL OR left_day >= :day)
 ORDER BY id;

-- name: townships_of(township, day)
SELECT id, name, role, title, phone, home_unit, county_id, county, township_id, township, team_id, village, left_day FROM held
 WHERE township_id = :township AND role = 'township' AND from_day <= :day AND to_day >= :day AND (left_day IS NULL OR left_day >= :day)
 ORDER BY id;

-- name: counties_of(county, day)
SELECT id, name, role, title, phone, home_unit, county_id, county, township_id, township, team_id, village, left_day FROM held
 WHERE county_id = :county AND role = 'county' AND from_day <= :day AND to_day >= :day AND (left_day IS NULL OR left_day >= :day)
 ORDER BY id;

-- name: readers(day)
SELECT id, name, role, title, phone, home_unit, county_id, county, township_id, township, team_id, village, left_day FROM held
 WHERE role <> 'member' AND from_day <= :day AND to_day >= :day AND (left_day IS NULL OR left_day >= :day)
 ORDER BY id;

-- name: roster()
SELECT * FROM who
 ORDER BY CASE role WHEN 'county' THEN 0 WHEN 'township' THEN 1 ELSE 2 END,
          township_id, team_id, CASE role WHEN 'leader' THEN 0 ELSE 1 END, id;

-- name: teams(county, township, team)
SELECT t.id, t.village, t.township_id, w.name AS township
  FROM team t JOIN township w ON w.id = t.township_id
 WHERE t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team)
 ORDER BY t.township_id, t.id;

-- name: townships(county)
SELECT id, name FROM township WHERE county_id = :county ORDER BY id;

-- name: households(team)
SELECT h.id, h.team_id, h.name, h.group_name, h.kind, h.aliases,
       (SELECT max(day) FROM visit v WHERE v.kept = 1 AND v.team_id = h.team_id AND v.household_id = h.id) AS last_visit
  FROM household h
 WHERE h.team_id = :team
 ORDER BY coalesce(last_visit, ''), h.id;

-- name: add_household(team, name, group_name, kind)!
INSERT INTO household (team_id, name, group_name, kind) VALUES (:team, :name, :group_name, :kind)
ON CONFLICT (team_id, name, group_name) DO NOTHING;

-- name: set_aliases(id, team, aliases)!
UPDATE household SET aliases = :aliases WHERE id = :id AND team_id = :team;

-- name: household_id(team, name, group_name)$
SELECT id FROM household WHERE team_id = :team AND name = :name AND group_name = :group_name;

-- name: address_of(person)^
SELECT channel, account, user_key FROM address
 WHERE person_id = :person AND unbound_at IS NULL AND reachable = 1
 ORDER BY last_seen DESC, id DESC LIMIT 1;

-- name: unreachable(channel, account, user_key)!
UPDATE address SET reachable = 0
 WHERE channel = :channel AND account = :account AND user_key = :user_key AND unbound_at IS NULL;

-- name: binding_of(channel, account, user_key)$
SELECT id FROM address
 WHERE channel = :channel AND account = :account AND user_key = :user_key AND unbound_at IS NULL;

-- name: set_plain(channel, account, user_key, plain)!
UPDATE address SET plain = :plain
 WHERE channel = :channel AND account = :account AND user_key = :user_key AND unbound_at IS NULL;
