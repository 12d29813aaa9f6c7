package service_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// newYear is when a year is published.
var newYear = time.Date(2027, time.January, 4, 9, 0, 0, 0, time.UTC)

// manyHoused ends most applications in 2026 because the household was housed; some the law
// has erased, to some a chain of others was merged.
func manyHoused(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, statement := range []string{
		`UPDATE application SET state = 'REMOVED', removed_on = '2026-01-01'::date + (hashtext(id) % 180 + 180) WHERE state = 'ACTIVE' AND (protected OR hashtext(id) % 10 <> 0)`,
		`UPDATE application_summary SET removed_for = 'HOUSED' WHERE application_id IN (SELECT id FROM application WHERE removed_on >= '2026-01-01')`,
		`UPDATE application_summary SET merged_into_id = (SELECT min(id) FROM application WHERE state = 'REMOVED' AND NOT protected), registered_on = '2018-05-01'
			WHERE application_id = (SELECT min(id) FROM application WHERE state = 'PENDING')`,
		`UPDATE application_summary SET merged_into_id = (SELECT min(id) FROM application WHERE state = 'PENDING'), registered_on = '2017-05-01'
			WHERE application_id = (SELECT max(id) FROM application WHERE state = 'PENDING')`,
		`UPDATE application SET state = 'ERASED', erased_on = '2027-01-02', name_key = '', birth_name = ''
			WHERE state = 'REMOVED' AND NOT protected AND removed_on < '2026-02-01'`,
		`DELETE FROM wish WHERE application_id IN (SELECT id FROM application WHERE state = 'ERASED')`,
	} {
		execute(t, db, statement)
	}
}

// housedByHand counts the households of a year one by one.
func housedByHand(t *testing.T, db *sql.DB) []domain.CountTable {
	t.Helper()
	var communes []domain.InseeCode
	for _, code := range lines(t, db, "SELECT insee_code FROM commune ORDER BY insee_code") {
		communes = append(communes, domain.InseeCode(code))
	}
	since := map[string]string{}
	for _, row := range lines(t, db, `SELECT s.application_id || ' ' || s.registered_on FROM application_summary s`) {
		id, day, _ := strings.Cut(row, " ")
		since[id] = day
	}
	var merges [][2]string
	for _, row := range lines(t, db, `SELECT merged_into_id || ' ' || application_id FROM application_summary WHERE merged_into_id IS NOT NULL`) {
		into, id, _ := strings.Cut(row, " ")
		merges = append(merges, [2]string{into, id})
	}
	for range merges {
		for _, m := range merges {
			since[m[0]] = min(since[m[0]], since[m[1]])
		}
	}
	tables, cells := domain.HousedTables(communes, 0), make([][]*domain.ApplicationCell, 2)
	for _, row := range lines(t, db, `SELECT concat_ws('|', a.id, a.protected, a.removed_on, a.erased_on IS NOT NULL,
			coalesce((SELECT c.insee_code FROM wish w JOIN commune c ON c.id = w.commune_id WHERE w.application_id = a.id AND w.rank = 1), ''), s.typologies)
		FROM application a JOIN application_summary s ON s.application_id = a.id
		WHERE s.removed_for = 'HOUSED' AND to_char(a.removed_on, 'YYYY') = '2026'`) {
		f := strings.Split(row, "|")
		if f[4] == "" && f[3] == "f" {
			continue // wishes no commune of ours
		}
		if f[1] == "t" {
			tables[0].Apart++
			tables[1].Apart++
			continue
		}
		var typologies []string
		must(t, json.Unmarshal([]byte(f[5]), &typologies))
		end, err := domain.ParseDate(f[2])
		must(t, err)
		start, err := domain.ParseDate(since[f[0]])
		must(t, err)
		class := "UNDER_12_MONTHS"
		for months, word := range map[int]string{12: "FROM_12_MONTHS", 24: "FROM_24_MONTHS", 36: "FROM_36_MONTHS", 60: "FROM_60_MONTHS"} {
			if !end.Before(start.AddMonths(months)) && (class == "UNDER_12_MONTHS" || word > class) {
				class = word
			}
		}
		smallest := slices.Min(typologies)
		cells[0] = append(cells[0], &domain.ApplicationCell{Keys: []*string{&f[4], &smallest}, Count: 1})
		cells[1] = append(cells[1], &domain.ApplicationCell{Keys: []*string{&smallest, &class}, Count: 1})
	}
	for i := range tables {
		must(t, tables[i].Count(cells[i]))
	}
	return tables
}

