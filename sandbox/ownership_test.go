package sandbox_test

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/sandbox"
)

func TestOwnershipsRefuseAnotherVintage(t *testing.T) {
	t.Parallel()
	if all, err := sandbox.Ownerships(2024); err == nil {
		t.Errorf("%d ownerships", len(all))
	}
}

func known(t *testing.T) directoryfile.Known {
	t.Helper()
	communes, err := directoryfile.Communes()
	must(t, err)
	k := directoryfile.Known{Communes: map[domain.InseeCode]bool{}, Landlords: map[domain.Siren]bool{}}
	for _, c := range communes {
		k.Communes[c.InseeCode] = true
	}
	for _, o := range sandbox.Organisations(communes) {
		if o.Kind == domain.Landlord {
			k.Landlords[o.Siren] = true
		}
	}
	if len(k.Landlords) != 15 {
		t.Fatalf("%d landlords", len(k.Landlords))
	}
	return k
}

func TestOwnershipsAreReadBack(t *testing.T) {
	t.Parallel()
	for _, vintage := range sandbox.StockVintages() {
		all, err := sandbox.Ownerships(vintage)
		must(t, err)
		again, err := sandbox.Ownerships(vintage)
		must(t, err)
		if !reflect.DeepEqual(all, again) {
			t.Error("asked again, others own the buildings")
		}
		var file bytes.Buffer
		must(t, directoryfile.WriteOwnerships(&file, all))
		p, err := directoryfile.ParseOwnerships(&file, directoryfile.UTF8, known(t))
		if err != nil || p.RejectCount > 0 || !p.Complete || len(p.Rows) != len(all) {
			t.Errorf("%d of %d, %v, %v", len(p.Rows), len(all), p.Rejects, err)
		}
	}
}

// Each ownership is of a building of the stock, and of floors that it has.
func TestOwnershipsFitTheStock(t *testing.T) {
	t.Parallel()
	for _, vintage := range sandbox.StockVintages() {
		buildings := byBuilding(newest(t, vintage))
		all, err := sandbox.Ownerships(vintage)
		must(t, err)
		parts := map[string][]directoryfile.Ownership{}
		owners, communes := map[domain.Siren]int{}, map[domain.InseeCode][]domain.Siren{}
		for _, o := range all {
			place := string(o.Commune) + " " + domain.NormaliseAddress(o.Address)
			if buildings[place] == nil {
				t.Fatalf("there is no building at %s", place)
			}
			parts[place] = append(parts[place], o)
			owners[o.Siren] += len(buildings[place])
			if !slices.Contains(communes[o.Commune], o.Siren) {
				communes[o.Commune] = append(communes[o.Commune], o.Siren)
			}
		}
		var whole, floors, shares float64
		for place, ownerships := range parts {
			switch o := ownerships[0]; {
			case o.Whole():
				whole++
			case o.Share > 0:
				shares++
				if len(ownerships) != 2 || o.Share+ownerships[1].Share != 100 {
					t.Errorf("%s: %+v", place, ownerships)
				}
			default:
				floors++
				for _, d := range buildings[place] {
					n := 0
					for _, o := range ownerships {
						if slices.Contains(o.Floors, d.Floor.Number) {
							n++
						}
					}
					if n != 1 {
						t.Fatalf("floor %s of %s has %d landlords", d.Floor, place, n)
					}
				}
			}
		}
		for name, c := range map[string]struct{ have, want, within float64 }{
			"whole": {whole, 91, 2}, "floors": {floors, 2.5, 1}, "shares": {shares, 1.5, 1},
			"unknown": {float64(len(buildings) - len(parts)), 5.3, 1},
		} {
			if percent := 100 * c.have / float64(len(buildings)); math.Abs(percent-c.want) > c.within {
				t.Errorf("%d, %s: %.1f %%", vintage, name, percent)
			}
		}
		if len(owners) != 15 || len(communes["38185"]) < 10 || len(communes) < 45 {
			t.Errorf("%d landlords, %d in Grenoble, %d communes", len(owners), len(communes["38185"]), len(communes))
		}
		for siren, n := range owners {
			if n < 300 || n > 15_000 {
				t.Errorf("%s has %d dwellings", siren, n)
			}
		}
	}
}
