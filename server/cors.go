package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	rscors "github.com/rs/cors"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// preflightAge is how long a browser keeps a preflight, in seconds.
const preflightAge = 600

// origins are those of browser apps: the configured ones, and those of partner apps,
// which the database has.
type origins struct {
	configured []string
	registered func(context.Context, string) (bool, error)
	log        *slog.Logger
}

// known tells whether anybody's pages have the origin. When the database cannot tell,
// nobody's have.
func (o origins) known(ctx context.Context, origin string) bool {
	if slices.Contains(o.configured, origin) {
		return true
	}
	if o.registered == nil || origin == "" { // the library asks for requests of no browser too
		return false
	}
	ok, err := o.registered(ctx, origin)
	if err != nil {
		o.log.ErrorContext(ctx, "the origins of partner apps were not read", "error", err, "trace", TraceID(ctx))
	}
	return ok
}

// cors lets the browser apps of known origins in, without cookies, and refuses the
// requests of all others: a browser would hide the answer, but only after the
// request has run. A preflight carries no credential, so that any known origin will
// do for it; the request itself passes [origins.ofCredential].
func (o origins) cors() func(http.Handler) http.Handler {
	library := rscors.New(rscors.Options{
		// An empty list would mean any origin to the library.
		AllowOriginVaryRequestFunc: func(r *http.Request, origin string) (bool, []string) {
			return o.known(r.Context(), origin), nil
		},
		AllowedMethods: []string{http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPatch},
		AllowedHeaders: []string{
			"Accept", "Accept-Language", "Apollo-Require-Preflight", "Apollographql-Client-Name",
			"Apollographql-Client-Version", "Authorization", "Content-Type", "If-None-Match", "Traceparent",
			"Tus-Resumable", "Upload-Offset",
		},
		ExposedHeaders: []string{"Allow", "ETag", "Retry-After", TraceHeader, "Tus-Resumable", "Upload-Length", "Upload-Offset"},
		MaxAge:         preflightAge,
	})
	return func(next http.Handler) http.Handler {
		return library.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			origin := r.Header.Get("Origin")
			if origin != "" && !sameOrigin(origin, r.Host) && !o.known(r.Context(), origin) {
				refuseOrigin(w, r)
				return
			}
			next.ServeHTTP(w, r)
		}))
	}
}

// ofCredential refuses a request whose origin is known, but not for the credential
// that it carries, and one that a partner app sends from outside its networks. What
// is public may be read from any known origin: it needs no credential.
func (o origins) ofCredential(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, origin := auth.FromContext(r.Context()), r.Header.Get("Origin")
		allowed := o.configured
		if v != nil && v.App != nil {
			allowed = v.App.Origins
			if !v.App.ReachesFrom(connectionAddress(r)) {
				Refuse(w, r, http.StatusForbidden, &domain.Error{
					Code: domain.Forbidden, Reason: "NETWORK",
					Message: domain.Text{
						EN: "This app does not call from this network.",
						FR: "Cette application n'appelle pas depuis ce réseau.",
					},
				})
				return
			}
		}
		if origin != "" && !sameOrigin(origin, r.Host) && v != nil && !v.Anonymous() && !slices.Contains(allowed, origin) {
			refuseOrigin(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// connectionAddress is the address of the other end of the connection, or of the caller
// that a proxy of ours saw, see [behindProxies]. No other header is believed: whoever
// sends the request writes them.
func connectionAddress(r *http.Request) netip.Addr {
	end, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // in no network
	}
	return end.Addr().Unmap()
}

func refuseOrigin(w http.ResponseWriter, r *http.Request) {
	Refuse(w, r, http.StatusForbidden, &domain.Error{
		Code: domain.Forbidden, Reason: "ORIGIN",
		Message: domain.Text{
			EN: "This origin is not registered; have it added to the credential of your app.",
			FR: "Cette origine n'est pas enregistrée ; faites-la ajouter à l'habilitation de votre application.",
		},
	})
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
