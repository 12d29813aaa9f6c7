package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/clients/operations"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// mostAllocations are what documented operations may allocate for one answer, its reader's
// part included, for pages of 50: a tenth more than they do. What costs something for each
// column of each row shows here, on any machine.
var mostAllocations = map[string]float64{
	"Node": 610, "Viewer": 1_340, "ServiceCatalogue": 930, "Nodes": 2_180, "CommuneWithPoints": 2_830,
	"Communes": 2_570, "Organisations": 7_380, "ReceptionPoints": 17_430, "OpenNow": 8_940,
	"NearestReceptionPoints": 2_990, "Buildings": 3_640, "Dwellings": 3_130, "StockStatistics": 1_010,
	"StockFacets": 960, "StockMap": 1_210, "Staff": 4_620, "StockVintages": 1_780, "Applications": 6_200,
	"DeskList": 9_270, "FindApplicant": 1_560, "ApplicationFile": 1_950, "ApplicationStatistics": 1_650,
	"ApplicationLife": 1_820, "ApplicationPieces": 2_480, "OnlineRegistrations": 1_090, "Slots": 3_310,
	"AccessLog": 1_590, "AppointmentMotives": 245, "CodeLists": 340, "CommuneOutlines": 310, "ExplainAccess": 1_970, "HousingAdvice": 5_670,
	"ManagedDwellings": 4_500, "PublishedFigures": 940, "PublishedRents": 490, "ReservationRights": 1_740, "Tension": 3_240,
	"ViewerRights": 680, "Candidates": 5_920, "Agenda": 5_630, "PointCalendar": 3_540, "Contacts": 4_080, "Orientations": 2_770, "Permanences": 1_330,
	"ContributingEmployers": 910,
}

func TestAllocationsStayWithinTheirBudget(t *testing.T) { //nolint:paralleltest // nothing else may allocate meanwhile
	stock, files, desk := testapi.NewWithStock(t, larger(200)), fullDesk(t, 6, 10), testapi.NewWithStockAndApplications(t, 300)
	must(t, stock.Service.LoadMap(t.Context()))
	must(t, desk.Service.LoadMap(t.Context()))
	// The log has somebody's look at the file that it is asked of.
	look := documentedBy(t, "ApplicationFile", bookingPersona)
	_, err := (&engine{name: "api", url: desk.URL}).ask(t.Context(), look, look.cases[0])
	must(t, err)
	designate(t, desk, 60)
	measured := 0
	for _, w := range []struct {
		api        *testapi.API
		operations []operation
	}{
		{stock, without(documented(t, stock.DB, 50), ofFiles)},
		{files, chosen(documented(t, files.DB, 50), ofFiles)},
		{desk, without(asDocumented(t, desk.DB), ofDesk)},
		{files, chosen(asDocumented(t, files.DB), ofDesk)},
	} {
		e := &engine{name: "api", url: w.api.URL}
		for _, o := range w.operations {
			measured++
			if n, most := allocationsOf(t, e, o), mostAllocations[o.name]; n > most {
				t.Errorf("%s: %.0f allocations, at most %.0f wanted", o.name, n, most)
			} else {
				t.Logf("%s: %.0f allocations of %.0f", o.name, n, most)
			}
		}
	}
	if measured != len(mostAllocations) {
		t.Errorf("%d operations measured of %d", measured, len(mostAllocations))
	}
}

// ofDesk are the reads of what a desk has to do, for which calendars are filled.
var ofDesk = []string{"Agenda", "PointCalendar", "Contacts", "Orientations", "Permanences"}

