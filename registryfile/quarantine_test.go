package registryfile_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/registryfile"
	"github.com/guichet-logement/guichet/registryfile/registrytest"
)

func TestFilesRefused(t *testing.T) {
	t.Parallel()
	good := file("MOD", whole(numbered(1)))
	replaced := func(old, now string) string {
		if !strings.Contains(good, old) {
			t.Fatal(old)
		}
		return strings.Replace(good, old, now, 1)
	}
	for name, c := range map[string]struct {
		text string
		code registryfile.Code
	}{
		"empty":                      {"", registryfile.NotXML},
		"blank":                      {" \n ", registryfile.NotXML},
		"a table":                    {"a;b\n1;2\n", registryfile.NotXML},
		"an archive":                 {"PK\x03\x04<a/>", registryfile.NotXML},
		"XML 1.1":                    {replaced(`version="1.0"`, `version="1.1"`), registryfile.NotXML},
		"UTF-16":                     {"\xff\xfe<\x00?\x00", registryfile.BadCharset},
		"UTF-16 without a mark":      {"\x00<\x00?", registryfile.BadCharset},
		"Latin-1":                    {replaced("UTF-8", "ISO-8859-1"), registryfile.BadCharset},
		"bytes of Latin-1 in a root": {replaced("<s:interfaceNuu", "<s:interfaceNuu a=\"\xe9\""), registryfile.BadCharset},
		"a document type":            {replaced("?>", `?><!DOCTYPE a [<!ENTITY e "x">]>`), registryfile.Forbidden},
		"a style sheet":              {replaced("?>", `?><?xml-stylesheet href="a.xsl"?>`), registryfile.Forbidden},
		"another root":               {"<a/>", registryfile.NotThisFormat},
		"a root of another space":    {replaced("http://nuu.application.i2/", "http://ws.metier.nuu.application.i2/"), registryfile.NotThisFormat},
		"a root without its space":   {replaced(` xmlns:s="http://nuu.application.i2/"`, ""), registryfile.IllFormed},
		"a later version":            {replaced("02.01", "03.00"), registryfile.UnknownVersion},
		"no version":                 {replaced(` versionInterface="02.01"`, ""), registryfile.UnknownVersion},
		"no header":                  {upTo(good, "<s:entete>") + "</s:interfaceNuu>", registryfile.BadHeader},
		"records before the header":  {replaced("<s:entete>", whole(numbered(2))+"<s:entete>"), registryfile.BadHeader},
		"a root and no more":         {`<a:interfaceNuu versionInterface="02.00" xmlns:a="http://nuu.application.i2/"/>`, registryfile.BadHeader},
		"a header that is cut":       {upTo(good, "</s:entete>"), registryfile.BadHeader},
		"no type":                    {replaced(`<s:typeFichier code="MOD"/>`, ""), registryfile.BadHeader},
		"no desk":                    {replaced(`<s:numGuichet>G1234</s:numGuichet>`, ""), registryfile.BadHeader},
		"another type":               {replaced(`code="MOD"`, `code="NON"`), registryfile.UnknownCode},
		"a date without a time":      {replaced("2026-03-16T09:30:00.000+01:00", "2026-03-16"), registryfile.BadDate},
		"two files in one":           {good + good, ""},
		"two files, the first cut":   {strings.TrimSuffix(good, "</s:interfaceNuu>\n") + good, registryfile.BadHeader},
		"two headers":                {replaced("</s:entete>", "</s:entete><s:entete></s:entete>"), registryfile.BadHeader},
	} {
		all, err := readAll(c.text)
		if c.code == "" { // what comes after the end is one thing that is no record
			if err != nil || len(all.records) != 1 || len(all.rejects) != 1 || all.rejects[0].Faults[0].Code != registryfile.Stray {
				t.Errorf("%s: %+v, %v", name, all, err)
			}
			continue
		}
		checkRefusal(t, name, err, c.code)
	}
}

func upTo(text, end string) string {
	before, _, _ := strings.Cut(text, end)
	return before
}

func checkRefusal(t *testing.T, name string, err error, code registryfile.Code) {
	t.Helper()
	var refused *registryfile.FileError
	if !errors.As(err, &refused) {
		t.Errorf("%s: %v, want %s", name, err, code)
		return
	}
	checkFault(t, refused.Fault)
	if code != "" && refused.Fault.Code != code {
		t.Errorf("%s: %v, want %s", name, err, code)
	}
}

func checkFault(t *testing.T, f registryfile.Fault) {
	t.Helper()
	if !slices.Contains(registryfile.Codes(), f.Code) || f.Line < 1 || f.Message.EN == "" || f.Message.FR == "" || f.Help.EN == "" || f.Help.FR == "" {
		t.Errorf("fault %+v", f)
	}
	if len(f.Field) > registryfile.MaxDepth+2 {
		t.Errorf("a field of %d names", len(f.Field))
	}
}

