package explorer

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// refuse writes the code alone.
func refuse(w http.ResponseWriter, _ *http.Request, status int, err *domain.Error) {
	w.WriteHeader(status)
	_, _ = w.Write([]byte(string(err.Code) + "/" + err.Reason))
}

func camille() Persona {
	return Persona{Name: "camille", About: "receives applicants", Token: func() (string, error) { return "signed", nil }}
}

func broken() Persona {
	return Persona{Name: "broken", Token: func() (string, error) { return "", errors.New("a secret of the key") }}
}

func page(t *testing.T) http.Handler {
	t.Helper()
	h, err := New([]Persona{camille(), broken()}, refuse)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(t *testing.T, h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		personas []Persona
		deny     Deny
	}{
		"two of one name": {[]Persona{camille(), camille()}, refuse},
		"no name":         {[]Persona{{Token: camille().Token}}, refuse},
		"no token":        {[]Persona{{Name: "camille"}}, refuse},
		"nothing to deny": {nil, nil},
	} {
		if _, err := New(c.personas, c.deny); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	h := page(t)
	for _, c := range []struct {
		query  string
		status int
		body   string
	}{
		{"", http.StatusNotFound, "NOT_FOUND/UNKNOWN_PERSONA"},
		{"?persona=", http.StatusNotFound, "NOT_FOUND/UNKNOWN_PERSONA"},
		{"?persona=Camille", http.StatusNotFound, "NOT_FOUND/UNKNOWN_PERSONA"},
		{"?persona=broken", http.StatusInternalServerError, "INTERNAL/"},
		{"?persona=camille", http.StatusOK, `{"token":"signed"}`},
	} {
		w := get(t, h, "/explorer/token"+c.query)
		if w.Code != c.status || strings.TrimSpace(w.Body.String()) != c.body {
			t.Errorf("%q: %d %s", c.query, w.Code, w.Body)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%q may be kept: %q", c.query, got)
		}
	}
}

// TestSamplesAreTheDocumentedOperations reads the folder itself, so that a file
// that is not embedded or not shown is found.
func TestSamplesAreTheDocumentedOperations(t *testing.T) {
	t.Parallel()
	var start struct {
		Personas []map[string]string
		Samples  []sample
		Version  string
	}
	if err := json.Unmarshal(get(t, page(t), "/explorer/start").Body.Bytes(), &start); err != nil {
		t.Fatal(err)
	}
	if len(start.Personas) != 2 || start.Personas[0]["name"] != "camille" || start.Personas[0]["about"] != "receives applicants" {
		t.Errorf("personas: %v", start.Personas)
	}
	paths, err := filepath.Glob("../../clients/operations/*.graphql")
	if err != nil || len(paths) == 0 || len(start.Samples) != len(paths) || start.Version == "" {
		t.Fatalf("%d samples, %d operations: %v", len(start.Samples), len(paths), err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".graphql")
		want := sample{Query: read(t, path), Variables: read(t, strings.TrimSuffix(path, ".graphql")+".json")}
		i := slices.Index(shownFirst, name)
		if i < 0 {
			t.Errorf("%s has no place among the tabs: add it to shownFirst", name)
			continue
		}
		if start.Samples[i] != want {
			t.Errorf("tab %d is not %s:\n%s", i, name, start.Samples[i].Query)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(content))
}
