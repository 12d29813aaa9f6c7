package domain_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

var (
	grenoble = domain.Coordinates{Latitude: 45.18756, Longitude: 5.73578}
	paris    = domain.Coordinates{Latitude: 48.85661, Longitude: 2.35222}
)

func TestCoordinatesRefused(t *testing.T) {
	t.Parallel()
	for _, degrees := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 180.0001, -180.0001} {
		if _, err := domain.ParseLatitude(degrees); err == nil {
			t.Errorf("latitude %v accepted", degrees)
		}
		if _, err := domain.ParseLongitude(degrees); err == nil {
			t.Errorf("longitude %v accepted", degrees)
		}
		if _, err := domain.NewCoordinates(degrees, 0); err == nil {
			t.Errorf("coordinates %v, 0 accepted", degrees)
		}
		if _, err := domain.NewCoordinates(0, degrees); err == nil {
			t.Errorf("coordinates 0, %v accepted", degrees)
		}
	}
	if _, err := domain.ParseLatitude(90.0001); err == nil {
		t.Error("latitude beyond the pole accepted")
	}
	var lat domain.Latitude
	var lon domain.Longitude
	for _, v := range []any{nil, "45.1", "45,1", true, json.Number("x"), json.Number("1e999"), 181.0, int64(-181)} {
		if lat.UnmarshalGQL(v) == nil {
			t.Errorf("latitude %v unmarshalled", v)
		}
		if lon.UnmarshalGQL(v) == nil {
			t.Errorf("longitude %v unmarshalled", v)
		}
	}
}

func TestCoordinatesThroughTheContract(t *testing.T) {
	t.Parallel()
	for _, v := range []any{45.5, json.Number("45.5"), domain.Latitude(45.5)} {
		var lat domain.Latitude
		var out strings.Builder
		if err := lat.UnmarshalGQL(v); err != nil {
			t.Fatal(err)
		}
		if lat.MarshalGQL(&out); out.String() != "45.5" {
			t.Errorf("%T: got %s", v, out.String())
		}
	}
	for _, v := range []any{-5.0, -5, int64(-5), json.Number("-5"), domain.Longitude(-5)} {
		var lon domain.Longitude
		var out strings.Builder
		if err := lon.UnmarshalGQL(v); err != nil {
			t.Fatal(err)
		}
		if lon.MarshalGQL(&out); out.String() != "-5" {
			t.Errorf("%T: got %s", v, out.String())
		}
	}
}

func TestInMetropolitanFrance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]domain.Coordinates{
		"exchanged": {Latitude: 5.73578, Longitude: 45.18756}, "zero": {},
		"Réunion": {Latitude: -20.88, Longitude: 55.45}, "London": {Latitude: 51.5, Longitude: -0.12},
	} {
		if c.InMetropolitanFrance() {
			t.Errorf("%s lies in France", name)
		}
	}
	for name, c := range map[string]domain.Coordinates{
		"Grenoble": grenoble, "Ouessant": {Latitude: 48.457, Longitude: -5.14}, "Bastia": {Latitude: 42.7, Longitude: 9.45},
		"Bonifacio": {Latitude: 41.387, Longitude: 9.159}, "Bray-Dunes": {Latitude: 51.087, Longitude: 2.54},
	} {
		if !c.InMetropolitanFrance() {
			t.Errorf("%s does not lie in France", name)
		}
	}
}

func TestDistanceMetres(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b            domain.Coordinates
		want, tolerance float64
	}{
		{grenoble, grenoble, 0, 0},
		{grenoble, paris, 482_000, 3_000},
		// One degree of a great circle is 111 195 m with this radius.
		{domain.Coordinates{}, domain.Coordinates{Longitude: 1}, 111_195.08, 0.01},
		{domain.Coordinates{}, domain.Coordinates{Longitude: 180}, math.Pi * 6_371_008.8, 0.01},
	} {
		if got := domain.DistanceMetres(c.a, c.b); math.Abs(got-c.want) > c.tolerance {
			t.Errorf("%v to %v: got %.2f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

func TestDistanceIsAMetric(t *testing.T) {
	t.Parallel()
	point := rapid.Custom(func(rt *rapid.T) domain.Coordinates {
		return domain.Coordinates{
			Latitude:  domain.Latitude(rapid.Float64Range(-90, 90).Draw(rt, "latitude")),
			Longitude: domain.Longitude(rapid.Float64Range(-180, 180).Draw(rt, "longitude")),
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		a, b, c := point.Draw(rt, "a"), point.Draw(rt, "b"), point.Draw(rt, "c")
		ab, ba := domain.DistanceMetres(a, b), domain.DistanceMetres(b, a)
		if math.Abs(ab-ba) > 0.01 || ab < 0 || math.IsNaN(ab) || ab > math.Pi*6_371_009 {
			rt.Fatalf("%v and %v", ab, ba)
		}
		if ab > domain.DistanceMetres(a, c)+domain.DistanceMetres(c, b)+1 {
			rt.Fatalf("a detour over %v is shorter", c)
		}
	})
}

func TestBoundingBox(t *testing.T) {
	t.Parallel()
	nan := domain.Latitude(math.NaN())
	for name, c := range map[string]struct {
		box   domain.BoundingBox
		field string
	}{
		"upside down":      {domain.BoundingBox{South: 46, West: 5, North: 45, East: 6}, "north"},
		"flat":             {domain.BoundingBox{South: 45, West: 5, North: 45, East: 6}, "north"},
		"antimeridian":     {domain.BoundingBox{South: 45, West: 179, North: 46, East: -179}, "east"},
		"beyond the pole":  {domain.BoundingBox{South: -91, West: 5, North: 46, East: 6}, "south"},
		"not a number":     {domain.BoundingBox{South: 45, West: 5, North: nan, East: 6}, "north"},
		"around the world": {domain.BoundingBox{South: 45, West: 5, North: 46, East: 361}, "east"},
		"west of the west": {domain.BoundingBox{South: 45, West: -181, North: 46, East: 6}, "west"},
	} {
		refusals := c.box.Validate()
		if len(refusals) != 1 || refusals[0].Field[0] != c.field {
			t.Errorf("%s: got %v, want one of %s", name, refusals, c.field)
		}
	}
	metropole := domain.BoundingBox{South: 45, West: 5.5, North: 45.4, East: 6}
	if err := metropole.Validate().Err(); err != nil {
		t.Fatal(err)
	}
	if !metropole.Contains(grenoble) || metropole.Contains(paris) {
		t.Error("Grenoble lies in the box and Paris does not")
	}
}
