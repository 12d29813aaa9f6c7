package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
)

// sealerLock is the key of the advisory lock of a round: "guic", and a number of ours.
const sealerLock int64 = 0x67756963_00000001

// round seals what is committed and not sealed, up to a batch, in one transaction. It
// seals nothing while another sealer is at it.
func (s *Sealer) round(ctx context.Context) (int, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // After a commit it does nothing.
	// Read committed: each of the following statements sees what the sealer before us
	// committed before it let go of the lock.
	var ours bool
	if err := tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock($1)", sealerLock).Scan(&ours); err != nil || !ours {
		return 0, err
	}
	now := s.options.Clock().UTC().Truncate(time.Microsecond)
	closed, err := lastSegment(ctx, tx)
	if err != nil {
		return 0, err
	}
	end, err := chainEnd(ctx, tx, closed)
	if err != nil {
		return 0, err
	}
	if err := s.look(ctx, tx, end, closed); err != nil {
		return 0, err
	}
	next := s.floor
	next.id = max(next.id, closed.sealedThrough)
	if end.position > closed.last && day(end.sealedAt).Before(day(now)) {
		if err := s.closeSegment(ctx, tx, closed, end, next.id); err != nil {
			return 0, err
		}
	}
	sealed, err := s.sealFrom(ctx, tx, &next, &end, now)
	if err != nil {
		return 0, err
	}
	if err := tx.Commit(); err != nil {
		return 0, err
	}
	s.floor, s.last = next, end
	return sealed, nil
}

// sealFrom seals up to a batch of lines above the floor, and raises the floor.
func (s *Sealer) sealFrom(ctx context.Context, tx *sql.Tx, f *floor, end *link, now time.Time) (int, error) {
	var highest, oldestRunning int64
	err := tx.QueryRowContext(ctx, `SELECT coalesce(max(id), 0), pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM audit_line`).
		Scan(&highest, &oldestRunning)
	if err != nil || highest <= f.id {
		return 0, err
	}
	sealed, err := s.sealLines(ctx, tx, f.id, end, now)
	if err != nil || sealed == sealBatch {
		return sealed, err // Of a full batch nobody knows whether it was all.
	}
	if f.transaction != 0 && oldestRunning > f.transaction {
		f.id, f.transaction = f.seen, 0
	}
	if f.transaction == 0 && f.id < highest {
		f.seen = highest
		err = tx.QueryRowContext(ctx, "SELECT pg_current_xact_id()::text::bigint").Scan(&f.transaction)
	}
	return sealed, err
}

// sealLines extends the chain by the lines above the floor that have no seal.
func (s *Sealer) sealLines(ctx context.Context, tx *sql.Tx, floor int64, end *link, now time.Time) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+lineColumns+` FROM audit_line l
		WHERE l.id > $1 AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.line_id = l.id) ORDER BY l.id LIMIT $2`, floor, sealBatch)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	keys := s.options.Keys
	var positions, lineIDs []int64
	var foreigners []bool
	var hashes [][]byte
	for rows.Next() {
		var row scanned
		unreadable := rows.Scan(row.into()...)
		if !row.id.Valid {
			return 0, unreadable
		}
		line := row.line()
		foreign := unreadable != nil || !keys.signed(line.keyID, line.encode(), line.mac)
		if foreign {
			s.options.Log.ErrorContext(ctx, "an audit line that this service did not write", "alarm", true, "line", line.ID)
		}
		end.position++
		end.hash, _ = keys.hash(keys.current, end.hash, end.position, line.ID, line.mac, now, foreign)
		end.sealedAt = now
		positions, lineIDs = append(positions, end.position), append(lineIDs, line.ID)
		foreigners, hashes = append(foreigners, foreign), append(hashes, end.hash)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(positions) == 0 {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_seal (position, line_id, sealed_at, foreign_line, key_id, hash)
		SELECT p, l, $5, f, $6, h FROM unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::bytea[]) AS s (p, l, f, h)`,
		pq.Int64Array(positions), pq.Int64Array(lineIDs), pq.BoolArray(foreigners), pq.ByteaArray(hashes), now, keys.current)
	return len(positions), err
}

// look follows the chain from where this sealer last left it.
func (s *Sealer) look(ctx context.Context, tx *sql.Tx, end link, closed segment) error {
	if s.last.position == 0 || s.last.position <= closed.last {
		return nil // Nothing was seen yet, or it is under the head of a segment.
	}
	same := link{}
	err := tx.QueryRowContext(ctx, "SELECT hash FROM audit_seal WHERE position = $1", s.last.position).Scan(&same.hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	s.follow(ctx, end, same)
	return nil
}

// closeSegment closes what was sealed since the last segment.
func (s *Sealer) closeSegment(ctx context.Context, tx *sql.Tx, before segment, end link, sealedThrough int64) error {
	n := segment{
		number: before.number + 1, first: before.last + 1, last: end.position, endedAt: end.sealedAt,
		sealedThrough: sealedThrough, head: end.hash, keyID: s.options.Keys.current,
	}
	n.mac = s.options.Keys.sign(n.encode())
	_, err := tx.ExecContext(ctx, `INSERT INTO audit_segment
		(number, first_position, last_position, ended_at, sealed_through, head, key_id, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		n.number, n.first, n.last, n.endedAt, n.sealedThrough, n.head, n.keyID, n.mac)
	if err != nil {
		return fmt.Errorf("close segment %d: %w", n.number, err)
	}
	return nil
}

// segmentColumns are those of audit_segment, as [segment.into] takes them.
const segmentColumns = "number, first_position, last_position, ended_at, sealed_through, head, key_id, mac"

func (s *segment) into() []any {
	return []any{&s.number, &s.first, &s.last, &s.endedAt, &s.sealedThrough, &s.head, &s.keyID, &s.mac}
}

// lastSegment is the last closed one; a zero one before there is any.
func lastSegment(ctx context.Context, tx *sql.Tx) (segment, error) {
	var s segment
	err := tx.QueryRowContext(ctx, "SELECT "+segmentColumns+" FROM audit_segment ORDER BY number DESC LIMIT 1").Scan(s.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return s, err
}

// chainEnd is where the chain ends: at its last seal, or at the head of the last
// segment when that has been pruned and nothing came after it.
func chainEnd(ctx context.Context, tx *sql.Tx, closed segment) (link, error) {
	end := link{position: closed.last, hash: closed.head, sealedAt: closed.endedAt}
	err := tx.QueryRowContext(ctx, "SELECT position, hash, sealed_at FROM audit_seal WHERE position > $1 ORDER BY position DESC LIMIT 1", closed.last).
		Scan(&end.position, &end.hash, &end.sealedAt)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return end, err
}
