package directoryfile_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

func TestBoundariesRefused(t *testing.T) {
	t.Parallel()
	feature := func(code, geometry string) string {
		return `{"type":"Feature","properties":{"code":"` + code + `","nom":"A"},"geometry":` + geometry + `}`
	}
	collection := func(features ...string) string {
		return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",") + `]}`
	}
	const square = `{"type":"Polygon","coordinates":[[[5,45],[6,45],[6,46],[5,45]]]}`
	for name, file := range map[string]string{
		"empty":            "",
		"no GeoJSON":       `{"type":"Topology"}`,
		"cut":              collection(feature("38185", square))[:60],
		"bad code":         collection(feature("38", square)),
		"twice":            collection(feature("38185", square), feature("38185", square)),
		"a point":          collection(feature("38185", `{"type":"Point","coordinates":[5,45]}`)),
		"no geometry":      collection(feature("38185", "null")),
		"no ring":          collection(feature("38185", `{"type":"Polygon","coordinates":[]}`)),
		"open ring":        collection(feature("38185", `{"type":"Polygon","coordinates":[[[5,45],[6,45],[6,46],[5,46]]]}`)),
		"three positions":  collection(feature("38185", `{"type":"Polygon","coordinates":[[[5,45],[6,45],[5,45]]]}`)),
		"one number":       collection(feature("38185", `{"type":"Polygon","coordinates":[[[5],[6,45],[6,46],[5]]]}`)),
		"Lambert 93":       collection(feature("38185", `{"type":"Polygon","coordinates":[[[913000,6458000],[914000,6458000],[914000,6459000],[913000,6458000]]]}`)),
		"latitude first":   collection(feature("38185", `{"type":"Polygon","coordinates":[[[45,5],[45,6],[46,6],[45,5]]]}`)),
		"shape of another": collection(feature("38185", `{"type":"MultiPolygon","coordinates":[[[5,45],[6,45],[6,46],[5,45]]]}`)),
	} {
		if _, err := directoryfile.ParseBoundaries(strings.NewReader(file)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	in := &endless{start: `{"type":"`}
	if _, err := directoryfile.ParseBoundaries(in); err == nil || in.taken > 3*directoryfile.MaxFile {
		t.Errorf("endless file: %v after %d bytes", err, in.taken)
	}
}

func TestMultiPolygon(t *testing.T) {
	t.Parallel()
	const file = `{"type":"FeatureCollection","features":[{"properties":{"code":"38185","nom":"A"},"geometry":
		{"type":"MultiPolygon","coordinates":[[[[5,45],[6,45],[6,46],[5,45]]],[[[5,44],[6,44],[6,43],[5,44]]]]}}]}`
	b, err := directoryfile.ParseBoundaries(strings.NewReader(file))
	if err != nil || len(b) != 1 || len(b[0].Polygons) != 2 || b[0].Polygons[1][0][0] != (domain.Coordinates{Latitude: 44, Longitude: 5}) {
		t.Errorf("got %+v, %v", b, err)
	}
}

func TestEmbeddedCommunes(t *testing.T) {
	t.Parallel()
	communes, err := directoryfile.Communes()
	if err != nil {
		t.Fatal(err)
	}
	boundaries, err := directoryfile.Boundaries()
	if err != nil {
		t.Fatal(err)
	}
	if len(communes) != 49 || len(boundaries) != 49 {
		t.Fatalf("%d communes, %d boundaries, want 49", len(communes), len(boundaries))
	}
	outlines := map[domain.InseeCode]directoryfile.Boundary{}
	for _, b := range boundaries {
		if !json.Valid(b.Geometry) {
			t.Errorf("%s: the geometry is not JSON", b.InseeCode)
		}
		outlines[b.InseeCode] = b
	}
	population, points := 0, 0
	for _, c := range communes {
		population += c.Population
		b, ok := outlines[c.InseeCode]
		if !ok {
			t.Fatalf("%s has no boundary", c.Name)
		}
		for _, ring := range b.Polygons[0] {
			points += len(ring)
		}
		if d := domain.DistanceMetres(c.Coordinates, b.Polygons[0][0][0]); d > 15_000 {
			t.Errorf("%s: centre and boundary are %.0f m apart", c.Name, d)
		}
	}
	if population != 450_608 || points != 2_279 {
		t.Errorf("%d inhabitants, %d points, want 450608 and 2279", population, points)
	}
	if c := communes[0]; c.InseeCode != "38057" || c.Name != "Bresson" || c.Siren != "213800576" || c.Line != 3 {
		t.Errorf("got %+v", c)
	}
}

func TestCommunesRejected(t *testing.T) {
	t.Parallel()
	const head = "insee_code,name,postal_codes,population,lat,lon,siren\n"
	for row, column := range map[string]int{
		"3818,Grenoble,38000,1,45.1,5.7,213801855\n":   1,
		"38185,Grenoble,3800,1,45.1,5.7,213801855\n":   3,
		"38185,Grenoble,38000,-1,45.1,5.7,213801855\n": 4,
		"38185,Grenoble,38000,1,5.7,45.1,213801855\n":  5,
		"38185,Grenoble,38000,1,45.1,5.7,213801856\n":  7,
	} {
		p, err := directoryfile.ParseCommunes(strings.NewReader(head + row))
		if err != nil || p.RejectCount != 1 || p.Rejects[0].Column != column {
			t.Errorf("%q: got %v, %v", row, p.Rejects, err)
		}
	}
}

// The examples of the manual are files that are read.
func TestExamplesOfTheManual(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(manual), "```csv\n")
	if len(blocks) != 5 {
		t.Fatalf("%d examples, want 4", len(blocks)-1)
	}
	for i := range blocks {
		blocks[i], _, _ = strings.Cut(blocks[i], "```")
	}
	organisations, err := directoryfile.ParseOrganisations(strings.NewReader(blocks[1]), "", known())
	if err != nil || organisations.RejectCount > 0 || len(organisations.Rows) != 3 {
		t.Fatalf("organisations: %v, %v", organisations.Rejects, err)
	}
	k := directoryfile.Known{Communes: known().Communes, Organisations: map[string]bool{}}
	for _, o := range organisations.Rows {
		k.Organisations[o.Key] = true
	}
	points, err := directoryfile.ParseReceptionPoints(strings.NewReader(blocks[2]), "", k)
	if err != nil || points.RejectCount > 0 || len(points.Rows) != 1 || len(points.Rows[0].Weekly) != 6 {
		t.Fatalf("reception points: %v, %v", points.Rejects, err)
	}
	ownerships, err := directoryfile.ParseOwnerships(strings.NewReader(blocks[3]), "", known())
	if err != nil || ownerships.RejectCount > 0 || len(ownerships.Rows) != 5 {
		t.Fatalf("landlords: %v, %v", ownerships.Rejects, err)
	}
	if rows, p, _ := readManaged(t, blocks[4]); p.RejectCount > 0 || len(rows) != 1 {
		t.Fatalf("managed dwellings: %v", p.Rejects)
	}
	for _, code := range directoryfile.Codes() {
		if !strings.Contains(string(manual), "`"+string(code)+"`") {
			t.Errorf("the manual does not explain %s", code)
		}
	}
}
