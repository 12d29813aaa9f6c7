package stockmap

import (
	"maps"
	"slices"

	"github.com/guichet-logement/guichet/domain"
)

// Filter says which dwellings are shown. On each axis nil is no filter, and an empty list
// leaves nothing.
type Filter struct {
	In map[domain.StockAxis][]string
	// Built are the years of completion, of which unknown ones are none; nil for any.
	Built *domain.IntRange
}

// Without is the filter without its conditions on one axis.
func (f Filter) Without(axis domain.StockAxis) Filter {
	if axis == domain.ByDecade {
		f.Built = nil
		return f
	}
	f.In = maps.Clone(f.In)
	delete(f.In, axis)
	return f
}

// An axis of the counts, how many bits its values take in a packed count, and the word for
// what the source does not tell.
type packedAxis struct {
	axis    domain.StockAxis
	bits    uint
	unknown string
}

// yearBits are those of the year of completion, which stands above the axes.
const yearBits = 11

// packedAxes are all but the commune, which is the building's.
func packedAxes() []packedAxis {
	return []packedAxis{
		{domain.ByTypology, 3, string(domain.UnknownTypology)},
		{domain.ByFinancing, 8, ""},
		{domain.ByEnergyClass, 4, string(domain.UnknownEnergyClass)},
		{domain.ByConstruction, 4, ""},
		{domain.ByAccessibility, 6, ""},
		{domain.ByPriorityDistrict, 2, string(domain.NotKnown)},
		{domain.ByLandlord, 16, ""},
	}
}

// words are the values of an axis, numbered as they come.
type words struct {
	at   map[string]int
	list []string
}

func (w *words) number(word string) int {
	n, ok := w.at[word]
	if !ok {
		n = len(w.list)
		w.list = append(w.list, word)
		w.at[word] = n
	}
	return n
}

// set has the bits of the words that there are.
func (w *words) set(of []string) []uint64 {
	bits := make([]uint64, len(w.list)/64+1)
	for _, word := range of {
		if n, ok := w.at[word]; ok {
			bits[n/64] |= 1 << (n % 64)
		}
	}
	return bits
}

func has(set []uint64, n uint64) bool { return set[n/64]>>(n%64)&1 != 0 }

// matcher is a filter over one snapshot.
type matcher struct {
	communes []uint64 // nil for all
	tests    []test
	years    bool
	from, to uint64
}

type test struct {
	shift uint
	mask  uint64
	set   []uint64
}

func (s *Snapshot) matcher(f Filter) matcher {
	var m matcher
	if list := f.In[domain.ByCommune]; list != nil {
		m.communes = s.communes.set(list)
	}
	shift := uint(0)
	for i, axis := range packedAxes() {
		if list := f.In[axis.axis]; list != nil {
			m.tests = append(m.tests, test{shift, 1<<axis.bits - 1, s.words[i].set(list)})
		}
		shift += axis.bits
	}
	// The rarest landlord leaves less than the rarest typology does.
	slices.Reverse(m.tests)
	if f.Built != nil {
		m.years, m.from, m.to = true, 1, 1<<yearBits-1
		if f.Built.Min != nil {
			m.from = uint64(max(*f.Built.Min, 1))
		}
		if f.Built.Max != nil {
			m.to = uint64(max(*f.Built.Max, 0))
		}
	}
	return m
}

func (m *matcher) keeps(packed uint64) bool {
	if m.years {
		if year := packed >> (64 - yearBits); year < m.from || year > m.to {
			return false
		}
	}
	for i := range m.tests {
		t := &m.tests[i]
		if !has(t.set, packed>>t.shift&t.mask) {
			return false
		}
	}
	return true
}
