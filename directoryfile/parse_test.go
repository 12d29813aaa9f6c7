package directoryfile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

const header = "key;name;commune;operators;address;postal_code;lat;lon;phone;languages;step_free_access;" +
	"inter_communal;level;means;level_from;level_until;opening_hours;hours_from\n"

const goodRow = "grenoble;Mairie de Grenoble;38185;ville;11 boulevard Jean Pain;38000;45.18665;5.73632;" +
	"04 76 00 00 00;fr|en;yes;no;2;own;2026-01-01;;mon 08:30-12:00;2026-01-01\n"

func known() directoryfile.Known {
	return directoryfile.Known{
		Communes:      map[domain.InseeCode]bool{"38185": true, "38151": true},
		Organisations: map[string]bool{"ville": true, "metropole": true},
		Landlords:     map[domain.Siren]bool{"000000018": true, "000000026": true, "000000034": true},
	}
}

// with replaces fields of the good row, by position from 1.
func with(replacements map[int]string) string {
	fields := strings.Split(strings.TrimSuffix(goodRow, "\n"), ";")
	for at, v := range replacements {
		fields[at-1] = v
	}
	return strings.Join(fields, ";") + "\n"
}

func parse(t *testing.T, file string, c directoryfile.Charset) directoryfile.Parsed[directoryfile.ReceptionPoint] {
	t.Helper()
	p, err := directoryfile.ParseReceptionPoints(strings.NewReader(file), c, known())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func latin1(s string) string {
	var b []byte
	for _, r := range s {
		b = append(b, byte(r)) // every test text is within the charset
	}
	return string(b)
}

func TestFilesGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file         string
		charset      directoryfile.Charset
		code         directoryfile.Code
		line, column int
	}{
		"empty":                {"", "", directoryfile.EmptyFile, 1, 1},
		"only comments":        {"# a\n\n;;;\n", "", directoryfile.EmptyFile, 3, 1},
		"tabs":                 {strings.ReplaceAll(header, ";", "\t"), "", directoryfile.WrongSeparator, 1, 1},
		"pipes":                {"# c\n" + strings.ReplaceAll(header, ";", "|"), "", directoryfile.WrongSeparator, 2, 1},
		"one word":             {"hello\n", "", directoryfile.WrongSeparator, 1, 1},
		"header never ends":    {`"key;name` + "\n", "", directoryfile.WrongSeparator, 1, 1},
		"missing column":       {strings.Replace(header, "commune;", "", 1), "", directoryfile.MissingColumn, 1, 0},
		"duplicate column":     {strings.Replace(header, "phone", "Name", 1), "", directoryfile.DuplicateColumn, 1, 9},
		"unknown column":       {strings.Replace(header, "phone", "phon", 1), "", directoryfile.UnknownColumn, 1, 9},
		"NUL byte":             {header + with(map[int]string{2: "Mai\x00rie"}), "", directoryfile.NULByte, 2, 2},
		"NUL in the header":    {"PK\x03\x04\x00\x00", "", directoryfile.NULByte, 1, 1},
		"latin-1 as UTF-8":     {header + latin1(with(map[int]string{5: "Rue de la République"})), "", directoryfile.BadCharset, 2, 5},
		"UTF-8 as latin-1":     {header + with(map[int]string{2: "Maison de l'été"}), directoryfile.Latin1, directoryfile.BadCharset, 2, 1},
		"BOM as latin-1":       {"\ufeff" + header, directoryfile.Latin1, directoryfile.BadCharset, 1, 1},
		"1252 as latin-1":      {header + with(map[int]string{2: "L\x92H\xf4tel"}), directoryfile.Latin1, directoryfile.BadCharset, 2, 2},
		"undefined in 1252":    {header + with(map[int]string{2: "L\x81H\xf4tel"}), directoryfile.Windows1252, directoryfile.BadCharset, 2, 2},
		"comma before a fault": {header + with(map[int]string{2: "a, b, \xe9"}), "", directoryfile.BadCharset, 2, 2},
		"line too long":        {header + with(map[int]string{2: strings.Repeat("x", directoryfile.MaxLine)}), "", directoryfile.LineTooLong, 2, 1},
		"too many rows":        {header + strings.Repeat("x\n", directoryfile.MaxRows+1), "", directoryfile.TooManyRows, directoryfile.MaxRows + 2, 1},
		"file too large":       {header + strings.Repeat("# "+strings.Repeat("x", 60_000)+"\n", 600), "", directoryfile.FileTooLarge, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, c.file, c.charset)
			if p.Complete || len(p.Rejects) == 0 {
				t.Fatalf("complete %t, rejects %v", p.Complete, p.Rejects)
			}
			r := p.Rejects[len(p.Rejects)-1]
			if name == "duplicate column" { // the name it stands for is missing, but optional
				r = p.Rejects[0]
			}
			if r.Code != c.code || (c.line > 0 && r.Line != c.line) || r.Column != c.column {
				t.Errorf("got %s at %d:%d, want %s at %d:%d", r.Code, r.Line, r.Column, c.code, c.line, c.column)
			}
			if r.Message.EN == "" || r.Message.FR == "" || len(p.Rejects) > directoryfile.MaxRejects {
				t.Errorf("got %s, %d rejects", r, len(p.Rejects))
			}
		})
	}
}

