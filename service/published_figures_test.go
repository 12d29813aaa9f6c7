package service_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// figured is how many applications these tests count.
const figured = 500

// inProduction is the service at that instant, over data that it takes for real.
func inProduction(api *testapi.API, now time.Time) *service.Service {
	return service.New(api.Client, service.NewClock(func() time.Time { return now }), false)
}

// TestFiguresArePublishedOnce: a month that is not over, one that is long over and one
// that was published are refused, and so are figures of a file that has no category;
// what was published stays whatever becomes of the applications.
func TestFiguresArePublishedOnce(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, figured)
	october, november := domain.NewDate(2026, 10, 1), domain.NewDate(2026, 11, 1)
	before := publishedRows(t, api.DB)
	if len(before) != 2*len(domain.Crossing("").Values()) { // of October, and of December of the year before
		t.Fatalf("a sandbox begins with %d tables", len(before))
	}
	midnight := time.Date(2026, time.November, 30, 23, 0, 0, 0, time.UTC) // in Paris
	for name, c := range map[string]struct {
		at    time.Time
		month domain.Date
		want  error
	}{
		"under way":                 {testapi.Now, november, service.ErrNotTheMonth},
		"in its last moment":        {midnight.Add(-time.Microsecond), november, service.ErrNotTheMonth},
		"to come":                   {testapi.Now, domain.NewDate(2026, 12, 1), service.ErrNotTheMonth},
		"long over":                 {testapi.Now, domain.NewDate(2026, 9, 1), service.ErrNotTheMonth},
		"published":                 {testapi.Now, october, service.ErrPublished},
		"published, by a day of it": {testapi.Now, october.AddDays(30), service.ErrPublished},
	} {
		if err := inProduction(api, c.at).PublishFigures(t.Context(), c.month); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	var typologies string
	const one = "application_id = (SELECT min(id) FROM application WHERE state = 'ACTIVE' AND NOT protected)"
	must(t, api.DB.QueryRowContext(t.Context(), "SELECT typologies FROM application_summary WHERE "+one).Scan(&typologies))
	execute(t, api.DB, "UPDATE application_summary SET typologies = '[]' WHERE "+one)
	if err := inProduction(api, midnight).PublishFigures(t.Context(), november); err == nil || !strings.Contains(err.Error(), "no category") {
		t.Errorf("a file that looks for nothing is counted somewhere: %v", err)
	}
	execute(t, api.DB, "UPDATE application_summary SET typologies = '"+typologies+"' WHERE "+one)
	if after := publishedRows(t, api.DB); !reflect.DeepEqual(after, before) {
		t.Error("a refusal wrote something")
	}

	execute(t, api.DB, "UPDATE application_file SET housing = 'OWNER'")
	execute(t, api.DB, "UPDATE application_summary SET household_size = 2")
	must(t, inProduction(api, midnight).PublishFigures(t.Context(), november))
	after := publishedRows(t, api.DB)
	if len(after) != len(before)+len(domain.Crossing("").Values()) {
		t.Errorf("%d tables after a month more", len(after))
	}
	for key, row := range before {
		if after[key] != row {
			t.Errorf("%s changed", key)
		}
		if next := strings.Replace(key, "2026-10", "2026-11", 1); next != key && strings.Contains(key, "HOUSING") && tableOf(after[next]) == tableOf(row) {
			t.Errorf("%s is what it was a month before, though all files changed", next)
		}
	}
	if _, err := api.Client.PublishedFigures.Update().Save(t.Context()); err == nil {
		t.Error("published figures can be changed without a decision")
	}
}

// TestTwoPublishAtOnce: one of them does.
func TestTwoPublishAtOnce(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, figured)
	failed := make(chan error)
	for range 3 {
		go func() {
			failed <- api.Service.PublishFigures(context.WithoutCancel(t.Context()), domain.NewDate(2026, 11, 1))
		}()
	}
	done := 0
	for range 3 {
		if err := <-failed; err == nil {
			done++
		}
	}
	if have := len(publishedRows(t, api.DB)); done != 1 || have != 3*len(domain.Crossing("").Values()) {
		t.Errorf("%d of them published, %d tables", done, have)
	}
}

