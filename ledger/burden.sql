-- What was asked of people: messages nobody had asked for, and requests of other people.

-- name: of_person(person, since, until)
SELECT why, requester, urgent, count(*) AS messages FROM outbox
 WHERE person_id = :person AND why <> '' AND state = 'sent' AND made_at >= :since AND made_at < :until
 GROUP BY why, requester, urgent ORDER BY urgent, count(*) DESC, why;

-- name: of_county(county, since, until)
SELECT o.why, o.requester, o.urgent, count(*) AS messages FROM outbox o
 WHERE o.person_id IN (
   SELECT p.id FROM person p WHERE p.county_id = :county AND p.role IN ('member', 'leader'))
   AND o.why <> '' AND o.state = 'sent' AND o.made_at >= :since AND o.made_at < :until
 GROUP BY o.why, o.requester, o.urgent ORDER BY o.urgent, count(*) DESC, o.why;

-- name: answer_seconds(county, first, last)
-- How long people took to answer a spot check: moments of sending and answering.
SELECT c.answered_at - c.opens_at AS took FROM check_line c
 WHERE c.county_id = :county AND c.answered_at IS NOT NULL AND c.day BETWEEN :first AND :last
 ORDER BY 1;