func TestRowsRejected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row    string
		code   directoryfile.Code
		column int
	}{
		"cut line":                  {"grenoble;Mairie de Gre\n", directoryfile.CutLine, 2},
		"cut at the end of file":    {strings.TrimSuffix(goodRow, ";mon 08:30-12:00;2026-01-01\n"), directoryfile.CutLine, 16},
		"quote left open":           {with(map[int]string{2: `"Mairie`}), directoryfile.CutLine, 2},
		"text after a quote":        {with(map[int]string{2: `"Mairie" de`}), directoryfile.BadValue, 2},
		"separated otherwise":       {strings.ReplaceAll(goodRow, ";", ","), directoryfile.WrongSeparator, 1},
		"too many fields":           {strings.TrimSuffix(goodRow, "\n") + ";x\n", directoryfile.TooManyFields, 19},
		"key missing":               {with(map[int]string{1: " "}), directoryfile.Required, 1},
		"key with spaces":           {with(map[int]string{1: "gre noble"}), directoryfile.BadValue, 1},
		"name missing":              {with(map[int]string{2: ""}), directoryfile.Required, 2},
		"name too long":             {with(map[int]string{2: strings.Repeat("é", 121)}), directoryfile.FieldTooLong, 2},
		"name is a formula":         {with(map[int]string{2: "=1+1"}), directoryfile.BadValue, 2},
		"name with a bell":          {with(map[int]string{2: "Mairie\a"}), directoryfile.BadValue, 2},
		"name with an override":     {with(map[int]string{2: "Mairie\u202e"}), directoryfile.BadValue, 2},
		"postal code for a commune": {with(map[int]string{3: "38000"}), directoryfile.UnknownCode, 3},
		"no INSEE code":             {with(map[int]string{3: "Gren."}), directoryfile.BadValue, 3},
		"operator missing":          {with(map[int]string{4: ""}), directoryfile.Required, 4},
		"operator unknown":          {with(map[int]string{4: "ville|nobody"}), directoryfile.UnknownCode, 4},
		"operator twice":            {with(map[int]string{4: "ville|ville"}), directoryfile.BadValue, 4},
		"too many operators":        {with(map[int]string{4: strings.Repeat("a ", 21)}), directoryfile.BadValue, 4},
		"postal code":               {with(map[int]string{6: "3800"}), directoryfile.BadValue, 6},
		"outside France":            {with(map[int]string{7: "46.2", 8: "16.1"}), directoryfile.BadCoordinates, 7},
		"exchanged":                 {with(map[int]string{7: "5.73632", 8: "45.18665"}), directoryfile.BadCoordinates, 7},
		"not on Earth":              {with(map[int]string{7: "4518665"}), directoryfile.BadCoordinates, 7},
		"not a number":              {with(map[int]string{7: "NaN"}), directoryfile.BadCoordinates, 7},
		"infinite":                  {with(map[int]string{8: "Inf"}), directoryfile.BadCoordinates, 7},
		"two commas":                {with(map[int]string{8: "5,7,3"}), directoryfile.BadValue, 8},
		"phone":                     {with(map[int]string{9: "3939"}), directoryfile.BadValue, 9},
		"language missing":          {with(map[int]string{10: ""}), directoryfile.Required, 10},
		"language unknown":          {with(map[int]string{10: "fr|qq"}), directoryfile.UnknownCode, 10},
		"language of three letters": {with(map[int]string{10: "fra"}), directoryfile.UnknownCode, 10},
		"step-free access":          {with(map[int]string{11: "maybe"}), directoryfile.BadValue, 11},
		"inter-communal":            {with(map[int]string{12: "unknown"}), directoryfile.BadValue, 12},
		"level":                     {with(map[int]string{13: "4"}), directoryfile.BadValue, 13},
		"level is a word":           {with(map[int]string{13: "x"}), directoryfile.BadValue, 13},
		"means":                     {with(map[int]string{14: "none"}), directoryfile.BadValue, 14},
		"level_from missing":        {with(map[int]string{15: ""}), directoryfile.Required, 15},
		"no such day":               {with(map[int]string{15: "30/02/2026"}), directoryfile.BadValue, 15},
		"ends before it starts":     {with(map[int]string{16: "2026-01-01"}), directoryfile.BadValue, 16},
		"hours":                     {with(map[int]string{17: "mon 12:00-08:00"}), directoryfile.BadValue, 17},
		"hours without their start": {with(map[int]string{18: ""}), directoryfile.Required, 18},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, "# comment\r\n"+header+c.row, "")
			if !p.Complete || len(p.Rows) != 0 || p.RejectCount != 1 {
				t.Fatalf("complete %t, %d rows, rejects %v", p.Complete, len(p.Rows), p.Rejects)
			}
			r := p.Rejects[0]
			if r.Code != c.code || r.Line != 3 || r.Column != c.column {
				t.Errorf("got %s at %d:%d, want %s at 3:%d", r.Code, r.Line, r.Column, c.code, c.column)
			}
			if r.Message.EN == "" || r.Message.FR == "" || len([]rune(r.Value)) > directoryfile.MaxRejectValue {
				t.Errorf("got %s", r)
			}
		})
	}
}

