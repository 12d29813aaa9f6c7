package audit

import (
	"context"
	"database/sql/driver"
)

// commit inserts the lines and returns when they are on disk. After any error the
// connection is another one.
func (w *Writer) commit(ctx context.Context, lines []Recorded) error {
	group, err := insertArgument(lines)
	if err == nil {
		err = w.connect(ctx)
	}
	if err == nil {
		_, err = w.insert.ExecContext(ctx, group)
	}
	if err != nil {
		w.disconnect()
	}
	return err
}

// connect opens the connection unless it is open.
func (w *Writer) connect(ctx context.Context) (err error) {
	if w.conn != nil {
		return nil
	}
	if w.conn, err = w.db.Conn(ctx); err == nil {
		w.insert, err = w.conn.PrepareContext(ctx, insertLines)
	}
	return err
}

// disconnect closes the connection, and not merely returns it to the pool.
func (w *Writer) disconnect() {
	if w.conn == nil {
		return
	}
	// Either it works, or there is nothing left to close.
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = w.conn.Close()
	w.conn, w.insert = nil, nil
}
