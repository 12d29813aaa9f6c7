package sandbox

import (
	"math"

	"github.com/guichet-logement/guichet/stockfile"
)

// dwellings appends the lines of the building in that vintage, but for where they
// are.
func (b *building) dwellings(vintage int, into []stockfile.Dwelling) []stockfile.Dwelling {
	d := b.throws
	first := len(into)
	funding := fundingOf(b, &d)
	energy := energyOf(b, &d)
	flats, ground := b.storey(&d)
	for i := range b.size {
		flat := flats[i%len(flats)]
		line := stockfile.Dwelling{
			Address: b.address, Rooms: flat.rooms, Surface: flat.surface,
			BuiltIn: b.builtIn, LetSince: b.letSince, Construction: "C",
			Financing: funding.of(&d), EnergyClass: energy.of(&d),
			PriorityDistrict: b.declared, DistrictCode: b.district, PositionQuality: b.quality,
		}
		if d.chance(25) {
			line.Surface += 0.5 * float64(d.between(1, 4))
		}
		floor := ground + i/len(flats)
		switch b.kind {
		case houses:
			line.Construction = "I"
		case students:
			line.Construction = "E"
			fallthrough
		default:
			line.Floor = stockfile.Floor{Number: floor, Known: true}
		}
		// What the file writes of accessibility is documented nowhere: this code and
		// this label are invented.
		if accessible := d.chance(15) || floor == 0; accessible && b.builtIn >= 2012 {
			line.AccessibilityCode, line.AccessibilityLabel = "1", "Accessible"
		}
		into = append(into, line)
	}
	b.apply(vintage, into[first:])
	return into
}

type flat struct {
	rooms   int
	surface float64
}

// storey throws the flats of a floor, which repeat on all floors, and where the
// lowest of them is. Some flats are each other's mirror image.
func (b *building) storey(d *dice) (flats []flat, ground int) {
	wide := 1
	switch {
	case b.kind == students:
		wide = d.between(10, 16)
	case b.size > 40:
		wide = d.between(4, 6)
	case b.size > 12:
		wide = d.between(3, 4)
	case b.size > 2:
		wide = 2
	}
	flats = make([]flat, wide)
	for i := range flats {
		if i > 0 && d.chance(35) {
			flats[i] = flats[i-1]
			continue
		}
		rooms := 1
		switch b.kind {
		case houses:
			rooms = 3 + d.weighted(22, 50, 24, 4)
		case students:
		default:
			rooms = 1 + d.weighted(8, 23, 39, 24, 5, 1)
		}
		usual := [...]float64{28, 46, 63, 77, 92, 108}[rooms-1]
		if b.kind == students {
			usual = 19
		}
		flats[i] = flat{rooms, math.Round(usual*(0.88+0.24*d.fraction())*2) / 2}
	}
	if b.kind != houses && d.chance(20) {
		ground = 1 // with shops below
	}
	return flats, ground
}

// funding is how the building was paid for; second, if any, is for some dwellings.
type funding struct {
	first, second string
	percent       float64
}

func (f funding) of(d *dice) string {
	if d.chance(f.percent) {
		return f.second
	}
	return f.first
}

// fundingOf follows from the age: the schemes of before 1977 are gone, those of
// today are mixed under one roof.
func fundingOf(b *building, d *dice) funding {
	pick := func(codes []string, weights ...int) funding { return funding{first: codes[d.weighted(weights...)]} }
	switch {
	case b.builtIn < 1950:
		return pick([]string{"50", "52", "99"}, 70, 22, 8)
	case b.builtIn < 1977:
		return pick([]string{"52", "51", "54", "53", "99"}, 76, 12, 6, 3, 3)
	case b.builtIn < 2000:
		return pick([]string{"12", "11", "49", "17"}, 86, 8, 4, 2)
	case b.kind == students:
		return funding{first: "14"}
	}
	switch d.weighted(80, 17, 3) {
	case 0:
		return funding{"13", "10", 34}
	case 1:
		return funding{first: "14"}
	}
	return funding{first: "16"}
}

// energy is the usual class of a building, A being 0, and how many dwellings have
// no certificate.
type energy struct {
	usual   int
	without float64
}

func energyOf(b *building, d *dice) energy {
	usual := 1.0
	switch {
	case b.builtIn < 1949:
		usual = 4.4
	case b.builtIn < 1975:
		usual = 3.9
	case b.builtIn < 1990:
		usual = 3.5
	case b.builtIn < 2006:
		usual = 2.8
	case b.builtIn < 2013:
		usual = 2
	}
	e := energy{usual: int(math.Round(usual + 2*d.fraction() - 1)), without: 7.5}
	if d.chance(5) {
		e.without = 100
	}
	return e
}

func (e energy) of(d *dice) stockfile.EnergyClass {
	class := min(6, max(0, e.usual+d.weighted(15, 70, 15)-1))
	if d.chance(e.without) {
		return ""
	}
	return stockfile.EnergyClass(rune('A' + class))
}
