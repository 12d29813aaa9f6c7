package registryfile_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/registryfile"
)

// endless is a file of so many like records, made as it is read.
type endless struct {
	head, record, tail string
	left               int
	pending            string
	sent               int
}

func newEndless(records int) *endless {
	head, tail, _ := strings.Cut(file("SUP", "|"), "|")
	return &endless{head: head, record: whole(numbered(1)) + "\n", tail: tail, left: records, pending: head}
}

func (e *endless) Read(p []byte) (int, error) {
	if e.pending == "" && e.left > 0 {
		e.pending, e.left = e.record, e.left-1
		if e.left == 0 {
			e.pending += e.tail
		}
	}
	if e.pending == "" {
		return 0, io.EOF
	}
	n := copy(p, e.pending)
	e.pending, e.sent = e.pending[n:], e.sent+n
	return n, nil
}

// However long a file is, no more of it is held than what one read brings: records are
// handed out as they come.
func TestFileIsStreamed(t *testing.T) {
	t.Parallel()
	const records = 20_000
	in := newEndless(records)
	r, err := registryfile.NewReader(in, registryfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	handedOut, ahead, read := len(in.head), 0, 0
	for {
		record, reject, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || reject != nil {
			t.Fatal(reject, err)
		}
		read++
		handedOut += len(in.record)
		ahead = max(ahead, in.sent-handedOut)
		if record.Ordinal != read {
			t.Fatal(record.Ordinal)
		}
	}
	if read != records || !r.Complete() || ahead > 128<<10 {
		t.Errorf("%d records, %d bytes ahead of %d", read, ahead, in.sent)
	}
}

// BenchmarkReader tells what a record costs; its memory does not grow with the file.
func BenchmarkReader(b *testing.B) {
	r, err := registryfile.NewReader(newEndless(b.N), registryfile.Options{MaxRecords: b.N + 1})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(whole(numbered(1)))))
	b.ReportAllocs()
	for {
		if _, _, err := r.Next(); errors.Is(err, io.EOF) {
			return
		}
	}
}