// What a desk has to do takes as many statements however much it is.
func TestDeskTakesTheSameStatements(t *testing.T) {
	t.Parallel()
	api := fullDesk(t, 6, 10)
	e := &engine{name: "api", url: api.URL}
	for _, o := range chosen(asDocumented(t, api.DB), ofDesk) {
		var counts []int
		var answers [][]byte
		for _, more := range []map[string]any{{"first": 50, "days": 31}, {"first": 1, "days": 1}, {"first": 50, "days": 31}} {
			values := maps.Clone(o.cases[0].values)
			for name, value := range more {
				if _, has := values[name]; has {
					values[name] = value
				}
			}
			sent := api.Statements(func() {
				answer, err := e.ask(t.Context(), o, variables{persona: o.cases[0].persona, values: values})
				must(t, err)
				answers = append(answers, answer)
			})
			counts = append(counts, len(sent))
		}
		// The first one to ask finds communes that are not known yet.
		if counts[1] != counts[2] || len(answers[1]) >= len(answers[2]) {
			t.Errorf("%s: %v statements for %d and %d bytes", o.name, counts[1:], len(answers[1]), len(answers[2]))
		}
	}
}

// designate has the State designate applicants to the landlord of [allocationPersona].
func designate(t *testing.T, api *testapi.API, n int) {
	t.Helper()
	var ids []string
	must(t, api.DB.QueryRowContext(t.Context(), `WITH made AS (
		INSERT INTO proposal (id, application_id, dwelling_id, landlord_id, state, put_forward_on, reservataire_id, designated)
		SELECT 'prl_' || lpad(row_number() OVER (ORDER BY a.id)::text, 26, '0'), a.id, (SELECT min(id) FROM dwelling), l.id, 'PUT_FORWARD', $2, s.id, true
		FROM application a, organisation l, organisation s
		WHERE a.state = 'ACTIVE' AND NOT a.protected AND l.key = 'landlord-balcons-de-belledonne' AND s.key = 'state'
		ORDER BY a.id LIMIT $1
		RETURNING application_id
	) SELECT array_agg(application_id) FROM made`, n, domain.DateOf(testapi.Now)).Scan(pq.Array(&ids)))
	all := make([]domain.ID, len(ids))
	for i, id := range ids {
		all[i] = domain.ID(id)
	}
	must(t, api.Service.SettleAccess(t.Context(), all...))
}

// A list of candidates takes as many statements however many there are.
func TestCandidatesTakeTheSameStatements(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStockAndApplications(t, 300)
	designate(t, api, 60)
	e, o := &engine{name: "api", url: api.URL}, documentedBy(t, "Candidates", allocationPersona)
	var counts []int
	for _, first := range []int{1, 1, 50} {
		values := maps.Clone(o.cases[0].values)
		values["first"] = first
		sent := api.Statements(func() {
			answer, err := e.ask(t.Context(), o, variables{persona: allocationPersona, values: values})
			must(t, err)
			if n := strings.Count(string(answer), `"proposals":[{`); n != first {
				t.Errorf("%d candidates of %d", n, first)
			}
		})
		counts = append(counts, len(sent))
	}
	if counts[1] != counts[2] {
		t.Errorf("%v statements for 1 and 50 candidates", counts[1:])
	}
}

// asDocumented are the reads without a limit, with the variables that their documentation gives.
func asDocumented(t *testing.T, db *sql.DB) (all []operation) {
	t.Helper()
	var agent, busiest string
	must(t, db.QueryRowContext(t.Context(), "SELECT id FROM person WHERE subject = $1", bookingPersona).Scan(&agent))
	must(t, db.QueryRowContext(t.Context(), "SELECT coalesce(("+busiestPoint+"), '')").Scan(&busiest))
	for _, name := range slices.Sorted(maps.Keys(withoutLimit)) {
		o := documentedBy(t, name, withoutLimit[name])
		switch values := o.cases[0].values; name {
		case "ExplainAccess":
			values["personId"] = agent
		case "Agenda":
			values["receptionPointId"], values["from"] = busiest, domain.DateOf(testapi.Now)
		case "PointCalendar":
			values["receptionPointId"] = busiest
		case "Orientations": // sent and received
			delete(values, "where")
		}
		all = append(all, o)
	}
	return all
}

