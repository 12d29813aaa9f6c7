package directoryfile_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

var saidOn = domain.NewDate(2026, 11, 23)

func readManaged(t *testing.T, file string) ([]directoryfile.ManagedDwelling, directoryfile.Parsed[directoryfile.ManagedDwelling], directoryfile.ManagedColumns) {
	t.Helper()
	var rows []directoryfile.ManagedDwelling
	p, columns, err := directoryfile.ReadManagedDwellings(strings.NewReader(file), directoryfile.UTF8, saidOn, func(m directoryfile.ManagedDwelling) error {
		rows = append(rows, m)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, p, columns
}

const aDwelling = "dwl_01JD8Q6Y2V0000000000000000"

func TestManagedDwellingsRejected(t *testing.T) {
	t.Parallel()
	for row, column := range map[string]string{
		"dwelling;rent\nbld_01JD8Q6Y2V0000000000000000;1":                            "dwelling",
		"dwelling;flat_number\n" + aDwelling + ";123456789012345678901":              "flat_number",
		"dwelling;flat_number\n" + aDwelling + ";=1":                                 "flat_number",
		"dwelling;rent\n" + aDwelling + ";4.5.1":                                     "rent",
		"dwelling;rent\n" + aDwelling + ";10000.01":                                  "rent",
		"dwelling;lift\n" + aDwelling + ";perhaps":                                   "lift",
		"dwelling;lift;basis\n" + aDwelling + ";yes;seen":                            "basis",
		"dwelling;lift;stated_on\n" + aDwelling + ";yes;2026-11-24":                  "stated_on",
		"dwelling;works_kind\n" + aDwelling + ";ENERGY":                              "works_from",
		"dwelling;works_kind;works_from\n" + aDwelling + ";DANCE;2026-01-01":         "works_kind",
		"dwelling;vacant_from;available_on\n" + aDwelling + ";2026-12-02;2026-12-01": "available_on",
		"dwelling;vacant_from;let_on\n" + aDwelling + ";2026-11-02;2026-11-01":       "let_on",
		"dwelling;let_on\n" + aDwelling + ";2026-11-24":                              "let_on",
	} {
		rows, p, _ := readManaged(t, row)
		if len(rows) != 0 || p.RejectCount != 1 || p.Rejects[0].ColumnName != column || p.Rejects[0].Line != 2 {
			t.Errorf("%q: %v", row, p.Rejects)
		}
	}
}

func TestManagedDwellings(t *testing.T) {
	t.Parallel()
	rows, p, columns := readManaged(t, "x_ours;dwelling;rent;lift;cellar;basis;vacant_from;let_on\n"+
		"a;"+aDwelling+";451,2;oui;inconnu;measured;2026-10-01;02/11/2026\n")
	if !p.Complete || p.RejectCount != 0 || len(rows) != 1 {
		t.Fatal(p)
	}
	m := rows[0]
	if *m.Rent != 45120 || m.Charges != nil || len(m.Answers) != 1 || *m.Answers[0].Basis != domain.Measured || *m.Answers[0].StatedOn != saidOn ||
		m.Dated || m.Vacancy.Kind != domain.VacantForLetting || m.LetOn != domain.NewDate(2026, 11, 2) {
		t.Errorf("%+v", m)
	}
	if got := fmt.Sprint(columns.Criteria()); got != "[LIFT CELLAR]" {
		t.Error(got)
	}
	stop := errors.New("the database is gone")
	_, _, err := directoryfile.ReadManagedDwellings(strings.NewReader("dwelling;rent\n"+aDwelling+";1\n"), directoryfile.UTF8, saidOn,
		func(directoryfile.ManagedDwelling) error { return stop })
	if !errors.Is(err, stop) {
		t.Error(err)
	}
}

// Of a file of the whole Métropole no more is in memory at its end than after its first lines.
//
//nolint:paralleltest // it measures the memory of the process
func TestManagedDwellingsInFlatMemory(t *testing.T) {
	const lines = 52_000
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, "dwelling;flat_number;rent;lift;balcony;vacant_from\n")
		for n := range lines {
			_, _ = fmt.Fprintf(w, "dwl_%026d;B %d;%d.50;yes;no;2026-12-01\n", n, n, 300+n%300)
		}
		_ = w.Close()
	}()
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early, read uint64
	p, _, err := directoryfile.ReadManagedDwellings(r, directoryfile.UTF8, saidOn, func(directoryfile.ManagedDwelling) error {
		if read++; read == 1000 {
			early = live()
		}
		return nil
	})
	if err != nil || p.RejectCount != 0 || read != lines {
		t.Fatal(read, p, err)
	}
	late := live()
	t.Logf("%d kB after 1000 lines, %d kB after %d", early>>10, late>>10, lines)
	if late > early+4<<20 {
		t.Errorf("it grew by %d kB", (late-early)>>10)
	}
}
