package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/pgserver"
)

// warmUp is how long an engine works at an operation before it is measured: each connection plans
// a statement for the values of its first five executions, and then once for all.
const warmUp = time.Second

// bench is one run.
type bench struct {
	settings
	// dir is removed in the end.
	dir, binary, dsn string
	engines          []*engine
	// alone leaves the limit out, which over a hundred times the data counts for minutes, asks
	// each case once for what it costs, and goes on after what is not answered.
	alone bool
	out   io.Writer
}

// newBench makes the program and a directory, which whoever measures removes in the end.
func newBench(ctx context.Context, s settings, out io.Writer) (b *bench, err error) {
	b = &bench{settings: s, out: out}
	if b.dir, err = os.MkdirTemp("", "guichet-bench-"); err != nil {
		return nil, err
	}
	// PostgreSQL's account, which root switches to, must be able to enter.
	if err = os.Chmod(b.dir, 0o711); err == nil { //nolint:gosec // As said above.
		b.binary, err = b.build(ctx, s.repository, "guichet")
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(b.dir))
	}
	return b, nil
}

// measureAll makes what is needed, measures, prints, and leaves nothing behind.
func measureAll(ctx context.Context, s settings, out io.Writer) (err error) {
	b, err := newBench(ctx, s, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	r := report{Page: s.page, Rounds: s.rounds, Seconds: s.seconds}
	// What was measured before something failed is shown all the same.
	err = b.measureOn(ctx, &r)
	if s.json != "" {
		err = errors.Join(err, r.write(s.json))
	}
	return errors.Join(err, r.print(out))
}

// build makes the program as it is shipped, and returns where it is.
func (b *bench) build(ctx context.Context, repository, name string) (string, error) {
	path := filepath.Join(b.dir, name)
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-o", path, ".") //nolint:gosec // Our own program.
	build.Dir = repository
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", name, err, out)
	}
	return path, nil
}

// cluster starts a PostgreSQL of our own; what is called in the end removes it.
// Without fsync: reads do not wait for the disk, and the data is thrown away.
func (b *bench) cluster(ctx context.Context) (*pgserver.Server, func() error, error) {
	dir := filepath.Join(b.dir, "cluster")
	server, err := pgserver.Start(ctx, pgserver.Options{Dir: dir, Settings: map[string]string{"max_connections": "120"}})
	if err != nil {
		return nil, nil, err
	}
	return server, func() error {
		ctx := context.WithoutCancel(ctx)
		return errors.Join(server.Stop(ctx), pgserver.Reset(ctx, dir))
	}, nil
}

// measureOn starts a database and the engines, and fills the report.
func (b *bench) measureOn(ctx context.Context, r *report) (err error) {
	server, remove, err := b.cluster(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	if err := server.CreateDatabase(ctx, "bench"); err != nil {
		return err
	}
	b.dsn = server.DSN("bench")
	operations, err := b.prepare(ctx, r)
	if err != nil {
		return err
	}
	if err := b.measureOperations(ctx, operations, r); err != nil || !b.start {
		return err
	}
	r.Starts, err = b.measureStarts(ctx)
	return err
}

// measureOperations compares the answers of the engines, and then their rates.
func (b *bench) measureOperations(ctx context.Context, operations []operation, r *report) (err error) {
	defer func() {
		for _, e := range b.engines {
			err = errors.Join(err, e.stop())
		}
	}()
	if err := b.startEngines(ctx); err != nil {
		return err
	}
	var answered []operation
	for _, o := range operations {
		err := compare(ctx, b.engines, o)
		switch {
		case err == nil:
			answered = append(answered, o)
		case b.alone && ctx.Err() == nil:
			b.cutOff(o, err)
		default:
			return fmt.Errorf("the answers to %s differ: %w", o.name, err)
		}
	}
	for _, connections := range b.connections {
		for _, o := range answered {
			found, err := b.measure(ctx, o, connections)
			if err != nil {
				if !b.alone || ctx.Err() != nil {
					return err
				}
				b.cutOff(o, err)
			}
			r.Operations = append(r.Operations, found...)
		}
	}
	return nil
}

// cutOff tells of an operation that is not answered: over a hundred times the data the server
// may end it, and the others are measured all the same.
func (b *bench) cutOff(o operation, err error) {
	_, _ = fmt.Fprintf(b.out, "%s: not answered: %v\n", o.name, err)
}

// seed fills the database with the sandbox, under more settings.
func (b *bench) seed(ctx context.Context, settings ...string) error {
	seed := exec.CommandContext(ctx, b.binary, "seed") //nolint:gosec // Built by us.
	seed.Env = append(append(os.Environ(), "DATABASE_URL="+b.dsn), settings...)
	if out, err := seed.CombinedOutput(); err != nil {
		return fmt.Errorf("seed: %w: %s", err, out)
	}
	return nil
}

// prepare fills the database and returns the operations to measure on it.
func (b *bench) prepare(ctx context.Context, r *report) ([]operation, error) {
	if err := b.seed(ctx); err != nil {
		return nil, err
	}
	db, err := openDatabase(b.dsn)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	return b.fill(ctx, db, r)
}

// fill adds to the sandbox what operations need beyond it, and returns them.
func (b *bench) fill(ctx context.Context, db *sql.DB, r *report) ([]operation, error) {
	if err := enlarge(ctx, db, b.points); err != nil {
		return nil, err
	}
	if err := fillCalendar(ctx, db, calendarPoints, domain.DateOf(time.Now()), calendarDays); err != nil {
		return nil, err
	}
	if err := filePieces(ctx, db); err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "VACUUM ANALYZE"); err != nil {
		return nil, fmt.Errorf("analyze: %w", err)
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM reception_point").Scan(&r.Points); err != nil {
		return nil, err
	}
	s, err := readSample(ctx, db)
	if err != nil {
		return nil, err
	}
	all, err := readOperations(b.repository, s, b.page)
	if err == nil && b.generic {
		all, err = b.prepareGeneric(ctx, db, s, all)
	}
	return chosen(all, b.operations), err
}

