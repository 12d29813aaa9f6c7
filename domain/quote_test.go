package domain

import (
	"bytes"
	"encoding/json"
	"errors"
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

func TestAnyTextIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(), rapid.StringMatching(`[ -~é\x{2028}<&]*`),
			rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		).Draw(t, "text")
		var into bytes.Buffer
		quoteAny(&into, text)
		quoted, _ := json.Marshal(text)
		var have, want string
		if err := errors.Join(json.Unmarshal(into.Bytes(), &have), json.Unmarshal(quoted, &want)); err != nil || have != want {
			t.Fatalf("%s is %q, want %q: %v", into.String(), have, want, err)
		}
	})
}
