package sandbox_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/stockfile"
)

func stock(t testing.TB, vintage, scale int, l stockfile.Layout) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := sandbox.WriteStock(&file, sandbox.StockOptions{Vintage: vintage, Scale: scale, Layout: l}); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// readStock reads a file of the sandbox; a reject is a failure.
func readStock(t testing.TB, file []byte) []stockfile.Dwelling {
	t.Helper()
	all, nowhere := readAnywhere(t, file)
	if nowhere > 0 {
		t.Fatalf("%d lines tell no building", nowhere)
	}
	return all
}

// reading is a file that was read.
type reading struct {
	once sync.Once
	all  []stockfile.Dwelling
}

// readings are those of tests that only look at what is in a file, by vintage.
var readings sync.Map

// newest is the stock of a vintage as it is read back from the newest layout, once for all
// tests.
func newest(t testing.TB, vintage int) []stockfile.Dwelling {
	t.Helper()
	made, _ := readings.LoadOrStore(vintage, &reading{})
	r := made.(*reading) //nolint:forcetypeassert // nothing else is stored
	r.once.Do(func() { r.all = readStock(t, stock(t, vintage, 1, stockfile.Layout2026)) })
	return slices.Clone(r.all)
}

// readAnywhere also counts the lines that tell no building: the oldest layout has
// no coordinates, and some buildings have no address.
func readAnywhere(t testing.TB, file []byte) (all []stockfile.Dwelling, nowhere int) {
	t.Helper()
	var o stockfile.Options
	if !bytes.HasPrefix(file, []byte("\ufeff")) {
		o.Charset = directoryfile.Latin1
	}
	r, err := stockfile.Open(bytes.NewReader(file), int64(len(file)), "sandbox", o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	for {
		d, reject, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return all, nowhere
		case reject != nil && reject.Code == directoryfile.Required && r.Layout() == stockfile.Layout2016:
			nowhere++
			continue
		case err != nil, reject != nil:
			t.Fatal(reject, err)
		}
		all = append(all, d)
	}
}

// place is by what a building is known.
func place(d stockfile.Dwelling) string {
	if d.AddressKey != "" || d.Coordinates == nil {
		return string(d.Commune) + " " + d.AddressKey
	}
	return fmt.Sprintf("%s %v", d.Commune, *d.Coordinates)
}

func byBuilding(all []stockfile.Dwelling) map[string][]stockfile.Dwelling {
	buildings := map[string][]stockfile.Dwelling{}
	for _, d := range all {
		buildings[place(d)] = append(buildings[place(d)], d)
	}
	return buildings
}

func TestStockRefuses(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]sandbox.StockOptions{
		"nothing said":    {},
		"other vintage":   {Vintage: 2024, Scale: 1, Layout: stockfile.Layout2026},
		"no scale":        {Vintage: 2026, Layout: stockfile.Layout2026},
		"scale too large": {Vintage: 2026, Scale: sandbox.MaxStockScale + 1, Layout: stockfile.Layout2026},
		"no layout":       {Vintage: 2026, Scale: 1},
		"unknown layout":  {Vintage: 2026, Scale: 1, Layout: "1999"},
	} {
		var file bytes.Buffer
		if err := sandbox.WriteStock(&file, o); err == nil || file.Len() > 0 {
			t.Errorf("%s: %d bytes, %v", name, file.Len(), err)
		}
	}
	o := sandbox.StockOptions{Vintage: 2026, Scale: 1, Layout: stockfile.Layout2026}
	if err := sandbox.WriteStock(full{}, o); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestEachLayoutIsReadBack(t *testing.T) {
	t.Parallel()
	differences, err := sandbox.FindStockDifferences()
	must(t, err)
	for _, vintage := range sandbox.StockVintages() {
		want := 52_000
		if vintage == 2025 {
			want += differences.RemovedDwellings - differences.AddedDwellings
		}
		for _, layout := range []stockfile.Layout{stockfile.Layout2016, stockfile.Layout2023, stockfile.Layout2026} {
			t.Run(fmt.Sprintf("%d in %s", vintage, layout), func(t *testing.T) {
				t.Parallel()
				all, nowhere := readAnywhere(t, stock(t, vintage, 1, layout))
				if len(all)+nowhere != want || (nowhere > 0) != (layout == stockfile.Layout2016) || nowhere > want/100 {
					t.Errorf("%d dwellings and %d nowhere, want %d", len(all), nowhere, want)
				}
				if located := all[0].Coordinates != nil; located != (layout != stockfile.Layout2016) {
					t.Errorf("located: %t", located)
				}
			})
		}
	}
}

