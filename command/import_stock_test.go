package command_test

import (
	"archive/zip"
	"compress/gzip"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/stockfile"
)

// dwellings are a few of two communes of the Métropole and one of Paris.
func dwellings() []stockfile.Dwelling {
	var all []stockfile.Dwelling
	for i := range 12 {
		d := stockfile.Dwelling{
			Commune: "38185", CommuneName: "Grenoble", PostalCode: "38000", EPCI: "200040715",
			Address: stockfile.Address{Number: fmt.Sprint(1 + i/3), StreetType: "RUE", Street: "DE L'ÉTOILE"},
			Rooms:   1 + i%4, Surface: 20.5 * float64(1+i%4), Floor: stockfile.Floor{Number: i % 3, Known: true},
			BuiltIn: 1968, LetSince: 1969, Financing: "52", Construction: "C", EnergyClass: "D", PriorityDistrict: domain.No,
			Coordinates: &domain.Coordinates{Latitude: 45.18 + domain.Latitude(i/3)/1000, Longitude: 5.72}, PositionQuality: "11",
		}
		switch i / 3 {
		case 2:
			d.Commune, d.CommuneName, d.PostalCode = "38421", "Saint-Martin-d'Hères", "38400"
		case 3:
			d.Commune, d.CommuneName, d.PostalCode, d.EPCI = "75101", "Paris 1er", "75001", "200054781"
			d.Coordinates = &domain.Coordinates{Latitude: 48.86, Longitude: 2.34}
		}
		all = append(all, d)
	}
	return all
}

// stockText writes dwellings in a layout.
func stockText(t *testing.T, layout stockfile.Layout, all ...stockfile.Dwelling) string {
	t.Helper()
	var file strings.Builder
	w, err := stockfile.NewWriter(&file, layout)
	must(t, err)
	for _, d := range all {
		must(t, w.Write(d))
	}
	must(t, w.Flush())
	return file.String()
}

func gzipped(t *testing.T, text string) string {
	t.Helper()
	var file strings.Builder
	w := gzip.NewWriter(&file)
	_, err := io.WriteString(w, text)
	must(t, errors.Join(err, w.Close()))
	return file.String()
}

// zipped makes an archive of names and texts in turn.
func zipped(t *testing.T, members ...string) string {
	t.Helper()
	var file strings.Builder
	w := zip.NewWriter(&file)
	for i := 0; i < len(members); i += 2 {
		member, err := w.Create(members[i])
		must(t, err)
		_, err = io.WriteString(member, members[i+1])
		must(t, err)
	}
	must(t, w.Close())
	return file.String()
}

// importStock loads a file as the vintage of a year.
func importStock(t *testing.T, dsn, vintage, file string, flags ...string) result {
	t.Helper()
	return run(t, append([]string{"import", "stock", write(t, "stock", file), "--vintage", vintage, "--database-url", dsn}, flags...)...)
}

// withoutMark takes the byte order mark away.
func withoutMark(text string) string { return strings.TrimPrefix(text, "\ufeff") }

// latin writes text in ISO-8859-1, which has all that ours needs.
func latin(text string) string {
	var out []byte
	for _, r := range withoutMark(text) {
		out = append(out, byte(r))
	}
	return string(out)
}

// utf8 reads ISO-8859-1.
func utf8(text string) string {
	var out strings.Builder
	for i := range len(text) {
		out.WriteRune(rune(text[i]))
	}
	return out.String()
}

