package server

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
)

// anonymousGET takes the credentials off every GET: what a cache may keep is
// what anyone may see, whoever asked first.
func anonymousGET(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			r = r.Clone(r.Context())
			r.Header.Del("Authorization")
			r.Header.Del("Cookie")
		}
		next.ServeHTTP(w, r)
	})
}

// public tells whether every field that a valid document selects is marked
// @public in the contract. The contract itself is public where introspection is
// open.
func public(doc *ast.QueryDocument, introspection bool) bool {
	for _, op := range doc.Operations {
		if !publicSelections(op.SelectionSet, introspection) {
			return false
		}
	}
	for _, f := range doc.Fragments {
		if !publicSelections(f.SelectionSet, introspection) {
			return false
		}
	}
	return true
}

func publicSelections(set ast.SelectionSet, introspection bool) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if !publicField(s, introspection) || !publicSelections(s.SelectionSet, introspection) {
				return false
			}
		case *ast.InlineFragment:
			if !publicSelections(s.SelectionSet, introspection) {
				return false
			}
		case *ast.FragmentSpread: // its definition is looked at on its own
		}
	}
	return true
}

func publicField(f *ast.Field, introspection bool) bool {
	switch {
	case f.Name == "__typename":
		return true
	case introspects(f) || f.ObjectDefinition != nil && strings.HasPrefix(f.ObjectDefinition.Name, "__"):
		return introspection
	}
	return f.Definition != nil && f.Definition.Directives.ForName("public") != nil
}

// cachePublic lets caches keep an answer, and tells whether the caller has it
// already.
func cachePublic(w http.ResponseWriter, r *http.Request, maxAge time.Duration, parts ...string) (unchanged bool) {
	return keepPublic(w, r, maxAge, tagOf(parts...))
}

// tagOf is the tag of what these parts determine. It is weak: the same answer may come
// compressed.
func tagOf(parts ...string) string {
	sum := sha256.New()
	for _, part := range parts {
		_, _ = fmt.Fprintf(sum, "%d:%s", len(part), part) // a hash never fails
	}
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:18]) + `"`
}

// keepPublic lets caches keep what has that tag, and tells whether the caller has it.
func keepPublic(w http.ResponseWriter, r *http.Request, maxAge time.Duration, tag string) (unchanged bool) {
	h := w.Header()
	h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(maxAge.Seconds())))
	h.Set("ETag", tag)
	h.Set("Vary", "Accept, Accept-Language, Accept-Encoding, Origin")
	return matches(r.Header.Get("If-None-Match"), tag)
}

// matches compares as If-None-Match wants: weakly.
func matches(header, tag string) bool {
	if strings.TrimSpace(header) == "*" {
		return true
	}
	for candidate := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(candidate), "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
