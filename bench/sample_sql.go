package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

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

// patient is a connection on which a statement may take as long as it does: to write half a
// million rows takes longer than what one of the API may.
func patient(ctx context.Context, pool *sql.DB) (*sql.Conn, error) {
	db, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "SET statement_timeout = 0"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// filePieces gives every application that is registered and has none the pieces of one of
// those that have, in turn: their files are not in a storage, and nobody asks for them here.
// It may be called once on a database.
func filePieces(ctx context.Context, pool *sql.DB) error {
	db, err := patient(ctx, pool)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, `WITH source AS (
			SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS places
			FROM application a WHERE EXISTS (SELECT FROM piece p WHERE p.application_id = a.id)
		), target AS (
			SELECT id, row_number() OVER (ORDER BY id) AS place FROM application a
			WHERE unique_number IS NOT NULL AND erased_on IS NULL AND NOT EXISTS (SELECT FROM piece p WHERE p.application_id = a.id)
		), copy AS MATERIALIZED (
			SELECT lpad(row_number() OVER (ORDER BY target.id, p.id)::text, 26, '0') AS no, target.id AS target, p.*
			FROM target JOIN source ON source.place = target.place % source.places JOIN piece p ON p.application_id = source.id
		), filed AS (
			INSERT INTO piece (id, application_id, kind, sensitive, state, refused_for, due_on, issued_on, expires_on, scan,
				deposited_at, deposited_by_id, reception_point_id)
			SELECT 'pie_' || no, target, kind, sensitive, state, refused_for, due_on, issued_on, expires_on, scan,
				deposited_at, deposited_by_id, reception_point_id FROM copy
		), stored AS (
			INSERT INTO piece_file (id, application_id, piece_id, name, size, sha256, media_type, pages)
			SELECT 'pif_' || no, target, 'pie_' || no, name || '/' || no, size, sha256, media_type, pages
			FROM copy JOIN piece_file f ON f.piece_id = copy.id
		)
		INSERT INTO piece_transfer (id, application_id, piece_id, state, rejected_for, due_on, sent_at, settled_at, reference, next_try)
		SELECT 'ptr_' || no, target, 'pie_' || no, t.state, rejected_for, t.due_on, sent_at, settled_at, no, next_try
		FROM copy JOIN piece_transfer t ON t.piece_id = copy.id AND t.state <> 'TO_SEND'`)
	if err != nil {
		return fmt.Errorf("file the pieces: %w", err)
	}
	return nil
}

// sample is what the variables of the operations are made of.
type sample struct {
	inseeCodes []string
	communes   []string
	points     []string
	bodies     []string
	// stocked are the INSEE codes of the communes with the most dwellings.
	stocked []string
	// others are agreements, opening hours and entries of the catalogue.
	others []string
	// numbers are the national numbers of some applications, filed of as many with pieces.
	numbers, filed []string
	// receiving are points where agents receive by appointment, bookedUntil when the last
	// appointment begins; nil for none.
	receiving   []string
	bookedUntil *time.Time
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
		{&s.stocked, fmt.Sprintf(`SELECT array_agg(insee_code ORDER BY n DESC) FROM (
			SELECT insee_code, sum(dwelling_count) AS n FROM building GROUP BY insee_code ORDER BY n DESC LIMIT %d) AS most`, stockCommunes)},
		{&s.others, `SELECT array_agg(id ORDER BY md5(id)) FROM (
			(SELECT id FROM agreement ORDER BY md5(id) LIMIT 8) UNION ALL
			(SELECT id FROM opening_hours ORDER BY md5(id) LIMIT 8) UNION ALL
			(SELECT id FROM opening_hours WHERE weekday IS NULL ORDER BY id LIMIT 2) UNION ALL
			(SELECT id FROM catalogue_entry ORDER BY md5(id) LIMIT 4)) AS various`},
		{&s.numbers, `SELECT array_agg(unique_number ORDER BY md5(id)) FROM (
			SELECT id, unique_number FROM application WHERE unique_number IS NOT NULL ORDER BY md5(id) LIMIT 40) AS various`},
		{&s.filed, `SELECT array_agg(unique_number ORDER BY md5(id)) FROM (
			SELECT id, unique_number FROM application a WHERE unique_number IS NOT NULL AND EXISTS (SELECT FROM piece p WHERE p.application_id = a.id)
			ORDER BY md5(id) LIMIT 40) AS various`},
		{&s.receiving, fmt.Sprintf(`SELECT array_agg(id ORDER BY md5(id)) FROM (
			SELECT reception_point_id AS id FROM availability a JOIN person p ON p.id = a.person_id
			GROUP BY 1 ORDER BY bool_or(p.issuer = 'https://bench.example') DESC, md5(reception_point_id) LIMIT %d) AS various`, calendarPoints)},
	} {
		if err := db.QueryRowContext(ctx, part.query).Scan(pq.Array(part.into)); err != nil {
			return s, fmt.Errorf("take a sample: %w", err)
		}
	}
	if err := db.QueryRowContext(ctx, "SELECT max(starts_at) FROM booked_time").Scan(&s.bookedUntil); err != nil {
		return s, fmt.Errorf("take a sample: %w", err)
	}
	return s, nil
}