// TestStockInEveryForm: whatever the layout, the charset and the archive, the same
// stock comes out, but for what the oldest layout does not have.
func TestStockInEveryForm(t *testing.T) {
	t.Parallel()
	texts, wants := map[string]string{}, map[bool]string{}
	for _, layout := range []stockfile.Layout{stockfile.Layout2016, stockfile.Layout2023, stockfile.Layout2026} {
		text := stockText(t, layout, dwellings()...)
		if layout == stockfile.Layout2016 {
			text = utf8(text)
		}
		texts[string(layout)] = withoutMark(text)
	}
	dsn := testdb.New(t)
	db := open(t, dsn)
	stock := func() string {
		return text(t, db, `SELECT string_agg(line, E'\n' ORDER BY line) FROM (
			SELECT concat_ws(' ', d.id, d.insee_code, commune_name, address, postal_code, typology, surface, floor, d.construction_year, letting_year,
				financing, energy_class, construction, priority_district, round(latitude::numeric, 6), round(longitude::numeric, 6), position_quality)
			FROM dwelling d JOIN building b ON b.id = building_id WHERE d.last_vintage_id IS NULL) rows (line)`)
	}
	for _, charset := range []struct{ name, flag string }{{"UTF-8", "utf-8"}, {"UTF-8 with a mark", "utf-8"}, {"ISO-8859-1", "iso-8859-1"}} {
		for layout, text := range texts {
			switch charset.name {
			case "UTF-8 with a mark":
				text = "\ufeff" + text
			case "ISO-8859-1":
				text = latin(text)
			}
			for archive, file := range map[string]string{
				"plain": text, "gzip": gzipped(t, text), "zip": zipped(t, "LISEZMOI.txt", "Bonjour", "rpls.csv", text),
			} {
				name := layout + ", " + charset.name + ", " + archive
				forgetStock(t, db)
				r := importStock(t, dsn, "2025", file, "--whole-country", "--charset", charset.flag)
				if r.status != 0 || !strings.Contains(r.stdout, "12 read        0 rejected") {
					t.Errorf("%s: status %d, %s%s", name, r.status, r.stdout, r.stderr)
					continue
				}
				have, oldest := stock(), layout == string(stockfile.Layout2016)
				if wants[oldest] == "" {
					wants[oldest] = have
				}
				if have != wants[oldest] || strings.Count(have, "\n") != 11 || !strings.Contains(have, "DE L'ÉTOILE") || oldest == strings.Contains(have, "45.18") {
					t.Errorf("%s: have\n%s\nwant\n%s", name, have, wants[oldest])
				}
				if number(t, db, "SELECT count(*) FROM stock_vintage WHERE layout = '"+layout+"'") != 1 {
					t.Errorf("%s: another layout is told", name)
				}
			}
		}
	}
}

