package domain_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

// Whatever a form states is told, each value under its path and once; what it does not
// state is not.
func TestDraftTellsWhatItStates(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-zé]{0,8}`)
		f := domain.ApplicationForm{Contact: domain.ContactForm{Address: word.Draw(t, "address"), Town: word.Draw(t, "town")}}
		f.File.TaxYear = rapid.IntRange(0, 2026).Draw(t, "year")
		want := map[string]string{"contact.address": f.Contact.Address, "contact.town": f.Contact.Town}
		for i := range rapid.IntRange(0, 3).Draw(t, "people") {
			m := domain.MemberForm{Link: domain.LinkChild, NamesForm: domain.NamesForm{GivenNames: word.Draw(t, "given")}}
			f.Household = append(f.Household, m)
			at := "household." + string(rune('0'+i))
			want[at+".link"], want[at+".givenNames"] = "CHILD", m.GivenNames
		}
		told := map[string]string{}
		for _, v := range f.Values() {
			if told[v.Field] != "" || v.Value == "" {
				t.Fatalf("%s twice, or empty", v.Field)
			}
			told[v.Field] = v.Value
		}
		for field, value := range want {
			if told[field] != value {
				t.Errorf("%s: %q, want %q", field, told[field], value)
			}
		}
		if n := f.File.TaxYear; (told["file.taxYear"] == "") != (n == 0) {
			t.Errorf("year %d: %q", n, told["file.taxYear"])
		}
	})
}

// A number of social security is not even kept, wherever it is written.
func TestDraftRefusesTheNIR(t *testing.T) {
	t.Parallel()
	const nir = "1 85 05 78 006 084 91"
	var empty domain.ApplicationForm
	if refused := empty.CheckDraft(); refused != nil {
		t.Errorf("nothing at all: %v", refused)
	}
	for path, f := range map[string]domain.ApplicationForm{
		"form household 0 givenNames":         {Household: []domain.MemberForm{{NamesForm: domain.NamesForm{GivenNames: nir}}}},
		"form household 0 work employer":      {Household: []domain.MemberForm{{Work: &domain.Work{Employer: nir}}}},
		"form household 0 sensitive freeText": {Household: []domain.MemberForm{{Sensitive: &domain.SensitiveForm{FreeText: nir}}}},
		"form contact mailing address":        {Contact: domain.ContactForm{Mailing: &domain.MailingAddress{Address: nir}}},
		"form file reasons 0":                 {File: domain.FileForm{Reasons: []string{nir}}},
		"form category":                       {SearchForm: domain.SearchForm{Category: nir}},
	} {
		if refused := f.CheckDraft(); len(refused) != 1 || strings.Join(refused[0].Field, " ") != path {
			t.Errorf("%s: %v", path, refused)
		}
	}
	long := domain.ApplicationForm{Contact: domain.ContactForm{Town: strings.Repeat("a", 3000)}, Household: make([]domain.MemberForm, 21)}
	if refused := long.CheckDraft(); len(refused) != 2 {
		t.Errorf("too much: %v", refused)
	}
}
