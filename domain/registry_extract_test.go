package domain_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

// What the registry states may be incomplete, and not wrong.
func TestFormsFromTheRegistry(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	bare := func() domain.ApplicationForm {
		return domain.ApplicationForm{
			Household: []domain.MemberForm{{Link: domain.LinkApplicant}},
			Contact:   domain.ContactForm{Dwelling: &domain.CurrentDwelling{}},
		}
	}
	for name, wrong := range map[string]func(*domain.ApplicationForm){
		"a number in a name": func(f *domain.ApplicationForm) { f.Household[0].BirthName = "1 85 05 78 006 084 91" },
		"a long name":        func(f *domain.ApplicationForm) { f.Household[0].GivenNames = string(make([]byte, 101)) },
		"a birth to come":    func(f *domain.ApplicationForm) { f.Household[0].BornOn = today.AddDays(1) },
		"a child without a birth": func(f *domain.ApplicationForm) {
			f.Household = append(f.Household, domain.MemberForm{Link: domain.LinkChild})
		},
		"a child that is expected": func(f *domain.ApplicationForm) {
			f.Household = append(f.Household, domain.MemberForm{Link: domain.LinkToBeBorn})
		},
		"a title":        func(f *domain.ApplicationForm) { f.Household[0].CivilStatus = &domain.CivilStatus{Title: "3"} },
		"a reason":       func(f *domain.ApplicationForm) { f.File.Reasons = []string{"99"} },
		"a year to come": func(f *domain.ApplicationForm) { f.File.TaxYear = 2027 },
		"an income":      func(f *domain.ApplicationForm) { f.File.TaxIncome = -1 },
		"a postal code":  func(f *domain.ApplicationForm) { f.Contact.PostalCode = "3800" },
		"a wish twice":   func(f *domain.ApplicationForm) { f.Wishes = []domain.InseeCode{"38185", "38185"} },
		"a crowd":        func(f *domain.ApplicationForm) { f.Contact.Dwelling.People = 51 },
		"nobody who applies": func(f *domain.ApplicationForm) {
			f.Household[0].Link = domain.LinkSpouse
			f.Household[0].BornOn = today.AddDays(-9)
		},
	} {
		f := bare()
		if wrong(&f); len(f.CheckFromRegistry(today)) != 1 {
			t.Errorf("%s: %v", name, f.CheckFromRegistry(today))
		}
	}
	f := bare()
	if refusals := f.CheckFromRegistry(today); refusals != nil || f.EnoughToRegister() || f.Household[0].BirthName != "" || f.Contact.Dwelling.People != 0 {
		t.Errorf("%v, %+v", refusals, f)
	}
	f.File.TaxYear = 2009
	if refusals := f.CheckFromRegistry(today); refusals != nil {
		t.Error(refusals)
	}
}

// An application that comes from elsewhere is valid from the last anniversary of its
// deposit, that day included.
func TestLivesTakenOver(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		today := domain.NewDate(2026, 1, 1).AddDays(rapid.IntRange(0, 800).Draw(rt, "today"))
		day := today.AddDays(-rapid.IntRange(0, 40_000).Draw(rt, "days ago"))
		clocks := domain.LegalClocksOn(today)
		life, _ := domain.NewLife("app").Submit(day, clocks, day)
		life, _ = life.Validate("0380326012345G1234", clocks, day)
		l := life.TakenOver(clocks, today)
		if l.State != domain.ApplicationActive || l.FirstDepositedOn != day || l.AcknowledgedOn != day || today.Before(l.ValidFrom) ||
			l.ValidFrom.AddMonths(12).AddDays(-1).Before(today.AddDays(-1)) || !today.Before(l.ValidUntil) {
			rt.Fatalf("deposited on %s, valid from %s until %s on %s", day, l.ValidFrom, l.ValidUntil, today)
		}
		if (l.ValidFrom == day) != l.RenewedOn.IsZero() {
			rt.Fatalf("renewed on %s", l.RenewedOn)
		}
	})
}

// A stronger source keeps its word, and the same source its last.
func TestWhatProvenanceKeeps(t *testing.T) {
	t.Parallel()
	day := domain.NewDate(2026, 3, 16)
	registry := domain.ValueOrigin{Source: domain.SourceRegistry, On: day}
	p := domain.Provenance{}
	for field, of := range map[string]domain.ValueOrigin{
		"a": {Source: domain.SourceDocument, On: day.AddDays(-9)}, "b": {Source: domain.SourceRegistry, On: day.AddDays(1)},
		"c": {Source: domain.SourceRegistry, On: day}, "d": {Source: domain.SourceApplicant, On: day.AddDays(9)},
	} {
		of.Field = field
		p = p.With(of)
	}
	for field, want := range map[string]bool{"a": true, "b": true, "c": false, "d": false, "e": false} {
		if p.Keeps(field, registry) != want {
			t.Errorf("%s: %v", field, !want)
		}
	}
	said := domain.Provenance{}.Stating(domain.ApplicationCorrection{
		Names: &domain.NamesForm{GivenNames: "Ana", BirthName: "Costa"}, File: &domain.FileForm{TaxYear: 2025},
	}, registry)
	var fields []string
	for _, o := range said {
		fields = append(fields, o.Field)
	}
	if !slices.Equal(fields, []string{"file.taxYear", "names.birthName", "names.givenNames"}) {
		t.Error(fields)
	}
}

func TestHouseholdsAreTheSame(t *testing.T) {
	t.Parallel()
	member := func(link domain.HouseholdLink, name string, year int) domain.MemberForm {
		return domain.MemberForm{Link: link, NamesForm: domain.NamesForm{GivenNames: name, BirthName: "Costa"}, BornOn: domain.NewDate(year, 1, 2)}
	}
	home := []domain.MemberForm{member(domain.LinkApplicant, "Ana", 1990), member(domain.LinkChild, "Léo", 2015), member(domain.LinkChild, "Zoé", 2017)}
	if !domain.SameHousehold(home, []domain.MemberForm{member(domain.LinkApplicant, "Anne", 1990), home[2], member(domain.LinkChild, "Léo", 2015)}) {
		t.Error("they are the same")
	}
	paid := slices.Clone(home)
	paid[0].Resources = []domain.ResourceLine{{Kind: "SAL", Amount: 1}}
	paid[0].CivilStatus = &domain.CivilStatus{FamilyStatus: "D"}
	if !domain.SameHousehold(home, paid) || domain.SameHousehold(paid, home) {
		t.Error("what is not stated is no difference, what is stated is one")
	}
	for _, other := range [][]domain.MemberForm{home[:2], {home[0], home[1], home[1]}, {home[0], home[1], member(domain.LinkChild, "Zoé", 2018)}, {home[0], home[1], member(domain.LinkVisitingChild, "Zoé", 2017)}} {
		if domain.SameHousehold(home, other) {
			t.Errorf("%+v is the same", other)
		}
	}
}

func TestReasonsOfRegistryCodes(t *testing.T) {
	t.Parallel()
	for _, word := range domain.RemovalReason("").Values() {
		code, _ := domain.RemovalReason(word).RegistryCodes()
		if !slices.Contains(domain.RemovalReasonsOf(code), domain.RemovalReason(word)) {
			t.Errorf("%s is not among those of %s", word, code)
		}
	}
	if len(domain.RemovalReasonsOf("RADIRR")) != 2 || domain.RemovalReasonsOf("") != nil || len(domain.RegistryListings()) != 9 {
		t.Error("codes")
	}
	for _, why := range domain.RegistryListings() {
		if why.Words().EN == "" || why.Words().FR == "" {
			t.Errorf("%s has no words", why)
		}
	}
}
