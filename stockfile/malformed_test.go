package stockfile_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/stockfile"
)

func TestLinesRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line   string
		code   stockfile.Code
		column int
	}{
		"cut":                    {"38185;200040715;380\n", directoryfile.CutLine, 3},
		"cut without an end":     {"38185;200040715", directoryfile.CutLine, 2},
		"cut inside quotes":      {`38185;200040715;38000;"1` + "\n", directoryfile.CutLine, 4},
		"text after quotes":      {`38185;"2"00040715` + "\n", directoryfile.BadValue, 2},
		"comma":                  {strings.ReplaceAll(with(nil), ";", ","), directoryfile.WrongSeparator, 1},
		"comma after a quote":    {`"38185","200040715"` + "\n", directoryfile.WrongSeparator, 1},
		"one field too many":     {strings.TrimSpace(with(nil)) + ";y\n", directoryfile.TooManyFields, 22},
		"very many fields":       {strings.Repeat(";", 60_000) + "\n", directoryfile.TooManyFields, 22},
		"field too long":         {with(map[int]string{colNew: strings.Repeat("é", 513)}), directoryfile.FieldTooLong, colNew},
		"no commune":             {with(map[int]string{colCommune: " "}), directoryfile.Required, colCommune},
		"postal code as commune": {with(map[int]string{colCommune: "20000"}), directoryfile.BadValue, colCommune},
		"postal code":            {with(map[int]string{colPostalCode: "3800"}), directoryfile.BadValue, colPostalCode},
		"unknown financing":      {with(map[int]string{colFinancing: "15"}), directoryfile.UnknownCode, colFinancing},
		"unknown construction":   {with(map[int]string{colConstruction: "X"}), directoryfile.UnknownCode, colConstruction},
		"unknown energy class":   {with(map[int]string{colEnergy: "H"}), directoryfile.UnknownCode, colEnergy},
		"rooms in words":         {with(map[int]string{colRooms: "trois"}), directoryfile.BadValue, colRooms},
		"too many rooms":         {with(map[int]string{colRooms: "51"}), directoryfile.BadValue, colRooms},
		"negative surface":       {with(map[int]string{colSurface: "-1"}), directoryfile.BadValue, colSurface},
		"surface in hexadecimal": {with(map[int]string{colSurface: "0x1p4"}), directoryfile.BadValue, colSurface},
		"surface not a number":   {with(map[int]string{colSurface: "NaN"}), directoryfile.BadValue, colSurface},
		"surface beyond floats":  {with(map[int]string{colSurface: "1e999"}), directoryfile.BadValue, colSurface},
		"year":                   {with(map[int]string{colBuilt: "68"}), directoryfile.BadValue, colBuilt},
		"year of letting":        {with(map[int]string{colLet: "19690"}), directoryfile.BadValue, colLet},
		"unknown projection":     {with(map[int]string{colEPSG: "27572"}), directoryfile.UnknownCode, colEPSG},
		"no projection":          {with(map[int]string{colEPSG: ""}), directoryfile.UnknownCode, colEPSG},
		"half a point":           {with(map[int]string{colY: ""}), directoryfile.BadCoordinates, colY},
		"X in words":             {with(map[int]string{colX: "ici"}), directoryfile.BadCoordinates, colX},
		"X, Y exchanged":         {with(map[int]string{colX: "6457335.6", colY: "913683.0"}), directoryfile.BadCoordinates, colX},
		"degrees for metres":     {with(map[int]string{colX: "5.72", colY: "45.18"}), directoryfile.BadCoordinates, colX},
		"absurdly far":           {with(map[int]string{colX: "1e300"}), directoryfile.BadCoordinates, colX},
		"another territory's":    {with(map[int]string{colEPSG: "2975"}), directoryfile.BadCoordinates, colX},
		"no place at all":        {with(map[int]string{colStreet: "", colX: "", colY: ""}), directoryfile.Required, colStreet},
		"address of signs":       {with(map[int]string{colNumber: "", colStreetType: "", colStreet: "- ,", colX: "", colY: ""}), directoryfile.Required, colStreet},
		"address too long":       {with(map[int]string{colNumber: strings.Repeat("é", 400), colStreet: strings.Repeat("à", 400)}), directoryfile.FieldTooLong, colStreet},
		"point in Germany":       {with(map[int]string{colX: "1600000", colY: "7000000"}), directoryfile.BadCoordinates, colX},
	} {
		dwellings, rejects, err := read(t, minimal+with(nil)+c.line, stockfile.Options{})
		if err != nil || len(dwellings) != 1 || len(rejects) != 1 {
			t.Errorf("%s: %d dwellings, rejects %v, %v", name, len(dwellings), rejects, err)
			continue
		}
		got := rejects[0]
		if got.Line != 3 || got.Column != c.column || got.Code != c.code {
			t.Errorf("%s: %s, want column %d, %s", name, got, c.column, c.code)
		}
		if got.Message.EN == "" || got.Message.FR == "" || len([]rune(got.Value)) > directoryfile.MaxRejectValue {
			t.Errorf("%s: %+v", name, got)
		}
		if names := strings.Split(strings.TrimSpace(minimal), ";"); c.column <= len(names) && got.ColumnName != names[c.column-1] {
			t.Errorf("%s: the column is called %s", name, got.ColumnName)
		}
	}
}

