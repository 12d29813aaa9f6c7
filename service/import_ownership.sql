The import of landlords, statement by statement.

-- name: prepare tables
CREATE TEMPORARY TABLE stage_ownership (
    line int NOT NULL, id varchar NOT NULL, building_id varchar NOT NULL, insee_code varchar NOT NULL, by_address boolean NOT NULL,
    landlord_id varchar NOT NULL, share int, floors jsonb, source varchar NOT NULL, stated_on date NOT NULL
) ON COMMIT DROP;

-- name: drop what names no building
DELETE FROM stage_ownership s WHERE NOT EXISTS (
    -- Beside an identifier the commune may be left out; one that is there must be right.
    SELECT FROM building b WHERE b.id = s.building_id AND s.insee_code IN (b.insee_code, '')
)
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

-- name: confirm territories
-- Where a landlord has a building of the vintage in force, its allocation officers see
-- who wishes to live there. It is settled here, when the Métropole loads the list.
WITH held AS (
    SELECT DISTINCT o.landlord_id, b.commune_id FROM ownership o JOIN building b ON b.id = o.building_id
    WHERE b.last_vintage_id IS NULL AND b.commune_id IS NOT NULL
), gone AS (
    DELETE FROM landlord_territory t
    WHERE NOT EXISTS (SELECT FROM held h WHERE h.landlord_id = t.organisation_id AND h.commune_id = t.commune_id)
)
INSERT INTO landlord_territory (organisation_id, commune_id) SELECT landlord_id, commune_id FROM held
ON CONFLICT DO NOTHING

-- name: analyse
-- Plans are made for what is there from now on, not for an empty table.
ANALYZE ownership, dwelling, landlord_territory
