package policy //nolint:testpackage // the table is read before it is asked for

import (
	"encoding/csv"
	"reflect"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// Every setting has one value on every day from its first on, and names its article.
func TestSettings(t *testing.T) {
	t.Parallel()
	lines, err := csv.NewReader(strings.NewReader(string(settingsCSV))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		if line[4] == "" {
			t.Errorf("%s rests on nothing", line[0])
		}
	}
	for _, day := range []domain.Date{domain.NewDate(2017, 5, 11), domain.NewDate(2026, 11, 25), domain.NewDate(2100, 1, 1)} {
		inForce := map[string]int{}
		for _, row := range settingRows() {
			if row.On(day) {
				inForce[row.Name]++
			}
		}
		for name := range new(Settings).targets() {
			if inForce[name] != 1 {
				t.Errorf("%s has %d values on %s", name, inForce[name], day)
			}
		}
		s := reflect.ValueOf(SettingsOn(day))
		for i := range s.NumField() {
			if s.Field(i).IsZero() {
				t.Errorf("%s is nothing on %s", s.Type().Field(i).Name, day)
			}
		}
	}
	if before := SettingsOn(domain.NewDate(2017, 5, 10)); before != (Settings{}) {
		t.Errorf("before there is a law there is %+v", before)
	}
	for _, wrong := range []string{"unknown,2017-05-11,,1h,x", "codeTries,2017-05-11,,1h,x", "personFailures,2017-05-11,,5,x", "codeLife,soon,,1h,x", "codeLife,2017-05-11,soon,1h,x"} {
		if _, err := parseSettings([]byte("setting,valid_from,valid_until,value,article\n" + wrong)); err == nil {
			t.Errorf("%s is read", wrong)
		}
	}
}
