package command_test

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	organisationsCSV = "key;kind;name;siren;reservataire;registering_body;commune\n" +
		"metropole;METROPOLE;Grenoble-Alpes Métropole;200 040 715;yes;yes;\n" +
		"ville-grenoble;COMMUNE;Ville de Grenoble;213 801 855;yes;yes;38185\n" +
		"pole;SHARED_DESK;Pôle Habitat Social;;no;yes;\n"
	pointsHeader = "key;name;commune;operators;address;postal_code;lat;lon;phone;languages;step_free_access;level;means;level_from;level_until;opening_hours;hours_from\n"
	mairie       = "mairie;Mairie de Grenoble;38185;ville-grenoble;11 boulevard Jean Pain;38000;45.18665;5.73632;04 65 71 00 02;fr|en;yes;2;own;2024-01-01;;mon-fri 08:30-12:00 | sat 09:00-12:00;2024-01-01\n"
	desk         = "pole;Pôle Habitat Social;38185;pole|metropole;12 rue du Pôle;38000;45.18;5.72;;fr;no;3;mutualised;2024-01-01;2025-01-01;;\n"
)

// network returns a database with the communes, three organisations and two
// reception points, loaded by the program.
func network(t *testing.T) (dsn string, db *sql.DB) {
	t.Helper()
	points := pointsHeader + mairie + desk
	dsn = prepared(t, organisationsCSV+points,
		[]string{"import", "communes"},
		[]string{"import", "organisations", write(t, "organisations.csv", organisationsCSV)},
		[]string{"import", "reception-points", write(t, "points.csv", points)})
	return dsn, open(t, dsn)
}

// importPoints loads a file of reception points and returns what was printed.
func importPoints(t *testing.T, dsn string, lines ...string) string {
	t.Helper()
	return mustRun(t, "import", "reception-points",
		write(t, "reception_points.csv", pointsHeader+strings.Join(lines, "")), "--database-url", dsn)
}

