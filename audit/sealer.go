package audit

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

const (
	// sealEvery is the pause between two rounds.
	sealEvery = time.Second
	// sealLimit bounds a statement of a round.
	sealLimit = time.Minute
	// sealBatch is how many lines one transaction seals.
	sealBatch = 5000
)

// Sealer gives each committed line its place in the chain, once a second. Any number of
// processes may run one: each round is made by one of them.
type Sealer struct {
	options Options
	db      *sql.DB
	stop    sync.Once
	halt    context.CancelFunc
	done    chan struct{}

	// Of the goroutine that seals.
	floor floor
	last  link
}

// link is a place in the chain: the genesis, or that of the last line before it.
type link struct {
	position int64
	hash     []byte
	sealedAt time.Time
}

// floor keeps a round from looking at all lines: every line with an identifier up to id
// is sealed, and no more of them can appear.
//
// Identifiers come from a sequence and are committed in any order, so that having seen
// one tells nothing of those below it. But a transaction has its number before it takes
// an identifier (see the migration): once all transactions have ended that are older
// than one begun after the line was seen, whatever is below has been seen or never will
// be.
type floor struct {
	id int64
	// Seen is the highest identifier at some round, and transaction the number of the
	// transaction begun after that; zero when none is waited for.
	seen, transaction int64
}

// StartSealer seals the lines in the database of that URL until [Sealer.Stop], whatever
// becomes of the context.
func StartSealer(ctx context.Context, dsn string, o Options) (*Sealer, error) {
	s, err := newSealer(dsn, o)
	if err != nil {
		return nil, err
	}
	running, halt := context.WithCancel(context.WithoutCancel(ctx))
	s.halt = halt
	go s.run(running)
	return s, nil
}

func newSealer(dsn string, o Options) (*Sealer, error) {
	db, err := open(dsn, sealLimit)
	if err != nil {
		return nil, fmt.Errorf("start audit sealer: %w", err)
	}
	return &Sealer{options: o, db: db, done: make(chan struct{})}, nil
}

// Stop seals once more what is committed, and ends. Stop the writers before.
func (s *Sealer) Stop(ctx context.Context) error {
	var err error
	s.stop.Do(func() {
		s.halt()
		<-s.done
		if _, err = s.seal(ctx); err != nil {
			err = fmt.Errorf("last round of the audit sealer: %w", err)
		}
		_ = s.db.Close() // What is sealed is committed.
	})
	return err
}

func (s *Sealer) run(ctx context.Context) {
	defer close(s.done)
	tick := time.NewTicker(sealEvery)
	defer tick.Stop()
	for {
		if _, err := s.seal(ctx); err != nil && ctx.Err() == nil {
			s.options.Log.ErrorContext(ctx, "audit lines not sealed", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// seal makes rounds until nothing is left to seal, and returns how many lines it
// sealed.
func (s *Sealer) seal(ctx context.Context) (int, error) {
	for total := 0; ; {
		n, err := s.round(ctx)
		total += n
		if err != nil || n < sealBatch {
			return total, err
		}
	}
}

// follow looks whether the chain still goes on from where this sealer last saw it. What
// was cut off in between is gone, but not unnoticed.
func (s *Sealer) follow(ctx context.Context, end, same link) {
	if end.position < s.last.position || !bytes.Equal(same.hash, s.last.hash) {
		s.options.Log.ErrorContext(ctx, "the end of the audit chain was cut off or replaced", "alarm", true,
			"position", s.last.position, "hash", hex.EncodeToString(s.last.hash), "now_ends_at", end.position)
	}
}

// hash is that of the next place in the chain, for a line with that keyed hash.
func (k *Keys) hash(keyID string, before []byte, position int64, lineID int64, lineMAC []byte, sealedAt time.Time, foreign bool) ([]byte, bool) {
	var f frame
	f.add("guichet audit seal 1")
	f.add(string(before))
	f.number(position)
	f.number(lineID)
	f.add(string(lineMAC))
	f.number(sealedAt.UnixMicro())
	if foreign {
		f.add("foreign")
	}
	return k.mac(keyID, f)
}

// segment is a closed part of the chain.
type segment struct {
	number, first, last int64
	endedAt             time.Time
	// sealedThrough is the floor when it was closed: an unsealed line with an identifier
	// up to there was not there at that time.
	sealedThrough int64
	head          []byte
	keyID         string
	mac           []byte
}

func (s *segment) encode() []byte {
	var f frame
	f.add("guichet audit segment 1")
	for _, n := range []int64{s.number, s.first, s.last, s.endedAt.UnixMicro(), s.sealedThrough} {
		f.number(n)
	}
	f.add(string(s.head))
	return f
}

// encodePruning is what is signed when a segment loses its lines: from then on this
// vouches for its head, and the key of its time may go as well.
func (s *segment) encodePruning(at time.Time) []byte {
	var f frame
	f.add("guichet audit pruning 1")
	f.number(at.UnixMicro())
	f.add(string(s.encode()))
	return f
}

// day is that on which segments are closed: of the clock in Greenwich, which has no
// summer time.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
