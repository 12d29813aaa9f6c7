package pqcache

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
)

type communeCode string

func (c communeCode) Value() (driver.Value, error) { return "69" + string(c), nil }

// answer describes everything a caller sees of a query: columns, types, values
// with their Go types, or the error.
func answer(t *testing.T, db *sql.DB, text string, args ...any) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text, args...)
	if err != nil {
		return failure(err)
	}
	defer func() { _ = rows.Close() }()
	types, err := rows.ColumnTypes()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, ct := range types {
		length, hasLength := ct.Length()
		precision, scale, hasScale := ct.DecimalSize()
		fmt.Fprintln(&b, ct.Name(), ct.DatabaseTypeName(), ct.ScanType(), length, hasLength, precision, scale, hasScale)
	}
	values, dest := make([]any, len(types)), make([]any, len(types))
	for i := range dest {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			fmt.Fprintf(&b, "%T %v\n", v, v)
		}
	}
	if err := rows.Err(); err != nil {
		b.WriteString(failure(err))
	}
	return b.String()
}

// failure leaves out what lib/pq adds to a message from the text it sent.
func failure(err error) string {
	if e := pq.As(err); e != nil {
		return fmt.Sprintln("error", e.Code, e.Message)
	}
	return fmt.Sprintln("error", err)
}

// TestSameAnswers asks each statement often enough for the server to consider
// a generic plan (after five executions).
func TestSameAnswers(t *testing.T) {
	t.Parallel()
	dsn := emptyDB(t)
	word, number := "mot", 42
	paris := time.FixedZone("", 2*60*60)
	tests := []struct {
		name string
		text string
		args []any
	}{
		{"syntax error", `SELECT FROM WHERE $1`, []any{1}},
		{"unknown column", `SELECT nothing FROM item WHERE id = $1`, []any{1}},
		{"undetermined type", `SELECT $1 + $2`, []any{1, 2}},
		{"too few arguments", `SELECT $1::int + $2::int`, []any{1}},
		{"too many arguments", `SELECT $1::int`, []any{1, 2}},
		{"two statements", `SELECT $1::int; SELECT 2`, []any{1}},
		{"not an integer", `SELECT $1::int`, []any{"douze"}},
		{"out of range", `SELECT $1::int2`, []any{1 << 20}},
		{"unsupported type", `SELECT $1::int`, []any{struct{ A int }{1}}},
		{"division by zero", `SELECT 1 / $1::int`, []any{0}},
		{"error in a later row", `SELECT 1 / (5 - n) FROM generate_series(1, $1::int) n`, []any{9}},
		{"duplicate key", `INSERT INTO item VALUES ($1, $2)`, []any{1, "deux fois"}},
		{"no row", `SELECT label FROM item WHERE id = $1`, []any{-1}},
		{"integers", `SELECT $1::int2, $2::int4, $3::int8`, []any{int16(-3), number, int64(math.MinInt64)}},
		{"unsigned", `SELECT $1::numeric, $2::int8`, []any{uint64(math.MaxUint64), uint64(5)}},
		{"pointers", `SELECT $1::text, $2::int, $3::text`, []any{&word, &number, (*string)(nil)}},
		{"floats", `SELECT $1::float8, $2::float4, $3::float8`, []any{math.Pi, float32(1.5), math.Inf(-1)}},
		{"numeric", `SELECT $1::numeric(10, 3), $2::numeric`, []any{"12.5", 1e-9}},
		{"booleans", `SELECT $1::bool, NOT $1`, []any{true}},
		{"texts", `SELECT $1::text, $2::varchar(3), $3::char(4)`, []any{"l'été; \\ \"", "abc", "x"}},
		{"nulls", `SELECT $1::text, $2::int, $3::bytea, $4::timestamptz`, []any{nil, sql.NullInt64{}, []byte(nil), nil}},
		{"bytes", `SELECT $1::bytea, $2::bytea, $3::bytea`, []any{[]byte{0, 1, 255}, []byte{}, "texte"}},
		{"json", `SELECT $1::jsonb, $2::json, $1::jsonb ->> 'a'`, []any{json.RawMessage(`{"a": 1}`), []byte(`[1,2]`)}},
		{"times", `SELECT $1::timestamptz, $2::timestamp, $3::date, $4::time, $5::interval`, []any{
			time.Date(2024, 2, 29, 23, 30, 0, 123456000, paris), time.Date(1890, 1, 1, 0, 0, 0, 0, time.UTC),
			time.Date(2024, 3, 31, 0, 0, 0, 0, paris), "12:34:56", "1 mon 2 days",
		}},
		{"uuid", `SELECT $1::uuid`, []any{"018f3c1e-7e2a-7000-8000-0123456789ab"}},
		{"arrays", `SELECT $1::text[], $2::int[], $3::float8[], $4::bytea[], $5::int[]`, []any{
			pq.Array([]string{"a", `b"c`, ""}), []int64{1, 2}, pq.Array([]float64{.5}), pq.Array([][]byte{{1}, nil}), pq.Array([]int(nil)),
		}},
		{"any", `SELECT id FROM item WHERE id = ANY($1) ORDER BY id`, []any{pq.Array([]int{3, 1, 99})}},
		{"not in", `SELECT count(*) FROM item WHERE id NOT IN ($2, $1)`, []any{1, 2}},
		{"row values", `SELECT id FROM item WHERE (id, label) > ($1, $2) ORDER BY id LIMIT $3`, []any{18, "", 2}},
		{"valuer", `SELECT $1::text`, []any{communeCode("123")}},
		{"with", `WITH x AS (SELECT $1::int AS a) SELECT a, a + $2 FROM x`, []any{1, 2}},
		{"insert", `INSERT INTO item VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET label = $2 RETURNING *`, []any{7, "sept"}},
		{"update", `UPDATE item SET label = $2 WHERE id = $1 RETURNING label`, []any{8, "huit"}},
		{"delete", `DELETE FROM item WHERE id = $1 RETURNING id`, []any{100}},
		{"no column", `UPDATE item SET label = $1 WHERE id = 3`, []any{"trois"}},
		{"unprepared", Unprepared + `SELECT id, label FROM item WHERE id = $1`, []any{12}},
		{"no argument", `SELECT now() IS NOT NULL; SELECT 2`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			plain, cached := open(t, dsn, off, 1), open(t, dsn, DefaultSize, 1)
			want := answer(t, plain, tt.text, tt.args...)
			if strings.HasPrefix(want, "error") != strings.Contains(refused, "|"+tt.name+"|") {
				t.Fatalf("lib/pq alone answers\n%s", want)
			}
			for n := range 7 {
				if got := answer(t, cached, tt.text, tt.args...); got != want {
					t.Fatalf("execution %d, cached:\n%suncached:\n%s", n+1, got, want)
				}
			}
			res, err := plain.ExecContext(t.Context(), tt.text, tt.args...)
			want = affected(res, err)
			for range 2 {
				res, err := cached.ExecContext(t.Context(), tt.text, tt.args...)
				if got := affected(res, err); got != want {
					t.Fatalf("exec, cached: %s, uncached: %s", got, want)
				}
			}
		})
	}
}

// refused lists the statements of TestSameAnswers that fail before their first
// row, so that a slip of the pen does not compare two errors.
const refused = "|syntax error|unknown column|undetermined type|too few arguments|too many arguments|two statements|" +
	"not an integer|out of range|unsupported type|division by zero|duplicate key|"

func affected(res sql.Result, err error) string {
	if err != nil {
		return failure(err)
	}
	n, err := res.RowsAffected()
	return fmt.Sprintln(n, err)
}
