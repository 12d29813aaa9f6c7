package testdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
)

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	// More than the ready copies, so that both ways of making one are used.
	for i := range readyCopies + 2 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := connect(t, New(t))
			if err := migrations.Check(t.Context(), db); err != nil {
				t.Error(err)
			}
			if err := migrations.AssertSearchPath(t.Context(), db); err != nil {
				t.Error(err)
			}
			// Fails in a database another test has used.
			if _, err := db.ExecContext(t.Context(), "CREATE TABLE mine ()"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEmptyHasNoMigrations(t *testing.T) {
	t.Parallel()
	version, err := migrations.Current(t.Context(), connect(t, Empty(t)))
	if version != 0 || err != nil {
		t.Errorf("version %d, %v", version, err)
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("test", func(t *testing.T) {
		dsn := New(t)
		db := connect(t, dsn)
		if err := db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
			t.Fatal(err)
		}
		// A connection the test forgot.
		forgotten, err := sql.Open("postgres", dsn)
		if err != nil {
			t.Fatal(err)
		}
		if err := forgotten.PingContext(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	s := opened(t)
	if found, err := s.names(t.Context(), name); len(found) > 0 || err != nil {
		t.Errorf("still there: %v, %v", found, err)
	}
}

// A step is done once for all processes of the same sources, after those before it; one that
// fails leaves nothing, and is tried again by the next process.
func TestOriginalsAreShared(t *testing.T) {
	t.Parallel()
	var done atomic.Int64
	write := func(statement string) func(context.Context, string) error {
		return func(ctx context.Context, dsn string) error {
			done.Add(1)
			db, err := sql.Open("postgres", dsn)
			if err != nil {
				return err
			}
			_, err = db.ExecContext(ctx, statement)
			return errors.Join(err, db.Close())
		}
	}
	first := Step{fmt.Sprint("first ", rand.Uint64()), write("CREATE TABLE sample AS SELECT 1 AS n")}
	second := Step{"second", write("INSERT INTO sample VALUES (2)")}
	fails := Step{"fails", write("INSERT INTO sample VALUES (3), (1/0)")}
	var names []string
	for range 2 {
		s, err := open(t.Context()) // as another process does
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.original(t.Context(), []Step{first, fails}); err == nil || !strings.Contains(err.Error(), "prepare fails") {
			t.Errorf("failed with %v", err)
		}
		name, err := s.original(t.Context(), []Step{first, second})
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
		t.Cleanup(func() {
			for _, steps := range [][]Step{{first}, {first, second}} {
				name, _ := s.original(context.Background(), steps)
				if err := s.drop(context.Background(), name); err != nil {
					t.Error(err)
				}
			}
			_ = s.keeper.Close()
			_ = s.admin.Close()
		})
	}
	if names[0] != names[1] || done.Load() != 4 { // two that are kept, one that failed twice
		t.Errorf("%d steps for %s", done.Load(), names)
	}
	db := connect(t, lend(t, func(s *server, ctx context.Context, name string) error { return s.copy(ctx, names[0], name) }))
	var sum int
	if err := db.QueryRowContext(t.Context(), "SELECT sum(n) FROM sample").Scan(&sum); err != nil || sum != 3 {
		t.Errorf("%d, %v", sum, err)
	}
}

// All read the same database, and who writes to it by accident is refused.
func TestReadableIsNotWritten(t *testing.T) {
	t.Parallel()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	step := Step{fmt.Sprint("read ", rand.Uint64()), func(ctx context.Context, dsn string) error {
		db, err := sql.Open("postgres", dsn)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, "CREATE TABLE sample AS SELECT 1 AS n")
		return errors.Join(err, db.Close())
	}}
	dsn := Readable(t, step)
	original, _ := s.original(t.Context(), []Step{step})
	t.Cleanup(func() {
		for _, name := range []string{original, original + readableSuffix} {
			if err := s.drop(context.Background(), name); err != nil {
				t.Error(err)
			}
		}
	})
	if again := Readable(t, step); again != dsn {
		t.Errorf("%s and %s", dsn, again)
	}
	db := connect(t, dsn)
	if _, err := db.ExecContext(t.Context(), "INSERT INTO sample VALUES (2)"); pq.As(err, pqerror.ReadOnlySQLTransaction) == nil {
		t.Errorf("written: %v", err)
	}
	var sum int
	if err := db.QueryRowContext(t.Context(), "SELECT sum(n) FROM sample").Scan(&sum); err != nil || sum != 1 {
		t.Errorf("%d, %v", sum, err)
	}
}

// TestSweep makes what killed processes leave, beside what live ones use.
func TestSweep(t *testing.T) {
	t.Parallel()
	s := opened(t)
	dead, live := rand.Int32(), rand.Int32()
	oldHash, usedHash := fmt.Sprintf("%08x", rand.Uint32()), fmt.Sprintf("%08x", rand.Uint32())
	gone := []string{
		fmt.Sprintf("%s%d_1", testPrefix, dead), templatePrefix + oldHash, readyPrefix + oldHash + "_1_1", originalPrefix + oldHash + "_1",
	}
	kept := []string{
		fmt.Sprintf("%s%d_1", testPrefix, live), templatePrefix + usedHash, readyPrefix + usedHash + "_1_1", originalPrefix + usedHash + "_1",
		testPrefix + "of_somebody_else" + usedHash,
	}
	holder, err := s.admin.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = holder.Raw(func(any) error { return sql.ErrConnDone }) // Ends the locks with the connection.
		_ = holder.Close()
		for _, name := range append(gone, kept...) {
			if err := s.drop(context.Background(), name); err != nil {
				t.Error(err)
			}
		}
	})
	if _, err := holder.ExecContext(t.Context(),
		"SELECT pg_advisory_lock($1, $2), pg_advisory_lock_shared($3, $4), pg_advisory_lock_shared($5, $4)",
		lockProcess, live, lockTemplate, hashKey(usedHash), lockOriginal); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(gone, kept...) {
		if err := s.create(t.Context(), name); err != nil {
			t.Fatal(err)
		}
	}
	// Packages that start at once sweep at once.
	var all sync.WaitGroup
	failed := make([]error, 2)
	for i := range failed {
		all.Go(func() { failed[i] = s.sweep(t.Context()) })
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		t.Fatal(err)
	}
	// Another process that starts may be at the same ones: it holds their locks until it is done.
	for class, key := range map[int]int32{lockProcess: dead, lockTemplate: hashKey(oldHash), lockOriginal: hashKey(oldHash)} {
		if err := s.alone(t.Context(), class, key, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	names, err := s.names(t.Context(), "guichet_")
	if err != nil {
		t.Fatal(err)
	}
	have := strings.Join(names, " ") + " "
	for _, name := range gone {
		if strings.Contains(have, name+" ") {
			t.Errorf("%s was not swept", name)
		}
	}
	for _, name := range append(kept, s.template()) {
		if !strings.Contains(have, name+" ") {
			t.Errorf("%s was swept", name)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(b)
	}
}

// connect opens a database until the test ends.
func connect(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// opened returns this process's server.
func opened(t *testing.T) *server {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A copy of the sources is the same state of them, and another byte is another state; tests
// and what they read change none.
func TestSourcesAreWhatIsInThem(t *testing.T) {
	t.Parallel()
	write := func(dir string, files map[string]string) string {
		for name, content := range files {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		sources, err := sourcesOf(filepath.Join(dir, "room"))
		if err != nil {
			t.Fatal(err)
		}
		return sources
	}
	one, two := t.TempDir(), t.TempDir()
	module := map[string]string{"go.mod": "module sample", "room/rule.go": "package room"}
	if write(one, module) != write(two, module) {
		t.Error("a copy is another state")
	}
	if write(one, map[string]string{"room/rule_test.go": "package room", "room/testdata/want.csv": "a", ".cache/kept": "b"}) != write(two, nil) {
		t.Error("a test makes another state")
	}
	for name, content := range map[string]string{"room/rule.go": "package moor", "go.mod": "module simple", "room/rule.sql": ""} {
		before := write(two, nil)
		if write(two, map[string]string{name: content}) == before {
			t.Errorf("%s makes no other state", name)
		}
	}
}
