package domain_test

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

func TestRetentionsThatAreRefused(t *testing.T) {
	t.Parallel()
	const head = "purpose,record,starts,delay,action,article,valid_from,valid_until\n"
	for name, line := range map[string]string{
		"no purpose":               ",piece,deposit,P1M,DELETE,because,2017-05-11,",
		"no record":                "PIECES,,deposit,P1M,DELETE,because,2017-05-11,",
		"no reason":                "PIECES,piece,deposit,P1M,DELETE,,2017-05-11,",
		"unknown action":           "PIECES,piece,deposit,P1M,FORGET,because,2017-05-11,",
		"removed after no delay":   "PIECES,piece,deposit,,DELETE,because,2017-05-11,",
		"removed after no event":   "PIECES,piece,,P1M,DELETE,because,2017-05-11,",
		"a delay that is none":     "PIECES,piece,deposit,soon,DELETE,because,2017-05-11,",
		"no first day":             "PIECES,piece,deposit,P1M,DELETE,because,,",
		"a last day that is none":  "PIECES,piece,deposit,P1M,DELETE,because,2017-05-11,never",
		"a column less":            "PIECES,piece,deposit,P1M,DELETE,because,2017-05-11",
		"an elsewhere with a word": "PIECES,piece,deposit,ever,ELSEWHERE,because,2017-05-11,",
	} {
		if domain.ParseRetentions([]byte(head+line+"\n")) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := domain.ParseRetentions([]byte(head + "PIECES,piece,,,KEEP,because,2017-05-11,2027-01-01\n")); err != nil {
		t.Error(err)
	}
}

// Each kind of record has one line on a day, a delay of ours says so, and no purpose
// stands for two kinds that go.
func TestRetentions(t *testing.T) {
	t.Parallel()
	f, err := os.Open("retention.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range lines[1:] {
		for _, b := range lines[i+2:] {
			if a[1] == b[1] && (a[7] == "" || b[6] < a[7]) && (b[7] == "" || a[6] < b[7]) {
				t.Errorf("%s has two lines on one day", a[1])
			}
		}
	}
	for _, day := range []string{"2017-05-11", "2026-11-26", "2100-01-01"} {
		purposes := map[string]bool{}
		rows := domain.RetentionsOn(date(t, day))
		for _, r := range rows {
			if r.Action != domain.RetentionDelete {
				continue
			}
			if purposes[r.Purpose] {
				t.Errorf("%s: %s is the purpose of two kinds of records", day, r.Purpose)
			}
			if purposes[r.Purpose] = true; !strings.HasPrefix(r.Article, "Guichet, setting: ") {
				t.Errorf("%s does not say whose choice its delay is: %s", r.Record, r.Article)
			}
		}
		if len(rows) != len(lines)-1 || len(purposes) < 15 {
			t.Errorf("%s: %d lines of %d, %d purposes", day, len(rows), len(lines)-1, len(purposes))
		}
	}
	if rows := domain.RetentionsOn(date(t, "2017-05-10")); rows != nil {
		t.Errorf("before there is a law there is %v", rows)
	}
	r := domain.Retention{Delay: domain.Delay{Months: 1}}
	for today, cutOff := range map[string]string{"2027-03-31": "2027-02-28", "2027-03-01": "2027-02-01", "2028-02-29": "2028-01-29"} {
		if got := r.CutOff(date(t, today)); got != date(t, cutOff) {
			t.Errorf("on %s what started before %s goes, want %s", today, got, cutOff)
		}
	}
}
