The import of the stock, statement by statement. Each has one task; comments give
reasons.

-- name: prepare tables
-- Temporary: what a killed server leaves of them, PostgreSQL removes at its start.
-- Identifiers and keys are sorted as bytes, which takes half as long.
CREATE TEMPORARY TABLE stage_description (
    id varchar COLLATE "C" NOT NULL,
    insee_code varchar NOT NULL, commune_name varchar NOT NULL, address varchar NOT NULL, postal_code varchar NOT NULL,
    latitude float8, longitude float8, position_quality varchar NOT NULL, district_code varchar NOT NULL
) ON COMMIT DROP;
CREATE TEMPORARY TABLE stage_building (LIKE stage_description, PRIMARY KEY (id)) ON COMMIT DROP;
CREATE TEMPORARY TABLE stage_unplaced (
    line int PRIMARY KEY, LIKE stage_description,
    floor smallint NOT NULL, rooms smallint NOT NULL, surface float8 NOT NULL,
    construction_year smallint NOT NULL, letting_year smallint NOT NULL, financing varchar NOT NULL,
    energy_class varchar NOT NULL, construction varchar NOT NULL, accessibility varchar NOT NULL, priority_district varchar NOT NULL
) ON COMMIT DROP;
CREATE TEMPORARY TABLE stage_point (LIKE stage_description, building_id varchar COLLATE "C", PRIMARY KEY (id)) ON COMMIT DROP;
CREATE TEMPORARY TABLE stage_neighbour (
    id varchar COLLATE "C" NOT NULL, insee_code varchar NOT NULL, latitude float8 NOT NULL, longitude float8 NOT NULL
) ON COMMIT DROP;
CREATE TEMPORARY TABLE stage_change (
    id varchar PRIMARY KEY, building_id varchar NOT NULL, insee_code varchar NOT NULL, kind varchar NOT NULL,
    before bigint NOT NULL, after bigint NOT NULL, differences jsonb NOT NULL
) ON COMMIT DROP

-- name: find the vintage in force
SELECT id, previous_id, stated_on, dwelling_count FROM stock_vintage WHERE current

-- name: announce the vintage
INSERT INTO stock_vintage (id, stated_on, current, source, layout, territory, file_sha256, imported_at,
    dwelling_count, building_count, lines_read, lines_rejected)
VALUES ($1, $2, false, $3, $4, $5, '', $6, 0, 0, 0, 0)
ON CONFLICT (id) DO NOTHING

-- name: forget the rows of other vintages
DELETE FROM stock_row WHERE vintage_id <> $1

-- name: describe buildings with an address
-- Lines of one building may spell it in several ways. One of them counts, whatever
-- the order of the lines: one with a place rather than one without, and the best
-- placed of them.
INSERT INTO stage_building
SELECT DISTINCT ON (id) * FROM stage_description
ORDER BY id, latitude IS NULL, nullif(position_quality, ''), address, latitude, longitude, postal_code, commune_name, district_code

-- name: gather points without an address
INSERT INTO stage_point
SELECT DISTINCT ON (id) id, insee_code, commune_name, address, postal_code, latitude, longitude, position_quality, district_code
FROM stage_unplaced ORDER BY id, nullif(position_quality, ''), address, postal_code, commune_name, district_code

-- name: gather neighbours
-- Where the file places a building it is there, and nowhere else. What an edition
-- of the same day has made before does not count: the same file always gives the
-- same buildings.
INSERT INTO stage_neighbour
SELECT id, insee_code, latitude, longitude FROM stage_building
WHERE latitude IS NOT NULL AND insee_code IN (SELECT insee_code FROM stage_point)
UNION ALL
SELECT id, insee_code, latitude, longitude FROM building b
WHERE latitude IS NOT NULL AND insee_code IN (SELECT insee_code FROM stage_point) AND first_vintage_id <> $1
    AND NOT EXISTS (SELECT FROM stage_building s WHERE s.id = b.id AND s.latitude IS NOT NULL)

-- name: place points
DO $$
DECLARE
    -- Metres in a degree of latitude.
    degree CONSTANT float8 := 111195;
    near CONSTANT float8 := 15;
    point record;
    nearest varchar;
