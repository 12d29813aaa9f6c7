package stockmap

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/guichet-logement/guichet/domain"
)

// Unplaced is the key of buildings of which nobody knows where they stand: on no map, but
// counted.
const Unplaced = -1

// Facet is one count of the stock: dwellings of one building that are equal on every
// axis. In has a value for each axis but the decade.
type Facet struct {
	Key      int64
	Building domain.ID
	At       domain.Coordinates
	Commune  string
	// In are the values on the axes, in the order of [PackedAxes].
	In    [7]string
	Built domain.Year
	Count int32
}

// PackedAxes are the axes of a facet, in the order of its values.
func PackedAxes() []domain.StockAxis {
	var axes []domain.StockAxis
	for _, a := range packedAxes() {
		axes = append(axes, a.axis)
	}
	return axes
}

// Snapshot is the stock as one version of the database has it. It never changes.
type Snapshot struct {
	// Version is that of the database.
	Version int64
	// Of each building, in the order of key and identifier; first is where its counts
	// begin.
	keys    []int64
	at      []domain.Coordinates
	ids     []byte
	commune []uint16
	first   []uint32
	// Of each count: its values, and how many dwellings.
	packed []uint64
	counts []uint16

	communes words
	words    []words
}

// idLength is that of every identifier of a building.
const idLength = 30

// Builder makes a snapshot from facets.
type Builder struct{ s *Snapshot }

// NewBuilder begins the snapshot of that version.
func NewBuilder(version int64) *Builder {
	s := &Snapshot{Version: version, communes: words{at: map[string]int{}}, words: make([]words, len(packedAxes()))}
	for i := range s.words {
		s.words[i].at = map[string]int{}
	}
	// Typologies are counted apart: their numbers are those of the contract.
	for _, t := range domain.Typology("").Values() {
		s.words[0].number(t)
	}
	return &Builder{s}
}

// Add takes the next facet, in the order of key and building. It refuses what does not
// fit: such a stock is shown from the database.
func (b *Builder) Add(f Facet) error {
	s := b.s
	if len(f.Building) != idLength || f.Count < 1 || f.Count > math.MaxUint16 {
		return fmt.Errorf("facet of building %q: %d dwellings", f.Building, f.Count)
	}
	last := len(s.keys) - 1
	if last < 0 || s.keys[last] != f.Key || s.id(last) != f.Building {
		if last >= 0 && (f.Key < s.keys[last] || f.Key == s.keys[last] && f.Building < s.id(last)) {
			return fmt.Errorf("facet of building %q comes late", f.Building)
		}
		commune := s.communes.number(f.Commune)
		if commune > math.MaxUint16 {
			return fmt.Errorf("more than %d communes", math.MaxUint16)
		}
		s.keys, s.at, s.ids = append(s.keys, f.Key), append(s.at, f.At), append(s.ids, f.Building...)
		s.commune = append(s.commune, uint16(commune))   //nolint:gosec // compared
		s.first = append(s.first, uint32(len(s.packed))) //nolint:gosec // a row has 60 bytes elsewhere
	}
	packed, shift := uint64(0), uint(0)
	for i, axis := range packedAxes() {
		n := s.words[i].number(f.In[i])
		if n >= 1<<axis.bits {
			return fmt.Errorf("more than %d values on %s", n, axis.axis)
		}
		packed |= uint64(n) << shift //nolint:gosec // not negative
		shift += axis.bits
	}
	year := min(max(int(f.Built), 0), 1<<yearBits-1)
	s.packed = append(s.packed, packed|uint64(year)<<(64-yearBits))
	s.counts = append(s.counts, uint16(f.Count))
	return nil
}

// Snapshot is what was added.
func (b *Builder) Snapshot() *Snapshot {
	b.s.first = append(b.s.first, uint32(len(b.s.packed))) //nolint:gosec // as above
	b.s.keys, b.s.at, b.s.ids, b.s.commune = slices.Clip(b.s.keys), slices.Clip(b.s.at), slices.Clip(b.s.ids), slices.Clip(b.s.commune)
	b.s.first, b.s.packed, b.s.counts = slices.Clip(b.s.first), slices.Clip(b.s.packed), slices.Clip(b.s.counts)
	return b.s
}

// Buildings is how many there are.
func (s *Snapshot) Buildings() int { return len(s.keys) }

// Bytes is the memory that the snapshot takes, its words not counted.
func (s *Snapshot) Bytes() int {
	return len(s.keys)*(8+16+2+4) + len(s.ids) + len(s.packed)*(8+2)
}

