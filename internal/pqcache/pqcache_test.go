package pqcache

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/internal/testdb"
)

// off opens a pool without the cache.
const off = 0

// open returns a pool on dsn with at most conns connections.
func open(tb testing.TB, dsn string, size, conns int) *sql.DB {
	tb.Helper()
	inner, err := pq.NewConnector(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	db := sql.OpenDB(New(inner, Options{Size: size}))
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// emptyDB returns the DSN of a database holding table item (id, label) with
// rows 1 to 20.
func emptyDB(tb testing.TB) string {
	tb.Helper()
	dsn := testdb.Empty(tb)
	db := open(tb, dsn, off, 1)
	exec(tb, db, `CREATE TABLE item (id int PRIMARY KEY, label text NOT NULL)`)
	exec(tb, db, `INSERT INTO item SELECT n, 'label ' || n FROM generate_series(1, 20) n`)
	return dsn
}

// querier is a pool, a connection or a transaction.
type querier interface {
	ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row
}

func exec(tb testing.TB, db querier, text string, args ...any) {
	tb.Helper()
	if _, err := db.ExecContext(tb.Context(), text, args...); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
}

func one[T any](tb testing.TB, db querier, text string, args ...any) T {
	tb.Helper()
	var v T
	if err := db.QueryRowContext(tb.Context(), text, args...).Scan(&v); err != nil {
		tb.Fatalf("%s: %v", text, err)
	}
	return v
}

// onServer returns the number of statements the server holds for db's only
// connection.
func onServer(tb testing.TB, db querier) int {
	tb.Helper()
	return one[int](tb, db, `SELECT count(*) FROM pg_prepared_statements`)
}

// code returns the SQLSTATE of err, "" if it has none.
func code(err error) string {
	var e *pq.Error
	if errors.As(err, &e) {
		return string(e.Code)
	}
	return ""
}

func wantCode(tb testing.TB, err error, want string) {
	tb.Helper()
	if code(err) != want {
		tb.Fatalf("got error %v, want SQLSTATE %s", err, want)
	}
}

// poll runs done until it reports true.
func poll(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); runtime.Gosched() {
		if time.Now().After(deadline) {
			tb.Fatalf("timed out waiting for %s", what)
		}
	}
}

func TestNewOff(t *testing.T) {
	t.Parallel()
	inner, err := pq.NewConnector("host=localhost")
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{-1, 0} {
		if got := New(inner, Options{Size: size}); got != driver.Connector(inner) {
			t.Errorf("size %d: got %T, want the inner connector", size, got)
		}
	}
	if got := New(inner, Options{Size: 1}).Driver(); reflect.TypeOf(got) != reflect.TypeOf(inner.Driver()) {
		t.Errorf("driver: got %T, want lib/pq's", got)
	}
}

type poorConn struct {
	driver.Conn

	closed *bool
}

func (c poorConn) Close() error {
	*c.closed = true
	return nil
}

type poorConnector struct {
	driver.Connector

	closed bool
}

func (c *poorConnector) Connect(context.Context) (driver.Conn, error) {
	return poorConn{closed: &c.closed}, nil
}

func TestConnectRefusesOtherDrivers(t *testing.T) {
	t.Parallel()
	inner := &poorConnector{}
	if c, err := New(inner, Options{Size: 1}).Connect(t.Context()); err == nil {
		t.Fatalf("got %T, want an error", c)
	}
	if !inner.closed {
		t.Error("the refused connection was left open")
	}
}

func TestEviction(t *testing.T) {
	t.Parallel()
	const size = 3
	db := open(t, emptyDB(t), size, 1)
	const favourite = `SELECT label FROM item WHERE id = $1`
	for n := range 20 {
		if got, want := one[string](t, db, favourite, 7), "label 7"; got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
		if got := one[int](t, db, fmt.Sprintf(`SELECT %d + $1::int`, n), 1); got != n+1 {
			t.Fatalf("got %d, want %d", got, n+1)
		}
		if got := onServer(t, db); got > size {
			t.Fatalf("%d statements on the server, want at most %d", got, size)
		}
	}
	// The statement in use all along was never given up: it is still the first
	// one prepared on the connection.
	if got := one[string](t, db, `SELECT name FROM pg_prepared_statements ORDER BY prepare_time LIMIT 1`); got != "1" {
		t.Errorf("oldest statement is %q, want the favourite's name 1", got)
	}
}

func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	tests := []struct {
		name string
		text string
		args []any
		want int
	}{
		{"no argument", `SELECT 1`, nil, 0},
		{"two statements", `SELECT 1; SELECT 2`, nil, 0},
		{"other verb", `VALUES ($1::int)`, []any{1}, 0},
		{"marker", Unprepared + ` SELECT $1::int`, []any{1}, 0},
		{"long text", `SELECT $1::int /*` + strings.Repeat("x", maxText) + `*/`, []any{1}, 0},
		{"single statement", `SELECT $1::int`, []any{1}, 1},
		{"trailing semicolon", "SELECT $1::int ;\n", []any{1}, 1},
		{"update", `UPDATE item SET label = label WHERE id = $1`, []any{1}, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			db := open(t, dsn, 8, 1)
			for range 2 {
				exec(t, db, tt.text, tt.args...)
			}
			if got := onServer(t, db); got != tt.want {
				t.Errorf("%d statements on the server, want %d", got, tt.want)
			}
		})
	}
}

func TestSessionStatementsEmptyTheCache(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	for _, text := range []string{
		`SET search_path = public`,
		`reset search_path`,
		`DISCARD ALL`,
		`DEALLOCATE ALL`,
		`SELECT 1; /* ; */ SET work_mem = '8MB'`,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			db := open(t, dsn, 8, 1)
			if got := one[int](t, db, `SELECT $1::int`, 3); got != 3 {
				t.Fatalf("got %d, want 3", got)
			}
			exec(t, db, text)
			if got := onServer(t, db); got != 0 {
				t.Errorf("%d statements on the server, want 0", got)
			}
			if got := one[int](t, db, `SELECT $1::int`, 4); got != 4 {
				t.Errorf("got %d, want 4", got)
			}
		})
	}
}
