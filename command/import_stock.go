package command

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockfile"
)

type importStock struct {
	importSettings
	File         string                `arg:"" type:"existingfile" help:"The official stock file (RPLS): CSV, plain, in gzip or in zip."`
	Vintage      string                `required:"" help:"The day whose stock it states: 2025, 2025-01 or 2025-01-01. The file does not tell."`
	Charset      directoryfile.Charset `enum:"utf-8,iso-8859-1" default:"utf-8" help:"Encoding of the file: ${enum}; files of 2016 to 2018 are in iso-8859-1. It is never guessed."`
	Department   string                `help:"Keep this département (38, 2A, 974) instead of the communes of the directory."`
	EPCI         string                `name:"epci" help:"Keep this intercommunality, by its SIREN, instead of the communes of the directory."`
	WholeCountry bool                  `help:"Keep the whole file."`
	MaxRejects   float64               `default:"1" help:"Refuse the file when more than this percentage of its lines is rejected, 0 to 100. Fewer are left out."`
	MaxLoss      float64               `default:"10" help:"Refuse the file when more than this percentage of the dwellings in force is absent from it, 0 to 100."`
}

// Run loads an edition of the stock file.
func (c *importStock) Run(ctx context.Context, env Environment) (err error) {
	log := newLog(env)
	statedOn, err := c.statedOn()
	if err := errors.Join(c.validate(), err, c.bounds()); err != nil {
		return err
	}
	db, err := c.open(ctx, env, log)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	if err := migrations.Check(ctx, db.db); err != nil {
		return err
	}
	filter, territory, err := c.territory(ctx, service.New(db.client(unobserved), service.NewClock(time.Now), false))
	if err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &settingError{"file", "must be a file that can be read twice: write what comes through a pipe to one first"}
	}
	rejects, err := newRejectList(env, c.Rejects)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rejects.close()) }()
	progress := newByteProgress(env, log, info.Size())
	watched := watchedFile{ctx: ctx, file: file, read: progress.read}
	rows, err := stockfile.Open(watched, info.Size(), c.File, stockfile.Options{Charset: c.Charset, Filter: filter})
	if err != nil {
		progress.end(0, false)
		return explain(rejects, err)
	}
	defer func() { _ = rows.Close() }()
	report, err := service.ImportStock(ctx, db.db, time.Now, service.StockImport{
		Rows: rows, StatedOn: statedOn, SHA256: func() (string, error) { return digest(ctx, file) }, Source: service.OfficialStock, Territory: territory,
		MaxRejected: c.MaxRejects / 100, MaxLoss: c.MaxLoss / 100,
		Reject: rejects.add, Loaded: progress.loaded,
	})
	progress.end(rows.Line(), err == nil)
	if err != nil {
		return explain(rejects, err)
	}
	return printStockReport(env.Stdout, report)
}

// statedOn reads the vintage, to the day. A slip in the year would shut out all
// files of the years before it.
func (c *importStock) statedOn() (domain.Date, error) {
	first, last := domain.NewDate(2000, time.January, 1), domain.DateOf(time.Now().AddDate(1, 0, 0))
	for _, rest := range []string{"", "-01", "-01-01"} {
		day, err := domain.ParseDate(c.Vintage + rest)
		switch {
		case err != nil:
		case day.Before(first) || last.Before(day):
			return day, &settingError{"vintage", fmt.Sprintf("must lie between %s and a year from today", first)}
		default:
			return day, nil
		}
	}
	return domain.Date{}, &settingError{"vintage", "must be a year, a month or a day: 2025, 2025-01, 2025-01-01"}
}

func (c *importStock) bounds() error {
	named := 0
	for _, given := range []bool{c.Department != "", c.EPCI != "", c.WholeCountry} {
		if given {
			named++
		}
	}
	switch {
	case named > 1:
		return &settingError{"whole-country", "name one territory: a département, an intercommunality or the whole country"}
	case len(c.Department) == 1 || len(c.Department) > 3:
		return &settingError{"department", "must be a code such as 38, 2A or 974"}
	case c.EPCI != "" && len(c.EPCI) != 9:
		return &settingError{"epci", "must be a SIREN of 9 digits"}
	case c.MaxRejects < 0 || c.MaxRejects > 100:
		return &settingError{"max-rejects", "must lie between 0 and 100"}
	case c.MaxLoss < 0 || c.MaxLoss > 100:
		return &settingError{"max-loss", "must lie between 0 and 100"}
	}
	return nil
}

