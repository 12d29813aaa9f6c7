package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/guichet-logement/guichet/internal/pgserver"
)

// growthFiles is how many applications there are at the first size: a tenth of what the
// sandbox has. The stock is that of the sandbox.
const growthFiles = 2000

// grown is how long operations take at one size.
type grown struct {
	Times int `json:"times"`
	// Dwellings and Applications are how many there are.
	Dwellings    int      `json:"dwellings"`
	Applications int      `json:"applications"`
	Operations   []figure `json:"operations"`
}

// measureGrowth measures every documented read alone, one after the other, over as much
// data as each size says, and prints how its time grows.
func measureGrowth(ctx context.Context, s settings, out io.Writer) (err error) {
	s.connections = []int{1}
	b, err := newBench(ctx, s, out)
	if err != nil {
		return err
	}
	b.alone = true
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	server, remove, err := b.cluster(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	var all []grown
	for _, times := range s.growth {
		g := grown{Times: times}
		if err := b.grow(ctx, server, &g); err != nil {
			return fmt.Errorf("%d times the data: %w", times, err)
		}
		all = append(all, g)
	}
	if s.plot != "" {
		if err := os.WriteFile(s.plot, []byte(plotGrowth(all)), 0o644); err != nil { //nolint:gosec // Figures are for everybody.
			return err
		}
	}
	return printGrowth(all, out)
}

// grow makes a database of that size and measures on it.
func (b *bench) grow(ctx context.Context, server *pgserver.Server, g *grown) error {
	name := fmt.Sprint("times_", g.Times)
	if err := server.CreateDatabase(ctx, name); err != nil {
		return err
	}
	b.dsn, b.engines = server.DSN(name), nil
	if err := b.seed(ctx, fmt.Sprint("GUICHET_SANDBOX_APPLICATIONS=", growthFiles*g.Times)); err != nil {
		return err
	}
	db, err := openDatabase(b.dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := multiplyStock(ctx, db, g.Times-1); err != nil {
		return err
	}
	var r report
	operations, err := b.fill(ctx, db, &r)
	if err != nil {
		return err
	}
	err = db.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM dwelling), (SELECT count(*) FROM application)").Scan(&g.Dwellings, &g.Applications)
	if err != nil {
		return err
	}
	if err := b.measureOperations(ctx, operations, &r); err != nil {
		return err
	}
	g.Operations = slices.DeleteFunc(r.Operations, func(f figure) bool { return f.Engine != "api" })
	return nil
}

// printGrowth writes a table: the median time of each operation at each size, and how many
// times as long the last takes as the first.
func printGrowth(all []grown, out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	say("operation\t")
	for _, g := range all {
		say("%d dwellings, %d applications: ms\tSQL\t", g.Dwellings, g.Applications)
	}
	say("times\t\n")
	for _, line := range lines(all) {
		say("%s\t", line.operation)
		for i := range all {
			say("%.2f\t%.1f\t", line.took[i], line.statements[i])
		}
		say("%.1f\t\n", line.took[len(all)-1]/line.took[0])
	}
	return w.Flush()
}

// line is one operation over all sizes.
type line struct {
	operation        string
	took, statements []float64
}

// lines are those that were measured at every size, the one that grows most first.
func lines(all []grown) (found []line) {
	for _, f := range all[0].Operations {
		l := line{operation: f.Operation}
		for _, g := range all {
			if i := slices.IndexFunc(g.Operations, func(o figure) bool { return o.Operation == f.Operation }); i >= 0 {
				l.took, l.statements = append(l.took, g.Operations[i].P50), append(l.statements, g.Operations[i].Statements)
			}
		}
		if len(l.took) == len(all) {
			found = append(found, l)
		}
	}
	last := len(all) - 1
	slices.SortFunc(found, func(a, b line) int { return cmp.Compare(b.took[last]/b.took[0], a.took[last]/a.took[0]) })
	return found
}

// The plot, in the units of its drawing.
const (
	plotWidth, plotHeight  = 900, 640
	plotLeft, plotRight    = 60, 300
	plotTop, plotBottom    = 20, 40
	plotLabel              = 12
	plotColours            = "#0b5fff #b3261e #1b7f3b #8a4fff #b36b00 #00798c #555555 #c2185b"
	leastTook, longestTook = 0.1, 10_000.0 // milliseconds, the ends of the axis
)

// plotGrowth draws the time of each operation over the size, both by powers of ten.
func plotGrowth(all []grown) string {
	var svg strings.Builder
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(&svg, format+"\n", args...) }
	across := func(i int) float64 {
		whole := math.Log(float64(all[len(all)-1].Times)) - math.Log(float64(all[0].Times))
		part := math.Log(float64(all[i].Times)) - math.Log(float64(all[0].Times))
		return plotLeft + (plotWidth-plotLeft-plotRight)*part/max(whole, math.SmallestNonzeroFloat64)
	}
	down := func(took float64) float64 {
		took = min(max(took, leastTook), longestTook)
		return plotTop + (plotHeight-plotTop-plotBottom)*(1-math.Log(took/leastTook)/math.Log(longestTook/leastTook))
	}
	say(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="%d">`, plotWidth, plotHeight, plotLabel-1)
	say(`<title>Median time of each documented read over the size of the data</title><rect width="100%%" height="100%%" fill="white"/>`)
	for took := leastTook; took <= longestTook; took *= 10 {
		say(`<path d="M%d %.1f H%d" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%g ms</text>`, plotLeft, down(took), plotWidth-plotRight, plotLeft-5, down(took)+4, took)
	}
	for i, g := range all {
		say(`<path d="M%.1f %d V%d" stroke="#ddd"/><text x="%.1f" y="%d" text-anchor="middle">%d×</text>`, across(i), plotTop, plotHeight-plotBottom, across(i), plotHeight-plotBottom+16, g.Times)
	}
	ends := lines(all)
	slices.SortFunc(ends, func(a, b line) int { return cmp.Compare(a.took[len(a.took)-1], b.took[len(b.took)-1]) })
	colours, lowest := strings.Fields(plotColours), math.Inf(1)
	for n, l := range ends {
		var points strings.Builder
		for i, took := range l.took {
			_, _ = fmt.Fprintf(&points, "%.1f,%.1f ", across(i), down(took))
		}
		// Labels that would lie on each other are moved up, which a thin line tells.
		end := down(l.took[len(l.took)-1])
		lowest = min(end, lowest-plotLabel)
		say(`<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"/>`, strings.TrimSpace(points.String()), colours[n%len(colours)])
		say(`<path d="M%.1f %.1f L%d %.1f" stroke="#bbb"/><text x="%d" y="%.1f" fill="%s">%s ×%.1f</text>`, across(len(all)-1), end, plotWidth-plotRight+30, lowest,
			plotWidth-plotRight+34, lowest+4, colours[n%len(colours)], html.EscapeString(l.operation), l.took[len(l.took)-1]/l.took[0])
	}
	say("</svg>")
	return svg.String()
}
