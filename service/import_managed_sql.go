package service

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

//go:embed import_managed.sql
var managedStatements string

// managedImport is one import under way.
type managedImport struct {
	tx        *sql.Tx
	landlords []domain.ID
	at        time.Time
	by        domain.ID
	// changes and begun are how the identifiers of what is noted and begun start.
	changes, begun string
	report         ManagedReport
}

var errRejected = errors.New("lines are to be mended")

// importManaged imports a file under a decision of policy, which the context carries.
func importManaged(ctx context.Context, db *sql.DB, i managedImport, file io.Reader, charset directoryfile.Charset) (ManagedReport, error) {
	err := inLongTx(ctx, db, func(tx *sql.Tx) error {
		i.tx = tx
		return i.run(ctx, file, charset)
	})
	if err != nil && !errors.Is(err, errRejected) {
		return ManagedReport{}, fmt.Errorf("import managed stock: %w", refusalOf(err))
	}
	return i.report, nil
}

func (i *managedImport) run(ctx context.Context, file io.Reader, charset directoryfile.Charset) error {
	if err := i.exec(ctx, "prepare tables"); err != nil {
		return err
	}
	columns, err := i.stage(ctx, file, charset)
	if err != nil {
		return err
	}
	for _, name := range []string{"analyse the file", "hold dwellings", "settle what is over"} {
		if err := i.exec(ctx, name); err != nil {
			return err
		}
	}
	if err := i.look(ctx); err != nil {
		return err
	}
	return i.write(ctx, columns)
}

func (i *managedImport) exec(ctx context.Context, name string, args ...any) error {
	if _, err := i.tx.ExecContext(ctx, namedStatement(managedStatements, name), args...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// stage sends the lines to the database as they come.
func (i *managedImport) stage(ctx context.Context, file io.Reader, charset directoryfile.Charset) (directoryfile.ManagedColumns, error) {
	stream, err := i.tx.PrepareContext(ctx, copyStatement("stage_managed",
		"line", "dwelling_id", "flat_number", "rent", "charges", "criteria", "dated", "works",
		"vacancy_kind", "notice_given_on", "vacant_from", "available_on", "let_on"))
	if err != nil {
		return nil, err
	}
	today := domain.DateOf(i.at)
	parsed, columns, err := directoryfile.ReadManagedDwellings(file, charset, today, func(m directoryfile.ManagedDwelling) error {
		i.report.Read++
		values, err := i.values(m)
		if err == nil {
			_, err = stream.ExecContext(ctx, values...)
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, stream.Close())
	}
	if err := endCopy(ctx, stream); err != nil {
		return nil, err
	}
	i.report.Rejects, i.report.RejectCount = parsed.Rejects, parsed.RejectCount
	if !parsed.Complete {
		return nil, errRejected
	}
	return columns, nil
}

// look finds the lines that cannot be written.
func (i *managedImport) look(ctx context.Context) error {
	rows, err := i.tx.QueryContext(ctx, namedStatement(managedStatements, "find what is wrong"),
		pq.Array(i.landlords), domain.MaxVacancies, directoryfile.MaxRejects)
	if err != nil {
		return fmt.Errorf("find what is wrong: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := 0
	for rows.Next() {
		var w wrongLine
		if err := rows.Scan(&w.line, &w.dwelling, &w.let, &w.first, &w.what, &found); err != nil {
			return err
		}
		if len(i.report.Rejects) < directoryfile.MaxRejects {
			i.report.Rejects = append(i.report.Rejects, w.reject())
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if i.report.RejectCount += found; i.report.RejectCount > 0 {
		return errRejected
	}
	return nil
}

// write brings what is known to what the file says, and notes what changed.
func (i *managedImport) write(ctx context.Context, columns directoryfile.ManagedColumns) error {
	state := namedStatement(managedStatements, "state of dwellings")
	has, by := pq.Array([]string(columns)), nullable(i.by)
	remember := func(table string) error {
		_, err := i.tx.ExecContext(ctx, "CREATE TEMPORARY TABLE "+table+" ON COMMIT DROP AS "+state)
		return err
	}
	if err := remember("stage_before"); err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		args []any
	}{
		{"write managed dwellings", []any{has, string(domain.ManagedDwellingPrefix), pq.Array(columns.Criteria()), i.at, by}},
		{"move vacancies", []any{has, i.at, by}},
		{"begin vacancies", []any{i.begun, i.at, by}},
		{"close vacancies", []any{i.at, by}},
	} {
		if err := i.exec(ctx, step.name, step.args...); err != nil {
			return err
		}
	}
	if err := remember("stage_after"); err != nil {
		return err
	}
	changed, err := affected(i.tx.ExecContext(ctx, namedStatement(managedStatements, "note changes"), i.changes, i.at, by))
	if err != nil {
		return fmt.Errorf("note changes: %w", err)
	}
	i.report.Changed = changed
	return i.exec(ctx, "analyse")
}
