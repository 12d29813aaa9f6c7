package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	rscors "github.com/rs/cors"

	"github.com/guichet-logement/guichet/domain"
)

// preflightAge is how long a browser keeps a preflight, in seconds.
const preflightAge = 600

// cors lets the browser apps of registered origins in, without cookies, and
// refuses the requests of all others: a browser would hide the answer, but only
// after the request has run.
func cors(origins []string) func(http.Handler) http.Handler {
	library := rscors.New(rscors.Options{
		// An empty list would mean any origin to the library.
		AllowOriginFunc: func(origin string) bool { return slices.Contains(origins, origin) },
		AllowedMethods:  []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{
			"Accept", "Accept-Language", "Apollo-Require-Preflight", "Apollographql-Client-Name",
			"Apollographql-Client-Version", "Authorization", "Content-Type", "If-None-Match", "Traceparent",
		},
		ExposedHeaders: []string{"Allow", "ETag", "Retry-After", TraceHeader},
		MaxAge:         preflightAge,
	})
	return func(next http.Handler) http.Handler {
		return library.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			origin := r.Header.Get("Origin")
			if origin != "" && !slices.Contains(origins, origin) && !sameOrigin(origin, r.Host) {
				Refuse(w, r, http.StatusForbidden, &domain.Error{
					Code: domain.Forbidden, Reason: "ORIGIN",
					Message: domain.Text{
						EN: "This origin is not registered; have it added to the credential of your app.",
						FR: "Cette origine n'est pas enregistrée ; faites-la ajouter à l'habilitation de votre application.",
					},
				})
				return
			}
			next.ServeHTTP(w, r)
		}))
	}
}

// sameOrigin holds for pages that this very server gave: browsers name the
// origin of their POST too.
func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && host != "" && strings.EqualFold(u.Host, host)
}

// checkOrigin refuses what a browser would never send as an origin, so that a
// trailing slash or a wildcard is found at start and not by a partner.
func checkOrigin(origin string) error {
	u, err := url.Parse(origin)
	if err != nil {
		return fmt.Errorf("allowed origin: %w", err)
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || origin != u.Scheme+"://"+u.Host ||
		strings.Contains(u.Host, "*") || origin != strings.ToLower(origin) {
		return fmt.Errorf("allowed origin %q must be written scheme://host[:port], exact and in lower case", origin)
	}
	return nil
}
