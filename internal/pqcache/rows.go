package pqcache

import (
	"database/sql/driver"
	"fmt"
)

// pqRows lists the interfaces of lib/pq's rows that database/sql uses.
type pqRows interface {
	driver.Rows
	driver.RowsNextResultSet
	driver.RowsColumnTypeScanType
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeLength
	driver.RowsColumnTypePrecisionScale
}

var _ pqRows = (*rows)(nil)

// rows marks its connection as busy until it is closed.
type rows struct {
	pqRows

	conn *conn
}

// track takes what a query of lib/pq returned and marks the connection busy.
func (c *conn) track(raw driver.Rows, err error) (driver.Rows, error) {
	if err != nil {
		return nil, err
	}
	inner, ok := raw.(pqRows)
	if !ok {
		_ = raw.Close()
		return nil, fmt.Errorf("pqcache: query: %T lacks an interface of lib/pq's rows", raw)
	}
	c.open = &rows{pqRows: inner, conn: c}
	return c.open, nil
}

// Close implements [driver.Rows]: lib/pq reads what is left of the answer.
func (r *rows) Close() error {
	err := r.pqRows.Close()
	// A second Close must not free the connection from later rows.
	if r.conn.open == r {
		r.conn.open = nil
	}
	return err
}
