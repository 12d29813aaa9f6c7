package stockmap

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

// naiveCount counts facet by facet, and tells each cell by its keys in JSON.
func naiveCount(stock []Facet, by []domain.StockAxis, f Filter) map[string]int {
	unknown := map[domain.StockAxis]string{
		domain.ByTypology: "UNKNOWN", domain.ByEnergyClass: "UNKNOWN", domain.ByPriorityDistrict: "UNKNOWN", domain.ByDecade: "0",
	}
	found := map[string]int{}
	for _, facet := range stock {
		if !leaves(f, facet) {
			continue
		}
		keys := make([]*string, len(by))
		for i, axis := range by {
			value := facet.Commune
			if axis == domain.ByDecade {
				value = fmt.Sprint(int(facet.Built) / 10 * 10)
			} else if at := slices.Index(PackedAxes(), axis); at >= 0 {
				value = facet.In[at]
			}
			if value != unknown[axis] {
				keys[i] = &value
			}
		}
		text, _ := json.Marshal(keys)
		found[string(text)] += int(facet.Count)
	}
	return found
}

// Tables count what the filter leaves, placed or not, each cell once and in order; a map has
// nothing of what is not placed.
func TestTablesCountWhatIsThere(t *testing.T) {
	t.Parallel()
	axes := []domain.StockAxis{}
	for _, axis := range domain.StockAxis("").Values() {
		axes = append(axes, domain.StockAxis(axis))
	}
	rapid.Check(t, func(rt *rapid.T) {
		placed, filter := drawStock(rt), drawMapFilter(rt)
		stock := slices.Clone(placed)
		for n := range rapid.IntRange(0, 3).Draw(rt, "unplaced") {
			stock = slices.Insert(stock, n, Facet{
				Key: Unplaced, Building: domain.ID(fmt.Sprintf("bld_%026d", 100+n)), Commune: "38185", Count: 7,
				In: [7]string{"T3", "13", "A", "C", "", "YES", "org_1"}, Built: 1975,
			})
		}
		s := built(rt, stock)
		by := rapid.SliceOfNDistinct(rapid.SampledFrom(axes), 1, 2, rapid.ID[domain.StockAxis]).Draw(rt, "by")
		cells, ok := s.Count(by, filter)
		have := map[string]int{}
		for i, c := range cells {
			text, _ := json.Marshal(c.Keys)
			have[string(text)] = c.Count
			if i > 0 && slices.CompareFunc(cells[i-1].Keys, c.Keys, compareKeys) >= 0 {
				rt.Fatalf("cell %s comes late or twice", text)
			}
		}
		if want := naiveCount(stock, by, filter); !ok || !maps.Equal(have, want) {
			rt.Fatalf("by %v: have %v, want %v", by, have, want)
		}
		world := Area{Ranges: []Range{{0, 1<<(2*keyBits) - 1}}}
		want := 0
		for _, facet := range placed {
			if leaves(filter, facet) {
				want += int(facet.Count)
			}
		}
		if have := sum(s.Clusters(world, 2*keyBits, filter)); have != want {
			rt.Fatalf("the map has %d dwellings, %d are placed", have, want)
		}
	})
}

// A filter loses the conditions on one axis, and keeps those that it was made from.
func TestFilterWithout(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		f := drawMapFilter(rt)
		axis := domain.StockAxis(rapid.SampledFrom(domain.StockAxis("").Values()).Draw(rt, "axis"))
		in, years := maps.Clone(f.In), f.Built
		without := f.Without(axis)
		if !maps.EqualFunc(f.In, in, slices.Equal[[]string]) || f.Built != years {
			rt.Fatalf("%v was %v", f, in)
		}
		if axis == domain.ByDecade {
			years = nil
		}
		delete(in, axis)
		if !maps.EqualFunc(without.In, in, slices.Equal[[]string]) || without.Built != years {
			rt.Fatalf("%v without %s is %v", f, axis, without)
		}
	})
}
