package pqcache

import (
	"context"
	"database/sql/driver"
)

// pqStmt lists the interfaces of lib/pq's statement that database/sql uses.
// lib/pq's COPY statement has no context methods, which tells the two apart.
type pqStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

var _ pqStmt = (*stmt)(nil)

// stmt is a statement prepared by the caller (sql.DB.Prepare). lib/pq does not
// guard it against rows open on its connection.
type stmt struct {
	pqStmt

	conn *conn
}

// Close implements [driver.Stmt]. With rows open the server is told later.
func (s *stmt) Close() error {
	s.conn.closing = append(s.conn.closing, s.pqStmt)
	return s.conn.flush()
}

// ExecContext implements [driver.StmtExecContext].
func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if s.conn.open != nil {
		return nil, ErrBusy
	}
	return s.pqStmt.ExecContext(ctx, args)
}

// QueryContext implements [driver.StmtQueryContext].
func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if s.conn.open != nil {
		return nil, ErrBusy
	}
	return s.conn.track(s.pqStmt.QueryContext(ctx, args))
}

// tx tells its connection when the transaction ends.
type tx struct {
	driver.Tx

	conn *conn
}

// Commit implements [driver.Tx].
func (t *tx) Commit() error {
	t.conn.endTx()
	return t.Tx.Commit()
}

// Rollback implements [driver.Tx].
func (t *tx) Rollback() error {
	t.conn.endTx()
	return t.Tx.Rollback()
}

func (c *conn) endTx() { c.inTx, c.copying = false, false }
