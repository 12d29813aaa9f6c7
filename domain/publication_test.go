package domain_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

var publications = flag.Int("publications", 600, "how many random publications to make")

var (
	// published is the rule of the Métropole.
	published = domain.PublicationRule{Threshold: 11, Base: 5}
	// tiny is a rule under which all counts can be tried.
	tiny = domain.PublicationRule{Threshold: 3, Base: 3}
)

func axis(name string, categories int) domain.CountAxis {
	a := domain.CountAxis{Name: name}
	for n := range categories {
		a.Categories = append(a.Categories, fmt.Sprint(name, n+1))
	}
	return a
}

func table(rows, columns, apart int, counts ...int) domain.CountTable {
	return domain.CountTable{
		Axes: []domain.CountAxis{axis("row", rows), axis("column", columns)}, Counts: counts, Apart: apart,
	}
}

// random is a source whose seed is in the log.
func random(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// counts draws a table of one of the kinds that there are in the field.
func counts(r *rand.Rand, n, columns int) []int {
	counts := make([]int, n)
	kind, row := r.IntN(6), r.IntN(n/columns)
	for i := range counts {
		switch kind {
		case 0: // all zero
		case 1: // one row
			if i/columns == row {
				counts[i] = r.IntN(60)
			}
		case 2: // sparse
			if r.IntN(8) == 0 {
				counts[i] = r.IntN(40)
			}
		case 3: // huge
			counts[i] = r.IntN(1 << 31)
		case 4: // all sizes
			counts[i] = r.IntN(1 << r.IntN(12))
		case 5: // about the threshold
			counts[i] = r.IntN(24)
		}
	}
	return counts
}

// chain draws files in categories of each axis, and counts them in linked tables:
// 1 × 2, 2 × 3 and so on, of which some are turned round.
func chain(r *rand.Rand, files int, sizes ...int) []domain.CountTable {
	tables := make([]domain.CountTable, len(sizes)-1)
	apart := r.IntN(20)
	for t := range tables {
		rows, columns := axis(fmt.Sprint("axis", t), sizes[t]), axis(fmt.Sprint("axis", t+1), sizes[t+1])
		tables[t] = domain.CountTable{
			Axes: []domain.CountAxis{rows, columns}, Counts: make([]int, sizes[t]*sizes[t+1]), Apart: apart,
		}
	}
	for range files {
		row := skewed(r, sizes[0])
		for t := range tables {
			column := skewed(r, sizes[t+1])
			tables[t].Counts[row*sizes[t+1]+column]++
			row = column
		}
	}
	for t := range tables {
		if r.IntN(2) == 0 {
			tables[t] = turned(tables[t])
		}
	}
	return tables
}

// skewed draws a category, the first ones much more often, as communes are.
func skewed(r *rand.Rand, n int) int {
	return int(float64(n) * r.Float64() * r.Float64() * r.Float64())
}

func turned(t domain.CountTable) domain.CountTable {
	rows, columns := len(t.Axes[0].Categories), len(t.Axes[1].Categories)
	turned := domain.CountTable{Axes: []domain.CountAxis{t.Axes[1], t.Axes[0]}, Apart: t.Apart}
	for n := range t.Counts {
		turned.Counts = append(turned.Counts, t.Counts[n%rows*columns+n/rows])
	}
	return turned
}

// figures are all figures of a table in the same order as truths gives the counts.
func figures(t *domain.PublishedTable) []**int {
	var all []**int
	for n := range t.Cells {
		all = append(all, &t.Cells[n])
	}
	for _, m := range t.Margins {
		for n := range m {
			all = append(all, &m[n])
		}
	}
	return append(all, &t.Total)
}

func truths(t domain.CountTable) []int {
	total := t.Apart
	for _, count := range t.Counts {
		total += count
	}
	if len(t.Axes) == 1 {
		return append(slices.Clone(t.Counts), total)
	}
	rows, columns := len(t.Axes[0].Categories), len(t.Axes[1].Categories)
	sums := make([]int, rows+columns)
	for n, count := range t.Counts {
		sums[n/columns] += count
		sums[rows+n%columns] += count
	}
	return slices.Concat(t.Counts, sums, []int{total})
}

// written is a publication as a reader sees it: two are the same or not.
func written(tables []domain.PublishedTable) string {
	var b strings.Builder
	for t := range tables {
		for _, f := range figures(&tables[t]) {
			if *f == nil {
				b.WriteString(" ·")
			} else {
				fmt.Fprintf(&b, " %d", **f)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func publish(t testing.TB, tables []domain.CountTable, rule domain.PublicationRule) []domain.PublishedTable {
	t.Helper()
	p, err := domain.Publish(tables, rule)
	if err != nil {
		t.Fatalf("%v: %v", tables, err)
	}
	return p
}

// primary hides what is under the threshold and nothing else.
func primary(tables []domain.CountTable, rule domain.PublicationRule) []domain.PublishedTable {
	published := make([]domain.PublishedTable, len(tables))
	for t, table := range tables {
		p := domain.PublishedTable{Axes: table.Axes, Cells: make([]*int, len(table.Counts))}
		if len(table.Axes) == 2 {
			for _, a := range table.Axes {
				p.Margins = append(p.Margins, make([]*int, len(a.Categories)))
			}
		}
		for n, f := range figures(&p) {
			if count := truths(table)[n]; count >= rule.Threshold {
				*f = new(rounded(count, rule))
			}
		}
		published[t] = p
	}
	return published
}

// rounded looks for the nearest multiple.
func rounded(count int, rule domain.PublicationRule) int {
	for v := count - rule.Base/2; ; v++ {
		if v%rule.Base == 0 {
			return v
		}
	}
}

// TestPublicationRefused: tables that are none, or that cannot be verified together.
func TestPublicationRefused(t *testing.T) {
	t.Parallel()
	full := func(names ...string) domain.CountTable {
		c := domain.CountTable{Counts: []int{40, 40}}
		for _, name := range names {
			c.Axes = append(c.Axes, axis(name, 2))
		}
		if len(names) == 2 {
			c.Counts = []int{20, 20, 20, 20}
		}
		return c
	}
	for name, c := range map[string]struct {
		tables []domain.CountTable
		rule   domain.PublicationRule
		want   string
	}{
		"base 0":            {nil, domain.PublicationRule{Threshold: 11}, "a rule has"},
		"figures of 0":      {nil, domain.PublicationRule{Threshold: 2, Base: 5}, "a rule has"},
		"no table":          {nil, published, "no table"},
		"no axis":           {[]domain.CountTable{{Counts: []int{20}}}, published, "one axis or two"},
		"three axes":        {[]domain.CountTable{full("a", "b", "c")}, published, "one axis or two"},
		"no category":       {[]domain.CountTable{table(0, 2, 0)}, published, "one axis or two"},
		"no columns":        {[]domain.CountTable{table(2, 0, 0, 20)}, published, "one axis or two"},
		"a cell missing":    {[]domain.CountTable{table(2, 2, 0, 20, 20, 20)}, published, "one axis or two"},
		"a cell too many":   {[]domain.CountTable{table(1, 2, 0, 20, 20, 20)}, published, "one axis or two"},
		"negative":          {[]domain.CountTable{table(1, 2, 0, 20, -1)}, published, "-1 is not a count"},
		"negative apart":    {[]domain.CountTable{table(1, 2, -1, 20, 20)}, published, "-1 is not a count"},
		"beyond any":        {[]domain.CountTable{table(1, 2, 0, 20, 1<<31)}, published, "is not a count"},
		"an axis twice":     {[]domain.CountTable{full("a", "a")}, published, "in a ring"},
		"a table twice":     {[]domain.CountTable{full("a", "b"), full("b", "a")}, published, "in a ring"},
		"a ring":            {[]domain.CountTable{full("a", "b"), full("b", "c"), full("c", "a")}, published, "in a ring"},
		"a star":            {[]domain.CountTable{full("a", "b"), full("a", "c"), full("a", "d")}, published, "more than two"},
		"other categories":  {[]domain.CountTable{full("a"), {Axes: []domain.CountAxis{axis("a", 1)}, Counts: []int{80}}}, published, "other categories"},
		"other margins":     {[]domain.CountTable{full("a"), {Axes: []domain.CountAxis{axis("a", 2)}, Counts: []int{39, 41}}}, published, "not the same"},
		"other totals":      {[]domain.CountTable{full("a"), {Axes: []domain.CountAxis{axis("b", 2)}, Counts: []int{40, 41}}}, published, "not the same"},
		"other files apart": {[]domain.CountTable{full("a"), {Axes: []domain.CountAxis{axis("b", 2)}, Counts: []int{40, 39}, Apart: 1}}, published, "not the same"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p, err := domain.Publish(c.tables, c.rule); err == nil || !strings.Contains(err.Error(), c.want) || p != nil {
				t.Errorf("%v, %v", p, err)
			}
		})
	}
}

// TestPublicationExamples shows what the rule does, to be read.
func TestPublicationExamples(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		table domain.CountTable
		want  string // cells, rows, columns, total
	}{
		"nothing":                      {table(2, 2, 0, 0, 0, 0, 0), " · · · · · · · · ·"},
		"all large":                    {table(3, 3, 0, 50, 61, 72, 83, 94, 105, 116, 127, 138), " 50 60 70 85 95 105 115 125 140 · 280 380 · 280 315 845"},
		"one small":                    {table(3, 3, 0, 50, 61, 72, 83, 4, 105, 116, 127, 138), " · · 70 · · 105 115 125 140 · 190 380 250 · 315 755"},
		"one zero":                     {table(3, 3, 0, 50, 61, 72, 83, 0, 105, 116, 127, 138), " · · 70 · · 105 115 125 140 · 190 380 250 · 315 750"},
		"two small in a row":           {table(3, 3, 0, 50, 61, 72, 83, 4, 3, 116, 127, 138), " 50 · · · · · 115 125 140 185 · 380 250 · 215 655"},
		"a small row":                  {table(3, 3, 0, 50, 61, 72, 3, 1, 2, 116, 127, 138), " · · · · · · 115 125 140 · · 380 · 190 210 570"},
		"large, but few figures":       {table(1, 1, 0, 100), " 100 100 100 ·"},
		"large, with many files apart": {table(1, 1, 30, 100), " 100 100 100 ·"},
		"on one axis": {domain.CountTable{
			Axes: []domain.CountAxis{axis("one", 5)}, Counts: []int{100, 80, 6, 40, 20}, Apart: 2,
		}, " 100 80 · 40 · 250"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := written(publish(t, []domain.CountTable{c.table}, published)); got != c.want+"\n" {
				t.Errorf("%s", got)
			}
		})
	}
}

// TestPublicationProperties: whatever the counts, figures are near the truth, hidden
// where they must be, the same in linked tables and the same when made again.
func TestPublicationProperties(t *testing.T) {
	t.Parallel()
	r := random(t)
	var hidden, whole int
	rounds := *publications
	for round := range rounds {
		var tables []domain.CountTable
		switch round % 4 {
		case 0:
			tables = chain(r, r.IntN(3000), 1+r.IntN(8), 1+r.IntN(8), 1+r.IntN(6), 1+r.IntN(5))
		case 1:
			n := 1 + r.IntN(10)
			tables = []domain.CountTable{{Axes: []domain.CountAxis{axis("one", n)}, Counts: counts(r, n, n), Apart: r.IntN(30)}}
		default:
			rows, columns := 1+r.IntN(10), 1+r.IntN(8)
			tables = []domain.CountTable{table(rows, columns, r.IntN(30), counts(r, rows*columns, columns)...)}
		}
		p := publish(t, tables, published)
		if again := publish(t, tables, published); written(p) != written(again) || !reflect.DeepEqual(p, again) {
			t.Fatalf("%v: not the same again", tables)
		}
		if err := published.Verify(p); err != nil {
			t.Fatalf("%v: %v", tables, err)
		}
		margins := map[string][]*int{}
		all := true
		for n := range p {
			for f, figure := range figures(&p[n]) {
				switch count := truths(tables[n])[f]; {
				case *figure == nil:
					hidden++
				case count < published.Threshold, **figure != rounded(count, published), max(**figure-count, count-**figure) > 2:
					t.Fatalf("%v: %d is published as %d", tables, count, **figure)
				default:
					all = false
				}
			}
			for a, m := range p[n].Margins {
				name := p[n].Axes[a].Name
				if known, ok := margins[name]; ok && !reflect.DeepEqual(known, m) {
					t.Fatalf("%v: %s differs", tables, name)
				}
				margins[name] = m
			}
		}
		if all {
			whole++
		}
	}
	t.Logf("%d publications, %d hidden figures, %d wholly hidden", rounds, hidden, whole)
}

// explanations tries, with nothing of what it checks but the words of the rule, all
// counts of linked tables (each with the next one) whose files are most at most, and
// returns by table those that explain a publication, and are small where told.
func explanations(p []domain.PublishedTable, rule domain.PublicationRule, most int, told ...bool) [][]domain.CountTable {
	explains := func(n int, figure *int, count int) bool {
		return (told == nil || told[n] == (count < rule.Threshold)) &&
			(figure == nil || count >= rule.Threshold && *figure == rounded(count, rule))
	}
	found := make([][]domain.CountTable, len(p))
	for t := range p {
		shown := figures(&p[t])
		counts := make([]int, len(p[t].Cells)+1) // the files apart are the last
		var try func(n, left int)
		try = func(n, left int) {
			if n < len(counts) {
				for counts[n] = 0; counts[n] <= left; counts[n]++ {
					if n == len(p[t].Cells) || explains(n, *shown[n], counts[n]) {
						try(n+1, left-counts[n])
					}
				}
				return
			}
			c := domain.CountTable{Axes: p[t].Axes, Counts: counts[:n-1], Apart: counts[n-1]}
			for n, count := range truths(c) {
				if !explains(n, *shown[n], count) {
					return
				}
			}
			c.Counts = slices.Clone(c.Counts)
			found[t] = append(found[t], c)
		}
		try(0, most)
	}
	// What is linked must agree with a neighbour, and this with its own.
	key := func(c domain.CountTable, with domain.PublishedTable) string {
		for n, a := range c.Axes {
			for _, b := range with.Axes {
				if a.Name == b.Name {
					first, sums := len(c.Counts)+n*len(c.Axes[0].Categories), truths(c)
					return fmt.Sprint(c.Apart, sums[first:first+len(a.Categories)])
				}
			}
		}
		return "not linked"
	}
	agree := func(t, with int) {
		known := map[string]bool{}
		for _, c := range found[with] {
			known[key(c, p[t])] = true
		}
		found[t] = slices.DeleteFunc(found[t], func(c domain.CountTable) bool { return !known[key(c, p[with])] })
	}
	for t := 1; t < len(p); t++ {
		agree(t, t-1)
	}
	for t := len(p) - 2; t >= 0; t-- {
		agree(t, t+1)
	}
	return found
}

// extremes are the distances between the least and the greatest of each figure among
// what explains it, in the order of truths, and of the files apart.
func extremes(explanations []domain.CountTable) []int {
	var least, greatest []int
	for _, c := range explanations {
		all := append(truths(c), c.Apart)
		if least == nil {
			least, greatest = slices.Clone(all), slices.Clone(all)
		}
		for n, count := range all {
			least[n], greatest[n] = min(least[n], count), max(greatest[n], count)
		}
	}
	for n := range greatest {
		greatest[n] -= least[n]
	}
	return greatest
}

// widths are the extremes of what is hidden.
func widths(p domain.PublishedTable, explanations []domain.CountTable) []int {
	var widths []int
	extremes := extremes(explanations)
	for n, f := range append(figures(&p), new(*int)) {
		if *f == nil {
			widths = append(widths, extremes[n])
		}
	}
	return widths
}

// most is a number of files above which there is nothing new to be tried.
func most(tables []domain.PublishedTable, rule domain.PublicationRule) int {
	if tables[0].Total != nil {
		return *tables[0].Total + rule.Base
	}
	most := 0
	for t := range tables {
		for _, some := range append([][]*int{tables[t].Cells}, tables[t].Margins...) {
			files := 0
			for _, f := range some {
				if f != nil {
					files += *f + rule.Base
				}
			}
			most = max(most, files)
		}
	}
	return most + 3*rule.Threshold
}

// tooMany says whether there are too many ways to lay that many files on a table.
func tooMany(p domain.PublishedTable, rule domain.PublicationRule, most int) bool {
	hidden, left, ways := 1, most, 1 // the files apart
	for _, f := range p.Cells {
		if f == nil {
			hidden++
		} else {
			left -= max(*f-rule.Base/2, rule.Threshold)
		}
	}
	for n := range hidden {
		ways = ways * (left + n + 1) / (n + 1)
	}
	return ways > 50_000
}

// few draws linked tables or one, small enough for all counts to be tried.
func few(r *rand.Rand) []domain.CountTable {
	var tables []domain.CountTable
	switch n := r.IntN(6); n {
	case 0:
		tables = chain(r, r.IntN(12), 2, 1+r.IntN(3), 2)
	case 1:
		tables = chain(r, r.IntN(9), 2, 2, 1, 2)
	default:
		shape := [][2]int{{2, 2}, {2, 3}, {3, 3}, {1, 4}}[n-2]
		counts := make([]int, shape[0]*shape[1])
		for range r.IntN(14) {
			counts[r.IntN(len(counts))] += 1 + r.IntN(2)
		}
		tables = []domain.CountTable{table(shape[0], shape[1], r.IntN(3), counts...)}
	}
	for n := range tables {
		tables[n].Apart %= 3
	}
	return tables
}

// TestPublicationOracle: on tables small enough for all counts to be tried, Verify
// refuses what can be bounded and nothing else, whether it was published or has been
// altered.
func TestPublicationOracle(t *testing.T) {
	t.Parallel()
	r := random(t)
	refused, passed := map[string]int{}, 0
	for round := range *publications / 2 {
		tables := few(r)
		p, as := publish(t, tables, tiny), "published"
		switch round % 4 {
		case 0:
			p, as = primary(tables, tiny), "without complements"
		case 1:
			n := r.IntN(len(p))
			f := r.IntN(len(figures(&p[n])))
			if figure := figures(&p[n])[f]; *figure == nil {
				*figure, as = new(rounded(truths(tables[n])[f], tiny)), "one more shown"
			} else {
				*figure, as = nil, "one more hidden"
			}
		}
		err := tiny.Verify(p)
		if err != nil && strings.Contains(err.Error(), "not the same in all tables") ||
			slices.ContainsFunc(p, func(one domain.PublishedTable) bool { return tooMany(one, tiny, most(p, tiny)) }) {
			continue
		}
		want := true
		for n, found := range explanations(p, tiny, most(p, tiny)) {
			if len(found) == 0 || slices.ContainsFunc(widths(p[n], found), func(w int) bool { return w < tiny.Threshold }) {
				want = false
			}
		}
		if (err == nil) != want {
			t.Fatalf("%v %s\n%s%v, tried: %v", tables, as, written(p), err, want)
		}
		if want {
			passed++
		} else {
			refused[as]++
		}
	}
	t.Logf("%d passed, refused: %v", passed, refused)
	if passed < *publications/10 || refused["without complements"] < *publications/25 || refused["one more shown"] < *publications/40 || refused["published"] > 0 {
		t.Error("too few of a kind")
	}
}

// TestPublicationTold: someone who is told which counts are small learns nothing
// more from the figures, by trying all counts.
func TestPublicationTold(t *testing.T) {
	t.Parallel()
	r := random(t)
	tried := 0
	for range *publications + 200 {
		tables := few(r)
		if len(tables) > 1 || len(tables[0].Counts) > 6 {
			continue
		}
		var told []bool
		for _, count := range truths(tables[0]) {
			told = append(told, count < tiny.Threshold)
		}
		p := publish(t, tables, tiny)
		bare := publish(t, tables, tiny)
		for _, f := range figures(&bare[0]) {
			*f = nil
		}
		most := max(most(p, tiny), 16)
		if most > 18 {
			continue // too many ways
		}
		with := extremes(explanations(p, tiny, most, told...)[0])
		without := extremes(explanations(bare, tiny, most, told...)[0])
		for n, f := range append(figures(&p[0]), new(*int)) {
			if *f == nil && with[n] < min(without[n], tiny.Threshold) {
				t.Fatalf("%v\n%s%d: %d, without figures %d", tables, written(p), n, with[n], without[n])
			}
		}
		tried++
	}
	t.Logf("%d tried", tried)
	if tried < *publications/20 {
		t.Error("too few")
	}
}

// TestPublicationVerify: what is wrong with a publication is found in it alone.
func TestPublicationVerify(t *testing.T) {
	t.Parallel()
	a, b, c := axis("a", 3), axis("b", 2), axis("c", 2)
	tables := []domain.CountTable{
		{Axes: []domain.CountAxis{a, b}, Counts: []int{4, 101, 81, 90, 71, 60}, Apart: 3},
		{Axes: []domain.CountAxis{c, b}, Counts: []int{100, 120, 56, 131}, Apart: 3},
	}
	fresh := func() []domain.PublishedTable { return publish(t, tables, published) }
	refused := func(name, want string, p []domain.PublishedTable) {
		t.Helper()
		if err := published.Verify(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\n%s", name, err, written(p))
		}
	}
	if err := published.Verify(fresh()); err != nil {
		t.Fatal(err)
	}
	refused("without complements", "can be bounded within 11", primary(tables, published))
	p := fresh()
	shown := 0
	for n, f := range p[0].Cells {
		if f == nil {
			p := fresh()
			p[0].Cells[n] = new(rounded(tables[0].Counts[n], published))
			refused(fmt.Sprint("cell ", n), "", p)
			shown++
		}
	}
	if shown != 4 {
		t.Errorf("%d hidden cells", shown)
	}
	p[0].Margins[0][1] = new(171)
	refused("an exact margin", "171 is not rounded to 5", p)
	p = fresh()
	p[0].Margins[0][1] = new(185)
	refused("a wrong margin", "no counts explain", p)
	p = fresh()
	p[1].Margins[1][0] = nil
	refused("a margin hidden once", "not the same", p)
	p = fresh()
	p[1].Total = new(410) // hidden in the other
	refused("two totals", "not the same", p)
	p = fresh()
	p[0].Margins = p[0].Margins[:1]
	refused("no columns", "one axis or two", p)
	p = fresh()
	p[0].Cells[0] = new(5)
	refused("a small figure", "no counts explain", p)
}

// TestPublicationKnownProgram measures what the choice of complements says to someone
// who runs the program itself on all counts that explain a publication: how many
// hidden counts they can bound to less than the values that a small one has. Along
// one axis, next to none: those of the files apart, which no choice may tell of. The tables are the worst there are, of two rows and two columns and
// of less than five times the threshold; it was more than a quarter of the hidden
// counts before complements were chosen by places first.
func TestPublicationKnownProgram(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		axes    []domain.CountAxis
		files   int
		percent int
	}{
		{[]domain.CountAxis{axis("one", 4)}, 13, 1},
		{[]domain.CountAxis{axis("row", 2), axis("column", 2)}, 13, 10},
	} {
		same := map[string][]domain.CountTable{}
		counts := make([]int, 5)
		var try func(n, left int)
		try = func(n, left int) {
			if n < len(counts) {
				for counts[n] = 0; counts[n] <= left; counts[n]++ {
					try(n+1, left-counts[n])
				}
				return
			}
			one := domain.CountTable{Axes: c.axes, Counts: slices.Clone(counts[:4]), Apart: counts[4]}
			seen := written(publish(t, []domain.CountTable{one}, tiny))
			same[seen] = append(same[seen], one)
		}
		try(0, c.files)
		hidden, narrow := 0, 0
		for _, tables := range same {
			p := publish(t, tables[:1], tiny)[0]
			if p.Total == nil || *p.Total+tiny.Base/2 > c.files {
				continue // larger tables would be published like this
			}
			for _, w := range widths(p, tables) {
				hidden += len(tables)
				if w+1 < tiny.Threshold {
					narrow += len(tables)
				}
			}
		}
		t.Logf("%d axes: %d of %d hidden counts", len(c.axes), narrow, hidden)
		if hidden == 0 || 100*narrow > c.percent*hidden {
			t.Errorf("more than %d %%", c.percent)
		}
	}
}

func BenchmarkPublication(b *testing.B) {
	for _, sizes := range [][]int{{50, 8}, {6, 50, 8, 5}} {
		tables := chain(rand.New(rand.NewPCG(1, 2)), 20_000, sizes...)
		p := publish(b, tables, published)
		b.Run(fmt.Sprint("publish ", sizes), func(b *testing.B) {
			for b.Loop() {
				publish(b, tables, published)
			}
		})
		b.Run(fmt.Sprint("verify ", sizes), func(b *testing.B) {
			for b.Loop() {
				if err := published.Verify(p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