// TestMalformedFilesAreRefused: each with its code, line and column, on the
// terminal and in the file of rejects, and nothing is written.
func TestMalformedFilesAreRefused(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	before := dump(t, db)
	long := strings.Repeat("x", 70_000)
	replaced := func(old, value string) string { return pointsHeader + strings.Replace(mairie, old, value, 1) }
	type found struct {
		code         string
		line, column int
	}
	cases := map[string]struct {
		kind, content string
		found         []found
		flags         []string
	}{
		"empty":                    {"reception-points", "", []found{{"EMPTY_FILE", 1, 1}}, nil},
		"header alone in tabs":     {"reception-points", strings.ReplaceAll(pointsHeader, ";", "\t"), []found{{"WRONG_SEPARATOR", 1, 1}}, nil},
		"line in commas":           {"organisations", strings.Replace(organisationsCSV, "pole;SHARED_DESK;Pôle Habitat Social;;no;yes;", "pole,SHARED_DESK,Pôle,,no,yes,", 1), []found{{"WRONG_SEPARATOR", 4, 1}}, nil},
		"missing column":           {"reception-points", strings.Replace(pointsHeader, "level;", "", 1) + mairie, []found{{"MISSING_COLUMN", 1, 0}}, nil},
		"unknown column":           {"organisations", strings.Replace(organisationsCSV, "siren", "siret", 1), []found{{"UNKNOWN_COLUMN", 1, 4}}, nil},
		"column twice":             {"organisations", strings.Replace(organisationsCSV, "siren", "name", 1), []found{{"DUPLICATE_COLUMN", 1, 4}}, nil},
		"cut line":                 {"reception-points", pointsHeader + mairie + "pole;Pôle;38185;po", []found{{"CUT_LINE", 3, 4}}, nil},
		"open quote":               {"reception-points", replaced("11 boulevard", `"11 boulevard`), []found{{"CUT_LINE", 2, 5}}, nil},
		"field too much":           {"reception-points", replaced(";2024-01-01\n", ";2024-01-01;more\n"), []found{{"TOO_MANY_FIELDS", 2, 18}}, nil},
		"unknown commune":          {"reception-points", replaced("38185", "75056"), []found{{"UNKNOWN_CODE", 2, 3}}, nil},
		"unknown operator":         {"reception-points", replaced("ville-grenoble", "ville-paris"), []found{{"UNKNOWN_CODE", 2, 4}}, nil},
		"unknown kind":             {"organisations", strings.Replace(organisationsCSV, "SHARED_DESK", "DESK", 1), []found{{"UNKNOWN_CODE", 4, 2}}, nil},
		"unknown language":         {"reception-points", replaced("fr|en", "fr|xx"), []found{{"UNKNOWN_CODE", 2, 10}}, nil},
		"in the sea":               {"reception-points", replaced("45.18665;5.73632", "5.73632;45.18665"), []found{{"BAD_COORDINATES", 2, 7}}, nil},
		"no number":                {"reception-points", replaced("45.18665", "north"), []found{{"BAD_VALUE", 2, 7}}, nil},
		"level of another scale":   {"reception-points", replaced(";2;own", ";4;own"), []found{{"BAD_VALUE", 2, 12}}, nil},
		"ends before it begins":    {"reception-points", replaced("2024-01-01;;", "2024-01-01;2023-01-01;"), []found{{"BAD_VALUE", 2, 15}}, nil},
		"hours that are none":      {"reception-points", replaced("mon-fri 08:30-12:00", "mon 12:00-08:30"), []found{{"BAD_VALUE", 2, 16}}, nil},
		"hours without a day":      {"reception-points", replaced("sat 09:00-12:00;2024-01-01", "sat 09:00-12:00;"), []found{{"REQUIRED", 2, 17}}, nil},
		"formula":                  {"reception-points", replaced("Mairie de Grenoble", `=HYPERLINK(1)`), []found{{"BAD_VALUE", 2, 2}}, nil},
		"nameless":                 {"reception-points", replaced("Mairie de Grenoble", ""), []found{{"REQUIRED", 2, 2}}, nil},
		"name without end":         {"reception-points", replaced("Mairie de Grenoble", strings.Repeat("n", 121)), []found{{"FIELD_TOO_LONG", 2, 2}}, nil},
		"key twice":                {"reception-points", pointsHeader + mairie + "# a comment\n\n" + mairie, []found{{"DUPLICATE_KEY", 5, 1}}, nil},
		"NUL byte":                 {"reception-points", pointsHeader + mairie + strings.Replace(desk, "12 rue", "12\x00rue", 1), []found{{"NUL_BYTE", 3, 5}}, nil},
		"workbook":                 {"organisations", "PK\x03\x04\x14\x00\x06\x00", []found{{"NUL_BYTE", 1, 1}}, nil},
		"Latin-1":                  {"reception-points", pointsHeader + mairie + strings.Replace(desk, "Pôle", "P\xf4le", 1), []found{{"BAD_CHARSET", 3, 2}}, nil},
		"UTF-8 announced as other": {"reception-points", pointsHeader + desk, []found{{"BAD_CHARSET", 2, 1}}, []string{"--charset", "windows-1252"}},
		"endless line":             {"reception-points", pointsHeader + mairie + strings.Replace(desk, "12 rue", long, 1), []found{{"LINE_TOO_LONG", 3, 1}}, nil},
		"endless header":           {"organisations", long, []found{{"LINE_TOO_LONG", 1, 1}}, nil},
		"several":                  {"reception-points", pointsHeader + strings.Replace(mairie, "38185", "75056", 1) + strings.Replace(desk, ";3;", ";9;", 1), []found{{"UNKNOWN_CODE", 2, 3}, {"BAD_VALUE", 3, 12}}, nil},
		"communes":                 {"communes", "insee_code;name;postal_codes;population;lat;lon;siren\n38185;Grenoble;38000;many;45.18;5.72;213801855\n", []found{{"BAD_VALUE", 2, 4}}, nil},
	}
	t.Run("each", func(t *testing.T) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				list := filepath.Join(t.TempDir(), "rejects.csv")
				r := run(t, append([]string{"import", c.kind, write(t, "file.csv", c.content), "--database-url", dsn, "--rejects", list}, c.flags...)...)
				if r.status != 1 || r.stdout != "" || !strings.Contains(r.stderr, fmt.Sprintf("guichet: %d things to mend", len(c.found))) {
					t.Errorf("status %d, printed %q, said %q", r.status, r.stdout, r.stderr)
				}
				if len(r.stderr) > 4_000 {
					t.Errorf("said %d bytes", len(r.stderr))
				}
				rows := rejects(t, list)
				if len(rows) != len(c.found) {
					t.Fatalf("%d rows: %v", len(rows), rows)
				}
				for i, f := range c.found {
					where := fmt.Sprintf("line %d, column %d", f.line, f.column)
					if f.column == 0 {
						where = fmt.Sprintf("line %d (", f.line)
					}
					if said := line(r.stderr, where); !strings.Contains(said, ": "+f.code+": ") {
						t.Errorf("no %s at %s in %q", f.code, where, r.stderr)
					}
					row := rows[i]
					if row[0] != fmt.Sprint(f.line) || row[1] != fmt.Sprint(f.column) || row[3] != f.code || row[5] == "" || row[6] == "" {
						t.Errorf("row %q, want %v", row, f)
					}
					if row[4] != "" && strings.ContainsAny(row[4][:1], "=+-@") {
						t.Errorf("a spreadsheet takes %q for a formula", row[4])
					}
				}
			})
		}
	})
	if dump(t, db) != before {
		t.Error("something was written")
	}
}

