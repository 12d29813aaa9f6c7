The import of what landlords say of their dwellings, statement by statement. $1 are the
columns that the file has, wherever one is asked for.

-- name: prepare tables
CREATE TEMPORARY TABLE stage_managed (
    line int NOT NULL, dwelling_id varchar NOT NULL, flat_number varchar NOT NULL, rent bigint, charges bigint,
    criteria jsonb NOT NULL, dated boolean NOT NULL, works jsonb,
    vacancy_kind varchar, notice_given_on date, vacant_from date, available_on date, let_on date, settled boolean NOT NULL DEFAULT false
) ON COMMIT DROP

-- name: analyse the file
ANALYZE stage_managed

-- name: hold dwellings
-- In the order of their identifiers, as everybody who holds several: and before anything of
-- them is looked at.
WITH held AS (
    SELECT FROM dwelling WHERE id IN (SELECT dwelling_id FROM stage_managed) ORDER BY id FOR UPDATE
)
SELECT count(*) FROM held

-- name: settle what is over
-- A file that is sent again finds what it ended ended.
UPDATE stage_managed s SET settled = true
FROM vacancy v WHERE v.dwelling_id = s.dwelling_id AND v.vacant_from = s.vacant_from AND v.closed_on = s.let_on

-- name: find what is wrong
WITH looked AS (
    SELECT s.line, s.dwelling_id, s.let_on,
        min(s.line) OVER (PARTITION BY s.dwelling_id) AS earliest,
        NOT EXISTS (SELECT FROM dwelling d WHERE d.id = s.dwelling_id AND d.landlord_id = ANY($1)) AS foreign_to,
        s.let_on IS NOT NULL AND NOT settled AND s.vacant_from IS NULL AND o.id IS NULL AS no_vacancy,
        s.let_on < coalesce(s.vacant_from, o.vacant_from) AND NOT settled AS too_early,
        s.vacant_from IS NOT NULL AND NOT settled AND EXISTS (
            SELECT FROM vacancy v WHERE v.dwelling_id = s.dwelling_id AND v.closed_on > s.vacant_from AND v.closed_on > v.vacant_from
                AND v.outcome <> 'CANCELLED'
        ) AS crossing,
        s.vacant_from IS NOT NULL AND NOT settled AND o.id IS NULL AND (SELECT count(*) FROM vacancy v WHERE v.dwelling_id = s.dwelling_id) >= $2 AS too_many
    FROM stage_managed s LEFT JOIN vacancy o ON o.dwelling_id = s.dwelling_id AND o.closed_on IS NULL
), wrong AS (
    SELECT line, dwelling_id, let_on, earliest, CASE
        WHEN foreign_to THEN 'FOREIGN' WHEN line > earliest THEN 'TWICE' WHEN no_vacancy THEN 'NO_VACANCY'
        WHEN too_early THEN 'TOO_EARLY' WHEN crossing THEN 'OVERLAP' WHEN too_many THEN 'TOO_MANY' END AS why
    FROM looked
)
SELECT line, dwelling_id, coalesce(let_on::text, ''), earliest, why, count(*) OVER () FROM wrong WHERE why IS NOT NULL ORDER BY line LIMIT $3

-- name: state of dwellings
SELECT s.dwelling_id, jsonb_strip_nulls(jsonb_build_object(
    'flatNumber', nullif(m.flat_number, ''), 'rent', m.rent, 'charges', m.charges,
    'criteria', nullif(m.criteria, '[]'), 'works', m.works, 'vacancy', v.dates)) AS state
FROM stage_managed s
LEFT JOIN managed_dwelling m ON m.dwelling_id = s.dwelling_id
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('kind', kind, 'noticeGivenOn', notice_given_on, 'vacantFrom', vacant_from,
        'availableOn', available_on, 'closedOn', closed_on, 'outcome', outcome) AS dates
    FROM vacancy WHERE dwelling_id = s.dwelling_id ORDER BY vacant_from DESC, id DESC LIMIT 1
) v ON true

-- name: write managed dwellings
INSERT INTO managed_dwelling AS m (id, dwelling_id, flat_number, rent, charges, criteria, works, source, updated_at, updated_by_id)
SELECT $2 || substr(s.dwelling_id, 4), s.dwelling_id,
    CASE WHEN 'flat_number' = ANY($1) THEN s.flat_number ELSE coalesce(o.flat_number, '') END,
    CASE WHEN 'rent' = ANY($1) THEN s.rent ELSE o.rent END,
    CASE WHEN 'charges' = ANY($1) THEN s.charges ELSE o.charges END,
    c.criteria,
    CASE WHEN 'works_kind' = ANY($1) THEN s.works ELSE o.works END,
    'FILE', $4, $5