// territory is what is kept of the file, and how it is called.
func (c *importStock) territory(ctx context.Context, s *service.Service) (stockfile.Filter, string, error) {
	switch {
	case c.WholeCountry:
		return stockfile.Filter{}, "France", nil
	case c.Department != "":
		return stockfile.Filter{Department: c.Department}, "département " + c.Department, nil
	case c.EPCI != "":
		return stockfile.Filter{EPCI: c.EPCI}, "EPCI " + c.EPCI, nil
	}
	known, err := s.KnownDirectory(ctx)
	if err != nil {
		return stockfile.Filter{}, "", err
	}
	if len(known.Communes) == 0 {
		return stockfile.Filter{}, "", &settingError{"whole-country", "the directory has no communes: import them first, or name the territory"}
	}
	return stockfile.Filter{Communes: known.Communes}, fmt.Sprintf("the %d communes of the directory", len(known.Communes)), nil
}

// watchedFile tells how much of a file has been read, and ends with the command:
// most lines of a country are passed over without a word to the database.
type watchedFile struct {
	ctx  context.Context
	file *os.File
	read func(bytes int)
}

// ReadAt reads from the file.
func (f watchedFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := f.file.ReadAt(p, off)
	f.read(n)
	return n, err
}

// digest is the SHA-256 of the file as it lies.
func digest(ctx context.Context, file *os.File) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(watchedFile{ctx, file, func(int) {}}, 0, math.MaxInt64)); err != nil {
		return "", fmt.Errorf("read %s: %w", file.Name(), err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// explain shows where a file that is refused whole is wrong, as it does of lines.
func explain(rejects *rejectList, err error) error {
	var refused *stockfile.FileError
	if !errors.As(err, &refused) {
		return err
	}
	if err := rejects.add(refused.Reject); err != nil {
		return fmt.Errorf("write rejects: %w", err)
	}
	return errors.New("the file cannot be read; nothing was imported")
}

// shownRejects is how many go to the terminal; the file of rejects has them all.
const shownRejects = 20

// rejectList writes the lines that are left out as they come: there may be more of
// them than fit into memory.
type rejectList struct {
	shown io.Writer
	file  *os.File
	csv   *csv.Writer
	count int
}

func newRejectList(env Environment, path string) (*rejectList, error) {
	l := &rejectList{shown: env.Stderr}
	if path == "" {
		return l, nil
	}
	var err error
	if l.file, err = os.Create(path); err != nil { //nolint:gosec // the operator names the file to write
		return nil, fmt.Errorf("write rejects: %w", err)
	}
	l.csv = csv.NewWriter(l.file)
	return l, l.csv.Write(rejectColumns)
}

func (l *rejectList) add(r stockfile.Reject) error {
	if l.count++; l.count <= shownRejects {
		// A terminal that does not take it is no reason to stop.
		_, _ = fmt.Fprintln(l.shown, r)
	}
	if l.csv == nil {
		return nil
	}
	return l.csv.Write(rejectRow(r))
}

func (l *rejectList) close() error {
	if l.count > shownRejects {
		_, _ = fmt.Fprintf(l.shown, "... and %d more rejected lines\n", l.count-shownRejects)
	}
	if l.file == nil {
		return nil
	}
	l.csv.Flush()
	return errors.Join(l.csv.Error(), l.file.Close())
}

func printStockReport(w io.Writer, r service.StockReport) error {
	var lines strings.Builder
	for _, kind := range []struct {
		name   string
		tally  service.Tally
		absent int
	}{
		{"buildings", r.Buildings, r.AbsentBuildings},
		{"dwellings", r.Dwellings, r.AbsentDwellings},
	} {
		fmt.Fprintf(&lines, "%-17s %7d added %7d changed %7d unchanged %7d absent\n",
			kind.name, kind.tally.Added, kind.tally.Changed, kind.tally.Unchanged, kind.absent)
	}
	fmt.Fprintf(&lines, "%-17s %7d read %8d rejected\n", "lines", r.Read, r.Rejected)
	if c := r.Comparison; c != nil {
		for _, kind := range []struct {
			name  string
			tally domain.StockTally
		}{{"only gained", c.Added}, {"only lost", c.Removed}, {"one changed", c.Changed}, {"ambiguous", c.Ambiguous}} {
			fmt.Fprintf(&lines, "%-17s %7d buildings, dwellings %d -> %d\n", kind.name, kind.tally.Buildings, kind.tally.Before, kind.tally.After)
		}
	}
	_, err := io.WriteString(w, lines.String())
	return err
}
