package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/domain"
)

// sdl is a contract with one of everything that the transport has to know.
const sdl = `
directive @public on FIELD_DEFINITION
directive @bounded(max: Int!) on FIELD_DEFINITION
scalar Day
enum Order { ASC DESC }
input Filter { name: String day: Day from: Int to: Int all: [Filter!] orders: [Order!] }
type PageInfo { hasNextPage: Boolean! @public }
type Thing { id: ID! @public name: String! @public secret: String things(first: Int last: Int after: String before: String where: Filter): ThingConnection! @public }
type ThingEdge { cursor: String! @public node: Thing @public }
type ThingConnection { edges: [ThingEdge!] @public pageInfo: PageInfo! @public totalCount: Int! @public }
type Query {
  hello: String! @public
  echo(text: String, number: Int, day: Day, order: Order, id: ID, flag: Boolean, texts: [String!]): String
  things(first: Int last: Int after: String before: String where: Filter): ThingConnection! @public
  nearest(first: Int!): [Thing!]! @bounded(max: 20)
  nodes(ids: [ID!]!): [Thing]!
  me: String
  broken: String
  panics: String
  slow: String
}
type Mutation { rename(name: String!): String search(where: Filter!): String }
`

// fixture is an executable schema written by hand. It resolves by name, in the
// way of gqlgen's generated code.
type fixture struct {
	schema *ast.Schema
	mu     sync.Mutex
	writes []string // what mutations wrote
	ran    int      // root fields that ran
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "fixture.graphql", Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return &fixture{schema: schema}
}

func (f *fixture) Schema() *ast.Schema { return f.schema }

func (f *fixture) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

type filter struct{}

func unmarshalFilter(_ context.Context, v any) (filter, error) {
	fields, _ := v.(map[string]any)
	if number(digits(fields["from"])) > number(digits(fields["to"])) {
		return filter{}, domain.Refusals{{Code: domain.Invalid, Message: domain.Text{EN: "from after to", FR: "from après to"}}}
	}
	return filter{}, nil
}

func (f *fixture) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		ctx = graphql.WithInputUnmarshalerIndex(ctx, graphql.NewInputUnmarshalerIndex(
			graphql.NewInputUnmarshaler("Filter", unmarshalFilter)))
		root := f.schema.Query
		if op.Operation.Operation == ast.Mutation {
			root = f.schema.Mutation
		}
		var data bytes.Buffer
		f.object(ctx, op.Operation.SelectionSet, root.Name, true).MarshalGQL(&data)
		return &graphql.Response{Data: data.Bytes()}
	}
}

func (f *fixture) object(ctx context.Context, set ast.SelectionSet, typ string, root bool) graphql.Marshaler {
	op := graphql.GetOperationContext(ctx)
	fields := graphql.CollectFields(op, set, []string{typ})
	out := graphql.NewFieldSet(fields)
	for i, field := range fields {
		fieldCtx := graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: typ, Field: field, Args: field.ArgumentMap(op.Variables)})
		resolve := func(ctx context.Context) (m graphql.Marshaler) {
			defer func() {
				if p := recover(); p != nil {
					graphql.AddError(ctx, op.Recover(ctx, p))
					m = graphql.Null
				}
			}()
			m, err := f.field(ctx, typ, field)
			if err != nil {
				graphql.AddError(ctx, err)
				return graphql.Null
			}
			return m
		}
		if root {
			rootCtx := graphql.WithRootFieldContext(fieldCtx, &graphql.RootFieldContext{Object: typ, Field: field})
			out.Values[i] = op.RootResolverMiddleware(rootCtx, resolve)
		} else {
			out.Values[i] = resolve(fieldCtx)
		}
	}
	out.Dispatch(ctx)
	return out
}