FROM stage_managed s
LEFT JOIN managed_dwelling o ON o.dwelling_id = s.dwelling_id
CROSS JOIN LATERAL (
    -- What the file does not tell of stays; what it says again without a date is as old as it was.
    SELECT coalesce(jsonb_agg(answer ORDER BY answer->>'criterion' COLLATE "C"), '[]') AS criteria
    FROM (
        SELECT e FROM jsonb_array_elements(o.criteria) e WHERE NOT (e->>'criterion' = ANY($3))
        UNION ALL
        SELECT CASE WHEN NOT s.dated AND e->>'answer' = n->>'answer' AND e->>'basis' = n->>'basis' THEN e ELSE n END
        FROM jsonb_array_elements(s.criteria) n
        LEFT JOIN jsonb_array_elements(o.criteria) e ON e->>'criterion' = n->>'criterion'
    ) answers (answer)
) c
ORDER BY s.dwelling_id
ON CONFLICT (dwelling_id) DO UPDATE SET
    flat_number = excluded.flat_number, rent = excluded.rent, charges = excluded.charges, criteria = excluded.criteria,
    works = excluded.works, source = excluded.source, updated_at = excluded.updated_at, updated_by_id = excluded.updated_by_id,
    version = m.version + 1
WHERE (m.flat_number, m.rent, m.charges, m.criteria, m.works)
    IS DISTINCT FROM (excluded.flat_number, excluded.rent, excluded.charges, excluded.criteria, excluded.works)

-- name: move vacancies
UPDATE vacancy v SET notice_given_on = n.notice_given_on, vacant_from = n.vacant_from, available_on = n.available_on,
    updated_at = $2, updated_by_id = $3, version = v.version + 1
FROM (
    SELECT o.id, s.vacant_from,
        CASE WHEN 'notice_given_on' = ANY($1) THEN s.notice_given_on WHEN o.notice_given_on <= s.vacant_from THEN o.notice_given_on END AS notice_given_on,
        CASE WHEN 'available_on' = ANY($1) THEN s.available_on WHEN o.available_on >= s.vacant_from THEN o.available_on END AS available_on
    FROM stage_managed s JOIN vacancy o ON o.dwelling_id = s.dwelling_id AND o.closed_on IS NULL
    WHERE s.vacant_from IS NOT NULL AND NOT s.settled
) n
WHERE v.id = n.id AND (v.notice_given_on, v.vacant_from, v.available_on) IS DISTINCT FROM (n.notice_given_on, n.vacant_from, n.available_on)

-- name: begin vacancies
INSERT INTO vacancy (id, dwelling_id, kind, notice_given_on, vacant_from, available_on, updated_at, updated_by_id)
SELECT $1 || rank.digits, s.dwelling_id, s.vacancy_kind, s.notice_given_on, s.vacant_from, s.available_on, $2, $3
FROM stage_managed s, LATERAL (SELECT '0123456789ABCDEFGHJKMNPQRSTVWXYZ' AS digit) d,
    LATERAL (SELECT substr(digit, (line >> 15 & 31) + 1, 1) || substr(digit, (line >> 10 & 31) + 1, 1)
        || substr(digit, (line >> 5 & 31) + 1, 1) || substr(digit, (line & 31) + 1, 1) AS digits) rank
WHERE s.vacant_from IS NOT NULL AND NOT s.settled
    AND NOT EXISTS (SELECT FROM vacancy v WHERE v.dwelling_id = s.dwelling_id AND v.closed_on IS NULL)

-- name: close vacancies
UPDATE vacancy v SET closed_on = s.let_on, outcome = 'LET', updated_at = $1, updated_by_id = $2, version = v.version + 1
FROM stage_managed s
WHERE v.dwelling_id = s.dwelling_id AND v.closed_on IS NULL AND s.let_on IS NOT NULL AND NOT s.settled

-- name: note changes
INSERT INTO managed_change (id, dwelling_id, changed_at, changed_by_id, source, line, before, after)
SELECT $1 || rank.digits, s.dwelling_id, $2, $3, 'FILE', s.line, differing.before, differing.after
FROM stage_managed s
JOIN stage_before b ON b.dwelling_id = s.dwelling_id
JOIN stage_after a ON a.dwelling_id = s.dwelling_id,
    LATERAL (SELECT '0123456789ABCDEFGHJKMNPQRSTVWXYZ' AS digit) d,
    LATERAL (SELECT substr(digit, (line >> 15 & 31) + 1, 1) || substr(digit, (line >> 10 & 31) + 1, 1)
        || substr(digit, (line >> 5 & 31) + 1, 1) || substr(digit, (line & 31) + 1, 1) AS digits) rank,
    LATERAL (
        SELECT coalesce(jsonb_object_agg(k, b.state->k) FILTER (WHERE b.state->k IS NOT NULL), '{}') AS before,
            coalesce(jsonb_object_agg(k, a.state->k) FILTER (WHERE a.state->k IS NOT NULL), '{}') AS after
        FROM jsonb_object_keys(b.state || a.state) k WHERE b.state->k IS DISTINCT FROM a.state->k
    ) differing
WHERE b.state IS DISTINCT FROM a.state

-- name: analyse
ANALYZE managed_dwelling, vacancy
