package domain_test

import (
	"fmt"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// fuzzScalar checks that a parser never panics, and that what it accepts is
// written in a form that it reads as the same value.
func fuzzScalar[T comparable](f *testing.F, parse func(string) (T, error), seeds ...string) {
	f.Helper()
	for _, s := range append(seeds, "", " ", "\x00", "é", "999999999999999999999") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parse(s)
		if err != nil {
			if err.Error() == "" {
				t.Error("refused without a reason")
			}
			return
		}
		if again, err := parse(fmt.Sprint(v)); err != nil || again != v {
			t.Errorf("%q: %v is read as %v, %v", s, v, again, err)
		}
	})
}

func FuzzParseID(f *testing.F) {
	fuzzScalar(f, domain.ParseID, "rpt_01JD8Q6Y2V0000000000000000", "xyz_01JD8Q6Y2V0000000000000000", "rpt_")
}

func FuzzParseDate(f *testing.F) {
	fuzzScalar(f, domain.ParseDate, "2026-11-23", "2024-02-29", "0226-11-23")
}

func FuzzParseLocalTime(f *testing.F) {
	fuzzScalar(f, domain.ParseLocalTime, "08:30", "24:00", "8:30")
}

func FuzzParseInseeCode(f *testing.F) {
	fuzzScalar(f, domain.ParseInseeCode, "38185", "2A004", "20004")
}

func FuzzParsePhoneNumber(f *testing.F) {
	fuzzScalar(f, domain.ParsePhoneNumber, "04 76 00 00 00", "+33 4 76 00 00 00", "0041220000000", "3939")
}

func FuzzParseSiren(f *testing.F) {
	fuzzScalar(f, domain.ParseSiren, "213801855", "213 801 855", "000000000")
}

func FuzzParseSiret(f *testing.F) {
	fuzzScalar(f, domain.ParseSiret, "21380185500015", "35600000049837")
}

func FuzzParseWeekday(f *testing.F) {
	fuzzScalar(f, domain.ParseWeekday, "MONDAY", "SUNDAY", "Weekday(0)")
}