// rejects reads a file of rejects, without its header.
func rejects(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	if len(rows) == 0 || strings.Join(rows[0], " ") != "line column column_name code value message_fr message_en" {
		t.Fatalf("header of %v", rows)
	}
	return rows[1:]
}

// line returns the line of a text that starts so.
func line(text, start string) string {
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, start) {
			return l
		}
	}
	return ""
}

func TestSecondImportChangesNothing(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	before := dump(t, db)
	out := importPoints(t, dsn, desk, mairie)
	out += mustRun(t, "import", "organisations", write(t, "o.csv", organisationsCSV), "--database-url", dsn)
	out += mustRun(t, "import", "communes", "--database-url", dsn)
	for _, want := range []string{
		"reception points      0 added     0 changed     2 unchanged\n",
		"agreements            0 added     0 changed     2 unchanged\n",
		"opening hours         0 added     0 changed     6 unchanged\n",
		"organisations         0 added     0 changed     3 unchanged\n",
		"communes              0 added     0 changed    49 unchanged\n",
		"boundaries            0 added     0 changed    49 unchanged\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
	if dump(t, db) != before {
		t.Error("something was written")
	}
}

// TestCharset: an announced charset is read, names keep their accents.
func TestCharset(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	latin := func(s string) string { return strings.NewReplacer("ô", "\xf4", "é", "\xe9").Replace(s) }
	changed := strings.Replace(organisationsCSV, "Pôle Habitat Social", "Pôle de l'accueil rénové", 1)
	mustRun(t, "import", "organisations", write(t, "o.csv", latin(changed)), "--charset", "iso-8859-1", "--database-url", dsn)
	if n := number(t, db, "SELECT count(*) FROM organisation WHERE name = 'Pôle de l''accueil rénové'"); n != 1 {
		t.Errorf("%d organisations of that name", n)
	}
}

// TestImportChanges: what a file says otherwise than the database is written, and
// what no longer holds ends on the day the new statement begins.
func TestImportChanges(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	versions := number(t, db, "SELECT sum(version) FROM opening_hours")
	out := importPoints(t, dsn, strings.NewReplacer(
		"04 65 71 00 02", "", "ville-grenoble", "metropole", "fr|en", "fr|ar", ";2;own;2024-01-01;", ";3;mutualised;2026-01-01;",
		"mon-fri 08:30-12:00 | sat 09:00-12:00;2024-01-01", "mon-thu 09:00-12:00 | fri 08:30-12:00;2026-03-01",
	).Replace(mairie))
	for _, want := range []string{
		"reception points      0 added     1 changed     0 unchanged\n",
		"agreements            1 added     1 changed     0 unchanged\n",
		"opening hours         5 added     6 changed     0 unchanged\n", // Saturday ends.
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %q", want, out)
		}
	}
	have := text(t, db, `
		SELECT string_agg(line, E'\n' ORDER BY line) FROM (
			SELECT concat_ws(' ', 'level', level, means, valid_from, valid_until) FROM agreement JOIN reception_point p ON p.id = reception_point_id WHERE p.key = 'mairie'
			UNION ALL
			SELECT concat_ws(' ', 'on', weekday, intervals, valid_from, valid_until) FROM opening_hours
			UNION ALL
			SELECT concat_ws(' ', 'point', p.key, phone, languages, o.key) FROM reception_point p
				JOIN reception_point_operator po ON po.reception_point_id = p.id JOIN organisation o ON o.id = po.organisation_id WHERE p.key = 'mairie'
		) all_lines (line)`)
	want := `level 2 OWN 2024-01-01 2026-01-01
level 3 MUTUALISED 2026-01-01
on 1 {[510,720)} 2024-01-01 2026-03-01
on 1 {[540,720)} 2026-03-01
on 2 {[510,720)} 2024-01-01 2026-03-01
on 2 {[540,720)} 2026-03-01
on 3 {[510,720)} 2024-01-01 2026-03-01
on 3 {[540,720)} 2026-03-01
on 4 {[510,720)} 2024-01-01 2026-03-01
on 4 {[540,720)} 2026-03-01
on 5 {[510,720)} 2024-01-01 2026-03-01
on 5 {[510,720)} 2026-03-01
on 6 {[540,720)} 2024-01-01 2026-03-01
point mairie ["fr", "ar"] metropole`
	if have != want {
		t.Errorf("have\n%s", have)
	}
	// Six that ended are a version further, five are new.
	if n := number(t, db, "SELECT sum(version) FROM opening_hours"); n != versions+6+5 {
		t.Errorf("versions add up to %d, were %d", n, versions)
	}

	// Whoever knew a phone number or a SIREN may lose it, get it, or get another.
	for i, phone := range []string{"04 65 71 00 03", "04 65 71 00 04", ""} {
		importPoints(t, dsn, strings.Replace(mairie, "04 65 71 00 02", phone, 1))
		mustRun(t, "import", "organisations", write(t, "o.csv", strings.Replace(organisationsCSV, "200 040 715", []string{"213801855", "200040715", ""}[i], 1)), "--database-url", dsn)
		want := []string{"+33465710003 213801855", "+33465710004 200040715", ""}[i]
		have := text(t, db, "SELECT concat_ws(' ', phone, o.siren) FROM reception_point p, organisation o WHERE p.key = 'mairie' AND o.key = 'metropole'")
		if have != want {
			t.Errorf("have %q, want %q", have, want)
		}
	}
}

