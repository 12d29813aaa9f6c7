package pqcache

import (
	"context"
	"database/sql"
	"testing"
)

const star = `SELECT * FROM item WHERE id = $1`

// columns returns the number of columns of item as seen through db.
func columns(ctx context.Context, db interface {
	QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error)
},
) (int, error) {
	n := 0
	rows, err := db.QueryContext(ctx, star, 1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		names, err := rows.Columns()
		if err != nil {
			return 0, err
		}
		n = len(names)
	}
	return n, rows.Err()
}

func wantColumns(t *testing.T, db *sql.DB, want int) {
	t.Helper()
	if got, err := columns(t.Context(), db); err != nil || got != want {
		t.Fatalf("got %d columns, error %v, want %d", got, err, want)
	}
}

func TestColumnAddedInTransaction(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	db := open(t, dsn, 8, 1)
	wantColumns(t, db, 2)
	exec(t, open(t, dsn, off, 1), `ALTER TABLE item ADD COLUMN note text`)

	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = columns(t.Context(), tx)
	wantCode(t, err, "0A000")
	_, err = columns(t.Context(), tx)
	wantCode(t, err, "25P02")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}

	tx, err = db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := columns(t.Context(), tx); err != nil || got != 3 {
		t.Fatalf("the caller's retry: got %d columns, error %v, want 3", got, err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestColumnAddedInTextTransaction(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	db := open(t, dsn, 8, 1)
	wantColumns(t, db, 2)
	exec(t, open(t, dsn, off, 1), `ALTER TABLE item ADD COLUMN note text`)

	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	exec(t, conn, `BEGIN`)
	_, err = columns(t.Context(), conn)
	wantCode(t, err, "0A000")
	exec(t, conn, `ROLLBACK`)
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	wantColumns(t, db, 3)
}

func TestColumnAdded(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	db, ddl := open(t, dsn, 8, 1), open(t, dsn, off, 1)
	const update = `UPDATE item SET label = label || '!' WHERE id = $1 RETURNING *`
	wantColumns(t, db, 2)
	exec(t, db, update, 2)
	// A transaction that is over does not count as open.
	for _, end := range []func(*sql.Tx) error{(*sql.Tx).Commit, (*sql.Tx).Rollback} {
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := end(tx); err != nil {
			t.Fatal(err)
		}
	}

	exec(t, ddl, `ALTER TABLE item ADD COLUMN note text`)
	wantColumns(t, db, 3)
	exec(t, db, update, 2)

	exec(t, ddl, `ALTER TABLE item DROP COLUMN note`)
	exec(t, db, update, 2)
	wantColumns(t, db, 2)

	if got, want := one[string](t, db, `SELECT label FROM item WHERE id = $1`, 2), "label 2!!!"; got != want {
		t.Errorf("got %q, want %q: a retried write was applied twice or not at all", got, want)
	}
}

// TestFailureOfFreshStatement has a statement that raises 0A000 itself: it is
// returned, and later statements are untouched.
func TestFailureOfFreshStatement(t *testing.T) {
	t.Parallel()
	db := open(t, emptyDB(t), 8, 1)
	for range 2 {
		_, err := db.ExecContext(t.Context(), `SELECT count(*) FROM item WHERE id = $1 FOR UPDATE`, 1)
		wantCode(t, err, "0A000")
	}
	exec(t, db, `CREATE FUNCTION refuse(int) RETURNS int LANGUAGE plpgsql AS
		$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'feature_not_supported'; END $$`)
	for range 3 {
		_, err := db.ExecContext(t.Context(), `SELECT refuse($1)`, 1)
		wantCode(t, err, "0A000")
	}
	wantColumns(t, db, 2)
}

// deallocate drops the statements of db's only connection unseen by the
// wrapper, as a transaction-pooling proxy would.
func deallocate(t *testing.T, db *sql.DB) {
	t.Helper()
	exec(t, db, `DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$`)
	if got := onServer(t, db); got != 0 {
		t.Fatalf("%d statements on the server, want 0", got)
	}
}

func TestDeallocateBehindItsBack(t *testing.T) {
	t.Parallel()
	db := open(t, emptyDB(t), 8, 1)
	wantColumns(t, db, 2)
	deallocate(t, db)
	wantColumns(t, db, 2)
	wantColumns(t, db, 2)
	if got := onServer(t, db); got != 1 {
		t.Errorf("%d statements on the server, want 1: the text is not kept again", got)
	}

	deallocate(t, db)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = columns(t.Context(), tx)
	wantCode(t, err, "26000")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	wantColumns(t, db, 2)
}

func TestBackendKilled(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	db, admin := open(t, dsn, 2, 1), open(t, dsn, off, 1)
	kill := func() {
		pid := one[int](t, db, `SELECT pg_backend_pid() WHERE $1`, true)
		exec(t, admin, `SELECT pg_terminate_backend($1)`, pid)
		poll(t, "the backend's end", func() bool {
			return one[int](t, admin, `SELECT count(*) FROM pg_stat_activity WHERE pid = $1`, pid) == 0
		})
	}

	wantColumns(t, db, 2)
	kill()
	wantColumns(t, db, 2)

	kill()
	// Both places are taken: the next text has to close a statement first.
	if got := one[int](t, db, `SELECT $1::int`, 5); got != 5 {
		t.Errorf("got %d, want 5", got)
	}

	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	pid := one[int](t, tx, `SELECT pg_backend_pid()`)
	exec(t, admin, `SELECT pg_terminate_backend($1)`, pid)
	poll(t, "the backend's end", func() bool {
		return one[int](t, admin, `SELECT count(*) FROM pg_stat_activity WHERE pid = $1`, pid) == 0
	})
	if _, err := columns(t.Context(), tx); err == nil {
		t.Error("a statement in the killed backend's transaction succeeded")
	}
	_ = tx.Rollback()
	wantColumns(t, db, 2)
}
