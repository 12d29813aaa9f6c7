package command_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/registryfile/registrytest"
)

// TestImportRegistryCommand: what is wrong with a record leaves the others alone, and is
// told with its place; what is imported again stays as it is.
func TestImportRegistryCommand(t *testing.T) {
	t.Parallel()
	dsn := testdb.Empty(t)
	imports := func(status int, file string, says ...string) {
		t.Helper()
		r := run(t, "import", "registry", file, "--database-url", dsn, "--audit-key", auditKey, "--rejects", filepath.Join(t.TempDir(), "rejects.csv"))
		if r.status != status {
			t.Errorf("%s: status %d, said %q", filepath.Base(file), r.status, r.stderr)
		}
		for _, s := range says {
			if !strings.Contains(r.stdout+r.stderr, s) {
				t.Errorf("%s: said %q and %q, not %q", filepath.Base(file), r.stdout, r.stderr, s)
			}
		}
	}
	const sample = "../registryfile/testdata/demande_isere.xml"
	imports(1, sample, "run `guichet migrate`")
	dsn = seeded(t, 0)
	imports(0, sample, "applications CRE        1 created       0 changed       0 unchanged       0 put aside", `"lines":1`)
	imports(0, sample, " 0 created       0 changed       1 unchanged")

	number := registrytest.Numbered
	good := strings.Replace(registrytest.Whole(number(1)), "<s:nom>", "<s:nir>185057800608491</s:nir><s:nom>", 1)
	bad := strings.Replace(registrytest.Whole(number(2)), "2026-03-16", "16/03/2026", 1)
	elsewhere := strings.Replace(registrytest.Whole(number(3)), `"38185"`, `"69123"`, 1)
	text := registrytest.File("DIS", good, bad, elsewhere)
	file, list := write(t, "dis.xml", text), filepath.Join(t.TempDir(), "list.csv")
	r := run(t, "import", "registry", file, "--database-url", dsn, "--audit-key", auditKey, "--rejects", list)
	rows, err := os.ReadFile(list)
	if err != nil || r.status != 0 || !strings.Contains(r.stdout, "1 social security numbers cut") || !strings.Contains(r.stdout, "OUT_OF_TERRITORY        1 ") ||
		!strings.Contains(r.stderr, "line 5, record 2, number "+number(2)+"; line 5: BAD_DATE demandeLogement/dateCreationDemande") {
		t.Errorf("status %d, %q, %q, %v", r.status, r.stdout, r.stderr, err)
	}
	for _, row := range []string{"5,2," + number(2) + ",BAD_DATE,demandeLogement/dateCreationDemande,", "6,3," + number(3) + ",OUT_OF_TERRITORY,"} {
		if !strings.Contains(string(rows), "\n"+row) {
			t.Errorf("%s is not in %s", row, rows)
		}
	}
	imports(1, write(t, "cut.xml", strings.TrimSuffix(text, "</s:interfaceNuu>\n")), "the end of the file is missing", "1 unchanged")
	imports(1, write(t, "table.csv", "a;b\n"), "NOT_XML")

	var recorded, told int
	if err := open(t, dsn).QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM audit_line WHERE operation = 'importRegistry' AND person_id IS NULL),
		(SELECT count(*) FROM registry_event)`).Scan(&recorded, &told); err != nil {
		t.Fatal(err)
	}
	if recorded != 2 || told != 0 {
		t.Errorf("%d lines on record, %d events", recorded, told)
	}
}
