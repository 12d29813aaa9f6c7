package domain_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// figureTables are empty tables of all crossings, with so many communes.
func figureTables(month domain.Date, communes int) []domain.CountTable {
	var codes []domain.InseeCode
	for n := range communes {
		codes = append(codes, domain.InseeCode(fmt.Sprintf("38%03d", n)))
	}
	var tables []domain.CountTable
	for _, word := range domain.Crossing("").Values() {
		var table domain.CountTable
		for _, axis := range domain.Crossing(word).By() {
			table.Axes = append(table.Axes, domain.FigureAxis(axis, month, codes))
		}
		tables = append(tables, table)
	}
	return tables
}

// TestCrossingsCanBePublished: the closed list is one that the rule takes, and its axes
// have the categories of their month.
func TestCrossingsCanBePublished(t *testing.T) {
	t.Parallel()
	month := domain.NewDate(2026, 10, 1)
	tables := figureTables(month, 49)
	for i, table := range tables {
		if len(table.Axes) != 2 {
			t.Errorf("%s has %d axes", domain.Crossing("").Values()[i], len(table.Axes))
		}
		if err := table.Count(nil); err != nil {
			t.Fatal(err)
		}
		tables[i] = table
	}
	if _, err := domain.Publish(tables, published); err != nil {
		t.Errorf("the crossings cannot be published: %v", err)
	}
	year := domain.FigureAxis(domain.ByYear, month, nil).Categories
	if want := []string{"2026", "2025", "2024", "2023", "2022", "EARLIER"}; !slices.Equal(year, want) {
		t.Errorf("years %v, want %v", year, want)
	}
	if by := domain.Crossing("NONE").By(); by != nil {
		t.Errorf("a crossing that there is not is by %v", by)
	}
}

// TestCountOfCells: a cell goes where its keys say, or nowhere.
func TestCountOfCells(t *testing.T) {
	t.Parallel()
	month := domain.NewDate(2026, 10, 1)
	key := func(words ...string) []*string {
		keys := make([]*string, len(words))
		for i := range words {
			if words[i] != "-" {
				keys[i] = &words[i]
			}
		}
		return keys
	}
	following := domain.CountTable{Axes: []domain.CountAxis{
		domain.FigureAxis(domain.ByFollowingCommune, month, []domain.InseeCode{"38185", "38421"}),
		domain.FigureAxis(domain.ByYear, month, nil),
	}}
	size := domain.CountTable{Axes: []domain.CountAxis{
		domain.FigureAxis(domain.ByHouseholdSize, month, nil), domain.FigureAxis(domain.ByWishedTypology, month, nil),
	}}
	for _, wrong := range [][]*string{key("7", "T1"), key("-", "T1"), key("1", "UNKNOWN"), key("1", "-")} {
		if err := size.Count([]*domain.ApplicationCell{{Keys: wrong, Count: 3}}); err == nil || !strings.Contains(err.Error(), "no category") {
			t.Errorf("a file without a category is counted: %v", err)
		}
	}
	for _, c := range []struct {
		keys []*string
		at   int
	}{
		{key("38185", "2026"), 0},
		{key("38185", "2022"), 4},
		{key("38421", "2019"), 6 + 5},
		{key("-", "2025"), 12 + 1},
		{key("38999", "2025"), 12 + 1}, // a point that can follow no more
	} {
		if err := following.Count([]*domain.ApplicationCell{{Keys: c.keys, Count: 3}, {Keys: c.keys, Count: 1}}); err != nil {
			t.Fatal(err)
		}
		for n, count := range following.Counts {
			if want := map[bool]int{true: 4}[n == c.at]; count != want {
				t.Errorf("%v: %d in cell %d, want %d", *c.keys[1], count, n, want)
			}
		}
	}
}

// TestMonths: a month is named by its first day, and nothing else is a month.
func TestMonths(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"", "2026", "2026-13", "2026-00", "2026-11-01", "11-2026", "2026-1"} {
		if m, err := domain.ParseMonth(wrong); err == nil {
			t.Errorf("%q is read as %s", wrong, m)
		}
	}
	december, err := domain.ParseMonth("2026-12")
	if err != nil || december != domain.NewDate(2026, 12, 1) {
		t.Fatalf("%s, %v", december, err)
	}
	if next := domain.NextMonth(december.AddDays(30)); next != domain.NewDate(2027, 1, 1) {
		t.Errorf("after December comes %s", next)
	}
	if m := domain.MonthOf(december.AddDays(30)); m != december {
		t.Errorf("the last of December is of %s", m)
	}
}

// TestCrossingsOfAllSizes: figures come of few files and of many.
func TestCrossingsOfAllSizes(t *testing.T) {
	t.Parallel()
	r := random(t)
	for _, files := range []int{0, 1, 40, 500, 20_000} {
		tables := figureTables(domain.NewDate(2026, 10, 1), 49)
		for i := range tables {
			tables[i].Apart = files / 500
			if err := tables[i].Count(nil); err != nil {
				t.Fatal(err)
			}
		}
		for range files {
			count(r, tables)
		}
		figures, err := domain.Publish(tables, published)
		if err != nil {
			t.Fatalf("%d files: %v", files, err)
		}
		shown := 0
		for _, f := range figures {
			shown += len(slices.DeleteFunc(slices.Clone(f.Cells), func(c *int) bool { return c == nil }))
		}
		t.Logf("%d files: %d cells shown", files, shown)
		if files == 20_000 && shown < 100 {
			t.Errorf("of 20 000 files only %d cells can be shown", shown)
		}
	}
}

// count puts a file into one category of each axis, often into the first ones.
func count(r *rand.Rand, tables []domain.CountTable) {
	in := map[string]int{}
	for _, table := range tables {
		at := 0
		for _, axis := range table.Axes {
			n, known := in[axis.Name]
			if !known {
				n = min(r.IntN(len(axis.Categories)), r.IntN(len(axis.Categories)), r.IntN(len(axis.Categories)))
				in[axis.Name] = n
			}
			at = at*len(axis.Categories) + n
		}
		table.Counts[at]++
	}
}

// TestFilesApartAreInTheTotalAlone: with however many of them, what is hidden and every
// figure but the total are as without.
func TestFilesApartAreInTheTotalAlone(t *testing.T) {
	t.Parallel()
	r := random(t)
	for range 100 {
		tables := chain(r, r.IntN(2000), 2+r.IntN(5), 2+r.IntN(5), 2+r.IntN(5))
		var first []domain.PublishedTable
		for _, apart := range []int{0, 1, 5, 11, 200} {
			for i := range tables {
				tables[i].Apart = apart
			}
			figures, err := domain.Publish(tables, published)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = figures
			}
			for i, f := range figures {
				if (f.Total == nil) != (first[i].Total == nil) || f.Total != nil && *f.Total-*first[i].Total > apart+published.Base {
					t.Fatalf("%v: %d files apart make another total", tables[i], apart)
				}
				f.Total = first[i].Total
				if !reflect.DeepEqual(f, first[i]) {
					t.Fatalf("%v: %d files apart change a table", tables[i], apart)
				}
			}
		}
	}
}
