package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/guichet-logement/guichet/domain"
)

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for _, test := range []struct {
		accept, document, media string
		status                  int
	}{
		{"text/html", "{ hello }", mediaJSON, http.StatusNotAcceptable},
		{"application/json;q=0", "{ hello }", mediaJSON, http.StatusNotAcceptable},
		{"application/json; charset=utf-16", "{ hello }", mediaJSON, http.StatusNotAcceptable},
		{mediaGraphQL, "{", mediaGraphQL, http.StatusBadRequest},
		{mediaGraphQL, "{ unknown }", mediaGraphQL, http.StatusBadRequest},
		{mediaJSON, "{ unknown }", mediaJSON, http.StatusOK},
		{mediaGraphQL, "{ broken }", mediaGraphQL, http.StatusOK},
		{"", "{ hello }", mediaJSON, http.StatusOK},
		{"*/*", "{ hello }", mediaJSON, http.StatusOK},
		{"application/json;q=0.9, application/graphql-response+json", "{ hello }", mediaGraphQL, http.StatusOK},
		{"application/json, application/graphql-response+json;q=0.5", "{ hello }", mediaJSON, http.StatusOK},
	} {
		r := post(t, h, ask(test.document), "Accept", test.accept)
		if r.StatusCode != test.status || !strings.HasPrefix(r.Header.Get("Content-Type"), test.media+"; charset=utf-8") {
			t.Errorf("Accept %q for %s: %d %s", test.accept, test.document, r.StatusCode, r.Header.Get("Content-Type"))
		}
	}
}

func TestRequestForm(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for _, test := range []struct {
		name, body, reason string
		status             int
	}{
		{"empty", "", "JSON", 400},
		{"null", "null", "JSON", 400},
		{"batch", `[{"query":"{ hello }"}]`, "BATCH", 400},
		{"query is a number", `{"query":1}`, "PARAMETER", 400},
		{"name in another case", `{"Query":"{ hello }"}`, "QUERY_MISSING", 400},
		{"variables are a list", `{"query":"{ hello }","variables":[]}`, "PARAMETER", 400},
		{"unknown operation", `{"query":"query A { hello } query B { hello }"}`, "OPERATION_NAME", 200},
		{"large", `{"query":"` + strings.Repeat(" ", 1<<20) + `"}`, "BODY_SIZE", 413},
	} {
		r := post(t, h, test.body)
		if r.StatusCode != test.status || !r.is(domain.BadRequest, test.reason) || r.json.Data != nil {
			t.Errorf("%s: %d %s", test.name, r.StatusCode, r.body)
		}
	}
	r := post(t, h, `{"query":"query A { hello } query B { me }","operationName":"A","variables":null,"extensions":null,"unknown":1}`)
	if string(r.body) != `{"data":{"hello":"bonjour"}}` {
		t.Errorf("good request: %s", r.body)
	}
}

func TestPublicGET(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	query := func(document string) string { return "query=" + url.QueryEscape(document) }

	for document, status := range map[string]int{
		"{ me }": 400,
		"{ hello things(first: 1) { edges { node { secret } } } }": 400,
		"{ ...F } fragment F on Query { me }":                      400,
		"query A { hello } query B { me }":                         200, // which is refused below: no name
		`mutation { rename(name: "x") }`:                           405,
	} {
		r := get(t, h, query(document), "Authorization", "Bearer good")
		if r.StatusCode != status || len(r.json.Errors) == 0 || r.Header.Get("Cache-Control") != "no-store" || r.Header.Get("ETag") != "" {
			t.Errorf("%s: %d %s %v", document, r.StatusCode, r.body, r.Header)
		}
	}

	good := query("{ hello things(first: 1) { edges { node { name } } } }")
	first := get(t, h, good, "Authorization", "Bearer forged")
	if !first.ok() || first.Header.Get("Cache-Control") != "public, max-age=60" || first.Header.Get("ETag") == "" {
		t.Fatalf("public answer: %d %v %s", first.StatusCode, first.Header, first.body)
	}
	for _, name := range []string{"Accept", "Accept-Language", "Accept-Encoding", "Origin"} {
		if !strings.Contains(first.Header.Get("Vary"), name) {
			t.Errorf("Vary lacks %s: %q", name, first.Header.Get("Vary"))
		}
	}
	same := get(t, h, good, "If-None-Match", `"other", `+first.Header.Get("ETag"))
	if same.StatusCode != http.StatusNotModified || len(same.body) > 0 || same.Header.Get("ETag") != first.Header.Get("ETag") {
		t.Errorf("unchanged answer: %d %s", same.StatusCode, same.body)
	}
	english := get(t, h, good, "Accept-Language", "en", "If-None-Match", first.Header.Get("ETag"))
	if english.StatusCode != http.StatusOK {
		t.Errorf("another language has the same tag")
	}
}