// TestMalformedStock: each file is refused by a code with its line and column, on
// the terminal and in the file of rejects, and nothing is written.
func TestMalformedStock(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	db := open(t, dsn)
	good := stockText(t, stockfile.Layout2026, dwellings()...)
	if r := importStock(t, dsn, "2024", good, "--whole-country"); r.status != 0 {
		t.Fatal(r.stderr)
	}
	before := dump(t, db)
	lines := strings.SplitAfter(good, "\n")
	replaced := func(old, value string) string {
		return lines[0] + strings.Replace(strings.Join(lines[1:], ""), old, value, 1)
	}
	whole := gzipped(t, good)
	const nothing = "the file cannot be read; nothing was imported"
	cases := map[string]struct {
		file, code   string
		line, column int
		says         string
	}{
		"empty":                     {"", "EMPTY_FILE", 1, 0, nothing},
		"commas":                    {strings.ReplaceAll(good, ";", ","), "WRONG_SEPARATOR", 1, 1, nothing},
		"missing column":            {strings.Replace(good, `"FINAN_CODE"`, `"FINANCE"`, 1), "MISSING_COLUMN", 1, 0, nothing},
		"column twice":              {strings.Replace(good, `"REG_LIBELLE"`, `"REG_CODE"`, 1), "DUPLICATE_COLUMN", 1, 2, nothing},
		"NUL byte":                  {replaced("ÉTOILE", "\x00TOILE"), "NUL_BYTE", 2, 18, nothing},
		"ISO-8859-1 not announced":  {latin(good), "BAD_CHARSET", 2, 18, nothing},
		"damaged gzip":              {whole[:len(whole)/2], "BAD_ARCHIVE", 1, 0, nothing},
		"damaged at the end":        {whole[:len(whole)-8] + "damaged!", "BAD_ARCHIVE", -1, 0, nothing},
		"damaged zip":               {zipped(t, "a.csv", good)[:300], "BAD_ARCHIVE", 0, 0, nothing},
		"several tables":            {zipped(t, "a.csv", good, "b.csv", good), "SEVERAL_TABLES", 0, 0, nothing},
		"no table":                  {zipped(t, "a.txt", good), "BAD_ARCHIVE", 0, 0, nothing},
		"archive in the archive":    {zipped(t, "a.csv", whole), "NESTED_ARCHIVE", 0, 0, nothing},
		"another kind of archive":   {"7z\xbc\xaf\x27\x1c", "BAD_ARCHIVE", 0, 0, nothing},
		"line of 64 KiB":            {good + strings.Repeat("x", 65_536) + "\n", "LINE_TOO_LONG", 14, 1, nothing},
		"cut line":                  {lines[0] + lines[1][:120] + "\n" + lines[2], "CUT_LINE", 2, 23, "rejected, more than"},
		"cut file":                  {good[:len(good)-50], "CUT_LINE", 13, 58, "it did not arrive whole"},
		"unknown financing":         {replaced(`"52"`, `"15"`), "UNKNOWN_CODE", 2, 32, "rejected, more than"},
		"unknown energy class":      {replaced(`"D"`, `"Z"`), "UNKNOWN_CODE", 2, 42, "rejected, more than"},
		"unknown projection":        {replaced(`"2154"`, `"27572"`), "UNKNOWN_CODE", 2, 51, "rejected, more than"},
		"outside France":            {replaced(`"2154"`, `"2975"`), "BAD_COORDINATES", 2, 52, "rejected, more than"},
		"commas in a line":          {lines[0] + strings.ReplaceAll(lines[1], `";"`, `,`) + strings.Join(lines[2:], ""), "WRONG_SEPARATOR", 2, 1, "rejected, more than"},
		"a field too many":          {lines[0] + strings.TrimSuffix(lines[1], "\n") + ";\n" + lines[2], "TOO_MANY_FIELDS", 2, 74, "rejected, more than"},
		"no commune":                {replaced(`"38185"`, `""`), "REQUIRED", 2, 12, "rejected, more than"},
		"no place":                  {lines[0] + stockText(t, stockfile.Layout2026, stockfile.Dwelling{Commune: "38185"})[len(lines[0]):], "REQUIRED", 2, 18, "rejected, more than"},
		"rejects before a NUL byte": {replaced(`"52"`, `"15"`) + "\x00", "NUL_BYTE", 14, 1, nothing},
	}
	for name, c := range cases { //nolint:paralleltest // an import is alone on its database
		t.Run(name, func(t *testing.T) {
			list := filepath.Join(t.TempDir(), "rejects.csv")
			r := importStock(t, dsn, "2025", c.file, "--whole-country", "--rejects", list)
			if r.status != 1 || r.stdout != "" || !strings.Contains(r.stderr, c.says) {
				t.Errorf("status %d, printed %q, said %q", r.status, r.stdout, r.stderr)
			}
			if len(r.stderr) > 4_000 {
				t.Errorf("said %d bytes", len(r.stderr))
			}
			rows := rejects(t, list)
			if len(rows) == 0 {
				t.Fatal("no reject")
			}
			last := rows[len(rows)-1]
			if last[3] != c.code || c.line >= 0 && last[0] != fmt.Sprint(c.line) || last[1] != fmt.Sprint(c.column) || last[5] == "" || last[6] == "" {
				t.Errorf("rejects %q", rows)
			}
			if !strings.Contains(r.stderr, ": "+c.code+": ") || c.column > 0 && !strings.Contains(r.stderr, fmt.Sprintf("line %d, column %d", c.line, c.column)) {
				t.Errorf("said %q", r.stderr)
			}
		})
	}
	if dump(t, db) != before {
		t.Error("something was written")
	}
}

