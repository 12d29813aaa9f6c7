package domain_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func TestID(t *testing.T) {
	t.Parallel()
	const valid = "rpt_01JD8Q6Y2V0000000000000000"
	checkScalar(t, domain.ParseID,
		[]string{
			"", "rpt", "rpt_", valid[:29], valid + "0", "xyz" + valid[3:], "RPT" + valid[3:],
			"rpt_01jd8q6y2v0000000000000000", // lower case
			"rpt_81JD8Q6Y2V0000000000000000", // beyond 128 bits
			"rpt_01JD8Q6Y2VU000000000000000", // U is not in the alphabet
			"rpt-01JD8Q6Y2V0000000000000000", "'; DROP TABLE reception_point;",
		},
		map[string]domain.ID{valid: valid})
	checkStored(t, domain.ID(valid), valid, []byte(valid))
	if got := domain.ID(valid).Prefix(); got != domain.ReceptionPointPrefix {
		t.Errorf("prefix %q", got)
	}
}

func TestPrefixesAreThreeLettersAndUnique(t *testing.T) {
	t.Parallel()
	prefixes := domain.Prefixes()
	slices.Sort(prefixes)
	if unique := len(slices.Compact(prefixes)); unique != len(domain.Prefixes()) {
		t.Error("a prefix is used twice")
	}
	for _, p := range prefixes {
		if len(p) != 3 {
			t.Errorf("prefix %q", p)
		}
	}
}

func TestIDsSortByTimeAndParse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := rapid.SampledFrom(domain.Prefixes()).Draw(rt, "prefix")
		at := time.UnixMilli(rapid.Int64Range(0, 4e12).Draw(rt, "at"))
		id, later := domain.NewID(p, at), domain.NewID(p, at.Add(time.Millisecond))
		if id >= later {
			rt.Fatalf("%s does not sort before %s", id, later)
		}
		key := rapid.String().Draw(rt, "key")
		derived := domain.DerivedID(p, at, key)
		if derived != domain.DerivedID(p, at, key) || derived == domain.DerivedID(p, at, key+"x") {
			rt.Fatal("a derived id belongs to its key")
		}
		for _, id := range []domain.ID{id, derived} {
			if got, err := domain.ParseID(string(id)); err != nil || got != id || got.Prefix() != p {
				rt.Fatalf("%s: got %s, %v", id, got, err)
			}
		}
	})
}
