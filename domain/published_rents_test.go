package domain_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

var (
	rentRule = domain.RentRule{Threshold: 11, Landlords: 3, Share: 85, Months: 12, Base: 1000}
	rented   = domain.NewDate(2026, 10, 1)
)

// rents are so many dwellings of a landlord in one cell, each a euro dearer than the last.
func rents(landlord string, n, from int) (stated []domain.StatedRent) {
	for i := range n {
		stated = append(stated, domain.StatedRent{Commune: "38185", Typology: domain.T3, Landlord: domain.ID(landlord), Rent: *money(from + i)})
	}
	return stated
}

// TestRentsThatAreNotPublished: of too few dwellings, of too few landlords, and of one that
// is all but alone; bounds of which too few are beyond.
func TestRentsThatAreNotPublished(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stated []domain.StatedRent
		want   string
	}{
		"nothing":                        {nil, ""},
		"ten dwellings":                  {slices.Concat(rents("a", 4, 400), rents("b", 3, 400), rents("c", 3, 400)), ""},
		"two landlords":                  {slices.Concat(rents("a", 40, 400), rents("b", 40, 400)), ""},
		"a landlord that is all but all": {slices.Concat(rents("a", 86, 400), rents("b", 7, 400), rents("c", 7, 400)), ""},
		"eleven":                         {slices.Concat(rents("a", 4, 401), rents("b", 4, 405), rents("c", 3, 409)), "410"},
		"as much as one may have":        {slices.Concat(rents("a", 85, 400), rents("b", 8, 400), rents("c", 7, 400)), "430"},
		"one landlord's are the lowest":  {slices.Concat(rents("a", 30, 300), rents("b", 30, 500), rents("c", 30, 501), rents("d", 30, 502)), "510"},
		"many of all":                    {slices.Concat(rents("a", 100, 400), rents("b", 100, 400), rents("c", 100, 400)), "450 420 480"},
	} {
		got := ""
		for _, p := range rentRule.Publish(c.stated, nil, rented) {
			got += fmt.Sprint(p.Median / 100)
			if p.Low != nil {
				got += fmt.Sprint(" ", *p.Low/100, " ", *p.High/100)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestRentsStandForAYear: whatever is stated meanwhile, even nothing.
func TestRentsStandForAYear(t *testing.T) {
	t.Parallel()
	first := rentRule.Publish(slices.Concat(rents("a", 40, 400), rents("b", 40, 400), rents("c", 40, 400)), nil, rented)
	dearer := slices.Concat(rents("a", 40, 600), rents("b", 40, 600), rents("c", 40, 600))
	dearer = append(dearer, domain.StatedRent{Commune: "38185", Typology: domain.T1, Landlord: "a", Rent: 1})
	if len(first) != 1 || first[0].Since != rented {
		t.Fatalf("%+v", first)
	}
	last := first
	for n := 1; n < 12; n++ {
		for _, stated := range [][]domain.StatedRent{dearer, nil} {
			if next := rentRule.Publish(stated, last, rented.AddMonths(n)); !reflect.DeepEqual(next, first) {
				t.Fatalf("after %d months: %+v", n, next)
			}
		}
		last = rentRule.Publish(dearer, last, rented.AddMonths(n))
	}
	year := rented.AddMonths(12)
	if next := rentRule.Publish(dearer, last, year); len(next) != 1 || next[0].Median != *money(620) || next[0].Since != year {
		t.Errorf("after a year: %+v", next)
	}
	if next := rentRule.Publish(nil, last, year); len(next) != 0 {
		t.Errorf("of nothing, after a year: %+v", next)
	}
}

// stock states rents in a few cells of all sizes, of a few landlords.
func statedStock(r *rand.Rand) (stated []domain.StatedRent) {
	for commune := range 1 + r.IntN(4) {
		for _, typology := range []domain.Typology{domain.T1, domain.T3, domain.T6Plus} {
			landlords, level := 1+r.IntN(6), 20_000+r.IntN(60_000)
			for range r.IntN(1 << r.IntN(9)) {
				stated = append(stated, domain.StatedRent{
					Commune: domain.InseeCode(fmt.Sprintf("3800%d", commune)), Typology: typology,
					Landlord: domain.ID(fmt.Sprint("org_", skewed(r, landlords))), Rent: domain.Money(level + r.IntN(1+r.IntN(30_000))),
				})
			}
		}
	}
	return stated
}

// byCell are the rents of each cell.
func byCell(stated []domain.StatedRent) map[string][]domain.StatedRent {
	cells := map[string][]domain.StatedRent{}
	for _, s := range stated {
		key := string(s.Commune) + string(s.Typology)
		cells[key] = append(cells[key], s)
	}
	return cells
}

// may counts by hand whether a figure may be of these dwellings.
func may(stated []domain.StatedRent) bool {
	of := map[domain.ID]int{}
	for _, s := range stated {
		of[s.Landlord]++
	}
	if len(stated) < 11 || len(of) < 3 {
		return false
	}
	return float64(slices.Max(slices.Collect(maps.Values(of)))) <= 0.85*float64(len(stated))
}

// TestPublishedRentsTellOfNoFew: every figure is of dwellings and landlords enough, as near to
// the truth as its rounding, and so are those beyond its bounds; a figure is of its own cell
// alone, so that what is not published is in nothing: whatever becomes of it, not a byte of
// what is published changes.
func TestPublishedRentsTellOfNoFew(t *testing.T) {
	t.Parallel()
	r := random(t)
	shown, bounded, hidden := 0, 0, 0
	for range *publications {
		stated := statedStock(r)
		published, cells := rentRule.Publish(slices.Clone(stated), nil, rented), byCell(stated)
		told := map[string]bool{}
		for _, p := range published {
			key := string(p.Commune) + string(p.Typology)
			if told[key] {
				t.Fatalf("%s is told twice", key)
			}
			told[key] = true
			checkRent(t, p, cells[key])
			shown++
			if p.Low != nil {
				bounded++
			}
		}
		var others []domain.StatedRent
		for key, of := range cells {
			if told[key] != may(of) {
				t.Fatalf("%s: published %t, of %d dwellings", key, told[key], len(of))
			}
			if told[key] {
				others = append(others, of...)
				continue
			}
			hidden++
			for _, s := range of[:r.IntN(len(of))] { // fewer, and other rents
				s.Rent = domain.Money(1 + r.IntN(1_000_000))
				others = append(others, s)
			}
		}
		r.Shuffle(len(others), func(i, j int) { others[i], others[j] = others[j], others[i] })
		kept := rentRule.Publish(others, nil, rented)
		kept = slices.DeleteFunc(kept, func(p *domain.PublishedRent) bool { return !told[string(p.Commune)+string(p.Typology)] })
		if !reflect.DeepEqual(kept, published) {
			t.Fatalf("what is hidden is in %+v, without it %+v", published, kept)
		}
	}
	if shown < 100 || bounded < 100 || hidden < 100 {
		t.Errorf("%d shown, %d with bounds, %d hidden: too few to tell", shown, bounded, hidden)
	}
}

// checkRent holds a figure against the dwellings that it is of.
func checkRent(t *testing.T, p *domain.PublishedRent, of []domain.StatedRent) {
	t.Helper()
	near := func(figure domain.Money, rent domain.Money) bool {
		return figure%1000 == 0 && figure-rent <= 500 && rent-figure < 500
	}
	var all []domain.Money
	for _, s := range of {
		all = append(all, s.Rent)
	}
	slices.Sort(all)
	fifth := (len(all) + 4) / 5
	low, high := all[fifth-1], all[len(all)-fifth]
	if !near(p.Median, all[(len(all)-1)/2]) || (p.Low == nil) != (p.High == nil) {
		t.Fatalf("%+v of %v", p, all)
	}
	var below, above []domain.StatedRent
	for _, s := range of {
		if s.Rent <= low {
			below = append(below, s)
		}
		if s.Rent >= high {
			above = append(above, s)
		}
	}
	if told := p.Low != nil; told != (may(below) && may(above)) || told && (!near(*p.Low, low) || !near(*p.High, high)) {
		t.Fatalf("%+v: bounds of %d below and %d above, of %v", p, len(below), len(above), all)
	}
}
