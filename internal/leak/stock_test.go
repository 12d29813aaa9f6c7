package leak_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/internal/leak"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// TestEveryManagedSurfaceIsAsked: a new way to what landlords manage fails here until a
// question asks for it.
func TestEveryManagedSurfaceIsAsked(t *testing.T) {
	t.Parallel()
	for _, name := range leak.UnregisteredManaged(leak.Contract()) {
		t.Errorf("%s can show something of what is managed, and nothing asks for it", name)
	}
	if n := len(leak.ManagedSurfaces(leak.Contract())); n < 15 {
		t.Errorf("only %d surfaces", n)
	}
	for extension, surface := range map[string]string{
		`extend type Building { vacancies: [Vacancy!]! }`:          "Building.vacancies",
		`extend type Organisation { rights: [ReservationRight!] }`: "Organisation.rights",
		`extend type Query { dear: ManagedDwelling }`:              "Query.dear",
		`extend input DwellingFilter { maxRent: Int }`:             "DwellingFilter.maxRent",
		`extend input ManagedDwellingFilter { minRent: Int }`:      "ManagedDwellingFilter.minRent",
	} {
		if missing := leak.UnregisteredManaged(extended(t, extension)); !slices.Contains(missing, surface) {
			t.Errorf("%s: %s is not found, only %v", extension, surface, missing)
		}
	}
}

// The callers of the test, and to which side they belong.
var (
	strangers = []string{
		"", "account:x", "commune-fontaine-agent", "commune-grenoble-allocation", "shared-desk-agent", "former-agent", "shared-desk-privacy",
		"app:metropole-map", "app:landlord-balcons-de-belledonne-app", "app:commune-grenoble-portal for commune-grenoble-agent",
	}
	ofLandlord  = []string{"landlord-balcons-de-belledonne-stock", "landlord-balcons-de-belledonne-agent", "app:landlord-balcons-de-belledonne-app for landlord-balcons-de-belledonne-stock"}
	ofMetropole = []string{"metropole-steering", "metropole-agent"}
)

const (
	rival      = "landlord-balcons-de-belledonne-privacy" // moved to another landlord for the test
	ofState    = "state-allocation"
	byName     = "department-allocation"
	ofEmployer = "action-logement-allocation"
)

