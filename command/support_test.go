package command_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/lib/pq"

	"github.com/guichet-logement/guichet/command"
	"github.com/guichet-logement/guichet/internal/testdb"
)

// TestMain keeps the settings of whoever runs the tests out of them, and is the program where
// a test starts one: what is killed is this binary, which needs no second one built.
func TestMain(m *testing.M) {
	if slices.Contains(os.Environ(), asProgram) {
		os.Exit(command.Main(contract))
	}
	for _, set := range os.Environ() {
		name, _, _ := strings.Cut(set, "=")
		if name == "DATABASE_URL" || (strings.HasPrefix(name, "GUICHET_") && name != "GUICHET_TEST_DATABASE_URL") {
			if err := os.Unsetenv(name); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	os.Exit(m.Run())
}

// result is what a command left.
type result struct {
	status         int
	stdout, stderr string
}

// run runs a command in this process to its end.
func run(t *testing.T, args ...string) result {
	t.Helper()
	// A command that should have been refused may serve for ever.
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stdout, stderr buffer
	status := command.Run(ctx, args, environment(&stdout, &stderr))
	return result{status, stdout.String(), stderr.String()}
}

// runTo runs a command whose messages go there, and returns its status.
func runTo(ctx context.Context, stderr io.Writer, args ...string) int {
	return command.Run(ctx, args, environment(&buffer{}, stderr))
}

// contract stands for the text of schema.graphql.
const contract = "\"The contract.\"\ntype Query { answer: Int! }\n"

func environment(stdout, stderr io.Writer) command.Environment {
	return command.Environment{Contract: contract, Getenv: os.Getenv, Stdout: stdout, Stderr: stderr}
}

// mustRun runs a command that must succeed and returns what it printed.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	r := run(t, args...)
	if r.status != 0 {
		t.Fatalf("guichet %s: status %d\n%s", args[0], r.status, r.stderr)
	}
	return r.stdout
}

// prepared returns a database on which the program ran these commands, once for all that name
// the same: a name says all that files are made of. What is seeded goes by the day.
func prepared(t *testing.T, name string, commands ...[]string) string {
	t.Helper()
	return testdb.Prepared(t, testdb.Step{Name: name + time.Now().Format(time.DateOnly), Do: func(ctx context.Context, url string) error {
		for _, args := range commands {
			var stderr buffer
			if status := runTo(ctx, &stderr, append(args, "--database-url", url)...); status != 0 {
				return fmt.Errorf("guichet %s: status %d: %s", args, status, stderr.String())
			}
		}
		return nil
	}})
}

// seeded returns a database with the sandbox, without its stock, and so many applications.
func seeded(t *testing.T, applications int) string {
	t.Helper()
	args := []string{"seed", "--sandbox-stock=off", fmt.Sprint("--sandbox-applications=", applications)}
	return prepared(t, fmt.Sprint(args), args)
}

// buffer can be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// logged returns the first line of a JSON log with that message, nil when there
// is none yet.
func logged(log, message string) map[string]any {
	for line := range strings.Lines(log) {
		var entry map[string]any
		if json.Unmarshal([]byte(line), &entry) == nil && entry["msg"] == message {
			return entry
		}
	}
	return nil
}

// eventually repeats check until it succeeds, a minute at most.
func eventually(t *testing.T, check func() error) {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute) // a busy machine seeds a sandbox slowly
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
}

// write writes a file for a test and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func open(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	must(t, err)
}

// dump is every row of every table with the transaction that wrote it: two equal
// dumps tell that nothing was written in between, not even the same again.
func dump(t *testing.T, db *sql.DB) string {
	t.Helper()
	var tables []string
	rows, err := db.QueryContext(t.Context(),
		"SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var table string
		must(t, rows.Scan(&table))
		tables = append(tables, table)
	}
	must(t, rows.Err())
	if len(tables) < 10 {
		t.Fatalf("only the tables %v", tables)
	}
	var all strings.Builder
	for _, table := range tables {
		var content string
		must(t, db.QueryRowContext(t.Context(),
			"SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM (SELECT xmin || ' ' || to_jsonb(t) AS line FROM "+table+" t) rows").
			Scan(&content))
		fmt.Fprintf(&all, "%s\n%s\n", table, content)
	}
	return all.String()
}

// number reads one number.
func number(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	must(t, db.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