func TestPersistedQueries(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	sum := sha256.Sum256([]byte("{ hello }"))
	extension := fmt.Sprintf(`"extensions":{"persistedQuery":{"version":1,"sha256Hash":"%s"}}`, hex.EncodeToString(sum[:]))

	if r := post(t, h, `{"query":"{ me }",`+extension+`}`); !r.is(domain.BadRequest, "PERSISTED_QUERY") {
		t.Errorf("wrong hash: %s", r.body)
	}
	if r := post(t, h, `{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"x"}}}`); !r.is(domain.BadRequest, "PERSISTED_QUERY") {
		t.Errorf("wrong version: %s", r.body)
	}
	if r := post(t, h, `{`+extension+`}`); !r.is(domain.BadRequest, "PERSISTED_QUERY_NOT_FOUND") || r.json.Errors[0].Message != "PersistedQueryNotFound" {
		t.Errorf("unknown hash: %s", r.body)
	}
	if r := post(t, h, `{"query":"{ hello }",`+extension+`}`); !r.ok() {
		t.Errorf("registration: %s", r.body)
	}
	if r := post(t, h, `{`+extension+`}`); !r.ok() {
		t.Errorf("known hash: %s", r.body)
	}
}

func TestTextCacheIsBounded(t *testing.T) {
	t.Parallel()
	weigh := func(key, _ string) int { return len(key) }
	c := newTextCache[string](100)
	c.add(strings.Repeat("x", 13), "too large", weigh)
	for i := range 50 {
		c.add(fmt.Sprintf("key-%04d", i), "v", weigh)
	}
	if _, ok := c.get(strings.Repeat("x", 13)); ok || c.size > 100 || c.list.Len() != 12 {
		t.Errorf("%d entries of %d bytes", c.list.Len(), c.size)
	}
	if _, ok := c.get("key-0049"); !ok {
		t.Error("the newest entry is gone")
	}
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for origin, allowed := range map[string]bool{
		"https://evil.example":         false,
		"https://app.example.evil.com": false,
		"http://app.example":           false,
		"null":                         false,
		"https://app.example":          true,
		"http://api.example":           true, // the server's own
	} {
		r := post(t, h, ask("{ hello }"), "Origin", origin)
		if r.ok() != allowed || !allowed && (r.StatusCode != http.StatusForbidden || !r.is(domain.Forbidden, "ORIGIN")) {
			t.Errorf("origin %s: %d %s", origin, r.StatusCode, r.body)
		}
		if r.Header.Get("Access-Control-Allow-Credentials") != "" || r.Header.Get("Access-Control-Allow-Origin") == "*" {
			t.Errorf("origin %s: %v", origin, r.Header)
		}
		registered := origin == "https://app.example"
		if got := preflight(t, h, origin).Header.Get("Access-Control-Allow-Origin"); (got == origin) != registered {
			t.Errorf("preflight from %s allows %q", origin, got)
		}
	}
	for _, bad := range []string{"*", "https://app.example/", "app.example", "https://*.example", "https://App.example"} {
		if _, err := New(testConfig(t, bytes.NewBuffer(nil), func(c *Config) { c.AllowedOrigins = []string{bad} })); err == nil {
			t.Errorf("origin %q was taken", bad)
		}
	}
}

