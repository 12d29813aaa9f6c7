package domain_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

var (
	advisedOn = domain.NewDate(2026, 11, 24)
	around    = []domain.AdvisedCommune{
		{Code: "38185", Name: "Grenoble", At: domain.Coordinates{Latitude: 45.18, Longitude: 5.72}},
		{Code: "38229", Name: "Meylan", At: domain.Coordinates{Latitude: 45.21, Longitude: 5.78}},
		{Code: "38562", Name: "Vizille", At: domain.Coordinates{Latitude: 45.07, Longitude: 5.77}},
	}
	standing = []domain.StockLine{
		{"38185", domain.T3, "13", "", 100},
		{"38185", domain.T3, "10", "1", 20},
		{"38185", domain.T3, "14", "", 9},
		{"38185", domain.T3, "99", "1", 4},
		{"38185", domain.T4, "13", "", 50},
		{"38185", domain.T1, "13", "", 70},
		{"38229", domain.T3, "13", "", 7},
		{"38562", domain.T3, "52", "", 30},
		{"38562", domain.T4, "12", "", 11},
	}
)

func money(euros int) *domain.Money {
	m := domain.Money(100 * euros)
	return &m
}

// TestNeedsThatAreRefused: each names the field to mend.
func TestNeedsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(n *domain.HousingNeed)
		field string
	}{
		"nobody":                        {func(n *domain.HousingNeed) { n.Household.Adults = 0 }, "household.adults"},
		"too many adults":               {func(n *domain.HousingNeed) { n.Household.Adults = 11 }, "household.adults"},
		"fewer than no dependants":      {func(n *domain.HousingNeed) { n.Household.Dependants = -1 }, "household.dependants"},
		"too many children":             {func(n *domain.HousingNeed) { n.Household.VisitingChildren = 16 }, "household.visitingChildren"},
		"too many in all":               {func(n *domain.HousingNeed) { n.Household.Dependants, n.Household.VisitingChildren = 10, 10 }, "household"},
		"a couple of one":               {func(n *domain.HousingNeed) { n.Household.Adults, n.Household.CoupleAges = 1, some(50) }, "household.coupleAges"},
		"a couple of children":          {func(n *domain.HousingNeed) { n.Household.CoupleAges = some(31) }, "household.coupleAges"},
		"an income below nothing":       {func(n *domain.HousingNeed) { n.TaxIncome = money(-1) }, "taxIncome"},
		"an income beyond the bounds":   {func(n *domain.HousingNeed) { n.TaxIncome = money(10_000_001) }, "taxIncome"},
		"an income of no year":          {func(n *domain.HousingNeed) { n.TaxYear = nil }, "taxYear"},
		"a year without an income":      {func(n *domain.HousingNeed) { n.TaxIncome = nil }, "taxYear"},
		"an income of long ago":         {func(n *domain.HousingNeed) { n.TaxYear = some(2023) }, "taxYear"},
		"an income of a year not over":  {func(n *domain.HousingNeed) { n.TaxYear = some(2026) }, "taxYear"},
		"too many communes":             {func(n *domain.HousingNeed) { n.Communes = make([]domain.InseeCode, 21) }, "communes"},
		"a commune of somebody else":    {func(n *domain.HousingNeed) { n.Communes = []domain.InseeCode{"38185", "75056"} }, "communes"},
		"too many typologies":           {func(n *domain.HousingNeed) { n.Typologies = slices.Repeat([]domain.Typology{domain.T2}, 7) }, "typologies"},
		"a typology that is not known":  {func(n *domain.HousingNeed) { n.Typologies = []domain.Typology{domain.UnknownTypology} }, "typologies"},
		"as it should be, all in one":   {func(*domain.HousingNeed) {}, ""},
		"as it should be, without more": {func(n *domain.HousingNeed) { *n = domain.HousingNeed{Household: domain.AdvisedHousehold{Adults: 1}} }, ""},
	} {
		n := domain.HousingNeed{
			Household: domain.AdvisedHousehold{Adults: 2, CoupleAges: some(50), Dependants: 1}, TaxIncome: money(20_000), TaxYear: some(2024),
			Communes: []domain.InseeCode{"38185"}, Typologies: []domain.Typology{domain.T3},
		}
		c.spoil(&n)
		err := n.Check(advisedOn, around)
		var refused *domain.Error
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (!errors.As(err, &refused) || refused.Code != domain.BadRequest || refused.Field != "input."+c.field):
			t.Errorf("%s: %v, want %s", name, err, c.field)
		}
	}
}

