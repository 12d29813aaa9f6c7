package service_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	_ "github.com/lib/pq"
	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/service"
)

// epoch is the first of the days that the histories of these tests play on; days
// is how many there are.
var epoch = domain.NewDate(2026, 1, 1)

const days = 40

// history is what is known of one reception point, day by day.
type history struct {
	// level is the level and means of each day, empty outside the network.
	level [days]string
	// open are the weekly hours of each weekday on each day.
	open [8][days]string
}

// declare makes the history say what a line of a file says from its first day on.
func (h *history) declare(p directoryfile.ReceptionPoint) {
	for n := range days {
		day := epoch.AddDays(n)
		if !day.Before(p.LevelFrom) {
			h.level[n] = ""
			if p.LevelUntil.IsZero() || day.Before(p.LevelUntil) {
				h.level[n] = fmt.Sprint(p.Level, p.Means)
			}
		}
		if len(p.Weekly) == 0 || day.Before(p.Weekly[0].From) {
			continue
		}
		for weekday := range h.open {
			h.open[weekday][n] = ""
		}
		for _, rule := range p.Weekly {
			h.open[rule.Weekday][n] = rule.Intervals.String()
		}
	}
}

// TestImportKeepsHistory: whatever files come in whatever order, each day before
// a file's first day stays what it was, each day from then on is what the file
// says, and no two statements hold on one day.
func TestImportKeepsHistory(t *testing.T) {
	t.Parallel()
	s, db := loaded(t)
	// As the command of the reception points does, and never touched by a file.
	exception := "INSERT INTO opening_hours (id, intervals, valid_from, valid_until, reason, reception_point_id)" +
		" SELECT 'ohr_' || key, '{}', '2026-01-05', '2026-01-09', 'closed', id FROM reception_point"
	rapid.Check(t, func(rt *rapid.T) {
		execute(t, db, "DELETE FROM opening_hours; DELETE FROM agreement; DELETE FROM reception_point")
		known := map[string]*history{}
		for n := range rapid.IntRange(1, 4).Draw(rt, "files") {
			file := rapid.SliceOfNDistinct(drawPoint(), 1, 2, func(p directoryfile.ReceptionPoint) string { return p.Key }).Draw(rt, "file")
			if _, err := s.ImportDirectory(t.Context(), service.Directory{ReceptionPoints: file}, nil); err != nil {
				rt.Fatalf("file %d: %v", n, err)
			}
			if n == 0 {
				execute(t, db, exception)
			}
			for _, p := range file {
				if known[p.Key] == nil {
					known[p.Key] = &history{}
				}
				known[p.Key].declare(p)
			}
			for key, want := range known {
				if have := stored(t, rt, db, key); have != *want {
					rt.Fatalf("file %d, point %s: have\n%v\nwant\n%v", n, key, have, *want)
				}
			}

			before := dump(t, db)
			report, err := s.ImportDirectory(t.Context(), service.Directory{ReceptionPoints: file}, nil)
			if err != nil {
				rt.Fatalf("file %d again: %v", n, err)
			}
			for kind, tally := range map[string]service.Tally{"points": report.ReceptionPoints, "agreements": report.Agreements, "hours": report.OpeningHours} {
				if tally.Added+tally.Changed != 0 {
					rt.Fatalf("file %d again: %s: %+v", n, kind, tally)
				}
			}
			if dump(t, db) != before {
				rt.Fatalf("file %d again: something was written", n)
			}
		}
	})
}

// drawPoint draws a line of a file as the parser gives it.
func drawPoint() *rapid.Generator[directoryfile.ReceptionPoint] {
	weeks := []string{
		"", "mon 08:30-12:00", "mon 09:00-12:00", "mon-fri 08:30-12:00 13:30-17:00", "tue 08:30-12:00 | wed 08:30-12:00", "sun 00:00-24:00",
	}
	return rapid.Custom(func(t *rapid.T) directoryfile.ReceptionPoint {
		day := func(name string, from, to int) domain.Date {
			return epoch.AddDays(rapid.IntRange(from, to).Draw(t, name))
		}
		p := directoryfile.ReceptionPoint{
			Key: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "key"), Name: "Mairie", Commune: "38185", Operators: []string{"metropole"},
			Address: "1 place de la Mairie", PostalCode: "38000", Coordinates: domain.Coordinates{Latitude: 45.18, Longitude: 5.72},
			Languages: []string{"fr"}, StepFreeAccess: domain.NotKnown,
			Level: rapid.IntRange(1, 3).Draw(t, "level"), Means: rapid.SampledFrom([]domain.Means{domain.OwnMeans, domain.MutualisedMeans}).Draw(t, "means"),
			// Few days, so that statements meet, and begin and end on the same one.
			LevelFrom: day("level from", 0, 6),
		}
		if rapid.Bool().Draw(t, "ends") {
			p.LevelUntil = day("level until", 7, 12)
		}
		rules, err := directoryfile.ParseOpeningHours(rapid.SampledFrom(weeks).Draw(t, "week"))
		if err != nil {
			t.Fatal(err)
		}
		from := day("hours from", 0, 6)
		for i := range rules {
			rules[i].From = from
		}
		p.Weekly = rules
		return p
	})
}

