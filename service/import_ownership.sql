The import of landlords, statement by statement.

-- name: prepare tables
CREATE TEMPORARY TABLE stage_ownership (
    line int NOT NULL, id varchar NOT NULL, building_id varchar NOT NULL, by_address boolean NOT NULL,
    landlord_id varchar NOT NULL, share int, floors jsonb, source varchar NOT NULL, stated_on date NOT NULL
) ON COMMIT DROP;

-- name: drop what names no building
DELETE FROM stage_ownership s WHERE NOT EXISTS (SELECT FROM building b WHERE b.id = s.building_id)
RETURNING line

-- name: find buildings named in two ways
SELECT line FROM stage_ownership WHERE building_id IN (
    SELECT building_id FROM stage_ownership GROUP BY building_id HAVING bool_or(by_address) AND NOT bool_and(by_address)
) ORDER BY line

-- name: forget what the file replaces
DELETE FROM ownership o WHERE building_id IN (SELECT building_id FROM stage_ownership)
    AND NOT EXISTS (SELECT FROM stage_ownership s WHERE s.building_id = o.building_id AND s.landlord_id = o.landlord_id)

-- name: write ownerships
WITH written AS (
    INSERT INTO ownership AS o (id, building_id, landlord_id, share, floors, source, stated_on)
    SELECT id, building_id, landlord_id, share, floors, source, stated_on FROM stage_ownership
    ON CONFLICT (building_id, landlord_id) DO UPDATE
        SET share = excluded.share, floors = excluded.floors, source = excluded.source, stated_on = excluded.stated_on
    WHERE (o.share, o.floors, o.source, o.stated_on)
        IS DISTINCT FROM (excluded.share, excluded.floors, excluded.source, excluded.stated_on)
    -- A row that was there has been locked by this transaction, a new one by none.
    RETURNING xmax = 0 AS added
)
SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added), (SELECT count(*) FROM stage_ownership) FROM written

-- name: tell dwellings their landlords
UPDATE dwelling d SET landlord_id = told.landlord_id
FROM (
    SELECT d.id, o.landlord_id
    FROM dwelling d
    LEFT JOIN ownership o ON o.building_id = d.building_id
        AND (o.share = 100 OR o.share IS NULL AND o.floors IS NULL OR o.floors @> to_jsonb(d.floor))
    WHERE d.building_id IN (SELECT building_id FROM stage_ownership)
) told
WHERE d.id = told.id AND d.landlord_id IS DISTINCT FROM told.landlord_id

-- name: analyse
-- Plans are made for what is there from now on, not for an empty table.
ANALYZE ownership, dwelling
