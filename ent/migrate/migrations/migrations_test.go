package migrations_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/internal/testdb"
)

func TestCheckRefusesOtherVersions(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.Empty(t))
	latest := migrations.Latest()

	refused(t, migrations.Check(t.Context(), db), 0, latest)
	if err := migrations.Apply(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if err := migrations.Check(t.Context(), db); err != nil {
		t.Errorf("after Apply: %v", err)
	}
	exec(t, db, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (29990101000000, true)")
	refused(t, migrations.Check(t.Context(), db), 29990101000000, latest)
}

func TestApplyRefusesOtherSearchPath(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"public", "ext,public", `"$user",public`} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			db := open(t, testdb.Empty(t))
			exec(t, db, "SET search_path = "+path)
			err := migrations.Apply(t.Context(), db)
			if err == nil || !strings.Contains(err.Error(), "search_path") {
				t.Errorf("applied: %v", err)
			}
			if version, err := migrations.Current(t.Context(), db); version != 0 || err != nil {
				t.Errorf("version %d, %v", version, err)
			}
		})
	}
}

func TestApplyAtOnce(t *testing.T) {
	t.Parallel()
	dsn := testdb.Empty(t)
	failed := make([]error, 3)
	var all sync.WaitGroup
	for i := range failed {
		db := open(t, dsn)
		all.Go(func() { failed[i] = migrations.Apply(t.Context(), db) })
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	db := open(t, dsn)
	if err := migrations.Check(t.Context(), db); err != nil {
		t.Error(err)
	}
	var extensions string
	err := db.QueryRowContext(t.Context(), `
		SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension
		WHERE extnamespace = 'ext'::regnamespace`).Scan(&extensions)
	if extensions != "btree_gist pg_trgm" || err != nil {
		t.Errorf("extensions %q, %v", extensions, err)
	}
}

// TestApplyRestoresTimeouts: the connection goes back to the pool that serves
// requests.
func TestApplyRestoresTimeouts(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.Empty(t)) // One connection only.
	before := timeouts(t, db)
	if err := migrations.Apply(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if after := timeouts(t, db); after != before {
		t.Errorf("timeouts were %s, are %s", before, after)
	}
}

// TestApplyWaitsForTableLock holds the version table until the migration's
// lock_timeout has passed once.
func TestApplyWaitsForTableLock(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	holder, db := open(t, dsn), open(t, dsn)
	tx, err := holder.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), "LOCK TABLE goose_db_version IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	released := make(chan error, 1)
	time.AfterFunc(3500*time.Millisecond, func() { released <- tx.Rollback() })
	if err := migrations.Apply(t.Context(), db); err != nil {
		t.Error(err)
	}
	if err := <-released; err != nil {
		t.Error(err)
	}

	// And gives up with the context.
	if tx, err = holder.BeginTx(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), "LOCK TABLE goose_db_version IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := migrations.Apply(ctx, db); err == nil {
		t.Error("applied without its lock")
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	names, err := fs.Glob(migrations.Files(), "*")
	if err != nil || len(names) == 0 {
		t.Fatalf("files %v, %v", names, err)
	}
	valid := regexp.MustCompile(`^\d{14}_[a-z0-9_]+\.sql$`)
	for _, name := range names {
		if !valid.MatchString(name) {
			t.Errorf("%s is not named YYYYMMDDHHMMSS_name.sql", name)
		}
	}
	if hash := migrations.Hash(); len(hash) != 64 || hash != migrations.Hash() {
		t.Errorf("hash %q", hash)
	}
}

// open connects once: what a test sets, the next statement finds.
func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func timeouts(t *testing.T, db *sql.DB) string {
	t.Helper()
	var all string
	err := db.QueryRowContext(t.Context(), `
		SELECT concat_ws(' ', current_setting('lock_timeout'), current_setting('statement_timeout'),
			current_setting('idle_in_transaction_session_timeout'))`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// refused demands a version error with these versions, and a way to mend it.
func refused(t *testing.T, err error, have, want int64) {
	t.Helper()
	version, ok := errors.AsType[*migrations.VersionError](err)
	if !ok || version.Have != have || version.Want != want {
		t.Fatalf("have %d, want %d: %v", have, want, err)
	}
	if !strings.Contains(err.Error(), ": run ") {
		t.Errorf("no mend in %q", err)
	}
}
