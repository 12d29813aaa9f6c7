package domain

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// PublicationRule is how exact counts of files become figures for anyone.
//
// # What is published
//
// Every count (cell, margin, total) of Threshold or more may be published, rounded
// to the nearest multiple of Base. A margin is the rounding of the true margin, not
// the sum of rounded cells: it is as near to the truth as a cell, and figures need
// not add up. Every count under Threshold is hidden, and then as many others as it
// takes (complements) to keep the hidden ones from being computed.
//
// A true zero is a count under Threshold like another. Published, it would say of
// all the files of its row that none is in its column, which is as personal as one;
// and each hidden count would be known to be at least 1. A cell that cannot hold
// any file, as everybody knows, does not belong in a crossing: it would be
// counted here among what protects the others.
//
// # Against whom
//
// Someone who knows this rule and its settings, all figures published for the
// period in all linked tables, and that counts are whole, not negative and add up.
// To them a published figure v is a count from max(Threshold, v - Base/2) to the
// last that rounds to v, and a hidden one is any count. Files that enter the total
// alone (see [CountTable.Apart]) are one more hidden count.
//
// # What is proved
//
// Of all counts that explain the whole publication, those of any one hidden figure
// have a least and a greatest that are at least Threshold apart, and take each value
// between them. [PublicationRule.Verify] computes this from the publication alone,
// and refuses it otherwise. It is exact, for the linked tables together. They are a
// network on which files go round: through the total, the categories of an axis,
// the cells of a table, the categories of its other axis, the cells of the next
// table on that axis, and so on, and back to the total; an arc is a figure, what
// enters a category leaves it. The extremes of one arc when all others may follow
// are found by augmenting cycles, in whole numbers and without tolerance. Nothing
// is known beyond the tables: two-way tables that agree on the axes that they share
// and are linked in chains always come from some register of files.
//
// [Publish] goes further, since which complements were chosen may tell which counts
// are the small ones. It hides until no figure helps even someone who is told of
// each count whether it is under Threshold: to them too a hidden count varies by
// Threshold or, where what they were told leaves less (0 to Threshold - 1, for a
// small one), as much as if every figure were hidden.
//
// Files apart are in the figure of the total and in nothing else: what is hidden is
// chosen as if there were none, so that no table tells whether there are any.
//
// # What the choice of complements says
//
// Exact counts are used twice: to compare with Threshold, and to round. What follows
// is computed from the result alone, in a fixed order, so that the same counts always
// give the same publication. Complements are first chosen by the places of the small
// counts, as if nothing were known of sizes: each hidden figure must be able to move
// with hidden ones alone. The price of a cell is what its published margins make
// anyone expect in it, that of a margin its own figure. Only where small numbers leave too little room are more hidden
// because of the numbers themselves, and then a complement says a little of its own
// rounding: someone who runs this program on all counts that explain a publication
// can exclude some. TestPublicationKnownProgram measures what they gain.
//
// What is not covered: files that a reader knows otherwise (their own), and the
// difference between two periods.
type PublicationRule struct {
	// Threshold is the least count that may be published: k.
	Threshold int
	// Base is what figures are multiples of; at most Threshold, so that no figure is 0.
	Base int
}

// CountAxis is what files are counted by. Each file is in one category of it.
type CountAxis struct {
	Name       string   `json:"name"`
	Categories []string `json:"categories"`
}

// CountTable holds the exact counts of a crossing of one axis or two.
type CountTable struct {
	Axes []CountAxis
	// Counts are those of the cells, row by row; the first axis is that of the rows.
	Counts []int
	// Apart are the files that are counted once, in the total: PROTECTED ones. It is
	// the same number in linked tables. Anyone knows that there may be some.
	Apart int
}

// PublishedTable is what anyone may read of a table. A nil figure is hidden: it is
// not 0, and it says nothing of why.
type PublishedTable struct {
	Axes []CountAxis `json:"axes"`
	// Cells are in the order of the counts.
	Cells []*int `json:"cells"`
	// Margins are the totals of the categories, by axis, of a table of two axes. The
	// cells of a table of one are such totals themselves.
	Margins [][]*int `json:"margins"`
	// Total is that of the whole Métropole.
	Total *int `json:"total"`
}

