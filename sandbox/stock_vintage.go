package sandbox

import (
	"math"

	"github.com/guichet-logement/guichet/stockfile"
)

// change is what tells a building of one vintage from the other.
type change int

const (
	unchanged change = iota
	delivered
	left
	energyChanged
	surfaceChanged
	renovated
)

// setChanges chooses the buildings that differ between the vintages: about one in
// a hundred.
func setChanges(stock []building) {
	candidates := 0
	for i := range stock {
		b := &stock[i]
		if b.change != unchanged || b.kind == houses || b.kind == students || b.size < 6 {
			continue
		}
		candidates++
		switch {
		case candidates%100 == 60 && b.builtIn < 1985:
			b.change = renovated
		case candidates%100 == 20:
			b.change = energyChanged
		case candidates%100 == 40:
			b.change = surfaceChanged
		default:
			continue
		}
		if b.changed = b.singular(); b.changed < 0 {
			b.change = unchanged
		}
	}
}

// in tells whether the building is in that vintage.
func (b *building) in(vintage int) bool {
	switch b.change {
	case delivered:
		return vintage == lastVintage
	case left:
		return vintage == previousVintage
	default:
		return true
	}
}

// singular returns a dwelling that has no equal in the building and an energy class
// that could be worse, or -1.
func (b *building) singular() int {
	type attributes struct {
		floor, rooms int
		surface      float64
		financing    string
	}
	count := map[attributes]int{}
	of := func(d stockfile.Dwelling) attributes {
		return attributes{d.Floor.Number, d.Rooms, d.Surface, d.Financing}
	}
	all := b.dwellings(lastVintage, nil)
	for _, d := range all {
		count[of(d)]++
	}
	for i, d := range all {
		if count[of(d)] == 1 && d.EnergyClass != "" && d.EnergyClass < "G" {
			return i
		}
	}
	return -1
}

// apply makes the differences between the vintages.
func (b *building) apply(vintage int, lines []stockfile.Dwelling) {
	if b.change == renovated {
		for i := range lines {
			lines[i].EnergyClass = "B"
		}
	}
	if vintage == lastVintage {
		return
	}
	switch b.change {
	case energyChanged:
		lines[b.changed].EnergyClass = stockfile.EnergyClass(rune(lines[b.changed].EnergyClass[0]) + 1)
	case surfaceChanged:
		remeasure(&lines[b.changed])
	case renovated:
		for i := range lines {
			lines[i].EnergyClass = "E"
			if i%2 == 0 {
				remeasure(&lines[i])
			}
		}
	default:
	}
}

// remeasure gives a surface that no dwelling has otherwise: theirs are whole or
// half square metres.
func remeasure(d *stockfile.Dwelling) { d.Surface = math.Round(d.Surface*10-3) / 10 }