// A wrong line does not hide the next one.
func TestReadingGoesOnAfterAReject(t *testing.T) {
	t.Parallel()
	text := minimal + "\"38185;cut\n" + with(nil) + "\r\n" + with(map[int]string{colEnergy: "Z"}) + with(nil)
	dwellings, rejects, err := read(t, text, stockfile.Options{})
	if err != nil || len(dwellings) != 2 || len(rejects) != 2 {
		t.Fatal(dwellings, rejects, err)
	}
	if rejects[1].Line != 5 || dwellings[1].Line != 6 {
		t.Errorf("line %d is rejected, line %d read; an empty line counts", rejects[1].Line, dwellings[1].Line)
	}
}

func TestFilesRefused(t *testing.T) {
	t.Parallel()
	without := func(name string) string {
		return strings.Replace(minimal, name+";", "", 1)
	}
	for name, c := range map[string]struct {
		text         string
		charset      directoryfile.Charset
		code         stockfile.Code
		line, column int
		columnName   string
	}{
		"empty":                    {"", "", directoryfile.EmptyFile, 1, 0, ""},
		"only a mark":              {"\ufeff", "", directoryfile.EmptyFile, 1, 0, ""},
		"empty header":             {"\n" + with(nil), "", directoryfile.EmptyFile, 1, 0, ""},
		"comma":                    {strings.ReplaceAll(minimal, ";", ","), "", directoryfile.WrongSeparator, 1, 1, ""},
		"comma after quotes":       {`"DEPCOM","EPCI_CODE"` + "\n", "", directoryfile.WrongSeparator, 1, 1, ""},
		"tabulator":                {strings.ReplaceAll(minimal, ";", "\t"), "", directoryfile.WrongSeparator, 1, 1, ""},
		"no commune":               {without("DEPCOM"), "", directoryfile.MissingColumn, 1, 0, "DEPCOM"},
		"no financing":             {without("FINAN_CODE"), "", directoryfile.MissingColumn, 1, 0, "FINAN_CODE"},
		"no projection":            {without("EPSG"), "", directoryfile.MissingColumn, 1, 0, "EPSG"},
		"another file":             {"a;b\n1;2\n", "", directoryfile.MissingColumn, 1, 0, "DEPCOM"},
		"a column twice":           {"X;" + minimal, "", directoryfile.DuplicateColumn, 1, 20, ""},
		"201 columns":              {strings.Repeat("a;", 200) + "\n", "", stockfile.TooManyColumns, 1, 201, ""},
		"open quote in the header": {`"DEPCOM` + "\n", "", directoryfile.BadValue, 1, 1, ""},
		"NUL byte in the header":   {"DEPCOM;\x00\n", "", directoryfile.NULByte, 1, 2, ""},
		"NUL byte":                 {minimal + with(map[int]string{colStreet: "A\x00"}), "", directoryfile.NULByte, 2, colStreet, ""},
		"UTF-16":                   {"\xff\xfeD\x00E\x00", "", directoryfile.NULByte, 1, 1, ""},
		"ISO-8859-1 as UTF-8":      {minimal + with(nil) + with(map[int]string{colStreet: "\xc9TOILE"}), "", directoryfile.BadCharset, 3, colStreet, ""},
		"UTF-8 as ISO-8859-1":      {minimal + with(nil), directoryfile.Latin1, directoryfile.BadCharset, 2, colStreet, ""},
		"UTF-8 without C1 bytes":   {minimal + with(map[int]string{colStreet: "\u00e9"}), directoryfile.Latin1, directoryfile.BadCharset, 2, 1, ""},
		"windows-1252":             {minimal + with(map[int]string{colStreet: "C\x9cUR"}), directoryfile.Latin1, directoryfile.BadCharset, 2, colStreet, ""},
		"UTF-8 mark, ISO-8859-1":   {"\ufeff" + minimal, directoryfile.Latin1, directoryfile.BadCharset, 1, 1, ""},
		"line of 64 KiB":           {minimal + strings.Repeat("a", 64<<10) + "\n", "", directoryfile.LineTooLong, 2, 1, ""},
	} {
		_, _, err := read(t, c.text, stockfile.Options{Charset: c.charset})
		var refused *stockfile.FileError
		if !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := refused.Reject
		if got.Code != c.code || got.Line != c.line || got.Column != c.column || got.ColumnName != c.columnName {
			t.Errorf("%s: %s, want %s at line %d, column %d (%s)", name, got, c.code, c.line, c.column, c.columnName)
		}
		if refused.Name != "test.csv" || !strings.Contains(err.Error(), "test.csv") || got.Message.FR == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRefusalsStay(t *testing.T) {
	t.Parallel()
	r, err := stockfile.NewReader(strings.NewReader(minimal+"\x00\n"+with(nil)), "", stockfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, _, first := r.Next()
	if _, _, again := r.Next(); first == nil || !errors.Is(again, first) {
		t.Errorf("%v, then %v", first, again)
	}
}

func TestFilterByEPCINeedsItsColumn(t *testing.T) {
	t.Parallel()
	legacy := strings.NewReplacer("EPCI_CODE;", "", "FINAN_CODE", "FINAN", "TYPECONST_CODE", "TYPECONST").Replace(minimal)
	_, _, err := read(t, legacy, stockfile.Options{Filter: stockfile.Filter{EPCI: "200040715"}})
	var refused *stockfile.FileError
	if !errors.As(err, &refused) || refused.Reject.Code != directoryfile.MissingColumn || refused.Reject.ColumnName != "EPCI_CODE" {
		t.Error(err)
	}
}

// A file that ends early is told whatever the territory that it is read for.
func TestCut(t *testing.T) {
	t.Parallel()
	elsewhere := with(map[int]string{colCommune: "75101"})
	for text, cut := range map[string]bool{
		"":                                  false,
		with(nil):                           false,
		strings.TrimSpace(with(nil)):        false,
		with(nil) + "38185;2000":            true,
		with(nil) + elsewhere[:20]:          true,
		with(nil) + `75101;"2000`:           true,
		with(nil) + elsewhere[:20] + "\n\n": true,
		"38185;2000\n" + with(nil):          false,
		with(nil) + elsewhere:               false,
		with(nil) + `38185;"2"0;` + "\n":    false,
	} {
		r, err := stockfile.NewReader(strings.NewReader(minimal+text), "", stockfile.Options{Filter: stockfile.Filter{Department: "38"}})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := readAll(t, r); err != nil || r.Cut() != cut {
			t.Errorf("%q: cut is %v, %v", text, r.Cut(), err)
		}
	}
}

var errBroken = errors.New("disk on fire")

func TestFailuresOfReadingAreNoRefusals(t *testing.T) {
	t.Parallel()
	r, err := stockfile.NewReader(io.MultiReader(strings.NewReader(minimal+with(nil)), brokenReader{}), "f.csv", stockfile.Options{})
	if err == nil {
		_, _, err = readAll(t, r)
	}
	var refused *stockfile.FileError
	if !errors.Is(err, errBroken) || errors.As(err, &refused) || !strings.Contains(err.Error(), "f.csv") {
		t.Error(err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errBroken }

// endless is a file of a header and one line of a gigabyte, made as it is read.
type endless struct {
	head []byte
	size int64
	read int64
}

func (e *endless) ReadAt(p []byte, off int64) (int, error) {
	n := len(p)
	if left := e.size - off; int64(n) > left {
		n = int(left)
	}
	for i := range n {
		if at := off + int64(i); at < int64(len(e.head)) {
			p[i] = e.head[at]
		} else {
			p[i] = 'a'
		}
	}
	e.read += int64(n)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func TestALineOfAGigabyteIsNotRead(t *testing.T) {
	t.Parallel()
	for _, head := range []string{minimal, minimal + `"`, ""} {
		file := &endless{head: []byte(head), size: 1 << 30}
		r, err := stockfile.Open(file, file.size, "long.csv", stockfile.Options{})
		if err == nil {
			_, _, err = readAll(t, r)
		}
		var refused *stockfile.FileError
		if !errors.As(err, &refused) || refused.Reject.Code != directoryfile.LineTooLong {
			t.Fatal(err)
		}
		if limit := int64(3 * directoryfile.MaxLine); file.read > limit {
			t.Errorf("%d bytes were read to find out, more than %d", file.read, limit)
		}
	}
}

func TestCodesAreAllDocumented(t *testing.T) {
	t.Parallel()
	seen := map[stockfile.Code]bool{}
	for _, code := range stockfile.Codes() {
		if seen[code] || code == "" {
			t.Errorf("%s is listed twice", code)
		}
		seen[code] = true
	}
	if len(seen) < 20 {
		t.Error(fmt.Sprint(len(seen), " codes only"))
	}
}
