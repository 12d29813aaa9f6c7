package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// verifyPage is how many places are read at once: what is verified may be larger than
// memory, here and in PostgreSQL.
const verifyPage = 5000

// snapshot reads the trail as it was at one moment, while others go on writing, for as
// long as that takes.
func snapshot(ctx context.Context, db *sql.DB, read func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // It has written nothing.
	if _, err := tx.ExecContext(ctx, "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return err
	}
	return read(tx)
}

// Verify goes through the whole trail and reports what is not as it was written, in the
// order of the chain. It takes the same memory for any length of the trail.
func Verify(ctx context.Context, db *sql.DB, how Verifying) (Verification, error) {
	if how.Late == 0 {
		how.Late = DefaultLate
	}
	v := &verification{Verifying: how}
	err := snapshot(ctx, db, func(tx *sql.Tx) error { return v.read(ctx, tx) })
	if err != nil {
		return v.Verification, fmt.Errorf("verify the audit trail: %w", err)
	}
	return v.Verification, nil
}

// read goes through what the transaction sees.
func (v *verification) read(ctx context.Context, tx *sql.Tx) error {
	if err := v.readSegments(ctx, tx); err != nil {
		return err
	}
	if err := v.readChain(ctx, tx); err != nil {
		return err
	}
	return v.readUnsealed(ctx, tx)
}

// pruning says that a segment has lost its lines.
type pruning struct {
	number int64
	at     time.Time
	keyID  string
	mac    []byte
}

// readSegments reads all segments: one a day.
func (v *verification) readSegments(ctx context.Context, tx *sql.Tx) error {
	err := each(ctx, tx, "SELECT "+segmentColumns+" FROM audit_segment ORDER BY number", nil, func(rows *sql.Rows) error {
		var s segment
		err := rows.Scan(s.into()...)
		v.segments = append(v.segments, s)
		return err
	})
	if err != nil {
		return err
	}
	var last pruning
	err = tx.QueryRowContext(ctx, "SELECT segment_number, pruned_at, key_id, mac FROM audit_pruning ORDER BY segment_number DESC LIMIT 1").
		Scan(&last.number, &last.at, &last.keyID, &last.mac)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	v.checkSegments(last)
	return v.err
}

// readChain goes through all seals with their lines, page by page.
func (v *verification) readChain(ctx context.Context, tx *sql.Tx) error {
	segments, heads := map[int64]*segment{}, map[int64][]Head{}
	for i := range v.segments {
		segments[v.segments[i].last] = &v.segments[i]
	}
	for _, h := range v.Heads {
		heads[h.Position] = append(heads[h.Position], h)
	}
	after, n := int64(-1)<<63, verifyPage
	for n == verifyPage {
		n = 0
		err := each(ctx, tx, `SELECT s.position, s.line_id, s.key_id, s.hash, s.foreign_line, s.sealed_at, `+lineColumns+`
			FROM (SELECT * FROM audit_seal WHERE position > $1 ORDER BY position LIMIT $2) s LEFT JOIN audit_line l ON l.id = s.line_id
			ORDER BY s.position`, []any{after, verifyPage}, func(rows *sql.Rows) error {
			var s sealed
			s.unreadable = rows.Scan(append([]any{&s.position, &s.lineID, &s.keyID, &s.hash, &s.foreign, &s.sealedAt}, s.row.into()...)...)
			n, after = n+1, s.position
			v.check(&s)
			v.checkKnown(&s, segments, heads)
			return v.err
		})
		if err != nil {
			return err
		}
	}
	v.checkEnd()
	v.checkHeads()
	return v.err
}

// readUnsealed looks at the lines that have no place in the chain.
func (v *verification) readUnsealed(ctx context.Context, tx *sql.Tx) error {
	return each(ctx, tx, `SELECT l.id, CASE WHEN isfinite(l.at) THEN l.at ELSE 'epoch' END FROM audit_line l
		WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.line_id = l.id) ORDER BY l.id`, nil, func(rows *sql.Rows) error {
		var id int64
		var at time.Time
		if err := rows.Scan(&id, &at); err != nil {
			return err
		}
		v.checkUnsealed(id, at)
		return v.err
	})
}

// each calls use for each row of a query.
func each(ctx context.Context, tx *sql.Tx, query string, args []any, use func(*sql.Rows) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := use(rows); err != nil {
			return err
		}
	}
	return errors.Join(rows.Err(), rows.Close())
}