// TestHousedFiguresArePublishedOnce: with the figures of December and never again; a year
// that is not over is refused, and so is a year that was made up.
func TestHousedFiguresArePublishedOnce(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, figured)
	const rows = "SELECT year || ' ' || to_jsonb(h)::text FROM housed_figures h ORDER BY year"
	before := lines(t, api.DB, rows)
	if len(before) != 1 || !strings.HasPrefix(before[0], "2025 ") {
		t.Fatalf("a sandbox begins with %v", before)
	}
	december := domain.NewDate(2026, time.December, 1)
	if err := inProduction(api, testapi.Now).PublishFigures(t.Context(), december); !errors.Is(err, service.ErrNotTheMonth) {
		t.Errorf("a year that is not over: %v", err)
	}
	if err := inProduction(api, newYear).SeedHousedFigures(t.Context(), 2026, sandbox.Housed()); !errors.Is(err, service.ErrNotTheMonth) {
		t.Errorf("a year that was made up: %v", err)
	}
	must(t, inProduction(api, testapi.Now.AddDate(0, 0, 10)).PublishFigures(t.Context(), domain.NewDate(2026, time.November, 1)))
	if got := lines(t, api.DB, rows); !reflect.DeepEqual(got, before) {
		t.Error("November published a year, or a refusal wrote something")
	}
	manyHoused(t, api.DB)
	must(t, inProduction(api, newYear).PublishFigures(t.Context(), december))
	after := lines(t, api.DB, rows)
	if len(after) != 2 || after[0] != before[0] || !strings.HasPrefix(after[1], "2026 ") {
		t.Fatalf("%d years", len(after))
	}
	execute(t, api.DB, "UPDATE application_summary SET removed_for = 'WITHDRAWN' WHERE removed_for = 'HOUSED'")
	if err := inProduction(api, newYear).PublishFigures(t.Context(), december); !errors.Is(err, service.ErrPublished) {
		t.Errorf("published again: %v", err)
	}
	must(t, api.Service.SeedHousedFigures(t.Context(), 2026, sandbox.Housed())) // a sandbox that begins again
	if got := lines(t, api.DB, rows); !reflect.DeepEqual(got, after) {
		t.Error("what was published changed")
	}
	if _, err := api.Client.HousedFigures.Update().Save(t.Context()); err == nil {
		t.Error("published figures can be changed without a decision")
	}
}

// TestHousedFiguresAreCountedByHand: what is published is what counting one by one gives,
// those of whom only the law's remains are left included, once the rule was applied.
func TestHousedFiguresAreCountedByHand(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, figured)
	manyHoused(t, api.DB)
	counted := housedByHand(t, api.DB)
	must(t, inProduction(api, newYear).PublishFigures(t.Context(), domain.NewDate(2026, time.December, 1)))
	want, err := domain.Publish(counted, domain.PublicationRule{Threshold: 11, Base: 5})
	must(t, err)
	var got []domain.PublishedTable
	must(t, json.Unmarshal([]byte(lines(t, api.DB, "SELECT tables FROM housed_figures WHERE year = 2026")[0]), &got))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", asJSON(t, got), asJSON(t, want))
	}
	total, erased := 0, 0
	for n, count := range counted[0].Counts {
		if total += count; n >= len(counted[0].Counts)-6 {
			erased += count
		}
	}
	long := 0
	for n, count := range counted[1].Counts {
		if n%5 == 4 {
			long += count
		}
	}
	t.Logf("%d housed, %d erased, %d waited for 5 years, %d apart", total, erased, long, counted[0].Apart)
	if total < 200 || erased < 5 || long < 1 || counted[0].Apart < 1 || got[0].Total == nil {
		t.Error("too few to tell")
	}
}

// TestTensionIsOfWhatWasPublished: a year without the figures of its December has no ratio,
// and what the tables of that year say is what tension says.
func TestTensionIsOfWhatWasPublished(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, figured)
	nobody := auth.NewContext(t.Context(), &auth.Viewer{Now: testapi.Now})
	if none, err := api.Service.Tension(nobody, new(int)); none != nil || err != nil {
		t.Errorf("of no year: %v %v", none, err)
	}
	last, err := api.Service.Tension(nobody, nil)
	must(t, err)
	if last.Year != sandbox.HousedYear || last.Whole().Ratio() == nil || last.Waiting()[0].Median() == nil {
		t.Errorf("of the sandbox: %+v", last.Whole())
	}
	execute(t, api.DB, "DELETE FROM published_figures WHERE month = '2025-12-01'")
	alone, err := api.Service.Tension(nobody, &last.Year)
	must(t, err)
	if alone.Whole().Ratio() != nil || *alone.Whole().Gap != domain.WishingNotPublished || alone.WishingPublishedAt != nil {
		t.Errorf("without those who wish: %+v", alone.Whole())
	}
}
