package pqcache

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
)

const series = `SELECT n FROM generate_series(1, $1::int) n`

// drain reads rows to their end and returns their number.
func drain(t *testing.T, rows *sql.Rows) int {
	t.Helper()
	n := 0
	for rows.Next() {
		n++
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInterleavedRows(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	const count = 5000
	opened := map[string]func(t *testing.T, conn *sql.Conn) *sql.Rows{
		"kept": func(t *testing.T, conn *sql.Conn) *sql.Rows {
			t.Helper()
			rows, err := conn.QueryContext(t.Context(), series, count)
			if err != nil {
				t.Fatal(err)
			}
			return rows
		},
		"text": func(t *testing.T, conn *sql.Conn) *sql.Rows {
			t.Helper()
			rows, err := conn.QueryContext(t.Context(), fmt.Sprintf(`SELECT n FROM generate_series(1, %d) n`, count))
			if err != nil {
				t.Fatal(err)
			}
			return rows
		},
		"prepared by the caller and closed": func(t *testing.T, conn *sql.Conn) *sql.Rows {
			t.Helper()
			st, err := conn.PrepareContext(t.Context(), series)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := st.QueryContext(t.Context(), count)
			if err != nil {
				t.Fatal(err)
			}
			if err := st.Close(); err != nil { //nolint:sqlclosecheck // while its rows are open, and the point
				t.Fatal(err)
			}
			return rows
		},
	}
	for name, query := range opened {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t, dsn, 8, 1)
			conn, err := db.Conn(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			other, err := conn.PrepareContext(t.Context(), `SELECT $1::int`)
			if err != nil {
				t.Fatal(err)
			}
			exec(t, conn, star, 1)
			pid := one[int](t, conn, `SELECT pg_backend_pid()`)

			rows := query(t, conn)
			if !rows.Next() {
				t.Fatal("no row")
			}
			ctx := t.Context()
			var n int
			for what, err := range map[string]error{
				"kept query":   conn.QueryRowContext(ctx, star, 1).Err(),
				"new query":    conn.QueryRowContext(ctx, `SELECT $1::int`, 1).Err(),
				"text query":   conn.QueryRowContext(ctx, `SELECT 1`).Scan(&n),
				"exec":         second(conn.ExecContext(ctx, star, 1)),
				"set":          second(conn.ExecContext(ctx, `SET work_mem = '8MB'`)),
				"prepare":      second(conn.PrepareContext(ctx, `SELECT 1`)),
				"begin":        second(conn.BeginTx(ctx, nil)),
				"ping":         conn.PingContext(ctx),
				"caller query": other.QueryRowContext(ctx, 1).Scan(&n),
				"caller exec":  second(other.ExecContext(ctx, 1)),
			} {
				if !errors.Is(err, ErrBusy) {
					t.Errorf("%s with rows open: got error %v, want ErrBusy", what, err)
				}
			}
			if got := 1 + drain(t, rows); got != count {
				t.Errorf("got %d rows, want %d", got, count)
			}
			if got := one[int](t, conn, `SELECT pg_backend_pid()`); got != pid {
				t.Error("the connection was spoilt")
			}
			if err := other.Close(); err != nil { //nolint:sqlclosecheck // before the count
				t.Fatal(err)
			}
			if got := onServer(t, conn); got > 2 {
				t.Errorf("%d statements on the server, want at most the 2 kept", got)
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// TestRowsClosedEarly leaves most of an answer unread.
func TestRowsClosedEarly(t *testing.T) {
	t.Parallel()
	db := open(t, emptyDB(t), 1, 1)
	for n := range 3 {
		if got := one[int](t, db, series, 10_000); got != 1 {
			t.Fatalf("got %d, want 1", got)
		}
		if got := one[int](t, db, fmt.Sprintf(`SELECT %d + $1::int`, n), 1); got != n+1 {
			t.Fatalf("got %d, want %d", got, n+1)
		}
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	admin := open(t, dsn, off, 1)
	// One text each, so that the two subtests tell their backends apart.
	for name, size := range map[string]int{"cached": 8, "uncached": off} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t, dsn, size, 1)
			text := `SELECT pg_sleep($1) AS ` + name
			exec(t, db, text, 0)
			running := func() bool {
				return one[int](t, admin, `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = $1`, text) > 0
			}
			pid := one[int](t, db, `SELECT pg_backend_pid()`)

			ctx, cancel := context.WithCancel(t.Context())
			failed := make(chan error, 1)
			go func() { failed <- second(db.ExecContext(ctx, text, 600)) }()
			poll(t, "the statement's start", running)
			cancel()
			wantCode(t, <-failed, "57014")
			poll(t, "the statement's end", func() bool { return !running() })

			for range 3 {
				if got := one[string](t, db, `SELECT label FROM item WHERE id = $1`, 1); got != "label 1" {
					t.Fatalf("got %q, want %q", got, "label 1")
				}
			}
			if size == off {
				return
			}
			if got := one[int](t, db, `SELECT pg_backend_pid()`); got != pid {
				t.Error("the connection was thrown away")
			}
			if got := one[int](t, db, `SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%pg_sleep%'`); got != 1 {
				t.Errorf("%d kept statements for the cancelled text, want 1", got)
			}
		})
	}
}

// TestCancelledInRows cancels the first use of a text while its rows are read.
func TestCancelledInRows(t *testing.T) {
	t.Parallel()
	db := open(t, emptyDB(t), 8, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows, err := db.QueryContext(ctx, series, 10_000_000)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		cancel()
	}
	if err := rows.Err(); !errors.Is(err, context.Canceled) && code(err) != "57014" {
		t.Errorf("got error %v, want the cancellation", err)
	}
	if got := one[string](t, db, `SELECT label FROM item WHERE id = $1`, 1); got != "label 1" {
		t.Errorf("got %q, want %q", got, "label 1")
	}
}

func TestCopy(t *testing.T) {
	t.Parallel()
	db, err := open(t, emptyDB(t), 1, 1).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const count = `SELECT count(*) FROM item WHERE id > $1`
	if got := one[int](t, db, count, 0); got != 20 {
		t.Fatalf("got %d rows, want 20", got)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := one[int](t, tx, count, 0); got != 20 {
		t.Fatalf("got %d rows, want 20", got)
	}
	st, err := tx.PrepareContext(t.Context(), `COPY item (id, label) FROM STDIN`)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 1000 {
		if _, err := st.ExecContext(t.Context(), 1000+n, fmt.Sprint("copie ", n)); err != nil {
			t.Fatal(err)
		}
	}
	for _, text := range []string{count, `SELECT $1::int`} {
		if err := tx.QueryRowContext(t.Context(), text, 0).Err(); err == nil {
			t.Errorf("%s: accepted in the middle of a COPY", text)
		}
	}
	if err := second(tx.ExecContext(t.Context(), `SET LOCAL work_mem = '8MB'`)); err == nil {
		t.Error("SET accepted in the middle of a COPY")
	}
	if _, err := st.ExecContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil { //nolint:sqlclosecheck // before the transaction goes on
		t.Fatal(err)
	}
	if got := one[int](t, tx, count, 0); got != 1020 {
		t.Errorf("got %d rows after the COPY, want 1020", got)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := one[int](t, db, count, 0); got != 1020 {
			t.Errorf("got %d rows after the commit, want 1020", got)
		}
	}
	if got := onServer(t, db); got != 1 {
		t.Errorf("%d statements on the server, want 1: the cache stayed off", got)
	}
	exec(t, db, `DEALLOCATE ALL`)
	if got := one[int](t, db, count, 0); got != 1020 || onServer(t, db) != 1 {
		t.Error("the cache stayed off after the transaction of the COPY")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	db := open(t, emptyDB(t), 2, 3)
	var wg sync.WaitGroup
	for worker := range 6 {
		wg.Go(func() {
			for n := range 60 {
				id := 1 + (worker+n)%20
				var label string
				var sum int
				err := errors.Join(
					db.QueryRowContext(t.Context(), `SELECT label FROM item WHERE id = $1`, id).Scan(&label),
					db.QueryRowContext(t.Context(), fmt.Sprintf(`SELECT %d + $1::int`, n%5), id).Scan(&sum),
				)
				if want := fmt.Sprint("label ", id); err != nil || label != want || sum != n%5+id {
					t.Errorf("got %q, %d, error %v, want %q, %d", label, sum, err, want, n%5+id)
					return
				}
			}
		})
	}
	wg.Wait()
}