// TestStockRejects: few bad lines are left out, and listed without an end in the
// file, with one on the terminal.
func TestStockRejects(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	var all []stockfile.Dwelling
	for i := range 400 {
		d := dwellings()[0]
		d.Address.Number = fmt.Sprint(i)
		if i%5 == 0 {
			d.Financing = "=15"
		}
		all = append(all, d)
	}
	list := filepath.Join(t.TempDir(), "rejects.csv")
	r := importStock(t, dsn, "2025", stockText(t, stockfile.Layout2026, all...), "--whole-country", "--max-rejects", "20", "--rejects", list)
	if r.status != 0 || !strings.Contains(r.stdout, "400 read       80 rejected") || !strings.Contains(r.stderr, "... and 60 more rejected lines") ||
		strings.Count(r.stderr, "UNKNOWN_CODE") != 20 {
		t.Errorf("status %d, %s%s", r.status, r.stdout, r.stderr)
	}
	rows := rejects(t, list)
	if len(rows) != 80 || rows[79][0] != "397" || rows[79][4] != "'=15" {
		t.Errorf("%d rows, %q", len(rows), rows[len(rows)-1])
	}
	if r := importStock(t, dsn, "2025", "", "--whole-country", "--rejects", t.TempDir()); r.status != 1 || !strings.Contains(r.stderr, "write rejects") {
		t.Errorf("status %d, %s", r.status, r.stderr)
	}
}

// TestStockTerritories: what is kept of a file, and how it is called.
func TestStockTerritories(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	db := open(t, dsn)
	file := stockText(t, stockfile.Layout2026, dwellings()...)
	for name, c := range map[string]struct {
		flags  []string
		status int
		says   string
	}{
		"no communes":              {nil, 2, "whole-country: the directory has no communes"},
		"two territories":          {[]string{"--department", "38", "--epci", "200040715"}, 2, "whole-country: name one territory"},
		"no department":            {[]string{"--department", "3"}, 2, "department: "},
		"no EPCI":                  {[]string{"--epci", "38185"}, 2, "epci: "},
		"department without stock": {[]string{"--department", "73"}, 1, "no dwelling of this territory"},
		"too many percent":         {[]string{"--max-loss", "101"}, 2, "max-loss: "},
		"less than none":           {[]string{"--max-rejects=-1"}, 2, "max-rejects: "},
		"windows-1252":             {[]string{"--charset", "windows-1252"}, 2, "charset"},
	} {
		if r := importStock(t, dsn, "2025", file, c.flags...); r.status != c.status || !strings.Contains(r.stderr, c.says) || r.stdout != "" {
			t.Errorf("%s: status %d, %s%s", name, r.status, r.stdout, r.stderr)
		}
	}
	mustRun(t, "import", "communes", "--database-url", dsn)
	for _, c := range []struct {
		flags     []string
		kept      int
		territory string
	}{
		{nil, 9, "the 49 communes of the directory"},
		{[]string{"--department", "75"}, 3, "département 75"},
		{[]string{"--epci", "200040715"}, 9, "EPCI 200040715"},
		{[]string{"--whole-country"}, 12, "France"},
	} {
		forgetStock(t, db)
		r := importStock(t, dsn, "2025", file, c.flags...)
		if r.status != 0 || !strings.Contains(r.stdout, fmt.Sprintf("%7d read", c.kept)) {
			t.Errorf("%v: status %d, %s%s", c.flags, r.status, r.stdout, r.stderr)
		}
		if have := text(t, db, "SELECT territory FROM stock_vintage"); have != c.territory {
			t.Errorf("%v: called %s", c.flags, have)
		}
		if n := number(t, db, "SELECT count(*) FROM dwelling d JOIN building b ON b.id = d.building_id LEFT JOIN commune c ON c.id = commune_id WHERE c.id IS NULL"); n != strings.Count(c.territory, "75")*3+strings.Count(c.territory, "France")*3 {
			t.Errorf("%v: %d outside the communes of the directory", c.flags, n)
		}
	}
}