func TestDuplicateKeyNamesTheFirstLine(t *testing.T) {
	t.Parallel()
	p := parse(t, header+goodRow+goodRow, "")
	if len(p.Rows) != 1 || p.RejectCount != 1 || p.Rejects[0].Code != directoryfile.DuplicateKey || p.Rejects[0].Line != 3 {
		t.Fatalf("got %v", p.Rejects)
	}
	if !strings.Contains(p.Rejects[0].Message.EN, "Line 2") {
		t.Errorf("got %q", p.Rejects[0].Message.EN)
	}
}

func TestAllFaultsOfALineAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	p := parse(t, header+with(map[int]string{1: "", 3: "x", 13: "9"})+goodRow, "")
	if p.RejectCount != 3 || len(p.Rows) != 1 || p.Rows[0].Line != 3 {
		t.Fatalf("got %v", p.Rejects)
	}
}

func TestRejectsAreKeptUpToABound(t *testing.T) {
	t.Parallel()
	p := parse(t, header+strings.Repeat("x\n", 5000), "")
	if len(p.Rejects) != directoryfile.MaxRejects || p.RejectCount != 5000 || !p.Complete {
		t.Fatalf("kept %d of %d", len(p.Rejects), p.RejectCount)
	}
}

// endless never stops, and counts what is taken from it.
type endless struct {
	start string
	taken int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.start)
	e.start = e.start[n:]
	for i := n; i < len(p); i++ {
		p[i] = 'x'
	}
	e.taken += len(p)
	return len(p), nil
}

