package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/graph/writers"
)

// What is registered around fields would be left out by generated writers: the
// server does not start.
func TestWritersAndFieldInterceptors(t *testing.T) {
	t.Parallel()
	around := func(ctx context.Context, next graphql.Resolver) (any, error) { return next(ctx) }
	for _, c := range []struct {
		writers bool
		fields  []graphql.FieldMiddleware
		refused bool
	}{
		{true, []graphql.FieldMiddleware{around}, true},
		{false, []graphql.FieldMiddleware{around}, false},
		{true, nil, false},
	} {
		_, err := New(testConfig(t, io.Discard, func(config *Config) { config.Writers, config.AroundFields = c.writers, c.fields }))
		if errors.Is(err, writers.ErrInterceptor) != c.refused || err != nil && !c.refused {
			t.Errorf("writers %v, %d around fields: %v", c.writers, len(c.fields), err)
		}
	}
}

// A client's name of an operation makes no series.
func TestHandOversAreCountedByDocumentedOperation(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m, err := newMetrics(registry, newFixture(t).Schema(), []string{"Things"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Things", "Things", "x1", "x2", ""} {
		m.handedOver(graphql.WithOperationContext(t.Context(), &graphql.OperationContext{Operation: &ast.OperationDefinition{Name: name}}))
	}
	h := newHandler(t, func(c *Config) { c.OperationNames = []string{"Things"} })
	if r := exchange(t, h, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil)); !r.has(`guichet_graphql_hand_overs_total{operation="Things"} 0`) {
		t.Errorf("no series from the start: %s", r.body)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]float64{}
	for _, f := range families {
		if strings.HasSuffix(f.GetName(), "hand_overs_total") {
			for _, series := range f.GetMetric() {
				counts[series.GetLabel()[0].GetValue()] = series.GetCounter().GetValue()
			}
		}
	}
	if len(counts) != 2 || counts["Things"] != 2 || counts["other"] != 3 {
		t.Errorf("%v", counts)
	}
}
