package audit

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lib/pq"
)

// DefaultWait is how long a request waits for its lines to be committed.
const DefaultWait = 500 * time.Millisecond

const (
	// maxBatch is how many lines one insert takes, give or take those of one request.
	maxBatch = 256
	// maxQueue is how many requests may wait for the insert that is under way: ten of
	// its kind. Those behind them wait as well, and are refused when their time is up.
	maxQueue = 10 * maxBatch
)

// Options say how lines are written and sealed.
type Options struct {
	Keys  *Keys
	Clock func() time.Time
	Log   *slog.Logger
	// Wait is how long a line may take to be committed; 0 means [DefaultWait].
	Wait time.Duration
}

// Writer commits lines in groups, over a connection of its own: that of a request
// may be waiting for it, and a full pool would delay it.
type Writer struct {
	options  Options
	db       *sql.DB
	queue    chan *request
	stop     sync.Once
	stopping chan struct{}
	done     chan struct{} // closed when the last group has been written
	refused  atomic.Int64

	// Of the goroutine that writes: the open connection, and its prepared insert.
	conn   *sql.Conn
	insert *sql.Stmt
}

// request is lines that somebody waits for until its context ends.
type request struct {
	ctx       context.Context
	lines     []Recorded
	committed chan error // has room for the one answer: the writer never waits for a reader
}

// StartWriter begins to write to the database of that URL. It connects when there is
// something to write, and again whenever a connection is lost. [Writer.Stop] ends it;
// the end of the context does not.
func StartWriter(ctx context.Context, dsn string, o Options) (*Writer, error) {
	if o.Wait == 0 {
		o.Wait = DefaultWait
	}
	db, err := open(dsn, o.Wait)
	if err != nil {
		return nil, fmt.Errorf("start audit writer: %w", err)
	}
	w := &Writer{
		options: o, db: db, queue: make(chan *request, maxQueue),
		stopping: make(chan struct{}), done: make(chan struct{}),
	}
	go w.run(context.WithoutCancel(ctx))
	return w, nil
}

// Stop writes what waits, lets go of the connection and returns; lines that come later
// are refused. A statement under way ends by its own time limit, so that it takes
// seconds at most.
func (w *Writer) Stop() error {
	w.stop.Do(func() { close(w.stopping) })
	<-w.done
	return w.db.Close()
}

// Record returns nil when all lines are committed, durably, and an error when they may
// not be: then what they tell of must not be shown. They are committed as one, or none.
// It waits as long as the options say and no longer than the context. [IsUnavailable]
// tells that the store could not take them; a line that is no line is our mistake, and
// the end of the context is the caller's.
//
// Lines of a request that gave up may still be committed: the trail may tell of a read
// that was refused, never the reverse.
func (w *Writer) Record(ctx context.Context, lines ...Line) error {
	switch {
	case len(lines) == 0:
		return nil
	case w == nil:
		return unavailable(errStopped) // none was given: nothing is shown
	}
	at := w.options.Clock().UTC().Truncate(time.Microsecond) // as the database keeps it
	recorded := make([]Recorded, len(lines))
	for i, l := range lines {
		l.Operation = l.Operation[:min(len(l.Operation), maxOperation)]
		if err := l.check(); err != nil {
			return err
		}
		r := Recorded{Line: l, At: at, keyID: w.options.Keys.current}
		if l.Reason != "" {
			r.ReasonID = rand.Text()
		}
		r.mac = w.options.Keys.sign(r.encode())
		recorded[i] = r
	}
	return w.submit(ctx, recorded)
}

// Ready tells whether a line could be committed now: it sends no line all the way.
func (w *Writer) Ready(ctx context.Context) error { return w.submit(ctx, nil) }

// Digests are keyed hashes of a value that must be recognised and not be read, by the keys
// of the trail: that by the current one first, which is the one to store.
func (w *Writer) Digests(purpose, value string) [][]byte {
	return w.options.Keys.digests(purpose, value)
}

// Now is the time by the clock of the lines.
func (w *Writer) Now() time.Time { return w.options.Clock() }

// Waiting is how many requests wait for an insert that has not begun.
func (w *Writer) Waiting() int { return len(w.queue) }

// Refused is how many requests were refused since the start because their lines were
// not committed in time.
func (w *Writer) Refused() int64 { return w.refused.Load() }

// submit hands lines over and waits for their commit.
func (w *Writer) submit(ctx context.Context, lines []Recorded) error {
	waiting, cancel := context.WithTimeoutCause(ctx, w.options.Wait, errTooSlow)
	defer cancel()
	err := w.handOver(waiting, lines)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("record audit lines: %w", ctx.Err())
	}
	w.refused.Add(1)
	return unavailable(err)
}

func (w *Writer) handOver(ctx context.Context, lines []Recorded) error {
	select { // Of several ready cases the next select would choose any.
	case <-w.stopping:
		return errStopped
	default:
	}
	r := &request{ctx, lines, make(chan error, 1)}
	select {
	case w.queue <- r:
	case <-w.stopping:
		return errStopped
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-r.committed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-w.done:
	}
	select {
	case err := <-r.committed: // It was of the last group.
		return err
	default: // It came after the last group.
		return errStopped
	}
}

// run writes one group after the other: while one is committed the next one gathers.
func (w *Writer) run(ctx context.Context) {
	defer close(w.done)
	defer w.disconnect()
	for {
		select {
		case first := <-w.queue:
			w.write(ctx, w.gather(first))
			continue
		case <-w.stopping:
		}
		select {
		case first := <-w.queue:
			w.write(ctx, w.gather(first))
		default:
			return
		}
	}
}

// gather takes what waits, and does not wait for more.
func (w *Writer) gather(first *request) []*request {
	group, lines := []*request{first}, len(first.lines)
	for lines < maxBatch {
		select {
		case r := <-w.queue:
			group, lines = append(group, r), lines+len(r.lines)
		default:
			return group
		}
	}
	return group
}

// write commits a group, without those who gave up, and tells the others. A connection
// may have been lost since the last group: that costs a second try and no read. If the
// first one was committed after all, the lines are there twice.
func (w *Writer) write(ctx context.Context, group []*request) {
	const tries = 2
	for try := 1; ; try++ {
		var waiting []*request
		var lines []Recorded
		for _, r := range group {
			if r.ctx.Err() == nil {
				waiting, lines = append(waiting, r), append(lines, r.lines...)
			}
		}
		if len(waiting) == 0 {
			return
		}
		err := w.commit(ctx, lines)
		var refused *pq.Error
		if err != nil && try < tries && !errors.As(err, &refused) {
			continue
		}
		if err != nil {
			w.options.Log.ErrorContext(ctx, "audit lines not written", "lines", len(lines), "error", err)
		}
		for _, r := range waiting {
			r.committed <- err
		}
		return
	}
}
