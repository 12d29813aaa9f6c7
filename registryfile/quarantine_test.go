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

// damages are what can happen to one record of a file.
var damages = []struct {
	name string
	do   func(g *generator, record string) string
	code registryfile.Code
	// field is the last name of the field, where it is told.
	field string
}{
	{"its end is missing", swap("</s:demande>", ""), registryfile.CutRecord, ""},
	{"its end has another name", swap("</s:demande>", "</s:demandes>"), registryfile.CutRecord, ""},
	{"cut anywhere", func(g *generator, s string) string { return s[:len("<s:demande>")+g.IntN(len(s)-30)] }, "", ""},
	{"an end without a beginning", swap("</s:nom>", "</s:nom></s:nom>"), registryfile.IllFormed, "demandeur"},
	{"ends crossed", swap("</s:nom>", "</s:prenom>"), registryfile.IllFormed, "nom"},
	{"a quote that stays open", swap(`code="38185"`, `code="38185`), registryfile.IllFormed, ""},
	{"a tag that stays open", swap("<s:nom>", "<s:nom"), registryfile.IllFormed, ""},
	{"a comment that stays open", swap("<s:nom>", "<s:nom><!-- "), registryfile.IllFormed, ""},
	{"a section that stays open", swap("<s:nom>", "<s:nom><![CDATA["), registryfile.IllFormed, ""},
	{"text with <", swap("EXEMPLE", "EX < EMPLE"), registryfile.IllFormed, ""},
	{"bytes of Latin-1", swap("EXEMPLE", "EX\xc9MPLE"), registryfile.BadCharset, ""},
	{"a control character", swap("EXEMPLE", "EX\x01EMPLE"), registryfile.IllFormed, ""},
	{"a NUL", swap("EXEMPLE", "EX\x00EMPLE"), registryfile.IllFormed, ""},
	{"an entity", swap("EXEMPLE", "&exemple;"), registryfile.IllFormed, "nom"},
	{"a prefix that is not declared", swap("<s:nom>", "<z:nom/><s:nom>"), registryfile.IllFormed, ""},
	{"an attribute twice", swap(`code="T3"`, `code="T3" code="T3"`), registryfile.IllFormed, ""},
	{"an attribute twice by two prefixes", swap(`code="T3"`, `a:x="1" b:x="1" xmlns:a="u" xmlns:b="u"`), registryfile.IllFormed, ""},
	{"a number in a name", swap("<s:nom>", "<s:n.1850578006084-91/><s:nom>"), registryfile.IllFormed, ""},
	{"an instruction", swap("<s:nom>", `<?php x ?><s:nom>`), registryfile.Forbidden, "demandeur"},
	{"a document type", swap("<s:nom>", `<!DOCTYPE x><s:nom>`), registryfile.Forbidden, "demandeur"},
	{"too deep", swap("<s:nom>", strings.Repeat("<s:a>", 40)+strings.Repeat("</s:a>", 40)+"<s:nom>"), registryfile.TooLarge, ""},
	{"too many elements", swap("<s:nom>", strings.Repeat("<s:a/>", 6000)+"<s:nom>"), registryfile.TooLarge, "demandeur"},
	{"too many attributes", swap("<s:nom>", "<s:a "+attributes(40)+"/><s:nom>"), registryfile.TooLarge, "demandeur"},
	{"a long text", swap("EXEMPLE", strings.Repeat("é", 11_000)), registryfile.TooLarge, "nom"},
	{"a long attribute", swap(`code="T3"`, `code="`+strings.Repeat("T", 21_000)+`"`), registryfile.TooLarge, ""},
	{"a long name", swap("EXEMPLE", strings.Repeat("é", 101)), registryfile.TooLarge, "nom"},
	{"a long record", swap("<s:nom>", strings.Repeat("<s:a>"+strings.Repeat("x", 10_000)+"</s:a>", 120)+"<s:nom>"), registryfile.TooLarge, ""},
	{"a very long record", swap("<s:nom>", strings.Repeat("<s:a>"+strings.Repeat("x", 10_000)+"</s:a>", 400)+"<s:nom>"), registryfile.TooLarge, ""},
	{"a very long record without an end", swap("</s:demande>", strings.Repeat("x", 4<<20)), registryfile.TooLarge, ""},
	{"no number", func(_ *generator, s string) string { return strings.ReplaceAll(s, "numUnique", "numero") }, registryfile.Required, "numUnique"},
	{"an empty one", func(_ *generator, _ string) string { return "<s:demande/>" }, registryfile.Required, "numUnique"},
	{"no typology", swap(`<s:typeLogement code="T3"/>`, ""), registryfile.Required, "@code"},
	{"no commune", swap(` code="38185"`, ""), registryfile.Required, "@code"},
	{"two numbers", swap("<s:dateCreation", "<s:numUnique/><s:dateCreation"), registryfile.Repeated, "numUnique"},
	{"a code that there is not", swap(`code="T3"`, `code="T33"`), registryfile.UnknownCode, "@code"},
	{"a postal code for a commune", swap(`code="38185"`, `code="20000"`), registryfile.UnknownCode, "@code"},
	{"a bad number", swap("G1234</s:numUnique>", "G1</s:numUnique>"), registryfile.BadNumber, "numUnique"},
	{"a bad date", swap("2026-03-16", "2026-02-30"), registryfile.BadDate, "dateCreationDemande"},
	{"a French date", swap("2026-03-16", "16/03/2026"), registryfile.BadDate, "dateCreationDemande"},
	{"a word for a flag", swap("true", "oui"), registryfile.BadValue, "demandeElargie"},
	{"a bad amount", swap("</s:nom>", "</s:nom><s:revenuFiscal><s:montantMoins1>1 000 €</s:montantMoins1></s:revenuFiscal>"), registryfile.BadValue, "montantMoins1"},
	{"a bad address", swap("</s:nom>", "</s:nom><s:mel>a at b</s:mel>"), registryfile.BadValue, "mel"},
	{"text between records", func(_ *generator, s string) string { return "text " + s[:0] }, registryfile.Stray, ""},
	{"something else", func(_ *generator, _ string) string { return "<s:autre>" + numbered(1) + "</s:autre>" }, registryfile.Stray, ""},
	{"a record of another space", func(_ *generator, s string) string {
		return strings.Replace(s, "<s:demande>", `<s:demande xmlns:s="urn:x">`, 1)
	}, registryfile.Stray, ""},
	{"an end alone", func(_ *generator, _ string) string { return "</s:demande>" }, registryfile.Stray, ""},
}

