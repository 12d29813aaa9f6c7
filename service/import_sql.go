package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"github.com/guichet-logement/guichet/domain"
)

// namedStatement finds a statement by the name that stands before it.
func namedStatement(statements, name string) string {
	_, rest, found := strings.Cut(statements, "\n-- name: "+name+"\n")
	if !found {
		panic("no statement " + name) //nolint:forbidigo // it is compiled in
	}
	statement, _, _ := strings.Cut(rest, "\n-- name: ")
	return statement
}

var errImportUnderWay = &domain.Error{Code: domain.BadRequest, Reason: "IMPORT_UNDER_WAY", Message: domain.Text{
	EN: "Another import of the stock is under way; wait for its end.",
	FR: "Un autre import du parc est en cours ; attendez sa fin.",
}}

// stockLock is the advisory lock that one import at a time holds.
const stockLock int64 = 0x73746f636b // "stock"

// importSettings hold for the transaction of an import: a country takes longer
// than what a statement of the API may. A killed importer must not hold the lock
// until the server's next word to it: where the server can, it looks after its
// client.
const importSettings = `SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '1min';
SET LOCAL work_mem = '64MB';
DO $$ BEGIN
	SET LOCAL client_connection_check_interval = '1s';
EXCEPTION WHEN invalid_parameter_value THEN
	NULL; -- not on this system
END $$`

// lockStock waits for an import that was told to stop and is taking back what it wrote, not
// for one that goes on.
var lockStock = fmt.Sprintf("SET LOCAL lock_timeout = '3s'; SELECT pg_advisory_xact_lock(%d); SET LOCAL lock_timeout = '1min'", stockLock)

// inImport runs an import of the stock in one transaction, alone.
func inImport(ctx context.Context, db *sql.DB, use func(*sql.Tx) error) error {
	return inLongTx(ctx, db, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, lockStock)
		switch {
		case pq.As(err, pqerror.LockNotAvailable) != nil:
			return errImportUnderWay
		case err != nil:
			return fmt.Errorf("lock the stock: %w", err)
		}
		return use(tx)
	})
}

// inLongTx runs what may take long in one transaction.
func inLongTx(ctx context.Context, db *sql.DB, use func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if _, err = tx.ExecContext(ctx, importSettings); err == nil {
		err = use(tx)
	}
	if err != nil {
		// The first error says why; a failed rollback adds nothing to it.
		_ = tx.Rollback()
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// affected returns how many rows a statement wrote.
func affected(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

// copyStatement opens a stream of rows into a table. Its words are ours.
func copyStatement(table string, columns ...string) string {
	return "COPY " + table + " (" + strings.Join(columns, ", ") + ") FROM STDIN"
}

// copyRows streams so many rows into a table.
func copyRows(ctx context.Context, tx *sql.Tx, table string, columns []string, rows int, values func(int) []any) error {
	if rows == 0 {
		return nil
	}
	stream, err := tx.PrepareContext(ctx, copyStatement(table, columns...))
	if err != nil {
		return err
	}
	for n := range rows {
		if _, err := stream.ExecContext(ctx, values(n)...); err != nil {
			return errors.Join(err, stream.Close()) //nolint:sqlclosecheck // its error tells why the server ended the stream
		}
	}
	return endCopy(ctx, stream)
}

// endCopy ends a stream of rows: what the server finds wrong with any of them
// comes up here at the latest.
func endCopy(ctx context.Context, stream *sql.Stmt) error {
	_, err := stream.ExecContext(ctx)
	return errors.Join(err, stream.Close())
}
