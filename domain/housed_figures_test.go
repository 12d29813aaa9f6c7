package domain_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// housedTables are those of a year, of so many households in so many communes.
func housedTables(r *rand.Rand, communes, households, apart int) []domain.CountTable {
	var codes []domain.InseeCode
	for n := range communes {
		codes = append(codes, domain.InseeCode(fmt.Sprintf("38%03d", n)))
	}
	tables := domain.HousedTables(codes, apart)
	for i := range tables {
		tables[i].Counts = make([]int, len(tables[i].Axes[0].Categories)*len(tables[i].Axes[1].Categories))
	}
	typologies, classes := len(tables[0].Axes[1].Categories), len(tables[1].Axes[1].Categories)
	for range households {
		commune, typology, class := skewed(r, communes+1), skewed(r, typologies), skewed(r, classes)
		tables[0].Counts[commune*typologies+typology]++
		tables[1].Counts[typology*classes+class]++
	}
	return tables
}

// TestHousedFiguresHideSmallCounts: in years of all sizes no count under the threshold
// shows, and no hidden one can be bounded within it, for both tables together; the typology,
// which both have, is hidden in both or in none.
func TestHousedFiguresHideSmallCounts(t *testing.T) {
	t.Parallel()
	r := random(t)
	shown, hidden := 0, 0
	for n := range *publications / 20 {
		tables := housedTables(r, 1+r.IntN(49), r.IntN(1<<(n%13)), r.IntN(20))
		year := publish(t, tables, published)
		if err := published.Verify(year); err != nil {
			t.Fatal(err)
		}
		for i := range year {
			counts := truths(tables[i])
			for at, f := range figures(&year[i]) {
				switch {
				case *f == nil:
					hidden++
				case counts[at] < published.Threshold:
					t.Fatalf("%d shows as %d", counts[at], **f)
				default:
					shown++
				}
			}
		}
		for at, figure := range year[0].Margins[1] {
			if other := year[1].Margins[0][at]; (figure == nil) != (other == nil) || figure != nil && *figure != *other {
				t.Fatalf("a typology is %v in one table and %v in the other", figure, other)
			}
		}
	}
	if shown < 100 || hidden < 100 {
		t.Errorf("%d shown, %d hidden: too few to tell", shown, hidden)
	}
}

// TestHousedTables: those whose wishes are gone have a place, and so has nobody else.
func TestHousedTables(t *testing.T) {
	t.Parallel()
	tables := domain.HousedTables([]domain.InseeCode{"38185", "38421"}, 3)
	if got := tables[0].Axes[0].Categories; !slices.Equal(got, []string{"38185", "38421", domain.NoCategory}) {
		t.Errorf("communes %v", got)
	}
	if got := tables[1].Axes[1].Categories; len(got) != 5 || got[0] != "UNDER_12_MONTHS" {
		t.Errorf("classes %v", got)
	}
	word := func(s string) *string { return &s }
	for name, keys := range map[string][]*string{"no typology": {word("38185"), nil}, "an unknown one": {word("38185"), word("UNKNOWN")}} {
		if tables[0].Count([]*domain.ApplicationCell{{Keys: keys, Count: 1}}) == nil {
			t.Errorf("%s: counted", name)
		}
	}
	if err := tables[0].Count([]*domain.ApplicationCell{{Keys: []*string{nil, word("T1")}, Count: 2}}); err != nil || tables[0].Counts[12] != 2 {
		t.Errorf("erased meanwhile: %v %v", tables[0].Counts, err)
	}
	if tables[0].Apart != 3 || tables[1].Apart != 3 {
		t.Error("the files apart are not those")
	}
}
