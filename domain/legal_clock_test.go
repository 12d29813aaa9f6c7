package domain_test

import (
	"encoding/csv"
	"os"
	"reflect"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

func TestLegalClocksThatAreRefused(t *testing.T) {
	t.Parallel()
	const head = "clock,valid_from,valid_until,value,article\n"
	for name, table := range map[string]string{
		"unknown clock":  head + "patience,2017-05-11,,P1M,nowhere\n",
		"unknown event":  head + "patienceEvent,2017-05-11,,P1M,nowhere\n",
		"no delay":       head + "validity,2017-05-11,,a year,CCH R441-2-7\n",
		"no first day":   head + "validity,,,P12M,CCH R441-2-7\n",
		"wrong last day": head + "validity,2017-05-11,never,P12M,CCH R441-2-7\n",
		"a column less":  head + "validity,2017-05-11,,P12M\n",
	} {
		if domain.ParseLegalClocks([]byte(table)) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := domain.ParseLegalClocks([]byte(head + "validity,2017-05-11,2027-01-01,P12M,CCH R441-2-7\n")); err != nil {
		t.Error(err)
	}
}

// On every day each clock runs, is announced and says which article gives it.
func TestLegalClocksAreAllThere(t *testing.T) {
	t.Parallel()
	for _, day := range []string{"2017-05-11", "2026-11-23", "2100-01-01"} {
		c := domain.LegalClocksOn(date(t, day))
		fields := reflect.ValueOf(c)
		for i := range fields.NumField() {
			clock, ok := fields.Field(i).Interface().(domain.LegalClock)
			if name := fields.Type().Field(i).Name; ok && (clock.Delay == domain.Delay{} || clock.Article == "") {
				t.Errorf("%s: %s is %+v", day, name, clock)
			}
		}
		for _, kind := range domain.DeadlineKind("").Values() {
			if c.Events[domain.DeadlineKind(kind)] == (domain.Delay{}) {
				t.Errorf("%s: nothing announces %s", day, kind)
			}
		}
	}
	if c := domain.LegalClocksOn(date(t, "2017-05-10")); c.Validity != (domain.LegalClock{}) {
		t.Errorf("validity before the texts: %v", c.Validity)
	}
}

// dated checks that no two lines of a table hold on one day, and that each says what it
// rests on.
func dated(t *testing.T, file string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range lines[1:] {
		if a[4] == "" {
			t.Errorf("%s rests on nothing", a[0])
		}
		for _, b := range lines[i+2:] {
			if a[0] == b[0] && (a[2] == "" || b[1] < a[2]) && (b[2] == "" || a[1] < b[2]) {
				t.Errorf("%s is set twice on one day", a[0])
			}
		}
	}
}

func TestOneClockADay(t *testing.T) {
	t.Parallel()
	dated(t, "legal_clocks.csv")
}
