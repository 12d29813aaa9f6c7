package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql/handler"
	rscors "github.com/rs/cors"

	"github.com/guichet-logement/guichet/domain"
)

// hole is one of the numbered entries of the design's list of what the libraries
// leave open. Open tells whether a handler has it; the getting-started server
// must, ours must not.
type hole struct {
	number int
	name   string
	open   func(t *testing.T, h http.Handler) bool
	// theirs and ours change the servers compared; nil leaves them as they are.
	theirs func(http.Handler) http.Handler
	ours   func(*Config)
}

func sent(body string, headers ...string) func(*testing.T, http.Handler) reply {
	return func(t *testing.T, h http.Handler) reply { t.Helper(); return post(t, h, body, headers...) }
}

// accepted holds for servers that run the request without an error.
func accepted(send func(*testing.T, http.Handler) reply) func(*testing.T, http.Handler) bool {
	return func(t *testing.T, h http.Handler) bool { t.Helper(); return send(t, h).ok() }
}

// uncoded holds for servers that refuse the request otherwise than with this
// code and reason.
func uncoded(code domain.Code, reason string, send func(*testing.T, http.Handler) reply) func(*testing.T, http.Handler) bool {
	return func(t *testing.T, h http.Handler) bool { t.Helper(); return !send(t, h).is(code, reason) }
}

func says(text string, send func(*testing.T, http.Handler) reply) func(*testing.T, http.Handler) bool {
	return func(t *testing.T, h http.Handler) bool { t.Helper(); return send(t, h).has(text) }
}

func closedContract(c *Config) { c.Introspection = false }

const acceptGraphQL = "application/graphql-response+json"

