package main

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// copiedTables are the tables that an import fills, in the order of their foreign
// keys.
var copiedTables = []string{"stock_vintage", "building", "stock_row", "dwelling"}

// export writes the rows of the first vintage as COPY reads them, once, and tells
// how many dwellings there are.
func (b *importBench) export(ctx context.Context, dsn string) (dwellings int, err error) {
	db, err := openDatabase(dsn)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
		return 0, err
	}
	for _, table := range copiedTables {
		if b.lines[table] != "" {
			continue
		}
		path := filepath.Join(b.dir, table+".copy")
		if err := exportTable(ctx, tx, table, path); err != nil {
			return 0, fmt.Errorf("export %s: %w", table, err)
		}
		b.lines[table] = path
	}
	err = tx.QueryRowContext(ctx, "SELECT count(*) FROM dwelling").Scan(&dwellings)
	return dwellings, err
}

func exportTable(ctx context.Context, tx *sql.Tx, table, path string) (err error) {
	var columns string
	err = tx.QueryRowContext(ctx, `
		SELECT string_agg(format('coalesce(replace(%I::text, ''\'', ''\\''), ''\N'')', attname), ' || E''\t'' || ' ORDER BY attnum)
		FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`, table).Scan(&columns)
	if err != nil {
		return err
	}
	file, err := os.Create(path) //nolint:gosec // a directory of our own
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	out := bufio.NewWriter(file)
	rows, err := tx.QueryContext(ctx, "SELECT "+columns+" FROM "+table) //nolint:gosec // names of our own
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line sql.RawBytes
		if err := rows.Scan(&line); err != nil {
			return err
		}
		_, _ = out.Write(line) // The buffer keeps its error.
		_ = out.WriteByte('\n')
	}
	return errors.Join(rows.Err(), out.Flush())
}

// copyAll fills an empty database with these rows, in one transaction: the same
// tables with the same indexes and foreign keys.
func (b *importBench) copyAll(ctx context.Context) (time.Duration, error) {
	dsn, err := b.database(ctx)
	if err != nil {
		return 0, err
	}
	db, err := openDatabase(dsn)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	start := time.Now()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
		return 0, err
	}
	for _, table := range copiedTables {
		err := conn.Raw(func(c any) error { return copyFile(ctx, c, table, b.lines[table]) })
		if err != nil {
			return 0, fmt.Errorf("copy %s: %w", table, err)
		}
	}
	err = tx.Commit()
	return time.Since(start), err
}

// copyFile streams a file as it is, many lines at a time, so that next to nothing
// is the client's.
func copyFile(ctx context.Context, c any, table, path string) (err error) {
	file, err := os.Open(path) //nolint:gosec // written by us
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	preparer, ok := c.(driver.ConnPrepareContext)
	if !ok {
		return errors.New("the driver does not prepare")
	}
	statement, err := preparer.PrepareContext(ctx, "COPY "+table+" FROM STDIN")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, statement.Close()) }()
	stream, ok := statement.(interface {
		CopyData(context.Context, string) (driver.Result, error)
	})
	if !ok {
		return errors.New("the driver takes no raw lines")
	}
	chunk := make([]byte, 0, 1<<15)
	in := bufio.NewReaderSize(file, 1<<16)
	for done := false; !done; {
		line, err := in.ReadString('\n')
		if done = errors.Is(err, io.EOF); err != nil && !done {
			return err
		}
		chunk = append(chunk, line...)
		if len(chunk) > 0 && (done || len(chunk) > 1<<14) {
			// The driver ends what it is given with a line break.
			if _, err := stream.CopyData(ctx, strings.TrimSuffix(string(chunk), "\n")); err != nil {
				return err
			}
			chunk = chunk[:0]
		}
	}
	return nil
}
