package testdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/guichet-logement/guichet/ent/migrate/migrations"
)

// readyCopies is how many copies wait on the server for the next tests of any
// process. What a run leaves, the next one starts with.
const readyCopies = 4

// template names the template database of this process's migrations.
func (s *server) template() string { return templatePrefix + s.hash }

// ready is the prefix of the copies that wait.
func (s *server) ready() string { return readyPrefix + s.hash + "_" }

// buildTemplate migrates the template database unless there is one. It is built
// under a test's name and renamed when whole, so that a killed process leaves
// something to sweep, never half a template.
func (s *server) buildTemplate(ctx context.Context) error {
	return s.alone(ctx, lockBuild, hashKey(s.hash), func() error {
		found, err := s.names(ctx, s.template())
		if err != nil || len(found) > 0 {
			return err
		}
		name := s.nextName()
		if err := s.create(ctx, name); err != nil {
			return err
		}
		if err := s.migrate(ctx, name); err != nil {
			return errors.Join(err, s.drop(context.WithoutCancel(ctx), name))
		}
		return s.keep(ctx, name, s.template())
	})
}

// migrate applies all migrations.
func (s *server) migrate(ctx context.Context, name string) error {
	db, err := sql.Open("postgres", s.url(name))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return migrations.Apply(ctx, db)
}

// clone gives the name to a ready copy of the template, or copies the template
// when none is left.
func (s *server) clone(ctx context.Context, name string) error {
	defer s.refill()
	waiting, err := s.names(ctx, s.ready())
	if err != nil {
		return err
	}
	for _, copied := range waiting {
		err := s.exec(ctx, "ALTER DATABASE %s RENAME TO %s", copied, name)
		if pq.As(err, pqerror.InvalidCatalogName, pqerror.ObjectInUse) != nil {
			continue // Another test took it.
		}
		return err
	}
	return s.copy(ctx, s.template(), name)
}

// copy copies a database that nobody is connected to.
func (s *server) copy(ctx context.Context, from, name string) error {
	return s.exec(ctx, "CREATE DATABASE %s TEMPLATE %s"+s.strategy, name, from)
}

// refill asks for more ready copies and does not wait for them.
func (s *server) refill() {
	select {
	case s.fill <- struct{}{}:
	default: // Already asked for.
	}
}

// keepFilled makes ready copies, one process at a time, until this one ends. A
// failure is not reported here: the next test then copies for itself, and fails.
func (s *server) keepFilled() {
	for range s.fill {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		_ = s.alone(ctx, lockFill, hashKey(s.hash), func() error {
			for {
				waiting, err := s.names(ctx, s.ready())
				if err != nil || len(waiting) >= readyCopies {
					return err
				}
				name := fmt.Sprintf("%s%d_%d", s.ready(), s.key, s.count.Add(1))
				if err := s.copy(ctx, s.template(), name); err != nil {
					return err
				}
			}
		})
		cancel()
	}
}

// alone runs do while this process alone holds the lock.
func (s *server) alone(ctx context.Context, class int, key int32, do func() error) error {
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1, $2)", class, key); err != nil {
		return err
	}
	err = do()
	_, unlocked := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1, $2)", class, key)
	return errors.Join(err, unlocked)
}
