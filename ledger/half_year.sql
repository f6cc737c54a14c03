-- The half-yearly cut as a paper: its lines beside the last one's, and what was said of it.

-- name: lines(county, day)
-- Every line of the cut of that day and of the one before it.
SELECT c.day, l.person_id, l.township_id, l.line
  FROM data_cut c JOIN data_cut_line l ON l.cut_id = c.id
 WHERE c.county_id = :county
   AND (c.day = :day OR c.day = (SELECT max(b.day) FROM data_cut b WHERE b.county_id = :county AND b.day < :day))
 ORDER BY c.day, l.person_id;

-- name: beside(cut, county, township)
-- Villages of the roster with their kind, signatures of townships, what was found wrong later.
SELECT 'village' AS sort, t.id, t.township_id, w.name AS township, t.village AS place,
       t.village_kind AS text, 0 AS person_id, '' AS person, 0 AS at
  FROM team t JOIN township w ON w.id = t.township_id
 WHERE t.county_id = :county AND (:township = 0 OR t.township_id = :township)
UNION ALL
SELECT 'signed', 0, s.township_id, w.name, '', '', p.id, p.name, s.at
  FROM data_cut_sign s JOIN township w ON w.id = s.township_id JOIN person p ON p.id = s.person_id
 WHERE s.cut_id = :cut
UNION ALL
SELECT 'wrong', e.id, coalesce(b.township_id, 0), '', '', e.text, coalesce(e.person_id, 0), b.name, e.at
  FROM data_cut_erratum e JOIN person b ON b.id = e.by_id
 WHERE e.cut_id = :cut
 ORDER BY 1, 3, 2;