func TestCompression(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for accept, want := range map[string]string{
		"":                        "",
		"zstd":                    "",
		"gzip;q=0, br;q=0":        "",
		"gzip, deflate, br, zstd": "br",
		"gzip":                    "gzip",
		"gzip;q=1, br;q=0.1":      "gzip",
	} {
		r := post(t, h, ask(manyRows), "Accept-Encoding", accept)
		if got := r.Header.Get("Content-Encoding"); got != want || !strings.Contains(strings.Join(r.Header.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("Accept-Encoding %q: %q %v", accept, got, r.Header)
		}
		if want != "" {
			plain := post(t, h, ask(manyRows)).body
			if decoded := decode(t, want, r.body); !bytes.Equal(decoded, plain) {
				t.Errorf("%s changed the answer", want)
			}
		}
	}
	if r := post(t, h, ask("{ hello }"), "Accept-Encoding", "br"); r.Header.Get("Content-Encoding") != "" || !r.ok() {
		t.Errorf("a tiny answer is encoded: %v", r.Header)
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	h := newHandler(t, func(c *Config) { c.Limits.Time = 20 * time.Millisecond })
	r := post(t, h, ask("{ hello slow }"), "Accept-Language", "en")
	if !r.is(domain.Timeout, "") || r.json.Errors[0].Extensions["field"] != "slow" || !r.has(`"hello":"bonjour"`) {
		t.Errorf("slow field: %s", r.body)
	}
}

// TestWhatOperatorsSee proves that logs and metrics tell of an operation what is
// needed and nothing of its content.
func TestWhatOperatorsSee(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := testConfig(t, &log)
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	r := post(t, h, ask("query Named($s: String) { hello echo(text: $s) }", `{"s":"confidential"}`),
		"Traceparent", "00-"+id+"-00f067aa0ba902b7-01", "Apollographql-Client-Name", "bail\nfacile"+strings.Repeat("x", 100))
	if r.Header.Get(TraceHeader) != id {
		t.Errorf("trace %q", r.Header.Get(TraceHeader))
	}
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("not one line: %s", &log)
	}
	client, _ := line["client"].(string)
	if line["name"] != "Named" || line["trace"] != id || line["code"] != "OK" || line["sql"] != 1.0 ||
		len(client) != 64 || strings.Contains(client, "\n") || strings.Contains(log.String(), "confidential") {
		t.Errorf("log: %s", &log)
	}
	for i := range 50 {
		post(t, h, ask(fmt.Sprintf("query Q%d { hello }", i)), "Apollographql-Client-Name", fmt.Sprint(i))
	}
	if n := testutil.CollectAndCount(c.Metrics, "guichet_graphql_operations_total"); n != 1 {
		t.Errorf("%d series of operations, named by clients", n)
	}
	if n := gathered(t, c.Metrics, "guichet_graphql_operations_total"); n != 51 {
		t.Errorf("%v operations counted", n)
	}
}

func gathered(t *testing.T, registry *prometheus.Registry, name string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	total := 0.0
	for _, family := range families {
		if family.GetName() == name {
			for _, m := range family.GetMetric() {
				total += m.GetCounter().GetValue()
			}
		}
	}
	return total
}

func TestTraceparent(t *testing.T) {
	t.Parallel()
	const id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	for header, joined := range map[string]bool{
		"":                                false,
		"00-" + id + "-" + parent:         false,
		"ff-" + id + "-" + parent + "-01": false,
		"00-" + strings.ToUpper(id) + "-" + parent + "-01":     false,
		"00-" + strings.Repeat("0", 32) + "-" + parent + "-01": false,
		"00-" + id + "-" + strings.Repeat("0", 16) + "-01":     false,
		"00-" + id + "-" + parent + "-01-extra":                false,
		"00-" + id + "-" + parent + "-01":                      true,
		"01-" + id + "-" + parent + "-01-extra":                true,
	} {
		if got := traceIDOf(header); (got == id) != joined || len(got) != 32 || !lowerHex(got) {
			t.Errorf("%q gave %q", header, got)
		}
	}
}

func TestLanguageOfMessages(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for header, want := range map[string]string{
		"": "doit", "de": "doit", "fr-CA, en;q=0.5": "doit", "en-GB, fr;q=0.5": "must",
		strings.Repeat("en,", 200): "doit",
	} {
		r := post(t, h, ask("query($n: Int) { echo(number: $n) }", `{"n":1.5}`), "Accept-Language", header)
		if !r.is(domain.BadRequest, "TYPE") || !strings.Contains(r.json.Errors[0].Message, want) {
			t.Errorf("Accept-Language %.20q: %s", header, r.body)
		}
	}
}

func TestSurface(t *testing.T) {
	t.Parallel()
	h := newHandler(t, func(c *Config) { c.BehindTLS = true })
	exchange(t, h, request(t, "/healthz")) // so that there is a request to count
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/":          {404, "NOT_FOUND"},
		"/graphql/x": {404, "NOT_FOUND"},
		"/healthz":   {200, "ok"},
		"/readyz":    {200, "ready"},
		"/version":   {200, `"contract":"c0ffee"`},
		"/metrics":   {200, "guichet_http_requests_total"},
	} {
		r := exchange(t, h, request(t, path))
		if r.StatusCode != want.status || !r.has(want.text) {
			t.Errorf("%s: %d %s", path, r.StatusCode, r.body)
		}
		for _, name := range []string{"X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security", "Cache-Control", TraceHeader} {
			if r.Header.Get(name) == "" {
				t.Errorf("%s lacks %s", path, name)
			}
		}
	}
	since := time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)
	for want, waiting := range map[string]func(context.Context) (map[string]Waiting, error){
		`{"registry":{"waiting":2,"oldest":"2026-11-25T06:00:00Z","unconnected":true},"status":"ready"}`: func(context.Context) (map[string]Waiting, error) {
			return map[string]Waiting{"registry": {Waiting: 2, Oldest: &since, Unconnected: true}}, nil
		},
		`{"status":"ready"}`: func(ctx context.Context) (map[string]Waiting, error) { return nil, broken(ctx) },
	} {
		h := newHandler(t, func(c *Config) { c.Waiting = waiting })
		if r := exchange(t, h, request(t, "/readyz")); r.StatusCode != http.StatusOK || !r.has(want) {
			t.Errorf("what waits: %d %s", r.StatusCode, r.body)
		}
	}
	unready := newHandler(t, func(c *Config) { c.Ready = broken })
	if r := exchange(t, unready, request(t, "/readyz")); r.StatusCode != http.StatusServiceUnavailable || r.has("secret") {
		t.Errorf("not ready: %d %s", r.StatusCode, r.body)
	}
}

// TestPanicOutsideResolvers proves that one request cannot end the others, and
// that its stack stays inside.
func TestPanicOutsideResolvers(t *testing.T) {
	t.Parallel()
	h := newHandler(t, func(c *Config) {
		c.Authenticate = func(http.Handler) http.Handler {
			return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a secret") })
		}
	})
	r := post(t, h, ask("{ hello }"))
	if r.StatusCode != http.StatusInternalServerError || !r.is(domain.Internal, "") || r.has("secret") || r.has("goroutine") {
		t.Errorf("%d %s", r.StatusCode, r.body)
	}
}
