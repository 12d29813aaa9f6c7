package main

import (
	"database/sql"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// limitOver serves the limit over the database of a test API, at its time.
func limitOver(t testing.TB, db *sql.DB) *engine {
	t.Helper()
	l, err := newLimit(t.Context(), db, func() time.Time { return testapi.Now })
	must(t, err)
	verifier, err := auth.NewVerifier(t.Context(), auth.Config{
		Issuers: sandbox.Issuers(), Clock: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	s := httptest.NewServer(l.handler(verifier))
	t.Cleanup(s.Close)
	return &engine{name: "limit", url: s.URL, byPath: true}
}

// documented are the reads of the repository, asked on that database.
func documented(t *testing.T, db *sql.DB, page int) []operation {
	t.Helper()
	s, err := readSample(t.Context(), db)
	must(t, err)
	operations, err := readOperations("..", s, page)
	must(t, err)
	return operations
}

func TestBothGiveTheSameAnswers(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStock(t, larger(60))
	engines := []*engine{limitOver(t, api.DB), {name: "api", url: api.URL}}
	// Pages of 100 hold a whole list, pages of 7 have a next one.
	for _, page := range []int{7, 100} {
		for _, o := range documented(t, api.DB, page) {
			t.Run(o.name, func(t *testing.T) {
				t.Parallel()
				if err := compare(t.Context(), engines, o); err != nil {
					t.Error(err)
				}
			})
		}
	}
	applications := fullDesk(t, calendarPoints, calendarDays)
	overApplications := []*engine{limitOver(t, applications.DB), {name: "api", url: applications.URL}}
	for _, page := range []int{7, 100} {
		for _, o := range chosen(documented(t, applications.DB, page), ofFiles) {
			t.Run(o.name, func(t *testing.T) {
				t.Parallel()
				if err := compare(t.Context(), overApplications, o); err != nil {
					t.Error(err)
				}
			})
		}
	}
	t.Run("the comparison can fail", func(t *testing.T) {
		t.Parallel()
		other := testapi.NewWithStock(t)
		for _, o := range documented(t, api.DB, 100) {
			if o.name == "ReceptionPoints" && compare(t.Context(), []*engine{engines[0], {name: "other", url: other.URL}}, o) == nil {
				t.Error("two networks are the same")
			}
		}
	})
}

// lived gives the applications a history and changes that wait, and an agent to what is
// in the queue.
var lived = []string{
	`INSERT INTO application_event (id, application_id, position, happened_on, kind, state, reason, deadline, due_on, reception_point_id)
		SELECT 'aev_' || upper(substr(md5(a.id || n), 1, 26)), a.id, n, a.registered_on + n, CASE WHEN n % 7 = 0 THEN 'DEADLINE_ANNOUNCED' ELSE 'WARN' END,
			a.state, CASE WHEN n % 2 = 0 THEN 'UNREACHABLE' ELSE '' END, CASE WHEN n % 7 = 0 THEN 'EXPIRY' END,
			CASE WHEN n % 7 = 0 THEN a.valid_until END, CASE WHEN n % 3 = 0 THEN s.following_point_id END
		FROM application a JOIN application_summary s ON s.application_id = a.id,
			generate_series(1, CASE WHEN ascii(right(a.id, 1)) % 20 = 0 THEN 510 ELSE 9 END) n`,
	`INSERT INTO proposed_change (id, application_id, reception_point_id, proposed_by_id, proposed_on, correction)
		SELECT 'pch_' || upper(substr(md5(a.id || n), 1, 26)), a.id, (SELECT min(id) FROM reception_point), (SELECT min(id) FROM person),
			a.registered_on + n, '{"names": {"givenNames": "Ada", "birthName": "Sorel"}, "file": {"taxYear": 2025, "taxIncome": 120000, "housing": "OWNER", "reasons": ["09"]}}'
		FROM application a, generate_series(1, ascii(right(a.id, 1)) % 3) n`,
	`UPDATE online_registration r SET reception_point_id = p.id, assignee_id = n.id
		FROM reception_point p, person n WHERE p.key = 'pole-habitat-social' AND n.subject = 'shared-desk-agent' AND ascii(right(r.id, 1)) % 2 = 0`,
}

func TestSame(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		got, want string
		same      bool
	}{
		"not JSON":            {`{`, `{"data":{"a":1}}`, false},
		"an error":            {`{"errors":[{}],"data":{"a":1}}`, `{"data":{"a":1}}`, false},
		"no data":             {`{"data":null}`, `{"data":null}`, false},
		"another number":      {`{"data":{"a":1}}`, `{"data":{"a":2}}`, false},
		"another length":      {`{"data":{"a":[1]}}`, `{"data":{"a":[1,2]}}`, false},
		"another order":       {`{"data":{"a":[2,1]}}`, `{"data":{"a":[1,2]}}`, false},
		"a field more":        {`{"data":{"a":1,"b":2}}`, `{"data":{"a":1}}`, false},
		"another field":       {`{"data":{"b":null}}`, `{"data":{"a":null}}`, false},
		"null for false":      {`{"data":{"a":null}}`, `{"data":{"a":false}}`, false},
		"a cursor for none":   {`{"data":{"endCursor":"x"}}`, `{"data":{"endCursor":null}}`, false},
		"other cursors":       {`{"data":{"endCursor":"x","cursor":"y"}}`, `{"data":{"endCursor":"z","cursor":"z"}}`, true},
		"the same, reordered": {`{"data":{"a":[{"b":1.5,"c":null}],"d":"e"}}`, `{"data":{"d":"e","a":[{"c":null,"b":1.5}]}}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := same([]byte(c.got), []byte(c.want)); (err == nil) != c.same {
				t.Errorf("same: %v, want %v", err, c.same)
			}
		})
	}
}

// withoutLimit are the documented reads that need none, and who asks. What is in the program, or
// kept in its memory, needs no database. What a privacy officer asks adds to the record that it
// reads. Published figures are one row by its key and say so month after month: caches answer for
// them, for rents, and for tension, which is two such rows. Advice counts the stock once, as
// StockStatistics does, and the program does the rest. What a landlord manages is read by the few
// who work with it: its statements are counted in server's TestManagedStockTakesConstantStatements.
// So are those of what a desk has to do, in [TestDeskTakesTheSameStatements], and of candidates, in
// [TestCandidatesTakeTheSameStatements], and of Action Logement's list, in server's
// TestContributingEmployers.
var withoutLimit = map[string]string{
	"AppointmentMotives": "", "CodeLists": "", "CommuneOutlines": "", "ViewerRights": bookingPersona,
	"AccessLog": privacyPersona, "ExplainAccess": privacyPersona,
	"PublishedFigures": "", "Tension": "", "PublishedRents": "", "HousingAdvice": "",
	"ManagedDwellings": landlordPersona, "ReservationRights": landlordPersona, "Candidates": allocationPersona,
	"Agenda": deskPersona, "PointCalendar": deskPersona, "Contacts": deskPersona, "Orientations": deskPersona, "Permanences": "",
	"ContributingEmployers": employersPersona,
}

const (
	privacyPersona  = "commune-grenoble-privacy"
	landlordPersona = "landlord-balcons-de-belledonne-stock"
	deskPersona     = "shared-desk-agent"
	// employersPersona keeps the list of contributing employers.
	employersPersona = "action-logement-allocation"
	// allocationPersona is who has candidates at that landlord.
	allocationPersona = "landlord-balcons-de-belledonne-allocation"
)

// A document that changes names a field that the limit must then answer too; a new
// one needs a limit of its own.
func TestEveryDocumentedReadIsMeasured(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStock(t)
	names := slices.DeleteFunc(documentNames(t), func(n string) bool { _, without := withoutLimit[n]; return without })
	for _, o := range documented(t, api.DB, 1) {
		names = slices.DeleteFunc(names, func(n string) bool { return n == o.name })
	}
	if len(names) > 0 {
		t.Errorf("not measured: %s", strings.Join(names, ", "))
	}
}
