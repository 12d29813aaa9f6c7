package audit

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net"
	"time"

	"github.com/lib/pq"
)

// open returns a pool of one connection, apart from that of the requests, on which
// nothing takes longer than the limit: the server is told so, and when it does not
// answer either, the connection is given up.
func open(dsn string, limit time.Duration) (*sql.DB, error) {
	inner, err := pq.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	inner.Dialer(dialer{limit: 2 * limit})
	db := sql.OpenDB(connector{inner, fmt.Sprintf(
		"SET synchronous_commit = on; SET statement_timeout = %d; SET lock_timeout = %[1]d; SET idle_in_transaction_session_timeout = %[1]d",
		limit.Milliseconds())})
	db.SetMaxOpenConns(1)
	return db, nil
}

// connector sets up each connection before its first use.
type connector struct {
	*pq.Connector
	setup string
}

// Connect opens a connection and sets it up.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, c.setup, nil); err != nil {
		_ = conn.Close() // The first error says why.
		return nil, err
	}
	return conn, nil
}

// dialer opens connections that do not wait for ever. A cancelled statement would
// not do: PostgreSQL's cancel request needs a server that answers.
type dialer struct{ limit time.Duration }

// Dial opens a connection.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialTimeout(network, address, d.limit)
}

// DialTimeout opens a connection within the shorter of both limits.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	conn, err := net.DialTimeout(network, address, min(timeout, d.limit)) //nolint:noctx // the driver gives no context, and this has a limit
	if err != nil {
		return nil, err
	}
	return impatient{conn, d.limit}, nil
}

// impatient bounds each read and write.
type impatient struct {
	net.Conn
	limit time.Duration
}

// Read fails when nothing arrives within the limit.
func (c impatient) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.limit)); err != nil { //nolint:forbidigo // sockets go by the real time
		return 0, err
	}
	return c.Conn.Read(b)
}

// Write fails when nothing leaves within the limit.
func (c impatient) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.limit)); err != nil { //nolint:forbidigo // sockets go by the real time
		return 0, err
	}
	return c.Conn.Write(b)
}
