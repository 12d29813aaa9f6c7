package graph_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// dig walks into an answer: names step into objects, numbers into lists.
func dig(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				t.Fatalf("%v of %v: no object", step, v)
			}
			v = m[step]
		case int:
			l, ok := v.([]any)
			if !ok || step >= len(l) {
				t.Fatalf("%v of %v: no such item", step, v)
			}
			v = l[step]
		}
	}
	return v
}

func text(t *testing.T, v any, path ...any) string {
	t.Helper()
	s, ok := dig(t, v, path...).(string)
	if !ok {
		t.Fatalf("%v is no text in %v", path, v)
	}
	return s
}

// Response names are the client's business: whatever it calls edges, node,
// pageInfo and totalCount, it gets what it asked for in as many statements.
func TestResponseNamesOnConnections(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	plain := `{ communes(first: 3, where: {inseeCodes: ["38185", "38057"]}) { edges { node { name receptionPoints(first: 1) { edges { node { name commune { name } } } totalCount } } } totalCount pageInfo { hasNextPage } } }`
	renamed := `{ c: communes(first: 3, where: {inseeCodes: ["38185", "38057"]}) { e: edges { n: node { m: name r: receptionPoints(first: 1) { x: edges { y: node { z: name k: commune { l: name } } } t: totalCount } } } t: totalCount p: pageInfo { h: hasNextPage } } }`
	var want, got testapi.Answer
	before := api.Statements(func() { want = api.Query(t, "", plain, nil) })
	after := api.Statements(func() { got = api.Query(t, "", renamed, nil) })
	values := func(a testapi.Answer) string {
		var out []string
		for _, f := range strings.FieldsFunc(a.Body, func(r rune) bool { return strings.ContainsRune(`{}[],`, r) }) {
			if _, value, ok := strings.Cut(f, ":"); ok && value != "" {
				out = append(out, value)
			}
		}
		return strings.Join(out, " ")
	}
	if len(want.Errors) > 0 || values(want) != values(got) || !strings.Contains(want.Body, "Pôle") && !strings.Contains(want.Body, "Mairie") {
		t.Errorf("renamed answer differs:\n%s\n%s", want.Body, got.Body)
	}
	if !slices.Equal(before, after) {
		t.Errorf("renamed operation sends other SQL:\n%s\n\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
}

// Two response names on one to-one edge each get the columns they asked for.
func TestTwoNamesOnOneEdge(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	a := api.Query(t, "", `{ receptionPoints(first: 2) { edges { node { a: commune { name } b: commune { inseeCode population } c: agreement { level } d: agreement { means validFrom } } } } }`, nil)
	for i := range 2 {
		node := dig(t, a.Data, "receptionPoints", "edges", i, "node")
		if text(t, node, "a", "name") == "" || text(t, node, "b", "inseeCode") == "" || dig(t, node, "b", "population") == 0.0 {
			t.Errorf("edge under two names: %v", node)
		}
		if dig(t, node, "c", "level") == 0.0 || text(t, node, "d", "validFrom") == "" {
			t.Errorf("agreement under two names: %v", node)
		}
	}
}

// pageInfo alone never counts, and reads as much on the last page as on the first.
func TestPageInfoDoesNotCount(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	after := ""
	for page := 1; ; page++ {
		var a testapi.Answer
		variables := map[string]any{}
		if after != "" {
			variables["after"] = after
		}
		sent := api.Statements(func() {
			a = api.Query(t, "", `query($after: Cursor) { communes(first: 20, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }`, variables)
		})
		if len(a.Errors) > 0 || len(sent) != 1 || strings.Contains(strings.ToLower(sent[0]), "count(") {
			t.Fatalf("page %d: %v %d statements: %v", page, a.Errors, len(sent), sent)
		}
		if dig(t, a.Data, "communes", "pageInfo", "hasNextPage") == false {
			if page != 3 {
				t.Errorf("the list of 49 ended on page %d", page)
			}
			break
		}
		after = text(t, a.Data, "communes", "pageInfo", "endCursor")
	}
	a := api.Query(t, "", `{ communes(first: 20) { pageInfo { hasNextPage } } few: communes(first: 100) { pageInfo { hasNextPage } } }`, nil)
	if dig(t, a.Data, "communes", "pageInfo", "hasNextPage") != true || dig(t, a.Data, "few", "pageInfo", "hasNextPage") != false {
		t.Errorf("pageInfo without edges: %s", a.Body)
	}
}

// Walking pages of any size, both ways, in every order and under filters, visits
// each row once and in order.
func TestPagesVisitEachRowOnce(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	lists := []struct{ field, order, where string }{
		{"communes", `{field: NAME}`, `{}`},
		{"communes", `{field: NAME, direction: DESC}`, `{postalCode: "38320"}`},
		{"communes", `{field: POPULATION, direction: DESC}`, `null`},
		{"communes", `{field: INSEE_CODE}`, `{inseeCodes: ["38185", "38057", "38059", "38999"]}`},
		{"organisations", `{field: NAME}`, `{kinds: [LANDLORD, STATE]}`},
		{"organisations", `{field: NAME, direction: DESC}`, `{registeringBody: true}`},
		{"receptionPoints", `{field: NAME}`, `{levels: [2, 3]}`},
		{"receptionPoints", `{field: NAME, direction: DESC}`, `{serviceOffered: "REGISTER_APPLICATION", stepFreeAccess: YES}`},
		{"receptionPoints", `{field: NAME}`, `{within: {south: 45.1, west: 5.6, north: 45.3, east: 5.8}}`},
		{"receptionPoints", `{field: NAME}`, `{levels: []}`},
	}
	for _, l := range lists {
		t.Run(l.field+l.order+l.where, func(t *testing.T) {
			t.Parallel()
			whole := walk(t, api, l.field, l.order, l.where, "first", 100)
			for _, size := range []int{1, 7, 100} {
				forward := walk(t, api, l.field, l.order, l.where, "first", size)
				backward := walk(t, api, l.field, l.order, l.where, "last", size)
				if !slices.Equal(forward, whole) || !slices.Equal(backward, whole) {
					t.Errorf("pages of %d:\nwhole    %v\nforward  %v\nbackward %v", size, whole, forward, backward)
				}
			}
			seen := slices.Clone(whole)
			slices.Sort(seen)
			if len(slices.Compact(seen)) != len(whole) {
				t.Errorf("a row came twice: %v", whole)
			}
		})
	}
}

// walk turns the pages of a list and returns the ids in the order of the list.
func walk(t *testing.T, api *testapi.API, field, order, where, way string, size int) []string {
	t.Helper()
	cursorArg, more, end := "after", "hasNextPage", "endCursor"
	if way == "last" {
		cursorArg, more, end = "before", "hasPreviousPage", "startCursor"
	}
	query := fmt.Sprintf(`query($n: Int, $c: Cursor) { list: %s(%s: $n, %s: $c, orderBy: %s, where: %s) { totalCount edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
		field, way, cursorArg, order, where)
	var ids []string
	variables := map[string]any{"n": size}
	for {
		a := api.Query(t, "", query, variables)
		if len(a.Errors) > 0 {
			t.Fatalf("%s: %s", query, a.Body)
		}
		var page []string
		for _, e := range dig(t, a.Data, "list", "edges").([]any) {
			page = append(page, text(t, e, "node", "id"))
		}
		if way == "last" {
			ids = append(page, ids...)
		} else {
			ids = append(ids, page...)
		}
		if dig(t, a.Data, "list", "pageInfo", more) != true {
			if total := dig(t, a.Data, "list", "totalCount"); total != float64(len(ids)) {
				t.Errorf("%s: totalCount %v, walked %d", query, total, len(ids))
			}
			return ids
		}
		if len(ids) > 1000 {
			t.Fatalf("%s: the list does not end", query)
		}
		variables["c"] = text(t, a.Data, "list", "pageInfo", end)
	}
}

// Nested pages keep their order and their own limit, and turn with cursors.
func TestNestedPages(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	query := `query($c: Cursor) { organisations(first: 2, where: {kinds: [SHARED_DESK, METROPOLE]}) { edges { node { name receptionPoints(first: 1, after: $c) { totalCount edges { cursor node { name } } pageInfo { hasNextPage } } } } } commune(inseeCode: "38185") { receptionPoints(last: 1, orderBy: {field: NAME, direction: DESC}) { totalCount edges { node { name } } } receptionPoints2: receptionPoints(first: 5) { edges { node { name } } } } }`
	a := api.Query(t, "", query, nil)
	raw, _ := json.Marshal(a.Data["commune"])
	want := `{"receptionPoints":{"edges":[{"node":{"name":"Mairie de Grenoble"}}],"totalCount":2},"receptionPoints2":{"edges":[{"node":{"name":"Mairie de Grenoble"}},{"node":{"name":"Pôle Habitat Social"}}]}}`
	if string(raw) != want {
		t.Errorf("got  %s\nwant %s", raw, want)
	}
	cursor := text(t, a.Data, "organisations", "edges", 0, "node", "receptionPoints", "edges", 0, "cursor")
	next := api.Query(t, "", query, map[string]any{"c": cursor})
	if edges := dig(t, next.Data, "organisations", "edges", 0, "node", "receptionPoints", "edges").([]any); len(edges) != 0 {
		t.Errorf("after the only point there is another: %s", next.Body)
	}
}
