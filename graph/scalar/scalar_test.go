package scalar_test

import (
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/graph/scalar"
)

func TestInt(t *testing.T) {
	t.Parallel()
	for _, bad := range []any{
		int64(math.MaxInt32 + 1), int64(math.MinInt32 - 1), json.Number("2147483648"), json.Number("1.5"),
		json.Number("1e2"), json.Number("99999999999999999999"), "1", 1.0, true, nil,
		[]any{1},
	} {
		if n, err := scalar.UnmarshalInt(bad); err == nil {
			t.Errorf("%v (%T) was read as %d", bad, bad, n)
		}
	}
	for _, good := range []any{int64(math.MaxInt32), json.Number("-2147483648"), 0} {
		if _, err := scalar.UnmarshalInt(good); err != nil {
			t.Errorf("%v: %v", good, err)
		}
	}
}

func TestDateTime(t *testing.T) {
	t.Parallel()
	for _, bad := range []any{
		"2026-11-23", "2026-11-23T10:00:00", "2026-02-30T10:00:00Z", "23/11/2026", "", "1899-12-31T23:59:59Z",
		"2201-01-01T00:00:00Z", "2026-11-23T10:00:00+25:00", 1763892000, nil,
	} {
		if at, err := scalar.UnmarshalDateTime(bad); err == nil {
			t.Errorf("%v was read as %s", bad, at)
		}
	}
	// Two instants have this wall-clock time in Paris: the offset tells them apart.
	first, err1 := scalar.UnmarshalDateTime("2026-10-25T02:30:00+02:00")
	second, err2 := scalar.UnmarshalDateTime("2026-10-25T02:30:00+01:00")
	if err1 != nil || err2 != nil || second.Sub(first) != time.Hour {
		t.Errorf("%s %v, %s %v", first, err1, second, err2)
	}
}

func TestCursorKeys(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][][]byte{
		"none": nil, "short": {make([]byte, 31)}, "one short": {make([]byte, 32), make([]byte, 8)},
	} {
		if _, err := scalar.NewCursorSigner(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// No text that was not signed is taken for a cursor.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "gqFpvmNvbV8wMUFRM1dWSjAwQVhQTVJOQUVWSlRSSDExUqF2rkNoYW1w", "AAAA", "\x00", strings.Repeat("A", 2000)} {
		f.Add(seed)
	}
	signer, err := scalar.NewCursorSigner([]byte(strings.Repeat("k", 32)))
	if err != nil {
		f.Fatal(err)
	}
	field := &ast.Field{Name: "communes", Definition: &ast.FieldDefinition{Name: "communes"}}
	f.Fuzz(func(t *testing.T, cursor string) {
		if signer.Check(context.Background(), field, cursor, nil) == nil {
			t.Errorf("%q was taken for a cursor of ours", cursor)
		}
		if c, err := scalar.UnmarshalCursor(context.Background(), cursor); err == nil && len(c.ID) > len(cursor) {
			t.Errorf("%q became the longer %q", cursor, c.ID)
		}
	})
}