func (s *Snapshot) id(n int) domain.ID { return domain.ID(s.ids[n*idLength : (n+1)*idLength]) }

// Counts are dwellings by typology, in the order of the contract.
type Counts [7]int

// Total is their sum.
func (c *Counts) Total() (n int) {
	for _, count := range c {
		n += count
	}
	return n
}

// Spot is one thing on the map: a building, or the dwellings of several.
type Spot struct {
	// Cell is the key without the bits that the places of a cluster differ in.
	Cell int64
	// Building is empty for a cluster.
	Building domain.ID
	// At is where a building stands, or the middle of the dwellings.
	At     domain.Coordinates
	Counts Counts
}

// BuildingID is nil for a cluster.
func (s *Spot) BuildingID() *domain.ID {
	if s.Building == "" {
		return nil
	}
	return &s.Building
}

// Latitude is that of the place.
func (s *Spot) Latitude() domain.Latitude { return s.At.Latitude }

// Longitude is that of the place.
func (s *Spot) Longitude() domain.Longitude { return s.At.Longitude }

// Count is how many dwellings there are.
func (s *Spot) Count() int { return s.Counts.Total() }

// TypologyCount is how many dwellings of one typology there are.
type TypologyCount struct {
	Typology domain.Typology
	Count    int
}

// Typologies are those that there are, with their counts.
func (s *Spot) Typologies() []TypologyCount {
	counts := make([]TypologyCount, 0, len(s.Counts))
	for i, typology := range domain.Typology("").Values() {
		if s.Counts[i] > 0 {
			counts = append(counts, TypologyCount{domain.Typology(typology), s.Counts[i]})
		}
	}
	return counts
}

// micro are the steps of a degree in which middles are counted: whole numbers have one
// sum, in whatever order.
const micro = 1e6

// Micro is a degree in these steps.
func Micro(degrees float64) float64 { return math.RoundToEven(degrees * micro) }

// Middle is the middle of so many places, from the sums of their steps.
func Middle(latitudes, longitudes float64, places int) domain.Coordinates {
	n := float64(places) * micro
	return domain.Coordinates{Latitude: domain.Latitude(latitudes / n), Longitude: domain.Longitude(longitudes / n)}
}

// Clusters sums up the dwellings of an area whose keys are equal but for the last bits.
func (s *Snapshot) Clusters(a Area, shift int, f Filter) []Spot {
	var spots []Spot
	var latitudes, longitudes float64
	end := func() {
		if n := len(spots); n > 0 {
			spots[n-1].At = Middle(latitudes, longitudes, spots[n-1].Counts.Total())
		}
	}
	s.each(a, f, func(n int, counts *Counts) bool {
		if cell := s.keys[n] >> shift; len(spots) == 0 || spots[len(spots)-1].Cell != cell {
			end()
			spots = append(spots, Spot{Cell: cell})
			latitudes, longitudes = 0, 0
		}
		last, total := &spots[len(spots)-1].Counts, 0
		for i, count := range counts {
			last[i] += count
			total += count
		}
		latitudes += float64(total) * Micro(float64(s.at[n].Latitude))
		longitudes += float64(total) * Micro(float64(s.at[n].Longitude))
		return true
	})
	end()
	return spots
}

// Spots tells the buildings of an area apart, the first so many of them.
func (s *Snapshot) Spots(a Area, f Filter, most int) []Spot {
	var spots []Spot
	s.each(a, f, func(n int, counts *Counts) bool {
		spots = append(spots, Spot{Cell: s.keys[n], Building: s.id(n), At: s.at[n], Counts: *counts})
		return len(spots) < most
	})
	return spots
}

// each visits the buildings of an area that have such dwellings, with their counts.
func (s *Snapshot) each(a Area, f Filter, visit func(n int, counts *Counts) bool) {
	m := s.matcher(f)
	for _, r := range a.Ranges {
		start := sort.Search(len(s.keys), func(n int) bool { return s.keys[n] >= r.Low })
		for n := start; n < len(s.keys) && s.keys[n] <= r.High; n++ {
			if a.Box != nil && !a.Box.Contains(s.at[n]) || m.communes != nil && !has(m.communes, uint64(s.commune[n])) {
				continue
			}
			var counts Counts
			found := false
			for c := s.first[n]; c < s.first[n+1]; c++ {
				if packed := s.packed[c]; m.keeps(packed) {
					counts[packed&7] += int(s.counts[c])
					found = true
				}
			}
			if found && !visit(n, &counts) {
				return
			}
		}
	}
}
