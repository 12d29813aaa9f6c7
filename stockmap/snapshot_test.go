package stockmap

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

// keyOf is the key of a place, as the database makes it.
func keyOf(at domain.Coordinates) int64 {
	x, y := project(at)
	quantum := func(v float64) int { return int(math.Floor(v * (1 << keyBits))) }
	return Tile{keyBits, quantum(x), quantum(y)}.keys().Low
}

// drawStock is a small stock around Grenoble, some of it at one place.
func drawStock(rt *rapid.T) []Facet {
	var stock []Facet
	for n := range rapid.IntRange(0, 40).Draw(rt, "buildings") {
		at := domain.Coordinates{
			Latitude:  domain.Latitude(45.1 + float64(rapid.IntRange(0, 2000).Draw(rt, "latitude"))*1e-4),
			Longitude: domain.Longitude(5.6 + float64(rapid.IntRange(0, 2000).Draw(rt, "longitude"))*1e-4),
		}
		commune := rapid.SampledFrom([]string{"38185", "38421", "38544"}).Draw(rt, "commune")
		for range rapid.IntRange(1, 4).Draw(rt, "facets") {
			stock = append(stock, Facet{
				Key: keyOf(at), Building: domain.ID(fmt.Sprintf("bld_%026d", n)), At: at, Commune: commune,
				In: [7]string{
					rapid.SampledFrom(domain.Typology("").Values()).Draw(rt, "typology"),
					rapid.SampledFrom([]string{"", "13", "52"}).Draw(rt, "financing"),
					rapid.SampledFrom(domain.EnergyClass("").Values()).Draw(rt, "energy"),
					rapid.SampledFrom([]string{"C", "I"}).Draw(rt, "construction"),
					rapid.SampledFrom([]string{"", "Accessible"}).Draw(rt, "accessibility"),
					rapid.SampledFrom(domain.TriState("").Values()).Draw(rt, "priority"),
					rapid.SampledFrom([]string{"", "org_1", "org_2"}).Draw(rt, "landlord"),
				},
				Built: domain.Year(rapid.SampledFrom([]int{0, 1900, 1975, 2020}).Draw(rt, "built")),
				Count: int32(rapid.IntRange(1, 300).Draw(rt, "count")),
			})
		}
	}
	slices.SortStableFunc(stock, func(a, b Facet) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), strings.Compare(string(a.Building), string(b.Building)))
	})
	return stock
}

// drawMapFilter is a filter on some axes, sometimes with a list of nothing.
func drawMapFilter(rt *rapid.T) Filter {
	f := Filter{In: map[domain.StockAxis][]string{}}
	for axis, words := range map[domain.StockAxis][]string{
		domain.ByCommune: {"38185", "38421", "00000"}, domain.ByTypology: {"T1", "T3", "UNKNOWN"}, domain.ByFinancing: {"", "13", "-"},
		domain.ByEnergyClass: {"A", "UNKNOWN"}, domain.ByAccessibility: {"", "Accessible"}, domain.ByLandlord: {"org_1", "-"},
	} {
		if rapid.IntRange(0, 2).Draw(rt, string(axis)) == 0 {
			f.In[axis] = rapid.SliceOfN(rapid.SampledFrom(words), 0, 2).Draw(rt, "words")
		}
	}
	if rapid.IntRange(0, 3).Draw(rt, "years") == 0 {
		least, most := rapid.SampledFrom([]int{-5, 1900, 1950}).Draw(rt, "from"), rapid.SampledFrom([]int{-1, 1975, 5000}).Draw(rt, "to")
		f.Built = &domain.IntRange{Min: &least, Max: &most}
		if rapid.Bool().Draw(rt, "open") {
			f.Built.Min = nil
		}
	}
	return f
}

// leaves is the filter in words.
func leaves(f Filter, facet Facet) bool {
	for axis, words := range f.In {
		value := facet.Commune
		if i := slices.Index(PackedAxes(), axis); i >= 0 {
			value = facet.In[i]
		}
		if !slices.Contains(words, value) {
			return false
		}
	}
	built := f.Built
	return built == nil || facet.Built > 0 && (built.Min == nil || int(facet.Built) >= *built.Min) && (built.Max == nil || int(facet.Built) <= *built.Max)
}

