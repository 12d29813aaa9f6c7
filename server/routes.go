package server

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// routes is the whole surface.
func routes(c Config, m *metrics, graphql http.Handler) (http.Handler, error) {
	mux := http.NewServeMux()
	origins := origins{configured: c.AllowedOrigins, registered: c.KnowsOrigin, log: c.Log}
	mux.Handle("/graphql", origins.cors()(anonymousGET(c.Authenticate(origins.ofCredential(graphql)))))
	if c.OAuth != nil {
		c.OAuth.route(mux, c.Log, m)
	}
	if c.Files != nil {
		err := c.Files.route(mux, func(next http.Handler) http.Handler {
			return origins.cors()(c.Authenticate(origins.ofCredential(next)))
		}, c.Log)
		if err != nil {
			return nil, err
		}
	}
	if c.ManagedStock != nil {
		c.ManagedStock.route(mux, func(next http.Handler) http.Handler {
			return origins.cors()(c.Authenticate(origins.ofCredential(next)))
		}, c.Log)
	}
	if c.Tiles != nil {
		c.Tiles.route(mux, c, func(next http.Handler) http.Handler { return origins.cors()(anonymousGET(next)) })
	}
	if c.Calendar != nil {
		mux.Handle("GET "+calendarsPath+"{file}", calendar(c.Calendar, c.Log))
	}
	mux.Handle("GET /healthz", healthz())
	mux.Handle("GET /readyz", readyz(c.Ready, c.Waiting, c.Log))
	mux.Handle("GET /version", version(c.Version))
	mux.Handle("GET /metrics", promhttp.HandlerFor(c.Metrics, promhttp.HandlerOpts{DisableCompression: true}))
	if c.Explorer != nil {
		mux.Handle("GET /{$}", c.Explorer)
		mux.Handle("GET /explorer/", c.Explorer)
		mux.Handle("GET /map", c.Explorer)
	}
	mux.HandleFunc("/", notFound)

	return chain(mux,
		behindProxies(c.TrustedProxies),
		trace(),
		recoverPanics(c.Log),
		m.count(mux),
		securityHeaders(c.BehindTLS),
		compress(),
	), nil
}

// chain wraps a handler; the first middleware is the outermost.
func chain(h http.Handler, middleware ...func(http.Handler) http.Handler) http.Handler {
	for i := len(middleware) - 1; i >= 0; i-- {
		h = middleware[i](h)
	}
	return h
}
