package sandbox

import (
	"math"
	"strconv"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

// building is one address of the fictional stock, in either vintage.
type building struct {
	commune *directoryfile.Commune
	// town counts the communes from 0, street the streets of the commune.
	town, street int
	// throws begin at the same number whenever the dwellings are made.
	throws      dice
	address     stockfile.Address
	coordinates domain.Coordinates
	// quality is that of the coordinates: 11 the best, 33 anywhere in the commune.
	quality  string
	kind     character
	size     int
	builtIn  int
	letSince int
	// declared and district are about the priority district: they need not agree.
	declared domain.TriState
	district string
	change   change
	// changed is the index of the one dwelling that a change is about.
	changed int
}

// character is what a street is lined with.
type character int

const (
	houses character = iota
	smallBlocks
	blocks
	// estate is a street of a large estate (grand ensemble) of the sixties.
	estate
	students
)

// town is a commune while it is being built.
type town struct {
	*directoryfile.Commune
	index    int
	outline  [][]directoryfile.Ring
	low, top domain.Coordinates
	dice     dice
	// names is where the next street's name is in the list.
	names     int
	streets   int
	buildings []building
}

// street is the one that is being built.
type street struct {
	kind character
	// left is how many more buildings it has room for.
	left, number int
	address      stockfile.Address
	builtIn      int
	start        domain.Coordinates
	north, east  float64
	declared     domain.TriState
	district     string
}

func newTown(index int, c *directoryfile.Commune, outline [][]directoryfile.Ring) *town {
	t := &town{Commune: c, index: index, outline: outline, dice: newDice("town " + string(c.InseeCode))}
	t.low = domain.Coordinates{Latitude: 90, Longitude: 180}
	t.top = domain.Coordinates{Latitude: -90, Longitude: -180}
	for _, rings := range outline {
		for _, p := range rings[0] {
			t.low.Latitude, t.low.Longitude = min(t.low.Latitude, p.Latitude), min(t.low.Longitude, p.Longitude)
			t.top.Latitude, t.top.Longitude = max(t.top.Latitude, p.Latitude), max(t.top.Longitude, p.Longitude)
		}
	}
	t.names = t.dice.below(len(streetNouns) * len(streetSuffixes))
	return t
}

// build lays out streets until the dwellings of the last vintage are there; what
// has left before it comes on top.
func (t *town) build(quota int) []building {
	var s street
	for quota > 0 {
		if s.left == 0 {
			s = t.newStreet()
		}
		b := t.newBuilding(&s)
		b.size = min(b.size, quota)
		quota -= b.size
		if s.kind != estate && t.dice.chance(0.45) {
			b.change, b.builtIn, b.letSince = delivered, previousVintage, previousVintage
		}
		t.buildings = append(t.buildings, b)
		if s.left > 0 && t.dice.chance(0.35) {
			b := t.newBuilding(&s)
			b.change = left
			t.buildings = append(t.buildings, b)
		}
	}
	t.hideAddresses()
	return t.buildings
}

func (t *town) newStreet() street {
	d := &t.dice
	s := street{kind: t.character(), number: d.between(1, 4), declared: domain.No}
	s.left = [...]int{houses: d.between(6, 14), smallBlocks: d.between(4, 9), blocks: d.between(3, 9), estate: d.between(6, 14), students: 1}[s.kind]
	s.address = t.nameStreet(s.kind)
	t.streets++
	switch s.kind {
	case estate:
		s.builtIn = d.between(1957, 1976)
		if d.chance(75) {
			s.declared = domain.Yes
			// Shaped as the codes of districts are, and invented.
			s.district = "QN038" + strconv.Itoa(50+t.index) + "S"
		}
		switch {
		case d.chance(3):
			s.declared = domain.No
		case d.chance(4):
			s.district = ""
		}
	case students:
		s.builtIn = []int{d.between(1964, 1974), d.between(2004, 2022)}[d.below(2)]
	default:
		s.builtIn = t.year()
	}
	s.start = t.inside()
	turn := d.fraction() * 2 * math.Pi
	const apart = 38
	s.north, s.east = apart*metreNorth*math.Sin(turn), apart*metreEast*math.Cos(turn)
	return s
}

func (t *town) character() character {
	switch {
	case t.Population < 1500:
		return character(t.dice.weighted(60, 40))
	case t.Population < 5000:
		return character(t.dice.weighted(38, 42, 20))
	case t.Population < 10_000:
		return character(t.dice.weighted(22, 32, 44, 2))
	case t.Population < 30_000:
		return character(t.dice.weighted(19, 28, 44, 9))
	}
	return character(t.dice.weighted(17, 26, 45, 10, 2))
}

// year peaks in the two times in which most was built.
func (t *town) year() int {
	d := &t.dice
	switch d.weighted(8, 34, 20, 38) {
	case 0:
		return d.between(1922, 1954)
	case 1:
		return d.between(1955, 1980)
	case 2:
		return d.between(1981, 1999)
	}
	return d.between(2000, 2022)
}

func (t *town) newBuilding(s *street) building {
	d := &t.dice
	b := building{
		commune: t.Commune, town: t.index, street: t.streets, address: s.address, kind: s.kind,
		builtIn: min(s.builtIn+d.between(0, 2), previousVintage-1), declared: s.declared, district: s.district,
		quality: "11", coordinates: move(s.start, 0, 0),
	}
	b.size = [...]int{houses: 1, smallBlocks: d.between(2, 7), blocks: d.between(6, 21), estate: d.between(10, 36), students: d.between(60, 140)}[s.kind]
	if s.kind == estate && d.chance(6) {
		b.size = d.between(50, 105)
	}
	b.letSince = b.builtIn
	if s.kind != estate && d.chance(8) {
		b.letSince = min(b.builtIn+d.between(1, 40), previousVintage-1)
	}
	b.address.Number = strconv.Itoa(s.number)
	if last := len(t.buildings) - 1; last >= 0 && t.buildings[last].street == t.streets && t.buildings[last].address.Repetition == "" && d.chance(6) {
		b.address.Number, b.address.Repetition = t.buildings[last].address.Number, "B"
	} else {
		s.number += d.between(1, 5)
	}
	if s.kind == estate && d.chance(70) {
		n := d.below(len(blockLetters))
		b.address.Complement = "BÂTIMENT " + blockLetters[n:n+1]
	}
	if d.chance(3) {
		b.quality = "33"
		b.coordinates = move(t.inside(), 0, 0)
	}
	b.throws = dice(math.Float64bits(d.fraction()))
	s.left--
	next := move(s.start, s.north, s.east)
	if !contains(t.outline, next) {
		next = t.inside()
	}
	s.start = next
	return b
}

// blockLetters name the blocks of an estate.
const blockLetters = "ABCDEFGHIJKL"

// inside throws a point of the commune. The first tries are drawn towards the
// centre: nobody builds on the peaks.
func (t *town) inside() domain.Coordinates {
	for try := 0; ; try++ {
		p := domain.Coordinates{
			Latitude:  t.low.Latitude + domain.Latitude(t.dice.fraction())*(t.top.Latitude-t.low.Latitude),
			Longitude: t.low.Longitude + domain.Longitude(t.dice.fraction())*(t.top.Longitude-t.low.Longitude),
		}
		if try < 20 {
			p.Latitude += (t.Coordinates.Latitude - p.Latitude) * 0.4
			p.Longitude += (t.Coordinates.Longitude - p.Longitude) * 0.4
		}
		if p = move(p, 0, 0); contains(t.outline, p) {
			return p
		}
	}
}

// unaddressed is how many buildings there are for each that has no address.
const unaddressed = 250

// hideAddresses takes the address from a few buildings, as in the official file,
// and puts them where nothing else is near: such a building is known by its place
// alone.
func (t *town) hideAddresses() {
	for i := unaddressed / 2; i < len(t.buildings); i += unaddressed {
		b := &t.buildings[i]
		b.address, b.quality = stockfile.Address{}, "11"
		for !t.alone(i) {
			b.coordinates = t.inside()
		}
	}
}

func (t *town) alone(i int) bool {
	const apart = 60
	for j, other := range t.buildings {
		if j != i && metres(other.coordinates, t.buildings[i].coordinates) < apart {
			return false
		}
	}
	return true
}