func built(t interface{ Fatal(args ...any) }, stock []Facet) *Snapshot {
	b := NewBuilder(1)
	for _, f := range stock {
		if err := b.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	return b.Snapshot()
}

func sum(spots []Spot) (total int) {
	for i := range spots {
		total += spots[i].Count()
	}
	return total
}

// At every zoom the clusters of the world, and the tiles of a zoom, count what the filter
// leaves; a rectangle counts what is in it; a building is in one tile.
func TestClustersCountWhatIsThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		stock, filter := drawStock(rt), drawMapFilter(rt)
		s := built(rt, stock)
		world := Area{Ranges: []Range{{0, 1<<(2*keyBits) - 1}}}
		want, within := 0, 0
		box := domain.BoundingBox{South: 45.13, West: 5.65, North: 45.27, East: 5.7501}
		if edge := rapid.IntRange(0, len(stock)).Draw(rt, "edge"); edge < len(stock) { // a place on the edge is inside
			box.South, box.West = stock[edge].At.Latitude, stock[edge].At.Longitude
			box.North, box.East = box.South+0.05, box.West+0.05
		}
		for _, f := range stock {
			if leaves(filter, f) {
				want += int(f.Count)
				if box.Contains(f.At) {
					within += int(f.Count)
				}
			}
		}
		zoom := rapid.IntRange(0, MaxZoom).Draw(rt, "zoom")
		if got := sum(s.Clusters(world, CellShift(zoom), filter)); got != want {
			rt.Fatalf("zoom %d: %d of %d", zoom, got, want)
		}
		area, at := Window(box, zoom)
		if got := sum(s.Clusters(area, CellShift(at), filter)); got != within {
			rt.Fatalf("zoom %d: %d in a box of %d", zoom, got, within)
		}
		if got := sum(s.Spots(area, filter, 1000)); got != within {
			rt.Fatalf("building by building %d in a box of %d", got, within)
		}
		tiles := map[Tile]bool{}
		for _, f := range stock {
			x, y := project(f.At)
			side := math.Ldexp(1, zoom)
			tiles[Tile{zoom, int(x * side), int(y * side)}] = true
		}
		total, seen := 0, map[domain.ID]bool{}
		for tile := range tiles {
			total += sum(s.Clusters(tile.Area(), CellShift(zoom), filter))
			for _, spot := range s.Spots(tile.Area(), filter, 1000) {
				if seen[spot.Building] {
					rt.Fatalf("%s is in two tiles", spot.Building)
				}
				seen[spot.Building] = true
			}
		}
		if total != want {
			rt.Fatalf("zoom %d: the tiles have %d of %d", zoom, total, want)
		}
	})
}

// The clusters of any rectangle are bounded, and its stretches are.
func TestWindowsAreBounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		south, west := rapid.Float64Range(-90, 89).Draw(rt, "south"), rapid.Float64Range(-180, 179).Draw(rt, "west")
		box := domain.BoundingBox{
			South: domain.Latitude(south), North: domain.Latitude(rapid.Float64Range(south, 90).Draw(rt, "north")),
			West: domain.Longitude(west), East: domain.Longitude(rapid.Float64Range(west, 180).Draw(rt, "east")),
		}
		asked := rapid.IntRange(0, MaxZoom).Draw(rt, "zoom")
		area, zoom := Window(box, asked)
		if zoom < 0 || zoom > asked || len(area.Ranges) < 1 || len(area.Ranges) > maxRanges {
			rt.Fatalf("zoom %d for %d, %d stretches", zoom, asked, len(area.Ranges))
		}
		for i, r := range area.Ranges {
			if r.Low > r.High || i > 0 && area.Ranges[i-1].High+1 >= r.Low {
				rt.Fatalf("stretches %v", area.Ranges)
			}
		}
	})
}

// What does not fit is refused, and no snapshot lies.
func TestBuilderRefuses(t *testing.T) {
	t.Parallel()
	good := Facet{Key: 5, Building: "bld_00000000000000000000000001", Commune: "38185", In: [7]string{"T1"}, Count: 1}
	for name, change := range map[string]func(*Facet){
		"another identifier": func(f *Facet) { f.Building = "bld_1" },
		"no dwelling":        func(f *Facet) { f.Count = 0 },
		"too many":           func(f *Facet) { f.Count = 70_000 },
		"out of order":       func(f *Facet) { f.Key = 4 },
		"a building before":  func(f *Facet) { f.Building = "bld_00000000000000000000000000" },
	} {
		b := NewBuilder(1)
		if err := b.Add(good); err != nil {
			t.Fatal(err)
		}
		bad := good
		change(&bad)
		if b.Add(bad) == nil {
			t.Errorf("%s was taken", name)
		}
	}
	b, refused := NewBuilder(1), false
	for n := range 100 {
		f := good
		f.In[4] = fmt.Sprint("words on access ", n)
		refused = refused || b.Add(f) != nil
	}
	if !refused {
		t.Error("a hundred words on access fit into six bits")
	}
}
