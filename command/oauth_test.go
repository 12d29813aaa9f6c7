package command_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
)

// TestProductionDescribesItself: with signing keys the service is an authorisation
// server under the address that callers use; without, there is none.
func TestProductionDescribesItself(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	with := start(t, production(t, "--database-url", dsn, "--public-url", "https://guichet.example", "--signing-keys", signingKey(t))...)
	without := start(t, production(t, "--database-url", dsn)...)
	var metadata struct {
		Issuer  string
		KeysURL string `json:"jwks_uri"`
	}
	if status := describe(t, with, "/.well-known/oauth-authorization-server", &metadata); status != 200 ||
		metadata.Issuer != "https://guichet.example" || metadata.KeysURL != "https://guichet.example/oauth/jwks.json" {
		t.Errorf("%d %+v", status, metadata)
	}
	var keys struct{ Keys []struct{ D, X string } }
	if status := describe(t, with, "/oauth/jwks.json", &keys); status != 200 || len(keys.Keys) != 1 || keys.Keys[0].X == "" || keys.Keys[0].D != "" {
		t.Errorf("%d %+v", status, keys)
	}
	for _, path := range []string{"/.well-known/oauth-authorization-server", "/oauth/jwks.json", "/oauth/token"} {
		if status := describe(t, without, path, &struct{}{}); status != 404 {
			t.Errorf("%s without keys: %d", path, status)
		}
	}
}

// describe reads JSON below the address of a service, and returns the status.
func describe(t *testing.T, s *serving, path string, into any) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(s.url, "/graphql")+path, nil)
	must(t, err)
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode == http.StatusOK {
		must(t, json.NewDecoder(response.Body).Decode(into))
	}
	return response.StatusCode
}
