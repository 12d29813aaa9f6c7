package sqlwatch_test

import (
	"context"
	stdsql "database/sql"
	"slices"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	_ "github.com/lib/pq"

	"github.com/guichet-logement/guichet/internal/sqlwatch"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// key carries a value in the context of a statement.
type key struct{}

// watched is a driver over a real database, and what its observer was told.
func watched(t *testing.T) (dialect.Driver, *[]string) {
	t.Helper()
	db, err := stdsql.Open("postgres", testdb.New(t))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	var told []string
	return sqlwatch.Driver(sql.OpenDB(dialect.Postgres, db), func(ctx context.Context, query string, took time.Duration) {
		if took <= 0 {
			t.Errorf("%s took %s", query, took)
		}
		if ctx.Value(key{}) != "request" {
			t.Errorf("%s came with another context", query)
		}
		told = append(told, query)
	}), &told
}

// executor is what a driver and a transaction have in common.
type executor interface {
	Query(ctx context.Context, query string, args, v any) error
	Exec(ctx context.Context, query string, args, v any) error
}

// ask sends a statement with an argument and one that fails.
func ask(ctx context.Context, t *testing.T, e executor) {
	t.Helper()
	var rows sql.Rows
	must(t, e.Query(ctx, "SELECT $1::int", []any{42}, &rows))
	defer func() { _ = rows.Close() }()
	n, err := sql.ScanInt(rows)
	if err != nil || n != 42 {
		t.Errorf("read %d, %v", n, err)
	}
	must(t, rows.Close())
	must(t, e.Exec(ctx, "SELECT 1", []any{}, nil))
	if err := e.Exec(ctx, "SELECT wrong", []any{}, nil); err == nil {
		t.Error("a wrong statement went well")
	}
}

var asked = []string{"SELECT $1::int", "SELECT 1", "SELECT wrong"}

func TestStatementsAreToldOf(t *testing.T) {
	t.Parallel()
	ctx := context.WithValue(t.Context(), key{}, "request")
	driver, told := watched(t)
	ask(ctx, t, driver)
	if !slices.Equal(*told, asked) {
		t.Errorf("told of %q", *told)
	}
	if driver.Dialect() != dialect.Postgres {
		t.Errorf("dialect %s", driver.Dialect())
	}
}

func TestStatementsOfTransactionsAreToldOf(t *testing.T) {
	t.Parallel()
	ctx := context.WithValue(t.Context(), key{}, "request")
	driver, told := watched(t)
	tx, err := driver.Tx(ctx)
	must(t, err)
	ask(ctx, t, tx)
	must(t, tx.Rollback())
	if !slices.Equal(*told, asked) {
		t.Errorf("told of %q", *told)
	}

	beginner, ok := driver.(interface {
		BeginTx(ctx context.Context, opts *stdsql.TxOptions) (dialect.Tx, error)
	})
	if !ok {
		t.Fatal("no transactions with options")
	}
	tx, err = beginner.BeginTx(ctx, &stdsql.TxOptions{Isolation: stdsql.LevelSerializable})
	must(t, err)
	var rows sql.Rows
	must(t, tx.Query(ctx, "SHOW transaction_isolation", []any{}, &rows))
	level, err := sql.ScanString(rows)
	must(t, rows.Close())
	if err != nil || level != "serializable" {
		t.Errorf("isolation %q, %v", level, err)
	}
	must(t, tx.Commit())
	if (*told)[len(*told)-1] != "SHOW transaction_isolation" {
		t.Errorf("told of %q", *told)
	}
}

// plain hides the options of a driver's transactions.
type plain struct{ dialect.Driver }

func TestOptionsAreNotDropped(t *testing.T) {
	t.Parallel()
	inner, _ := watched(t)
	beginner, ok := sqlwatch.Driver(plain{inner}, func(context.Context, string, time.Duration) {}).(interface {
		BeginTx(ctx context.Context, opts *stdsql.TxOptions) (dialect.Tx, error)
	})
	if !ok {
		t.Fatal("no transactions with options")
	}
	if tx, err := beginner.BeginTx(t.Context(), &stdsql.TxOptions{ReadOnly: true}); err == nil {
		t.Errorf("began %v without its options", tx)
		_ = tx.Rollback()
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