// Publish applies a rule to the tables of a period, which are linked where they
// share an axis: a figure of a category is the same in each, or hidden in each. An
// axis is shared by two tables of two axes at most, and never in a ring, since only
// what is linked in chains can be verified exactly. In the worst case every figure
// is hidden.
func Publish(tables []CountTable, rule PublicationRule) ([]PublishedTable, error) {
	flats := make([]flatTable, len(tables))
	for t, table := range tables {
		var err error
		if flats[t], err = table.flat(); err != nil {
			return nil, err
		}
	}
	linked, err := link(flats, rule)
	if err != nil {
		return nil, err
	}
	counts, err := linked.gather(flats)
	if err != nil {
		return nil, err
	}
	apart := counts[linked.apart]
	counts[linked.total] -= apart
	values, small := make([]int, len(counts)), make([]bool, len(counts))
	for n, count := range counts {
		values[n], small[n] = rule.round(count), count < rule.Threshold
		if small[n] || n == linked.apart {
			values[n] = hidden
		}
	}
	linked.small = small
	linked.protect(values, knowsPlaces)
	for linked.protect(values, knowsSmall) || linked.protect(values, knowsPublication) {
		continue // what protects against the one is to be protected against the other
	}
	if values[linked.total] != hidden {
		// The figure of more files leaves as much open: there may be as many more apart.
		values[linked.total] = rule.round(counts[linked.total] + apart)
	}
	published := linked.tables(flats, values)
	if err := rule.Verify(published); err != nil {
		return nil, err
	}
	return published, nil
}

func (r PublicationRule) round(count int) int { return (count + r.Base/2) / r.Base * r.Base }

// Verify says why a publication must not be made: a hidden figure can be bounded
// within the threshold, or the figures are not those of linked tables under this
// rule. It knows nothing but the publication.
func (r PublicationRule) Verify(tables []PublishedTable) error {
	flats := make([]flatTable, len(tables))
	for t, table := range tables {
		flats[t] = table.flat()
	}
	linked, err := link(flats, r)
	if err != nil {
		return err
	}
	values, err := linked.gather(flats)
	if err != nil {
		return err
	}
	for n, v := range values {
		if v != hidden && v%r.Base != 0 {
			return fmt.Errorf("%s: %d is not rounded to %d", linked.names[n], v, r.Base)
		}
	}
	linked.limit(values, knowsPublication)
	if !linked.settle() {
		return errors.New("no counts explain these figures")
	}
	for n, v := range values {
		if v == hidden && linked.width(n, r.Threshold) < r.Threshold {
			return fmt.Errorf("%s: hidden, but can be bounded within %d", linked.names[n], r.Threshold)
		}
	}
	return nil
}

// hidden stands for a hidden figure among counts.
const hidden = -1

// flatTable is a table whose figures are numbers, exact or published.
type flatTable struct {
	axes         []CountAxis
	cells        []int
	margins      [][]int
	total, apart int
}

func (t CountTable) flat() (flatTable, error) {
	flat := flatTable{axes: t.Axes, cells: t.Counts, total: t.Apart, apart: t.Apart}
	for _, count := range append([]int{t.Apart}, t.Counts...) {
		if count < 0 || count > math.MaxInt32 {
			return flat, fmt.Errorf("%d is not a count of files", count)
		}
	}
	for _, count := range t.Counts {
		flat.total += count
	}
	if len(t.Axes) == 2 {
		rows, columns := make([]int, len(t.Axes[0].Categories)), make([]int, len(t.Axes[1].Categories))
		for n, count := range t.Counts[:min(len(t.Counts), len(rows)*len(columns))] {
			rows[n/len(columns)] += count
			columns[n%len(columns)] += count
		}
		flat.margins = [][]int{rows, columns}
	}
	return flat, nil
}

func (t PublishedTable) flat() flatTable {
	numbers := func(figures []*int) []int {
		values := make([]int, len(figures))
		for n, f := range figures {
			if values[n] = hidden; f != nil {
				values[n] = *f
			}
		}
		return values
	}
	flat := flatTable{axes: t.Axes, cells: numbers(t.Cells), total: numbers([]*int{t.Total})[0], apart: hidden}
	for _, m := range t.Margins {
		flat.margins = append(flat.margins, numbers(m))
	}
	return flat
}

// wellFormed says whether there is a figure in each place.
func (t flatTable) wellFormed() bool {
	switch len(t.axes) {
	case 1:
		return len(t.cells) > 0 && len(t.cells) == len(t.axes[0].Categories) && len(t.margins) == 0
	case 2:
		rows, columns := len(t.axes[0].Categories), len(t.axes[1].Categories)
		return len(t.cells) > 0 && len(t.cells) == rows*columns &&
			len(t.margins) == 2 && len(t.margins[0]) == rows && len(t.margins[1]) == columns
	}
	return false
}

var errShape = errors.New("a table has one axis or two, with categories, and a figure for each cell")

// linkedTables is a set of tables under a rule, as the network of their figures: each
// is an arc, once whatever the number of its tables.
type linkedTables struct {
	circulation
	rule         PublicationRule
	axes         map[string]CountAxis
	on           map[string][]int // the tables of two axes, by axis
	margins      map[string]int   // the first arc of an axis
	cells        []int            // the first arc of a table
	total, apart int
	small        []bool   // the arcs whose count is under the threshold
	names        []string // of the arcs
	expected     [][2]int // the arcs of the margins that make a cell expected
}

