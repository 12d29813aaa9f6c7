package server

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func TestOperationChecks(t *testing.T) {
	t.Parallel()
	const within = "{ things(first: 1) { edges { node { %s } } } }"
	for _, test := range []struct {
		name, document, variables string
		code                      domain.Code
		reason, field             string
	}{
		{"no page", "{ things { totalCount } }", "", domain.PageSize, "", "things.first"},
		{"null page", "query($n: Int) { things(first: $n) { totalCount } }", `{"n":null}`, domain.PageSize, "", "things.first"},
		{"page zero", "{ things(first: 0) { totalCount } }", "", domain.PageSize, "", "things.first"},
		{"last too large", "{ things(last: 101) { totalCount } }", "", domain.PageSize, "", "things.last"},
		{"nested page", fmt.Sprintf(within, "things { totalCount }"), "", domain.PageSize, "", "things.first"},
		{"page in a fragment", "{ ...F } fragment F on Query { things { totalCount } }", "", domain.PageSize, "", "things.first"},
		{"nearest too many", "{ nearest(first: 21) { id } }", "", domain.PageSize, "", "nearest.first"},
		{"nested cursor", fmt.Sprintf(within, `things(first: 1, after: "forged") { totalCount }`), "", domain.InvalidCursor, "", "things.after"},
		{"cursor in a variable", "query($c: String) { things(first: 1, before: $c) { totalCount } }", `{"c":"forged"}`, domain.InvalidCursor, "", "things.before"},
		{"number for a string", "query($s: String) { echo(text: $s) }", `{"s":5}`, domain.BadRequest, "TYPE", "$s"},
		{"string for a number", "query($n: Int) { echo(number: $n) }", `{"n":"5"}`, domain.BadRequest, "TYPE", "$n"},
		{"enum in another case", "query($o: Order) { echo(order: $o) }", `{"o":"asc"}`, domain.BadRequest, "TYPE", "$o"},
		{"missing variable", "query($d: Day!) { echo(day: $d) }", `{}`, domain.BadRequest, "MISSING_VARIABLE", "$d"},
		{"null variable", "query($d: Day!) { echo(day: $d) }", `{"d":null}`, domain.BadRequest, "NULL", "$d"},
		{"unknown field", "query($w: Filter) { things(first: 1, where: $w) { totalCount } }", `{"w":{"all":[{"x":1}]}}`, domain.BadRequest, "UNKNOWN_FIELD", "$w.all[0].x"},
		{"scalar in a literal", `{ echo(day: "tomorrow") }`, "", domain.BadRequest, "VALUE", "day"},
		{"scalar in a nested literal", fmt.Sprintf(within, `things(first: 1, where: {day: "tomorrow"}) { totalCount }`), "", domain.BadRequest, "VALUE", "where.day"},
		{"scalar in a variable", "query($w: Filter) { things(first: 1, where: $w) { totalCount } }", `{"w":{"day":"tomorrow"}}`, domain.BadRequest, "VALUE", "$w.day"},
		{"scalar in a default", `query($d: Day = "tomorrow") { echo(day: $d) }`, `{}`, domain.BadRequest, "VALUE", "$d"},
		{"rule between nested fields", fmt.Sprintf(within, "things(first: 1, where: {from: 3, to: 1}) { totalCount }"), "", domain.BadRequest, "VALUE", "things.edges.node.things.where"},
		{"rule between fields at the root", "{ hello things(first: 1, where: {from: 3, to: 1}) { totalCount } }", "", domain.BadRequest, "VALUE", "things.where"},
		{"digits beyond 64 bits", "{ echo(day: 99999999999999999999) }", "", domain.BadRequest, "TYPE", "day"},
		{"digits beyond a float", "{ echo(day: 1e999) }", "", domain.BadRequest, "TYPE", "day"},
		{"edges twice", "{ things(first: 1) { edges { cursor } e: edges { cursor } } }", "", domain.BadRequest, "CONNECTION_ALIAS", "things.edges"},
		{"node twice", "{ things(first: 1) { edges { node { id } n: node { name } } } }", "", domain.BadRequest, "CONNECTION_ALIAS", "things.node"},
		{"count twice over merged fields", "{ things(first: 1) { totalCount } things(first: 1) { n: totalCount } }", "", domain.BadRequest, "CONNECTION_ALIAS", "things.totalCount"},
		{"nodes", "{ things(first: 100) { edges { node { things(first: 100) { edges { node { things(first: 51) { totalCount } } } } } } } }", "", domain.TooComplex, "NODES", ""},
		{"repetitions", "{ things(first: 1) { " + strings.Repeat("totalCount ", 101) + "} }", "", domain.TooComplex, "REPEATED_FIELD", ""},
		{"operations", numbered("query Q%d { hello } ", 21), "", domain.TooComplex, "OPERATIONS", ""},
		{"values in a document", "{ echo(texts: [" + strings.Repeat(`"",`, 999) + `]) e: echo(texts: [` + strings.Repeat(`"",`, 999) + `]) f: echo(texts: ["",""]) }`, "", domain.BadRequest, "VALUES", ""},
		{"subscription", "subscription { hello }", "", domain.BadRequest, "VALIDATION", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := testConfig(t, testingWriter{t})
			h, err := New(c)
			if err != nil {
				t.Fatal(err)
			}
			variables := test.variables
			if variables == "" {
				variables = "null"
			}
			r := post(t, h, ask(test.document, variables))
			field, _ := append(r.json.Errors, r.json.Errors...)[0].Extensions["field"].(string)
			if !r.is(test.code, test.reason) || field != test.field || r.json.Data != nil {
				t.Errorf("%s", r.body)
			}
			if f, _ := c.Schema.(*fixture); f.ran > 0 {
				t.Errorf("%d fields ran", f.ran)
			}
		})
	}
}

