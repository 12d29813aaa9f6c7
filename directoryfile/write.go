package directoryfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// writtenSeparator is the one French spreadsheets expect.
const writtenSeparator = ';'

// WriteReceptionPoints writes reception_points.csv, all columns, in UTF-8 with a
// byte order mark, which spreadsheets need to recognise UTF-8. A point that the
// parser would not read back is an error.
func WriteReceptionPoints(w io.Writer, points []ReceptionPoint) error {
	t := newTableWriter(w, receptionPointColumns)
	for _, p := range points {
		hoursFrom, err := commonStart(p.Weekly)
		if err != nil {
			return fmt.Errorf("write reception point %q: %w", p.Key, err)
		}
		fields := []string{
			p.Key, p.Name, string(p.Commune), strings.Join(p.Operators, "|"), p.Address, p.PostalCode,
			formatDegrees(float64(p.Coordinates.Latitude)), formatDegrees(float64(p.Coordinates.Longitude)),
			p.Phone.National(), strings.Join(p.Languages, "|"), strings.ToLower(string(p.StepFreeAccess)),
			formatYesNo(p.InterCommunal), strconv.Itoa(p.Level), strings.ToLower(string(p.Means)),
			formatDate(p.LevelFrom), formatDate(p.LevelUntil), FormatOpeningHours(p.Weekly), formatDate(hoursFrom),
		}
		known := Known{Communes: map[domain.InseeCode]bool{p.Commune: true}, Organisations: map[string]bool{}}
		for _, key := range p.Operators {
			known.Organisations[key] = true
		}
		if err := t.write(fields, func(r *record) { readReceptionPoint(r, known) }); err != nil {
			return fmt.Errorf("write reception point %q: %w", p.Key, err)
		}
	}
	return t.flush()
}

// WriteOrganisations writes organisations.csv as [WriteReceptionPoints] does
// reception_points.csv.
func WriteOrganisations(w io.Writer, organisations []Organisation) error {
	t := newTableWriter(w, organisationColumns)
	for _, o := range organisations {
		fields := []string{
			o.Key, string(o.Kind), o.Name, string(o.Siren),
			formatYesNo(o.Reservataire), formatYesNo(o.RegisteringBody), string(o.Commune),
		}
		known := Known{Communes: map[domain.InseeCode]bool{o.Commune: true}}
		if err := t.write(fields, func(r *record) { readOrganisation(r, known) }); err != nil {
			return fmt.Errorf("write organisation %q: %w", o.Key, err)
		}
	}
	return t.flush()
}

// WriteOwnerships writes landlords.csv as [WriteReceptionPoints] does
// reception_points.csv. Ownerships that contradict each other are an error.
func WriteOwnerships(w io.Writer, ownerships []Ownership) error {
	t := newTableWriter(w, ownershipColumns)
	told := claims{}
	for _, o := range ownerships {
		fields := []string{
			string(o.Commune), o.Address, string(o.Building), string(o.Siren),
			formatShare(o.Share), formatFloors(o.Floors), o.Source, formatDate(o.Date),
		}
		known := Known{
			Communes:  map[domain.InseeCode]bool{o.Commune: true},
			Landlords: map[domain.Siren]bool{o.Siren: true},
		}
		if err := t.write(fields, func(r *record) { readOwnership(r, known, told) }); err != nil {
			return fmt.Errorf("write ownership of %q: %w", o.Address+string(o.Building), err)
		}
	}
	return t.flush()
}

// tableWriter writes the rows of a layout, and holds them to the rules of the
// parser, so that a written file is always one that can be read.
type tableWriter struct {
	csv   *csv.Writer
	check *table
	err   error
}

func newTableWriter(w io.Writer, columns []column) *tableWriter {
	t := &tableWriter{
		csv:   csv.NewWriter(w),
		check: &table{lines: &lineReader{line: 1}, columns: columns, width: len(columns), position: map[string]int{}, seen: map[string]int{}},
	}
	t.csv.Comma = writtenSeparator
	header := make([]string, len(columns))
	for i, c := range columns {
		header[i] = c.name
		t.check.position[c.name] = i
	}
	if _, t.err = io.WriteString(w, byteOrderMark); t.err == nil {
		t.err = t.csv.Write(header)
	}
	return t
}

func (t *tableWriter) write(fields []string, read func(*record)) error {
	if t.err != nil {
		return t.err
	}
	for _, f := range fields {
		if f != strings.TrimSpace(f) {
			return fmt.Errorf("%q starts or ends with a space", f)
		}
	}
	t.check.lines.line++
	r := &record{table: t.check, line: t.check.lines.line, fields: fields}
	r.check()
	read(r)
	if r.bad {
		return errors.New(t.check.rejects.kept[0].String())
	}
	return t.csv.Write(fields)
}

func (t *tableWriter) flush() error {
	if t.err == nil {
		t.csv.Flush()
		t.err = t.csv.Error()
	}
	if t.err != nil {
		return fmt.Errorf("write directory file: %w", t.err)
	}
	return nil
}

// commonStart returns the day from which all rules are valid. A line of the file
// has room for one such day, one rule a weekday and no end.
func commonStart(rules []domain.WeeklyOpening) (domain.Date, error) {
	var from domain.Date
	seen := map[domain.Weekday]bool{}
	for i, rule := range rules {
		if i == 0 {
			from = rule.From
		}
		if rule.From != from || !rule.Until.IsZero() || seen[rule.Weekday] {
			return domain.Date{}, errors.New("weekly rules must start on one day, have no end, and be one a weekday")
		}
		seen[rule.Weekday] = true
	}
	return from, nil
}

func formatDate(d domain.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func formatYesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func formatDegrees(degrees float64) string { return strconv.FormatFloat(degrees, 'f', -1, 64) }
