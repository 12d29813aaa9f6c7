package domain

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
)

// The tables by which resources are held against a loan, as dated data: NOTICE.md names the
// sources.
var (
	//go:embed income_ceilings.csv
	incomeCeilingsCSV []byte
	//go:embed household_categories.csv
	householdCategoriesCSV []byte
	//go:embed financing_loans.csv
	financingLoansCSV []byte
)

// Loan is the kind of loan by which a dwelling was funded, which has ceilings of resources
// (PLAI, PLUS, PLS).
type Loan string

// The loans, the lowest ceilings first.
const (
	PLAI Loan = "PLAI"
	PLUS Loan = "PLUS"
	PLS  Loan = "PLS"
)

// Values lists the loans, in the order of the contract.
func (Loan) Values() []string { return []string{string(PLAI), string(PLUS), string(PLS)} }

// MarshalGQL writes the word of the contract.
func (l Loan) MarshalGQL(w io.Writer) { marshalEnum(w, l) }

// UnmarshalGQL reads the word of the contract.
func (l *Loan) UnmarshalGQL(v any) error { return unmarshalEnum(v, l) }

// LoanOf is the loan whose ceilings a dwelling of that first funding has; false where no
// text tells it by the code.
func LoanOf(financing Stated) (Loan, bool) {
	for _, line := range adviceTables().loans {
		if line[0] == string(financing) {
			return Loan(line[1]), true
		}
	}
	return "", false
}

// HouseholdCategory is that of a household in the tables of ceilings (catégorie de ménages).
type HouseholdCategory struct {
	Category int
	// MorePeople are those beyond the last category, each of whom has a supplement.
	MorePeople int
	Words      Text
	Article    string

	people, dependants, withDisability, coupleAges int
	from, until                                    Date
}

// IncomeCeiling is the line of a table of ceilings that a household is held against
// (plafond de ressources).
type IncomeCeiling struct {
	Loan Loan
	// Year is that of the table: this year's, or the last one that is known.
	Year   int
	Zone   string
	Amount Money
	// Verified tells a figure of a text; others were computed, as Source says.
	Verified bool
	Source   string
	// Margin is the ceiling without the income, nil where no income is told.
	Margin *Money
}

// Met tells whether the income is not above the ceiling; nil where none is told.
func (c IncomeCeiling) Met() *bool {
	if c.Margin == nil {
		return nil
	}
	met := *c.Margin >= 0
	return &met
}

// ceilingLine is a line of the table: MORE is the supplement of each further person.
type ceilingLine struct {
	loan         Loan
	year         int
	zone, people string
	amount       Money
	verified     bool
	source       string
}

const morePeople = "MORE"

// advisoryTables are all tables of an advice.
type advisoryTables struct {
	ceilings    []ceilingLine
	categories  []HouseholdCategory
	occupancies []Occupancy
	loans       [][]string
}