func holes() []hole {
	return []hole{
		{number: 1, name: "a validation error is 422 in application/json", open: func(t *testing.T, h http.Handler) bool {
			return post(t, h, ask("{ unknown }"), "Accept", "application/json").StatusCode != http.StatusOK
		}},
		{number: 1, name: "a variable error is 422 in application/json", open: func(t *testing.T, h http.Handler) bool {
			return post(t, h, ask("query($n: Int!) { echo(number: $n) }", `{}`), "Accept", "application/json").StatusCode != http.StatusOK
		}},
		{number: 2, name: "a request error carries data", open: func(t *testing.T, h http.Handler) bool {
			return post(t, h, ask("{"), "Accept", acceptGraphQL).has(`"data"`)
		}},
		{number: 3, name: "a mutation by GET is not 405 with Allow", open: func(t *testing.T, h http.Handler) bool {
			r := get(t, h, "query="+url.QueryEscape(`mutation { rename(name: "x") }`))
			return r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "POST" || !r.is(domain.BadRequest, "METHOD")
		}},
		{number: 3, name: "PUT is not 405 with Allow", open: func(t *testing.T, h http.Handler) bool {
			r := exchange(t, h, httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/graphql", nil))
			return r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") == ""
		}},
		{number: 3, name: "a form is not 415", open: func(t *testing.T, h http.Handler) bool {
			return post(t, h, "query={hello}", "Content-Type", "application/x-www-form-urlencoded").StatusCode != http.StatusUnsupportedMediaType
		}},
		{number: 4, name: "a body of any size is read", open: accepted(sent(`{"query":"{ hello }","extensions":{"x":"` + strings.Repeat("a", 2<<20) + `"}}`))},
		{number: 4, name: "a bad body is echoed", open: says("confidential", sent(`{"query": confidential`))},
		{number: 4, name: "trailing data is accepted", open: accepted(sent(ask("{ hello }") + `{"query":"{ me }"}`))},
		{number: 4, name: "a body without query is not 400", open: uncoded(domain.BadRequest, "QUERY_MISSING", sent(`{"variables":{}}`))},
		{number: 4, name: "Content-Encoding is ignored", open: accepted(sent(ask("{ hello }"), "Content-Encoding", "gzip"))},
		{number: 4, name: "invalid UTF-8 is accepted", open: accepted(sent("{\"query\":\"query($s: String) { echo(text: $s) }\",\"variables\":{\"s\":\"\xff\"}}"))},
		{number: 5, name: "a mutation by multipart needs no preflight", open: accepted(sent(
			"--b\r\nContent-Disposition: form-data; name=\"operations\"\r\n\r\n"+ask(`mutation { rename(name: "x") }`)+
				"\r\n--b\r\nContent-Disposition: form-data; name=\"map\"\r\n\r\n{}\r\n--b--\r\n",
			"Content-Type", "multipart/form-data; boundary=b"))},
		{number: 5, name: "multipart is not 415", open: func(t *testing.T, h http.Handler) bool {
			return post(t, h, "--b--", "Content-Type", "multipart/form-data; boundary=b").StatusCode != http.StatusUnsupportedMediaType
		}},
		{number: 6, name: "a query string of any length is read", open: func(t *testing.T, h http.Handler) bool {
			return get(t, h, "query=%7Bhello%7D&x="+strings.Repeat("a", 20<<10)).StatusCode != http.StatusRequestURITooLong
		}},
		{number: 7, name: "no compression", open: func(t *testing.T, h http.Handler) bool {
			return post(t, h, ask(manyRows), "Accept-Encoding", "gzip, br, zstd").Header.Get("Content-Encoding") != "br"
		}},
		{number: 7, name: "no nosniff, no Cache-Control", open: func(t *testing.T, h http.Handler) bool {
			r := post(t, h, ask("{ hello }"))
			return r.Header.Get("X-Content-Type-Options") != "nosniff" || r.Header.Get("Cache-Control") != "no-store"
		}},
		{number: 16, name: "a flood of tokens is validated", open: uncoded(domain.BadRequest, "SYNTAX", sent(ask("{"+strings.Repeat("a:hello ", 2_000)+"}")))},
		{number: 17, name: "aliases are unbounded", open: accepted(sent(ask("{" + numbered("a%d: hello ", 31) + "}")))},
		{number: 17, name: "depth is unbounded", open: accepted(sent(ask(nested(16))))},
		{number: 17, name: "directives are unbounded", open: accepted(sent(ask("{" + strings.Repeat("... @include(if: true) { hello } ", 51) + "}")))},
		{number: 17, name: "root fields are unbounded", open: accepted(sent(ask("{" + strings.Repeat("hello ", 21) + "}")))},
		{number: 17, name: "rows asked for are unbounded", open: accepted(sent(ask(
			"{ things(first: 100) { edges { node { things(first: 100) { edges { node { things(first: 100) { totalCount } } } } } } } }")))},
		{number: 18, name: "fragments that double are followed", open: uncoded(domain.TooComplex, "FIELDS", sent(ask(doubling(20))))},
		{number: 19, name: "a list of any length is accepted", open: accepted(sent(ask("query($t: [String!]) { echo(texts: $t) }", `{"t":[`+strings.Repeat(`"",`, 1_000)+`""]}`)))},
		{number: 19, name: "filters nest without bound", open: accepted(sent(ask("query($w: Filter) { things(first: 1, where: $w) { totalCount } }",
			`{"w":`+strings.Repeat(`{"all":`, 11)+`[]`+strings.Repeat("}", 11)+"}")))},
		{number: 19, name: "a page of any size is accepted", open: accepted(sent(ask("{ things(first: 101) { totalCount } }")))},
		{number: 19, name: "first with last is accepted", open: accepted(sent(ask("{ things(first: 1, last: 1) { totalCount } }")))},
		{number: 19, name: "a negative page is accepted", open: accepted(sent(ask("{ things(first: -1) { totalCount } }")))},
		{number: 20, name: "errors are unbounded", open: func(t *testing.T, h http.Handler) bool {
			return len(post(t, h, ask("{ hello "+numbered("x%d ", 40)+"}")).json.Errors) > 20
		}},
		{number: 21, name: "an Int of 64 bits is accepted", open: accepted(sent(ask("{ echo(number: 2147483648) }")))},
		{number: 21, name: "an Int of 64 bits is accepted in a variable", open: accepted(sent(ask("query($n: Int) { echo(number: $n) }", `{"n":2147483648}`)))},
		{number: 23, name: "a field is suggested", ours: closedContract, open: says("Did you mean", sent(ask("{ helo }")))},
		{number: 23, name: "an argument is suggested", ours: closedContract, open: says("Did you mean", sent(ask(`{ echo(txt: "x") }`)))},
		{number: 23, name: "a type is suggested", ours: closedContract, open: says("Did you mean", sent(ask("{ ...F } fragment F on Quer { hello }")))},
		{number: 23, name: "an enum value is suggested", ours: closedContract, open: says("Did you mean", sent(ask("{ echo(order: ASCC) }")))},
		{number: 23, name: "an input field is suggested", ours: closedContract, open: says("Did you mean", sent(ask(`{ things(first: 1, where: {nam: "x"}) { totalCount } }`)))},
		{number: 24, name: "introspection is open", ours: closedContract, open: accepted(sent(ask("{ __schema { types { name } } }")))},
		{number: 24, name: "closed introspection has no code", ours: closedContract, open: uncoded(domain.Forbidden, "INTROSPECTION", sent(ask(`{ __type(name: "Query") { name } }`)))},
		{number: 25, name: "an error of the driver goes out", open: says("42P01", sent(ask("{ broken }")))},
		{number: 25, name: "a panic has no code", open: uncoded(domain.Internal, "", sent(ask("{ panics }")))},
		{
			number: 26, name: "a bad token's reason goes out as text",
			theirs: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Authorization") != "Bearer good" {
						http.Error(w, errors.New("kid 42 unknown").Error(), http.StatusUnauthorized)
						return
					}
					next.ServeHTTP(w, r)
				})
			},
			open: func(t *testing.T, h http.Handler) bool {
				r := post(t, h, ask("{ hello }"), "Authorization", "Bearer forged")
				return r.StatusCode != http.StatusUnauthorized || r.has("kid 42") ||
					r.Header.Get("WWW-Authenticate") == "" || !r.is(domain.Unauthenticated, "")
			},
		},
		{
			number: 27, name: "a browser may not send its token",
			theirs: rscors.Default().Handler,
			open: func(t *testing.T, h http.Handler) bool {
				return preflight(t, h, "https://app.example").Header.Get("Access-Control-Allow-Headers") == ""
			},
		},
		{
			number: 27, name: "the request of any origin runs",
			theirs: rscors.Default().Handler,
			open:   accepted(sent(ask("{ hello }"), "Origin", "https://evil.example")),
		},
		{number: 29, name: "a cursor is taken unverified", open: accepted(sent(ask(`{ things(first: 1, after: "forged") { totalCount } }`)))},
		{number: 29, name: "a nested cursor is taken unverified", open: accepted(sent(ask(
			`query($c: String) { things(first: 1) { edges { node { things(first: 1, before: $c) { totalCount } } } } }`, `{"c":"forged"}`)))},
		{number: 30, name: "NUL is accepted in a variable", open: accepted(sent(ask("query($s: String) { echo(text: $s) }", `{"s":"a\u0000b"}`)))},
		{number: 30, name: "NUL is accepted in a literal", open: accepted(sent(`{"query":"{ echo(text: \"a\\u0000b\") }"}`))},
		{number: 31, name: "a string of any length is accepted", open: accepted(sent(ask("query($s: String) { echo(text: $s) }", `{"s":"`+strings.Repeat("a", 20<<10)+`"}`)))},
	}
}