// link makes the network of tables of these axes.
func link(tables []flatTable, rule PublicationRule) (*linkedTables, error) {
	if rule.Base < 1 || rule.Threshold < rule.Base {
		return nil, errors.New("a rule has a base of 1 or more, and a threshold of the base or more")
	}
	l := &linkedTables{
		rule: rule, axes: map[string]CountAxis{}, on: map[string][]int{},
		margins: map[string]int{}, cells: make([]int, len(tables)),
	}
	if len(tables) == 0 {
		return nil, errors.New("there is no table")
	}
	var order []string
	for t, table := range tables {
		if !table.wellFormed() {
			return nil, errShape
		}
		for _, axis := range table.axes {
			known, ok := l.axes[axis.Name]
			switch {
			case !ok:
				l.axes[axis.Name], order = axis, append(order, axis.Name)
			case !slices.Equal(known.Categories, axis.Categories):
				return nil, fmt.Errorf("axis %s has other categories in another table", axis.Name)
			}
			if len(table.axes) == 2 {
				l.on[axis.Name] = append(l.on[axis.Name], t)
			}
			if len(l.on[axis.Name]) > 2 {
				return nil, fmt.Errorf("axis %s links more than two tables", axis.Name)
			}
		}
	}
	// All files pass at a hub, then through the tables of a chain from one of its ends
	// to the other, then at the next hub, and from the last to the first as the total.
	first := l.node()
	last := first
	for _, name := range order {
		if _, done := l.margins[name]; !done && len(l.on[name]) < 2 {
			last = l.chain(tables, name, last)
		}
	}
	if len(l.margins) < len(order) {
		return nil, errors.New("tables are linked in a ring")
	}
	l.total, l.apart = l.arc(last, first), l.arc(first, last)
	l.describe(tables)
	return l, nil
}

// chain adds the axis at one end of a chain, which begins at a hub, and all tables
// and axes up to the other end. It returns the hub there.
func (l *linkedTables) chain(tables []flatTable, name string, hub int) int {
	in, table := slices.Repeat([]int{hub}, len(l.axes[name].Categories)), -1
	for {
		next := slices.IndexFunc(l.on[name], func(t int) bool { return t != table })
		var out []int
		if next < 0 {
			hub = l.node()
			out = slices.Repeat([]int{hub}, len(in))
		} else {
			out = l.nodes(len(in))
		}
		l.margins[name] = len(l.arcs)
		for n := range in {
			l.arc(in[n], out[n])
		}
		if next < 0 {
			return hub
		}
		table = l.on[name][next]
		l.cells[table] = len(l.arcs)
		rows, columns := tables[table].axes[0], tables[table].axes[1]
		if rows.Name == name {
			in, name = l.nodes(len(columns.Categories)), columns.Name
			for n := range len(out) * len(in) {
				l.arc(out[n/len(in)], in[n%len(in)])
			}
		} else {
			in, name = l.nodes(len(rows.Categories)), rows.Name
			for n := range len(out) * len(in) {
				l.arc(out[n%len(out)], in[n/len(out)])
			}
		}
	}
}

// describe tells what the arcs are.
func (l *linkedTables) describe(tables []flatTable) {
	l.names, l.expected = make([]string, len(l.arcs)), make([][2]int, len(l.arcs))
	l.names[l.total], l.names[l.apart] = "total", "files apart"
	for name, first := range l.margins {
		for n, category := range l.axes[name].Categories {
			l.names[first+n] = name + " " + category
		}
	}
	for t, table := range tables {
		row := l.margins[table.axes[0].Name]
		if len(table.axes) == 1 {
			l.cells[t] = row
			continue
		}
		column, columns := l.margins[table.axes[1].Name], len(table.axes[1].Categories)
		for n := range table.cells {
			over := [2]int{row + n/columns, column + n%columns}
			l.expected[l.cells[t]+n] = over
			l.names[l.cells[t]+n] = l.names[over[0]] + ", " + l.names[over[1]]
		}
	}
}

