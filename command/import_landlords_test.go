package command_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/stockfile"
)

// TestMalformedLandlords: as other files of the directory.
func TestMalformedLandlords(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	mustRun(t, "import", "organisations", write(t, "o.csv", "key;kind;name;siren;reservataire;registering_body;commune\nbailleur;LANDLORD;Bailleur;000000018;no;no;\n"), "--database-url", dsn)
	if r := importStock(t, dsn, "2025", stockText(t, stockfile.Layout2026, dwellings()...)); r.status != 0 {
		t.Fatal(r.stderr)
	}
	const header, line = "commune;address;building;siren;share;floors;source;date\n", "38185;1 rue de l'Étoile;;000000018;;;acte;2026-01-01\n"
	before := dump(t, db)
	for name, c := range map[string]struct {
		file, code   string
		line, column int
	}{
		"empty":            {"", "EMPTY_FILE", 1, 1},
		"missing column":   {strings.Replace(header, "siren;", "", 1) + line, "MISSING_COLUMN", 1, 0},
		"cut line":         {header + line[:20] + "\n", "CUT_LINE", 2, 2},
		"unknown landlord": {header + strings.Replace(line, "000000018", "213801855", 1), "UNKNOWN_CODE", 2, 4},
		"share of 0":       {header + strings.Replace(line, "18;;", "18;0;", 1), "BAD_VALUE", 2, 5},
		"landlord twice":   {header + line + line, "CONTRADICTION", 3, 4},
		"NUL byte":         {header + strings.Replace(line, "rue", "r\x00e", 1), "NUL_BYTE", 2, 2},
		"another charset":  {header + latin(line), "BAD_CHARSET", 2, 2},
		"line without end": {header + strings.Repeat("x", 70_000), "LINE_TOO_LONG", 2, 1},
	} {
		list := filepath.Join(t.TempDir(), "rejects.csv")
		r := run(t, "import", "landlords", write(t, "landlords.csv", c.file), "--database-url", dsn, "--rejects", list)
		rows := rejects(t, list)
		if r.status != 1 || r.stdout != "" || len(rows) != 1 || rows[0][3] != c.code || rows[0][0] != fmt.Sprint(c.line) || rows[0][1] != fmt.Sprint(c.column) {
			t.Errorf("%s: status %d, %q, %s", name, r.status, rows, r.stderr)
		}
	}
	if dump(t, db) != before {
		t.Error("something was written")
	}
	list := filepath.Join(t.TempDir(), "rejects.csv")
	r := run(t, "import", "landlords", write(t, "landlords.csv", header+line+strings.Replace(line, "1 rue", "99 rue", 1)), "--database-url", dsn, "--rejects", list)
	if rows := rejects(t, list); r.status != 0 || len(rows) != 1 || rows[0][0] != "3" || rows[0][3] != "UNKNOWN_CODE" || !strings.Contains(r.stderr, "line 3 (address)") {
		t.Errorf("status %d, %q, %s", r.status, rows, r.stderr)
	}
	if !strings.Contains(r.stdout, "1 added       0 changed       0 unchanged       1 not in the stock") || !strings.Contains(r.stdout, "3 told another landlord") {
		t.Errorf("printed %s", r.stdout)
	}
}