// TestBoundaries: an outline of one's own replaces ours, and is told apart from
// the same one written otherwise; one of an unknown commune takes all back.
func TestBoundaries(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	communes := write(t, "communes.csv", "insee_code;name;postal_codes;population;lat;lon;siren\n38185;Grenoble la Grande;38000 38100;160000;45.18;5.72;213801855\n")
	boundary := func(code string) string {
		return write(t, "b.geojson", `{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "`+code+`", "nom": "Grenoble"},
			"geometry": {"type": "Polygon", "coordinates": [[[5.7, 45.1], [5.8, 45.1], [5.8, 45.2], [5.7, 45.1]]]}}]}`)
	}
	before := dump(t, db)
	for name, file := range map[string]string{
		"unknown commune": boundary("75056"), "no commune": boundary("Grenoble"),
		"no GeoJSON": write(t, "b.geojson", "{"), "other GeoJSON": write(t, "b.geojson", `{"type": "Feature"}`),
	} {
		r := run(t, "import", "communes", communes, "--boundaries", file, "--database-url", dsn)
		if r.status != 1 || r.stdout != "" || !strings.Contains(r.stderr, "boundar") {
			t.Errorf("%s: status %d, printed %q, said %q", name, r.status, r.stdout, r.stderr)
		}
	}
	if dump(t, db) != before {
		t.Error("something was written")
	}
	for _, want := range []string{"1 changed     0 unchanged", "0 changed     1 unchanged"} {
		out := mustRun(t, "import", "communes", communes, "--boundaries", boundary("38185"), "--database-url", dsn)
		if strings.Count(out, want) != 2 {
			t.Errorf("printed %q", out)
		}
	}
}

