package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"
)

// metrics counts. Every label comes from our own code or contract: a name that a
// client chooses, the operation's included, would let it fill our memory. Those
// are in the log.
type metrics struct {
	requests   *prometheus.CounterVec   // route, method, status
	operations *prometheus.CounterVec   // kind, code
	duration   *prometheus.HistogramVec // kind
	statements *prometheus.HistogramVec // kind
	fields     *prometheus.CounterVec   // field, one of the contract's root fields
	handOvers  *prometheus.CounterVec   // operation, one of the documented ones
	documented []string
	inFlight   prometheus.Gauge
	tokens     *prometheus.CounterVec // grant, outcome
	notices    *prometheus.CounterVec // notice
}

func newMetrics(registry prometheus.Registerer, schema *ast.Schema, documented []string) (*metrics, error) {
	m := &metrics{
		documented: documented,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_http_requests_total", Help: "HTTP requests answered.",
		}, []string{"route", "method", "status"}),
		operations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_graphql_operations_total", Help: "GraphQL operations answered, by the code of their first error.",
		}, []string{"kind", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "guichet_graphql_operation_seconds", Help: "Time to answer a GraphQL operation.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"kind"}),
		statements: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "guichet_graphql_sql_statements", Help: "SQL statements of a GraphQL operation.",
			Buckets: []float64{0, 1, 2, 3, 5, 8, 13, 21, 50, 100},
		}, []string{"kind"}),
		fields: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_graphql_root_fields_total", Help: "Root fields resolved.",
		}, []string{"field"}),
		handOvers: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_graphql_hand_overs_total", Help: "Values that generated writers left to gqlgen, by documented operation.",
		}, []string{"operation"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "guichet_http_requests_in_flight", Help: "HTTP requests under way.",
		}),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_oauth_tokens_total", Help: "Requests for a token answered, by grant and error.",
		}, []string{"grant", "outcome"}),
		notices: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "guichet_partner_app_notices_total", Help: "Tokens given to apps whose end is near. The log names them.",
		}, []string{"notice"}),
	}
	for _, collector := range []prometheus.Collector{
		m.requests, m.operations, m.duration, m.statements, m.fields, m.handOvers, m.inFlight, m.tokens, m.notices,
	} {
		if err := registry.Register(collector); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	// A series that exists from the start shows its first increase.
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation} {
		if root == nil {
			continue
		}
		for _, f := range root.Fields {
			m.fields.WithLabelValues(root.Name + "." + f.Name)
		}
	}
	for _, name := range append(slices.Clip(documented), undocumented) {
		m.handOvers.WithLabelValues(name)
	}
	return m, nil
}

// undocumented stands for the operations that clients write.
const undocumented = "other"

// handedOver counts the values that generated writers left to gqlgen.
func (m *metrics) handedOver(ctx context.Context) {
	name := graphql.GetOperationContext(ctx).Operation.Name
	if !slices.Contains(m.documented, name) {
		name = undocumented
	}
	m.handOvers.WithLabelValues(name).Inc()
}

// rootField counts the root fields that run.
func (m *metrics) rootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if f := graphql.GetRootFieldContext(ctx); f != nil && f.Object != "" {
		m.fields.WithLabelValues(f.Object + "." + f.Field.Name).Inc()
	}
	return next(ctx)
}

func (m *metrics) operation(o outcome) {
	m.operations.WithLabelValues(o.kind, o.code).Inc()
	m.duration.WithLabelValues(o.kind).Observe(o.took.Seconds())
	m.statements.WithLabelValues(o.kind).Observe(float64(o.op.sql.statements.Load()))
}

// count counts requests by the pattern of their route.
func (m *metrics) count(mux *http.ServeMux) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, route := mux.Handler(r)
			m.inFlight.Inc()
			sw := &statusWriter{ResponseWriter: w, status: http.StatusOK}
			defer func() {
				m.inFlight.Dec()
				m.requests.WithLabelValues(route, knownMethod(r.Method), strconv.Itoa(sw.status)).Inc()
			}()
			next.ServeHTTP(sw, r)
		})
	}
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodOptions, http.MethodHead:
		return method
	}
	return "other"
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
	sent   bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.sent && status >= http.StatusOK {
		w.status, w.sent = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// since is how long something took by the given clock.
func since(clock func() time.Time, start time.Time) time.Duration { return clock().Sub(start) }
