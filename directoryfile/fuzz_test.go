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
		p, err := directoryfile.ParseReceptionPoints(bytes.NewReader(file), charset(windows), known())
		checkParsed(t, file, p, err)
		if len(p.Rows) == 0 {
			return
		}
		var written bytes.Buffer
		if err := directoryfile.WriteReceptionPoints(&written, p.Rows); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}

func FuzzParseOwnerships(f *testing.F) {
	for _, s := range []string{
		"", ownershipHeader, ownershipHeader + wholeRow, ownershipHeader + wholeRow + wholeRow,
		ownershipHeader + lowerRow + upperRow + halfRow, ownershipHeader + latin1(wholeRow),
		ownershipHeader + ";;bld_01JD8Q6Y2V0000000000000000;000000018;60;;s;2026-01-01\n;;bld_01JD8Q6Y2V0000000000000000;000000026;60;;s;2026-01-01\n",
		ownershipHeader + "38185;- ,;;000000018;;-9-99 RC;s;2026-01-01\n",
	} {
		f.Add([]byte(s), false)
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, file []byte, windows bool) {
		p, err := directoryfile.ParseOwnerships(bytes.NewReader(file), charset(windows), known())
		checkParsed(t, file, p, err)
		var written bytes.Buffer
		if err := directoryfile.WriteOwnerships(&written, p.Rows); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
		again, err := directoryfile.ParseOwnerships(&written, directoryfile.UTF8, known())
		if err != nil || again.RejectCount > 0 || len(again.Rows) != len(p.Rows) {
			t.Errorf("what was written is not read: %v, %v", again.Rejects, err)
		}
	})
}

func charset(windows bool) directoryfile.Charset {
	if windows {
		return directoryfile.Windows1252
	}
	return directoryfile.UTF8
}

// checkParsed holds what is true of any file.
func checkParsed[T any](t *testing.T, file []byte, p directoryfile.Parsed[T], err error) {
	t.Helper()
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
}