func TestOperationsThatAreGood(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for name, body := range map[string]string{
		"left out by a directive":   ask("query($n: Int, $on: Boolean!) { hello things(first: $n) @include(if: $on) { totalCount } }", `{"on":false}`),
		"page by a variable":        ask("query($n: Int = 20) { things(first: $n) { totalCount } }", `{}`),
		"signed cursor":             ask(`{ things(first: 1, after: "signed") { totalCount } }`),
		"aliases of two lists":      ask("{ a: things(first: 1) { totalCount } b: things(last: 100) { n: totalCount } }"),
		"one alias":                 ask("{ things(first: 1) { e: edges { n: node { id } } } }"),
		"nearest at its bound":      ask("{ nearest(first: 20) { id } }"),
		"filters":                   ask(`query($w: Filter) { things(first: 1, where: $w) { edges { node { things(first: 1, where: {day: "2026-01-31", orders: [ASC, DESC], all: [{from: 1, to: 2}]}) { totalCount } } } } }`, `{"w":{"day":"2026-01-31","orders":["ASC"],"all":{"from":1,"to":1}}}`),
		"a number for an id":        ask("query($i: ID) { echo(id: $i) }", `{"i":5}`),
		"500 000 nodes are at hand": ask("{ things(first: 100) { edges { node { things(first: 100) { edges { node { things(first: 48) { totalCount } } } } } } } }"),
		"the contract":              ask(introspectionQuery),
	} {
		if r := post(t, h, body); !r.ok() {
			t.Errorf("%s: %s", name, r.body)
		}
	}
}

