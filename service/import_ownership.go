package service

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// OwnershipReport counts what an import of landlords did.
type OwnershipReport struct {
	Ownerships Tally
	// Dwellings counts those whose landlord is another one now.
	Dwellings int
	// Rejects are the lines that name no building of the stock, and were left out:
	// two lists of addresses never agree whole.
	Rejects []directoryfile.Reject
}

// ImportOwnerships writes whose buildings are, in one transaction. What the file
// says of a building replaces what was said of it before; other buildings keep
// theirs. Loading the same file again changes nothing.
func ImportOwnerships(ctx context.Context, db *sql.DB, ownerships []directoryfile.Ownership) (OwnershipReport, error) {
	ctx = policy.ImportStock(ctx)
	i := &ownershipImport{}
	err := inImport(ctx, db, func(tx *sql.Tx) error {
		i.tx = tx
		return i.run(ctx, ownerships)
	})
	if err != nil {
		return OwnershipReport{}, fmt.Errorf("import ownerships: %w", err)
	}
	return i.report, nil
}

// ownershipImport is one import under way.
type ownershipImport struct {
	tx     *sql.Tx
	report OwnershipReport
}

// ownershipRow is a line of the file in the words of the database.
type ownershipRow struct {
	directoryfile.Ownership
	building, landlord domain.ID
}

func (r ownershipRow) values() ([]any, error) {
	var floors *string
	if len(r.Floors) > 0 {
		text, err := json.Marshal(r.Floors)
		if err != nil {
			return nil, err
		}
		floors = new(string)
		*floors = string(text)
	}
	return []any{
		int64(r.Line), string(importedID(domain.OwnershipPrefix, r.building, r.landlord)), string(r.building), string(r.Commune), r.Building == "",
		string(r.landlord), optional(int64(r.Share)), floors, r.Source, r.Date,
	}, nil
}

// buildingOfOwnership is the building that a line names.
func buildingOfOwnership(o directoryfile.Ownership) domain.ID {
	if o.Building != "" {
		return o.Building
	}
	return BuildingID(o.Commune, domain.NormaliseAddress(o.Address))
}

func notInStock(o directoryfile.Ownership) directoryfile.Reject {
	r := directoryfile.Reject{
		Line: o.Line, Column: 0, ColumnName: "address", Code: directoryfile.UnknownCode, Value: o.Address, Message: domain.Text{
			EN: "The stock has no building at this address: the line is left out.",
			FR: "Le parc n'a pas d'immeuble à cette adresse : la ligne est laissée de côté.",
		},
	}
	if o.Building != "" {
		r.ColumnName, r.Value = "building", string(o.Building)
		r.Message = domain.Text{
			EN: "The stock has no such building in that commune: the line is left out.",
			FR: "Le parc n'a pas cet immeuble dans cette commune : la ligne est laissée de côté.",
		}
	}
	return r
}

func namedTwice(line int) error {
	return refuseStock("BUILDING_NAMED_TWICE",
		fmt.Sprintf("Line %d names a building that another line names in another way: use its address on both, or its identifier. Nothing was imported.", line),
		fmt.Sprintf("La ligne %d nomme un immeuble qu'une autre ligne nomme autrement : utiliser son adresse sur les deux, ou son identifiant. Rien n'a été importé.", line))
}