// TestFiguresAreCountedByHand: what is published is what counting the applications one
// by one gives, once the rule was applied; a count under the threshold shows nowhere,
// and a figure is no farther from its count than the rounding.
func TestFiguresAreCountedByHand(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithApplications(t, figured)
	counted := byHand(t, api.DB)
	rule := domain.PublicationRule{Threshold: 11, Base: 5}
	want, err := domain.Publish(counted, rule)
	must(t, err)
	rows, shown, hidden := publishedRows(t, api.DB), 0, 0
	for i, word := range domain.Crossing("").Values() {
		var got domain.PublishedTable
		must(t, json.Unmarshal([]byte(tableOf(rows["2026-10-01 "+word])), &got))
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("%s:\ngot  %s\nwant %s", word, asJSON(t, got), asJSON(t, want[i]))
		}
		for n, figure := range got.Cells {
			count := counted[i].Counts[n]
			switch {
			case figure == nil:
				hidden++
			case count < rule.Threshold || *figure-count > rule.Base/2 || count-*figure > rule.Base/2:
				t.Errorf("%s: cell %d of %d files shows %d", word, n, count, *figure)
			default:
				shown++
			}
		}
		total := counted[i].Apart
		for _, count := range counted[i].Counts {
			total += count
		}
		if got.Total == nil || *got.Total-total > rule.Base/2 || total-*got.Total > rule.Base/2 {
			t.Errorf("%s: a total of %d is said to be %v", word, total, got.Total)
		}
	}
	t.Logf("%d cells shown, %d hidden", shown, hidden)
	if shown < 10 || hidden < 100 || counted[0].Apart < 1 {
		t.Errorf("%d cells shown, %d hidden, %d files apart: too few to tell", shown, hidden, counted[0].Apart)
	}
}

// byHand counts what the sandbox was made of, in the order of the crossings.
func byHand(t *testing.T, db *sql.DB) []domain.CountTable {
	t.Helper()
	communeOf := map[string]string{}
	for _, row := range lines(t, db, "SELECT p.key || ' ' || c.insee_code FROM reception_point p JOIN commune c ON c.id = p.commune_id") {
		key, code, _ := strings.Cut(row, " ")
		communeOf[key] = code
	}
	wished := lines(t, db, "SELECT insee_code FROM commune ORDER BY insee_code")
	following := append(lines(t, db, `SELECT DISTINCT c.insee_code FROM agreement g JOIN reception_point p ON p.id = g.reception_point_id
		JOIN commune c ON c.id = p.commune_id
		WHERE g.level > 1 AND g.valid_from <= '2026-10-31' AND coalesce(g.valid_until, 'infinity') > '2026-10-31' ORDER BY 1`), "")
	categories := map[string][]string{
		"WISHED_COMMUNE": wished, "FOLLOWING_COMMUNE": following, "YEAR": {"2026", "2025", "2024", "2023", "2022", "EARLIER"},
		"TYPOLOGY": {"T1", "T2", "T3", "T4", "T5", "T6_PLUS"}, "HOUSEHOLD_SIZE": {"1", "2", "3", "4", "5", "6_PLUS"},
		"HOUSING": {"SOCIAL_TENANT", "PRIVATE_TENANT", "OWNER", "HOSTED", "OTHER"},
	}
	tables := make([]domain.CountTable, 4)
	for i, by := range [][2]string{
		{"WISHED_COMMUNE", "TYPOLOGY"}, {"HOUSEHOLD_SIZE", "TYPOLOGY"}, {"HOUSEHOLD_SIZE", "HOUSING"}, {"FOLLOWING_COMMUNE", "YEAR"},
	} {
		for _, name := range by {
			tables[i].Axes = append(tables[i].Axes, domain.CountAxis{Name: name, Categories: categories[name]})
		}
		tables[i].Counts = make([]int, len(categories[by[0]])*len(categories[by[1]]))
	}
	for a := range sandbox.Applications(figured) {
		if a.State != domain.ApplicationActive || a.RegisteredOn.String() > "2026-10-31" || len(a.Wishes) == 0 {
			continue
		}
		year, _, _ := a.RegisteredOn.Civil()
		in := map[string]string{
			"WISHED_COMMUNE": string(a.Wishes[0]), "TYPOLOGY": string(slices.Min(a.Typologies)), "HOUSEHOLD_SIZE": fmt.Sprint(len(a.Members)),
			"HOUSING": string(a.Housing), "YEAR": fmt.Sprint(year), "FOLLOWING_COMMUNE": communeOf[a.FollowingPoint],
		}
		if len(a.Members) > 5 {
			in["HOUSEHOLD_SIZE"] = "6_PLUS"
		}
		if year < 2022 {
			in["YEAR"] = "EARLIER"
		}
		for i := range tables {
			if a.Protected {
				tables[i].Apart++
				continue
			}
			row, column := tables[i].Axes[0], tables[i].Axes[1]
			tables[i].Counts[slices.Index(row.Categories, in[row.Name])*len(column.Categories)+slices.Index(column.Categories, in[column.Name])]++
		}
	}
	return tables
}

