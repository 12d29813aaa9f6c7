-- Facets of buildings of which nobody knows where they stand, at a key that is on no map: a
-- table of the stock counts them too.

-- +goose Up
-- +goose StatementBegin
-- Brings map_facet to what dwellings say, and leaves alone what it says already: most
-- rows stay from one import to the next.
CREATE OR REPLACE FUNCTION map_facets_refresh() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CREATE TEMPORARY TABLE stage_map_facet ON COMMIT DROP AS
  SELECT coalesce(b.zkey, -1) AS zkey, coalesce(b.latitude, 0) AS latitude, coalesce(b.longitude, 0) AS longitude, b.id AS building_id, d.insee_code, d.typology, d.construction_year, d.financing,
    d.energy_class, d.construction, d.accessibility, d.priority_district, coalesce(d.landlord_id, '') AS landlord_id,
    count(*)::int AS dwelling_count
  FROM dwelling d JOIN building b ON b.id = d.building_id
  WHERE d.last_vintage_id IS NULL
  GROUP BY b.zkey, b.latitude, b.longitude, b.id, d.insee_code, d.typology, d.construction_year, d.financing,
    d.energy_class, d.construction, d.accessibility, d.priority_district, d.landlord_id;
  ANALYZE stage_map_facet;
  DELETE FROM map_facet f WHERE NOT EXISTS (
    SELECT FROM stage_map_facet s WHERE (s.building_id, s.zkey, s.latitude, s.longitude, s.insee_code, s.typology,
        s.construction_year, s.financing, s.energy_class, s.construction, s.accessibility, s.priority_district, s.landlord_id, s.dwelling_count)
      = (f.building_id, f.zkey, f.latitude, f.longitude, f.insee_code, f.typology,
        f.construction_year, f.financing, f.energy_class, f.construction, f.accessibility, f.priority_district, f.landlord_id, f.dwelling_count));
  -- In the order of the key: the index then grows at its end, and a tile is a few pages.
  INSERT INTO map_facet (zkey, latitude, longitude, building_id, insee_code, typology, construction_year, financing,
    energy_class, construction, accessibility, priority_district, landlord_id, dwelling_count)
  SELECT s.* FROM stage_map_facet s WHERE NOT EXISTS (
    SELECT FROM map_facet f WHERE (s.building_id, s.zkey, s.latitude, s.longitude, s.insee_code, s.typology,
        s.construction_year, s.financing, s.energy_class, s.construction, s.accessibility, s.priority_district, s.landlord_id, s.dwelling_count)
      = (f.building_id, f.zkey, f.latitude, f.longitude, f.insee_code, f.typology,
        f.construction_year, f.financing, f.energy_class, f.construction, f.accessibility, f.priority_district, f.landlord_id, f.dwelling_count))
  ORDER BY s.zkey, s.building_id;
  DROP TABLE stage_map_facet;
  ANALYZE map_facet;
END $$;
-- +goose StatementEnd
SELECT map_facets_refresh();

-- +goose Down
-- +goose StatementBegin
-- Brings map_facet to what dwellings say, and leaves alone what it says already: most
-- rows stay from one import to the next.
CREATE OR REPLACE FUNCTION map_facets_refresh() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  CREATE TEMPORARY TABLE stage_map_facet ON COMMIT DROP AS
  SELECT b.zkey, b.latitude, b.longitude, b.id AS building_id, d.insee_code, d.typology, d.construction_year, d.financing,
    d.energy_class, d.construction, d.accessibility, d.priority_district, coalesce(d.landlord_id, '') AS landlord_id,
    count(*)::int AS dwelling_count
  FROM dwelling d JOIN building b ON b.id = d.building_id
  WHERE d.last_vintage_id IS NULL AND b.zkey IS NOT NULL
  GROUP BY b.zkey, b.latitude, b.longitude, b.id, d.insee_code, d.typology, d.construction_year, d.financing,
    d.energy_class, d.construction, d.accessibility, d.priority_district, d.landlord_id;
  ANALYZE stage_map_facet;
  DELETE FROM map_facet f WHERE NOT EXISTS (
    SELECT FROM stage_map_facet s WHERE (s.building_id, s.zkey, s.latitude, s.longitude, s.insee_code, s.typology,
        s.construction_year, s.financing, s.energy_class, s.construction, s.accessibility, s.priority_district, s.landlord_id, s.dwelling_count)
      = (f.building_id, f.zkey, f.latitude, f.longitude, f.insee_code, f.typology,
        f.construction_year, f.financing, f.energy_class, f.construction, f.accessibility, f.priority_district, f.landlord_id, f.dwelling_count));
  -- In the order of the key: the index then grows at its end, and a tile is a few pages.
  INSERT INTO map_facet (zkey, latitude, longitude, building_id, insee_code, typology, construction_year, financing,
    energy_class, construction, accessibility, priority_district, landlord_id, dwelling_count)
  SELECT s.* FROM stage_map_facet s WHERE NOT EXISTS (
    SELECT FROM map_facet f WHERE (s.building_id, s.zkey, s.latitude, s.longitude, s.insee_code, s.typology,
        s.construction_year, s.financing, s.energy_class, s.construction, s.accessibility, s.priority_district, s.landlord_id, s.dwelling_count)
      = (f.building_id, f.zkey, f.latitude, f.longitude, f.insee_code, f.typology,
        f.construction_year, f.financing, f.energy_class, f.construction, f.accessibility, f.priority_district, f.landlord_id, f.dwelling_count))
  ORDER BY s.zkey, s.building_id;
  DROP TABLE stage_map_facet;
  ANALYZE map_facet;
END $$;
-- +goose StatementEnd
SELECT map_facets_refresh();
