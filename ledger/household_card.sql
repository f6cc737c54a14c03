-- What belongs to one household beside its issues.

-- name: promises(household, team, since, until)
-- Our word given since that day, without a day of its own or with one not long past.
SELECT p.text, p.by_day, r.day
  FROM record r JOIN promise p ON p.record_id = r.id
 WHERE r.team_id = :team AND r.day >= :since AND r.kind = 'promise' AND r.state = 'kept'
   AND p.household_id = :household AND (p.by_day IS NULL OR p.by_day >= :until)
 ORDER BY coalesce(p.by_day, '9999'), r.id;
