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
	"time"
)

// crossingsCSV is by what the published figures are counted, as versioned data: one line
// for each table. Publish has it that an axis is in two tables at most, and in no ring.
//
//go:embed crossings.csv
var crossingsCSV []byte

// Crossing is a table that is published each month.
type Crossing string

// WishedCommuneByTypology is the crossing that tension looks at.
const WishedCommuneByTypology Crossing = "WISHED_COMMUNE_BY_TYPOLOGY"

// crossingRow is a line of the table.
type crossingRow struct {
	crossing Crossing
	by       []ApplicationAxis
}

var crossingRows = sync.OnceValue(func() []crossingRow {
	rows, err := parseCrossings(crossingsCSV)
	if err != nil {
		panic("domain: crossings.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return rows
})

func parseCrossings(table []byte) ([]crossingRow, error) {
	lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	var rows []crossingRow
	for n, line := range lines[1:] {
		row := crossingRow{crossing: Crossing(line[0])}
		for _, word := range slices.DeleteFunc(line[1:3], func(s string) bool { return s == "" }) {
			if !slices.Contains(ApplicationAxis("").Values(), word) {
				return nil, fmt.Errorf("line %d: there is no axis %q", n+2, word)
			}
			row.by = append(row.by, ApplicationAxis(word))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// Values lists the crossings in the order of the contract.
func (Crossing) Values() []string {
	var words []string
	for _, row := range crossingRows() {
		words = append(words, string(row.crossing))
	}
	return words
}

// By is the axis of the rows, and that of the columns.
func (c Crossing) By() []ApplicationAxis {
	for _, row := range crossingRows() {
		if row.crossing == c {
			return row.by
		}
	}
	return nil
}

// MarshalGQL writes the word of the contract.
func (c Crossing) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *Crossing) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// NoCategory is the category of the files that have no value on an axis which may have
// none: those that no point follows.
const NoCategory = ""

// earlier is the category of the years before those that are told apart.
const (
	earlier    = "EARLIER"
	yearsApart = 5
)

// FigureAxis is an axis of the figures of a month that begins that day, with all of its
// categories, whether anybody is in them or not. Communes are those that the axis has.
func FigureAxis(axis ApplicationAxis, month Date, communes []InseeCode) CountAxis {
	a := CountAxis{Name: string(axis)}
	switch axis {
	case ByWishedCommune, ByFollowingCommune:
		for _, code := range communes {
			a.Categories = append(a.Categories, string(code))
		}
		if axis == ByFollowingCommune {
			a.Categories = append(a.Categories, NoCategory)
		}
	case ByYear:
		year, _, _ := month.Civil()
		for n := range yearsApart {
			a.Categories = append(a.Categories, strconv.Itoa(year-n))
		}
		a.Categories = append(a.Categories, earlier)
	case ByWishedTypology:
		a.Categories = Typology("").Values()
		a.Categories = slices.DeleteFunc(a.Categories, func(t string) bool { return Typology(t) == UnknownTypology })
	case ByHouseholdSize:
		for n := 1; n < LargeHouseholdFrom; n++ {
			a.Categories = append(a.Categories, strconv.Itoa(n))
		}
		a.Categories = append(a.Categories, LargeHousehold)
	case ByHousing:
		a.Categories = HousingClass("").Values()
	case ByWaiting:
		a.Categories = WaitingClass("").Values()
	case ByState, ByFollowingPoint: // in no crossing
	}
	return a
}

// Count lays counted cells on axes. Years before those that are told apart count
// together, and points that follow no more count as none. Whatever else has no category
// is a fault of a file, of which no figure may come.
func (t *CountTable) Count(cells []*ApplicationCell) error {
	size := 1
	for _, axis := range t.Axes {
		size *= len(axis.Categories)
	}
	t.Counts = make([]int, size)
	for _, cell := range cells {
		at := 0
		for i, axis := range t.Axes {
			n := axis.category(cell.Keys[i])
			if n < 0 {
				return fmt.Errorf("%s: no category for %d files", axis.Name, cell.Count)
			}
			at = at*len(axis.Categories) + n
		}
		t.Counts[at] += cell.Count
	}
	return nil
}

// category is the place of a value among the categories, -1 for none.
func (a CountAxis) category(value *string) int {
	if value != nil {
		if n := slices.Index(a.Categories, *value); n >= 0 {
			return n
		}
	}
	return slices.IndexFunc(a.Categories, func(c string) bool { return c == earlier || c == NoCategory })
}

// MonthOf is the first day of the month of a day.
func MonthOf(d Date) Date {
	year, month, _ := d.Civil()
	return NewDate(year, month, 1)
}

// NextMonth is the first day of the month after that of a day.
func NextMonth(d Date) Date {
	year, month, _ := d.Civil()
	return NewDate(year, month+1, 1)
}

// ParseMonth reads a month as 2026-11, and gives its first day.
func ParseMonth(s string) (Date, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a month, as 2026-11 is", s)
	}
	return NewDate(t.Year(), t.Month(), 1), nil
}
