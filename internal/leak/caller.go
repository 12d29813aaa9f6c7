package leak

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

// Caller is one of a world, with what proves it.
type Caller struct {
	oracle.Caller
	Name string

	app *app
}

// callers are those that can ask in a world: its staff, its applicants, an account that
// nobody bound, nobody at all, and apps that act for one of them.
func (w *World) callers(portal string) []Caller {
	w.again(0)
	all := []Caller{{Name: "anonymous"}}
	for _, p := range w.people {
		all = append(all, Caller{Name: "staff " + describe(w, p), Caller: oracle.Caller{Person: p}})
	}
	accounts := []oracle.Account{{Issuer: testapi.PortalURL, Subject: fmt.Sprint("stranger ", w.Seed)}}
	for _, a := range w.applications {
		for _, b := range a.Bindings {
			accounts = append(accounts, b.Account)
		}
	}
	for _, a := range accounts {
		all = append(all, Caller{Name: "applicant " + a.Subject, Caller: oracle.Caller{Account: &a}})
	}
	for _, a := range w.apps {
		for _, p := range w.people {
			if !w.mayExchange(a, p) {
				continue
			}
			all = append(all, Caller{
				Name: fmt.Sprintf("app (applications %t, points %d, communes %d) for staff %s", a.Applications, len(a.Points), len(a.Communes), describe(w, p)),
				app:  a, Caller: oracle.Caller{Person: p, App: &a.App},
			})
		}
	}
	ours := &app{id: w.id(domain.PartnerAppPrefix, "portal"), secret: "secret of the portal"}
	ours.Organisation, ours.Applications = portal, w.chance(70)
	w.apps = append(w.apps, ours)
	for _, a := range some(w, accounts, 2) {
		all = append(all, Caller{Name: "the portal's app for applicant " + a.Subject, app: ours, Caller: oracle.Caller{Account: &a, App: &ours.App}})
	}
	return all
}

// mayExchange tells whether the token endpoint lets the app act for the person, who must
// have something left to do for its organisation.
func (w *World) mayExchange(a *app, p *oracle.Person) bool {
	return len(w.Rights(oracle.Caller{Person: p, App: &a.App})) > 0
}

func describe(w *World, p *oracle.Person) string {
	var words []string
	for _, a := range p.Assignments {
		words = append(words, a.Role+" of "+w.Organisations[a.Organisation].Kind)
	}
	return p.ID + " (" + strings.Join(words, ", ") + ")"
}

// again makes what is drawn from here on the same whenever it is drawn.
func (w *World) again(n int) { w.r = rand.New(rand.NewPCG(w.Seed, uint64(n)+1)) }

// token is what the caller sends, empty for nobody.
func (l *Lab) token(t testing.TB, c Caller) string {
	t.Helper()
	var own string
	switch {
	case c.Person != nil:
		own = testapi.Sign(t, testapi.WeakURL, c.Person.ID, map[string]any{"acr": "gold"})
	case c.Account != nil:
		own = testapi.Sign(t, c.Account.Issuer, c.Account.Subject, nil)
	}
	if c.app == nil {
		return own
	}
	form := testapi.ForPerson(sandbox.PartnerApp{}, own)
	form.Set("client_id", c.app.id)
	form.Set("client_secret", c.app.secret)
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	body := l.post(t, "/oauth/token", "application/x-www-form-urlencoded", form.Encode(), "")
	if err := json.Unmarshal(body, &answer); err != nil || answer.AccessToken == "" {
		t.Fatalf("no token for %s: %v %s", c.Name, err, body)
	}
	return answer.AccessToken
}

// post sends a request to the handler, without a network.
func (l *Lab) post(t testing.TB, path, media, body, token string) []byte {
	t.Helper()
	r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, l.API.URL+path, strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	r.Header.Set("Accept-Language", "en")
	if path == "/graphql" {
		r.Header.Set("Accept", "application/graphql-response+json")
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	l.API.Handler.ServeHTTP(w, r)
	return w.Body.Bytes()
}

// query sends an operation and returns the whole answer.
func (l *Lab) query(t testing.TB, token, document string, variables object) []byte {
	t.Helper()
	body, err := json.Marshal(object{"query": document, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	return l.post(t, "/graphql", "application/json", string(body), token)
}
