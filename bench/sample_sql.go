package main

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/lib/pq"
)

// enlarge adds n reception points to a sandbox, each the copy of one that is
// there, with its operators, agreements and opening hours. Names and identifiers
// are always the same. It may be called once on a database.
func enlarge(ctx context.Context, db *sql.DB, n int) error {
	if n == 0 {
		return nil
	}
	const copies = `WITH source AS (
			SELECT *, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS places
			FROM reception_point WHERE key NOT LIKE 'bench-%'
		), copy AS (
			SELECT source.*, g, 'rpt_' || lpad(g::text, 26, '0') AS copy_id
			FROM generate_series(1, $1::int) g JOIN source ON source.place = g % source.places
		) `
	for _, insert := range []string{
		`INSERT INTO reception_point (id, key, name, address, postal_code, latitude, longitude, phone, languages,
			step_free_access, inter_communal, commune_id)
		SELECT copy_id, 'bench-' || g, name || ' ' || g, address, postal_code,
			latitude + (g % 89 - 44) * 1e-4, longitude + (g % 97 - 48) * 1e-4, phone, languages,
			step_free_access, inter_communal, commune_id FROM copy`,
		`INSERT INTO reception_point_operator (reception_point_id, organisation_id)
		SELECT copy_id, organisation_id FROM copy JOIN reception_point_operator o ON o.reception_point_id = copy.id`,
		`INSERT INTO agreement (id, level, means, valid_from, valid_until, reception_point_id)
		SELECT 'agr_' || lpad((g * 100 + row_number() OVER (PARTITION BY g ORDER BY a.id))::text, 26, '0'),
			level, means, valid_from, valid_until, copy_id
		FROM copy JOIN agreement a ON a.reception_point_id = copy.id`,
		`INSERT INTO opening_hours (id, weekday, intervals, valid_from, valid_until, reason, version, reception_point_id)
		SELECT 'oph_' || lpad((g * 100 + row_number() OVER (PARTITION BY g ORDER BY h.id))::text, 26, '0'),
			weekday, intervals, valid_from, valid_until, reason, version, copy_id
		FROM copy JOIN opening_hours h ON h.reception_point_id = copy.id`,
	} {
		if _, err := db.ExecContext(ctx, copies+insert, n); err != nil {
			return fmt.Errorf("enlarge the sandbox: %w", err)
		}
	}
	return nil
}

// sample is what the variables of the operations are made of.
type sample struct {
	inseeCodes []string
	communes   []string
	points     []string
	bodies     []string
	// others are agreements, opening hours and entries of the catalogue.
	others []string
}

// readSample takes identifiers from the database, spread over each table.
func readSample(ctx context.Context, db *sql.DB) (sample, error) {
	var s sample
	for _, part := range []struct {
		into  *[]string
		query string
	}{
		{&s.inseeCodes, `SELECT array_agg(insee_code ORDER BY md5(id)) FROM commune`},
		{&s.communes, `SELECT array_agg(id ORDER BY md5(id)) FROM commune`},
		{&s.points, `SELECT (array_agg(id ORDER BY md5(id)))[1:1000] FROM reception_point`},
		{&s.bodies, `SELECT array_agg(id ORDER BY md5(id)) FROM organisation`},
		{&s.others, `SELECT array_agg(id ORDER BY md5(id)) FROM (
			(SELECT id FROM agreement ORDER BY md5(id) LIMIT 8) UNION ALL
			(SELECT id FROM opening_hours ORDER BY md5(id) LIMIT 8) UNION ALL
			(SELECT id FROM opening_hours WHERE weekday IS NULL ORDER BY id LIMIT 2) UNION ALL
			(SELECT id FROM catalogue_entry ORDER BY md5(id) LIMIT 4)) AS various`},
	} {
		if err := db.QueryRowContext(ctx, part.query).Scan(pq.Array(part.into)); err != nil {
			return s, fmt.Errorf("take a sample: %w", err)
		}
	}
	return s, nil
}
