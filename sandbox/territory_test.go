package sandbox

import (
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// Every copy has codes, an EPCI and a cell of its own, and all of it is in France.
func TestTerritories(t *testing.T) {
	t.Parallel()
	communes, err := directoryfile.Communes()
	if err != nil {
		t.Fatal(err)
	}
	if len(communes) != townsPerTerritory {
		t.Fatalf("%d communes", len(communes))
	}
	boundaries, err := directoryfile.Boundaries()
	if err != nil {
		t.Fatal(err)
	}
	var corners []domain.Coordinates
	for _, b := range boundaries {
		for _, rings := range b.Polygons {
			corners = append(corners, rings[0]...)
		}
	}
	codes, epcis, centres := map[domain.InseeCode]bool{}, map[string]bool{}, []domain.Coordinates{}
	for n := range MaxStockScale {
		laid := territoryOf(n)
		if epcis[laid.epci] {
			t.Errorf("copy %d has the EPCI %s of another", n, laid.epci)
		}
		epcis[laid.epci] = true
		if n == 0 {
			continue
		}
		if _, err := domain.ParseSiren(laid.epci); err != nil || laid.epci[:3] != "000" {
			t.Errorf("copy %d has the EPCI %s: %v", n, laid.epci, err)
		}
		for town := range townsPerTerritory {
			code, err := domain.ParseInseeCode(laid.code(town))
			if err != nil || codes[code] || code[2:] < "902" {
				t.Errorf("copy %d: code %s, %v", n, code, err)
			}
			codes[code] = true
		}
		// A rectangle that lies within the mainland, whatever the coast does.
		inland := domain.BoundingBox{South: 43.7, West: -0.55, North: 49.25, East: 6.15}
		for _, c := range corners {
			if at := move(c, laid.north, laid.east); !inland.Contains(at) {
				t.Fatalf("copy %d reaches %v", n, at)
			}
		}
		centre := move(corners[0], laid.north, laid.east)
		for _, other := range centres {
			if metres(centre, other) < 30_000 {
				t.Errorf("copy %d lies on another", n)
			}
		}
		centres = append(centres, centre)
	}
}

func TestFictionalSirensAreDistinctAndChecked(t *testing.T) {
	t.Parallel()
	seen := map[domain.Siren]bool{}
	for n := 1; n < 3000; n++ {
		s := fictionalSiren(n)
		if _, err := domain.ParseSiren(string(s)); err != nil || seen[s] || s[:3] != "000" {
			t.Fatalf("%d is %s: %v", n, s, err)
		}
		seen[s] = true
	}
}