// A document that is kept is judged by the variables of each request.
func TestDirectivesOfAKeptDocument(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	const document = "query($n: Int, $on: Boolean!) { hello ...F } fragment F on Query { things(first: $n) @include(if: $on) { totalCount } }"
	for range 2 {
		if r := post(t, h, ask(document, `{"on":true}`)); !r.is(domain.PageSize, "") {
			t.Errorf("asked for: %s", r.body)
		}
		if r := post(t, h, ask(document, `{"on":false}`)); !r.ok() {
			t.Errorf("left out: %s", r.body)
		}
		if r := post(t, h, ask(document, `{"on":true,"n":1}`)); !r.ok() || !bytes.Contains(r.body, []byte("totalCount")) {
			t.Errorf("a page of it: %s", r.body)
		}
	}
}

// What a document is kept for is what it grows to, not what its fragments make it look like.
func TestKeptDocumentsWeighTheirFields(t *testing.T) {
	t.Parallel()
	c := testConfig(t, testingWriter{t})
	d := newDocuments(c.Schema.Schema(), c.Limits, true)
	const text = "{a:things(first:1){...F}b:things(first:1){...F}}fragment F on ThingConnection{totalCount edges{cursor}}"
	kept, errs := d.prepare(text)
	if errs != nil {
		t.Fatal(errs)
	}
	if kept.fields != 8 || len(kept.fixed) != 1 || d.kept.size != len(text) {
		t.Errorf("%d fields of %d operations, kept as %d", kept.fields, len(kept.fixed), d.kept.size)
	}
	kept.fields = len(text) + 1
	d.kept.add("another", kept, weigh)
	if d.kept.size != 2*len(text)+1 {
		t.Errorf("kept as %d", d.kept.size)
	}
}

// TestNothingIsWrittenWhenAnInputIsBad guards mutations: what is wrong anywhere in
// a request is found before the first of them.
func TestNothingIsWrittenWhenAnInputIsBad(t *testing.T) {
	t.Parallel()
	c := testConfig(t, testingWriter{t})
	h, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := c.Schema.(*fixture)
	for _, bad := range []string{
		`mutation { rename(name: "a\u0000") }`,
		`mutation { rename(name: "a") search(where: {from: 3, to: 1}) }`,
		`mutation { rename(name: "a") search(where: {day: "tomorrow"}) }`,
	} {
		if r := post(t, h, ask(bad)); !r.is(domain.BadRequest, "") || r.json.Data != nil || len(f.writes) > 0 {
			t.Errorf("%s wrote %q: %s", bad, f.writes, r.body)
		}
	}
	if r := post(t, h, ask(`mutation { rename(name: "a") search(where: {from: 1, to: 3}) }`)); !r.ok() || len(f.writes) != 1 {
		t.Errorf("a good one wrote %q: %s", f.writes, r.body)
	}
}