BEGIN
    IF NOT EXISTS (SELECT FROM stage_point) THEN
        RETURN;
    END IF;
    CREATE INDEX ON stage_neighbour (insee_code, latitude);
    ANALYZE stage_neighbour;
    -- In an order that the file does not choose, so that the same lines always make
    -- the same buildings. A building made here is found by the points that follow.
    FOR point IN SELECT * FROM stage_point ORDER BY insee_code, latitude, longitude LOOP
        SELECT id INTO nearest FROM stage_neighbour,
        LATERAL (SELECT sqrt(power((latitude - point.latitude) * degree, 2)
            + power((longitude - point.longitude) * degree * cos(radians(point.latitude)), 2)) AS metres) distance
        WHERE insee_code = point.insee_code
            AND latitude BETWEEN point.latitude - near / degree AND point.latitude + near / degree
            AND metres <= near
        ORDER BY metres, id LIMIT 1;
        IF nearest IS NULL THEN
            nearest := point.id;
            INSERT INTO stage_neighbour VALUES (point.id, point.insee_code, point.latitude, point.longitude);
        END IF;
        UPDATE stage_point SET building_id = nearest WHERE id = point.id;
    END LOOP;
END $$

-- name: describe buildings that are known
-- From an earlier vintage: they stay as they were described there, and where they
-- were, so that a point that moves a little each year does not wander off with them.
INSERT INTO stage_building
SELECT id, insee_code, commune_name, address, postal_code, latitude, longitude, position_quality, district_code
FROM building WHERE id IN (SELECT building_id FROM stage_point) AND first_vintage_id <> $1
ON CONFLICT DO NOTHING

-- name: describe buildings that are new
INSERT INTO stage_building
SELECT id, insee_code, commune_name, address, postal_code, latitude, longitude, position_quality, district_code
FROM stage_point WHERE building_id = id
ON CONFLICT DO NOTHING

-- name: read what was placed
SELECT line, building_id, floor, rooms, surface, construction_year, letting_year,
    financing, energy_class, construction, accessibility, priority_district
FROM stage_unplaced u JOIN stage_point p ON p.id = u.id
WHERE line > $1 ORDER BY line LIMIT $2

-- name: join buildings
-- All that the file says of each building, in the words of the table.
CREATE TEMPORARY TABLE stage_joined ON COMMIT DROP AS
SELECT s.*, c.id AS commune_id, n.dwelling_count
FROM stage_building s
JOIN (SELECT building_id, count(*) AS dwelling_count FROM stock_row WHERE vintage_id = $1 GROUP BY building_id) n ON n.building_id = s.id
LEFT JOIN commune c ON c.insee_code = s.insee_code

-- name: change buildings
-- The oldest layout has no coordinates: what a newer file told stays true.
UPDATE building b SET
    commune_id = s.commune_id, commune_name = s.commune_name, address = s.address, postal_code = s.postal_code,
    district_code = s.district_code, dwelling_count = s.dwelling_count, last_vintage_id = NULL,
    latitude = coalesce(s.latitude, b.latitude), longitude = coalesce(s.longitude, b.longitude),
    zkey = coalesce(map_key(s.latitude, s.longitude), b.zkey),
    position_quality = CASE WHEN s.latitude IS NULL THEN b.position_quality ELSE s.position_quality END
FROM stage_joined s
WHERE s.id = b.id
    AND (b.commune_id, b.commune_name, b.address, b.postal_code, b.district_code, b.dwelling_count, b.last_vintage_id,
        b.latitude, b.longitude, b.position_quality)
    IS DISTINCT FROM (s.commune_id, s.commune_name, s.address, s.postal_code, s.district_code, s.dwelling_count, NULL,
        coalesce(s.latitude, b.latitude), coalesce(s.longitude, b.longitude),
        CASE WHEN s.latitude IS NULL THEN b.position_quality ELSE s.position_quality END)

-- name: add buildings
-- Nobody else adds any meanwhile, and ON CONFLICT would take half as long again.
INSERT INTO building (id, insee_code, commune_id, commune_name, address, postal_code, latitude, longitude, zkey,
    position_quality, district_code, dwelling_count, first_vintage_id)
SELECT id, insee_code, commune_id, commune_name, address, postal_code, latitude, longitude, map_key(latitude, longitude),
    position_quality, district_code, dwelling_count, $1
FROM stage_joined s WHERE NOT EXISTS (SELECT FROM building b WHERE b.id = s.id)

-- name: count buildings of the file
SELECT count(*) FROM stage_building

-- name: mark absent buildings
-- What this vintage was the first to have is withdrawn instead.
UPDATE building SET last_vintage_id = $1, dwelling_count = 0
WHERE last_vintage_id IS NULL AND first_vintage_id <> $2
    AND NOT EXISTS (SELECT FROM stage_building s WHERE s.id = building.id)

