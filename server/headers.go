package server

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph"
)

// securityHeaders sets what every answer carries unless its handler says
// otherwise: nothing is sniffed, framed, run or kept.
func securityHeaders(behindTLS bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Cache-Control", "no-store")
			h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
			h.Set("Referrer-Policy", "no-referrer")
			if behindTLS {
				h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// recoverPanics answers INTERNAL for a panic outside resolvers, which recover
// their own.
func recoverPanics(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares this very value.
					panic(p) //nolint:forbidigo // net/http takes it from here and drops the connection.
				}
				log.ErrorContext(r.Context(), "panic", "panic", graph.PanicKind(p),
					"trace", TraceID(r.Context()), "stack", string(debug.Stack()))
				w.Header().Set("Cache-Control", "no-store")
				Refuse(w, r, http.StatusInternalServerError, &domain.Error{Code: domain.Internal})
			}()
			next.ServeHTTP(w, r)
		})
	}
}