func TestConfigurationWithAHole(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Config){
		"a scalar without a check": func(c *Config) { c.Scalars = nil },
		"a limit of zero":          func(c *Config) { c.Limits.Depth = 0 },
		"no authentication":        func(c *Config) { c.Authenticate = nil },
		"no schema":                func(c *Config) { c.Schema = nil },
		"no readiness":             func(c *Config) { c.Ready = nil },
	} {
		if _, err := New(testConfig(t, testingWriter{t}, change)); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

// TestDocumentChecksAreLinear doubles documents of the hostile kinds: the time may
// not grow with the square.
func TestDocumentChecksAreLinear(t *testing.T) {
	t.Parallel()
	limits := DefaultLimits()
	for name, document := range map[string]func(n int) string{
		"doubling fragments": doubling,
		"a wide set":         func(n int) string { return "{ hello " + strings.Repeat("hello ", n) + "}" },
		"directives":         func(n int) string { return "{ hello " + strings.Repeat("@a ", n) + "}" },
	} {
		doc, err := parser.ParseQuery(&ast.Source{Input: document(2_000)})
		if err != nil {
			t.Fatal(err)
		}
		took := quickest(time.Second, func(int) {
			if limits.checkDocument(doc) == nil {
				t.Errorf("%s was taken", name)
			}
		})
		if took > time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

// quickest is how long it takes at best: up to five times, until it was soon enough. What
// grows with the square is slow each time, and a busy machine is not.
func quickest(enough time.Duration, do func(try int)) time.Duration {
	least := time.Duration(math.MaxInt64)
	for try := range 5 {
		start := time.Now()
		do(try)
		if least = min(least, time.Since(start)); least <= enough {
			break
		}
	}
	return least
}

// chained is a good document whose n fragments spread one another.
func chained(n int) string {
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Query { ...F%d }", i, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Query { hello }", n)
	return b.String()
}

// TestHostileDocumentsAreAnsweredSoon sends the worst that the limits let through to
// the validator.
func TestHostileDocumentsAreAnsweredSoon(t *testing.T) {
	t.Parallel()
	h := newHandler(t)
	for name, document := range map[string]string{
		"same field":      "{ things(first: 1) { " + strings.Repeat("totalCount ", 1_900) + "} }",
		"spreads":         "{ hello " + strings.Repeat("...F ", 1_200) + "} fragment F on Query { hello }",
		"chain":           chained(400),
		"inline":          "{ things(first: 1) {" + strings.Repeat("... { totalCount } ", 900) + "} }",
		"circle":          "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
		"unknown fields":  "{ things(first: 1) {" + numbered("x%d ", 1_900) + "} }",
		"many operations": numbered("query Q%d { hello } ", 20),
	} {
		took := quickest(2*time.Second, func(try int) {
			post(t, h, ask(document+strings.Repeat(" ", try))) // Not one that it remembers.
		})
		if took > 2*time.Second {
			t.Errorf("%s took %s", name, took)
		} else {
			t.Logf("%s took %s", name, took)
		}
	}
}

// TestExpansionIsCounted compares the weigher, which looks at each fragment once,
// with expanding by hand.
func TestExpansionIsCounted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "fragments")
		doc, err := parser.ParseQuery(&ast.Source{Input: doubling(n)})
		if err != nil {
			t.Fatal(err)
		}
		w := &weigher{doc: doc, known: map[string]weight{}}
		if got := w.selections(doc.Operations[0].SelectionSet); got.fields != 1<<n || got.depth != 1 {
			t.Fatalf("%d fragments expand to %+v", n, got)
		}
	})
}

func FuzzDecodeBody(f *testing.F) {
	for _, body := range []string{
		``, `null`, `[]`, `{"query":"{ hello }"}`, `{"query":"{ hello }","variables":{"a":[1.5e300,{"b":null}]}}`,
		`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}`, "{\"query\":\"\xff\"}", `{"query":"a"}{}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		params, refused := decodeBody(body)
		if (params == nil) == (refused == nil) {
			t.Fatalf("neither an answer nor a refusal: %v %v", params, refused)
		}
		if params != nil && params.Query == "" && params.Extensions["persistedQuery"] == nil {
			t.Fatal("a request without a document passed")
		}
	})
}

func FuzzDocument(f *testing.F) {
	for _, document := range []string{
		"{ hello }", doubling(8), nested(12), manyRows, introspectionQuery,
		`query($w: Filter = {day: "2026-01-31"}) { things(first: 1, where: $w, after: "signed") { edges { node { things(last: 2) { totalCount } } } } }`,
		"{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
		`mutation { rename(name: """x""") } query Q { echo(number: 1e3, texts: [[null]]) @skip(if: $x) }`,
		"{ echo(id: 99999999999999999999) }",
	} {
		f.Add(document, `{"w":{"all":[{"from":1}]},"x":true}`)
	}
	h := newHandler(f)
	f.Fuzz(func(t *testing.T, document, variables string) {
		body, ok := marshalAsk(document, variables)
		if !ok {
			return
		}
		r := post(t, h, body)
		if r.is(domain.Internal, "") && !strings.Contains(document, "broken") && !strings.Contains(document, "panics") {
			t.Fatalf("%s", r.body)
		}
	})
}
