package domain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

func at[T any](v T) *T { return &v }

func TestManagedDwellingIsChecked(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	tomorrow := today.AddDays(1)
	lift := domain.DwellingAnswer{Criterion: domain.Lift, Answer: domain.Yes}
	for name, c := range map[string]struct {
		said  domain.ManagedDwelling
		field string
	}{
		"a long flat number":           {domain.ManagedDwelling{FlatNumber: strings.Repeat("é", 21)}, "flatNumber"},
		"a rent below nothing":         {domain.ManagedDwelling{Rent: at(domain.Money(-1))}, "rent"},
		"charges of a palace":          {domain.ManagedDwelling{Charges: at(domain.MaxRent + 1)}, "charges"},
		"a criterion twice":            {domain.ManagedDwelling{Answers: domain.DwellingAnswers{lift, lift}}, "criteria"},
		"an answer of tomorrow":        {domain.ManagedDwelling{Answers: domain.DwellingAnswers{{Criterion: domain.Lift, Answer: domain.Yes, StatedOn: &tomorrow}}}, "criteria"},
		"works that end as they begin": {domain.ManagedDwelling{Works: &domain.DwellingWorks{Kind: domain.WorksEnergy, From: today, Until: &today}}, "works"},
		"nothing known":                {domain.ManagedDwelling{}, ""},
		"all of it": {domain.ManagedDwelling{
			FlatNumber: "B 12", Rent: at(domain.Money(45120)), Charges: at(domain.Money(0)), Answers: domain.DwellingAnswers{lift},
			Works: &domain.DwellingWorks{Kind: domain.WorksEnergy, From: tomorrow},
		}, ""},
	} {
		refused := c.said.Check(today)
		switch {
		case c.field == "" && refused != nil:
			t.Errorf("%s is refused: %v", name, refused)
		case c.field != "" && (len(refused) != 1 || refused[0].Field[0] != c.field):
			t.Errorf("%s: %v", name, refused)
		}
	}
}

// What is said again without a date is as old as it was, what is not known is not kept, and
// every criterion has an answer.
func TestAnswersSettle(t *testing.T) {
	t.Parallel()
	long, today := domain.NewDate(2024, 5, 1), domain.NewDate(2026, 11, 23)
	before := domain.DwellingAnswers{{Criterion: domain.Lift, Answer: domain.Yes, Basis: at(domain.Declared), StatedOn: &long}}
	got := domain.DwellingAnswers{
		{Criterion: domain.WideDoors, Answer: domain.No}, {Criterion: domain.Lift, Answer: domain.Yes}, {Criterion: domain.Cellar, Answer: domain.NotKnown},
	}.Settled(before, today)
	if len(got) != 2 || got[0].Criterion != domain.Lift || *got[0].StatedOn != long || *got[1].StatedOn != today || *got[1].Basis != domain.Declared {
		t.Errorf("%+v", got)
	}
	measured := domain.DwellingAnswers{{Criterion: domain.Lift, Answer: domain.Yes, Basis: at(domain.Measured)}}.Settled(before, today)
	if *measured[0].StatedOn != today {
		t.Errorf("what was measured is as old as what was declared: %+v", measured)
	}
	all := got.All()
	if len(all) != len(domain.DwellingCriteria()) {
		t.Errorf("%d answers", len(all))
	}
	for _, a := range all {
		if known := a.Basis != nil; known != (a.Answer != domain.NotKnown) {
			t.Errorf("%+v", a)
		}
	}
}

func TestManagedDifferences(t *testing.T) {
	t.Parallel()
	day := domain.NewDate(2026, 12, 1)
	before := domain.ManagedDwelling{
		Rent: at(domain.Money(40000)), FlatNumber: "1",
		Answers: domain.DwellingAnswers{{Criterion: domain.Lift, Answer: domain.No, Basis: at(domain.Declared), StatedOn: &day}},
	}
	after := domain.ManagedDwelling{
		Rent: at(domain.Money(41000)), FlatNumber: "1",
		Answers: domain.DwellingAnswers{{Criterion: domain.Lift, Answer: domain.Yes, Basis: at(domain.Measured), StatedOn: &day}},
	}
	vacancy := domain.VacancyDates{Kind: domain.VacantForLetting, VacantFrom: day}
	was, is := before.Values(nil).Changed(after.Values(&vacancy))
	if _, kept := was["flatNumber"]; kept || len(was) != 2 || len(is) != 3 {
		t.Errorf("%v, %v", was, is)
	}
	text, err := json.Marshal(was.Differences(is))
	if err != nil {
		t.Fatal(err)
	}
	const want = `[{"Field":"criteria.LIFT","Before":"NO DECLARED","After":"YES MEASURED"},{"Field":"rent","Before":"40000","After":"41000"},` +
		`{"Field":"vacancy.kind","Before":"","After":"RELETTING"},{"Field":"vacancy.vacantFrom","Before":"","After":"2026-12-01"}]`
	if string(text) != want {
		t.Errorf("got %s", text)
	}
	if was, is := before.Values(nil).Changed(before.Values(nil)); len(was)+len(is) > 0 {
		t.Errorf("nothing changed, and yet %v %v", was, is)
	}
}

func TestVacancyIsChecked(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	for name, c := range map[string]struct {
		v     domain.VacancyDates
		field string
	}{
		"in three years":           {domain.VacancyDates{VacantFrom: today.AddDays(1000)}, "vacantFrom"},
		"notice of tomorrow":       {domain.VacancyDates{VacantFrom: today.AddDays(90), NoticeGivenOn: at(today.AddDays(1))}, "noticeGivenOn"},
		"notice after it is empty": {domain.VacancyDates{VacantFrom: today.AddDays(-9), NoticeGivenOn: at(today.AddDays(-8))}, "noticeGivenOn"},
		"available before":         {domain.VacancyDates{VacantFrom: today, AvailableOn: at(today.AddDays(-1))}, "availableOn"},
		"a usual one":              {domain.VacancyDates{VacantFrom: today.AddDays(60), NoticeGivenOn: &today, AvailableOn: at(today.AddDays(70))}, ""},
	} {
		refused := c.v.Check(today)
		if c.field == "" && refused != nil || c.field != "" && (len(refused) != 1 || refused[0].Field[0] != c.field) {
			t.Errorf("%s: %v", name, refused)
		}
	}
	open := domain.VacancyDates{VacantFrom: today.AddDays(-10)}
	if _, refused := open.Close(today.AddDays(1), domain.VacancyLet, today); refused == nil {
		t.Error("let tomorrow")
	}
	if _, refused := open.Close(today.AddDays(-11), domain.VacancyLet, today); refused == nil {
		t.Error("let before it was vacant")
	}
	if _, refused := open.Close(today.AddDays(-11), domain.VacancyCancelled, today); refused != nil {
		t.Error(refused)
	}
	let, refused := open.Close(today, domain.VacancyLet, today)
	if refused != nil || *let.ClosedOn != today {
		t.Error(let, refused)
	}
	if _, refused := let.Close(today, domain.VacancyLet, today); refused == nil {
		t.Error("let twice")
	}
}