func (f *fixture) field(ctx context.Context, typ string, field graphql.CollectedField) (graphql.Marshaler, error) {
	f.mu.Lock()
	f.ran++
	f.mu.Unlock()
	args := graphql.GetFieldContext(ctx).Args
	switch field.Name {
	case "__typename":
		return graphql.MarshalString(typ), nil
	case "__schema", "__type":
		if graphql.GetOperationContext(ctx).DisableIntrospection {
			return nil, errors.New("introspection disabled")
		}
		return graphql.Null, nil
	case "hello":
		CountSQL(ctx, time.Millisecond)
		return graphql.MarshalString("bonjour"), nil
	case "echo":
		return graphql.MarshalAny(args), nil
	case "rename":
		f.mu.Lock()
		f.writes = append(f.writes, args["name"].(string))
		f.mu.Unlock()
		return graphql.MarshalString("renamed"), nil
	case "me":
		name, _ := ctx.Value(meKey{}).(string)
		return graphql.MarshalString(name), nil
	case "broken":
		return nil, errors.New(`pq: relation "people" does not exist (42P01)`)
	case "panics":
		panic("a secret in a panic")
	case "slow":
		<-ctx.Done()
		return nil, ctx.Err()
	case "nodes":
		ids, _ := args["ids"].([]any)
		out := graphql.Array{}
		for range ids {
			out = append(out, f.object(ctx, field.Selections, "Thing", false))
		}
		return out, nil
	case "nearest":
		return graphql.Array{f.object(ctx, field.Selections, "Thing", false)}, nil
	case "things":
		return f.object(ctx, field.Selections, "ThingConnection", false), nil
	case "edges":
		return graphql.Array{f.object(ctx, field.Selections, "ThingEdge", false)}, nil
	case "node":
		return f.object(ctx, field.Selections, "Thing", false), nil
	case "pageInfo":
		return f.object(ctx, field.Selections, "PageInfo", false), nil
	case "totalCount":
		return graphql.MarshalInt(1), nil
	case "hasNextPage":
		return graphql.MarshalBoolean(false), nil
	}
	return graphql.MarshalString(field.Name), nil
}

type meKey struct{}

// authenticate knows one token, in the way of package auth.
func authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch header := r.Header.Get("Authorization"); header {
		case "":
			next.ServeHTTP(w, r)
		case "Bearer good":
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), meKey{}, "marie")))
		default:
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			Refuse(w, r, http.StatusUnauthorized, &domain.Error{Code: domain.Unauthenticated, Cause: errors.New("kid 42 unknown")})
		}
	})
}

func day(v any) error {
	s, ok := v.(string)
	if !ok {
		return errors.New("a day is a string")
	}
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return errors.New("a day is written YYYY-MM-DD")
	}
	return nil
}

func checkCursor(_ context.Context, _ *ast.Field, cursor string, _ map[string]any) error {
	if cursor != "signed" {
		return errors.New("bad signature")
	}
	return nil
}

// testConfig is a complete configuration around the fixture.
func testConfig(t testing.TB, log io.Writer, change ...func(*Config)) Config {
	t.Helper()
	c := Config{
		Schema:         newFixture(t),
		Scalars:        map[string]func(any) error{"Day": day},
		CheckCursor:    checkCursor,
		Authenticate:   authenticate,
		Limits:         DefaultLimits(),
		Introspection:  true,
		AllowedOrigins: []string{"https://app.example"},
		PublicMaxAge:   time.Minute,
		Version:        Version{Version: "test", Contract: "c0ffee"},
		Ready:          func(context.Context) error { return nil },
		Clock:          time.Now,
		Log:            slog.New(slog.NewJSONHandler(log, nil)),
		Metrics:        prometheus.NewRegistry(),
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func newHandler(t testing.TB, change ...func(*Config)) http.Handler {
	t.Helper()
	h, err := New(testConfig(t, io.Discard, change...))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// reply is an answer as a client sees it.
type reply struct {
	*http.Response
	body []byte
	json struct {
		Data   json.RawMessage `json:"data"`
		Errors []struct {
			Message    string         `json:"message"`
			Path       []any          `json:"path"`
			Extensions map[string]any `json:"extensions"`
		} `json:"errors"`
		Extensions map[string]any `json:"extensions"`
	}
}

// is tells whether the first error has the code and, if given, the reason.
func (r reply) is(code domain.Code, reason string) bool {
	if len(r.json.Errors) == 0 {
		return false
	}
	e := r.json.Errors[0].Extensions
	return e["code"] == string(code) && (reason == "" || e["reason"] == reason)
}

func (r reply) ok() bool { return r.StatusCode == http.StatusOK && len(r.json.Errors) == 0 }

func (r reply) has(s string) bool { return bytes.Contains(r.body, []byte(s)) }

func exchange(t testing.TB, h http.Handler, r *http.Request) reply {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	out := reply{Response: w.Result(), body: w.Body.Bytes()}
	t.Cleanup(func() { _ = out.Body.Close() })
	_ = json.Unmarshal(out.body, &out.json) // what is not JSON has no fields
	return out
}

// post sends a body as a client would; headers come as name, value pairs.
func post(t testing.TB, h http.Handler, body string, headers ...string) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://api.example/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return exchange(t, h, r)
}

func get(t testing.TB, h http.Handler, query string, headers ...string) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.example/graphql?"+query, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return exchange(t, h, r)
}

// ask is a body with a document and variables.
func ask(document string, variables ...string) string {
	body := `{"query":` + strconv.Quote(document)
	if len(variables) > 0 {
		body += `,"variables":` + variables[0]
	}
	return body + "}"
}
