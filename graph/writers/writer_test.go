package writers_test

import (
	"bytes"
	"context"
	"math"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/graph/writers"
)

// Each appender writes the bytes of gqlgen's own marshal function.
func TestAppendersWriteAsGqlgenDoes(t *testing.T) {
	t.Parallel()
	same := func(t *rapid.T, write func(*writers.Writer), m graphql.Marshaler) {
		var want bytes.Buffer
		m.MarshalGQL(&want)
		var w writers.Writer
		write(&w)
		if w.GaveUp() || string(w.Bytes()) != want.String() {
			t.Fatalf("gqlgen %s, ours %s", want.String(), w.Bytes())
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		same(t, func(w *writers.Writer) { w.String(s) }, graphql.MarshalString(s))
		same(t, func(w *writers.Writer) { w.String(s) }, graphql.MarshalID(s))
		b := rapid.Bool().Draw(t, "flag")
		same(t, func(w *writers.Writer) { w.Boolean(b) }, graphql.MarshalBoolean(b))
		n := rapid.Int64().Draw(t, "number")
		same(t, func(w *writers.Writer) { w.Int(n) }, graphql.MarshalInt64(n))
		same(t, func(w *writers.Writer) { w.Int(n) }, graphql.MarshalInt(int(n)))
		same(t, func(w *writers.Writer) { w.Int(int64(int32(n))) }, graphql.MarshalInt32(int32(n)))
		f := rapid.OneOf(rapid.Float64(), rapid.Map(rapid.Uint64(), math.Float64frombits)).
			Filter(func(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }).Draw(t, "fraction")
		same(t, func(w *writers.Writer) { w.Float(f) }, graphql.WrapContextMarshaler(context.Background(), graphql.MarshalFloatContext(f)))
	})
	for _, none := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		var w writers.Writer
		if w.Float(none); !w.GaveUp() {
			t.Errorf("%v was written: %s", none, w.Bytes())
		}
	}
}
