package directoryfile_test

import (
	"bytes"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
)

func FuzzParseReceptionPoints(f *testing.F) {
	for _, s := range []string{
		"", header, header + goodRow, "\ufeff" + header + goodRow + goodRow, header + "cut;line\n", header + "\"open\n",
		header + "a\x00b\n", header + latin1("é\n"), "key,name\na,b\n", "# c\n\n;;;\n", "x_a;key;;\n",
		header + with(map[int]string{7: "5.7", 8: "45.1", 10: "qq", 17: "mon 12:00-08:00"}),
	} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, file []byte, windows bool) {
		charset := directoryfile.UTF8
		if windows {
			charset = directoryfile.Windows1252
		}
		p, err := directoryfile.ParseReceptionPoints(bytes.NewReader(file), charset, known())
		if err != nil {
			t.Fatal(err)
		}
		lines := bytes.Count(file, []byte("\n")) + 1
		for _, r := range p.Rejects {
			if r.Line < 1 || r.Line > lines || r.Column < 0 || r.Code == "" || r.Message.EN == "" || r.Message.FR == "" {
				t.Errorf("reject %+v", r)
			}
			if len([]rune(r.Value)) > directoryfile.MaxRejectValue || len(r.Message.EN) > 1000 {
				t.Errorf("reject is not bounded: %+v", r)
			}
		}
		if len(p.Rejects) > directoryfile.MaxRejects || p.RejectCount < len(p.Rejects) || (!p.Complete && p.RejectCount == 0) {
			t.Errorf("%d rejects of %d, complete %t", len(p.Rejects), p.RejectCount, p.Complete)
		}
		if len(p.Rows) == 0 {
			return
		}
		var written bytes.Buffer
		if err := directoryfile.WriteReceptionPoints(&written, p.Rows); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
