package explorer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"

	"github.com/guichet-logement/guichet/clients/operations"
	"github.com/guichet-logement/guichet/domain"
)

// Persona is somebody a developer can ask as.
type Persona struct {
	// Name is what the persona is known by, About what it is for in a few words.
	Name  string `json:"name"`
	About string `json:"about"`
	// Token makes a token that the service accepts.
	Token func() (string, error) `json:"-"`
}

// Deny answers a request that goes no further with a status and a coded error.
type Deny func(w http.ResponseWriter, r *http.Request, status int, err *domain.Error)

// contentSecurity lets the page run what this server gave and reach nothing else.
// The editor writes style elements of its own and carries its icons as data; the map
// paints tiles out of memory.
const contentSecurity = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// New serves /, /map and everything under /explorer/ to GET and HEAD. It lists the
// personas in the order given, and fails when two have one name or a sample
// cannot be read.
func New(personas []Persona, deny Deny) (http.Handler, error) {
	if deny == nil {
		return nil, errors.New("make explorer: no way to refuse")
	}
	byName := make(map[string]Persona, len(personas))
	for _, p := range personas {
		if _, twice := byName[p.Name]; twice || p.Name == "" || p.Token == nil {
			return nil, fmt.Errorf("make explorer: persona %q must have a name of its own and a token", p.Name)
		}
		byName[p.Name] = p
	}
	start, err := startOf(personas, operations.Files)
	if err != nil {
		return nil, fmt.Errorf("make explorer: %w", err)
	}
	index, err := fs.ReadFile(built, indexFile)
	if err != nil {
		return nil, fmt.Errorf("make explorer: %w", err)
	}
	stock, err := fs.ReadFile(built, mapFile)
	if err != nil {
		return nil, fmt.Errorf("make map: %w", err)
	}
	notice, err := fs.ReadFile(built, noticeFile)
	if err != nil {
		return nil, fmt.Errorf("make explorer: %w", err)
	}

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", content("text/html; charset=utf-8", index))
	mux.Handle("GET /map", content("text/html; charset=utf-8", stock))
	mux.Handle("GET /explorer/start", content("application/json; charset=utf-8", start))
	mux.Handle("GET /explorer/NOTICE.txt", content("text/plain; charset=utf-8", notice))
	mux.Handle("GET /explorer/token", token(byName, deny))
	mux.Handle("GET /explorer/assets/{name}", assets(deny))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { unknownPath(w, r, deny) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", contentSecurity)
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	}), nil
}

// startOf is what the page begins with.
func startOf(personas []Persona, operations fs.FS) ([]byte, error) {
	samples, err := readSamples(operations)
	if err != nil {
		return nil, err
	}
	if personas == nil {
		personas = []Persona{}
	}
	start, err := json.Marshal(struct {
		Personas []Persona `json:"personas"`
		Samples  []sample  `json:"samples"`
		// Version changes with the samples: a browser keeps its tabs that long.
		Version string `json:"version"`
	}{personas, samples, versionOf(samples)})
	if err != nil {
		return nil, fmt.Errorf("write what the page begins with: %w", err)
	}
	return start, nil
}

func content(media string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // a caller that went away is all that can fail here
	})
}

func unknownPath(w http.ResponseWriter, r *http.Request, deny Deny) {
	deny(w, r, http.StatusNotFound, &domain.Error{
		Code: domain.NotFound, Reason: "UNKNOWN_PATH",
		Message: domain.Text{
			EN: "There is nothing at this address; the explorer is at /, the map at /map, the service at /graphql.",
			FR: "Il n'y a rien à cette adresse ; l'explorateur est à /, la carte à /map, le service à /graphql.",
		},
	})
}