// startEngines starts the limit, the API, and the API once more with other
// settings or from another checkout when they were given.
func (b *bench) startEngines(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if !b.alone {
		limit, err := startEngine(ctx, "limit", b.dir, []string{"DATABASE_URL=" + b.dsn}, self, limitCommand)
		if err != nil {
			return err
		}
		limit.byPath = true
		b.engines = append(b.engines, limit)
	}
	production := []string{"DATABASE_URL=" + b.dsn, "GUICHET_SANDBOX=true", "GUICHET_LISTEN=127.0.0.1:0"}
	start := func(name string, environment []string, program, command string) error {
		e, err := startEngine(ctx, name, b.dir, slices.Concat(production, environment), program, command)
		if err == nil {
			b.engines = append(b.engines, e)
		}
		return err
	}
	program, command := b.binary, "serve"
	if b.profiles != "" {
		program, command = self, profiledCommand
	}
	err = start("api", nil, program, command)
	if err == nil && len(b.variant) > 0 {
		err = start("variant", b.variant, program, command)
	}
	if err == nil && b.generic {
		err = b.startGeneric(ctx)
	}
	if err != nil || b.against == "" {
		return err
	}
	other, err := b.build(ctx, b.against, "against")
	if err != nil {
		return err
	}
	return start("against", nil, other, "serve")
}

// compare fails unless all engines give the first one's answer to every case, and
// to the page after it.
func compare(ctx context.Context, engines []*engine, o operation) error {
	for _, v := range o.cases {
		answers, err := sameAnswers(ctx, engines, o, v, nil)
		if err != nil {
			return err
		}
		// Cursors belong to the engine that gave them.
		after := make([]string, len(engines))
		for i, a := range answers {
			after[i] = endCursor(a)
		}
		if after[0] == "" || !strings.Contains(o.document, "$after") {
			continue
		}
		if _, err := sameAnswers(ctx, engines, o, v, after); err != nil {
			return fmt.Errorf("next page: %w", err)
		}
	}
	return nil
}

// sameAnswers asks each engine, for the page after its own cursor if there are
// any, and returns the answers when they are the same.
func sameAnswers(ctx context.Context, engines []*engine, o operation, v variables, after []string) ([]any, error) {
	answers := make([]any, len(engines))
	var first []byte
	for i, e := range engines {
		own := v
		if after != nil {
			own.values = maps.Clone(v.values)
			own.values["after"] = after[i]
		}
		if e.generic && after != nil {
			continue // its pages are its own
		}
		body, err := e.ask(ctx, o, own)
		if err == nil {
			answers[i], err = parsed(body)
		}
		switch {
		case err != nil:
		case first == nil:
			first = body
		case e.generic:
			err = covered("data", answers[i], answers[0])
		default:
			err = same(body, first)
		}
		if err != nil {
			return nil, fmt.Errorf("%s asked with %v: %w", e.name, own.values, err)
		}
	}
	return answers, nil
}

