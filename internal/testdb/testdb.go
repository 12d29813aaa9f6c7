package testdb

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// dropTimeout bounds the removal of one database.
const dropTimeout = time.Minute

// shared is the one server of the test process. It is a global because package
// testing has nothing that lives as long as the process; it is opened at first
// use and closed by the end of the process.
var shared = sync.OnceValues(func() (*server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	return open(ctx)
})

// New returns the connection URL of a fresh database with all migrations, for
// this test alone; it is dropped after the test. The search_path is
// "public, ext". Without a server the test fails: it is never skipped.
func New(t testing.TB) string {
	t.Helper()
	return lend(t, (*server).clone)
}

// Empty is [New] without migrations: for the tests of migrations.
func Empty(t testing.TB) string {
	t.Helper()
	return lend(t, (*server).create)
}

// Step writes to a database, and closes its connections when it is done.
type Step struct {
	Name string
	Do   func(ctx context.Context, url string) error
}

// Prepared is [New] with what these steps wrote, one after the other: each runs once in each
// process after the same steps, and every test gets a copy.
func Prepared(t testing.TB, steps ...Step) string {
	t.Helper()
	return lend(t, func(s *server, ctx context.Context, copied string) error {
		// Other tests wait for an original, who live longer than this one may.
		from, err := s.original(context.WithoutCancel(ctx), steps)
		if err != nil {
			return err
		}
		return s.copy(ctx, from, copied)
	})
}

// prepared are the originals by the names of their steps. They are dropped by whoever sweeps
// after this process.
var prepared sync.Map

// original is a database that is copied.
type original struct {
	once sync.Once
	name string
	err  error
}

// original names the database on which these steps were done: the last one on a copy of that
// of those before it.
func (s *server) original(ctx context.Context, steps []Step) (string, error) {
	if len(steps) == 0 {
		return s.template(), nil
	}
	before, last := steps[:len(steps)-1], steps[len(steps)-1]
	var key strings.Builder
	for _, step := range steps {
		key.WriteString("/" + step.Name)
	}
	made, _ := prepared.LoadOrStore(key.String(), &original{})
	o := made.(*original) //nolint:forcetypeassert // nothing else is stored
	o.once.Do(func() {
		from, err := s.original(ctx, before)
		o.name = s.nextName()
		if err == nil {
			err = s.copy(ctx, from, o.name)
		}
		if err == nil {
			err = last.Do(ctx, s.url(o.name))
		}
		if err != nil {
			o.err = fmt.Errorf("prepare %s: %w", last.Name, err)
		}
	})
	return o.name, o.err
}

// lend makes a database and drops it after the test.
func lend(t testing.TB, create func(*server, context.Context, string) error) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	name := s.nextName()
	if err := create(s, t.Context(), name); err != nil {
		t.Fatalf("testdb: create database: %v", err)
	}
	t.Cleanup(func() {
		// The context of the test has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), dropTimeout)
		defer cancel()
		if err := s.drop(ctx, name); err != nil {
			t.Errorf("testdb: drop database %s: %v", name, err)
		}
	})
	return s.url(name)
}

// nextName names a database of this process.
func (s *server) nextName() string {
	return fmt.Sprintf("%s%d_%d", testPrefix, s.key, s.count.Add(1))
}
