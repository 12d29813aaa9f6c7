package domain

import (
	"bytes"
	"io"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestQuotesAreThoseOfGo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(), rapid.StringMatching(`[ -~]*`),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		).Draw(t, "text")
		// A buffer tells what room it has left, and a writer alone does not.
		var into bytes.Buffer
		into.WriteString("before ")
		quote(&into, text)
		into.WriteString(" between ")
		quote(struct{ io.Writer }{&into}, text)
		if want := "before " + strconv.Quote(text) + " between " + strconv.Quote(text); into.String() != want {
			t.Fatalf("%s, want %s", into.String(), want)
		}
	})
}