// documentedBy is a documented operation as its documentation asks it, by that persona.
func documentedBy(t testing.TB, name, persona string) operation {
	t.Helper()
	document, err := operations.Files.ReadFile(name + ".graphql")
	must(t, err)
	given, err := operations.Files.ReadFile(name + ".json")
	must(t, err)
	values := map[string]any{}
	must(t, json.Unmarshal(given, &values))
	return operation{name: name, document: string(document), cases: []variables{{persona: persona, values: values}}}
}

// ofFiles are words in the names of the operations that read files of applicants, and what
// desks have to do.
var ofFiles = []string{"Applica", "DeskList", "OnlineReg", "Slots"}

// without leaves out what [chosen] keeps.
func without(all []operation, words []string) []operation {
	return slices.DeleteFunc(all, func(o operation) bool { return len(chosen([]operation{o}, words)) > 0 })
}

// fullDesk serves applications with all that hangs on them: pieces, a history, what waits, and
// appointments in the calendars of so many points and days.
func fullDesk(t *testing.T, points, days int) *testapi.API {
	t.Helper()
	return withApplications(t, 300, testapi.Step{Name: "pieces", Do: func(ctx context.Context, s *service.Service, db *sql.DB) error {
		return sandbox.SeedPieces(ctx, s, db, 300)
	}}, testapi.SQL(lived...), calendar(points, days), testapi.SQL(receiveWhereMostIs, callWhereMostIs))
}

// busiestPoint is the reception point with most in its calendar, where [deskPersona] receives too.
const (
	busiestPoint       = `SELECT reception_point_id FROM booked_time GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1`
	receiveWhereMostIs = `INSERT INTO assignment_reception_point (assignment_id, reception_point_id)
		SELECT a.id, (` + busiestPoint + `) FROM assignment a JOIN person p ON p.id = a.person_id
		WHERE p.subject = '` + deskPersona + `' AND a.role = 'RECEPTION_AGENT'`
	callWhereMostIs = `INSERT INTO reception_contact (id, channel, motive, outcome, minutes, languages, occurred_at, recorded_at, reception_point_id, recorded_by_id, organisation_id, application_id)
		SELECT 'rct_' || lpad(n::text, 26, '0'), 'PHONE', 'FOLLOW_UP', 'INFORMED', 5, '[]', a.created_at, a.created_at, (` + busiestPoint + `), w.person_id, w.organisation_id, a.id
		FROM (SELECT id, created_at, row_number() OVER (ORDER BY id) AS n FROM application ORDER BY id LIMIT 60) a, assignment w JOIN person p ON p.id = w.person_id
		WHERE p.subject = '` + deskPersona + `'`
)

// emptyAnswer is one whose root fields are all empty: nothing was measured.
var emptyAnswer = regexp.MustCompile(`^\{"data":\{("\w+":(null|\[\]),?)+\}`)

// allocationsOf are those of a request on average, of the least of three times: what runs
// beside it may allocate too.
func allocationsOf(t *testing.T, e *engine, o operation) float64 {
	t.Helper()
	c, err := e.connect(t.Context())
	must(t, err)
	defer func() { _ = c.Close() }()
	var requests [][]byte
	for _, v := range o.cases {
		r, err := e.request(t.Context(), o, v)
		must(t, err)
		requests = append(requests, r)
	}
	least := 0.0
	for round := range 4 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, r := range requests {
			answer, err := c.exchange(r)
			must(t, err)
			if _, always := withoutLimit[o.name]; always && emptyAnswer.Match(answer) || strings.Contains(string(answer), `"errors":[{`) {
				t.Fatalf("%s: answered %s", o.name, clip(answer))
			}
		}
		runtime.ReadMemStats(&after)
		n := float64(after.Mallocs-before.Mallocs) / float64(len(requests))
		switch { // the first one prepares statements
		case round == 1:
			least = n
		case round > 1:
			least = min(least, n)
		}
	}
	return least
}