var adviceTables = sync.OnceValue(func() advisoryTables {
	t, err := parseAdviceTables(incomeCeilingsCSV, householdCategoriesCSV, occupanciesCSV, financingLoansCSV)
	if err != nil {
		panic("domain: tables of the advice: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return t
})

// numbers reads the whole numbers of a line; an empty one is 0.
type numbers struct{ err error }

func (n *numbers) of(s string) int {
	if s == "" {
		return 0
	}
	v, err := strconv.Atoi(s)
	if err != nil && n.err == nil {
		n.err = err
	}
	return v
}

func (n *numbers) day(s string) (d Date) {
	if s == "" {
		return d
	}
	d, err := ParseDate(s)
	if err != nil && n.err == nil {
		n.err = err
	}
	return d
}

func parseAdviceTables(ceilings, categories, occupancies, loans []byte) (advisoryTables, error) {
	var t advisoryTables
	var n numbers
	each := func(name string, table []byte, use func(l []string)) error {
		lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for at, line := range lines[1:] {
			if use(line); n.err != nil {
				return fmt.Errorf("%s, line %d: %w", name, at+2, n.err)
			}
		}
		return nil
	}
	err := each("ceilings", ceilings, func(l []string) {
		if !slices.Contains(Loan("").Values(), l[0]) || !slices.Contains([]string{"VERIFIED", "COMPUTED"}, l[5]) {
			n.err = fmt.Errorf("there is no loan %q, or no status %q", l[0], l[5])
		}
		t.ceilings = append(t.ceilings, ceilingLine{Loan(l[0]), n.of(l[1]), l[2], l[3], Money(100 * n.of(l[4])), l[5] == "VERIFIED", l[6]})
	})
	if err == nil {
		err = each("categories", categories, func(l []string) {
			t.categories = append(t.categories, HouseholdCategory{
				Category: n.of(l[0]), people: n.of(l[1]), dependants: n.of(l[2]), withDisability: n.of(l[3]), coupleAges: n.of(l[4]),
				Words: Text{EN: l[5], FR: l[6]}, Article: l[7], from: n.day(l[8]), until: n.day(l[9]),
			})
		})
	}
	if err == nil {
		err = each("occupancies", occupancies, func(l []string) {
			t.occupancies = append(t.occupancies, Occupancy{
				People: n.of(l[0]), FewestRooms: n.of(l[1]), MostRooms: n.of(l[2]), LeastSurface: n.of(l[3]),
				ArticleFewest: l[4], ArticleMost: l[5], ArticleSurface: l[6], from: n.day(l[7]), until: n.day(l[8]),
			})
		})
	}
	if err == nil {
		err = each("loans", loans, func(l []string) {
			if !slices.Contains(Loan("").Values(), l[1]) {
				n.err = fmt.Errorf("there is no loan %q", l[1])
			}
			t.loans = append(t.loans, l)
		})
	}
	return t, err
}

// CategoryOn is the highest category that the household is in on that day. Children who
// come to visit do not count. Who has more people than the last one has names is in it, with
// a supplement for each person from the seventh on: what the text leaves open for one adult
// with many dependants is read in the way that promises least.
func (h AdvisedHousehold) CategoryOn(day Date) *HouseholdCategory {
	var found *HouseholdCategory
	lines := adviceTables().categories
	most := lines[len(lines)-1]
	people := h.Adults + h.Dependants
	for _, c := range lines {
		if !within(day, c.from, c.until) {
			continue
		}
		young := h.CoupleAges != nil && people == coupleSize && *h.CoupleAges <= c.coupleAges
		alone := h.Adults == 1 && h.Dependants > 0 && min(h.Dependants, most.dependants) == c.dependants
		disabled := h.Disability && min(people, most.withDisability) == c.withDisability
		if min(people, most.people) == c.people || young || alone || disabled {
			found = &c
		}
	}
	if found != nil {
		found.MorePeople = max(0, people-most.people)
	}
	return found
}

const coupleSize = 2

// CeilingsOn are the ceilings of each loan for that category, of the year of the day or, where
// it is not known yet, of the last one that is. The margin is left to who knows the income.
func (c HouseholdCategory) CeilingsOn(day Date) []*IncomeCeiling {
	year, _, _ := day.Civil()
	var ceilings []*IncomeCeiling
	for _, word := range Loan("").Values() {
		var of, more ceilingLine
		for _, line := range adviceTables().ceilings {
			if line.loan != Loan(word) || line.year > year || line.year < max(of.year, more.year) {
				continue
			}
			switch line.people {
			case strconv.Itoa(c.Category):
				of = line
			case morePeople:
				more = line
			}
		}
		if of.year == 0 || c.MorePeople > 0 && more.year != of.year {
			continue
		}
		ceilings = append(ceilings, &IncomeCeiling{
			Loan: of.loan, Year: of.year, Zone: of.zone, Amount: of.amount + Money(c.MorePeople)*more.amount,
			Verified: of.verified && (c.MorePeople == 0 || more.verified), Source: of.source,
		})
	}
	return ceilings
}
