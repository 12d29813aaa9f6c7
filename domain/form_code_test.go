package domain_test

import (
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// Every list is whole: words in both languages, and codes that come once.
func TestFormCodes(t *testing.T) {
	t.Parallel()
	lists := domain.FormCodes()
	if len(lists) != 17 {
		t.Errorf("%d lists", len(lists))
	}
	for _, l := range lists {
		seen := map[string]bool{}
		for _, e := range l.Entries {
			if e.Words.EN == "" || e.Words.FR == "" || seen[e.Code] || l.Source == "" {
				t.Errorf("%s %s: %v", l.Name, e.Code, e.Words)
			}
			seen[e.Code] = true
		}
	}
}

// The classes of housing and the modes that have a class for themselves.
func TestHousingModes(t *testing.T) {
	t.Parallel()
	for mode, class := range map[string]domain.HousingClass{
		"HLM": domain.SocialTenant, "LP": domain.PrivateTenant, "POCC": domain.Owner, "CPE": domain.HostedFree, "SH": domain.OtherHousing, "": "",
	} {
		if got := domain.HousingClassOf(mode); got != class {
			t.Errorf("%s is %s", mode, got)
		}
	}
	for class, mode := range map[domain.HousingClass]string{
		domain.SocialTenant: "HLM", domain.PrivateTenant: "LP", domain.Owner: "POCC", domain.HostedFree: "", domain.OtherHousing: "",
	} {
		if got := domain.HousingModeOf(class); got != mode {
			t.Errorf("%s is told by %s", class, got)
		}
	}
}

// Resources of a sensitive kind count among the others, so that no total tells of them, and
// come back by their own kind where they are told.
func TestSensitiveResources(t *testing.T) {
	t.Parallel()
	line := func(kind string, amount domain.Money) domain.ResourceLine {
		return domain.ResourceLine{Kind: kind, Amount: amount}
	}
	for name, c := range map[string]struct{ all, shown []domain.ResourceLine }{
		"none":             {nil, []domain.ResourceLine{}},
		"ordinary":         {[]domain.ResourceLine{line("AF", 2), line("SAL", 1)}, []domain.ResourceLine{line("SAL", 1), line("AF", 2)}},
		"sensitive alone":  {[]domain.ResourceLine{line("AAH", 5)}, []domain.ResourceLine{line("AUT", 5)}},
		"beside another":   {[]domain.ResourceLine{line("AUT", 1), line("AAH", 5), line("PINV", 2)}, []domain.ResourceLine{line("AUT", 8)}},
		"of an ill child":  {[]domain.ResourceLine{line("AEEH", 5), line("SAL", 3), line("AJPP", 1)}, []domain.ResourceLine{line("SAL", 3), line("AUT", 6)}},
		"nothing to hide":  {[]domain.ResourceLine{line("AUT", 4)}, []domain.ResourceLine{line("AUT", 4)}},
		"student's grants": {[]domain.ResourceLine{line("BE", 4)}, []domain.ResourceLine{line("BE", 4)}},
	} {
		shown := domain.Shown(c.all)
		if !slices.Equal(shown, c.shown) {
			t.Errorf("%s: shown %v", name, shown)
		}
		again := domain.Unfolded(shown, domain.SensitiveOf(c.all))
		if len(again) != len(c.all) || slices.ContainsFunc(c.all, func(l domain.ResourceLine) bool { return !slices.Contains(again, l) }) {
			t.Errorf("%s: told %v", name, again)
		}
	}
	stale := domain.Unfolded([]domain.ResourceLine{line("AUT", 3)}, []domain.ResourceLine{line("AAH", 5)})
	if !slices.Equal(stale, []domain.ResourceLine{line("AUT", 3)}) {
		t.Errorf("what was told of another day counts: %v", stale)
	}
	beside := domain.Beside([]domain.ResourceLine{line("AAH", 5), line("PINV", 1)}, []domain.ResourceLine{line("AAH", 6)})
	if !slices.Equal(beside, []domain.ResourceLine{line("AAH", 6), line("PINV", 1)}) {
		t.Errorf("told again: %v", beside)
	}
}
