package service

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
)

// The statements of the import, by the name that stands before each of them.
//
//go:embed import_stock.sql
var stockStatements string

func stockStatement(name string) string { return namedStatement(stockStatements, name) }

var (
	prepareTables = stockStatement("prepare tables")
	findInForce   = stockStatement("find the vintage in force")
	announce      = stockStatement("announce the vintage")
	forgetRows    = stockStatement("forget the rows of other vintages")

	describeBuildings = stockStatement("describe buildings with an address")
	gatherPoints      = stockStatement("gather points without an address")
	gatherNeighbours  = stockStatement("gather neighbours")
	placePoints       = stockStatement("place points")
	describeKnown     = stockStatement("describe buildings that are known")
	describeNew       = stockStatement("describe buildings that are new")
	placedRows        = stockStatement("read what was placed")

	joinBuildings   = stockStatement("join buildings")
	changeBuildings = stockStatement("change buildings")
	addBuildings    = stockStatement("add buildings")
	countBuildings  = stockStatement("count buildings of the file")
	absentBuildings = stockStatement("mark absent buildings")
	numberDwellings = stockStatement("number dwellings")
	changeDwellings = stockStatement("change dwellings")
	addDwellings    = stockStatement("add dwellings")
	countDwellings  = stockStatement("count dwellings of the file")
	absentDwellings = stockStatement("mark absent dwellings")

	compareRows   = stockStatement("compare vintages")
	forgetChanges = stockStatement("forget changes")
	writeChanges  = stockStatement("write changes")
	countChanges  = stockStatement("count changes")

	withdrawDwellings  = stockStatement("withdraw dwellings")
	withdrawOwnerships = stockStatement("withdraw ownerships")
	withdrawBuildings  = stockStatement("withdraw buildings")

	refreshFacets = stockStatement("refresh facets")
	lowerVintage  = stockStatement("lower the vintage in force")
	finishVintage = stockStatement("finish the vintage")
	analyse       = stockStatement("analyse")
)

// vintageInForce is the current vintage before the import; its id is empty when
// there is none.
type vintageInForce struct {
	id, previous domain.ID
	statedOn     domain.Date
	dwellings    int
}

// prepare makes the tables of the import and announces the vintage.
func (i *stockImport) prepare(ctx context.Context) error {
	if err := i.exec(ctx, prepareTables); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	var previous sql.NullString
	f := &i.inForce
	err := i.tx.QueryRowContext(ctx, findInForce).Scan(&f.id, &previous, &f.statedOn, &f.dwellings)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("vintage in force: %w", err)
	}
	f.previous = domain.ID(previous.String)
	i.vintage, i.before = importedID(domain.StockVintagePrefix, i.StatedOn), f.id
	switch {
	case f.id == i.vintage:
		i.before = f.previous
	case i.StatedOn.Before(f.statedOn):
		return refuseStock("OLDER_VINTAGE",
			fmt.Sprintf("The vintage in force states the stock on %s: older files are not loaded after it.", f.statedOn),
			fmt.Sprintf("Le millésime en vigueur décrit le parc au %s : un fichier plus ancien n'est plus chargé.", f.statedOn))
	}
	if err := i.exec(ctx, announce, i.vintage, i.StatedOn, i.Source, i.Rows.Layout(), i.Territory, i.now); err != nil {
		return fmt.Errorf("announce vintage: %w", err)
	}
	return i.exec(ctx, forgetRows, i.before)
}

// writeBuildings brings the table of buildings to what the file says.
func (i *stockImport) writeBuildings(ctx context.Context) (err error) {
	if err := i.exec(ctx, joinBuildings, i.vintage); err != nil {
		return fmt.Errorf("join buildings: %w", err)
	}
	i.report.Buildings, i.report.AbsentBuildings, err = i.bring(ctx, changeBuildings, addBuildings, countBuildings, absentBuildings)
	if err != nil {
		return fmt.Errorf("write buildings: %w", err)
	}
	return nil
}

// own says whose the buildings are, before their dwellings are written.
func (i *stockImport) own(ctx context.Context) error {
	if len(i.Landlords) == 0 {
		return nil
	}
	i.landlords = &ownershipImport{tx: i.tx}
	if err := i.landlords.own(ctx, i.Landlords); err != nil {
		return fmt.Errorf("landlords: %w", err)
	}
	return nil
}

