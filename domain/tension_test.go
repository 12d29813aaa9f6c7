package domain_test

import (
	"fmt"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

func some(n int) *int { return &n }

// yearOf is a tension of two communes and two typologies, and its waiting.
func yearOf(wishing, housed, waiting []*int) domain.Tension {
	place := []domain.CountAxis{{Name: "WISHED_COMMUNE", Categories: []string{"38185", "38421", ""}}, {Name: "TYPOLOGY", Categories: []string{"T1", "T2"}}}
	time := []domain.CountAxis{{Name: "TYPOLOGY", Categories: []string{"T1", "T2"}}, {Name: "WAITING", Categories: domain.WaitingClass("").Values()}}
	// Cells, then rows, columns and the total.
	laid := func(axes []domain.CountAxis, f []*int) domain.PublishedTable {
		rows, columns := len(axes[0].Categories), len(axes[1].Categories)
		return domain.PublishedTable{
			Axes: axes, Cells: f[:rows*columns], Margins: [][]*int{f[rows*columns : rows*columns+rows], f[rows*columns+rows : len(f)-1]}, Total: f[len(f)-1],
		}
	}
	t := domain.Tension{Year: 2025, Housed: []domain.PublishedTable{laid(place, housed), laid(time, waiting)}}
	if wishing != nil {
		w := laid([]domain.CountAxis{{Name: "WISHED_COMMUNE", Categories: place[0].Categories}, place[1]}, wishing)
		t.Wishing = &w
	}
	return t
}

var (
	wished = []*int{some(100), some(50), some(40), nil, nil, nil, some(150), some(60), nil, some(140), some(70), some(210)}
	let    = []*int{some(20), nil, nil, some(15), nil, nil, some(30), some(35), nil, some(45), some(25), some(70)}
	none   = make([]*int, 18)
)

// TestTension: a figure that is missing leaves none, and says which; a ratio is of two
// published figures.
func TestTension(t *testing.T) {
	t.Parallel()
	all, alone := yearOf(wished, let, none), yearOf(nil, let, none)
	for name, c := range map[string]struct {
		cell *domain.TensionCell
		want string
	}{
		"nothing published of who wishes": {alone.Whole(), "WISHING_NOT_PUBLISHED"},
		"hidden who wishes":               {all.OfBoth("38421", domain.T2), "WISHING_HIDDEN"},
		"hidden who was housed":           {all.OfBoth("38185", domain.T2), "HOUSED_HIDDEN"},
		"no such commune":                 {all.OfCommune("75056"), "WISHING_HIDDEN"},
		"no such typology":                {all.OfTypology(domain.T5), "WISHING_HIDDEN"},
		"nothing together":                {all.Together(), "WISHING_HIDDEN"},
		"one hidden hides all":            {all.Together(all.OfBoth("38185", domain.T1), all.OfBoth("38421", domain.T1)), "HOUSED_HIDDEN"},
		"a cell":                          {all.OfBoth("38185", domain.T1), "5"},
		"a commune":                       {all.OfCommune("38421"), "1.7"},
		"a typology":                      {all.OfTypology(domain.T2), "2.8"},
		"all":                             {all.Whole(), "3"},
		"two communes":                    {all.Together(all.OfCommune("38185"), all.OfCommune("38421")), "3.2"},
	} {
		var got string
		if ratio := c.cell.Ratio(); ratio != nil {
			got = fmt.Sprint(*ratio)
		} else {
			got = string(*c.cell.Gap)
		}
		if got != c.want || (c.cell.Gap == nil) != (c.cell.Ratio() != nil) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	if n := len(all.Communes()); n != 2 {
		t.Errorf("%d communes: those without one are none", n)
	}
	if len(all.Typologies()) != 2 || len(all.Cells()) != 4 {
		t.Errorf("%d typologies, %d cells", len(all.Typologies()), len(all.Cells()))
	}
	if day := all.WishingOn().String(); day != "2025-12-31" {
		t.Errorf("who wishes on %s", day)
	}
}

// TestWaiting: a class is told where no count that a hidden figure may stand for makes it
// another one.
func TestWaiting(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		classes     [5]int // -1 is hidden
		whole       int
		median, p80 string
	}{
		"nobody":                           {[5]int{-1, -1, -1, -1, -1}, -1, "", ""},
		"all hidden":                       {[5]int{-1, -1, -1, -1, -1}, 50, "", ""},
		"all known":                        {[5]int{20, 40, 20, 10, 10}, 100, "FROM_12_MONTHS", "FROM_24_MONTHS"},
		"rounded, known":                   {[5]int{20, 40, 20, 15, 15}, 105, "FROM_12_MONTHS", "FROM_36_MONTHS"},
		"all in the first":                 {[5]int{100, 0, 0, 0, 0}, 100, "UNDER_12_MONTHS", "UNDER_12_MONTHS"},
		"hidden after the median":          {[5]int{60, 20, -1, -1, 10}, 100, "UNDER_12_MONTHS", "FROM_12_MONTHS"},
		"hidden before, and enough behind": {[5]int{-1, -1, 70, 10, 10}, 100, "FROM_24_MONTHS", "FROM_24_MONTHS"},
		"hidden where it matters":          {[5]int{30, -1, -1, 30, 10}, 100, "", "FROM_36_MONTHS"},
		"the longest":                      {[5]int{-1, 0, 0, -1, 80}, 100, "FROM_60_MONTHS", "FROM_60_MONTHS"},
	} {
		figure := func(n int) *int {
			if n < 0 {
				return nil
			}
			return some(n)
		}
		w := domain.WaitingFigures{Housed: figure(c.whole)}
		for i, n := range c.classes {
			w.Classes = append(w.Classes, &domain.WaitingCount{Class: domain.WaitingClass(domain.WaitingClass("").Values()[i]), Count: figure(n)})
		}
		said := func(class *domain.WaitingClass) string {
			if class == nil {
				return ""
			}
			return string(*class)
		}
		if median, p80 := said(w.Median()), said(w.P80()); median != c.median || p80 != c.p80 {
			t.Errorf("%s: median %q, p80 %q", name, median, p80)
		}
	}
}

// TestWaitingOfTooFewIsThatOfAll: a typology whose median is open has that of all.
func TestWaitingOfTooFewIsThatOfAll(t *testing.T) {
	t.Parallel()
	year := yearOf(nil, let, []*int{
		some(30), some(10), some(10), some(10), some(10), nil, nil, nil, nil, nil, // cells
		some(70), nil, some(40), some(20), some(20), some(10), some(10), some(100), // rows, columns, total
	})
	if w := year.WaitingOf(domain.T1); w.Typology == nil || *w.Typology != domain.T1 || *w.Median() != domain.WaitedFrom12 {
		t.Errorf("T1: %+v", w)
	}
	if w := year.WaitingOf(domain.T2); w.Typology != nil || *w.Housed != 100 || *w.Median() != domain.WaitedFrom12 {
		t.Errorf("T2: %+v", w)
	}
	if all := year.Waiting(); len(all) != 7 || all[0].Typology != nil || *all[1].Typology != domain.T1 {
		t.Errorf("%d of them", len(all))
	}
}
