package service

import (
	"context"
	_ "embed"
	"errors"
	"fmt"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

//go:embed import_ownership.sql
var ownershipStatements string

func ownershipStatement(name string) string { return namedStatement(ownershipStatements, name) }

func (i *ownershipImport) run(ctx context.Context, ownerships []directoryfile.Ownership) error {
	if err := i.own(ctx, ownerships); err != nil {
		return err
	}
	if err := i.tell(ctx); err != nil {
		return err
	}
	if _, err := i.tx.ExecContext(ctx, refreshFacets); err != nil {
		return fmt.Errorf("refresh facets: %w", err)
	}
	return nil
}

// own writes whose the buildings are, whatever their dwellings say.
func (i *ownershipImport) own(ctx context.Context, ownerships []directoryfile.Ownership) error {
	if _, err := i.tx.ExecContext(ctx, ownershipStatement("prepare tables")); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	byLine, err := i.stage(ctx, ownerships)
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	missing, err := i.lines(ctx, ownershipStatement("drop what names no building"))
	if err != nil {
		return fmt.Errorf("look for buildings: %w", err)
	}
	for _, line := range missing {
		i.report.Rejects = append(i.report.Rejects, notInStock(byLine[line]))
	}
	twice, err := i.lines(ctx, ownershipStatement("find buildings named in two ways"))
	if err != nil {
		return fmt.Errorf("look for buildings: %w", err)
	}
	if len(twice) > 0 {
		return namedTwice(twice[0])
	}
	if _, err := i.tx.ExecContext(ctx, ownershipStatement("forget what the file replaces")); err != nil {
		return fmt.Errorf("replace: %w", err)
	}
	var staged int
	t := &i.report.Ownerships
	if err := i.tx.QueryRowContext(ctx, ownershipStatement("write ownerships")).Scan(&t.Added, &t.Changed, &staged); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	t.Unchanged = staged - t.Added - t.Changed
	return nil
}

// tell brings dwellings, and where landlords have some, to whose the buildings are.
func (i *ownershipImport) tell(ctx context.Context) (err error) {
	i.report.Dwellings, err = affected(i.tx.ExecContext(ctx, ownershipStatement("tell dwellings their landlords")))
	if err != nil {
		return fmt.Errorf("tell dwellings their landlords: %w", err)
	}
	if _, err := i.tx.ExecContext(ctx, ownershipStatement("confirm territories")); err != nil {
		return fmt.Errorf("confirm territories: %w", err)
	}
	_, err = i.tx.ExecContext(ctx, ownershipStatement("analyse"))
	return err
}

// stage sends the lines to the database, with the identifiers of what they name.
func (i *ownershipImport) stage(ctx context.Context, ownerships []directoryfile.Ownership) (map[int]directoryfile.Ownership, error) {
	landlords, err := i.landlords(ctx)
	if err != nil {
		return nil, err
	}
	stream, err := i.tx.PrepareContext(ctx, copyStatement("stage_ownership",
		"line", "id", "building_id", "insee_code", "by_address", "landlord_id", "share", "floors", "source", "stated_on"))
	if err != nil {
		return nil, err
	}
	byLine := make(map[int]directoryfile.Ownership, len(ownerships))
	for _, o := range ownerships {
		byLine[o.Line] = o
		values, err := ownershipRow{o, buildingOfOwnership(o), landlords[o.Siren]}.values()
		if err == nil {
			_, err = stream.ExecContext(ctx, values...)
		}
		if err != nil {
			return nil, errors.Join(err, stream.Close()) //nolint:sqlclosecheck // its error tells why the server ended the stream
		}
	}
	return byLine, endCopy(ctx, stream)
}

func (i *ownershipImport) landlords(ctx context.Context) (map[domain.Siren]domain.ID, error) {
	rows, err := i.tx.QueryContext(ctx, "SELECT siren, id FROM organisation WHERE kind = $1 AND siren IS NOT NULL", domain.Landlord)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	landlords := map[domain.Siren]domain.ID{}
	for rows.Next() {
		var siren domain.Siren
		var id domain.ID
		if err := rows.Scan(&siren, &id); err != nil {
			return nil, err
		}
		landlords[siren] = id
	}
	return landlords, rows.Err()
}

func (i *ownershipImport) lines(ctx context.Context, statement string) (lines []int, err error) {
	rows, err := i.tx.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line int
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, rows.Err()
}
