package directoryfile_test

import (
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
)

func TestOpeningHoursRefused(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"mon", "closed", "08:30-12:00", "mon 08:30", "mon 08:30-", "mon 8-12", "mon 12:00-08:00", "mon 08:30-08:30",
		"mon 08:30-24:01", "mon 08:30-12:00-13:00", "mon 08:30-12:00 11:00-13:00", "mon 08:30-12:00 | lun 09:00-10:00",
		"fri-mon 08:30-12:00", "mon-mon 08:30-12:00", "mon-x 08:30-12:00", "mon,tue 08:30-12:00", "mon 08:30h-12:00",
		"mon 1:00-2:00 3:00-4:00 5:00-6:00 7:00-8:00 9:00-10:00 11:00-12:00 13:00-14:00",
	} {
		if rules, err := directoryfile.ParseOpeningHours(s); err == nil {
			t.Errorf("%q: accepted as %v", s, rules)
		} else if err.Error() == "" {
			t.Errorf("%q: no reason", s)
		}
	}
}

func TestOpeningHours(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "", " | ; ": "",
		"mon 08:30-12:00 13:30-17:00":        "mon 08:30-12:00 13:30-17:00",
		"MON 13:30-17:00 08:30-12:00":        "mon 08:30-12:00 13:30-17:00",
		"sam 9h-12h; lundi 8h30 – 12h":       "mon 08:30-12:00 | sat 09:00-12:00",
		"mar - jeu 08:30-12:00":              "tue 08:30-12:00 | wed 08:30-12:00 | thu 08:30-12:00",
		"mon-tue 9:00-12:00 | tue 14h-18h":   "mon 09:00-12:00 | tue 09:00-12:00 14:00-18:00",
		"dim 00:00-12:00 12:00-24:00":        "sun 00:00-24:00",
		"Wednesday 9h-10h | vendredi 9h-10h": "wed 09:00-10:00 | fri 09:00-10:00",
	} {
		rules, err := directoryfile.ParseOpeningHours(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		if got := directoryfile.FormatOpeningHours(rules); got != want {
			t.Errorf("%q: got %q, want %q", s, got, want)
		}
	}
}

func FuzzOpeningHours(f *testing.F) {
	for _, s := range []string{"", "mon 08:30-12:00 13:30-17:00 | tue-fri 8h30-12h", "lun-ven 8h–12h; sam 9h-12h", "dim 00:00-24:00", "mon", "|;|"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rules, err := directoryfile.ParseOpeningHours(s)
		if err != nil {
			return
		}
		written := directoryfile.FormatOpeningHours(rules)
		again, err := directoryfile.ParseOpeningHours(written)
		if err != nil {
			t.Fatalf("%q: written %q is refused: %v", s, written, err)
		}
		if rewritten := directoryfile.FormatOpeningHours(again); rewritten != written {
			t.Fatalf("%q: written %q, then %q", s, written, rewritten)
		}
	})
}