// measure lets the engines take turns at an operation.
func (b *bench) measure(ctx context.Context, o operation, connections int) (_ []figure, err error) {
	requests := make([][][]byte, len(b.engines))
	figures := make([]figure, len(b.engines))
	rates := make([][]float64, len(b.engines))
	latencies := make([][]time.Duration, len(b.engines))
	for i, e := range b.engines {
		for _, v := range o.cases {
			request, err := e.request(ctx, o, v)
			if err != nil {
				return nil, err
			}
			requests[i] = append(requests[i], request)
		}
		if _, err := e.load(ctx, requests[i], connections, warmUp); err != nil {
			return nil, err
		}
		figures[i] = figure{Operation: o.name, Connections: connections, Engine: e.name}
		if err := b.perRequest(ctx, e, requests[i], &figures[i]); err != nil {
			return nil, err
		}
	}
	for round := range b.rounds {
		for turn := range b.engines {
			// The other way round in every second round, so that neither always goes first.
			i := turn
			if round%2 == 1 {
				i = len(b.engines) - 1 - turn
			}
			found, err := b.turn(ctx, b.engines[i], o, requests[i], connections, round)
			if err != nil {
				return nil, err
			}
			rates[i] = append(rates[i], found.rate)
			latencies[i] = append(latencies[i], found.latencies...)
		}
	}
	for i, e := range b.engines {
		slices.Sort(latencies[i])
		f := &figures[i]
		if f.Resident, err = residentMegabytes(e.cmd.Process.Pid); err != nil {
			return nil, err
		}
		f.Rate, f.Ratio = median(rates[i]), ratio(rates[i], rates[0])
		f.P50 = quantile(latencies[i], 0.5).Seconds() * 1000
		f.P99 = quantile(latencies[i], 0.99).Seconds() * 1000
		if i > 0 && !e.generic {
			f.Target = o.target
		}
	}
	compareWithGeneric(b.engines, figures, rates)
	if b.alone {
		_, _ = fmt.Fprintf(b.out, "%s at %d: %.2f ms\n", o.name, connections, figures[0].P50)
	} else {
		_, _ = fmt.Fprintf(b.out, "%s at %d: %.2f of the limit\n", o.name, connections, figures[1].Ratio)
	}
	return figures, nil
}

// turn measures one engine once; in the first round its profile is taken too.
func (b *bench) turn(ctx context.Context, e *engine, o operation, requests [][]byte, connections, round int) (stretch, error) {
	if e.debug == "" || round > 0 {
		return e.load(ctx, requests, connections, b.duration())
	}
	taken := make(chan error, 1)
	go func() {
		var profile bytes.Buffer
		err := e.profile(ctx, "profile", b.duration(), &profile)
		if err == nil {
			err = os.MkdirAll(b.profiles, 0o755) //nolint:gosec // Profiles are for everybody.
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(b.profiles, o.name+"-"+e.name+".pprof"), profile.Bytes(), 0o644) //nolint:gosec // As above.
		}
		taken <- err
	}()
	found, err := e.load(ctx, requests, connections, b.duration()+time.Second)
	return found, errors.Join(err, <-taken)
}

// The metrics that tell what requests cost.
const (
	allocated  = "go_memstats_mallocs_total"
	bytesTaken = "go_memstats_alloc_bytes_total"
	statements = `guichet_graphql_sql_statements_sum{kind="query"}`
)

// counted is how many requests their cost is the mean of: the engine's metrics
// cost something too.
const counted = 200

// perRequest finds what requests cost on average, one at a time.
func (b *bench) perRequest(ctx context.Context, e *engine, requests [][]byte, f *figure) error {
	c, err := e.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	before, err := e.metrics(ctx, allocated, bytesTaken, statements)
	if err != nil {
		return err
	}
	busy, err := processorTime(e.cmd.Process.Pid)
	if err != nil {
		return err
	}
	n := max(1, counted/len(requests)) * len(requests)
	if b.alone {
		n = len(requests)
	}
	for i := range n {
		body, err := c.exchange(requests[i%len(requests)])
		if err != nil {
			return err
		}
		f.Bytes = max(f.Bytes, len(body))
	}
	after, err := e.metrics(ctx, allocated, bytesTaken, statements)
	each := float64(n)
	f.Allocations = (after[allocated] - before[allocated]) / each
	f.Kilobytes = (after[bytesTaken] - before[bytesTaken]) / each / 1024
	f.Statements = (after[statements] - before[statements]) / each
	if err != nil {
		return err
	}
	busier, err := processorTime(e.cmd.Process.Pid)
	f.Processor = (busier - busy).Seconds() * 1000 / each
	return err
}
