package service

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/ent/vacancy"
	"github.com/guichet-logement/guichet/policy"
)

// ReservationBalance is what a landlord offered and let in a year under one right, or by
// itself where there is none.
type ReservationBalance struct {
	RightID       *domain.ID
	Reservataire  *ent.Organisation
	Mode          *domain.ReservationMode
	Share         *int
	SubContingent *domain.SubContingent
	Offered, Let  int
	// FlowShare is in thousandths; nil for who does not see the whole flow.
	FlowShare *int
	Cells     []*BalanceCell
}

// BalanceCell is a balance for one kind of dwelling.
type BalanceCell struct {
	Axis         domain.BalanceAxis
	Key          string
	Offered, Let int
}

const (
	// maxBalanced bounds the vacancies of a landlord in a year that are counted.
	maxBalanced = 100_000
	// maxBalances bounds the rows of a balance.
	maxBalances   = 400
	firstBalanced = 2000
)

// ReservationBalance tells what a landlord offered and let in a calendar year under each right
// that the viewer sees.
func (s *Service) ReservationBalance(ctx context.Context, landlord domain.ID, year int) ([]*ReservationBalance, error) {
	now, _, _ := auth.FromContext(ctx).Today().Civil()
	if year < firstBalanced || year > now {
		return nil, badSearch("YEAR", "year", domain.Text{EN: "Ask for a year from 2000 to this one.", FR: "Demander une année de 2000 à celle en cours."})
	}
	from, until := domain.NewDate(year, 1, 1), domain.NewDate(year+1, 1, 1)
	rights, err := s.ent.ReservationRight.Query().Where(
		reservationright.LandlordID(landlord), reservationright.StateEQ(domain.ReservationConfirmed), reservationright.ValidFromLT(until),
		reservationright.Or(reservationright.ValidUntilIsNil(), reservationright.ValidUntilGT(from)),
	).WithReservataire().Limit(maxBalances - 1).All(ctx)
	if err != nil {
		return nil, err
	}
	granted, whole := policy.ReadBalance(ctx, landlord)
	b := balance{from: from, until: until, rows: map[domain.ID]*ReservationBalance{}, cells: map[balanceKey]*BalanceCell{}}
	for _, r := range rights {
		b.rows[r.ID] = &ReservationBalance{
			RightID: &r.ID, Reservataire: r.Edges.Reservataire, Mode: &r.Mode, Share: r.Share, SubContingent: r.SubContingent,
		}
	}
	if whole {
		b.rows[""] = &ReservationBalance{}
	}
	counted, err := s.ent.Vacancy.Query().Where(b.ofYear(landlord, whole)).
		WithDwelling(func(q *ent.DwellingQuery) {
			q.Select(dwelling.FieldTypology, dwelling.FieldFinancing, dwelling.FieldPriorityDistrict, dwelling.FieldInseeCode, dwelling.FieldConstructionYear)
		}).Limit(maxBalanced).All(granted)
	if err != nil {
		return nil, err
	}
	for _, v := range counted {
		b.count(v)
	}
	return b.told(whole), nil
}

// balance is one that is being counted.
type balance struct {
	from, until domain.Date
	// rows are by right, that of the landlord itself by none.
	rows  map[domain.ID]*ReservationBalance
	cells map[balanceKey]*BalanceCell
}

type balanceKey struct {
	right domain.ID
	axis  domain.BalanceAxis
	key   string
}

// ofYear keeps the vacancies that were offered or let in the year under one of the rights, or
// under none where the whole is seen.
func (b *balance) ofYear(landlord domain.ID, whole bool) predicate.Vacancy {
	ids := []domain.ID{}
	for id := range b.rows {
		if id != "" {
			ids = append(ids, id)
		}
	}
	let := vacancy.And(vacancy.OutcomeEQ(domain.VacancyLet), vacancy.ClosedOnGTE(b.from), vacancy.ClosedOnLT(b.until))
	of := vacancy.And(vacancy.RightIDIn(ids...), vacancy.Or(let, vacancy.And(vacancy.DesignatedOnGTE(b.from), vacancy.DesignatedOnLT(b.until))))
	if !whole {
		return of
	}
	return vacancy.Or(of, vacancy.And(
		vacancy.RightIDIsNil(), vacancy.HasDwellingWith(dwelling.LandlordID(landlord)),
		vacancy.Or(let, vacancy.And(vacancy.VacantFromGTE(b.from), vacancy.VacantFromLT(b.until))),
	))
}

func (b *balance) within(d *domain.Date) bool {
	return d != nil && !d.Before(b.from) && d.Before(b.until)
}

func (b *balance) count(v *ent.Vacancy) {
	right := valueOf(v.RightID)
	row := b.rows[right]
	begun := v.DesignatedOn
	if right == "" {
		begun = &v.VacantFrom
	}
	offered, let := 0, 0
	if b.within(begun) {
		offered = 1
	}
	if v.Outcome != nil && *v.Outcome == domain.VacancyLet && b.within(v.ClosedOn) {
		let = 1
	}
	row.Offered += offered
	row.Let += let
	for axis, key := range balanceKeys(v.Edges.Dwelling) {
		at := balanceKey{right, axis, key}
		if b.cells[at] == nil {
			b.cells[at] = &BalanceCell{Axis: axis, Key: key}
			row.Cells = append(row.Cells, b.cells[at])
		}
		b.cells[at].Offered += offered
		b.cells[at].Let += let
	}
}

func balanceKeys(d *ent.Dwelling) map[domain.BalanceAxis]string {
	decade := ""
	if y := int(d.ConstructionYear); y > 0 {
		decade = strconv.Itoa(y / 10 * 10)
	}
	return map[domain.BalanceAxis]string{
		domain.BalanceByTypology: string(d.Typology), domain.BalanceByFinancing: string(d.Financing),
		domain.BalanceByDistrict: string(d.PriorityDistrict), domain.BalanceByCommune: string(d.InseeCode), domain.BalanceByConstruction: decade,
	}
}

// told has the rows in a fixed order, the landlord's own first.
func (b *balance) told(whole bool) []*ReservationBalance {
	flow := 0
	all := []*ReservationBalance{}
	for _, row := range b.rows {
		all = append(all, row)
		if valueOf(row.Mode) != domain.ReservedStock {
			flow += row.Offered
		}
		slices.SortFunc(row.Cells, func(a, b *BalanceCell) int { return cmp.Or(cmp.Compare(a.Axis, b.Axis), cmp.Compare(a.Key, b.Key)) })
	}
	slices.SortFunc(all, func(a, b *ReservationBalance) int { return cmp.Compare(valueOf(a.RightID), valueOf(b.RightID)) })
	for _, row := range all {
		if whole && flow > 0 && valueOf(row.Mode) == domain.ReservedFlow {
			share := row.Offered * domain.Whole / flow
			row.FlowShare = &share
		}
	}
	return all
}