-- name: number dwellings
-- Sorted by identifier: most indexes then grow at a few places only.
CREATE TEMPORARY TABLE stage_dwelling ON COMMIT DROP AS
SELECT ($2 || dwelling_key
        -- The rank among equals, in four digits of base 32. Equals differ at most in
        -- what the file says besides, by which they are ranked.
        || substr(digit, (rank >> 15 & 31)::int + 1, 1) || substr(digit, (rank >> 10 & 31)::int + 1, 1)
        || substr(digit, (rank >> 5 & 31)::int + 1, 1) || substr(digit, (rank & 31)::int + 1, 1)) COLLATE "C" AS id,
    r.building_id, b.insee_code, rooms, surface, r.floor, construction_year, letting_year, financing, energy_class, construction,
    accessibility, priority_district, o.landlord_id
FROM (
    SELECT *, row_number() OVER (PARTITION BY dwelling_key COLLATE "C"
        ORDER BY energy_class, construction, accessibility, priority_district) - 1 AS rank,
        '0123456789ABCDEFGHJKMNPQRSTVWXYZ' AS digit
    FROM stock_row WHERE vintage_id = $1
) r
JOIN stage_building b ON b.id = r.building_id
LEFT JOIN ownership o ON o.building_id = r.building_id
    AND (o.share = 100 OR o.share IS NULL AND o.floors IS NULL OR o.floors @> to_jsonb(r.floor))

-- name: change dwellings
UPDATE dwelling d SET
    energy_class = s.energy_class, construction = s.construction, accessibility = s.accessibility,
    priority_district = s.priority_district, landlord_id = s.landlord_id, last_vintage_id = NULL
FROM stage_dwelling s
WHERE s.id = d.id
    AND (d.energy_class, d.construction, d.accessibility, d.priority_district, d.landlord_id, d.last_vintage_id)
    IS DISTINCT FROM (s.energy_class, s.construction, s.accessibility, s.priority_district, s.landlord_id, NULL)

-- name: add dwellings
INSERT INTO dwelling (id, building_id, insee_code, typology, rooms, surface, floor, construction_year, letting_year,
    financing, energy_class, construction, accessibility, priority_district, landlord_id, first_vintage_id)
SELECT id, building_id, insee_code,
    CASE WHEN rooms < 1 THEN 'UNKNOWN' WHEN rooms > 5 THEN 'T6_PLUS' ELSE 'T' || rooms END,
    rooms, surface, floor, construction_year, letting_year, financing, energy_class, construction,
    accessibility, priority_district, landlord_id, $1
FROM stage_dwelling s WHERE NOT EXISTS (SELECT FROM dwelling d WHERE d.id = s.id)

-- name: count dwellings of the file
SELECT count(*) FROM stage_dwelling

-- name: mark absent dwellings
UPDATE dwelling SET last_vintage_id = $1
WHERE last_vintage_id IS NULL AND first_vintage_id <> $2
    AND NOT EXISTS (SELECT FROM stage_dwelling s WHERE s.id = dwelling.id)

-- name: compare vintages
WITH row_counts AS (
    -- What one vintage has more often than the other.
    SELECT building_id, floor, rooms, surface, construction_year, letting_year, financing, energy_class, construction,
        accessibility, priority_district, sum(CASE vintage_id WHEN $1 THEN 1 ELSE -1 END)::int AS n
    FROM stock_row WHERE vintage_id IN ($1, $2)
    GROUP BY building_id, floor, rooms, surface, construction_year, letting_year, financing, energy_class, construction,
        accessibility, priority_district
    HAVING sum(CASE vintage_id WHEN $1 THEN 1 ELSE -1 END) <> 0
), change AS (
    SELECT building_id, coalesce(-sum(n) FILTER (WHERE n < 0), 0) AS before, coalesce(sum(n) FILTER (WHERE n > 0), 0) AS after
    FROM row_counts GROUP BY building_id
), value AS (
    SELECT building_id, position, name,
        array_agg(value ORDER BY value) FILTER (WHERE n < 0) AS before,
        array_agg(value ORDER BY value) FILTER (WHERE n > 0) AS after,
        array_agg(DISTINCT value ORDER BY value) FILTER (WHERE n < 0) AS before_set,
        array_agg(DISTINCT value ORDER BY value) FILTER (WHERE n > 0) AS after_set
    FROM row_counts
    CROSS JOIN LATERAL generate_series(1, abs(n))
    CROSS JOIN LATERAL (VALUES
        (1, 'FLOOR', nullif(floor, -100)::text), (2, 'ROOMS', nullif(rooms, 0)::text), (3, 'SURFACE', nullif(surface, 0)::text),
        (4, 'CONSTRUCTION_YEAR', nullif(construction_year, 0)::text), (5, 'LETTING_YEAR', nullif(letting_year, 0)::text),
        (6, 'FINANCING', nullif(financing, '')), (7, 'ENERGY_CLASS', nullif(energy_class, 'UNKNOWN')),
        (8, 'CONSTRUCTION', nullif(construction, '')), (9, 'ACCESSIBILITY', nullif(accessibility, '')),
        (10, 'PRIORITY_DISTRICT', nullif(priority_district, 'UNKNOWN'))
    ) AS cell (position, name, value)
    GROUP BY building_id, position, name
), difference AS (
    SELECT building_id, count(*) AS columns,
        jsonb_agg(jsonb_build_object('column', name, 'before', v.before[1], 'after', v.after[1]) ORDER BY position) AS values,
        jsonb_agg(jsonb_build_object('column', name, 'before', NULL, 'after', NULL) ORDER BY position) AS names
    FROM value v JOIN change c USING (building_id)
    WHERE c.before > 0 AND c.after > 0 AND CASE
        WHEN c.before = c.after THEN v.before IS DISTINCT FROM v.after
        -- Of unequal numbers all columns differ: it tells more which values there are.
        ELSE v.before_set IS DISTINCT FROM v.after_set
    END
    GROUP BY building_id
)
INSERT INTO stage_change
SELECT $3 || right(building_id, 16), building_id, b.insee_code, kind, before, after,
    -- Which value became which is known of a single dwelling only.
    CASE WHEN kind = 'CHANGED' THEN values ELSE coalesce(names, '[]') END