// TestHoles sends each request to gqlgen's getting-started server and to ours: the
// first must show the hole, so that the test is known to see it.
func TestHoles(t *testing.T) {
	t.Parallel()
	for _, h := range holes() {
		t.Run(fmt.Sprintf("%d %s", h.number, h.name), func(t *testing.T) {
			t.Parallel()
			var theirs http.Handler = handler.NewDefaultServer(newFixture(t)) // Deprecated, and the point.
			if h.theirs != nil {
				theirs = h.theirs(theirs)
			}
			if !h.open(t, theirs) {
				t.Error("the getting-started server does not show the hole")
			}
			change := h.ours
			if change == nil {
				change = func(*Config) {}
			}
			if h.open(t, newHandler(t, change)) {
				t.Error("our server has the hole")
			}
		})
	}
}

// TestRefusalsAreCoded sends every request of the table to our server again: what
// it refuses carries a code of the catalogue and a trace, and no data.
func TestRefusalsAreCoded(t *testing.T) {
	t.Parallel()
	catalogue := map[string]bool{}
	for _, code := range domain.Codes() {
		catalogue[string(code)] = true
	}
	for _, h := range holes() {
		t.Run(fmt.Sprintf("%d %s", h.number, h.name), func(t *testing.T) {
			t.Parallel()
			ours := newHandler(t, func(c *Config) {
				if h.ours != nil {
					h.ours(c)
				}
			})
			h.open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				recorded := httptest.NewRecorder()
				ours.ServeHTTP(recorded, r)
				var answer struct {
					Errors []struct {
						Message    string
						Extensions map[string]any
					}
				}
				if recorded.Header().Get("Content-Encoding") == "" && recorded.Body.Len() > 0 {
					if err := json.Unmarshal(recorded.Body.Bytes(), &answer); err != nil {
						t.Errorf("answer is not JSON: %v", err)
					}
				}
				if recorded.Code >= http.StatusBadRequest && len(answer.Errors) == 0 {
					t.Errorf("status %d without errors", recorded.Code)
				}
				for _, e := range answer.Errors {
					code, _ := e.Extensions["code"].(string)
					if code == string(domain.Internal) && h.number != 25 {
						t.Error("a hole is closed by failing")
					}
					if !catalogue[code] || e.Message == "" || e.Extensions["traceId"] != recorded.Header().Get(TraceHeader) {
						t.Errorf("error is not of the catalogue: %+v", e)
					}
				}
				for name, values := range recorded.Header() {
					w.Header()[name] = values
				}
				w.WriteHeader(recorded.Code)
				_, _ = w.Write(recorded.Body.Bytes())
			}))
		})
	}
}

func preflight(t *testing.T, h http.Handler, origin string) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodOptions, "/graphql", nil)
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", http.MethodPost)
	r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
	return exchange(t, h, r)
}

var manyRows = "{ nodes(ids: [" + strings.Repeat("1,", 50) + "]) { id name secret __typename } }"

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// nested is a document of at least n levels.
func nested(n int) string {
	const level = "things(first: 1) { edges { node { "
	times := (n + 2) / 3
	return "{" + strings.Repeat(level, times) + "id" + strings.Repeat("}}}", times) + "}"
}

// doubling is a document whose n fragments expand to 2^n fields.
func doubling(n int) string {
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Query { ...F%d ...F%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Query { hello }", n)
	return b.String()
}
