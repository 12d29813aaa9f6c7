package stockfile_test

import (
	"bytes"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

func write(t rapid.TB, l stockfile.Layout, dwellings ...stockfile.Dwelling) string {
	t.Helper()
	var out bytes.Buffer
	w, err := stockfile.NewWriter(&out, l)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dwellings {
		if err := w.Write(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHeadersAreTheOfficialOnes(t *testing.T) {
	t.Parallel()
	sample, err := os.ReadFile("testdata/dido_2026.csv")
	if err != nil {
		t.Fatal(err)
	}
	official, _, _ := strings.Cut(string(sample), "\n")
	if got := strings.TrimSpace(write(t, stockfile.Layout2026)); got != "\ufeff"+official {
		t.Errorf("%s\nis not\n%s", got, official)
	}
	for layout, c := range map[stockfile.Layout]struct {
		columns int
		some    []string
	}{
		stockfile.Layout2016: {41, []string{"DROIT", "libcom", "NUMAPPT", "QPV", "FINAN", "LIBSEGPATRIM"}},
		stockfile.Layout2023: {74, []string{"PLG_QP", "PLG_IRIS2022_CODE", "PLG_IRIS2022_LIBELLE", "PLG_ZFU", "QUALITE_QP", "QUALITE_ZFU", "COMIRIS"}},
		stockfile.Layout2026: {73, []string{"PLG_QP24", "PLG_QP15"}},
	} {
		names := strings.Split(strings.Trim(write(t, layout), "\ufeff\n"), ";")
		if len(names) != c.columns {
			t.Errorf("%s has %d columns, want %d", layout, len(names), c.columns)
		}
		for _, name := range c.some {
			if !slices.Contains(names, `"`+name+`"`) {
				t.Errorf("%s has no column %s", layout, name)
			}
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	if _, err := stockfile.NewWriter(&bytes.Buffer{}, "2031"); err == nil {
		t.Error("an unknown layout is written")
	}
	for name, d := range map[string]stockfile.Dwelling{
		"line break":          {Address: stockfile.Address{Street: "A\nB"}},
		"NUL byte":            {CommuneName: "\x00"},
		"long value":          {Address: stockfile.Address{Complement: strings.Repeat("a", stockfile.MaxField+1)}},
		"not in ISO-8859-1":   {CommuneName: "Œuf"},
		"nowhere near France": {Coordinates: &domain.Coordinates{Latitude: 60}},
	} {
		w, err := stockfile.NewWriter(&bytes.Buffer{}, stockfile.Layout2016)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(d); err == nil {
			t.Errorf("%s: written", name)
		}
	}
}

func TestWriterFillsInLabels(t *testing.T) {
	t.Parallel()
	text := write(t, stockfile.Layout2026, stockfile.Dwelling{Commune: "38185", Financing: "13", Construction: "C", PriorityDistrict: domain.Yes})
	for _, want := range []string{`"13";"PLUS / LLS"`, `"C";"Collectif"`, `"1";"En QPV"`, `"01/1900"`} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
}

// dwelling draws one that the layout of 2026 can hold.
func dwelling(rt *rapid.T) stockfile.Dwelling {
	text := func(name string) string {
		return strings.TrimSpace(rapid.StringMatching(`[A-Za-zéÈç0-9 ;"',.-]{0,20}`).Draw(rt, name))
	}
	one := func(name string, values ...string) string { return rapid.SampledFrom(values).Draw(rt, name) }
	whole := func(name string, low, high int) int {
		return rapid.OneOf(rapid.Just(0), rapid.IntRange(low, high)).Draw(rt, name)
	}
	d := stockfile.Dwelling{
		Commune:     domain.InseeCode(one("commune", "38185", "38421", "2A004", "97411", "01001")),
		CommuneName: text("commune name"), PostalCode: one("postal code", "", "38000", "01000"), EPCI: one("epci", "", "200040715", "ZZZZZZZZZ"),
		Address: stockfile.Address{
			Number: one("number", "", "1", "0012"), Repetition: one("repetition", "", "B"), StreetType: one("type", "", "RUE", "AV"),
			Street: text("street"), Complement: text("complement"), Locality: text("locality"),
		},
		Rooms: whole("rooms", 1, 50), Surface: math.Round(rapid.Float64Range(0, 2000).Draw(rt, "surface")*10) / 10,
		BuiltIn: whole("built", 1000, 2199), LetSince: whole("let", 1000, 2199),
		Floor:            rapid.SampledFrom([]stockfile.Floor{{}, {Known: true}, {Number: 9, Known: true}, {Number: 31, Known: true}, {Number: -2, Known: true}}).Draw(rt, "floor"),
		Financing:        one("financing", "", "10", "13", "99"),
		Construction:     one("construction", "", "C", "I", "E"),
		EnergyClass:      stockfile.EnergyClass(one("energy", "", "A", "G")),
		PriorityDistrict: rapid.SampledFrom([]domain.TriState{domain.Yes, domain.No, domain.NotKnown}).Draw(rt, "district"),
		DistrictCode:     one("district code", "", "QP038001"), AccessibilityCode: text("pmr"), AccessibilityLabel: text("pmr label"),
		PositionQuality: one("quality", "", "11", "33"),
	}
	if place := rapid.SampledFrom([]*domain.BoundingBox{
		nil,
		{South: 41.4, West: -5, North: 51, East: 9.5},
		{South: 14.4, West: -61.2, North: 18.1, East: -60.8},
		{South: 2.1, West: -54.5, North: 5.9, East: -51.6},
		{South: -21.4, West: 55.2, North: -20.9, East: 55.8},
		{South: -13, West: 45, North: -12.6, East: 45.3},
	}).Draw(rt, "territory"); place != nil {
		draw := func(low, high float64) float64 {
			return math.Round(rapid.Float64Range(low, high).Draw(rt, "degrees")*1e6) / 1e6
		}
		d.Coordinates = &domain.Coordinates{
			Latitude:  domain.Latitude(draw(float64(place.South), float64(place.North))),
			Longitude: domain.Longitude(draw(float64(place.West), float64(place.East))),
		}
	}
	return d
}

// What is written is read again, but for what the layout has no column for.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		want := dwelling(rt)
		layout := rapid.SampledFrom([]stockfile.Layout{stockfile.Layout2016, stockfile.Layout2023, stockfile.Layout2026}).Draw(rt, "layout")
		o := stockfile.Options{}
		if layout == stockfile.Layout2016 {
			o.Charset = directoryfile.Latin1
			want.EPCI, want.DistrictCode, want.AccessibilityCode, want.AccessibilityLabel = "", "", "", ""
			want.PositionQuality, want.Coordinates = "", nil
		}
		r, err := stockfile.NewReader(strings.NewReader(write(rt, layout, want)), "", o)
		if err != nil {
			rt.Fatal(err)
		}
		got, reject, err := r.Next()
		if nowhere := want.Address.Street+want.Address.Locality == "" || domain.NormaliseAddress(want.Address.String()) == ""; nowhere && want.Coordinates == nil {
			if err != nil || reject == nil || reject.Code != directoryfile.Required {
				rt.Fatal(got, reject, err)
			}
			return
		}
		if err != nil || reject != nil || r.Layout() != layout {
			rt.Fatal(reject, err, r.Layout())
		}
		switch {
		case (got.Coordinates == nil) != (want.Coordinates == nil):
			rt.Fatalf("%v, want %v", got.Coordinates, want.Coordinates)
		case got.Coordinates != nil && *got.Coordinates != *want.Coordinates:
			rt.Fatalf("%v, want %v", *got.Coordinates, *want.Coordinates)
		}
		want.Line, want.AddressKey, want.Coordinates = 2, got.AddressKey, got.Coordinates
		if got != want {
			rt.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}
