package domain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// What is wrong with proposing employers names each that is to be mended, and nothing else does.
func TestCheckEmployers(t *testing.T) {
	t.Parallel()
	const forges, sawmill = domain.Siret("99900000300015"), domain.Siret("99900001100018")
	named := func(name string, sirets ...domain.Siret) (all []*domain.NamedEmployer) {
		for _, s := range sirets {
			all = append(all, &domain.NamedEmployer{Siret: s, Name: name})
		}
		return all
	}
	for name, c := range map[string]struct {
		employers []*domain.NamedEmployer
		listed    []domain.Siret
		fields    []string
	}{
		"no name":      {named("", forges), nil, []string{"employers 0 name"}},
		"long name":    {named(strings.Repeat("a", 201), forges), nil, []string{"employers 0 name"}},
		"two lines":    {named("A\nB", forges), nil, []string{"employers 0 name"}},
		"twice":        {named("A", forges, sawmill, forges), nil, []string{"employers 2 siret"}},
		"on the list":  {named("A", sawmill, forges), []domain.Siret{forges}, []string{"employers 1 siret"}},
		"two mistakes": {named(" A", forges), []domain.Siret{forges}, []string{"employers 0 name", "employers 0 siret"}},
		"one":          {named("A", forges), []domain.Siret{sawmill}, nil},
		"two":          {named(strings.Repeat("é", 200), forges, sawmill), nil, nil},
	} {
		var fields []string
		for _, r := range domain.CheckEmployers(c.employers, c.listed) {
			fields = append(fields, strings.Join(r.Field, " "))
		}
		if !slices.Equal(fields, c.fields) {
			t.Errorf("%s: %q, want %q", name, fields, c.fields)
		}
	}
}

// At least one changes in a call, and not too many.
func TestEmployersAtOnce(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 1, 51: 1, 1: 0, 50: 0} {
		if got := domain.EmployersAtOnce(n, "ids"); len(got) != want {
			t.Errorf("%d at once: %v", n, got)
		}
	}
}

// An employer is confirmed once, and what was withdrawn stays so.
func TestCheckEmployerStep(t *testing.T) {
	t.Parallel()
	const proposed, confirmed, withdrawn = domain.EmployerProposed, domain.EmployerConfirmed, domain.EmployerWithdrawn
	for _, c := range []struct {
		states []domain.ContributingEmployerState
		next   domain.ContributingEmployerState
		want   []string
	}{
		{[]domain.ContributingEmployerState{confirmed, proposed, withdrawn}, confirmed, []string{"ILLEGAL_TRANSITION ids 0", "ILLEGAL_TRANSITION ids 2"}},
		{[]domain.ContributingEmployerState{confirmed, withdrawn}, withdrawn, []string{"ILLEGAL_TRANSITION ids 1"}},
		{[]domain.ContributingEmployerState{proposed}, confirmed, nil},
		{[]domain.ContributingEmployerState{proposed, confirmed}, withdrawn, nil},
	} {
		var got []string
		for _, r := range domain.CheckEmployerStep(c.states, c.next) {
			got = append(got, string(r.Code)+" "+strings.Join(r.Field, " "))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v to %s: %q, want %q", c.states, c.next, got, c.want)
		}
	}
}