// multiplyStock adds n copies of the stock that is there, building by building, in
// the same communes.
func multiplyStock(ctx context.Context, pool *sql.DB, n int) error {
	db, err := patient(ctx, pool)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	// Indexes are made again at the end: to keep seventeen of them row by row is most of the work.
	var names, definitions []string
	err = db.QueryRowContext(ctx, `SELECT array_agg(indexrelid::regclass::text ORDER BY indexrelid), array_agg(pg_get_indexdef(indexrelid) ORDER BY indexrelid)
		FROM pg_index WHERE indrelid IN ('building'::regclass, 'dwelling'::regclass, 'ownership'::regclass)
		AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`).Scan(pq.Array(&names), pq.Array(&definitions))
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "DROP INDEX "+strings.Join(names, ", ")); err != nil {
		return err
	}
	// The last but three digits of an identifier: the three say which copy it is.
	copyID := func(column string) string {
		return fmt.Sprintf("left(%s, 4) || lpad(g::text, 3, '0') || substr(%s, 8)", column, column)
	}
	for _, insert := range []string{
		`INSERT INTO building (id, insee_code, commune_id, commune_name, address, postal_code, latitude, longitude, zkey,
			position_quality, district_code, dwelling_count, first_vintage_id, last_vintage_id)
		SELECT ` + copyID("id") + `, insee_code, commune_id, commune_name, address || ' ' || g, postal_code,
			latitude + g * 1e-5, longitude + g * 1e-5, map_key(latitude + g * 1e-5, longitude + g * 1e-5), position_quality, district_code, dwelling_count, first_vintage_id, last_vintage_id
		FROM building, generate_series(1, $1::int) g`,
		`INSERT INTO dwelling (id, building_id, insee_code, typology, rooms, surface, floor, construction_year, letting_year,
			financing, energy_class, construction, accessibility, priority_district, landlord_id, first_vintage_id, last_vintage_id)
		SELECT ` + copyID("id") + `, ` + copyID("building_id") + `, insee_code, typology, rooms, surface, floor, construction_year,
			letting_year, financing, energy_class, construction, accessibility, priority_district, landlord_id, first_vintage_id, last_vintage_id
		FROM dwelling, generate_series(1, $1::int) g`,
		`INSERT INTO ownership (id, building_id, landlord_id, share, floors, source, stated_on)
		SELECT ` + copyID("id") + `, ` + copyID("building_id") + `, landlord_id, share, floors, source, stated_on
		FROM ownership, generate_series(1, $1::int) g`,
	} {
		if _, err := db.ExecContext(ctx, insert, n); err != nil {
			return fmt.Errorf("multiply the stock: %w", err)
		}
	}
	// A connection goes back as it came.
	for _, statement := range append(definitions, "SELECT map_facets_refresh()", "VACUUM ANALYZE", "RESET statement_timeout") {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