// TestVintages: the ways in which a day is told.
func TestVintages(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	db := open(t, dsn)
	file := stockText(t, stockfile.Layout2026, dwellings()...)
	for _, wrong := range []string{"", "25", "2025-13", "2025-1", "2025-02-30", "01/01/2025", "1999-12-31", "2925", "2025-01-01T00:00:00Z"} {
		if r := importStock(t, dsn, wrong, file, "--whole-country"); r.status != 2 || !strings.Contains(r.stderr, "vintage: must") {
			t.Errorf("%q: status %d, %s", wrong, r.status, r.stderr)
		}
	}
	if r := run(t, "import", "stock", write(t, "stock", file), "--database-url", dsn); r.status != 2 || !strings.Contains(r.stderr, "--vintage") {
		t.Errorf("no vintage: status %d, %s", r.status, r.stderr)
	}
	for given, want := range map[string]string{"2025": "2025-01-01", "2025-07": "2025-07-01", "2025-07-14": "2025-07-14"} {
		forgetStock(t, db)
		r := importStock(t, dsn, given, file, "--whole-country")
		if have := text(t, db, "SELECT stated_on::text FROM stock_vintage"); r.status != 0 || have != want {
			t.Errorf("%s is %s, status %d, %s", given, have, r.status, r.stderr)
		}
	}
	if r := importStock(t, dsn, "2020", file, "--whole-country"); r.status != 1 || !strings.Contains(r.stderr, "older files are not loaded") {
		t.Errorf("an older one: status %d, %s", r.status, r.stderr)
	}
}

// TestStockThroughAPipe is refused: the file is read twice.
func TestStockThroughAPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	must(t, syscall.Mkfifo(pipe, 0o600))
	// Somebody must hold it open, or nobody could open it to read.
	held, err := os.OpenFile(pipe, os.O_RDWR, 0)
	must(t, err)
	defer func() { _ = held.Close() }()
	r := run(t, "import", "stock", pipe, "--vintage", "2025", "--whole-country", "--database-url", testdb.New(t))
	if r.status != 2 || !strings.Contains(r.stderr, "read twice") {
		t.Errorf("status %d, %s", r.status, r.stderr)
	}
}

