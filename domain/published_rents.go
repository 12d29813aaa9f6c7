package domain

import (
	"cmp"
	"slices"
)

// RentRule is how the rents that landlords state become figures for anyone (loyers publiés).
//
// # What is published
//
// For a typology in a commune, the median rent without charges of the dwellings of which the
// landlord states one, and the bounds between which three in five of them are; rounded to the
// nearest multiple of Base. Nothing is counted, and nothing is added up over communes or
// typologies.
//
// A cell is published that has Threshold dwellings or more, of Landlords or more, none of
// whom has more than Share in a hundred of them: that is the rule of statistics of
// enterprises, since a rent is of a landlord and not of who lives there. The bounds are
// published where those who are not above the lower one, and those who are not below the
// upper one, would each be such a cell by themselves: a fifth of a small cell is two flats,
// or one landlord.
//
// # Against whom
//
// Someone who knows this rule, all the rents of one landlord and all that was ever published.
//
//   - Cells share no dwelling and no total is told, so a figure is of its own cell alone: no
//     arithmetic leads from those that are published to one that is not.
//   - A figure v says that a rent is from v - Base/2 to v + Base/2, and not which dwelling's.
//     No count tells how many were stated, so neither can one take away one's own.
//   - What is published of a cell stands for Months, whatever is stated meanwhile, even where
//     the cell would be published no more. Within a year the rents of all dwellings may be
//     revised (CCH L353-9-3, each 1 January) and many are let anew: two figures that follow
//     each other never differ by one dwelling, one day or one landlord alone. Who changes its
//     own rents to find where those of others are gets one rounded answer a year, and leaves
//     its history.
type RentRule struct {
	Threshold, Landlords, Share, Months int
	Base                                Money
}

// StatedRent is the rent of a dwelling, as its landlord states it.
type StatedRent struct {
	Commune  InseeCode
	Typology Typology
	Landlord ID
	Rent     Money
}

// PublishedRent is what anyone may read of the rents of a typology in a commune.
type PublishedRent struct {
	Commune  InseeCode `json:"commune"`
	Typology Typology  `json:"typology"`
	Median   Money     `json:"median"`
	// Low and High are nil where they would tell of too few.
	Low  *Money `json:"low,omitempty"`
	High *Money `json:"high,omitempty"`
	// Since is the first day of the month for which it was computed.
	Since Date `json:"since"`
}

// rentCell is of what there is one figure.
type rentCell struct {
	commune  InseeCode
	typology Typology
}

func (r PublishedRent) cell() rentCell { return rentCell{r.Commune, r.Typology} }

// Publish makes figures of what is stated, for the month that begins that day; before are
// those of the last publication. They come by commune, then in the order of typologies.
func (r RentRule) Publish(stated []StatedRent, before []*PublishedRent, month Date) []*PublishedRent {
	published, standing := []*PublishedRent{}, map[rentCell]bool{}
	for _, p := range before {
		if month.Before(p.Since.AddMonths(r.Months)) {
			published, standing[p.cell()] = append(published, p), true
		}
	}
	cells := map[rentCell][]StatedRent{}
	for _, s := range stated {
		if cell := (rentCell{s.Commune, s.Typology}); !standing[cell] {
			cells[cell] = append(cells[cell], s)
		}
	}
	for cell, rents := range cells {
		if r.tells(rents) {
			published = append(published, r.figure(cell, rents, month))
		}
	}
	typologies := Typology("").Values()
	slices.SortFunc(published, func(a, b *PublishedRent) int {
		return cmp.Or(cmp.Compare(a.Commune, b.Commune),
			cmp.Compare(slices.Index(typologies, string(a.Typology)), slices.Index(typologies, string(b.Typology))))
	})
	return published
}

// tells says whether a figure may be of these: of enough dwellings, and of no few landlords.
func (r RentRule) tells(rents []StatedRent) bool {
	of, most := map[ID]int{}, 0
	for _, s := range rents {
		of[s.Landlord]++
		most = max(most, of[s.Landlord])
	}
	return len(rents) >= r.Threshold && len(of) >= r.Landlords && 100*most <= r.Share*len(rents)
}

// figure is that of a cell, whose rents it sorts.
func (r RentRule) figure(cell rentCell, rents []StatedRent, month Date) *PublishedRent {
	slices.SortFunc(rents, func(a, b StatedRent) int { return cmp.Compare(a.Rent, b.Rent) })
	fifth := (len(rents) + 4) / 5
	low, high := rents[fifth-1].Rent, rents[len(rents)-fifth].Rent
	p := &PublishedRent{Commune: cell.commune, Typology: cell.typology, Median: r.round(rents[(len(rents)-1)/2].Rent), Since: month}
	above := func(than Money) int { // where those begin who are above it
		n, _ := slices.BinarySearchFunc(rents, than, func(s StatedRent, than Money) int {
			return cmp.Or(cmp.Compare(s.Rent, than), -1)
		})
		return n
	}
	if r.tells(rents[:above(low)]) && r.tells(rents[above(high-1):]) {
		low, high = r.round(low), r.round(high)
		p.Low, p.High = &low, &high
	}
	return p
}

// round is to the nearest multiple, up from the middle.
func (r RentRule) round(rent Money) Money { return (rent + r.Base/2) / r.Base * r.Base }
