package pqcache

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
)

// DefaultSize is the number of statements kept on each connection unless the
// configuration says otherwise; the application has about 60 texts in use.
const DefaultSize = 256

// Options configures [New].
type Options struct {
	// Size is the greatest number of statements kept on each connection. 0
	// switches the cache off, as a transaction-pooling proxy requires: there a
	// statement may be prepared on one server connection and bound on another.
	Size int
}

// New returns a connector whose connections keep prepared statements. The
// connections of inner must implement what lib/pq's do; Connect refuses others.
// With Size 0 or less, inner itself is returned.
func New(inner driver.Connector, opts Options) driver.Connector {
	if opts.Size <= 0 {
		return inner
	}
	return &connector{inner: inner, size: opts.Size}
}

type connector struct {
	inner driver.Connector
	size  int
}

var (
	_ driver.Connector = (*connector)(nil)
	_ io.Closer        = (*connector)(nil)
)

// Connect implements [driver.Connector].
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.inner.Connect(ctx)
	if err != nil {
		// Unwrapped: database/sql and its callers look for lib/pq's error.
		return nil, err
	}
	inner, ok := raw.(pqConn)
	if !ok {
		_ = raw.Close()
		return nil, fmt.Errorf("pqcache: connect: %T lacks an interface of lib/pq's connection", raw)
	}
	return &conn{pqConn: inner, kept: newLRU(c.size)}, nil
}

// Driver implements [driver.Connector].
func (c *connector) Driver() driver.Driver { return c.inner.Driver() }

// Close implements [io.Closer]; sql.DB.Close calls it.
func (c *connector) Close() error {
	if closer, ok := c.inner.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}
