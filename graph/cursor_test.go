package graph_test

import (
	"encoding/base64"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// A cursor opens the list, order, filter and organisation that gave it, and
// nothing else: at the root and below, as a literal and as a variable.
func TestCursorsBelongToTheirList(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	const list = `query($c: Cursor) { organisations(first: 1, after: $c, where: {kinds: [LANDLORD]}) { edges { cursor node { name } } pageInfo { endCursor } } }`
	given := func(persona string) string {
		return text(t, api.Query(t, persona, list, nil).Data, "organisations", "pageInfo", "endCursor")
	}
	cursor := given("")
	next := api.Query(t, "", list, map[string]any{"c": cursor})
	if len(next.Errors) > 0 || len(dig(t, next.Data, "organisations", "edges").([]any)) != 1 {
		t.Fatalf("its own list refuses it: %s", next.Body)
	}
	raw, err := base64.RawStdEncoding.DecodeString(cursor)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(raw)
	flipped[len(flipped)-20] ^= 1
	unsigned := base64.RawStdEncoding.EncodeToString(raw[:len(raw)-16])
	tampered := base64.RawStdEncoding.EncodeToString(flipped)
	for name, q := range map[string]struct{ query, persona, cursor string }{
		"tampered value":                  {list, "", tampered},
		"without signature":               {list, "", unsigned},
		"cut":                             {list, "", cursor[:len(cursor)-2]},
		"no base64":                       {list, "", "!!!"},
		"empty":                           {list, "", ""},
		"too long":                        {list, "", string(slices.Repeat([]byte("A"), 5000))},
		"other filter":                    {`query($c: Cursor) { organisations(first: 1, after: $c, where: {kinds: [STATE]}) { totalCount } }`, "", cursor},
		"no filter":                       {`query($c: Cursor) { organisations(first: 1, after: $c) { totalCount } }`, "", cursor},
		"other order":                     {`query($c: Cursor) { organisations(first: 1, after: $c, where: {kinds: [LANDLORD]}, orderBy: {field: NAME, direction: DESC}) { totalCount } }`, "", cursor},
		"other day":                       {`query($c: Cursor) { organisations(on: "2020-01-01", first: 1, after: $c, where: {kinds: [LANDLORD]}) { totalCount } }`, "", cursor},
		"other list":                      {`query($c: Cursor) { communes(first: 1, after: $c) { totalCount } }`, "", cursor},
		"nested list":                     {`query($c: Cursor) { commune(inseeCode: "38185") { receptionPoints(first: 1, after: $c) { totalCount } } }`, "", cursor},
		"nested, before":                  {`query($c: Cursor) { communes(first: 1) { edges { node { receptionPoints(last: 1, before: $c) { totalCount } } } } }`, "", cursor},
		"in a literal":                    {`{ communes(first: 1, after: "` + cursor + `") { totalCount } }`, "", ""},
		"in a fragment":                   {`query($c: Cursor) { ...F } fragment F on Query { communes(first: 1, after: $c) { totalCount } }`, "", cursor},
		"other organisation":              {list, "commune-grenoble-agent", cursor},
		"from an organisation, as nobody": {list, "", given("commune-grenoble-agent")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := api.Query(t, q.persona, q.query, map[string]any{"c": q.cursor})
			if !slices.Equal(a.Codes(), []string{"INVALID_CURSOR"}) || a.Data != nil {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	same := api.Query(t, "commune-grenoble-manager", list, map[string]any{"c": given("commune-grenoble-agent")})
	if len(same.Errors) > 0 {
		t.Errorf("a colleague of the same organisation cannot go on: %s", same.Body)
	}
}