// TestWhatIsManagedDoesNotLeak: whatever changes of what a landlord manages, or agreed on,
// after rents were published changes no byte of any answer to who may not know, and something for everybody who may.
func TestWhatIsManagedDoesNotLeak(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStockOf(t, "38170", "38071") // 788 dwellings: each is looked at by every list of every caller
	onePlan(t, api.DB)
	one := func(query string, args ...any) (text string) {
		t.Helper()
		if err := api.DB.QueryRowContext(t.Context(), query, args...).Scan(&text); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return text
	}
	// Rents are published before anything changes, and advice tells them.
	if err := api.Service.PublishFigures(t.Context(), sandbox.FiguresMonth()); err != nil {
		t.Fatal(err)
	}
	if text := open(t, api); !strings.Contains(text, `"rents":[{"typology":`) || !strings.Contains(text, `"cells":[{"commune":"38`) {
		t.Fatal("no rents are published")
	}
	landlord := one("SELECT id FROM organisation WHERE key = 'landlord-balcons-de-belledonne'")
	other := one("SELECT id FROM organisation WHERE key = 'landlord-toits-de-chartreuse'")
	state := one("SELECT id FROM organisation WHERE key = 'state'")
	one("UPDATE assignment SET organisation_id = $1 WHERE person_id = (SELECT id FROM person WHERE subject = $2) RETURNING id", other, rival)
	free := one(`SELECT d.id FROM dwelling d WHERE landlord_id = $1 AND NOT EXISTS (SELECT FROM vacancy v WHERE v.dwelling_id = d.id)
		AND NOT EXISTS (SELECT FROM reservation_right_dwelling x WHERE x.dwelling_id = d.id) ORDER BY d.id LIMIT 1`, landlord)
	// One that the Département has by name is offered to nobody, and the other way round.
	named := one("SELECT dwelling_id FROM reservation_right_dwelling x WHERE NOT EXISTS (SELECT FROM vacancy v WHERE v.dwelling_id = x.dwelling_id) ORDER BY 1 LIMIT 1")
	offered := one(`SELECT v.dwelling_id FROM vacancy v JOIN reservation_right r ON r.id = v.right_id WHERE r.reservataire_id = $1 AND v.closed_on IS NULL
		AND NOT EXISTS (SELECT FROM reservation_right_dwelling x WHERE x.dwelling_id = v.dwelling_id) ORDER BY 1 LIMIT 1`, state)
	rivals := one("SELECT dwelling_id FROM managed_dwelling m JOIN dwelling d ON d.id = m.dwelling_id WHERE d.landlord_id = $1 ORDER BY 1 LIMIT 1", other)

	const said = `UPDATE managed_dwelling SET rent = 12345, charges = 1, flat_number = 'Z 9', criteria = '[]', version = version + 1,
		works = '{"kind": "SAFETY", "from": "2026-12-01"}', updated_at = updated_at + interval '1 day' WHERE dwelling_id = $1`
	with := func(more ...string) []string {
		return append(append(slices.Clone(ofLandlord), ofMetropole...), more...)
	}
	all := append(append(append(slices.Clone(strangers), ofLandlord...), ofMetropole...), rival, ofState, byName, ofEmployer)
	var (
		asked  string
		before = map[string]map[string]string{}
	)
	public := open(t, api)
	for _, change := range []struct {
		what, sql, dwelling string
		sees                []string
	}{
		{"what is said of a dwelling", said, free, with()},
		{"a change that is noted", `INSERT INTO managed_change (id, dwelling_id, changed_at, source, before, after)
			VALUES ('mch_01JD8Q6Y2V0000000000000001', $1, '2026-11-20', 'API', '{"rent": 1}', '{"rent": 2}')`, free, with()},
		{"a vacancy", `INSERT INTO vacancy (id, dwelling_id, kind, vacant_from, updated_at) VALUES ('vac_01JD8Q6Y2V0000000000000001', $1, 'RELETTING', '2026-11-01', '2026-11-01')`, free, with()},
		{"a proposal to Action Logement", fmt.Sprintf(`INSERT INTO reservation_right (id, landlord_id, reservataire_id, mode, share, agreement, valid_from, landlord_confirmed_on)
			SELECT 'rsv_01JD8Q6Y2V0000000000000001', landlord_id, (SELECT id FROM organisation WHERE key = 'action-logement'), 'FLOW', 10, 'C 98', '2026-11-01', '2026-11-01' FROM dwelling WHERE id = $1 AND landlord_id = '%s'`, landlord), free, with(ofEmployer)},
		{"what is said of a dwelling reserved by name", said, named, with(byName)},
		{"a vacancy of a dwelling reserved by name", `INSERT INTO vacancy (id, dwelling_id, kind, vacant_from, updated_at) VALUES ('vac_01JD8Q6Y2V0000000000000002', $1, 'RELETTING', '2026-11-01', '2026-11-01')`, named, with(byName)},
		{"what another landlord says", said, rivals, append(slices.Clone(ofMetropole), rival)},
		{"what is said of a dwelling offered to the State", said, offered, with(ofState)},
		{"the dates of a vacancy offered to the State", `UPDATE vacancy SET available_on = vacant_from + 99, version = version + 1 WHERE dwelling_id = $1 AND closed_on IS NULL`, offered, with(ofState)},
		{"an earlier vacancy of a dwelling offered to the State", `INSERT INTO vacancy (id, dwelling_id, kind, vacant_from, closed_on, outcome, updated_at) VALUES ('vac_01JD8Q6Y2V0000000000000003', $1, 'TECHNICAL', '2019-11-01', '2019-12-01', 'WITHDRAWN', '2026-11-01')`, offered, with()},
		{"an agreement of the State", `UPDATE reservation_right SET agreement = 'C 99', version = version + 1 WHERE id = (SELECT right_id FROM vacancy WHERE dwelling_id = $1 AND right_id IS NOT NULL)`, offered, with(ofState)},
		{"a vacancy that the State was offered is let", `UPDATE vacancy SET closed_on = greatest(vacant_from, '2026-11-20'), outcome = 'LET', version = version + 1 WHERE dwelling_id = $1 AND closed_on IS NULL`, offered, with(ofState)},
		{"all that is managed is gone", `WITH v AS (DELETE FROM vacancy WHERE dwelling_id IN (SELECT id FROM dwelling WHERE landlord_id = (SELECT landlord_id FROM dwelling WHERE id = $1)) AND right_id IS NULL)
			DELETE FROM managed_dwelling WHERE dwelling_id IN (SELECT id FROM dwelling WHERE landlord_id = (SELECT landlord_id FROM dwelling WHERE id = $1)
				AND NOT EXISTS (SELECT FROM vacancy w WHERE w.dwelling_id = dwelling.id AND w.right_id IS NOT NULL) AND NOT EXISTS (SELECT FROM reservation_right_dwelling x WHERE x.dwelling_id = dwelling.id))`, free, with(byName)},
	} {
		questions := leak.ManagedQuestions(change.dwelling, landlord, state)
		// What is after one change is before the next, but for what names another dwelling.
		for _, as := range all {
			if asked != change.dwelling {
				before[as] = answers(t, api, as, questions, before[as])
			}
		}
		asked = change.dwelling
		result, err := api.DB.ExecContext(t.Context(), change.sql, change.dwelling)
		if err != nil {
			t.Fatalf("%s: %v", change.what, err)
		}
		if n, _ := result.RowsAffected(); n == 0 {
			t.Fatalf("%s: nothing changed", change.what)
		}
		for _, as := range all {
			after := answers(t, api, as, questions, nil)
			differs, should := !maps.Equal(after, before[as]), slices.Contains(change.sees, as)
			if differs != should {
				t.Errorf("%s: %q sees a difference %t, should %t", change.what, as, differs, should)
				for question, body := range after {
					if was := before[as][question]; was != body {
						t.Logf("%s\nwas %s\nis  %s", question, was, body)
					}
				}
			}
			before[as] = after
		}
		if open(t, api) != public {
			t.Errorf("%s: something open changed", change.what)
		}
	}
}

