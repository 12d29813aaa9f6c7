package policy

import (
	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/ent/vacancy"
)

// reservedByName keeps the dwellings on which one of the organisations has a right by name
// today. A dwelling that went to another landlord since is reserved no more.
func reservedByName(organisations []domain.ID, today domain.Date) predicate.Dwelling {
	return func(s *sql.Selector) {
		right, named := sql.Table(reservationright.Table), sql.Table(reservationright.DwellingsTable)
		s.Where(sql.Exists(rightsHeld(s, right, organisations, today, domain.ReservedStock).
			Join(named).On(named.C(reservationright.DwellingsPrimaryKey[0]), right.C(reservationright.FieldID)).
			Where(sql.And(
				sql.ColumnsEQ(named.C(reservationright.DwellingsPrimaryKey[1]), s.C(dwelling.FieldID)),
				sql.ColumnsEQ(right.C(reservationright.FieldLandlordID), s.C(dwelling.FieldLandlordID)),
			))))
	}
}

// offeredTo keeps the vacancies that are offered to one of the organisations under a right of
// today.
func offeredTo(organisations []domain.ID, today domain.Date) predicate.Vacancy {
	return func(s *sql.Selector) {
		right, of := sql.Table(reservationright.Table), sql.Table(dwelling.Table).As("offered")
		s.Where(sql.Exists(rightsHeld(s, right, organisations, today, domain.ReservedFlow, domain.ReservedStock).
			Join(of).On(of.C(dwelling.FieldLandlordID), right.C(reservationright.FieldLandlordID)).
			Where(sql.And(
				sql.ColumnsEQ(right.C(reservationright.FieldID), s.C(vacancy.FieldRightID)),
				sql.ColumnsEQ(of.C(dwelling.FieldID), s.C(vacancy.FieldDwellingID)),
			))))
	}
}

// rightsHeld selects the rights of the organisations that both parties confirmed and that
// hold today.
func rightsHeld(
	s *sql.Selector, right *sql.SelectTable, organisations []domain.ID, today domain.Date, modes ...domain.ReservationMode,
) *sql.Selector {
	holders, words := make([]any, len(organisations)), make([]any, len(modes))
	for i, id := range organisations {
		holders[i] = id
	}
	for i, m := range modes {
		words[i] = string(m)
	}
	return sql.Dialect(s.Dialect()).Select(right.C(reservationright.FieldID)).From(right).Where(sql.And(
		sql.In(right.C(reservationright.FieldReservataireID), holders...),
		sql.In(right.C(reservationright.FieldMode), words...),
		sql.EQ(right.C(reservationright.FieldState), string(domain.ReservationConfirmed)),
		sql.LTE(right.C(reservationright.FieldValidFrom), today),
		sql.Or(sql.IsNull(right.C(reservationright.FieldValidUntil)), sql.GT(right.C(reservationright.FieldValidUntil), today)),
	))
}
