package writers

import (
	"math"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// Writer appends an answer to a buffer. Once it has given up it stays so: what is
// in the buffer is thrown away.
type Writer struct {
	operation *graphql.OperationContext
	buffer    []byte
	gaveUp    bool
}

// initialSize of a buffer, in bytes: the answer of most operations. One that grew beyond
// maxKept is not used again.
const (
	initialSize = 4 << 10
	maxKept     = 1 << 20
)

// writers are those that wrote an answer. A long one is then not written into one buffer
// after the other, each a little longer.
var writers = sync.Pool{New: func() any { return &Writer{buffer: make([]byte, 0, initialSize)} }}

// forOperation is a writer with an empty buffer.
func forOperation(operation *graphql.OperationContext) *Writer {
	w, _ := writers.Get().(*Writer)
	*w = Writer{operation: operation, buffer: w.buffer[:0]}
	return w
}

// release ends the use of the writer, and of what it wrote.
func (w *Writer) release() {
	if cap(w.buffer) <= maxKept {
		w.operation = nil
		writers.Put(w)
	}
}

// GiveUp says that gqlgen has to write the value.
func (w *Writer) GiveUp() { w.gaveUp = true }

// GaveUp tells whether there is any use in going on.
func (w *Writer) GaveUp() bool { return w.gaveUp }

// Bytes is what was written.
func (w *Writer) Bytes() []byte { return w.buffer }

// Write appends what a custom scalar writes of itself.
func (w *Writer) Write(p []byte) (int, error) {
	w.buffer = append(w.buffer, p...)
	return len(p), nil
}

// AvailableBuffer is the room that is left, for what appends to it and writes that at once.
func (w *Writer) AvailableBuffer() []byte { return w.buffer[len(w.buffer):] }

// WriteString is Write without a copy.
func (w *Writer) WriteString(s string) (int, error) {
	w.buffer = append(w.buffer, s...)
	return len(s), nil
}

// Raw appends punctuation.
func (w *Writer) Raw(s string) { w.buffer = append(w.buffer, s...) }

// Item comes before each item of a list.
func (w *Writer) Item(i int) {
	if i > 0 {
		w.buffer = append(w.buffer, ',')
	}
}

// Name comes before the value of each field of an object.
func (w *Writer) Name(i int, f *Field) {
	key := f.key
	if i == 0 {
		key = key[len(","):]
	}
	w.buffer = append(w.buffer, key...)
}

// Null appends null. Where the contract has none, gqlgen reports it.
func (w *Writer) Null(nonNull bool) {
	if nonNull {
		w.GiveUp()
		return
	}
	w.buffer = append(w.buffer, "null"...)
}

// Marshaler appends what a marshal function made of a value.
func (w *Writer) Marshaler(m graphql.Marshaler, nonNull bool) {
	if m == graphql.Null {
		w.Null(nonNull)
		return
	}
	m.MarshalGQL(w)
}

// ContextMarshaler is [Writer.Marshaler] for functions that need the context of
// their field.
func (w *Writer) ContextMarshaler(f *Field, m graphql.ContextMarshaler, nonNull bool) {
	if m == graphql.Null {
		w.Null(nonNull)
		return
	}
	if m.MarshalGQLContext(f.Context, w) != nil {
		w.GiveUp()
	}
}

const hexDigits = "0123456789ABCDEF"

// String appends a string as graphql.MarshalString does: it leaves bytes that are
// no UTF-8, and HTML, as they are.
func (w *Writer) String(s string) {
	b := w.buffer
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\t':
			b = append(b, `\t`...)
		case '\r':
			b = append(b, `\r`...)
		case '\n':
			b = append(b, `\n`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	w.buffer = append(append(b, s[start:]...), '"')
}

// Boolean appends a boolean as graphql.MarshalBoolean does.
func (w *Writer) Boolean(v bool) { w.buffer = strconv.AppendBool(w.buffer, v) }

// Int appends an integer as graphql.MarshalInt and its siblings do.
func (w *Writer) Int(v int64) { w.buffer = strconv.AppendInt(w.buffer, v, 10) }

// Float appends a number as graphql.MarshalFloatContext does, which has no form
// for those that are none.
func (w *Writer) Float(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		w.GiveUp()
		return
	}
	w.buffer = strconv.AppendFloat(w.buffer, v, 'g', -1, 64)
}
