package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/stockfile"
)

// The targets of an import: its rate against that of COPY, and how much more
// memory a large file takes than a small one, in MiB.
const (
	importTarget = 0.5
	memoryTarget = 150
	// countryScale is from where a file is no longer that of one territory.
	countryScale = 10
)

// importBench measures the import of the stock against COPY, the fastest way that
// PostgreSQL has, of rows that nobody has to parse or to compare any more.
type importBench struct {
	*bench
	server *pgserver.Server
	count  int
	// lines are the rows of each table, as COPY reads them.
	lines map[string]string
}

// imported is what one import took.
type imported struct {
	took time.Duration
	// peak is in MiB, of the process alone.
	peak float64
}

// importFigures are what the rounds gave, in dwellings a second and in MiB.
type importFigures struct {
	rows                int
	first, copied, next []float64
	peak, idle          float64
}

// measureImports makes a cluster of its own, as it runs in production, and removes
// it in the end.
func measureImports(ctx context.Context, s settings, out io.Writer) (err error) {
	made, err := newBench(ctx, s, out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(made.dir)) }()
	b := &importBench{bench: made, lines: map[string]string{}}
	dir := filepath.Join(b.dir, "cluster")
	if b.server, err = pgserver.Start(ctx, pgserver.Options{Dir: dir, Fsync: true, Settings: clusterSettings(s.scale)}); err != nil {
		return err
	}
	defer func() {
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, b.server.Stop(ctx), pgserver.Reset(ctx, dir))
	}()
	f, err := b.rounds(ctx)
	if err != nil {
		return err
	}
	return f.print(out, s.scale)
}

// clusterSettings are those of `make run`; for many territories at once, those of
// whoever loads the whole country: room for the indexes, and for the log between two
// checkpoints, without which the disk is all that is measured. Both contestants have
// them.
func clusterSettings(scale int) map[string]string {
	if scale < countryScale {
		return nil
	}
	return map[string]string{"shared_buffers": "2GB", "max_wal_size": "8GB"}
}

// rounds lets the importer and COPY take turns.
func (b *importBench) rounds(ctx context.Context) (f importFigures, err error) {
	vintages := sandbox.StockVintages()
	old, err := b.write(vintages[0], b.scale)
	if err != nil {
		return f, err
	}
	young, err := b.write(vintages[1], b.scale)
	if err != nil {
		return f, err
	}
	few, err := b.fewLines(old)
	if err != nil {
		return f, err
	}
	for range b.settings.rounds {
		dsn, err := b.database(ctx)
		if err != nil {
			return f, err
		}
		idle, err := b.load(ctx, dsn, few, vintages[0]-1)
		if err != nil {
			return f, err
		}
		if dsn, err = b.database(ctx); err != nil {
			return f, err
		}
		first, err := b.load(ctx, dsn, old, vintages[0])
		if err != nil {
			return f, err
		}
		if f.rows, err = b.export(ctx, dsn); err != nil {
			return f, err
		}
		next, err := b.load(ctx, dsn, young, vintages[1])
		if err != nil {
			return f, err
		}
		copied, err := b.copyAll(ctx)
		if err != nil {
			return f, err
		}
		rate := func(took time.Duration) float64 { return float64(f.rows) / took.Seconds() }
		f.first, f.next, f.copied = append(f.first, rate(first.took)), append(f.next, rate(next.took)), append(f.copied, rate(copied))
		f.idle, f.peak = max(f.idle, idle.peak), max(f.peak, first.peak, next.peak)
	}
	return f, nil
}