func TestSameOptionsSameBytes(t *testing.T) {
	t.Parallel()
	first := sha256.Sum256(stock(t, 2026, 2, stockfile.Layout2026))
	if again := sha256.Sum256(stock(t, 2026, 2, stockfile.Layout2026)); again != first {
		t.Error("written again, the file is another one")
	}
	if other := sha256.Sum256(stock(t, 2025, 2, stockfile.Layout2026)); other == first {
		t.Error("two vintages are one file")
	}
}

// winding counts how often a ring goes around a point, by the angles under which
// its sides are seen.
func winding(ring directoryfile.Ring, c domain.Coordinates) int {
	total := 0.0
	for i := 1; i < len(ring); i++ {
		turn := math.Atan2(float64(ring[i].Latitude-c.Latitude), float64(ring[i].Longitude-c.Longitude)) -
			math.Atan2(float64(ring[i-1].Latitude-c.Latitude), float64(ring[i-1].Longitude-c.Longitude))
		total += math.Remainder(turn, 2*math.Pi)
	}
	return int(math.Round(total / (2 * math.Pi)))
}

func TestStockStandsInItsCommunes(t *testing.T) {
	t.Parallel()
	communes, err := directoryfile.Communes()
	must(t, err)
	boundaries, err := directoryfile.Boundaries()
	must(t, err)
	outlines := map[domain.InseeCode][][]directoryfile.Ring{}
	for _, b := range boundaries {
		outlines[b.InseeCode] = b.Polygons
	}
	dwellings, outside := map[domain.InseeCode]int{}, 0
	for place, lines := range byBuilding(newest(t, 2026)) {
		d := lines[0]
		dwellings[d.Commune] += len(lines)
		around := 0
		for _, rings := range outlines[d.Commune] {
			for _, ring := range rings {
				around += winding(ring, *d.Coordinates)
			}
		}
		if around == 0 {
			outside++
		}
		for _, other := range lines {
			if *other.Coordinates != *d.Coordinates || other.PostalCode != d.PostalCode || other.EPCI != "200040715" ||
				other.BuiltIn != d.BuiltIn || other.Construction != d.Construction || other.Line-d.Line >= len(lines) {
				t.Fatalf("two buildings at %s", place)
			}
		}
	}
	if outside > 0 {
		t.Errorf("%d buildings stand outside their commune", outside)
	}
	people := 0
	for _, c := range communes {
		people += c.Population
	}
	for _, c := range communes {
		fair := float64(c.Population) * 52_000 / float64(people)
		if have := dwellings[c.InseeCode]; math.Abs(float64(have)-fair) > 1 {
			t.Errorf("%s has %d dwellings, its share is %.1f", c.Name, have, fair)
		}
	}
}

// A building that has no address must not be taken for its neighbour.
func TestWhatHasNoAddressStandsAlone(t *testing.T) {
	t.Parallel()
	hidden, places := map[string]domain.Coordinates{}, map[string]domain.Coordinates{}
	for place, lines := range byBuilding(newest(t, 2026)) {
		places[place] = *lines[0].Coordinates
		if lines[0].AddressKey == "" {
			hidden[place] = *lines[0].Coordinates
		}
	}
	if len(hidden) < 15 || len(hidden) > 60 {
		t.Errorf("%d buildings have no address", len(hidden))
	}
	for place, c := range hidden {
		for other, o := range places {
			metres := math.Hypot(float64(c.Latitude-o.Latitude)*111_200, float64(c.Longitude-o.Longitude)*78_500)
			if other != place && other[:5] == place[:5] && metres < 50 {
				t.Errorf("%s is %.0f m from %s", place, metres, other)
			}
		}
	}
}