// TestTablesOfAdviceThatAreRefused: a table that cannot be read names its line.
func TestTablesOfAdviceThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, tables := range map[string][4]string{
		"a loan that is none":     {"h\nPTZ,2026,Z,1,100,VERIFIED,s\n", "h\n", "h\n", "h\n"},
		"a status that is none":   {"h\nPLUS,2026,Z,1,100,BELIEVED,s\n", "h\n", "h\n", "h\n"},
		"a year that is none":     {"h\nPLUS,soon,Z,1,100,VERIFIED,s\n", "h\n", "h\n", "h\n"},
		"a category without size": {"h\n", "h\n1,one,,,,a,b,c,2017-05-11,\n", "h\n", "h\n"},
		"a day that is none":      {"h\n", "h\n", "h\n1,1,2,9,a,b,c,today,\n", "h\n"},
		"a funding of no loan":    {"h\n", "h\n", "h\n", "h\n10,PTZ,a\n"},
		"no table":                {"h\n", "h\n", "h\n", "\"\n"},
	} {
		for i := range tables {
			if lines := strings.Split(tables[i], "\n"); len(lines) > 2 {
				tables[i] = strings.Repeat("h,", strings.Count(lines[1], ",")) + "h\n" + lines[1] + "\n"
			}
		}
		if domain.ParseAdviceTables(tables) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestCategoryOfAHousehold: the categories of the order of 29 July 1987, case by case.
func TestCategoryOfAHousehold(t *testing.T) {
	t.Parallel()
	type h = domain.AdvisedHousehold
	for _, c := range []struct {
		of             h
		category, more int
	}{
		{h{Adults: 1}, 1, 0},
		{h{Adults: 1, VisitingChildren: 3}, 1, 0},
		{h{Adults: 1, Disability: true}, 2, 0},
		{h{Adults: 1, Dependants: 1}, 3, 0},
		{h{Adults: 1, Dependants: 2}, 4, 0},
		{h{Adults: 1, Dependants: 3}, 5, 0},
		{h{Adults: 1, Dependants: 4}, 6, 0},
		{h{Adults: 1, Dependants: 5}, 6, 0},
		{h{Adults: 1, Dependants: 6}, 6, 1},
		{h{Adults: 1, Dependants: 1, Disability: true}, 3, 0},
		{h{Adults: 2}, 2, 0},
		{h{Adults: 2, CoupleAges: some(56)}, 2, 0},
		{h{Adults: 2, CoupleAges: some(55)}, 3, 0},
		{h{Adults: 2, CoupleAges: some(40), Dependants: 1}, 3, 0},
		{h{Adults: 2, Disability: true}, 3, 0},
		{h{Adults: 3}, 3, 0},
		{h{Adults: 2, Dependants: 1, Disability: true}, 4, 0},
		{h{Adults: 2, Dependants: 2}, 4, 0},
		{h{Adults: 2, Dependants: 2, Disability: true}, 5, 0},
		{h{Adults: 2, Dependants: 3}, 5, 0},
		{h{Adults: 2, Dependants: 3, Disability: true}, 6, 0},
		{h{Adults: 2, Dependants: 4}, 6, 0},
		{h{Adults: 2, Dependants: 5, Disability: true}, 6, 1},
		{h{Adults: 2, Dependants: 9}, 6, 5},
	} {
		if got := c.of.CategoryOn(advisedOn); got == nil || got.Category != c.category || got.MorePeople != c.more || got.Words.FR == "" {
			t.Errorf("%+v: %+v, want %d and %d more", c.of, got, c.category, c.more)
		}
	}
	if got := (h{Adults: 1}).CategoryOn(domain.NewDate(2017, 5, 10)); got != nil {
		t.Errorf("before there is a table: %+v", got)
	}
}

// TestCeilings: the line of the year, or the last one that is known; a supplement for each
// person beyond the table.
func TestCeilings(t *testing.T) {
	t.Parallel()
	type h = domain.AdvisedHousehold
	for _, c := range []struct {
		of   h
		on   domain.Date
		want string
	}{
		{h{Adults: 1}, domain.NewDate(2021, 12, 31), ""},
		{h{Adults: 1}, domain.NewDate(2022, 6, 1), "PLAI 2022 11626 true, PLUS 2022 21139 true"},
		{h{Adults: 1}, domain.NewDate(2024, 6, 1), "PLAI 2023 12032 true, PLUS 2024 22642 true"},
		{h{Adults: 1}, advisedOn, "PLAI 2026 12870 false, PLUS 2026 23403 true, PLS 2026 30424 false"},
		{h{Adults: 2, Dependants: 6}, advisedOn, "PLAI 2026 40464 false, PLUS 2026 73576 true, PLS 2026 95649 false"},
		{h{Adults: 1}, domain.NewDate(2028, 1, 1), "PLAI 2026 12870 false, PLUS 2026 23403 true, PLS 2026 30424 false"},
	} {
		var got []string
		for _, line := range c.of.CategoryOn(c.on).CeilingsOn(c.on) {
			got = append(got, fmt.Sprint(line.Loan, " ", line.Year, " ", line.Amount/100, " ", line.Verified))
			if line.Source == "" || line.Met() != nil {
				t.Errorf("%+v", line)
			}
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%+v on %s: %s, want %s", c.of, c.on, got, c.want)
		}
	}
}

// TestTypologiesOfAHousehold: the fewest and the most rooms for each size.
func TestTypologiesOfAHousehold(t *testing.T) {
	t.Parallel()
	for people, want := range []string{
		1: "T1 T2", 2: "T2 T3", 3: "T3 T4", 4: "T3 T4 T5", 5: "T4 T5 T6_PLUS", 6: "T4 T5 T6_PLUS", 7: "T5 T6_PLUS", 8: "T5 T6_PLUS", 12: "T5 T6_PLUS",
	} {
		if want == "" {
			continue
		}
		a := domain.Advise(domain.HousingNeed{Household: domain.AdvisedHousehold{Adults: 1, VisitingChildren: people - 1}}, domain.AdviceFacts{}, advisedOn)
		var fitting []string
		for _, typology := range a.Typologies {
			if typology.Fit == domain.FitsHousehold {
				fitting = append(fitting, string(typology.Typology))
			}
			if typology.Words.FR == "" || typology.Article == "" {
				t.Errorf("%s is not explained", typology.Typology)
			}
		}
		if got := strings.Join(fitting, " "); got != want || len(a.Typologies) != 6 {
			t.Errorf("%d people: %s of %d, want %s", people, got, len(a.Typologies), want)
		}
	}
}

// TestAdvice: what is counted, what is not, what a wish more changes, and what is not known.
func TestAdvice(t *testing.T) {
	t.Parallel()
	three := domain.AdvisedHousehold{Adults: 1, Dependants: 2} // category 4: 25 091, 45 374, 58 986
	year := yearOf(wished, let, none)
	need := domain.HousingNeed{
		Household: three, TaxIncome: money(30_000), TaxYear: some(2024), Communes: []domain.InseeCode{"38185"},
		Typologies: []domain.Typology{domain.T3, domain.T1}, Accessible: true,
	}
	a := domain.Advise(need, domain.AdviceFacts{Communes: around, Stock: standing, Tension: &year}, advisedOn)
	var met []string
	for _, c := range a.Ceilings {
		met = append(met, fmt.Sprint(c.Loan, *c.Met(), *c.Margin/100))
	}
	if got := fmt.Sprint(met); got != "[PLAIfalse -4909 PLUStrue 15374 PLStrue 28986]" {
		t.Errorf("ceilings %s", got)
	}
	grenoble := a.Communes[0]
	if len(a.Communes) != 1 || grenoble.Stock != 109 || grenoble.CeilingUnknown != 4 || len(grenoble.Accessibilities) != 0 || *grenoble.Tension.Ratio() != 5 {
		t.Errorf("Grenoble: %+v", grenoble)
	}
	var more []string
	for _, b := range a.Broadening {
		what := fmt.Sprint(b.Kind, " ", b.StockNow, " ", b.StockThen)
		if b.Commune != nil {
			what += " " + string(*b.Commune)
		} else {
			what += " " + string(*b.Typology)
		}
		more = append(more, what)
	}
	if got := strings.Join(more, ", "); got != "COMMUNE 109 139 38562, COMMUNE 109 116 38229, TYPOLOGY 109 159 T4" {
		t.Errorf("broader: %s", got)
	}
	if got := a.Broadening[0].Words.EN; got != "With Vizille too: 139 dwellings would do instead of 109. The tension of the one or of the other is not published." {
		t.Error(got)
	}
	if got := codes(a); got != "RENT ACCESSIBILITY CEILING_NOT_VERIFIED" {
		t.Errorf("unknown: %s", got)
	}

	// A published commune more tells the tension of both.
	need.Communes = []domain.InseeCode{"38421"}
	two := append(slices.Clone(around[:1]), domain.AdvisedCommune{Code: "38421", Name: "Saint-Martin-d'Hères"})
	a = domain.Advise(need, domain.AdviceFacts{Communes: two, Stock: standing, Tension: &year}, advisedOn)
	if got := a.Broadening[0].Words.FR; got != "Avec Grenoble aussi : 109 logements conviendraient au lieu de 0. Tension de 2025 : 3,2 demandes pour un ménage logé au lieu de 1,7." {
		t.Error(got)
	}

	// The rents that are published of what would do in a commune that is wished are told.
	month := domain.NewDate(2026, 10, 1)
	published := []*domain.PublishedRent{
		{Commune: "38185", Typology: domain.T3, Median: 45_000},
		{Commune: "38421", Typology: domain.T1, Median: 25_000},
		{Commune: "38421", Typology: domain.T3, Median: 43_000, Since: month},
	}
	a = domain.Advise(need, domain.AdviceFacts{Communes: two, Stock: standing, Tension: &year, RentsMonth: &month, Rents: published}, advisedOn)
	if got := a.Communes[0].Rents; len(a.Communes) != 1 || len(got) != 1 || got[0] != published[2] || *a.RentsMonth != month || strings.Contains(codes(a), "RENT") {
		t.Errorf("rents: %+v, unknown: %s", got, codes(a))
	}

	// Without an income, wishes or figures all that there is counts, and nothing is broader.
	a = domain.Advise(domain.HousingNeed{Household: three}, domain.AdviceFacts{Communes: around, Stock: standing}, advisedOn)
	if len(a.Communes) != 3 || a.Communes[0].Stock != 183 || a.Communes[0].CeilingUnknown != 0 || a.Communes[0].Tension != nil || len(a.Broadening) != 0 {
		t.Errorf("of all: %+v %v", a.Communes[0], a.Broadening)
	}
	if got := a.Communes[0].Accessibilities; len(got) != 1 || got[0].Words != "1" || got[0].Count != 24 {
		t.Errorf("access: %+v", got)
	}
	if got := codes(a); got != "RENT TENSION CEILING_NOT_VERIFIED INCOME" || a.TensionYear != nil {
		t.Errorf("unknown: %s", got)
	}

	// A wish that is not for the household is not counted; those that are, are.
	a = domain.Advise(domain.HousingNeed{Household: three, Typologies: []domain.Typology{domain.T1}}, domain.AdviceFacts{Communes: around, Stock: standing}, domain.NewDate(2028, 1, 1))
	if got := codes(a); got != "RENT TENSION CEILING_NOT_VERIFIED CEILING_OF_ANOTHER_YEAR INCOME NO_WISHED_TYPOLOGY_FITS" || a.Communes[0].Stock != 183 {
		t.Errorf("unknown: %s, %d", got, a.Communes[0].Stock)
	}

	// Before there is a rule there is no advice, and no fault.
	a = domain.Advise(need, domain.AdviceFacts{Communes: around, Stock: standing}, domain.NewDate(2000, 1, 1))
	if a.Category != nil || a.Occupancy != nil || len(a.Ceilings) != 0 || len(a.Typologies) != 0 {
		t.Errorf("before: %+v", a)
	}
}

func codes(a *domain.HousingAdvice) string {
	var words []string
	for _, u := range a.Unknowns {
		words = append(words, string(u.Code))
	}
	return strings.Join(words, " ")
}

// TestBroadeningIsBounded: of however many communes ten are told, and fewer where there are.
func TestBroadeningIsBounded(t *testing.T) {
	t.Parallel()
	many := slices.Clone(around[:1])
	stock := slices.Clone(standing)
	for n := range 60 {
		if n > 0 { // in the nearest there is nothing
			stock = append(stock, domain.StockLine{Commune: domain.InseeCode(fmt.Sprintf("39%03d", n)), Typology: domain.T1, Count: 1})
		}
		many = append(many, domain.AdvisedCommune{Code: domain.InseeCode(fmt.Sprintf("39%03d", n)), At: domain.Coordinates{Latitude: 45.2 + domain.Latitude(n)/100, Longitude: 5.7}})
	}
	a := domain.Advise(domain.HousingNeed{Household: domain.AdvisedHousehold{Adults: 1}, Communes: []domain.InseeCode{"38185"}},
		domain.AdviceFacts{Communes: many, Stock: stock}, advisedOn)
	if len(a.Broadening) != 10 || *a.Broadening[0].Commune != "39001" || *a.Broadening[9].Commune != "39010" {
		t.Errorf("%d of them", len(a.Broadening))
	}
}
