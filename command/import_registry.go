package command

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/registryfile"
	"github.com/guichet-logement/guichet/service"
)

type importRegistry struct {
	onRecordSettings
	Rejects string `type:"path" help:"Write what is to be mended, and what somebody is to look at, to this CSV file as well."`
	File    string `arg:"" type:"existingfile" help:"The extract: an exchange file of the interface 02.00 or 02.01."`
}

// Run takes an extract over. What is wrong with a record is shown and leaves the others
// alone; what was done stays done when the rest cannot be read.
func (c *importRegistry) Run(ctx context.Context, env Environment) error {
	return c.onRecord(ctx, env, func(s *service.Service, _ bool, log *slog.Logger) (err error) {
		file, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		info, err := file.Stat()
		if err != nil {
			return err
		}
		list, err := newRegistryList(env, c.Rejects)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, list.close()) }()
		progress := newByteProgress(env, log, info.Size())
		read := io.NewSectionReader(watchedFile{ctx, file, progress.read}, 0, math.MaxInt64)
		report, err := s.ImportRegistry(ctx, read, service.RegistryImport{Reject: list.reject, List: list.item})
		progress.end(report.Read, err == nil)
		if err := errors.Join(err, printRegistryReport(env.Stdout, report)); err != nil {
			return err
		}
		if !report.Complete {
			return errors.New("the end of the file is missing: have it sent again; what was there is imported")
		}
		return nil
	})
}

// registryList writes what somebody is to look at as it comes.
type registryList struct {
	shown io.Writer
	file  *os.File
	csv   *csv.Writer
	count int
}

func newRegistryList(env Environment, path string) (*registryList, error) {
	l := &registryList{shown: env.Stderr}
	if path == "" {
		return l, nil
	}
	var err error
	if l.file, err = os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600); err != nil { //nolint:gosec // the operator names the file to write
		return nil, fmt.Errorf("write rejects: %w", err)
	}
	l.csv = csv.NewWriter(l.file)
	return l, l.csv.Write([]string{"line", "record", "number", "code", "field", "message_fr", "message_en"})
}

func (l *registryList) reject(r registryfile.Reject) error {
	rows := make([][]string, len(r.Faults))
	for i, f := range r.Faults {
		rows[i] = []string{
			strconv.Itoa(f.Line), strconv.Itoa(r.Ordinal), string(r.Number), string(f.Code), inert(strings.Join(f.Field, "/")),
			f.Message.FR + " " + f.Help.FR, f.Message.EN + " " + f.Help.EN,
		}
	}
	return l.add(r, rows...)
}

func (l *registryList) item(i service.RegistryItem) error {
	about := i.Listing.Words()
	return l.add(i, []string{
		strconv.Itoa(i.Line), strconv.Itoa(i.Ordinal), string(i.Number), string(i.Listing),
		strings.Join(append(i.Fields, string(i.Survivor)), " "), about.FR, about.EN,
	})
}

func (l *registryList) add(shown fmt.Stringer, rows ...[]string) error {
	if l.count++; l.count <= shownRejects {
		// A terminal that does not take it is no reason to stop.
		_, _ = fmt.Fprintln(l.shown, shown)
	}
	if l.csv == nil {
		return nil
	}
	return l.csv.WriteAll(rows)
}

func (l *registryList) close() error {
	if l.count > shownRejects {
		_, _ = fmt.Fprintf(l.shown, "... and %d more records to look at\n", l.count-shownRejects)
	}
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

func printRegistryReport(w io.Writer, r service.RegistryReport) error {
	var lines strings.Builder
	fmt.Fprintf(&lines, "%-17s %7d created %7d changed %7d unchanged %7d put aside\n", "applications "+string(r.Type), r.Created, r.Changed, r.Unchanged, r.Rejected)
	for _, why := range domain.RegistryListings() {
		if n := r.Listed[why]; n > 0 {
			fmt.Fprintf(&lines, "%-17s %7d %s\n", why, n, why.Words().EN)
		}
	}
	for _, kind := range []struct {
		name string
		n    int
		what string
	}{
		{"wishes", r.Elsewhere, "left out: the communes are not ours"},
		{"events", r.Acknowledged, "acknowledged"},
		{"events", r.Refused, "refused"},
		{"numbers (NIR)", r.Cut, "social security numbers cut"},
	} {
		if kind.n > 0 {
			fmt.Fprintf(&lines, "%-17s %7d %s\n", kind.name, kind.n, kind.what)
		}
	}
	_, err := io.WriteString(w, lines.String())
	return err
}
