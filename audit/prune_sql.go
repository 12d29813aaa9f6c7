package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Pruned is what [Prune] removed.
type Pruned struct{ Segments, Lines int64 }

// Prune removes the lines of the closed segments that ended before that time, oldest
// first, each in a transaction of its own. The heads of the segments stay, with a signed
// note that their lines have gone of old age: [Verify] goes on from there.
//
// It needs the rights of the owner of the tables, which the service has no use for.
func Prune(ctx context.Context, db *sql.DB, keys *Keys, before, now time.Time) (Pruned, error) {
	var all Pruned
	now = now.UTC().Truncate(time.Microsecond)
	for {
		lines, found, err := pruneOldest(ctx, db, keys, before, now)
		if err != nil {
			return all, fmt.Errorf("prune the audit trail: %w", err)
		}
		if !found {
			return all, nil
		}
		all.Segments++
		all.Lines += lines
	}
}

func pruneOldest(ctx context.Context, db *sql.DB, keys *Keys, before, now time.Time) (lines int64, found bool, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = tx.Rollback() }() // After a commit it does nothing.
	if _, err := tx.ExecContext(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
		return 0, false, err
	}
	var s segment
	err = tx.QueryRowContext(ctx, "SELECT "+segmentColumns+` FROM audit_segment
		WHERE ended_at < $1 AND NOT EXISTS (SELECT FROM audit_pruning WHERE segment_number = number) ORDER BY number LIMIT 1`, before).
		Scan(s.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	if !keys.signed(s.keyID, s.encode(), s.mac) {
		return 0, false, fmt.Errorf("segment %d is not what was signed, or not with a key that was given", s.number)
	}
	err = tx.QueryRowContext(ctx, "SELECT audit_prune_segment($1, $2, $3, $4)",
		s.number, now, keys.current, keys.sign(s.encodePruning(now))).Scan(&lines)
	if err != nil {
		return 0, false, err
	}
	return lines, true, tx.Commit()
}