FROM change
JOIN building b ON b.id = building_id
LEFT JOIN difference USING (building_id)
CROSS JOIN LATERAL (SELECT CASE
    WHEN before = 0 THEN 'ADDED'
    WHEN after = 0 THEN 'REMOVED'
    WHEN before = 1 AND after = 1 AND columns <= 2 THEN 'CHANGED'
    ELSE 'AMBIGUOUS'
END AS kind) told

-- name: forget changes
DELETE FROM stock_change c WHERE vintage_id = $1 AND NOT EXISTS (
    SELECT FROM stage_change s WHERE s.id = c.id
        AND (s.kind, s.before, s.after, s.differences) = (c.kind, c.before, c.after, c.differences)
)

-- name: write changes
INSERT INTO stock_change (id, vintage_id, building_id, insee_code, kind, before, after, differences)
SELECT id, $1, building_id, insee_code, kind, before, after, differences FROM stage_change
ON CONFLICT (id) DO NOTHING

-- name: count changes
SELECT kind, count(*), sum(before), sum(after) FROM stage_change GROUP BY kind

-- name: withdraw dwellings
DELETE FROM dwelling d WHERE first_vintage_id = $1 AND NOT EXISTS (SELECT FROM stage_dwelling s WHERE s.id = d.id)

-- name: withdraw ownerships
DELETE FROM ownership USING building b
WHERE b.id = building_id AND b.first_vintage_id = $1 AND NOT EXISTS (SELECT FROM stage_building s WHERE s.id = b.id)

-- name: withdraw buildings
DELETE FROM building b WHERE first_vintage_id = $1 AND NOT EXISTS (SELECT FROM stage_building s WHERE s.id = b.id)

-- name: refresh facets
SELECT map_facets_refresh()

-- name: lower the vintage in force
UPDATE stock_vintage SET current = false WHERE current AND id <> $1

-- name: finish the vintage
UPDATE stock_vintage AS v SET
    current = true, previous_id = $2, file_sha256 = $3::varchar, lines_read = $4, lines_rejected = $5,
    comparison = nullif($6::jsonb, 'null'), source = $7, layout = $8, territory = $9,
    dwelling_count = n.dwellings, building_count = n.buildings,
    -- The same file again is no news.
    imported_at = CASE WHEN v.file_sha256 = $3::varchar THEN v.imported_at ELSE $10 END
FROM (SELECT (SELECT count(*) FROM stage_dwelling) AS dwellings, (SELECT count(*) FROM stage_building) AS buildings) n
WHERE v.id = $1 AND (v.current, v.previous_id, v.file_sha256, v.lines_read, v.lines_rejected, v.comparison,
        v.source, v.layout, v.territory, v.dwelling_count, v.building_count)
    IS DISTINCT FROM (true, $2, $3::varchar, $4, $5, nullif($6::jsonb, 'null'), $7, $8, $9, n.dwellings, n.buildings)

-- name: analyse
ANALYZE building, dwelling, stock_vintage, stock_change