// gather lays the figures of tables on the arcs; what is shared must be the same.
func (l *linkedTables) gather(tables []flatTable) ([]int, error) {
	const none = -2
	values := slices.Repeat([]int{none}, len(l.arcs))
	put := func(first int, figures ...int) error {
		for n, v := range figures {
			if known := values[first+n]; known != none && known != v {
				return fmt.Errorf("%s: not the same in all tables", l.names[first+n])
			}
			values[first+n] = v
		}
		return nil
	}
	for t, table := range tables {
		err := errors.Join(put(l.total, table.total), put(l.apart, table.apart), put(l.cells[t], table.cells...))
		for a, figures := range table.margins {
			err = errors.Join(err, put(l.margins[table.axes[a].Name], figures...))
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

// tables lays values back on tables of the same axes.
func (l *linkedTables) tables(like []flatTable, values []int) []PublishedTable {
	figures := func(first, n int) []*int {
		figures := make([]*int, n)
		for n, v := range values[first : first+n] {
			if v != hidden {
				figures[n] = &v
			}
		}
		return figures
	}
	published := make([]PublishedTable, len(like))
	for t, table := range like {
		published[t] = PublishedTable{table.axes, figures(l.cells[t], len(table.cells)), nil, figures(l.total, 1)[0]}
		for a, m := range table.margins {
			published[t].Margins = append(published[t].Margins, figures(l.margins[table.axes[a].Name], len(m)))
		}
	}
	return published
}

// knowledge is what someone is taken to know of counts, besides that they add up.
type knowledge int

const (
	knowsPlaces      knowledge = iota // which figures are hidden, and nothing of sizes
	knowsSmall                        // the publication, and which counts are small
	knowsPublication                  // the publication alone
)

// limits is what is known of a count by its published value, or by its being hidden.
// Where sizes are unknown the flow is not a count but a change of it.
func (l *linkedTables) limits(n, value int, knows knowledge) (low, high int) {
	switch {
	case knows == knowsPlaces && (value != hidden || n == l.apart):
		return 0, 0
	case knows == knowsPlaces:
		return -unlimited, unlimited
	case value != hidden:
		least := value - l.rule.Base/2
		return max(least, l.rule.Threshold), least + l.rule.Base - 1
	case knows == knowsPublication || n == l.apart:
		return 0, unlimited
	case l.small[n]:
		return 0, l.rule.Threshold - 1
	}
	return l.rule.Threshold, unlimited
}

func (l *linkedTables) limit(values []int, knows knowledge) {
	for n, v := range values {
		l.arcs[n].low, l.arcs[n].high = l.limits(n, v, knows)
	}
}

// protect hides complements in values until each hidden figure varies enough, for
// someone who knows that much. It returns whether there were any.
//
// A figure that varies too little is moved further, where the others must follow:
// along the cheapest cycle on which hidden figures are free and each published one
// has its price. Those are hidden. It is the network heuristic of statistical
// offices. Hiding makes the limits wider, so that each figure is looked at once, and
// ends at the latest when all are hidden, which is what enough is measured by.
func (l *linkedTables) protect(values []int, knows knowledge) (more bool) {
	bare := *l
	bare.arcs = slices.Clone(l.arcs)
	bare.limit(slices.Repeat([]int{hidden}, len(values)), knows)
	bare.settle()
	l.limit(values, knows)
	l.settle()
	var waiting []int
	for n, v := range values {
		if v == hidden {
			waiting = append(waiting, n)
		}
	}
	for ; len(waiting) > 0; waiting = waiting[1:] {
		n := waiting[0]
		enough := bare.width(n, l.rule.Threshold)
		for width := l.width(n, enough); width < enough; width = l.width(n, enough) {
			complements := l.complements(n, enough-width, values, knows)
			if complements == nil {
				break // there is always one; else Verify would refuse
			}
			for _, c := range complements {
				values[c] = hidden
				l.arcs[c].low, l.arcs[c].high = l.limits(c, hidden, knows)
			}
			waiting, more = append(waiting, complements...), true
		}
	}
	return more
}

// complements are the published figures to hide for another to go lower, or else
// higher: if possible as far as it must, in any case by one.
func (l *linkedTables) complements(n, missing int, values []int, knows knowledge) []int {
	for _, less := range []bool{true, false} {
		further := step{n, less}
		l.push(further, l.rule.Threshold) // as far as it goes for free
		for _, often := range []int{min(missing, l.room(further)), min(1, l.room(further))} {
			stuck := func(s step) bool { return l.room(s) < often }
			steps := l.cycle(further, func(s step) (int, bool) {
				if !stuck(s) {
					return 0, true
				}
				low, _ := l.limits(s.arc, hidden, knows)
				ok := values[s.arc] != hidden && (!s.less || l.arcs[s.arc].flow-often >= low)
				return l.price(s.arc, values), ok
			})
			var found []int
			for _, s := range steps {
				if stuck(s) {
					found = append(found, s.arc)
				}
			}
			if found != nil {
				return found
			}
		}
	}
	return nil
}

// price is what is lost when a figure is hidden: its size, as anyone expects it from
// the margins for a cell (see [PublicationRule]), and one figure.
func (l *linkedTables) price(n int, values []int) int {
	row, column := l.expected[n][0], l.expected[n][1]
	if row == column {
		return 1 + values[n]
	}
	return 1 + int(float64(max(values[row], 0))*float64(max(values[column], 0))/float64(max(values[l.total], 1)))
}
