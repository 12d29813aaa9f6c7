package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// In production the contract is not read out, not even by its mistakes, and the
// sandbox's clock does not move.
func TestProductionTellsNothing(t *testing.T) {
	t.Parallel()
	api := testapi.NewProduction(t)
	for query, code := range map[string]string{
		`{ __schema { types { name } } }`:                                          "FORBIDDEN",
		`{ __type(name: "Commune") { name } }`:                                     "FORBIDDEN",
		`{ comunes(first: 1) { totalCount } }`:                                     "BAD_REQUEST",
		`{ communes(frist: 1) { totalCount } }`:                                    "BAD_REQUEST",
		`{ communes(first: 1, where: {postalcode: "38000"}) { totalCount } }`:      "BAD_REQUEST",
		`{ organisations(first: 1, where: {kinds: [LANDLORDS]}) { totalCount } }`:  "BAD_REQUEST",
		`query($f: ComuneFilter) { communes(first: 1, where: $f) { totalCount } }`: "BAD_REQUEST",
		`{ viewer { assignments { ... on Asignment { id } } } }`:                   "BAD_REQUEST",
		`mutation { setSandboxClock(input: {to: null}) { now } }`:                  "FORBIDDEN",
	} {
		a := api.Query(t, "metropole-admin", query, nil)
		if len(a.Errors) == 0 || a.Errors[0].Extensions["code"] != code {
			t.Errorf("%s\n%d %s", query, a.Status, a.Body)
		}
		if strings.Contains(strings.ToLower(a.Body), "did you mean") {
			t.Errorf("%s: a suggestion tells the contract: %s", query, a.Body)
		}
	}
	if a := api.Query(t, "", `{ communes(first: 1) { __typename totalCount } }`, nil); len(a.Errors) > 0 {
		t.Errorf("an ordinary request with __typename: %s", a.Body)
	}
}

// What people are called, what their tokens are and what they asked with stands
// in no log and no metric.
func TestNobodyIsInLogsOrMetrics(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	token := testapi.Token(t, "metropole-social")
	const planted = "zz-planted-variable"
	for _, query := range []string{
		`{ viewer { givenName familyName } }`,
		`query($k: String) { receptionPoints(first: 1, where: {serviceOffered: $k}) { totalCount } }`,
		`query($k: String) { receptionPoints(first: 1, where: {serviceOffered: $k}) { unknownField } }`,
		`query($k: Int) { receptionPoints(first: $k) { totalCount } }`,
	} {
		api.Query(t, "metropole-social", query, map[string]any{"k": planted})
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var metrics strings.Builder
	if _, err := io.Copy(&metrics, response.Body); err != nil {
		t.Fatal(err)
	}
	log := api.Log.String()
	if !strings.Contains(log, `"msg":"operation"`) || !strings.Contains(metrics.String(), "guichet_") {
		t.Fatalf("there is nothing to look through:\n%s\n%s", log, metrics.String())
	}
	for _, secret := range []string{"Karim", "Benali", token, token[strings.LastIndex(token, ".")+1:], planted, "metropole-social"} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
		if strings.Contains(metrics.String(), secret) {
			t.Errorf("%q is in the metrics", secret)
		}
	}
}
