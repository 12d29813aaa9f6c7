package sqlwatch

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// Observer is told of one statement when it has answered. The query is its text,
// without arguments.
type Observer func(ctx context.Context, query string, took time.Duration)

// Driver returns a driver that tells the observer of each statement. Begin and
// Commit are none.
func Driver(inner dialect.Driver, observe Observer) dialect.Driver {
	return &driver{Driver: inner, observe: observe}
}

type driver struct {
	dialect.Driver
	observe Observer
}

func (d *driver) Query(ctx context.Context, query string, args, v any) error {
	return watch(ctx, d.observe, query, func() error { return d.Driver.Query(ctx, query, args, v) })
}

func (d *driver) Exec(ctx context.Context, query string, args, v any) error {
	return watch(ctx, d.observe, query, func() error { return d.Driver.Exec(ctx, query, args, v) })
}

func (d *driver) Tx(ctx context.Context) (dialect.Tx, error) {
	inner, err := d.Driver.Tx(ctx)
	if err != nil {
		return nil, err
	}
	return &tx{Tx: inner, observe: d.observe}, nil
}

// BeginTx serves ent's Client.BeginTx, which looks for it on the driver.
func (d *driver) BeginTx(ctx context.Context, opts *sql.TxOptions) (dialect.Tx, error) {
	beginner, ok := d.Driver.(interface {
		BeginTx(context.Context, *sql.TxOptions) (dialect.Tx, error)
	})
	if !ok {
		return nil, errors.New("sqlwatch: the driver begins no transaction with options")
	}
	inner, err := beginner.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &tx{Tx: inner, observe: d.observe}, nil
}

// QueryContext serves ent's Client.QueryContext, which looks for it on the driver.
func (d *driver) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return rows(func(v any) error { return d.Query(ctx, query, args, v) })
}

// ExecContext serves ent's Client.ExecContext.
func (d *driver) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	var result sql.Result
	err := d.Exec(ctx, query, args, &result)
	return result, err
}

// rows gives what a query finds as the standard library has it.
func rows(query func(v any) error) (*sql.Rows, error) {
	var found entsql.Rows
	if err := query(&found); err != nil {
		return nil, err
	}
	standard, ok := found.ColumnScanner.(*sql.Rows)
	if !ok {
		return nil, errors.New("sqlwatch: the driver finds rows of its own")
	}
	return standard, nil
}

type tx struct {
	dialect.Tx
	observe Observer
}

func (t *tx) Query(ctx context.Context, query string, args, v any) error {
	return watch(ctx, t.observe, query, func() error { return t.Tx.Query(ctx, query, args, v) })
}

func (t *tx) Exec(ctx context.Context, query string, args, v any) error {
	return watch(ctx, t.observe, query, func() error { return t.Tx.Exec(ctx, query, args, v) })
}

// QueryContext serves ent's Tx.QueryContext.
func (t *tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return rows(func(v any) error { return t.Query(ctx, query, args, v) })
}

// ExecContext serves ent's Tx.ExecContext.
func (t *tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	var result sql.Result
	err := t.Exec(ctx, query, args, &result)
	return result, err
}

func watch(ctx context.Context, observe Observer, query string, send func() error) error {
	start := time.Now()
	err := send()
	observe(ctx, query, time.Since(start))
	return err
}
