package service

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

const (
	// applicationChunk is how many applications one transaction writes: what is cut short
	// loses few.
	applicationChunk = 2000
	// applicationLock is the advisory lock of who adds fictional applications.
	applicationLock int64 = 0x6170706c // "appl"
)

// SeedApplications writes fictional applications with everything of their record and
// who sees them, and returns how many it wrote: those that are there already stay as
// they are.
func SeedApplications(ctx context.Context, db *sql.DB, issuers SandboxIssuers, applications iter.Seq[SandboxApplication]) (int, error) {
	network, err := readSeededNetwork(ctx, db, issuers)
	if err != nil {
		return 0, fmt.Errorf("read what applications name: %w", err)
	}
	written := 0
	chunk := make([]SandboxApplication, 0, applicationChunk)
	flush := func() error {
		n, err := network.write(ctx, db, chunk)
		written, chunk = written+n, chunk[:0]
		return err
	}
	for a := range applications {
		if chunk = append(chunk, a); len(chunk) < applicationChunk {
			continue
		}
		if err := flush(); err != nil {
			return written, err
		}
	}
	if err := flush(); err != nil || written == 0 {
		return written, err
	}
	names := []string{"audience"}
	for _, t := range applicationTables {
		names = append(names, t.name)
	}
	// The first request is planned, and reads from indexes alone, as all that follow.
	_, err = db.ExecContext(ctx, "VACUUM (ANALYZE) "+strings.Join(names, ", "))
	return written, err
}

// SeedPieces writes the fictional pieces of applications that are there and have none, in
// one transaction. Their files are another matter, see [Service.SeedFiles].
func SeedPieces(ctx context.Context, db *sql.DB, issuers SandboxIssuers, applications iter.Seq[SandboxApplication]) error {
	network, err := readSeededNetwork(ctx, db, issuers)
	if err != nil {
		return fmt.Errorf("read what pieces name: %w", err)
	}
	return inLongTx(ctx, db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", applicationLock); err != nil {
			return err
		}
		all := slices.Collect(applications)
		open, err := storedApplications(ctx, tx, all, "erased_on IS NULL AND NOT EXISTS (SELECT FROM piece WHERE application_id = application.id)")
		if err != nil {
			return err
		}
		rows := applicationRows{seededNetwork: network}
		for _, a := range all {
			if !open[a.ID] {
				continue
			}
			if err := rows.addPieces(a); err != nil {
				return fmt.Errorf("application %s: %w", a.ID, err)
			}
		}
		return rows.copyTables(ctx, tx)
	})
}

// write adds those applications that are not there yet, in one transaction.
func (n *seededNetwork) write(ctx context.Context, db *sql.DB, applications []SandboxApplication) (written int, err error) {
	// In the order of most indexes, whose pages are then each filled at once.
	slices.SortFunc(applications, func(a, b SandboxApplication) int { return cmp.Compare(a.ID, b.ID) })
	err = inLongTx(ctx, db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", applicationLock); err != nil {
			return err
		}
		there, err := storedApplications(ctx, tx, applications, "true")
		if err != nil {
			return err
		}
		rows := applicationRows{seededNetwork: n, audiences: map[domain.AudienceID]string{}}
		for _, a := range applications {
			if there[a.ID] {
				continue
			}
			if err := rows.add(a); err != nil {
				return fmt.Errorf("application %s: %w", a.ID, err)
			}
			written++
		}
		return rows.copy(ctx, tx)
	})
	if err != nil {
		return 0, err
	}
	return written, nil
}

// storedApplications are those that are there of which the condition holds.
func storedApplications(ctx context.Context, tx *sql.Tx, applications []SandboxApplication, condition string) (map[domain.ID]bool, error) {
	ids := make(pq.StringArray, len(applications))
	for i, a := range applications {
		ids[i] = string(a.ID)
	}
	there := map[domain.ID]bool{}
	err := eachRow(ctx, tx, func(rows *sql.Rows) error {
		var id domain.ID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		there[id] = true
		return nil
	}, "SELECT id FROM application WHERE id = ANY($1) AND "+condition, ids)
	return there, err
}

// copy writes the rows. Two audiences of one digest would give to one what is the
// other's: the second is refused.
func (r *applicationRows) copy(ctx context.Context, tx *sql.Tx) error {
	var ids pq.Int64Array
	var keys pq.StringArray
	for id, key := range r.audiences {
		ids, keys = append(ids, int64(id)), append(keys, key)
	}
	const named = "unnest($1::bigint[], $2::text[]) AS named (id, key)"
	_, err := tx.ExecContext(ctx, "INSERT INTO audience (id, key) SELECT id, key FROM "+named+" ORDER BY id ON CONFLICT (id) DO NOTHING", ids, keys)
	if err != nil {
		return fmt.Errorf("name audiences: %w", err)
	}
	err = eachRow(ctx, tx, func(rows *sql.Rows) error {
		var stored, other string
		if err := rows.Scan(&stored, &other); err != nil {
			return err
		}
		return fmt.Errorf("two audiences of one digest: %q and %q", stored, other)
	}, "SELECT a.key, named.key FROM audience a JOIN "+named+" USING (id) WHERE a.key <> named.key", ids, keys)
	if err != nil {
		return fmt.Errorf("name audiences: %w", err)
	}
	return r.copyTables(ctx, tx)
}

func (r *applicationRows) copyTables(ctx context.Context, tx *sql.Tx) error {
	for i, t := range applicationTables {
		err := copyRows(ctx, tx, t.name, t.columns, len(r.rows[i]), func(n int) []any { return r.rows[i][n] })
		if err != nil {
			return fmt.Errorf("write %s: %w", t.name, err)
		}
	}
	return nil
}

func readSeededNetwork(ctx context.Context, db *sql.DB, issuers SandboxIssuers) (*seededNetwork, error) {
	n := &seededNetwork{issuers, map[domain.InseeCode]domain.ID{}, map[string]domain.ID{}, map[string]seededPerson{}}
	for _, read := range []struct {
		statement string
		args      []any
		note      func(key string, ids [2]domain.ID)
	}{
		{"SELECT insee_code, id, id FROM commune", nil, func(key string, ids [2]domain.ID) { n.communes[domain.InseeCode(key)] = ids[0] }},
		{"SELECT key, id, id FROM reception_point", nil, func(key string, ids [2]domain.ID) { n.points[key] = ids[0] }},
		// The first assignment is the one of the seed.
		{
			`SELECT DISTINCT ON (p.subject) p.subject, p.id, a.organisation_id
			FROM person p JOIN assignment a ON a.person_id = p.id WHERE p.issuer = $1 ORDER BY p.subject, a.id`,
			[]any{issuers.Staff},
			func(key string, ids [2]domain.ID) { n.people[key] = seededPerson{ids[0], ids[1]} },
		},
	} {
		err := eachRow(ctx, db, func(rows *sql.Rows) error {
			var key string
			var ids [2]domain.ID
			if err := rows.Scan(&key, &ids[0], &ids[1]); err != nil {
				return err
			}
			read.note(key, ids)
			return nil
		}, read.statement, read.args...)
		if err != nil {
			return nil, err
		}
	}
	return n, nil
}

// eachRow reads what a statement finds, until one row is refused.
func eachRow(
	ctx context.Context, from interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	}, read func(*sql.Rows) error, statement string, args ...any,
) error {
	rows, err := from.QueryContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
