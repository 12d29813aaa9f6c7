package directoryfile_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

const (
	ownershipHeader = "commune;address;building;siren;share;floors;source;date\n"
	block           = "bld_01JD8Q6Y2V0000000000000000"

	wholeRow = "38185;12 bis avenue de l'Étoile;;000000018;;;deed;2026-01-01\n"
	lowerRow = "38185;3 RUE DES ÉRABLES;;000000018;;RC,1;deed;2026-01-01\n"
	upperRow = "38185;3 RUE DES ÉRABLES;;000000026;;2-4;deed;2026-01-01\n"
	halfRow  = ";;" + block + ";000000018;50;;letter;01/01/2026\n"
)

func parseOwnerships(t *testing.T, file string) directoryfile.Parsed[directoryfile.Ownership] {
	t.Helper()
	p, err := directoryfile.ParseOwnerships(strings.NewReader(file), "", known())
	if err != nil {
		t.Fatal(err)
	}
	if !p.Complete {
		t.Fatalf("given up: %v", p.Rejects)
	}
	return p
}

// ownership replaces fields of the row about a whole building, by position from 1.
func ownership(replacements map[int]string) string {
	fields := strings.Split(strings.TrimSuffix(wholeRow, "\n"), ";")
	for at, v := range replacements {
		fields[at-1] = v
	}
	return strings.Join(fields, ";") + "\n"
}

func TestOwnershipsRejected(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row    string
		code   directoryfile.Code
		column int
	}{
		"cut line":                  {"38185;12 bis av\n", directoryfile.CutLine, 2},
		"address without commune":   {ownership(map[int]string{1: ""}), directoryfile.Required, 1},
		"postal code for a commune": {ownership(map[int]string{1: "38000"}), directoryfile.UnknownCode, 1},
		"no building":               {ownership(map[int]string{2: ""}), directoryfile.Required, 2},
		"address without a word":    {ownership(map[int]string{2: "- , '"}), directoryfile.BadValue, 2},
		"address of signs":          {ownership(map[int]string{2: "·, '"}), directoryfile.BadValue, 2},
		"address is a formula":      {ownership(map[int]string{2: "=A1"}), directoryfile.BadValue, 2},
		"address too long":          {ownership(map[int]string{2: strings.Repeat("é", 201)}), directoryfile.FieldTooLong, 2},
		"address and building":      {ownership(map[int]string{3: block}), directoryfile.BadValue, 3},
		"id of a point":             {ownership(map[int]string{2: "", 3: "rpt" + block[3:]}), directoryfile.BadValue, 3},
		"id cut":                    {ownership(map[int]string{2: "", 3: block[:29]}), directoryfile.BadValue, 3},
		"id in small letters":       {ownership(map[int]string{2: "", 3: strings.ToLower(block)}), directoryfile.BadValue, 3},
		"building elsewhere":        {ownership(map[int]string{1: "75056", 2: "", 3: block}), directoryfile.UnknownCode, 1},
		"landlord missing":          {ownership(map[int]string{4: ""}), directoryfile.Required, 4},
		"landlord unknown":          {ownership(map[int]string{4: "213801855"}), directoryfile.UnknownCode, 4},
		"mistyped SIREN":            {ownership(map[int]string{4: "000000019"}), directoryfile.BadValue, 4},
		"no share at all":           {ownership(map[int]string{5: "0"}), directoryfile.BadValue, 5},
		"share above 100":           {ownership(map[int]string{5: "101"}), directoryfile.BadValue, 5},
		"share of a fraction":       {ownership(map[int]string{5: "33,3"}), directoryfile.BadValue, 5},
		"share with its sign":       {ownership(map[int]string{5: "50 %"}), directoryfile.BadValue, 5},
		"share and floors":          {ownership(map[int]string{5: "50", 6: "RC"}), directoryfile.BadValue, 6},
		"floor by name":             {ownership(map[int]string{6: "attic"}), directoryfile.BadValue, 6},
		"floors downwards":          {ownership(map[int]string{6: "3-1"}), directoryfile.BadValue, 6},
		"floors without end":        {ownership(map[int]string{6: "3-"}), directoryfile.BadValue, 6},
		"floors become a date":      {ownership(map[int]string{6: "01/03/2026"}), directoryfile.BadValue, 6},
		"floor in the sky":          {ownership(map[int]string{6: "100"}), directoryfile.BadValue, 6},
		"floor twice on the line":   {ownership(map[int]string{6: "RC,0"}), directoryfile.BadValue, 6},
		"floor in two ranges":       {ownership(map[int]string{6: "0-3 3-4"}), directoryfile.BadValue, 6},
		"floors again and again":    {ownership(map[int]string{6: strings.Repeat("-9-99,", 60)}), directoryfile.BadValue, 6},
		"separators for floors":     {ownership(map[int]string{6: ","}), directoryfile.BadValue, 6},
		"floors too long":           {ownership(map[int]string{6: strings.Repeat("1,", 251)}), directoryfile.FieldTooLong, 6},
		"source missing":            {ownership(map[int]string{7: " "}), directoryfile.Required, 7},
		"source too long":           {ownership(map[int]string{7: strings.Repeat("é", 121)}), directoryfile.FieldTooLong, 7},
		"date missing":              {ownership(map[int]string{8: ""}), directoryfile.Required, 8},
		"no such day":               {ownership(map[int]string{8: "30/02/2026"}), directoryfile.BadValue, 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parseOwnerships(t, "# comment\r\n"+ownershipHeader+c.row)
			if len(p.Rows) != 0 || p.RejectCount != 1 {
				t.Fatalf("%d rows, rejects %v", len(p.Rows), p.Rejects)
			}
			if r := p.Rejects[0]; r.Code != c.code || r.Line != 3 || r.Column != c.column || r.Message.FR == "" {
				t.Errorf("got %s at %d:%d, want %s at 3:%d", r.Code, r.Line, r.Column, c.code, c.column)
			}
		})
	}
}