func TestStockIsPlausible(t *testing.T) {
	t.Parallel()
	all := newest(t, 2026)
	share := func(is func(stockfile.Dwelling) bool) float64 {
		n := 0
		for _, d := range all {
			if is(d) {
				n++
			}
		}
		return 100 * float64(n) / float64(len(all))
	}
	for name, c := range map[string]struct {
		low, high float64
		is        func(stockfile.Dwelling) bool
	}{
		"T3":                    {32, 42, func(d stockfile.Dwelling) bool { return d.Typology() == stockfile.T3 }},
		"T2":                    {18, 26, func(d stockfile.Dwelling) bool { return d.Typology() == stockfile.T2 }},
		"T4":                    {20, 28, func(d stockfile.Dwelling) bool { return d.Typology() == stockfile.T4 }},
		"T6 and more":           {0.5, 3, func(d stockfile.Dwelling) bool { return d.Typology() == stockfile.T6P }},
		"built 1955 to 1980":    {40, 60, func(d stockfile.Dwelling) bool { return d.BuiltIn >= 1955 && d.BuiltIn <= 1980 }},
		"built since 2000":      {18, 32, func(d stockfile.Dwelling) bool { return d.BuiltIn >= 2000 }},
		"HLM/O":                 {30, 50, func(d stockfile.Dwelling) bool { return d.Financing == "52" }},
		"PLA":                   {10, 20, func(d stockfile.Dwelling) bool { return d.Financing == "12" }},
		"PLUS":                  {9, 20, func(d stockfile.Dwelling) bool { return d.Financing == "13" }},
		"PLAI":                  {4, 12, func(d stockfile.Dwelling) bool { return d.Financing == "10" }},
		"PLS":                   {3, 9, func(d stockfile.Dwelling) bool { return d.Financing == "14" }},
		"funding out of time":   {0, 0, func(d stockfile.Dwelling) bool { return (d.Financing >= "50") != (d.BuiltIn < 1977) }},
		"no certificate":        {11, 13, func(d stockfile.Dwelling) bool { return d.EnergyClass == "" }},
		"houses":                {2, 8, func(d stockfile.Dwelling) bool { return d.Construction == "I" }},
		"students":              {0.5, 4, func(d stockfile.Dwelling) bool { return d.Construction == "E" }},
		"house with a floor":    {0, 0, func(d stockfile.Dwelling) bool { return (d.Construction == "I") == d.Floor.Known }},
		"tenth floor and above": {0.5, 4, func(d stockfile.Dwelling) bool { return d.Floor.Number >= 10 }},
		"above the 30th":        {0, 0, func(d stockfile.Dwelling) bool { return d.Floor.Number > 30 }},
		"district declared":     {12, 26, func(d stockfile.Dwelling) bool { return d.PriorityDistrict == domain.Yes }},
		"district by location":  {12, 26, func(d stockfile.Dwelling) bool { return d.DistrictCode != "" }},
		"declared otherwise":    {0.1, 4, func(d stockfile.Dwelling) bool { return (d.PriorityDistrict == domain.Yes) != (d.DistrictCode != "") }},
		"accessible":            {2, 8, func(d stockfile.Dwelling) bool { return d.AccessibilityCode == "1" && d.AccessibilityLabel != "" }},
		"accessible and old":    {0, 0, func(d stockfile.Dwelling) bool { return d.AccessibilityCode != "" && d.BuiltIn < 2012 }},
		"well placed":           {95, 99, func(d stockfile.Dwelling) bool { return d.PositionQuality == "11" }},
		"placed anywhere":       {1, 5, func(d stockfile.Dwelling) bool { return d.PositionQuality == "33" }},
		"no address":            {0.1, 1.5, func(d stockfile.Dwelling) bool { return d.AddressKey == "" }},
		"let before it stood":   {0, 0, func(d stockfile.Dwelling) bool { return d.LetSince < d.BuiltIn || d.LetSince > 2025 }},
		"built out of time":     {0, 0, func(d stockfile.Dwelling) bool { return d.BuiltIn < 1900 || d.BuiltIn > 2025 }},
		"cramped or vast": {0, 0, func(d stockfile.Dwelling) bool {
			return d.Surface < 15 || d.Surface > 150 || d.Surface < float64(d.Rooms)*14
		}},
	} {
		if have := share(c.is); have < c.low || have > c.high {
			t.Errorf("%s: %.2f %%, want %g to %g", name, have, c.low, c.high)
		}
	}
	worse := func(from, until int) float64 {
		sum, n := 0.0, 0.0
		for _, d := range all {
			if d.EnergyClass != "" && d.BuiltIn >= from && d.BuiltIn < until {
				sum, n = sum+float64(d.EnergyClass[0]-'A'), n+1
			}
		}
		return sum / n
	}
	if old, middle, young := worse(1900, 1977), worse(1977, 2006), worse(2012, 2026); old < middle+0.4 || middle < young+1 {
		t.Errorf("mean energy classes %.1f, %.1f, %.1f", old, middle, young)
	}
	buildings := byBuilding(all)
	if n := len(buildings); n < 6300 || n > 6700 {
		t.Errorf("%d buildings", n)
	}
	equals := 0
	for _, lines := range buildings {
		for i, d := range lines {
			d.Line = lines[0].Line
			if i > 0 {
				previous := lines[i-1]
				previous.Line, previous.Coordinates = d.Line, d.Coordinates
				if previous == d {
					equals++
				}
			}
		}
	}
	if equals < 1000 {
		t.Errorf("%d dwellings are as the one before them", equals)
	}
}

