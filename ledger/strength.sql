-- What the alerts about teams are judged by: every village, and who is on its team that day.

-- name: villages(county, township, team)
SELECT t.id, t.village, w.name AS township, t.village_kind AS kind
  FROM team t JOIN township w ON w.id = t.township_id
 WHERE t.county_id = :county
   AND (:township = 0 OR t.township_id = :township)
   AND (:team = 0 OR t.id = :team)
 ORDER BY t.township_id, t.id;

-- name: on_post(day, county, township, team)
SELECT h.id, h.team_id, h.name, h.role, h.title, h.home_unit, p.sent_by, p.term_from, p.term_to, p.insured_until, p.checkup_day
  FROM held h JOIN person p ON p.id = h.id
 WHERE h.county_id = :county AND h.role IN ('member', 'leader')
   AND h.from_day <= :day AND h.to_day >= :day AND (h.left_day IS NULL OR h.left_day >= :day)
   AND (:township = 0 OR h.township_id = :township)
   AND (:team = 0 OR h.team_id = :team)
 ORDER BY h.team_id, h.role, h.id;
