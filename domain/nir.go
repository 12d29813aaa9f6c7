package domain

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// nirShape is the number of registration in the national register of natural persons
// (NIR, numéro de sécurité sociale): sex, year and month of birth, département, commune,
// rank, and a key. It is found run together or parted where people part it, and
// nowhere else: so no telephone number, SIRET or unique number is taken for one.
var nirShape = regexp.MustCompile(`(?i)` + nirDigits + nirGap + `([0-9]{2})`)

// nirAlone is one without its key and with nothing around it.
var nirAlone = regexp.MustCompile(`(?i)^\s*` + nirDigits + `\s*$`)

// nirDigits are the thirteen before the key.
const nirDigits = `([1-478])` + nirGap + `([0-9]{2})` + nirGap +
	`(0[1-9]|1[0-2]|20|3[0-9]|4[0-2]|[5-9][0-9])` + nirGap + `([0-9]{2}|2[AB])` + nirGap +
	`([0-9]{3})` + nirGap + `([0-9]{3})`

// nirGap is what people write between two parts of it.
const nirGap = `[\s\x{a0}\x{202f}./_-]{0,2}`

// ContainsNIR finds a social security number with its key anywhere in a text. Its use
// is restricted (loi 78-17, art. 30; CNIL, délibération 2013-351), and people copy it
// into notes and forms.
func ContainsNIR(text string) bool {
	from, _ := findNIR(text)
	return from >= 0
}

// findNIR tells where the first one begins and ends; from is -1 when there is none.
func findNIR(text string) (from, end int) {
	for start := 0; ; {
		found := nirShape.FindStringSubmatchIndex(text[start:])
		if found == nil {
			return -1, -1
		}
		from, end := start+found[0], start+found[1]
		if standsAlone(text, from, end) && nirKeyFits(nirShape.FindStringSubmatch(text[from:end])[1:]) {
			return from, end
		}
		start = from + 1
	}
}

// CutNIR takes the social security numbers out of a text that comes from elsewhere and
// cannot be refused, and counts them: those with their key wherever they stand, and one
// without where it is all there is, which no key can confirm.
func CutNIR(text string) (rest string, cut int) {
	if nirAlone.MatchString(text) {
		return "", 1
	}
	for from, end := findNIR(text); from >= 0; from, end = findNIR(text) {
		text = text[:from] + text[end:]
		cut++
	}
	return text, cut
}

// standsAlone tells whether no letter or digit touches it, which would make it part of
// something longer, nor the plus sign of a telephone number.
func standsAlone(text string, from, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return before != '+' && !wordRune(before) && !wordRune(after)
}

func wordRune(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// nirKeyFits checks the key: 97 less the rest of the thirteen digits by 97, Corsica
// being counted as 19 and 18 (décret 82-103, art. 4).
func nirKeyFits(parts []string) bool {
	parts[3] = corsica.Replace(strings.ToUpper(parts[3]))
	number, _ := strconv.Atoi(strings.Join(parts[:6], "")) // digits alone, by the shape
	key, _ := strconv.Atoi(parts[6])
	return key == 97-number%97
}

var corsica = strings.NewReplacer("2A", "19", "2B", "18")

// RefuseNIR refuses a text in which there is a social security number, and does not
// repeat it.
func RefuseNIR(text string, field ...string) Refusals {
	if !ContainsNIR(text) {
		return nil
	}
	return Refusals{{
		Code: Invalid, Field: field,
		Message: Text{
			EN: "There is a social security number in this text.",
			FR: "Il y a un numéro de sécurité sociale dans ce texte.",
		},
		Help: Text{EN: "Take it out: it is not kept here.", FR: "Le retirer : il n'est pas conservé ici."},
	}}
}
