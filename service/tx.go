package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// attempts bounds how often a transaction is played again.
const attempts = 3

// inTx runs the use case in one transaction that ends before the answer is
// resolved. What the database refuses for reasons of concurrency is played again,
// here and nowhere else; what a named constraint refuses becomes a refusal.
func (s *Service) inTx(ctx context.Context, use func(*ent.Tx) error) error {
	var err error
	for range attempts {
		if err = s.once(ctx, nil, use); !transient(err) {
			break
		}
	}
	return refusalOf(err)
}

// inSnapshot reads what one instant looked like, without a lock.
func (s *Service) inSnapshot(ctx context.Context, use func(*ent.Tx) error) error {
	return s.once(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, use)
}

func (s *Service) once(ctx context.Context, options *sql.TxOptions, use func(*ent.Tx) error) error {
	tx, err := s.ent.BeginTx(ctx, options)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := use(tx); err != nil {
		// The first error says why; a failed rollback adds nothing to it.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// transient tells an error that another try may not meet: serialisation failure,
// deadlock, and a prepared statement made stale by a change of the schema.
func transient(err error) bool {
	var refused *pq.Error
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case "40001", "40P01", "0A000", "26000":
		return true
	}
	return false
}

// refusalOf turns a broken constraint into the refusal that its name stands for.
func refusalOf(err error) error {
	var broken *pq.Error
	if !errors.As(err, &broken) || broken.Constraint == "" {
		return err
	}
	if r, ok := domain.BrokenConstraints()[broken.Constraint]; ok {
		return domain.Refusals{&r}
	}
	return err
}
