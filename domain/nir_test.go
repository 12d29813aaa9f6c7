package domain_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func TestTextsWithoutNIR(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":                     "",
		"a key that does not fit":     "1 85 05 78 006 084 37",
		"a month that does not exist": "1 85 13 78 006 084 39",
		"no key":                      "1 85 05 78 006 084",
		"a letter before":             "x185057800608491",
		"a digit before":              "5185057800608491",
		"a digit after":               "1850578006084910",
		"a letter of another script":  "185057800608491é",
		"a telephone number":          "04 76 00 00 00",
		"two telephone numbers":       "04 76 12 34 56 06 12 34 56 78",
		"an international one":        "+185057800608491",
		"a SIREN and a SIRET":         "213 801 855, 21380185500015, 213 801 855 00015",
		"a unique number":             "1110318016982G1104, 038112401698200123, 038 1124 016982 00123",
		"a date and an amount":        "le 2026-11-25, 12 500 000 euros",
		"other digits than ours":      "１85057800608491",
		"an IBAN":                     "FR14 2004 1010 0505 0001 3M02 606",
	} {
		if domain.ContainsNIR(text) {
			t.Errorf("%s: found in %q", name, text)
		}
		if domain.RefuseNIR(text) != nil {
			t.Errorf("%s: refused", name)
		}
	}
}

func TestTextsWithNIR(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"alone":                     "185057800608491",
		"parted":                    "1 85 05 78 006 084 91",
		"parted before the key":     "1850578006084 91",
		"with dots":                 "1.85.05.78.006.084.91",
		"with hyphens":              "1-85-05-78-006-084-91",
		"with no-break spaces":      "1\u00a085\u202f05\u00a078\u00a0006\u00a0084\u00a091",
		"over two lines":            "1 85 05 78 006\n084 91",
		"in a sentence":             "Son numéro (185057800608491), à masquer.",
		"before a number":           "n° 185057800608491 12 rue Thiers",
		"after a number":            "né en 1985, 185057800608491",
		"after one that fits wrong": "1 85 05 78 006 084 92 1 85 05 78 006 084 91",
		"Corsica":                   "2 69 05 2A 588 157 " + nirKey(t, "2690519588157"),
		"Corsica in small letters":  "269052b588157" + nirKey(t, "2690518588157"),
	} {
		if !domain.ContainsNIR(text) {
			t.Errorf("%s: not found in %q", name, text)
		}
		refusals := domain.RefuseNIR(text, "note")
		if len(refusals) != 1 || refusals[0].Field[0] != "note" || strings.Contains(refusals.Error(), "8505") {
			t.Errorf("%s: %v", name, refusals)
		}
	}
}

type fataler interface{ Fatal(args ...any) }

// nirKey counts the key of thirteen digits, digit by digit.
func nirKey(t fataler, digits string) string {
	if len(digits) != 13 {
		t.Fatal("not thirteen digits:", digits)
	}
	rest := 0
	for _, d := range digits {
		rest = (rest*10 + int(d-'0')) % 97
	}
	return fmt.Sprintf("%02d", 97-rest)
}

// anyNIR is a number with its key, parted in one of the ways of people.
var anyNIR = rapid.Custom(func(t *rapid.T) string {
	department := rapid.StringMatching(`0[1-9]|[1-8][0-9]|9[0-9]|2A|2B|2a|2b`).Draw(t, "département")
	parts := []string{
		rapid.StringMatching(`[1-478]`).Draw(t, "sex"), rapid.StringMatching(`[0-9]{2}`).Draw(t, "year"),
		rapid.StringMatching(`0[1-9]|1[0-2]|20|3[0-9]|4[0-2]|[5-9][0-9]`).Draw(t, "month"), department,
		rapid.StringMatching(`[0-9]{3}`).Draw(t, "commune"), rapid.StringMatching(`[0-9]{3}`).Draw(t, "rank"),
	}
	digits := strings.Join(parts, "")
	digits = strings.NewReplacer("2A", "19", "2B", "18").Replace(strings.ToUpper(digits[:7])) + digits[7:]
	gap := rapid.SampledFrom([]string{"", " ", "\u00a0", "\u202f", ".", "-", "/"}).Draw(t, "gap")
	return strings.Join(append(parts, nirKey(t, digits)), gap)
})

func TestAnyNIRIsFoundInAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after")
		parted := rapid.SampledFrom([]string{" ", "\n", "(", ", ", " : "}).Draw(t, "parted by")
		if text := before + parted + anyNIR.Draw(t, "NIR") + " " + after; !domain.ContainsNIR(text) {
			t.Fatalf("not found in %q", text)
		}
	})
}

// What else has that many digits is never taken for one, however it is written.
func TestOtherNumbersAreNoNIR(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		gap := rapid.SampledFrom([]string{"", " ", "\u00a0", "-", "."}).Draw(t, "gap")
		number := rapid.SampledFrom([]*rapid.Generator[[]string]{
			grouped(`0[1-9]`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{2}`),                                              // telephone
			grouped(`\+33`, `[1-9]`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{2}`),                                       // abroad
			grouped(`[0-9]{3}`, `[0-9]{3}`, `[0-9]{3}`),                                                                    // SIREN
			grouped(`[0-9]{3}`, `[0-9]{3}`, `[0-9]{3}`, `[0-9]{5}`),                                                        // SIRET
			grouped(`[0-9]{3}`, `(?:0[1-9]|1[0-2])[0-9]{2}`, `[0-9]{6}`, `[0-9]{5}`),                                       // unique number
			grouped(`[0-9]{3}`, `(?:0[1-9]|1[0-2])[0-9]{2}`, `[0-9]{6}`, `G[0-9]{4}`),                                      // the same, of a desk
			grouped(`0[1-9]`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{2}`, `0[67]`, `[0-9]{2}`, `[0-9]{2}`, `[0-9]{4}`), // two telephones
		}).Draw(t, "kind").Draw(t, "groups")
		if text := "n° " + strings.Join(number, gap) + " "; domain.ContainsNIR(text) {
			t.Fatalf("found in %q", text)
		}
	})
}

// grouped makes numbers of groups of digits.
func grouped(shapes ...string) *rapid.Generator[[]string] {
	return rapid.Custom(func(t *rapid.T) []string {
		groups := make([]string, len(shapes))
		for i, shape := range shapes {
			groups[i] = rapid.StringMatching(shape).Draw(t, "group "+strconv.Itoa(i))
		}
		return groups
	})
}

func FuzzContainsNIR(f *testing.F) {
	for _, s := range []string{"", "1 85 05 78 006 084 91", "269052b588157", "1110318016982G1104", "\xff185057800608491\xff", "11111111111111111"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if domain.ContainsNIR(s) != (domain.RefuseNIR(s) != nil) {
			t.Errorf("%q: found and not refused, or refused and not found", s)
		}
		if !domain.ContainsNIR(s + " 185057800608491") {
			t.Errorf("%q hides a number that follows", s)
		}
	})
}

func TestNIRIsCut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		rest string
		cut  int
	}{
		"":                                      {"", 0},
		"1 85 05 78 006 084 37":                 {"1 85 05 78 006 084 37", 0}, // a key that does not fit
		"le 1850578006084, en 1985":             {"le 1850578006084, en 1985", 0},
		"038112401698200123":                    {"038112401698200123", 0},
		" 1 85 05 78 006 084 ":                  {"", 1},
		"185057800608491":                       {"", 1},
		"né, 185057800608491, en 1985":          {"né, , en 1985", 1},
		"185057800608491 et 1850578006084 91":   {" et ", 2},
		"1 85 05 78 0185057800608491 06 084 91": {"1 85 05 78 0185057800608491 06 084 91", 0}, // within digits
		"1 85 05 78.185057800608491.006 084 91": {"", 2},                                      // one within another
	} {
		if rest, cut := domain.CutNIR(text); rest != want.rest || cut != want.cut {
			t.Errorf("%q: %q, %d", text, rest, cut)
		}
	}
}