func TestBoundsOfAFile(t *testing.T) {
	t.Parallel()
	text := file("SUP", whole(numbered(1)), whole(numbered(2)), whole(numbered(3)))
	for name, c := range map[string]struct {
		o       registryfile.Options
		records int
		code    registryfile.Code
	}{
		"too many records": {registryfile.Options{MaxRecords: 2}, 2, registryfile.TooManyRecords},
		"too large":        {registryfile.Options{MaxFile: int64(len(text) - 1)}, 0, registryfile.FileTooLarge},
	} {
		r, err := registryfile.NewReader(strings.NewReader(text), c.o)
		records := 0
		for err == nil {
			_, _, err = r.Next()
			records++
		}
		if checkRefusal(t, name, err, c.code); records-1 > c.records || c.records > 0 && records-1 != c.records {
			t.Errorf("%s: %d records", name, records-1)
		}
	}
	r, err := registryfile.NewReader(strings.NewReader(text), registryfile.Options{MaxRecords: 3, MaxFile: int64(len(text))})
	for err == nil {
		_, _, err = r.Next()
	}
	if !errors.Is(err, io.EOF) || !r.Complete() {
		t.Error(err)
	}
}

func TestReadingFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk")
	text := file("SUP", strings.Repeat(whole(numbered(1)), 200))
	for _, n := range []int{0, 10, 300, 90_000} {
		r, err := registryfile.NewReader(io.MultiReader(strings.NewReader(text[:n]), iotest.ErrReader(broken)), registryfile.Options{})
		for err == nil {
			_, _, err = r.Next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// One damaged record is put aside with its reason, and no other: in each of the places
// that it may have, with comments and sections around.
func TestDamagedRecordsArePutAside(t *testing.T) {
	t.Parallel()
	files := 0
	for _, d := range registrytest.Damages() {
		for seed := range uint64(5) {
			g := newGenerator(seed)
			const records = 5
			bad := g.IntN(records)
			var all []string
			for i := range records {
				record := whole(numbered(i))
				if i == bad {
					record = d.Do(g, record)
				} else if g.IntN(4) > 0 {
					record = strings.Replace(record, "EXEMPLE", "<!-- </s:demande> --><![CDATA[<s:demande>]]>EX", 1)
				}
				all = append(all, record)
			}
			text := file("MOD", all...)
			got, err := readAll(text)
			files++
			if err != nil || !got.whole || len(got.rejects) != 1 || len(got.records) != records-1 {
				t.Fatalf("%s, seed %d: %d records, %v, %v\n%.3000s", d.Name, seed, len(got.records), got.rejects, err, text)
			}
			for _, r := range got.records {
				if v := r.View(); string(v.Number) == numbered(bad) || r.Line != strings.Count(upTo(text, string(v.Number)), "\n")+1 {
					t.Errorf("%s: number %s on line %d", d.Name, v.Number, r.Line)
				}
			}
			reject := got.rejects[0]
			for _, f := range reject.Faults {
				checkFault(t, f)
			}
			f := reject.Faults[0]
			if d.Code != "" && f.Code != d.Code || d.Field != "" && (len(f.Field) == 0 || f.Field[len(f.Field)-1] != d.Field) {
				t.Errorf("%s: %s, want %s in %s", d.Name, reject, d.Code, d.Field)
			}
			if reject.Line != 4+bad || reject.Ordinal != bad+1 {
				t.Errorf("%s: record %d on line %d, not %d", d.Name, reject.Ordinal, reject.Line, 4+bad)
			}
			if numbered := strings.Contains(all[bad], numbered(bad)+"</s:numUnique>"); numbered != (reject.Number != "") && d.Code != registryfile.Stray {
				t.Errorf("%s: number %q", d.Name, reject.Number)
			}
			if domain.ContainsNIR(reject.String()) {
				t.Error("a number is repeated")
			}
		}
	}
	if files < 200 {
		t.Errorf("only %d files", files)
	}
}

func TestFileThatIsCut(t *testing.T) {
	t.Parallel()
	text := file("SUP", whole(numbered(1)), whole(numbered(2)))
	begin, end := strings.Index(text, "<s:demande>"), strings.Index(text, "</s:interfaceNuu>")
	between := strings.Index(text, "</s:demande>") + len("</s:demande>")
	for n := begin; n <= end; n++ {
		all, err := readAll(text[:n])
		whole, cut := 0, 0
		if n >= between {
			whole++
		}
		if n == end || n == end-1 {
			whole++
		}
		if strings.Trim(text[begin:n], "\n") != "" && n != between && n != between+1 && n < end-1 {
			cut = 1
		}
		if err != nil || all.whole || len(all.records) != whole || len(all.rejects) != cut {
			t.Fatalf("after %q: %d records, %v, %v", text[max(begin, n-20):n], len(all.records), all.rejects, err)
		}
	}
}

func TestWhatEachTypeNeeds(t *testing.T) {
	t.Parallel()
	number := "<s:demande><s:demandeLogement><s:numUnique>" + numbered(1) + "</s:numUnique></s:demandeLogement></s:demande>"
	unnumbered := strings.Replace(whole(""), "<s:numUnique></s:numUnique>", "", 1)
	for _, typ := range registryfile.FileTypes() {
		all, err := readAll(file(string(typ), number, unnumbered, whole(numbered(2))))
		if err != nil {
			t.Fatal(err)
		}
		var faults [3]int
		for _, r := range all.rejects {
			faults[r.Ordinal-1] = len(r.Faults)
		}
		want := [3]int{0, 1, 0}
		switch typ {
		case registryfile.Creation, registryfile.CreationBySeparation:
			want = [3]int{4, 0, 0}
		case registryfile.Change, registryfile.Dispatch:
			want = [3]int{4, 1, 0}
		default:
		}
		if faults != want {
			t.Errorf("%s: %v, want %v", typ, faults, want)
		}
	}
}