func (f importFigures) print(out io.Writer, scale int) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name string, rates []float64) {
		_, _ = fmt.Fprintf(w, "%s\t%.0f dwellings/s\t%.1f s\n", name, median(rates), float64(f.rows)/median(rates))
	}
	_, _ = fmt.Fprintf(w, "%d dwellings, scale %d, %d rounds\n", f.rows, scale, len(f.first))
	line("import of a first vintage", f.first)
	line("import of the next one", f.next)
	line("COPY of the same rows", f.copied)
	_, _ = fmt.Fprintf(w, "import / COPY\t%.2f\ttarget: at least %.2f\n", ratio(f.first, f.copied), importTarget)
	_, _ = fmt.Fprintf(w, "memory of the importer\t%.0f MiB, %.0f MiB over a file of one line\ttarget: at most %d MiB over\n", f.peak, f.peak-f.idle, memoryTarget)
	return w.Flush()
}

// write writes a vintage of the sandbox's stock.
func (b *importBench) write(vintage, scale int) (path string, err error) {
	path = filepath.Join(b.dir, fmt.Sprintf("stock-%d.csv", vintage))
	file, err := os.Create(path) //nolint:gosec // a directory of our own
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return path, sandbox.WriteStock(file, sandbox.StockOptions{Vintage: vintage, Scale: scale, Layout: stockfile.Layout2026})
}

// fewLines writes the header and one line of a file: the memory that it takes is
// that of an idle importer.
func (b *importBench) fewLines(path string) (string, error) {
	file, err := os.Open(path) //nolint:gosec // written by us
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	var text strings.Builder
	lines := bufio.NewScanner(file)
	for range 2 {
		lines.Scan()
		text.WriteString(lines.Text() + "\n")
	}
	few := filepath.Join(b.dir, "few.csv")
	return few, errors.Join(lines.Err(), os.WriteFile(few, []byte(text.String()), 0o600))
}

// database makes an empty database with all migrations.
func (b *importBench) database(ctx context.Context) (dsn string, err error) {
	b.count++
	name := "import_" + strconv.Itoa(b.count)
	if err := b.server.CreateDatabase(ctx, name); err != nil {
		return "", err
	}
	dsn = b.server.DSN(name)
	migrate := exec.CommandContext(ctx, b.binary, "migrate") //nolint:gosec // Built by us.
	migrate.Env = append(os.Environ(), "DATABASE_URL="+dsn)
	if out, err := migrate.CombinedOutput(); err != nil {
		return "", fmt.Errorf("migrate: %w: %s", err, out)
	}
	return dsn, nil
}

// sampleEvery is how often the memory of a process is looked at. The system keeps
// the highest; it is lost with the process.
const sampleEvery = 20 * time.Millisecond

// load runs the program as an operator does.
func (b *importBench) load(ctx context.Context, dsn, path string, vintage int) (i imported, err error) {
	load := exec.CommandContext(ctx, b.binary, "import", "stock", path, "--vintage", strconv.Itoa(vintage), "--whole-country") //nolint:gosec // Built by us.
	load.Env = append(os.Environ(), "DATABASE_URL="+dsn)
	var said strings.Builder
	load.Stdout, load.Stderr = &said, &said
	start := time.Now()
	if err := load.Start(); err != nil {
		return i, err
	}
	ended := make(chan error, 1)
	go func() { ended <- load.Wait() }()
	for tick := time.NewTicker(sampleEvery); ; {
		select {
		case err := <-ended:
			tick.Stop()
			i.took = time.Since(start)
			if err != nil {
				return i, fmt.Errorf("import %s: %w: %s", path, err, &said)
			}
			// A large file takes long: what is known is said at once.
			_, _ = fmt.Fprintf(b.out, "%s of %d: %.1f s, %.1f MiB\n", filepath.Base(path), vintage, i.took.Seconds(), i.peak)
			return i, nil
		case <-tick.C:
			i.peak = max(i.peak, peakMiB(load.Process.Pid))
		}
	}
}

// peakMiB is the most memory that a process has had so far, 0 where the system does
// not tell.
func peakMiB(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if kib, found := strings.CutPrefix(line, "VmHWM:"); found {
			n, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kib), "kB")), 64)
			if err == nil {
				return n / 1024
			}
		}
	}
	return 0
}
