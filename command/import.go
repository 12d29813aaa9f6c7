package command

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/ent/migrate/migrations"
	"github.com/guichet-logement/guichet/service"
)

type importCommand struct {
	Communes        importCommunes        `cmd:"" help:"Load communes and their boundaries: those of Grenoble-Alpes Métropole unless files are named."`
	Organisations   importOrganisations   `cmd:"" help:"Load organisations.csv."`
	ReceptionPoints importReceptionPoints `cmd:"" help:"Load reception_points.csv."`
	Stock           importStock           `cmd:"" help:"Load an edition of the official stock file (RPLS)."`
	Landlords       importLandlords       `cmd:"" help:"Load landlords.csv: whose the buildings of the stock are."`
	Registry        importRegistry        `cmd:"" help:"Take over an extract of the national registry, record by record. It may be run again."`
}

// importSettings are common to all imports. The layouts are documented in
// directoryfile/FORMAT.md.
type importSettings struct {
	databaseSettings
	Rejects string `type:"path" help:"Write what is to be mended to this CSV file as well."`
}

// charsetSetting is for files that come from a spreadsheet.
type charsetSetting struct {
	Charset directoryfile.Charset `enum:"utf-8,iso-8859-1,windows-1252" default:"utf-8" help:"Encoding of the file: ${enum}. It is never guessed."`
}

type importCommunes struct {
	importSettings
	File       string `arg:"" optional:"" type:"existingfile" help:"communes.csv"`
	Boundaries string `type:"existingfile" help:"Boundaries as GeoJSON."`
}

type importOrganisations struct {
	importSettings
	charsetSetting
	File string `arg:"" type:"existingfile" help:"organisations.csv"`
}

type importReceptionPoints struct {
	importSettings
	charsetSetting
	File string `arg:"" type:"existingfile" help:"reception_points.csv"`
}

// Run loads communes and boundaries.
func (c *importCommunes) Run(ctx context.Context, env Environment) error {
	if c.File == "" && c.Boundaries != "" {
		return &settingError{"boundaries", "belong to a file of communes: name it as well"}
	}
	return c.run(ctx, env, func(directoryfile.Known) (service.Directory, rejects, error) {
		var d service.Directory
		var err error
		if c.File == "" {
			if d.Communes, err = directoryfile.Communes(); err != nil {
				return d, rejects{}, err
			}
			d.Boundaries, err = directoryfile.Boundaries()
			return d, rejects{}, err
		}
		var found rejects
		d.Communes, found, err = parse(c.File, directoryfile.ParseCommunes)
		if err != nil || c.Boundaries == "" {
			return d, found, err
		}
		err = withFile(c.Boundaries, func(f io.Reader) error {
			d.Boundaries, err = directoryfile.ParseBoundaries(f)
			return err
		})
		return d, found, err
	})
}

// Run loads organisations.
func (c *importOrganisations) Run(ctx context.Context, env Environment) error {
	return c.run(ctx, env, func(known directoryfile.Known) (d service.Directory, found rejects, err error) {
		d.Organisations, found, err = parse(c.File, func(r io.Reader) (directoryfile.Parsed[directoryfile.Organisation], error) {
			return directoryfile.ParseOrganisations(r, c.Charset, known)
		})
		return d, found, err
	})
}

// Run loads reception points.
func (c *importReceptionPoints) Run(ctx context.Context, env Environment) error {
	return c.run(ctx, env, func(known directoryfile.Known) (d service.Directory, found rejects, err error) {
		d.ReceptionPoints, found, err = parse(c.File, func(r io.Reader) (directoryfile.Parsed[directoryfile.ReceptionPoint], error) {
			return directoryfile.ParseReceptionPoints(r, c.Charset, known)
		})
		return d, found, err
	})
}

// rejects is what is to be mended in a file, counted beyond what is listed.
type rejects struct {
	list     []directoryfile.Reject
	count    int
	complete bool
}

func (r rejects) any() bool { return r.count > 0 }

