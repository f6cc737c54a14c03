-- Findings (待核实事项): what was noticed, what the person says to it, what a person has decided.

-- name: same(source, source_id, person, category)$
SELECT id FROM finding
 WHERE source = :source AND source_id = :source_id AND category = :category
   AND coalesce(person_id, 0) = coalesce(:person, 0);

-- name: open(county, township, team, person, source, source_id, category, facts, day, found_by, now, reply_until)$
INSERT INTO finding (county_id, township_id, team_id, person_id, source, source_id, category, facts, day, found_by,
                     opened_at, reply_until)
VALUES (:county, :township, :team, :person, :source, :source_id, :category, :facts, :day, :found_by, :now, :reply_until)
RETURNING id;

-- name: by_id(id)^
SELECT * FROM finding_line WHERE id = :id;

-- name: seen(id, asker, county, township, team, own)^
-- Within the asker's scope; a member sees his own only.
SELECT * FROM finding_line
 WHERE id = :id AND county_id = :county AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team) AND (:own = 0 OR person_id = :asker);

-- name: hands(source, source_id)
-- Who has had a part in noticing it: both inspectors and who recorded it for the county, both
-- callers of a phone check, who picked (指定) somebody for a chat check.
SELECT v.filed_by AS person_id FROM surprise_visit v WHERE :source = 'visit' AND v.id = :source_id
UNION SELECT v.second_by FROM surprise_visit v WHERE :source = 'visit' AND v.id = :source_id
UNION SELECT v.decided_by FROM surprise_visit v WHERE :source = 'visit' AND v.id = :source_id
UNION SELECT p.taken_by FROM phone_check p WHERE :source = 'phone' AND p.id = :source_id
UNION SELECT d.asked_by FROM spotcheck s JOIN draw d ON d.id = s.draw_id
       WHERE :source = 'chat' AND s.id = :source_id AND d.way = 'picked'
ORDER BY 1;

-- name: of_source(source, source_id)
SELECT * FROM finding_line WHERE source = :source AND source_id = :source_id ORDER BY id;

-- name: listed(asker, county, township, team, own, limit)
-- The open ones first, the oldest of them first; then what was decided last.
SELECT * FROM finding_line
 WHERE county_id = :county AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team) AND (:own = 0 OR person_id = :asker)
 ORDER BY CASE state WHEN 'open' THEN 0 ELSE 1 END, coalesce(-decided_at, opened_at), id LIMIT :limit;

-- name: open_count(county, township, team)$
SELECT count(*) FROM finding
 WHERE state = 'open' AND county_id = :county AND (:township = 0 OR township_id = :township)
   AND (:team = 0 OR team_id = :team);

-- name: card(id)^
-- The cards that told him, and when the first of them arrived; none: he was told by word.
SELECT count(*) AS cards, min(o.sent_at) AS arrived FROM outbox o
 WHERE o.dedupe >= 'finding:' AND o.dedupe < 'finding;' AND o.dedupe LIKE 'finding:%:told:%'
   AND '-' || replace(substr(o.dedupe, 9), ':', '-') LIKE '%-' || :id || '-%told-%';

-- name: prolong(id, reply_until)!
UPDATE finding SET reply_until = :reply_until WHERE id = :id AND state = 'open';

-- name: reply(id, words, photos, by, now)$
-- What is said later is added; nothing that was said is lost.
UPDATE finding SET reply = CASE reply WHEN '' THEN :words ELSE reply || '；' || :words END, photos = :photos,
       replied_by = :by, replied_at = coalesce(replied_at, :now)
 WHERE id = :id RETURNING id;

-- name: decide(id, before, state, by, now, reason)$
UPDATE finding SET state = :state, decided_by = :by, decided_at = :now, reason = :reason,
       first_decided_at = coalesce(first_decided_at, :now)
 WHERE id = :id AND state = :before RETURNING id;

-- name: no_miss(id)$
-- Whether the check of that number has been answered or called off since.
SELECT count(*) FROM spotcheck WHERE id = :id AND state <> 'missed';

-- name: has_strike(id)$
SELECT count(*) FROM strike WHERE finding_id = :id AND (upheld IS NULL OR upheld = 1);