func TestEndlessLineIsNotReadWhole(t *testing.T) {
	t.Parallel()
	for _, start := range []string{"", header, header + goodRow} {
		in := &endless{start: start}
		p, err := directoryfile.ParseReceptionPoints(in, "", known())
		if err != nil || p.Complete || p.Rejects[0].Code != directoryfile.LineTooLong {
			t.Fatalf("got %v, %v", p.Rejects, err)
		}
		if in.taken > 2*directoryfile.MaxLine {
			t.Errorf("%d bytes taken", in.taken)
		}
	}
}

func TestReadingFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	for _, start := range []string{"", "key;na", header, header + "grenoble;Mai"} {
		_, err := directoryfile.ParseReceptionPoints(io.MultiReader(strings.NewReader(start), failing{broken}), "", known())
		if !errors.Is(err, broken) {
			t.Errorf("after %q: got %v", start, err)
		}
	}
	if _, err := directoryfile.ParseReceptionPoints(strings.NewReader(""), "ebcdic", known()); err == nil {
		t.Error("unknown charset accepted")
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestWaysOfWriting(t *testing.T) {
	t.Parallel()
	want := parse(t, header+goodRow, "").Rows[0]
	want.Line = 0
	for name, c := range map[string]struct {
		file    string
		charset directoryfile.Charset
	}{
		"commas":            {strings.ReplaceAll(header+goodRow, ";", ","), ""},
		"byte order mark":   {"\ufeff" + header + goodRow, ""},
		"Windows line ends": {strings.ReplaceAll(header+goodRow, "\n", "\r\n"), ""},
		"no last line end":  {strings.TrimSuffix(header+goodRow, "\n"), ""},
		"capitals":          {strings.ToUpper(header) + goodRow, ""},
		"quotes":            {header + with(map[int]string{2: `"Mairie de Grenoble"`}), ""},
		"empty lines":       {"\n;;\n" + header + ";;;;;;;;;;;;;;;;;\n# x\n" + goodRow, ""},
		"own column":        {"x_notes;;" + header + "to do;;" + goodRow, ""},
		"French words":      {header + with(map[int]string{7: "45,18665", 11: "oui", 12: "non", 14: "Propres", 15: "01/01/2026", 17: "lun 8h30-12h"}), ""},
		"latin-1":           {latin1("# é\n" + header + goodRow), directoryfile.Latin1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, c.file, c.charset)
			if len(p.Rows) != 1 || p.RejectCount != 0 || !p.Complete {
				t.Fatalf("got %d rows, %v", len(p.Rows), p.Rejects)
			}
			p.Rows[0].Line = 0
			if got := fmt.Sprintf("%+v", p.Rows[0]); got != fmt.Sprintf("%+v", want) {
				t.Errorf("got  %s\nwant %+v", got, want)
			}
			if comma := name == "commas"; comma != (p.Separator == ',') {
				t.Errorf("separator %q", p.Separator)
			}
		})
	}
}

func TestCharsetsAndQuotes(t *testing.T) {
	t.Parallel()
	p := parse(t, header+with(map[int]string{2: "L\x92H\xf4tel"}), directoryfile.Windows1252)
	if len(p.Rows) != 1 || p.Rows[0].Name != "L’Hôtel" {
		t.Errorf("windows-1252: %+v, %v", p.Rows, p.Rejects)
	}
	p = parse(t, header+with(map[int]string{2: `"Maison ""A; B"""`}), "")
	if len(p.Rows) != 1 || p.Rows[0].Name != `Maison "A; B"` {
		t.Errorf("quotes: %+v, %v", p.Rows, p.Rejects)
	}
	p = parse(t, header+with(map[int]string{2: `Résidence "Les Eaux"`}), "")
	if len(p.Rows) != 1 || p.Rows[0].Name != `Résidence "Les Eaux"` {
		t.Errorf("bare quotes: %+v, %v", p.Rows, p.Rejects)
	}
}

func TestNothingIsKnownByDefault(t *testing.T) {
	t.Parallel()
	p, err := directoryfile.ParseReceptionPoints(strings.NewReader(header+goodRow), "", directoryfile.Known{})
	if err != nil || len(p.Rows) != 0 || p.RejectCount != 2 {
		t.Errorf("got %v, %v", p.Rejects, err)
	}
}