// TestProtectedFilesAreInNoCell: with and without them each table is the same, but for
// the figure of the whole Métropole.
func TestProtectedFilesAreInNoCell(t *testing.T) {
	t.Parallel()
	with, without := testapi.NewWithApplications(t, figured), testapi.NewWithApplications(t, figured)
	execute(t, without.DB, "UPDATE application SET state = 'REMOVED', removed_on = '2026-10-02' WHERE protected")
	november := domain.NewDate(2026, 11, 1)
	must(t, with.Service.PublishFigures(t.Context(), november))
	must(t, without.Service.PublishFigures(t.Context(), november))
	there, gone := publishedRows(t, with.DB), publishedRows(t, without.DB)
	totals := map[bool]int{}
	for _, word := range domain.Crossing("").Values() {
		var a, b domain.PublishedTable
		must(t, json.Unmarshal([]byte(tableOf(there["2026-11-01 "+word])), &a))
		must(t, json.Unmarshal([]byte(tableOf(gone["2026-11-01 "+word])), &b))
		if a.Total == nil || b.Total == nil {
			t.Fatalf("%s has no total", word)
		}
		totals[*a.Total > *b.Total]++
		a.Total, b.Total = nil, nil
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s tells of protected files:\nwith    %s\nwithout %s", word, asJSON(t, a), asJSON(t, b))
		}
	}
	if len(totals) != 1 {
		t.Errorf("the total is not the same in all tables: %v", totals)
	}
	// Enough of them are counted in it.
	execute(t, with.DB, `UPDATE application SET protected = true WHERE id IN (
		SELECT id FROM application WHERE state = 'ACTIVE' ORDER BY id LIMIT 100)`)
	december := domain.NewDate(2026, 12, 1)
	must(t, with.Service.PublishFigures(t.Context(), december))
	var a, b domain.PublishedTable
	word := domain.Crossing("").Values()[0]
	must(t, json.Unmarshal([]byte(tableOf(there["2026-11-01 "+word])), &a))
	must(t, json.Unmarshal([]byte(tableOf(publishedRows(t, with.DB)["2026-12-01 "+word])), &b))
	if *a.Total != *b.Total {
		t.Errorf("of the same files the total is %d, then %d", *a.Total, *b.Total)
	}
	if reflect.DeepEqual(a.Cells, b.Cells) {
		t.Error("a hundred files were protected, and no cell knows")
	}
}

// publishedRows are the published tables, by month and crossing.
func publishedRows(t *testing.T, db *sql.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, row := range lines(t, db, `SELECT month || ' ' || crossing || '|' || to_jsonb(f)::text FROM published_figures f`) {
		key, row, _ := strings.Cut(row, "|")
		all[key] = row
	}
	return all
}

// tableOf is the table in a stored row.
func tableOf(row string) string {
	var r struct{ Table json.RawMessage }
	_ = json.Unmarshal([]byte(row), &r) // nothing is told by an empty table
	return string(r.Table)
}

func lines(t *testing.T, db *sql.DB, query string) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var line string
		must(t, rows.Scan(&line))
		all = append(all, line)
	}
	must(t, rows.Err())
	return all
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}