func TestVintagesDifferAsAnnounced(t *testing.T) {
	t.Parallel()
	want, err := sandbox.FindStockDifferences()
	must(t, err)
	old := byBuilding(newest(t, 2025))
	young := byBuilding(newest(t, 2026))
	var have sandbox.StockDifferences
	for place, lines := range old {
		if young[place] == nil {
			have.RemovedBuildings++
			have.RemovedDwellings += len(lines)
		}
	}
	for place, lines := range young {
		before := old[place]
		if before == nil {
			have.AddedBuildings++
			have.AddedDwellings += len(lines)
			continue
		}
		if len(before) != len(lines) {
			t.Errorf("%s had %d dwellings and has %d", place, len(before), len(lines))
			continue
		}
		surfaces, classes := 0, 0
		for i, d := range lines {
			b := before[i]
			if b.Surface != d.Surface {
				surfaces++
			}
			if b.EnergyClass != d.EnergyClass {
				classes++
			}
			b.Line, b.Coordinates, b.Surface, b.EnergyClass = d.Line, d.Coordinates, d.Surface, d.EnergyClass
			if b != d || *before[i].Coordinates != *d.Coordinates {
				t.Errorf("%s: %+v became %+v", place, before[i], d)
			}
		}
		switch {
		case classes > 1:
			have.RenovatedBuildings++
			have.RenovatedDwellings += classes
			have.RemeasuredDwellings += surfaces
		case classes+surfaces > 1:
			t.Errorf("%s: %d classes, %d surfaces", place, classes, surfaces)
		}
		if classes == 1 {
			have.EnergyChanges++
		}
		if surfaces == 1 {
			have.SurfaceChanges++
		}
	}
	if have != want {
		t.Errorf("found %+v, announced %+v", have, want)
	}
	for name, n := range map[string]int{
		"added": have.AddedBuildings, "removed": have.RemovedBuildings, "energy": have.EnergyChanges,
		"surface": have.SurfaceChanges, "renovated": have.RenovatedBuildings,
	} {
		if n < 10 || n > 60 {
			t.Errorf("%s: %d buildings", name, n)
		}
	}
}

func TestCopiesLieElsewhereInFrance(t *testing.T) {
	t.Parallel()
	all := readStock(t, stock(t, 2026, 4, stockfile.Layout2026))
	if len(all) != 4*52_000 {
		t.Fatalf("%d dwellings", len(all))
	}
	epcis, departments, communes := map[string]int{}, map[string]int{}, map[domain.InseeCode]bool{}
	for _, d := range all {
		epcis[d.EPCI]++
		departments[string(d.Commune[:2])]++
		communes[d.Commune] = true
		if !d.Coordinates.InMetropolitanFrance() || !strings.HasPrefix(d.PostalCode, string(d.Commune[:2])) {
			t.Fatalf("%+v", d)
		}
	}
	if len(communes) != 4*49 {
		t.Errorf("%d communes", len(communes))
	}
	for name, parts := range map[string]map[string]int{"EPCI": epcis, "départements": departments} {
		for part, n := range parts {
			if n != 52_000 || len(parts) != 4 {
				t.Errorf("%s %s has %d dwellings", name, part, n)
			}
		}
	}
	first, second := all[0], all[52_000]
	first.Line, first.Commune, first.CommuneName, first.PostalCode, first.EPCI, first.Coordinates = second.Line,
		second.Commune, second.CommuneName, second.PostalCode, second.EPCI, second.Coordinates
	if first != second {
		t.Errorf("%+v is not as %+v", second, first)
	}
}

// heapWatch measures the heap each time that many bytes have been written.
type heapWatch struct {
	every, written, next int
	heaps                []uint64
}

func (h *heapWatch) Write(p []byte) (int, error) {
	if h.written += len(p); h.written >= h.next {
		h.next += h.every
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		h.heaps = append(h.heaps, m.HeapAlloc)
	}
	return len(p), nil
}

//nolint:paralleltest // The heap is that of the whole process.
func TestMemoryDoesNotGrowWithTheScale(t *testing.T) {
	watch := heapWatch{every: 8 << 20}
	must(t, sandbox.WriteStock(&watch, sandbox.StockOptions{Vintage: 2026, Scale: 6, Layout: stockfile.Layout2026}))
	low, high := slices.Min(watch.heaps), slices.Max(watch.heaps)
	if len(watch.heaps) < 10 || high-low > 1<<20 {
		t.Errorf("the heap went from %d to %d bytes in %d measures", low, high, len(watch.heaps))
	}
}

func BenchmarkWriteStock(b *testing.B) {
	for _, scale := range []int{1, 10} {
		b.Run(fmt.Sprintf("scale %d", scale), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := sandbox.WriteStock(io.Discard, sandbox.StockOptions{Vintage: 2026, Scale: scale, Layout: stockfile.Layout2026}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(scale*52_000*b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