func parse[T any](path string, read func(io.Reader) (directoryfile.Parsed[T], error)) ([]T, rejects, error) {
	var parsed directoryfile.Parsed[T]
	err := withFile(path, func(f io.Reader) (err error) {
		parsed, err = read(f)
		return err
	})
	return parsed.Rows, rejects{parsed.Rejects, parsed.RejectCount, parsed.Complete}, err
}

func withFile(path string, read func(io.Reader) error) error {
	f, err := os.Open(path) //nolint:gosec // the operator names the file to load
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return read(f)
}

// load opens the database, and says which codes a file may name.
func (s *importSettings) load(
	ctx context.Context, env Environment, use func(*database, directoryfile.Known, *slog.Logger) error,
) error {
	log := newLog(env)
	if err := s.validate(); err != nil {
		return err
	}
	db, err := s.open(ctx, env, log)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	if err := migrations.Check(ctx, db.db); err != nil {
		return err
	}
	known, err := service.New(db.client(unobserved), service.NewClock(time.Now), false).KnownDirectory(ctx)
	if err != nil {
		return err
	}
	return use(db, known, log)
}

// run reads the file, shows what is to be mended, and otherwise loads it: all of
// it or nothing.
func (s *importSettings) run(
	ctx context.Context, env Environment, read func(directoryfile.Known) (service.Directory, rejects, error),
) error {
	return s.load(ctx, env, func(db *database, known directoryfile.Known, log *slog.Logger) error {
		d, found, err := read(known)
		if err != nil {
			return err
		}
		if found.any() {
			return s.refuse(env, found)
		}
		progress := newProgress(env, log, d.Len())
		services := service.New(db.client(unobserved), service.NewClock(time.Now), false)
		report, err := services.ImportDirectory(ctx, d, progress.done)
		progress.finish(err == nil)
		if err != nil {
			return err
		}
		return printReport(env.Stdout, report)
	})
}

// refuse shows what is to be mended; nothing was written to the database.
func (s *importSettings) refuse(env Environment, found rejects) error {
	for _, r := range found.list {
		if _, err := fmt.Fprintln(env.Stderr, r); err != nil {
			return err
		}
	}
	if s.Rejects != "" {
		if err := writeRejects(s.Rejects, found.list); err != nil {
			return fmt.Errorf("write rejects: %w", err)
		}
	}
	return fmt.Errorf("%d things to mend in the file; nothing was imported", found.count)
}

func writeRejects(path string, list []directoryfile.Reject) (err error) {
	f, err := os.Create(path) //nolint:gosec // the operator names the file to write
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	rows := [][]string{rejectColumns}
	for _, r := range list {
		rows = append(rows, rejectRow(r))
	}
	return w.WriteAll(rows)
}

// rejectColumns and rejectRow are the layout of the file of rejects.
var rejectColumns = []string{"line", "column", "column_name", "code", "value", "message_fr", "message_en"}

func rejectRow(r directoryfile.Reject) []string {
	return []string{
		strconv.Itoa(r.Line), strconv.Itoa(r.Column), r.ColumnName, string(r.Code), inert(r.Value), r.Message.FR, r.Message.EN,
	}
}

// inert keeps a value that was refused for being a formula from running in the
// spreadsheet that opens the list of rejects.
func inert(value string) string {
	if value != "" && strings.ContainsRune("=+-@", rune(value[0])) {
		return "'" + value
	}
	return value
}

func printReport(w io.Writer, report service.ImportReport) error {
	for _, kind := range []struct {
		name  string
		tally service.Tally
	}{
		{"communes", report.Communes},
		{"boundaries", report.Boundaries},
		{"organisations", report.Organisations},
		{"reception points", report.ReceptionPoints},
		{"agreements", report.Agreements},
		{"opening hours", report.OpeningHours},
	} {
		if kind.tally == (service.Tally{}) {
			continue
		}
		_, err := fmt.Fprintf(w, "%-17s %5d added %5d changed %5d unchanged\n",
			kind.name, kind.tally.Added, kind.tally.Changed, kind.tally.Unchanged)
		if err != nil {
			return err
		}
	}
	return nil
}
