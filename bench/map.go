package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"
)

// mapBench measures vector tiles: out of the program's memory, out of its database, and
// against what hand-written SQL can do at most on the same data.
type mapBench struct {
	*bench
	engines []*mapEngine
	report  mapReport
}

// mapEngine is one that makes tiles, and how it is asked.
type mapEngine struct {
	name string
	// address is that of a tile under a filter: the JSON of a DwellingFilter, or "".
	address func(tile [3]int, filter string) string
}

// mapFigure is what one engine did with the tiles of one zoom under one filter.
type mapFigure struct {
	Zoom   int     `json:"zoom"`
	Filter string  `json:"filter"`
	Engine string  `json:"engine"`
	Rate   float64 `json:"tilesPerSecond"`
	Bytes  int     `json:"bytesOfATile"`
}

// mapReport is all that one run found.
type mapReport struct {
	Dwellings int         `json:"dwellings"`
	Buildings int         `json:"buildings"`
	Facets    int         `json:"facets"`
	Table     string      `json:"tableAndIndex"`
	LoadedIn  float64     `json:"snapshotLoadedInSeconds"`
	Snapshot  float64     `json:"snapshotMegabytes"`
	Figures   []mapFigure `json:"figures"`
	// Missing says what could not be compared.
	Missing string `json:"missing,omitempty"`
}

// mapFilters are under which tiles are asked: nothing, one typology, one landlord. The word
// LANDLORD is replaced by the largest.
var mapFilters = []string{"", `{"typologies":["T3"]}`, `{"landlords":["LANDLORD"]}`}

// gist is the engine that answers as tile servers over PostGIS do.
const gist = "ST_AsMVT over GiST"

// mapConnections is how many callers there are at once.
const mapConnections = 16

// measureMaps makes what is needed, measures, prints, and leaves nothing behind.
func measureMaps(ctx context.Context, s settings, out io.Writer) (err error) {
	made, err := newBench(ctx, s, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made.dir)) }()
	m := &mapBench{bench: made}
	server, remove, err := m.cluster(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if err := server.CreateDatabase(ctx, "bench"); err != nil {
		return err
	}
	m.dsn = server.DSN("bench")
	landlord, err := m.fill(ctx)
	if err != nil {
		return err
	}
	err = m.run(ctx, landlord)
	if s.json != "" {
		text, failed := json.MarshalIndent(m.report, "", "  ")
		if failed == nil {
			failed = os.WriteFile(s.json, append(text, '\n'), 0o600)
		}
		err = errors.Join(err, failed)
	}
	return errors.Join(err, m.report.print(out))
}

// run starts the engines, compares their tiles and then their rates.
func (m *mapBench) run(ctx context.Context, landlord string) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	limit, err := startEngine(ctx, "limit", m.dir, []string{"DATABASE_URL=" + m.dsn}, self, mapLimitCommand)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, limit.stop()) }()
	api, err := startEngine(ctx, "api", m.dir, []string{"DATABASE_URL=" + m.dsn, "GUICHET_SANDBOX=true", "GUICHET_SANDBOX_APPLICATIONS=0", "GUICHET_LISTEN=127.0.0.1:0"}, m.binary, "serve")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, api.stop()) }()
	if err := m.awaitSnapshot(ctx, limit); err != nil {
		return err
	}
	at := func(base string) func([3]int, string) string {
		return func(tile [3]int, filter string) string {
			return fmt.Sprintf("%s/%d/%d/%d.mvt?where=%s", base, tile[0], tile[1], tile[2], url.QueryEscape(filter))
		}
	}
	anew := new(atomic.Int64)
	m.engines = []*mapEngine{
		{"hand-written SQL", at(limit.url + "/hand")},
		{"program, database", at(limit.url + "/database")},
		{"program, memory, made anew", func(tile [3]int, filter string) string {
			// Blanks make another text of the same filter, of which nothing is kept ready.
			if filter == "" {
				filter = "{}"
			}
			n := anew.Add(1)
			blanks := strings.Repeat(" ", int(n%64)) + strings.Repeat("\n", int(n/64%64)) + strings.Repeat("\t", int(n/4096%256))
			return at(api.url+"/tiles/stock")(tile, filter+blanks)
		}},
		{"program, memory, kept ready", at(api.url + "/tiles/stock")},
	}
	if m.report.Missing == "" {
		m.engines = append(m.engines, &mapEngine{gist, at(limit.url + "/postgis")})
	}
	for _, zoom := range []int{6, 8, 10, 12, 14, 15} {
		for _, filter := range mapFilters {
			if err := m.measure(ctx, zoom, strings.ReplaceAll(filter, "LANDLORD", landlord)); err != nil {
				return fmt.Errorf("zoom %d under %q: %w", zoom, filter, err)
			}
		}
	}
	return nil
}