// writeDwellings brings the table of dwellings to what the file says, once each has its identifier.
func (i *stockImport) writeDwellings(ctx context.Context) error {
	err := i.exec(ctx, numberDwellings, i.vintage, domain.DerivedStem(domain.DwellingPrefix, directoryEpoch))
	if err != nil {
		return fmt.Errorf("number dwellings: %w", err)
	}
	i.report.Dwellings, i.report.AbsentDwellings, err = i.bring(ctx, changeDwellings, addDwellings, countDwellings, absentDwellings)
	if err != nil {
		return fmt.Errorf("write dwellings: %w", err)
	}
	return nil
}

// bring writes what is changed and what is new, marks the rest absent, and counts.
func (i *stockImport) bring(ctx context.Context, change, add, count, absent string) (t Tally, gone int, err error) {
	if t.Changed, err = i.affect(ctx, change); err != nil {
		return t, 0, err
	}
	if t.Added, err = i.affect(ctx, add, i.vintage); err != nil {
		return t, 0, err
	}
	var all int
	if err := i.tx.QueryRowContext(ctx, count).Scan(&all); err != nil {
		return t, 0, err
	}
	t.Unchanged = all - t.Added - t.Changed
	gone, err = i.affect(ctx, absent, nullable(i.before), i.vintage)
	return t, gone, err
}

// compare writes what changed since the vintage before, where it is not written
// yet.
func (i *stockImport) compare(ctx context.Context) error {
	if i.before != "" {
		stem := domain.DerivedStem(domain.StockChangePrefix, i.StatedOn.At(0))
		if err := i.exec(ctx, compareRows, i.vintage, i.before, stem); err != nil {
			return fmt.Errorf("compare vintages: %w", err)
		}
	}
	for _, statement := range []string{forgetChanges, writeChanges} {
		if err := i.exec(ctx, statement, i.vintage); err != nil {
			return fmt.Errorf("write changes: %w", err)
		}
	}
	if i.before == "" {
		return nil
	}
	rows, err := i.tx.QueryContext(ctx, countChanges)
	if err != nil {
		return fmt.Errorf("count changes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	c := new(domain.StockComparison)
	tallies := map[domain.StockChangeKind]*domain.StockTally{
		domain.DwellingsAdded: &c.Added, domain.DwellingsRemoved: &c.Removed,
		domain.DwellingChanged: &c.Changed, domain.AmbiguousChange: &c.Ambiguous,
	}
	for rows.Next() {
		var kind domain.StockChangeKind
		var t domain.StockTally
		if err := rows.Scan(&kind, &t.Buildings, &t.Before, &t.After); err != nil {
			return fmt.Errorf("count changes: %w", err)
		}
		*tallies[kind] = t
	}
	i.report.Comparison = c
	return rows.Err()
}

// withdraw deletes what only the edition had that this one replaces, and what
// landlords.csv said of it: no vintage that stands tells of it, so that it is not
// absent from one either.
func (i *stockImport) withdraw(ctx context.Context) (err error) {
	if i.inForce.id != i.vintage {
		return nil
	}
	var dwellings, buildings int
	if dwellings, err = i.affect(ctx, withdrawDwellings, i.vintage); err == nil {
		err = i.exec(ctx, withdrawOwnerships, i.vintage)
	}
	if err == nil {
		buildings, err = i.affect(ctx, withdrawBuildings, i.vintage)
	}
	i.report.AbsentDwellings += dwellings
	i.report.AbsentBuildings += buildings
	if err != nil {
		return fmt.Errorf("withdraw what the replaced edition alone had: %w", err)
	}
	return nil
}

// finish brings what maps count by to the dwellings, and puts the vintage in force.
func (i *stockImport) finish(ctx context.Context) error {
	if i.landlords != nil {
		// Of their buildings the file may not have every dwelling.
		if err := i.landlords.tell(ctx); err != nil {
			return fmt.Errorf("landlords: %w", err)
		}
		i.report.Landlords = i.landlords.report
	}
	if err := i.exec(ctx, refreshFacets); err != nil {
		return fmt.Errorf("refresh facets: %w", err)
	}
	if err := i.exec(ctx, lowerVintage, i.vintage); err != nil {
		return fmt.Errorf("lower the vintage in force: %w", err)
	}
	comparison, err := json.Marshal(i.report.Comparison)
	if err != nil {
		return err
	}
	sum, err := i.SHA256()
	if err != nil {
		return fmt.Errorf("sum up the file: %w", err)
	}
	if err := i.exec(ctx, finishVintage, i.vintage, nullable(i.before), sum, i.report.Read, i.report.Rejected, string(comparison),
		i.Source, i.Rows.Layout(), i.Territory, i.now); err != nil {
		return fmt.Errorf("finish vintage: %w", err)
	}
	return i.exec(ctx, analyse)
}
