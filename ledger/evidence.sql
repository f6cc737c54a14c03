-- Files of an issue that came after its report.

-- name: of(issue)
-- spent: what an earlier attachment of the same bytes (own 1), or of bytes that look the same (own 0),
-- stands for; a report's record first, then a note's, then the issue itself.
-- elsewhere: the first record of no issue with the same bytes, a visit as a rule.
WITH piece AS (
  SELECT a.id, a.sha256, a.name, a.kind, a.at, a.forwarded
    FROM attachment a LEFT JOIN record r ON r.id = a.record_id
   WHERE a.issue_id = :issue
      OR (r.state = 'kept' AND a.record_id IN (SELECT record_id FROM progress WHERE issue_id = :issue))),
alike AS (
  SELECT id, sha256 AS other, 1 AS own FROM piece
  UNION ALL SELECT p.id, l.other, 0 FROM piece p JOIN likeness l ON l.sha256 = p.sha256),
earlier AS (
  SELECT k.id, k.own, b.record_id, b.issue_id
    FROM alike k JOIN attachment b ON b.sha256 = k.other AND b.id < k.id),
stands AS (
  SELECT e.id, e.own, p.issue_id AS issue, 1 AS report
    FROM earlier e JOIN record r ON r.id = e.record_id JOIN issue_report p ON p.record_id = r.id
   WHERE r.state = 'kept'
  UNION ALL
  SELECT e.id, e.own, g.issue_id, 0
    FROM earlier e JOIN record r ON r.id = e.record_id JOIN progress g ON g.record_id = r.id
   WHERE r.state = 'kept' AND g.issue_id IS NOT NULL
  UNION ALL
  SELECT e.id, e.own, e.issue_id, 0 FROM earlier e WHERE e.issue_id IS NOT NULL),
placed AS (
  -- What was reported twice has two reports.
  SELECT s.id, s.own, s.issue, s.report,
         CASE WHEN s.issue = :issue OR i.merged_into = :issue THEN 1 ELSE 0 END AS here
    FROM stands s JOIN issue i ON i.id = s.issue JOIN issue this ON this.id = :issue
   WHERE i.county_id = this.county_id AND i.state <> 'withdrawn'),
spent AS (
  SELECT id,
         max(CASE WHEN own = 1 AND here = 1 AND report = 1 THEN 1 ELSE 0 END) AS is_before,
         max(CASE WHEN own = 0 AND here = 1 AND report = 1 THEN 1 ELSE 0 END) AS like_before,
         min(CASE WHEN own = 1 AND here = 0 THEN issue END) AS used,
         min(CASE WHEN own = 0 AND here = 0 THEN issue END) AS alike
    FROM placed GROUP BY id),
elsewhere AS (
  SELECT e.id, min(r.id) AS record_id
    FROM earlier e JOIN record r ON r.id = e.record_id JOIN team t ON t.id = r.team_id
    JOIN issue this ON this.id = :issue LEFT JOIN progress g ON g.record_id = r.id
   WHERE e.own = 1 AND r.state = 'kept' AND r.kind <> 'issue' AND g.issue_id IS NULL
     AND t.county_id = this.county_id
     AND NOT EXISTS (SELECT 1 FROM issue_report p WHERE p.record_id = r.id AND p.issue_id = this.id)
   GROUP BY e.id)
SELECT p.id, p.sha256, p.name, p.kind, f.mime, p.at, p.forwarded, c.taken_at,
       coalesce(s.is_before, 0) AS is_before, coalesce(s.like_before, 0) AS like_before,
       coalesce(s.used, 0) AS used, coalesce(s.alike, 0) AS alike,
       coalesce(w.kind, '') AS shown_in, coalesce(w.day, '') AS shown_day
  FROM piece p JOIN file f ON f.sha256 = p.sha256 LEFT JOIN picture c ON c.sha256 = p.sha256
  LEFT JOIN spent s ON s.id = p.id
  LEFT JOIN elsewhere o ON o.id = p.id LEFT JOIN record w ON w.id = o.record_id
 ORDER BY p.id DESC;
