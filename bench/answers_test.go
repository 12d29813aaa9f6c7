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
func limitOver(t *testing.T, db *sql.DB) *engine {
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
	api := testapi.NewWithStock(t)
	must(t, enlarge(t.Context(), api.DB, 60))
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
	applications := withApplications(t, 300)
	overApplications := []*engine{limitOver(t, applications.DB), {name: "api", url: applications.URL}}
	for _, page := range []int{7, 100} {
		for _, o := range chosen(documented(t, applications.DB, page), []string{"Applica"}) {
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

// A document that changes names a field that the limit must then answer too; a new
// one needs a limit of its own.
func TestEveryDocumentedReadIsMeasured(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithStock(t)
	// What is in the program, or kept in its memory, needs no database, and no limit. What a privacy officer asks
	// adds to the record that it reads. Published figures are one row by its key and say so
	// month after month: caches answer for them. The life of an application and its pieces
	// have no limit yet.
	names := slices.DeleteFunc(documentNames(t), func(n string) bool {
		return slices.Contains([]string{
			"CodeLists", "CommuneOutlines", "ViewerRights", "AccessLog", "ExplainAccess", "PublishedFigures",
			"ApplicationLife", "ApplicationPieces", "OnlineRegistrations",
		}, n)
	})
	for _, o := range documented(t, api.DB, 1) {
		names = slices.DeleteFunc(names, func(n string) bool { return n == o.name })
	}
	if len(names) > 0 {
		t.Errorf("not measured: %s", strings.Join(names, ", "))
	}
}
