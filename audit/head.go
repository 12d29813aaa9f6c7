package audit

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Head is where the chain ended at some time. Kept where who has the database has no
// hand on it, it proves that what was there then is there now.
type Head struct {
	Position   int64     `json:"position"`
	Hash       string    `json:"hash"` // hexadecimal
	SealedAt   time.Time `json:"sealedAt"`
	ExportedAt time.Time `json:"exportedAt"`
}

// ReadHead is the head of the chain at this time.
func ReadHead(ctx context.Context, db *sql.DB, now time.Time) (Head, error) {
	var end link
	err := snapshot(ctx, db, func(tx *sql.Tx) error {
		closed, err := lastSegment(ctx, tx)
		if err == nil {
			end, err = chainEnd(ctx, tx, closed)
		}
		return err
	})
	if err != nil {
		return Head{}, fmt.Errorf("read the head of the audit chain: %w", err)
	}
	return Head{Position: end.position, Hash: hex.EncodeToString(end.hash), SealedAt: end.sealedAt.UTC(), ExportedAt: now.UTC()}, nil
}

// ParseHeads reads exported heads, one or many after each other.
func ParseHeads(r io.Reader) ([]Head, error) {
	var heads []Head
	for d := json.NewDecoder(r); ; {
		d.DisallowUnknownFields()
		var h Head
		err := d.Decode(&h)
		if errors.Is(err, io.EOF) {
			return heads, nil
		}
		if raw, wrong := hex.DecodeString(h.Hash); err == nil && (wrong != nil || h.Position < 0 || (h.Position == 0) != (len(raw) == 0)) {
			err = errors.New("no position, or no hash")
		}
		if err != nil {
			return nil, fmt.Errorf("head %d: %w", len(heads)+1, err)
		}
		heads = append(heads, h)
	}
}