// stored reads the history of a point from the rows, and fails when two of them
// hold on one day.
func stored(t *testing.T, rt *rapid.T, db *sql.DB, key string) (h history) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `
		SELECT 0 AS weekday, level || means, valid_from, coalesce(valid_until, 'infinity') > valid_from,
			valid_from - $2::date, coalesce(valid_until, $2::date + 1000) - $2::date
		FROM agreement WHERE reception_point_id = (SELECT id FROM reception_point WHERE key = $1)
		UNION ALL
		SELECT coalesce(weekday, -1), intervals::text, valid_from, coalesce(valid_until, 'infinity') > valid_from,
			valid_from - $2::date, coalesce(valid_until, $2::date + 1000) - $2::date
		FROM opening_hours WHERE reception_point_id = (SELECT id FROM reception_point WHERE key = $1)`, key, epoch)
	must(t, err)
	defer func() { _ = rows.Close() }()
	exceptions := 0
	for rows.Next() {
		var weekday, from, until int
		var value, validFrom string
		var whole bool
		must(t, rows.Scan(&weekday, &value, &validFrom, &whole, &from, &until))
		if weekday == -1 {
			if exceptions++; from != 4 || until != 8 || value != "{}" {
				rt.Fatalf("point %s: the exception is %s from %d until %d", key, value, from, until)
			}
			continue
		}
		if !whole {
			rt.Fatalf("point %s: %s holds on no day from %s", key, value, validFrom)
		}
		at := &h.level
		if weekday > 0 {
			at = &h.open[weekday]
			var intervals domain.OpeningIntervals
			must(t, intervals.Scan(value))
			value = intervals.String()
		}
		for n := max(from, 0); n < min(until, days); n++ {
			if at[n] != "" {
				rt.Fatalf("point %s, weekday %d: both %s and %s hold on day %d", key, weekday, at[n], value, n)
			}
			at[n] = value
		}
	}
	must(t, rows.Err())
	return h
}

// TestImportReplacesWhatWasPlanned: re-reading the agreement that is in force, with
// its end, takes back what another file planned for after it.
func TestImportReplacesWhatWasPlanned(t *testing.T) {
	t.Parallel()
	s, db := loaded(t)
	point := directoryfile.ReceptionPoint{
		Key: "a", Name: "Mairie", Commune: "38185", Operators: []string{"metropole"}, Address: "1 place", PostalCode: "38000",
		Coordinates: domain.Coordinates{Latitude: 45.18, Longitude: 5.72}, Languages: []string{"fr"}, StepFreeAccess: domain.NotKnown,
		Level: 2, Means: domain.OwnMeans, LevelFrom: epoch, LevelUntil: epoch.AddDays(10),
	}
	later := point
	later.Level, later.LevelFrom, later.LevelUntil = 3, epoch.AddDays(10), domain.Date{}
	for _, p := range []directoryfile.ReceptionPoint{point, later, point} {
		_, err := s.ImportDirectory(t.Context(), service.Directory{ReceptionPoints: []directoryfile.ReceptionPoint{p}}, nil)
		must(t, err)
	}
	var have string
	must(t, db.QueryRowContext(t.Context(), "SELECT string_agg(concat_ws(' ', level, valid_from, valid_until), ', ') FROM agreement").Scan(&have))
	if have != "2 2026-01-01 2026-01-11" {
		t.Errorf("have %s", have)
	}
}

// TestKnownDirectory: the codes that a file may name are those of the database.
func TestKnownDirectory(t *testing.T) {
	t.Parallel()
	s, _ := loaded(t)
	known, err := s.KnownDirectory(t.Context())
	must(t, err)
	if len(known.Communes) != 49 || !known.Communes["38185"] || len(known.Organisations) != 1 || !known.Organisations["metropole"] {
		t.Errorf("known: %v", known)
	}
}

// TestImportCallsBack once for each thing of the directory.
func TestImportCallsBack(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	d := directory(t)
	done := 0
	report, err := s.ImportDirectory(t.Context(), d, func() { done++ })
	must(t, err)
	if done != d.Len() || done != 49+49+1 {
		t.Errorf("called back %d times for %d", done, d.Len())
	}
	want := service.ImportReport{Communes: service.Tally{Added: 49}, Boundaries: service.Tally{Added: 49}, Organisations: service.Tally{Added: 1}}
	if report != want {
		t.Errorf("report %+v", report)
	}
}

// newService is a service over an empty database.
func newService(t *testing.T) (*service.Service, *sql.DB) {
	t.Helper()
	db, err := sql.Open("postgres", testdb.New(t))
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db)))
	return service.New(client, service.NewClock(noon), false), db
}

// directory has the communes and one organisation.
func directory(t *testing.T) service.Directory {
	t.Helper()
	communes, err := directoryfile.Communes()
	must(t, err)
	boundaries, err := directoryfile.Boundaries()
	must(t, err)
	return service.Directory{Communes: communes, Boundaries: boundaries, Organisations: []directoryfile.Organisation{{
		Key: "metropole", Kind: domain.Metropole, Name: "Grenoble-Alpes Métropole", Reservataire: true,
	}}}
}

// loaded is a service over a database with that directory.
func loaded(t *testing.T) (*service.Service, *sql.DB) {
	t.Helper()
	s, db := newService(t)
	_, err := s.ImportDirectory(t.Context(), directory(t), nil)
	must(t, err)
	return s, db
}

// dump is every row that an import of reception points writes, with the
// transaction that wrote it.
func dump(t *testing.T, db *sql.DB) string {
	t.Helper()
	var parts []string
	for _, table := range []string{"reception_point", "agreement", "opening_hours", "reception_point_operator"} {
		var content string
		must(t, db.QueryRowContext(t.Context(),
			"SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM (SELECT xmin || ' ' || to_jsonb(t) AS line FROM "+table+" t) rows").
			Scan(&content))
		parts = append(parts, content)
	}
	return strings.Join(slices.Clip(parts), "\n")
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