func swap(old, now string) func(*generator, string) string {
	return func(_ *generator, s string) string {
		if !strings.Contains(s, old) {
			panic(old + " is not there")
		}
		return strings.Replace(s, old, now, 1)
	}
}

func attributes(n int) string {
	var out strings.Builder
	for i := range n {
		out.WriteString("a" + strings.Repeat("a", i) + `="" `)
	}
	return out.String()
}

// One damaged record is put aside with its reason, and no other: in each of the places
// that it may have, with comments and sections around.
func TestDamagedRecordsArePutAside(t *testing.T) {
	t.Parallel()
	files := 0
	for _, d := range damages {
		for seed := range uint64(5) {
			g := newGenerator(seed)
			const records = 5
			bad := g.IntN(records)
			var all []string
			for i := range records {
				record := whole(numbered(i))
				if i == bad {
					record = d.do(g, record)
				} else if g.often() {
					record = strings.Replace(record, "EXEMPLE", "<!-- </s:demande> --><![CDATA[<s:demande>]]>EX", 1)
				}
				all = append(all, record)
			}
			text := file("MOD", all...)
			got, err := readAll(text)
			files++
			if err != nil || !got.whole || len(got.rejects) != 1 || len(got.records) != records-1 {
				t.Fatalf("%s, seed %d: %d records, %v, %v\n%.3000s", d.name, seed, len(got.records), got.rejects, err, text)
			}
			for _, r := range got.records {
				if v := r.View(); string(v.Number) == numbered(bad) || r.Line != strings.Count(upTo(text, string(v.Number)), "\n")+1 {
					t.Errorf("%s: number %s on line %d", d.name, v.Number, r.Line)
				}
			}
			reject := got.rejects[0]
			for _, f := range reject.Faults {
				checkFault(t, f)
			}
			f := reject.Faults[0]
			if d.code != "" && f.Code != d.code || d.field != "" && (len(f.Field) == 0 || f.Field[len(f.Field)-1] != d.field) {
				t.Errorf("%s: %s, want %s in %s", d.name, reject, d.code, d.field)
			}
			if reject.Line != 4+bad || reject.Ordinal != bad+1 {
				t.Errorf("%s: record %d on line %d, not %d", d.name, reject.Ordinal, reject.Line, 4+bad)
			}
			if numbered := strings.Contains(all[bad], numbered(bad)+"</s:numUnique>"); numbered != (reject.Number != "") && d.code != registryfile.Stray {
				t.Errorf("%s: number %q", d.name, reject.Number)
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
