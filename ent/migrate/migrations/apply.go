package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

const (
	// lockAttempts bounds how often a migration that could not get its table
	// lock within 3 s is tried again: about 30 s in all, then it is for an
	// operator to choose a quieter moment.
	lockAttempts = 5
	// sessionLockPeriod and sessionLockTries bound the wait for another program
	// that is migrating the same database: 5 minutes.
	sessionLockPeriod = 1
	sessionLockTries  = 300
)

// Apply brings the database to [Latest], one transaction a migration. Programs
// that call it at once take turns by a PostgreSQL advisory lock. A migration
// waits at most 3 s for a table lock, so that it never queues the whole service
// behind it, and is tried again a few times.
//
// It refuses a connection whose search_path is not "public, ext", see
// [AssertSearchPath].
func Apply(ctx context.Context, db *sql.DB) error {
	if err := AssertSearchPath(ctx, db); err != nil {
		return err
	}
	for attempt := 1; ; attempt++ {
		err := up(ctx, db)
		if err == nil {
			return nil
		}
		if attempt == lockAttempts || !lockNotAvailable(err) {
			return fmt.Errorf("apply migrations: %w", err)
		}
		if err := pause(ctx, time.Duration(attempt)*time.Second); err != nil {
			return fmt.Errorf("apply migrations: %w", err)
		}
	}
}

// up applies what is pending, once.
func up(ctx context.Context, db *sql.DB) error {
	inner, err := lock.NewPostgresSessionLocker(
		lock.WithLockTimeout(sessionLockPeriod, sessionLockTries),
	)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(sessionLocker{inner}),
		goose.WithDisableGlobalRegistry(true),
	)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// sessionLocker adds the timeouts of a migration to the connection that holds
// the advisory lock, which is the one the migrations run on.
type sessionLocker struct {
	lock.SessionLocker
}

// SessionLock takes the lock, then sets the timeouts: the role's
// statement_timeout is made for requests, an index over a large table takes
// longer.
func (l sessionLocker) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if err := l.SessionLocker.SessionLock(ctx, conn); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx,
		`SET lock_timeout = '3s'; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0`)
	if err != nil {
		return errors.Join(fmt.Errorf("set timeouts: %w", err),
			l.SessionLocker.SessionUnlock(context.WithoutCancel(ctx), conn))
	}
	return nil
}

// SessionUnlock gives the connection back to the pool as it came.
func (l sessionLocker) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx,
		`RESET lock_timeout; RESET statement_timeout; RESET idle_in_transaction_session_timeout`)
	return errors.Join(err, l.SessionLocker.SessionUnlock(ctx, conn))
}

// lockNotAvailable reports a lock_timeout (SQLSTATE 55P03).
func lockNotAvailable(err error) bool {
	return pq.As(err, pqerror.LockNotAvailable) != nil
}

// pause waits unless the context ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
