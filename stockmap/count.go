package stockmap

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/guichet-logement/guichet/domain"
)

// maxTable bounds the cells that one count may have before any is known to be empty.
const maxTable = 1 << 20

// column is where the counts have their value on an axis: a number, and the words for it.
type column struct {
	values  int
	number  func(building int, packed uint64) int
	key     func(number int) string
	unknown string
}

// column of an axis.
func (s *Snapshot) column(axis domain.StockAxis) column {
	if axis == domain.ByCommune {
		return column{
			len(s.communes.list), func(building int, _ uint64) int { return int(s.commune[building]) },
			func(number int) string { return s.communes.list[number] }, "",
		}
	}
	if axis == domain.ByDecade {
		return column{
			1<<yearBits/10 + 1, func(_ int, packed uint64) int { return int(packed >> (64 - yearBits) / 10) },
			func(number int) string { return strconv.Itoa(number * 10) }, "0",
		}
	}
	shift := uint(0)
	for i, packed := range packedAxes() {
		if packed.axis == axis {
			mask, list := uint64(1)<<packed.bits-1, s.words[i].list
			return column{
				len(list), func(_ int, counted uint64) int { return int(counted >> shift & mask) }, //nolint:gosec // of 16 bits at most
				func(number int) string { return list[number] }, packed.unknown,
			}
		}
		shift += packed.bits
	}
	return column{values: 1, number: func(int, uint64) int { return 0 }, key: func(int) string { return "" }}
}

// Count counts the dwellings that a filter leaves, placed or not, by one axis or two: the
// cells that hold any, in the order of their keys, what is unknown last. It tells false
// where two axes have more values than such a table is made for.
func (s *Snapshot) Count(by []domain.StockAxis, f Filter) ([]*domain.StockCell, bool) {
	columns := make([]column, len(by))
	size := 1
	for i, axis := range by {
		columns[i] = s.column(axis)
		if size *= columns[i].values; size > maxTable {
			return nil, false
		}
	}
	first, second := columns[0], column{1, func(int, uint64) int { return 0 }, nil, ""}
	if len(columns) > 1 {
		second = columns[1]
	}
	table, m := make([]int, size), s.matcher(f)
	for n := range s.keys {
		if m.communes != nil && !has(m.communes, uint64(s.commune[n])) {
			continue
		}
		for c := s.first[n]; c < s.first[n+1]; c++ {
			if packed := s.packed[c]; m.keeps(packed) {
				table[first.number(n, packed)*second.values+second.number(n, packed)] += int(s.counts[c])
			}
		}
	}
	return cells(columns, table), true
}

// cells are those of a table that are not empty.
func cells(columns []column, table []int) []*domain.StockCell {
	found := []*domain.StockCell{}
	for at, count := range table {
		if count == 0 {
			continue
		}
		keys := make([]*string, len(columns))
		for i := len(columns) - 1; i >= 0; i-- {
			c := columns[i]
			if key := c.key(at % c.values); key != c.unknown {
				keys[i] = &key
			}
			at /= c.values
		}
		found = append(found, &domain.StockCell{Keys: keys, Count: count})
	}
	slices.SortFunc(found, func(a, b *domain.StockCell) int { return slices.CompareFunc(a.Keys, b.Keys, compareKeys) })
	return found
}

func compareKeys(a, b *string) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Compare(*a, *b)
}