// awaitSnapshot waits until the program has its map in memory, as long as a load takes, and
// has the limit load one of its own to weigh it.
func (m *mapBench) awaitSnapshot(ctx context.Context, limit *engine) error {
	body, err := get(ctx, limit.url+"/weigh")
	if err != nil {
		return err
	}
	var weighed struct{ Seconds, Megabytes float64 }
	if err := json.Unmarshal(body, &weighed); err != nil {
		return err
	}
	m.report.LoadedIn, m.report.Snapshot = weighed.Seconds, weighed.Megabytes
	select { // The program began when the limit had not: twice the time is enough.
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(2*weighed.Seconds*float64(time.Second)) + 3*time.Second):
		return nil
	}
}

// tilesAround are 3 by 3 tiles about the middle of the Métropole.
func tilesAround(zoom int) (tiles [][3]int) {
	side, phi := math.Ldexp(1, zoom), 45.18*math.Pi/180
	x, y := int((5.72+180)/360*side), int((1-math.Log(math.Tan(phi)+1/math.Cos(phi))/math.Pi)/2*side)
	for dx := -1; dx <= 1; dx++ {
		for dy := -1; dy <= 1; dy++ {
			tiles = append(tiles, [3]int{zoom, x + dx, y + dy})
		}
	}
	return tiles
}

// measure lets the engines take turns at the tiles of a zoom, when their tiles hold alike.
func (m *mapBench) measure(ctx context.Context, zoom int, filter string) error {
	tiles := tilesAround(zoom)
	rates, sizes := make([][]float64, len(m.engines)), make([]int, len(m.engines))
	var stock []int
	for i, e := range m.engines {
		var dwellings []int
		for _, tile := range tiles {
			body, err := get(ctx, e.address(tile, filter))
			if err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
			sizes[i] += len(body) / len(tiles)
			n, err := tileDwellings(body)
			if err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
			dwellings = append(dwellings, n)
		}
		switch {
		case i == 0:
			stock = dwellings
		case e.name == gist: // the boxes of its index are rounded: it may have a neighbour's place as well
		case !slices.Equal(dwellings, stock):
			return fmt.Errorf("%s has %v dwellings, the limit %v", e.name, dwellings, stock)
		}
	}
	for range m.rounds {
		for i, e := range m.engines {
			rate, err := m.load(ctx, e, tiles, filter)
			if err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
			rates[i] = append(rates[i], rate)
		}
	}
	for i, e := range m.engines {
		m.report.Figures = append(m.report.Figures, mapFigure{zoom, filter, e.name, median(rates[i]), sizes[i]})
	}
	return nil
}

// load asks for the tiles in turn from many connections, and tells how many came a second.
func (m *mapBench) load(ctx context.Context, e *mapEngine, tiles [][3]int, filter string) (float64, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: mapConnections, DisableCompression: true}, Timeout: requestTimeout}
	defer client.CloseIdleConnections()
	end := time.Now().Add(m.duration())
	var done atomic.Int64
	var callers sync.WaitGroup
	failed := make(chan error, mapConnections)
	for n := range mapConnections {
		callers.Go(func() {
			for i := n; time.Now().Before(end); i++ {
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, e.address(tiles[i%len(tiles)], filter), nil)
				if err == nil {
					r.Header.Set("Accept-Encoding", "gzip")
					err = swallow(client, r)
				}
				if err != nil {
					failed <- err
					return
				}
				done.Add(1)
			}
		})
	}
	callers.Wait()
	select {
	case err := <-failed:
		return 0, err
	default:
		return float64(done.Load()) / m.duration().Seconds(), nil
	}
}

// swallow sends a request and reads the answer away.
func swallow(client *http.Client, r *http.Request) error {
	a, err := client.Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, a.Body)
	if a.StatusCode != http.StatusOK {
		err = errors.Join(err, errors.New(a.Status))
	}
	return errors.Join(err, a.Body.Close())
}

// print writes the figures for a reader, each with its ratio to the limit.
func (r *mapReport) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	say("%d dwellings in %d buildings, %d facets (%s); snapshot of %.1f MB loaded in %.2f s. %s\n\n",
		r.Dwellings, r.Buildings, r.Facets, r.Table, r.Snapshot, r.LoadedIn, r.Missing)
	say("zoom\tfilter\tengine\ttiles/s\tof the limit\tbytes\t\n")
	limit := 1.0
	for _, f := range r.Figures {
		if f.Engine == "hand-written SQL" {
			limit = f.Rate
		}
		filter, _, _ := strings.Cut(strings.Trim(f.Filter, `{"`), `"`)
		say("%d\t%s\t%s\t%.0f\t%.2f\t%d\t\n", f.Zoom, filter, f.Engine, f.Rate, f.Rate/max(limit, 1e-9), f.Bytes)
	}
	return w.Flush()
}
