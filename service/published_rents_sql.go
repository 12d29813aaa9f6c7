package service

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/manageddwelling"
)

// statedRents are those of the dwellings in force that have a landlord, each with no more of
// its dwelling than a cell needs.
func statedRents(ctx context.Context, tx *ent.Tx) (stated []domain.StatedRent, err error) {
	err = tx.ManagedDwelling.Query().Where(
		manageddwelling.RentGT(0),
		manageddwelling.HasDwellingWith(dwelling.LastVintageIDIsNil(), dwelling.LandlordIDNotNil(), dwelling.TypologyNEQ(domain.UnknownTypology)),
	).Modify(func(s *sql.Selector) {
		d := sql.Table(dwelling.Table)
		s.Join(d).On(s.C(manageddwelling.FieldDwellingID), d.C(dwelling.FieldID))
		s.Select(
			sql.As(d.C(dwelling.FieldInseeCode), "commune"), sql.As(d.C(dwelling.FieldTypology), "typology"),
			sql.As(d.C(dwelling.FieldLandlordID), "landlord"), sql.As(s.C(manageddwelling.FieldRent), "rent"),
		)
	}).Scan(ctx, &stated)
	if err != nil {
		return nil, fmt.Errorf("stated rents: %w", err)
	}
	return stated, nil
}