// TestHugeStock: a line of a gigabyte and a bomb are told soon, in little memory.
func TestHugeStock(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	db := open(t, dsn)
	before := dump(t, db)
	head := stockText(t, stockfile.Layout2026, dwellings()...)
	// Gzip members follow each other: one of 16 MiB, 64 times.
	member := gzipped(t, strings.Repeat("x", 16<<20))
	bomb := gzipped(t, strings.Repeat(strings.SplitAfter(head, "\n")[1], 20_000))
	dir := t.TempDir()
	for name, c := range map[string]struct {
		code string
		make func(*os.File) error
	}{
		"line of a gigabyte": {"LINE_TOO_LONG", func(w *os.File) error {
			// What follows is never looked at, and takes no room on the disk.
			_, err := io.WriteString(w, head+strings.Repeat("x", 1<<16))
			return errors.Join(err, w.Truncate(1<<30))
		}},
		"line of a gigabyte in gzip": {"LINE_TOO_LONG", func(w *os.File) error {
			_, err := io.WriteString(w, gzipped(t, head)+strings.Repeat(member, 64))
			return err
		}},
		"bomb": {"DECOMPRESSION_BOMB", func(w *os.File) error {
			_, err := io.WriteString(w, gzipped(t, head)+strings.Repeat(bomb, 20))
			return err
		}},
	} {
		path := filepath.Join(dir, "stock")
		file, err := os.Create(path)
		must(t, err)
		must(t, errors.Join(c.make(file), file.Close()))
		start := time.Now()
		p := startImport(t, dsn, "2025", path)
		ended := make(chan error, 1)
		go func() { ended <- p.cmd.Wait() }()
		peak := 0
		for tick := time.NewTicker(5 * time.Millisecond); !p.stopped; {
			select {
			case err = <-ended:
				p.stopped = true
				tick.Stop()
			case <-tick.C:
				peak = max(peak, peakKiB(p.cmd.Process.Pid))
			}
		}
		if err == nil || !strings.Contains(p.log.String(), ": "+c.code+": ") {
			t.Errorf("%s: %v, %s", name, err, p.log)
		}
		if peak > 150<<10 {
			t.Errorf("%s: %d KiB of memory", name, peak)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		must(t, os.Remove(path))
	}
	if dump(t, db) != before {
		t.Error("something was written")
	}
}

// peakKiB is the most memory that a process has had so far, 0 where the system does
// not tell. Its resource usage would count that of the test, which it began as.
func peakKiB(pid int) (n int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	if _, rest, found := strings.Cut(string(status), "VmHWM:"); found {
		_, _ = fmt.Sscan(rest, &n)
	}
	return n
}

// startImport starts an import in a process of its own.
func startImport(t *testing.T, dsn, vintage, path string, flags ...string) *program {
	t.Helper()
	p := &program{}
	p.command(t, []string{"DATABASE_URL=" + dsn}, append([]string{"import", "stock", path, "--vintage", vintage, "--whole-country"}, flags...)...)
	must(t, p.cmd.Start())
	t.Cleanup(func() {
		if !p.stopped {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	return p
}

// TestStockProgress: tenths in the log, and an import that is told to stop leaves
// nothing.
func TestStockProgress(t *testing.T) {
	t.Parallel()
	dsn := testdb.New(t)
	db := open(t, dsn)
	before := dump(t, db)
	path := write(t, "stock.csv", manyDwellings(t, 6000))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stderr := &until{text: `"percent":30,`, then: cancel}
	arguments := []string{"import", "stock", path, "--vintage", "2025", "--whole-country", "--database-url", dsn}
	status := runTo(ctx, stderr, arguments...)
	if status != 1 || !strings.Contains(stderr.String(), `"committed":false`) || strings.Contains(stderr.String(), "comparing and writing") {
		t.Errorf("status %d: %s", status, stderr)
	}
	if dump(t, db) != before {
		t.Error("something was written")
	}
	r := run(t, arguments...)
	if r.status != 0 {
		t.Fatal(r.stderr)
	}
	for percent := 10; percent <= 100; percent += 10 {
		if !strings.Contains(r.stderr, fmt.Sprintf(`"msg":"reading","percent":%d,"bytes_per_second":`, percent)) {
			t.Errorf("no line at %d %% in %s", percent, r.stderr)
		}
	}
	if end := logged(r.stderr, "import ended"); end["committed"] != true || end["lines"] != 6001.0 || logged(r.stderr, "read; comparing and writing") == nil {
		t.Errorf("said %s", r.stderr)
	}
	if strings.ContainsAny(r.stderr, "\r\x1b") {
		t.Error("there is a progress bar in the log")
	}
	if !strings.Contains(r.stdout, "buildings             600 added       0 changed       0 unchanged       0 absent\ndwellings            6000 added") {
		t.Errorf("printed %s", r.stdout)
	}
	r = importStock(t, dsn, "2026", strings.Replace(manyDwellings(t, 5990), `"D"`, `"C"`, 1), "--whole-country")
	for _, want := range []string{
		"dwellings               0 added       1 changed    5989 unchanged      10 absent\n", "lines                5990 read        0 rejected\n",
		"only gained             0 buildings, dwellings 0 -> 0\n", "only lost               1 buildings, dwellings 10 -> 0\n", "one changed             1 buildings, dwellings 1 -> 1\n",
	} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("no %q in %s%s", want, r.stdout, r.stderr)
		}
	}
}

// manyDwellings writes that many, ten in a building.
func manyDwellings(t *testing.T, n int) string {
	t.Helper()
	all := make([]stockfile.Dwelling, n)
	for i := range all {
		d := dwellings()[0]
		d.Address.Number, d.Floor.Number, d.Rooms = fmt.Sprint(i/10), i%10, 1+i/3%5
		all[i] = d
	}
	return stockText(t, stockfile.Layout2026, all...)
}

// forgetStock empties the stock: of a few rows, which take less than new files for as many
// indexes.
func forgetStock(t *testing.T, db *sql.DB) {
	t.Helper()
	execute(t, db, "DELETE FROM stock_change; DELETE FROM stock_row; DELETE FROM ownership; DELETE FROM dwelling; DELETE FROM building; DELETE FROM stock_vintage")
}
