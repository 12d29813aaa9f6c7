package domain_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

var points = domain.DuplicatePointsOn(domain.NewDate(2026, 11, 23))

func TestPointsThatAreRefused(t *testing.T) {
	t.Parallel()
	const head = "reason,valid_from,valid_until,value,article\n"
	for name, line := range map[string]string{
		"unknown reason": "SAME_CAT,2017-05-11,,10,nowhere\n",
		"no number":      "SAME_NAME,2017-05-11,,many,nowhere\n",
		"nothing":        "threshold,2017-05-11,,0,nowhere\n",
		"no day":         "threshold,,,75,nowhere\n",
	} {
		if domain.ParseDuplicatePoints([]byte(head+line)) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// The points are all there, and what a family shares is never enough.
func TestPoints(t *testing.T) {
	t.Parallel()
	dated(t, "duplicate_points.csv")
	all := 0
	for _, word := range domain.DuplicateReason("").Values() {
		n := points.Points[domain.DuplicateReason(word)]
		if n < 1 {
			t.Errorf("%s counts nothing", word)
		}
		all += n
	}
	contact := points.Points[domain.SamePhone] + points.Points[domain.SameEmail] + points.Points[domain.SameAddress]
	if contact+points.Points[domain.SameBirthDate] >= points.Threshold {
		t.Error("twins are a duplicate")
	}
	if contact+points.Points[domain.SameName] >= points.Threshold {
		t.Error("father and son are a duplicate")
	}
	if points.Points[domain.SameName]+points.Points[domain.SameBirthDate] < points.Threshold {
		t.Error("the same name and birth date are none")
	}
}

func marie(change ...func(*domain.Identity)) domain.Identity {
	i := domain.Identity{
		GivenNames: "Marie-Hélène", BirthName: "de la Forêt", UsualName: "Durand", BornOn: domain.NewDate(1985, 3, 12),
		Phones: []domain.PhoneNumber{"+33476000000"}, Emails: []domain.EmailAddress{"Marie@example.org"},
		Address: "12 bis av. Jean-Jaurès 38000 Grenoble",
	}
	for _, c := range change {
		c(&i)
	}
	return i
}

func given(s string) func(*domain.Identity) { return func(i *domain.Identity) { i.GivenNames = s } }
func birth(s string) func(*domain.Identity) { return func(i *domain.Identity) { i.BirthName = s } }
func unmarried(i *domain.Identity)          { i.UsualName = "" }
func abroad(i *domain.Identity)             { i.Phones, i.Emails, i.Address = nil, nil, "" }
func nobody(i *domain.Identity)             { *i = domain.Identity{} }
func spelling(i *domain.Identity) {
	i.Address, i.Emails[0] = "12B Avenue Jean Jaures, 38000 GRENOBLE", "marie@EXAMPLE.org"
}

func born(y, m, d int) func(*domain.Identity) {
	return func(i *domain.Identity) { i.BornOn = domain.NewDate(y, 1, 1).AddMonths(m - 1).AddDays(d - 1) }
}

func TestResemblance(t *testing.T) {
	t.Parallel()
	const contact = "SAME_PHONE SAME_EMAIL SAME_ADDRESS"
	for name, c := range map[string]struct {
		other     domain.Identity
		points    int
		reasons   string
		duplicate bool
	}{
		"nobody":                     {marie(nobody), 0, "", false},
		"a husband":                  {marie(given("Jean"), birth("Durand"), unmarried, born(1983, 1, 30)), 30, contact, false},
		"a twin":                     {marie(given("Claire"), unmarried), 70, "SAME_BIRTH_DATE " + contact, false},
		"a mother of the same name":  {marie(born(1958, 7, 1)), 70, "SAME_NAME " + contact, false},
		"a namesake":                 {marie(abroad, born(1990, 1, 1)), 40, "SAME_NAME", false},
		"a short name that differs":  {marie(abroad, given("Léa"), unmarried), 40, "SAME_BIRTH_DATE", false},
		"born that day, elsewhere":   {marie(abroad, given("Paul"), birth("Martin"), unmarried), 40, "SAME_BIRTH_DATE", false},
		"a typing error, no contact": {marie(abroad, given("Marie-Helenne")), 65, "CLOSE_NAME SAME_BIRTH_DATE", false},

		"herself":                       {marie(), 110, "SAME_NAME SAME_BIRTH_DATE " + contact, true},
		"written otherwise":             {marie(spelling), 110, "SAME_NAME SAME_BIRTH_DATE " + contact, true},
		"moved, no contact":             {marie(abroad), 80, "SAME_NAME SAME_BIRTH_DATE", true},
		"without accents and particles": {marie(abroad, given("HELENE MARIE"), birth("Foret"), unmarried), 80, "SAME_NAME SAME_BIRTH_DATE", true},
		"under the name of use alone":   {marie(abroad, birth("Durand"), unmarried), 80, "SAME_NAME SAME_BIRTH_DATE", true},
		"names the other way round":     {marie(abroad, given("Durand"), birth("Marie-Hélène"), unmarried), 80, "SAME_NAME SAME_BIRTH_DATE", true},
		"one given name left out":       {marie(given("Marie")), 95, "CLOSE_NAME SAME_BIRTH_DATE " + contact, true},
		"a typing error":                {marie(birth("de la Froêt"), unmarried), 95, "CLOSE_NAME SAME_BIRTH_DATE " + contact, true},
		"a wrong digit in the date":     {marie(born(1986, 3, 12)), 90, "SAME_NAME CLOSE_BIRTH_DATE " + contact, true},
		"day for month":                 {marie(born(1985, 12, 3)), 90, "SAME_NAME CLOSE_BIRTH_DATE " + contact, true},
	} {
		r := points.Compare(marie(), c.other)
		words := ""
		for _, reason := range r.Reasons {
			words += " " + string(reason)
		}
		if r.Points != c.points || words != prefixed(c.reasons) || r.Duplicate != c.duplicate {
			t.Errorf("%s: %d for%s, %v", name, r.Points, words, r.Duplicate)
		}
	}
	if r := points.Compare(marie(abroad, given("Léa")), marie(abroad, given("Léo"))); r.Points != 40 {
		t.Errorf("two short names: %+v", r)
	}
	if r := points.Compare(domain.Identity{}, domain.Identity{}); r.Points != 0 {
		t.Errorf("two of whom nothing is known: %+v", r)
	}
	empty := domain.Identity{Phones: []domain.PhoneNumber{""}, Emails: []domain.EmailAddress{""}, BirthName: "-", GivenNames: "'", Address: " "}
	if r := points.Compare(empty, empty); r.Points != 0 {
		t.Errorf("two of whom nothing is told: %+v", r)
	}
}

func prefixed(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

// anyIdentity is one of few names, dates and contacts: they agree often.
var anyIdentity = rapid.Custom(func(t *rapid.T) domain.Identity {
	name := rapid.OneOf(rapid.SampledFrom([]string{
		"", "Marie", "Marie-Claire", "Maria", "Claire", "Durand", "Durant", "de Durand", "DURAND Marie", "Nguyen", "Nuygen", "Éléonore",
	}), rapid.String())
	return domain.Identity{
		GivenNames: name.Draw(t, "given"), BirthName: name.Draw(t, "birth"), UsualName: name.Draw(t, "usual"),
		BornOn: rapid.SampledFrom([]domain.Date{
			{}, domain.NewDate(1985, 3, 12), domain.NewDate(1985, 12, 3), domain.NewDate(1986, 3, 12), domain.NewDate(1960, 2, 29),
		}).Draw(t, "born"),
		Phones:  rapid.SliceOfN(rapid.SampledFrom([]domain.PhoneNumber{"+33476000000", "+33476000001", ""}), 0, 2).Draw(t, "phones"),
		Emails:  rapid.SliceOfN(rapid.SampledFrom([]domain.EmailAddress{"a@example.org", "A@example.org", ""}), 0, 2).Draw(t, "emails"),
		Address: rapid.OneOf(rapid.SampledFrom([]string{"", "1 rue Thiers", "01, R. Thiers"}), rapid.String()).Draw(t, "address"),
	}
})

// Which of the two is asked about changes nothing, the points are those of the reasons,
// and who agrees with another in all that is told resembles it no less than anybody.
func TestResemblanceIsSymmetricAndExplained(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyIdentity.Draw(t, "a"), anyIdentity.Draw(t, "b")
		r := points.Compare(a, b)
		if back := points.Compare(b, a); fmt.Sprint(back) != fmt.Sprint(r) {
			t.Fatalf("%+v, and the other way %+v", r, back)
		}
		sum := 0
		for _, reason := range r.Reasons {
			sum += points.Points[reason]
		}
		if sum != r.Points || r.Duplicate && r.Points < points.Threshold {
			t.Fatalf("%+v", r)
		}
		name := slices.Contains(r.Reasons, domain.SameName) || slices.Contains(r.Reasons, domain.CloseName)
		date := slices.Contains(r.Reasons, domain.SameBirthDate) || slices.Contains(r.Reasons, domain.CloseBirthDate)
		if r.Duplicate && (!name || !date) {
			t.Fatalf("a duplicate without a name or a birth date: %+v", r)
		}
		if own := points.Compare(a, a); own.Points < r.Points {
			t.Fatalf("%+v with itself, %+v with another", own, r)
		}
	})
}

func FuzzCompare(f *testing.F) {
	f.Add("Marie", "Durand", "1 rue Thiers", "Marie", "Durant", "01 R. Thiers")
	f.Add("\xff", "", "'", "é", "ß", "\x00")
	f.Fuzz(func(t *testing.T, given, birth, address, otherGiven, otherBirth, otherAddress string) {
		a := domain.Identity{GivenNames: given, BirthName: birth, Address: address}
		b := domain.Identity{GivenNames: otherGiven, BirthName: otherBirth, Address: otherAddress}
		if r, back := points.Compare(a, b), points.Compare(b, a); r.Points != back.Points {
			t.Errorf("%+v, and the other way %+v", r, back)
		}
	})
}

func BenchmarkCompare(b *testing.B) {
	one, other := marie(), marie(spelling)
	for b.Loop() {
		points.Compare(one, other)
	}
}
