package command_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
)

// fetch is the status, the type and the body of what is at that address.
func fetch(t *testing.T, s *serving, path string) (status int, media, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimSuffix(s.url, "/graphql")+path, nil)
	must(t, err)
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	must(t, err)
	return response.StatusCode, response.Header.Get("Content-Type"), string(content)
}

// TestProductionHasNoExplorer: neither the page nor a token for whoever asks.
func TestProductionHasNoExplorer(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	s := start(t, production(t, "--database-url", dsn, "--introspection")...)
	for _, path := range []string{
		"/", "/explorer/", "/explorer/start", "/explorer/NOTICE.txt", "/explorer/token?persona=commune-grenoble-agent",
	} {
		status, _, body := fetch(t, s, path)
		if status != http.StatusNotFound || !strings.Contains(body, `"NOT_FOUND"`) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

// TestSandboxHasAnExplorer: its tokens are those of the sandbox's people.
func TestSandboxHasAnExplorer(t *testing.T) {
	t.Parallel()
	s := start(t, "serve", "--sandbox", "--sandbox-stock=off", "--sandbox-applications=1", "--listen", "127.0.0.1:0", "--database-url", testdb.New(t), "--data-dir", t.TempDir())
	status, _, body := fetch(t, s, "/explorer/token?persona=nobody")
	if status != http.StatusNotFound || !strings.Contains(body, `"UNKNOWN_PERSONA"`) {
		t.Errorf("unknown persona: %d %s", status, body)
	}
	status, media, body := fetch(t, s, "/")
	if status != http.StatusOK || media != "text/html; charset=utf-8" {
		t.Errorf("the page: %d %s %s", status, media, body)
	}
	for persona, want := range map[string]string{
		"commune-grenoble-agent": "map[applicant:false givenName:Camille]",
		"applicant-single":       "map[applicant:true givenName:<nil>]",
	} {
		status, _, body = fetch(t, s, "/explorer/token?persona="+persona)
		var given struct{ Token string }
		if err := json.Unmarshal([]byte(body), &given); err != nil || status != http.StatusOK {
			t.Fatalf("the token: %d %s", status, body)
		}
		data, err := answer(t.Context(), s.url, given.Token, "{ viewer { givenName applicant } }")
		must(t, err)
		if fmt.Sprint(data["viewer"]) != want {
			t.Errorf("the token of %s is that of %v", persona, data)
		}
	}
}
