-- What tables do not say, for the generic engine. It runs as the owner of the tables, and is
-- told the scope: it decides on no right, and puts nothing on record.
CREATE SCHEMA generic;

CREATE FUNCTION generic.applications_seen(audiences bigint[], at timestamptz) RETURNS SETOF public.application
LANGUAGE sql STABLE AS $$
    SELECT a.* FROM public.application AS a
    WHERE EXISTS (
        SELECT FROM public.application_access AS x
        WHERE x.application_id = a.id AND x.audience_id = ANY(audiences)
          AND (x.valid_from IS NULL OR x.valid_from <= at) AND (x.valid_until IS NULL OR x.valid_until > at)
    )
    ORDER BY a.id
$$;

CREATE FUNCTION generic.dwellings_of(insee text, typology text) RETURNS SETOF public.dwelling
LANGUAGE sql STABLE AS $$
    SELECT d.* FROM public.dwelling AS d
    WHERE d.insee_code = insee AND d.typology = dwellings_of.typology AND d.last_vintage_id IS NULL
    ORDER BY d.surface, d.id
$$;

CREATE TYPE generic.cell AS (keys text[], count int);

CREATE FUNCTION generic.stock_cells(energy text[]) RETURNS SETOF generic.cell
LANGUAGE sql STABLE AS $$
    SELECT ARRAY[insee_code, nullif(typology, 'UNKNOWN')], count(*)::int FROM public.dwelling
    WHERE last_vintage_id IS NULL AND (energy IS NULL OR energy_class = ANY(energy))
    GROUP BY insee_code, nullif(typology, 'UNKNOWN') ORDER BY insee_code, nullif(typology, 'UNKNOWN')
$$;
