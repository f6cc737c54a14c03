-- A member's own month: his records, one row each, for nobody else.

-- name: lines(figure, first, last, person, skip, most, team)
-- visits, households (each once, by his first visit), opened, closed (he is responsible), promised,
-- studied; '' is all of them. The columns are those of basis.Line; it takes the reader's own number.
SELECT b.*, count(*) OVER () AS total, count(*) OVER () AS open
  FROM (
    SELECT r.day, '' AS township, '' AS village, 'visit' AS kind, r.id AS number, r.person_id,
           '' AS person, v.household, v.found AS text, r.made_at, r.changed_at, 'visits' AS figure
      FROM record r JOIN visit v ON v.record_id = r.id
     WHERE :figure IN ('', 'visits') AND r.person_id = :person AND r.day BETWEEN :first AND :last
       AND r.kind = 'visit' AND r.state = 'kept'
    UNION ALL
    SELECT r.day, '', '', 'household', r.id, r.person_id, '', v.household, '', r.made_at, r.changed_at,
           'households'
      FROM record r JOIN visit v ON v.record_id = r.id
     WHERE :figure IN ('', 'households') AND r.person_id = :person AND r.day BETWEEN :first AND :last
       AND r.kind = 'visit' AND r.state = 'kept' AND v.household_id IS NOT NULL
       AND NOT EXISTS (
         SELECT 1 FROM record q JOIN visit e ON e.record_id = q.id
          WHERE q.person_id = r.person_id AND q.day BETWEEN :first AND r.day AND q.kind = 'visit'
            AND q.state = 'kept' AND (q.day < r.day OR q.id < r.id) AND e.household_id = v.household_id)
    UNION ALL
    SELECT r.day, '', '', 'opened', i.id, r.person_id, '', i.household, i.text, r.made_at, r.changed_at,
           'opened'
      FROM record r JOIN issue i ON i.record_id = r.id
     WHERE :figure IN ('', 'opened') AND r.person_id = :person AND r.day BETWEEN :first AND :last
       AND r.kind = 'issue' AND r.state = 'kept' AND i.state <> 'merged'
    UNION ALL
    SELECT i.closed_day, '', '', 'closed', i.id, i.owner_id, '', i.household, i.text, i.closed_at, 0,
           'closed'
      FROM issue i
     WHERE :figure IN ('', 'closed') AND i.team_id = :team AND i.closed_day BETWEEN :first AND :last
       AND i.owner_id = :person
    UNION ALL
    SELECT r.day, '', '', 'promise', r.id, r.person_id, '', m.household, m.text, r.made_at, r.changed_at,
           'promised'
      FROM record r JOIN promise m ON m.record_id = r.id
     WHERE :figure IN ('', 'promised') AND r.person_id = :person AND r.day BETWEEN :first AND :last
       AND r.kind = 'promise' AND r.state = 'kept'
    UNION ALL
    SELECT r.day, '', '', 'study', r.id, r.person_id, '', '', s.topic, r.made_at, r.changed_at, 'studied'
      FROM record r JOIN study s ON s.record_id = r.id
     WHERE :figure IN ('', 'studied') AND r.person_id = :person AND r.day BETWEEN :first AND :last
       AND r.kind = 'study' AND r.state = 'kept'
  ) b
 ORDER BY b.day, b.number, b.figure
 LIMIT :most OFFSET :skip;
