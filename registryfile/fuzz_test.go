package registryfile_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/registryfile"
)

func FuzzReader(f *testing.F) {
	f.Add([]byte(sample(f)))
	for _, s := range []string{
		"", "<", "<?xml version=\"1.0\"?>", file("SUP"), file("MOD", whole(numbered(1)), whole(numbered(2))),
		file("SUP", "<s:demande/>", "text", "</s:x>", "<![CDATA[", "<!--", "<s:demande", "<?x"),
		file("SUP", `<demande xmlns="http://nuu.application.i2/" a:b="" xmlns:a="u"><![CDATA[]]]]><![CDATA[>]]></demande>`),
		file("SUP", "<s:demande><s:nir>1</s:nir>185057800608491</s:demande>"),
	} {
		f.Add([]byte(s))
	}
	for seed := range uint64(8) {
		text := newGenerator(seed).File(1)
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := registryfile.NewReader(bytes.NewReader(text), registryfile.Options{MaxFile: 4 << 20})
		if err != nil {
			checkRefusal(t, "new", err, "")
			return
		}
		all := result{header: r.Header()}
		for last := 0; ; {
			record, reject, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				checkRefusal(t, "next", err, "")
				return
			}
			var line, ordinal int
			if reject != nil {
				line, ordinal = reject.Line, reject.Ordinal
				if len(reject.Faults) == 0 || len(reject.Faults) > registryfile.MaxFaults {
					t.Errorf("%d faults", len(reject.Faults))
				}
				for _, fault := range reject.Faults {
					checkFault(t, fault)
				}
			} else {
				line, ordinal = record.Line, record.Ordinal
				all.records = append(all.records, record)
				checkNoNIR(t, record.Tree)
			}
			if ordinal != last+1 || line < 1 || line > bytes.Count(text, []byte("\n"))+1 {
				t.Fatalf("record %d on line %d after %d", ordinal, line, last)
			}
			last = ordinal
		}
		written := again(t, all)
		twice, err := readAll(written)
		if err != nil || len(twice.rejects) > 0 || len(twice.records) != len(all.records) {
			t.Fatalf("what was written is not read: %v, %v\n%s", err, twice.rejects, written)
		}
		if again(t, twice) != written {
			t.Errorf("written again it differs: %s", written)
		}
		for i, record := range all.records {
			view := record.View()
			record.Set(view)
			if i == 0 && again(t, all) != written {
				t.Errorf("a view that was not changed changes it: %s", written)
			}
		}
	})
}

func checkNoNIR(t *testing.T, e *registryfile.Element) {
	t.Helper()
	texts := []string{e.Prefix, e.Name.Local}
	for _, a := range e.Attributes {
		texts = append(texts, a.Prefix, a.Name.Local, a.Value)
	}
	for _, n := range e.Nodes {
		texts = append(texts, n.Text)
		if n.Element != nil {
			checkNoNIR(t, n.Element)
		}
	}
	for _, text := range texts {
		if domain.ContainsNIR(text) {
			t.Errorf("a social security number goes through in %s", e.Name.Local)
		}
	}
}