// Of lines that contradict each other the first stands, and the other one names it.
func TestContradictionsNameTheOtherLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows        string
		column      int
		line, other int
	}{
		"two owners of the whole":     {wholeRow + ownership(map[int]string{4: "000000026"}), 4, 3, 2},
		"address spelt otherwise":     {wholeRow + ownership(map[int]string{2: "0012B AV DE L ETOILE", 4: "000000026"}), 4, 3, 2},
		"the same line twice":         {wholeRow + wholeRow, 4, 3, 2},
		"whole, then a share":         {wholeRow + ownership(map[int]string{4: "000000026", 5: "10"}), 4, 3, 2},
		"floors, then the whole":      {lowerRow + strings.Replace(upperRow, "2-4", "", 1), 4, 3, 2},
		"floors, then a share":        {lowerRow + strings.Replace(upperRow, ";2-4", "50;", 1), 5, 3, 2},
		"a share, then floors":        {strings.Replace(lowerRow, ";RC,1", "50;", 1) + upperRow, 6, 3, 2},
		"a floor twice":               {lowerRow + strings.Replace(upperRow, "2-4", "1-4", 1), 6, 3, 2},
		"a landlord twice":            {lowerRow + strings.Replace(lowerRow, "RC,1", "5", 1), 4, 3, 2},
		"shares above 100":            {halfRow + strings.Replace(halfRow, "18;50", "26;51", 1), 5, 3, 2},
		"three shares above 100":      {halfRow + strings.Replace(halfRow, "18;50", "26;30", 1) + strings.Replace(halfRow, "18;50", "34;21", 1), 5, 4, 3},
		"a line in between":           {wholeRow + "# comment\n" + lowerRow + ownership(map[int]string{4: "000000026"}), 4, 5, 2},
		"the commune beside building": {halfRow + "38185" + strings.Replace(halfRow, "18;50", "26;100", 1), 5, 3, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := parseOwnerships(t, ownershipHeader+c.rows)
			if p.RejectCount != 1 {
				t.Fatalf("rejects %v", p.Rejects)
			}
			r := p.Rejects[0]
			if r.Code != directoryfile.Contradiction || r.Line != c.line || r.Column != c.column {
				t.Errorf("got %s, want %d:%d", r, c.line, c.column)
			}
			for _, message := range []string{strings.ToLower(r.Message.EN), r.Message.FR} {
				if !strings.Contains(message, fmt.Sprintf("%d", c.other)) {
					t.Errorf("%q does not name line %d", message, c.other)
				}
			}
		})
	}
}

func TestOwnershipsThatHoldTogether(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]string{
		"two by floors":                 lowerRow + upperRow,
		"two halves":                    halfRow + strings.Replace(halfRow, "18;50", "26;50", 1),
		"less than all":                 halfRow + strings.Replace(halfRow, "18;50", "26;10", 1),
		"one address in two communes":   wholeRow + ownership(map[int]string{1: "38151", 4: "000000026"}),
		"bis is another building":       wholeRow + ownership(map[int]string{2: "12 AVENUE DE L'ÉTOILE", 4: "000000026"}),
		"a rejected line claims naught": ownership(map[int]string{8: "x"}) + wholeRow,
	} {
		p := parseOwnerships(t, ownershipHeader+rows)
		if want := strings.Count(rows, "\n"); len(p.Rows)+strings.Count(rows, ";x\n") != want {
			t.Errorf("%s: %d rows of %d, %v", name, len(p.Rows), want, p.Rejects)
		}
	}
}

