package pqcache

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// ErrBusy is returned for a second operation on a connection whose rows are
// still open. The connection stays usable. lib/pq makes the same refusal for
// texts, but not for prepared statements, where it would lose its place in the
// protocol.
var ErrBusy = errors.New("pqcache: there is already a query being processed on this connection")

// pqConn lists the interfaces of lib/pq's connection that database/sql uses.
type pqConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

var _ pqConn = (*conn)(nil)

// conn is one connection with its kept statements. database/sql serialises the
// calls on a connection, its rows, statements and transaction, so there is no
// lock. Close, IsValid and CheckNamedValue are lib/pq's.
type conn struct {
	pqConn

	kept    *lru
	closing []driver.Stmt // Given up, still known to the server.
	open    *rows         // Not closed yet; nil when the connection is idle.
	inTx    bool
	copying bool // A COPY was started in this transaction.
}

// QueryContext implements [driver.QueryerContext].
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	return c.track(run(ctx, c, text, args, pqStmt.QueryContext, pqConn.QueryContext))
}

// ExecContext implements [driver.ExecerContext].
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	return run(ctx, c, text, args, pqStmt.ExecContext, pqConn.ExecContext)
}

// run sends text through its kept statement, or directly when there is none.
func run[T any](
	ctx context.Context, c *conn, text string, args []driver.NamedValue,
	prepared func(pqStmt, context.Context, []driver.NamedValue) (T, error),
	direct func(pqConn, context.Context, string, []driver.NamedValue) (T, error),
) (T, error) {
	var none T
	text, args = gather(text, args)
	st, reused, err := c.statement(ctx, text, len(args))
	if err != nil {
		return none, err
	}
	if st == nil {
		return direct(c.pqConn, ctx, text, args)
	}
	res, err := prepared(st, ctx, args)
	if err == nil || !reused || !stale(err) {
		return res, err
	}
	c.discard()
	if c.inTx || ctx.Err() != nil {
		return none, err
	}
	res, again := direct(c.pqConn, ctx, text, args)
	if pq.As(again, pqerror.InFailedSQLTransaction) != nil {
		// A transaction opened as text (BEGIN) is known to the server only. It
		// refused the second attempt; the first error says why.
		return none, err
	}
	return res, again
}

// stale reports whether a statement failed because it was prepared too long
// ago: 0A000 "cached plan must not change result type", 26000 "prepared
// statement does not exist".
func stale(err error) bool {
	return pq.As(err, pqerror.FeatureNotSupported, pqerror.InvalidSQLStatementName) != nil
}

// statement returns the kept statement for text, preparing it if need be;
// reused is false for a new one. It returns nil for a text that goes to lib/pq
// as it is.
func (c *conn) statement(ctx context.Context, text string, args int) (st pqStmt, reused bool, err error) {
	if c.open != nil {
		return nil, false, ErrBusy
	}
	if args == 0 && resetsSession(text) {
		c.discard()
	}
	if err := c.flush(); err != nil {
		return nil, false, err
	}
	if args == 0 || c.copying {
		return nil, false, nil
	}
	if st, ok := c.kept.get(text); ok {
		return st, true, nil
	}
	if !cacheable(text) {
		return nil, false, nil
	}
	if c.kept.full() {
		if old, ok := c.kept.removeOldest(); ok {
			c.closing = append(c.closing, old)
		}
		if err := c.flush(); err != nil {
			return nil, false, err
		}
	}
	raw, err := c.pqConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, false, err
	}
	st, ok := raw.(pqStmt)
	if !ok {
		return nil, false, errors.Join(errors.ErrUnsupported, raw.Close())
	}
	c.kept.add(text, st)
	return st, false, nil
}

// discard gives up all kept statements; flush closes them.
func (c *conn) discard() {
	for {
		st, ok := c.kept.removeOldest()
		if !ok {
			return
		}
		c.closing = append(c.closing, st)
	}
}

// flush closes the statements given up, unless the connection is in the middle
// of rows or of a COPY. On failure the connection is lost and the caller's
// statement has not been sent, which is what driver.ErrBadConn promises.
func (c *conn) flush() error {
	if len(c.closing) == 0 || c.open != nil || c.copying {
		return nil
	}
	closing := c.closing
	c.closing = nil
	for _, st := range closing {
		if err := st.Close(); err != nil {
			return driver.ErrBadConn
		}
	}
	return nil
}

// Prepare implements [driver.Conn].
func (c *conn) Prepare(text string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), text) //nolint:forbidigo // the interface has no context
}

// PrepareContext implements [driver.ConnPrepareContext]. The statement belongs
// to the caller and is not kept. COPY FROM STDIN returns lib/pq's own
// statement; from there to the end of the transaction everything goes to
// lib/pq directly, whose check against interleaving covers a COPY under way.
func (c *conn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	if c.open != nil {
		return nil, ErrBusy
	}
	if err := c.flush(); err != nil {
		return nil, err
	}
	raw, err := c.pqConn.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	st, ok := raw.(pqStmt)
	if !ok {
		c.copying = true
		return raw, nil
	}
	return &stmt{pqStmt: st, conn: c}, nil
}

// Ping implements [driver.Pinger].
func (c *conn) Ping(ctx context.Context) error {
	if c.open != nil {
		return ErrBusy
	}
	return c.pqConn.Ping(ctx)
}

// ResetSession implements [driver.SessionResetter].
func (c *conn) ResetSession(ctx context.Context) error {
	// A transaction opened as text ends without a call of Commit or Rollback.
	c.copying = false
	return c.pqConn.ResetSession(ctx)
}

// Begin implements [driver.Conn].
func (c *conn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{}) //nolint:forbidigo // the interface has no context
}

// BeginTx implements [driver.ConnBeginTx].
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.open != nil {
		return nil, ErrBusy
	}
	inner, err := c.pqConn.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	c.inTx = true
	return &tx{Tx: inner, conn: c}, nil
}
