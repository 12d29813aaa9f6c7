package pqcache

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/lib/pq"
	"pgregory.net/rapid"
)

func named(values ...driver.Value) []driver.NamedValue {
	args := make([]driver.NamedValue, len(values))
	for i, v := range values {
		args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return args
}

func TestGather(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct {
		args []driver.NamedValue
		want string
		then []driver.NamedValue
	}{
		// What stays as it is.
		`SELECT 1 WHERE $1 IN (SELECT 2)`:                 {named("a"), "", nil},
		`SELECT a FROM t WHERE j IN ($1)`:                 {named("a"), "", nil},
		`SELECT a FROM t WHERE k IN ($1, $2)`:             {named("a", int64(1)), "", nil},
		`SELECT a FROM t WHERE b IN ($1, $2)`:             {named("a", nil), "", nil},
		`SELECT a FROM t WHERE c IN ($1, lower($2))`:      {named("a", "b"), "", nil},
		`SELECT a FROM t WHERE d IN ($1, $9)`:             {named("a", "b"), "", nil},
		`SELECT a FROM t WHERE e IN ($1, $2) -- IN`:       {named("a", "b"), "", nil},
		`SELECT E'\' IN ($1)' FROM t WHERE f IN ($1, $2)`: {named("a", "b"), "", nil},
		`SELECT ' IN ($1)', $1`:                           {named("a"), "", nil},
		`SELECT "x IN ($1)" FROM t WHERE g = $1`:          {named("a"), "", nil},
		`SELECT '''IN ($1)' FROM t WHERE h = $1 AND 'a`:   {named("a"), "", nil},
		`SELECT a FROM t WHERE i IN ($1, $2) AND true`:    {named(true, false), "", nil},
		// What is gathered, and what that does to the others.
		`SELECT a FROM t WHERE a IN ($1, $2)`: {named("x", "y"), `SELECT a FROM t WHERE a = ANY($1)`, named(`{"x","y"}`)},
		`SELECT a FROM t WHERE b = $1 AND a IN ($2, $3, $4) AND c = $5 AND d = $1`: {
			named("k", "x", `y"`, `z\`, true), `SELECT a FROM t WHERE b = $1 AND a = ANY($2) AND c = $3 AND d = $1`,
			named("k", `{"x","y\"","z\\"}`, true),
		},
		`SELECT a FROM t WHERE a NOT IN ($1, $2) AND "IN ($1)" IN ($3, $4)`: {
			named(int64(1), int64(-2), "x", "NULL"), `SELECT a FROM t WHERE a <> ALL($1) AND "IN ($1)" = ANY($2)`,
			named(`{1,-2}`, `{"x","NULL"}`),
		},
	} {
		want, then := c.want, c.then
		if want == "" {
			want, then = text, c.args
		}
		if got, args := gather(text, c.args); got != want || !reflect.DeepEqual(args, then) {
			t.Errorf("%s became %s with %v", text, got, args)
		}
	}
}

// A list finds the same rows as an array, whatever is in it.
func TestListsFindTheSame(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	gathered, plain := open(t, dsn, DefaultSize, 1), open(t, dsn, off, 1)
	odd := []string{"", "label 1", "label 2", `"`, `\`, `'`, "NULL", "null", "{}", "a,b", "é", "label 20", " "}
	exec(t, plain, `INSERT INTO item SELECT 100 + row_number() OVER (), label FROM unnest($1::text[]) label`, pq.StringArray(odd))
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfN(rapid.SampledFrom(odd), 1, 6).Draw(t, "labels")
		numbers := rapid.SliceOfN(rapid.IntRange(1, 120), 1, 6).Draw(t, "numbers")
		low := rapid.IntRange(0, 110).Draw(t, "low")
		not := rapid.SampledFrom([]string{"", "NOT "}).Draw(t, "not")
		args := []any{low}
		list := func(n int) string {
			var places []string
			for range n {
				places = append(places, fmt.Sprintf("$%d", len(args)+len(places)+1))
			}
			return strings.Join(places, ", ")
		}
		text := `SELECT coalesce(string_agg(id || ' ' || label, ',' ORDER BY id), '') FROM item WHERE id >= $1 AND (label ` + not + `IN (` + list(len(labels)) + `)`
		for _, l := range labels {
			args = append(args, l)
		}
		text += ` OR id IN (` + list(len(numbers)) + `))`
		for _, n := range numbers {
			args = append(args, n)
		}
		var answers []string
		for _, db := range []querier{gathered, plain} {
			var answer string
			if err := db.QueryRowContext(t.Context(), text, args...).Scan(&answer); err != nil {
				t.Fatal(err)
			}
			answers = append(answers, answer)
		}
		if answers[0] != answers[1] {
			t.Fatalf("%v", answers)
		}
	})
}