func TestFloorsAreRead(t *testing.T) {
	t.Parallel()
	for floors, want := range map[string][]int{
		"": nil, "RC": {0}, "rdc": {0}, "0": {0}, "00": {0}, "-1": {-1}, "RC,1,2": {0, 1, 2}, "0-3": {0, 1, 2, 3},
		"rc-2": {0, 1, 2}, "-2-1": {-2, -1, 0, 1}, "-2--1": {-2, -1}, "5-5": {5}, "3|1, 2": {1, 2, 3}, "09-10": {9, 10},
	} {
		p := parseOwnerships(t, ownershipHeader+ownership(map[int]string{6: floors}))
		if len(p.Rows) != 1 || !reflect.DeepEqual(p.Rows[0].Floors, want) || p.Rows[0].Whole() != (floors == "") {
			t.Errorf("%q: %+v, %v", floors, p.Rows, p.Rejects)
		}
	}
}

func TestNoLandlordIsKnownByDefault(t *testing.T) {
	t.Parallel()
	p, err := directoryfile.ParseOwnerships(strings.NewReader(ownershipHeader+wholeRow), "", directoryfile.Known{})
	if err != nil || len(p.Rows) != 0 || p.RejectCount != 2 {
		t.Errorf("got %v, %v", p.Rejects, err)
	}
}

func TestUnreadableOwnershipsAreNotWritten(t *testing.T) {
	t.Parallel()
	good := parseOwnerships(t, ownershipHeader+wholeRow).Rows[0]
	for name, spoil := range map[string]func(*directoryfile.Ownership){
		"no building":   func(o *directoryfile.Ownership) { o.Address = "" },
		"two buildings": func(o *directoryfile.Ownership) { o.Building = block },
		"no landlord":   func(o *directoryfile.Ownership) { o.Siren = "" },
		"share":         func(o *directoryfile.Ownership) { o.Share = -1 },
		"floors":        func(o *directoryfile.Ownership) { o.Floors = []int{2, 100} },
		"both":          func(o *directoryfile.Ownership) { o.Share, o.Floors = 1, []int{1} },
		"line break":    func(o *directoryfile.Ownership) { o.Source = "a\nb" },
		"no day":        func(o *directoryfile.Ownership) { o.Date = domain.Date{} },
	} {
		bad := good
		spoil(&bad)
		if err := directoryfile.WriteOwnerships(&bytes.Buffer{}, []directoryfile.Ownership{bad}); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	if err := directoryfile.WriteOwnerships(&bytes.Buffer{}, []directoryfile.Ownership{good, good}); err == nil {
		t.Error("a contradiction is written")
	}
	if err := directoryfile.WriteOwnerships(full{}, []directoryfile.Ownership{good}); err == nil {
		t.Error("a full disk goes unnoticed")
	}
}

// anyOwnerships draws what can be true of the building with that number.
func anyOwnerships(rt *rapid.T, n int) []directoryfile.Ownership {
	first := directoryfile.Ownership{
		Siren: "000000018", Source: text(rt, "source"), Date: anyDate(rt, "date"),
	}
	if rapid.Bool().Draw(rt, "by id") {
		first.Building = domain.DerivedID(domain.BuildingPrefix, time.Unix(0, 0), fmt.Sprint(n))
		first.Commune = rapid.SampledFrom([]domain.InseeCode{"", "38185"}).Draw(rt, "commune")
	} else {
		first.Commune, first.Address = "38185", fmt.Sprintf("%d %s", n, text(rt, "address"))
	}
	second := first
	second.Siren = "000000026"
	switch rapid.IntRange(0, 2).Draw(rt, "division") {
	case 0:
		first.Share = rapid.IntRange(1, 99).Draw(rt, "share")
		second.Share = 100 - first.Share
	case 1:
		for floor := -2; floor < 30; floor++ {
			switch rapid.IntRange(0, 2).Draw(rt, "owner") {
			case 0:
				first.Floors = append(first.Floors, floor)
			case 1:
				second.Floors = append(second.Floors, floor)
			}
		}
		if first.Floors == nil || second.Floors == nil {
			return []directoryfile.Ownership{first}
		}
	default:
		return []directoryfile.Ownership{first}
	}
	return []directoryfile.Ownership{first, second}
}

func TestOwnershipsComeBackAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		var ownerships []directoryfile.Ownership
		for n := range rapid.IntRange(1, 4).Draw(rt, "buildings") {
			ownerships = append(ownerships, anyOwnerships(rt, n)...)
		}
		var file bytes.Buffer
		if err := directoryfile.WriteOwnerships(&file, ownerships); err != nil {
			rt.Fatal(err)
		}
		p, err := directoryfile.ParseOwnerships(&file, directoryfile.UTF8, known())
		if err != nil || p.RejectCount > 0 || !p.Complete {
			rt.Fatalf("got %v, %v", p.Rejects, err)
		}
		for i := range p.Rows {
			p.Rows[i].Line = 0
		}
		if !reflect.DeepEqual(p.Rows, ownerships) {
			rt.Fatalf("got  %+v\nwant %+v", p.Rows, ownerships)
		}
	})
}
