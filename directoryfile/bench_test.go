package directoryfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
)

func BenchmarkParseReceptionPoints(b *testing.B) {
	var file strings.Builder
	file.WriteString(header)
	const rows = 10_000
	for i := range rows {
		file.WriteString(with(map[int]string{1: fmt.Sprintf("point-%d", i)}))
	}
	b.SetBytes(int64(file.Len()))
	b.ReportAllocs()
	for b.Loop() {
		p, err := directoryfile.ParseReceptionPoints(strings.NewReader(file.String()), directoryfile.UTF8, known())
		if err != nil || len(p.Rows) != rows {
			b.Fatal(len(p.Rows), p.Rejects, err)
		}
	}
}