// TestInterruptedImportLeavesNothing: told to stop when it has come halfway.
func TestInterruptedImportLeavesNothing(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	before := dump(t, db)
	var lines strings.Builder
	lines.WriteString(pointsHeader)
	for i := range 400 {
		lines.WriteString(strings.Replace(mairie, "mairie;", fmt.Sprintf("mairie-%d;", i), 1))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	file := write(t, "reception_points.csv", lines.String())
	stderr := &until{text: `"done":80,`, then: cancel}
	status := runTo(ctx, stderr, "import", "reception-points", file, "--database-url", dsn)
	if status != 1 || !strings.Contains(stderr.String(), `"committed":false`) {
		t.Errorf("status %d: %s", status, stderr)
	}
	if strings.Contains(stderr.String(), `"done":400`) {
		t.Error("it came to the end")
	}
	if dump(t, db) != before {
		t.Error("something was written")
	}

	// Nobody interrupts: a line in the log at every tenth, all of it in the end.
	r := run(t, "import", "reception-points", file, "--database-url", dsn)
	if r.status != 0 {
		t.Fatal(r.stderr)
	}
	for tenth := 40; tenth <= 400; tenth += 40 {
		if !strings.Contains(r.stderr, fmt.Sprintf(`"msg":"importing","done":%d,"of":400}`, tenth)) {
			t.Errorf("no line at %d in %s", tenth, r.stderr)
		}
	}
	if end := logged(r.stderr, "import ended"); end["committed"] != true || end["done"] != 400.0 {
		t.Errorf("ended with %v", end)
	}
	if strings.ContainsAny(r.stderr, "\r\x1b") {
		t.Error("there is a progress bar in the log")
	}
	if n := number(t, db, "SELECT count(*) FROM reception_point"); n != 402 {
		t.Errorf("%d reception points", n)
	}
}

// TestLateRefusalLeavesNothing: the database itself refuses the last line.
func TestLateRefusalLeavesNothing(t *testing.T) {
	t.Parallel()
	dsn, db := network(t)
	execute(t, db, "ALTER TABLE reception_point ADD CONSTRAINT reception_point_test_check CHECK (key <> 'last')")
	before := dump(t, db)
	r := run(t, "import", "reception-points", write(t, "reception_points.csv",
		pointsHeader+strings.Replace(mairie, "mairie;", "first;", 1)+strings.Replace(mairie, "mairie;", "last;", 1)), "--database-url", dsn)
	if r.status != 1 || r.stdout != "" || !strings.Contains(r.stderr, "reception point last") {
		t.Errorf("status %d, printed %q, said %q", r.status, r.stdout, r.stderr)
	}
	if dump(t, db) != before {
		t.Error("something was written")
	}
}

func text(t *testing.T, db *sql.DB, query string) (s string) {
	t.Helper()
	must(t, db.QueryRowContext(t.Context(), query).Scan(&s))
	return s
}

// until is an output that does something once a text was written to it.
type until struct {
	buffer
	text string
	then func()
}

func (u *until) Write(p []byte) (int, error) {
	if strings.Contains(string(p), u.text) {
		u.then()
	}
	return u.buffer.Write(p)
}
