package service

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/attemptcount"
	"github.com/guichet-logement/guichet/policy"
)

// forgetAttemptsAfter is longer than any limit looks back.
const forgetAttemptsAfter = 14 * 24 * time.Hour

// keyed is the hash of a value that stands for it where it must not be read.
func (s *Service) keyed(purpose, value string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(purpose + "\x00" + value))
	return h.Sum(nil)
}

// counts are the rows that count the failures of an attempt, in the order asked. They
// are locked until the transaction ends: two processes cannot try more often than one.
func counts(ctx context.Context, tx *ent.Tx, keys ...[]byte) ([]*ent.AttemptCount, error) {
	ordered := slices.SortedFunc(slices.Values(keys), bytes.Compare) // no two attempts wait for each other
	now := auth.FromContext(ctx).Now
	err := tx.AttemptCount.MapCreateBulk(ordered, func(c *ent.AttemptCountCreate, i int) {
		c.SetCounted(ordered[i]).SetFailures([]time.Time{}).SetTouchedAt(now)
	}).OnConflict(sql.ConflictColumns(attemptcount.FieldCounted), sql.ResolveWithIgnore()).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("count attempts: %w", err)
	}
	locked, err := tx.AttemptCount.Query().Where(attemptcount.CountedIn(ordered...)).
		Order(ent.Asc(attemptcount.FieldCounted)).ForUpdate().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("count attempts: %w", err)
	}
	rows := make([]*ent.AttemptCount, len(keys))
	for i, key := range keys {
		for _, row := range locked {
			if bytes.Equal(row.Counted, key) {
				rows[i] = row
			}
		}
	}
	return rows, nil
}

// saveCount writes the failures of a count, changed or not: what is written does not
// tell why.
func saveCount(ctx context.Context, row *ent.AttemptCount, failures []time.Time) error {
	return row.Update().SetFailures(failures).SetTouchedAt(auth.FromContext(ctx).Now).Exec(ctx)
}

// forgetAttempts removes the counts of long ago.
func (s *Service) forgetAttempts(ctx context.Context) error {
	_, err := s.ent.AttemptCount.Delete().
		Where(attemptcount.TouchedAtLT(auth.FromContext(ctx).Now.Add(-forgetAttemptsAfter))).Exec(policy.ForgetAttempts(ctx))
	if err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}

// tooOften refuses another attempt while a limit is reached.
func tooOften(limit domain.Limit, row *ent.AttemptCount, now time.Time) error {
	if wait := limit.Wait(row.Failures, now); wait > 0 {
		return domain.TooOften("TOO_MANY_FAILURES", wait)
	}
	return nil
}
