package domain_test

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"io"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// scalar is what the contract and the database ask of a custom scalar.
type scalar interface {
	MarshalGQL(w io.Writer)
	driver.Valuer
}

// scalarPointer is the other half, on the pointer.
type scalarPointer[T any] interface {
	*T
	UnmarshalGQL(v any) error
	sql.Scanner
}

// checkScalar refuses what must be, and sends what is accepted through the
// contract and the database and back.
func checkScalar[T interface {
	comparable
	scalar
}, P scalarPointer[T]](t *testing.T, parse func(string) (T, error), refused []string, accepted map[string]T) {
	t.Helper()
	for _, s := range refused {
		if v, err := parse(s); err == nil {
			t.Errorf("%q: accepted as %v", s, v)
		} else if err.Error() == "" {
			t.Errorf("%q: refused without a reason", s)
		}
		var v T
		if err := P(&v).UnmarshalGQL(s); err == nil {
			t.Errorf("%q: unmarshalled as %v", s, v)
		}
	}
	var v T
	// Null is nothing, whatever was there: required fields never get so far.
	for _, want := range accepted {
		got, none := want, v
		if err := P(&got).UnmarshalGQL(nil); err != nil || got != none {
			t.Errorf("null is %v: %v", got, err)
		}
		if err := P(&got).Scan(nil); err == nil {
			t.Error("null: scanned")
		}
		break
	}
	for _, wrong := range []any{12, 1.5, true, []string{"a"}, struct{}{}} {
		if err := P(&v).UnmarshalGQL(wrong); err == nil {
			t.Errorf("%T: unmarshalled", wrong)
		}
		if err := P(&v).Scan(wrong); err == nil {
			t.Errorf("%T: scanned", wrong)
		}
	}
	for s, want := range accepted {
		got, err := parse(s)
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", s, got, err, want)
			continue
		}
		var out bytes.Buffer
		got.MarshalGQL(&out)
		var text string
		if err := json.Unmarshal(out.Bytes(), &text); err != nil {
			t.Errorf("%q: %s is no JSON string: %v", s, out.String(), err)
		}
		var again T
		if err := P(&again).UnmarshalGQL(text); err != nil || again != want {
			t.Errorf("%q: through the contract: %v, %v", s, again, err)
		}
		stored, err := got.Value()
		if err != nil || !driver.IsValue(stored) {
			t.Errorf("%q: stored as %T, %v", s, stored, err)
		}
	}
}

// checkStored sends a value through the database and back, as text or bytes.
func checkStored[T comparable, P scalarPointer[T]](t *testing.T, v T, stored ...any) {
	t.Helper()
	for _, src := range stored {
		var got T
		if err := P(&got).Scan(src); err != nil || got != v {
			t.Errorf("scan %T %v: got %v, %v, want %v", src, src, got, err, v)
		}
	}
}

func TestInseeCode(t *testing.T) {
	t.Parallel()
	checkScalar(t, domain.ParseInseeCode,
		[]string{"", "3818", "381855", "38-85", "2C004", "2a004", "A2004", "20004", "00001", "96001", "99100", "38185 ", "３8185", "2A0O4"},
		map[string]domain.InseeCode{"38185": "38185", "2A004": "2A004", "2B033": "2B033", "01001": "01001", "97411": "97411"})
	checkStored(t, domain.InseeCode("2A004"), "2A004", []byte("2A004"))
	var own domain.InseeCode
	if err := own.UnmarshalGQL(domain.InseeCode("38185")); err != nil || own != "38185" {
		t.Errorf("own type: %v, %v", own, err)
	}
}

func TestSiren(t *testing.T) {
	t.Parallel()
	checkScalar(t, domain.ParseSiren,
		[]string{"", "000000000", "213801856", "21380185", "2138018550", "21380185A", "213-801-855"},
		map[string]domain.Siren{
			"213801855": "213801855", "213 801 855": "213801855", "213\u00a0801\u202f855": "213801855",
			"200040715": "200040715", "356000000": "356000000",
		})
	checkStored(t, domain.Siren("213801855"), "213801855", []byte("213801855"))
}

func TestSiret(t *testing.T) {
	t.Parallel()
	checkScalar(t, domain.ParseSiret,
		[]string{
			"", "213801855", "00000000000000", "21380185500016", "21380185600015", "2138018550001X",
			"35600000049838", // La Poste, digits summing to neither rule.
		},
		map[string]domain.Siret{
			"21380185500015": "21380185500015", "213 801 855 00015": "21380185500015",
			"35600000000048": "35600000000048", // La Poste's seat follows the formula.
			"35600000049837": "35600000049837", // A post office: digits sum to 45.
		})
	checkStored(t, domain.Siret("21380185500015"), "21380185500015", []byte("21380185500015"))
	if got := domain.Siret("21380185500015").Siren(); got != "213801855" {
		t.Errorf("siren of a siret: %s", got)
	}
	if got := domain.Siret("2138").Siren(); got != "" {
		t.Errorf("siren of a stub: %s", got)
	}
}

func TestPhoneNumber(t *testing.T) {
	t.Parallel()
	checkScalar(t, domain.ParsePhoneNumber,
		[]string{
			"", "+", "00", "3939", "115", "04760000", "047600000000", "4 76 00 00 00", "00 76", "+00 33 4 76 00 00 00",
			"+33 04 76 00 00 00", "+33476", "+0476000000", "+12", "+1234567890123456", "04 76 00 OO OO",
			"+33 4 76 00 00 00 poste 12", "0+476000000", "++33476000000",
		},
		map[string]domain.PhoneNumber{
			"04 76 00 00 00": "+33476000000", "04.76.00.00.00": "+33476000000", "04-76-00-00-00": "+33476000000",
			"04\u00a076\u202f00 00 00": "+33476000000", "0476000000": "+33476000000",
			"+33 4 76 00 00 00": "+33476000000", "0033476000000": "+33476000000",
			"+41 22 000 00 00": "+41220000000", "+390600000000": "+390600000000",
		})
	checkStored(t, domain.PhoneNumber("+33476000000"), "+33476000000", []byte("+33476000000"))
	for p, want := range map[domain.PhoneNumber]string{
		"+33476000000": "04 76 00 00 00", "+41220000000": "+41220000000", "": "",
	} {
		if got := p.National(); got != want {
			t.Errorf("%s: got %q, want %q", p, got, want)
		}
	}
}

func TestWeekday(t *testing.T) {
	t.Parallel()
	checkScalar(t, domain.ParseWeekday,
		[]string{"", "monday", "MON", "0", "Weekday(9)"},
		map[string]domain.Weekday{"MONDAY": domain.Monday, "SUNDAY": domain.Sunday})
	checkStored(t, domain.Sunday, int64(7))
	var w domain.Weekday
	for _, n := range []int64{-1, 0, 8, 263} {
		if err := w.Scan(n); err == nil {
			t.Errorf("scanned %d", n)
		}
	}
	for n := range 7 {
		day := date(t, "2026-11-23").AddDays(n) // a Monday
		if got := domain.WeekdayOf(day.Weekday()); got != domain.Weekday(n+1) {
			t.Errorf("%s: got %s", day, got)
		}
	}
}
