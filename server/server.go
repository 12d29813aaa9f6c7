package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// New builds the handler of the whole surface. It fails on a configuration that
// would leave a hole.
func New(c Config) (http.Handler, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("configure server: %w", err)
	}
	m, err := newMetrics(c.Metrics, c.Schema.Schema(), c.OperationNames)
	if err != nil {
		return nil, fmt.Errorf("configure server: %w", err)
	}
	o, err := newOperations(c, m)
	if err != nil {
		return nil, err
	}
	return routes(c, m, newTransport(c, o, m))
}

// Time limits of a connection. A sender slower than these is cut off, so that
// idle sockets cannot use up the server.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 30 * time.Second
	idleTimeout       = 60 * time.Second
	maxHeaderBytes    = 64 << 10
)

// Serve answers on the listener until the context ends. It then refuses new
// connections, lets requests under way finish, half-sent ones included, for as
// long as grace, and cuts what is left.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger, grace time.Duration) error {
	srv := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	// The context is over: what remains to be done gets one of its own.
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := srv.Shutdown(stopping); err != nil {
		return fmt.Errorf("stop after %s: %w", grace, errors.Join(err, srv.Close()))
	}
	return nil
}
