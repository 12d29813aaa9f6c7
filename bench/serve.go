package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"time"

	"github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/command"
	"github.com/guichet-logement/guichet/sandbox"
)

// poolSize is that of the program: both sides get as many connections.
const poolSize = 16

// openDatabase connects to the database that the environment names, through lib/pq
// alone.
func openDatabase(dsn string) (*sql.DB, error) {
	connector, err := pq.NewConnector(dsn)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(poolSize)
	db.SetMaxIdleConns(poolSize)
	return db, nil
}

// serveLimit serves the hand-written answers until the context ends.
func serveLimit(ctx context.Context) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	db, err := openDatabase(os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	l, err := newLimit(ctx, db, time.Now)
	if err != nil {
		return err
	}
	verifier, err := auth.NewVerifier(ctx, auth.Config{Issuers: sandbox.Issuers(), Clock: time.Now, Log: log})
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("/", l.handler(verifier))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return serve(ctx, mux, log, "ready")
}

// serveProfiled serves the program, as its own command line does, beside its
// profiles.
func serveProfiled(ctx context.Context) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- serve(ctx, mux, slog.New(slog.NewJSONHandler(os.Stderr, nil)), "profiles") }()
	status := command.Run(ctx, []string{"serve"}, command.Environment{Getenv: os.Getenv, Stdout: os.Stdout, Stderr: os.Stderr})
	cancel()
	if status != 0 {
		return errors.Join(fmt.Errorf("the program ended with status %d", status), <-done)
	}
	return <-done
}

// serve answers on a free port of loopback until the context ends, and logs the
// address under that word.
func serve(ctx context.Context, handler http.Handler, log *slog.Logger, word string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(listener) }()
	log.Info(word, "address", "http://"+listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return s.Close()
	}
}
