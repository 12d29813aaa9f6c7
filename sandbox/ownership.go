package sandbox

import (
	"fmt"
	"slices"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// Ownerships returns whose the Métropole's buildings are in a vintage: nine in ten belong whole
// to one of the sandbox's landlords, some to two of them by floors or by halves, and
// one in twenty to nobody that is known, as do those that have no address.
func Ownerships(vintage int) ([]directoryfile.Ownership, error) {
	if !slices.Contains(StockVintages(), vintage) {
		return nil, fmt.Errorf("list the sandbox's owners: there is no vintage %d, only %v", vintage, StockVintages())
	}
	stock, err := planStock()
	if err != nil {
		return nil, err
	}
	var sirens []domain.Siren // a number is made by trial: once for each landlord, not for each building
	for n := range landlords {
		sirens = append(sirens, landlordSiren(n))
	}
	var all []directoryfile.Ownership
	for i := range stock {
		b := &stock[i]
		address := b.address.String()
		if !b.in(vintage) || address == "" {
			continue
		}
		first := directoryfile.Ownership{
			Commune: b.commune.InseeCode, Address: address,
			Source: "Inventaire fictif du bac à sable", Date: domain.NewDate(vintage, 1, 1),
		}
		second := first
		d := newDice("owner of " + string(first.Commune) + " " + address)
		owner, other := b.owners(&d)
		first.Siren, second.Siren = sirens[owner], sirens[other]
		switch d.weighted(90, 5, 3, 2) {
		case 1:
			continue
		case 2:
			floors := b.floors()
			if len(floors) > 1 {
				half := d.between(1, len(floors)-1)
				first.Floors, second.Floors = floors[:half], floors[half:]
				all = append(all, first, second)
				continue
			}
		case 3:
			if b.size > 1 {
				first.Share, second.Share = 50, 50
				all = append(all, first, second)
				continue
			}
		}
		all = append(all, first)
	}
	return all, nil
}

// owners throws a landlord and another one. Streets are built by one landlord as a
// rule, and a landlord is at home in some communes: the first four in all, the
// others the more in a commune the larger it is.
func (b *building) owners(d *dice) (owner, other int) {
	var present, weights []int
	for n := range landlords {
		local := newDice(landlords[n] + string(b.commune.InseeCode))
		switch size := b.commune.Population; {
		case n < 4:
			weights = append(weights, 32-6*n)
		case size > 20_000 && local.chance(85), size > 5000 && local.chance(45), local.chance(12):
			weights = append(weights, 7)
		default:
			continue
		}
		present = append(present, n)
	}
	street := newDice(fmt.Sprintf("owner of street %s %d", b.commune.InseeCode, b.street))
	at := street.weighted(weights...)
	if d.chance(10) {
		at = d.weighted(weights...)
	}
	return present[at], present[(at+1+d.below(len(present)-1))%len(present)]
}

// floors lists those on which the building has dwellings; none for a house.
func (b *building) floors() []int {
	var floors []int
	for _, d := range b.dwellings(lastVintage, nil) {
		if d.Floor.Known && !slices.Contains(floors, d.Floor.Number) {
			floors = append(floors, d.Floor.Number)
		}
	}
	return floors
}