// onePlan has each statement planned once on each of few connections: planning takes longer
// than what is planned, and what nothing orders, as the dwellings of a right, comes as the
// plan has it.
func onePlan(t *testing.T, db *sql.DB) {
	t.Helper()
	var name string
	if err := db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "ALTER DATABASE "+pq.QuoteIdentifier(name)+" SET plan_cache_mode = force_generic_plan"); err != nil {
		t.Fatal(err)
	}
	db.SetMaxIdleConns(0) // those from before
	db.SetMaxIdleConns(4)
	db.SetMaxOpenConns(4)
}

// answers are those to all of the questions, by their text; those that are known are not
// asked for again.
func answers(t *testing.T, api *testapi.API, as string, questions, known map[string]string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, question := range questions {
		if body, ok := known[question]; ok {
			all[question] = body
			continue
		}
		a := api.Query(t, as, question, nil)
		for _, e := range a.Errors {
			if e.Extensions["reason"] != "SCOPE" { // an app that is not for the stock
				t.Fatalf("%s as %q: %s", name, as, a.Body)
			}
		}
		if all[question] = a.Body; len(a.Errors) > 0 {
			all[question] = "" // refused, whatever the trace
		}
	}
	return all
}

// open is all that is open, as anybody and as the landlord get it, and tiles.
func open(t *testing.T, api *testapi.API) string {
	t.Helper()
	var all strings.Builder
	for _, question := range leak.OpenQuestions() {
		anybody := api.Query(t, "", question, nil)
		if len(anybody.Errors) > 0 {
			t.Fatalf("%s: %s", question, anybody.Body)
		}
		for _, as := range []string{ofLandlord[0], ofMetropole[0], ofState} {
			if own := api.Query(t, as, question, nil); own.Body != anybody.Body {
				t.Errorf("%s is another answer for %s", question, as)
			}
		}
		all.WriteString(anybody.Body)
	}
	for _, tile := range []string{"11/1056/736.mvt", "16/33812/23556.mvt"} {
		r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, api.URL+"/tiles/stock/"+tile, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || len(body) == 0 {
			t.Fatalf("tile %s: %s %v, %d bytes", tile, response.Status, err, len(body))
		}
		fmt.Fprint(&all, response.StatusCode, response.Header.Get("ETag"), string(body))
	}
	return all.String()
}
