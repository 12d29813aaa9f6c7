package domain

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NormaliseAddress writes an address in the one way in which two spellings of it
// are equal: capitals A to Z, digits and single spaces only. It
//
//   - drops accents and splits ligatures; whatever else is no letter or digit
//     separates words;
//   - drops leading zeros of the street number, parts it from its index and writes
//     BIS, TER, QUATER and QUINQUIES as B, T, Q and C;
//   - writes the type of street after the number in full: AV becomes AVENUE;
//   - writes ST and STE as SAINT and SAINTE.
//
// Normalising twice changes nothing more. It reads French addresses: letters of
// other scripts are lost.
func NormaliseAddress(address string) string {
	words := strings.Fields(plainCapitals(address))
	words = normaliseNumber(words)
	typeAt := 0
	for typeAt < len(words) && (isNumber(words[typeAt]) || typeAt > 0 && isIndex(words[typeAt])) {
		typeAt++
	}
	for i, w := range words {
		if full := streetType(w); i == typeAt && full != "" {
			words[i] = full
			continue
		}
		switch w {
		case "ST":
			words[i] = "SAINT"
		case "STE":
			words[i] = "SAINTE"
		}
	}
	return strings.Join(words, " ")
}

// plainCapitals leaves A to Z, 0 to 9 and spaces.
func plainCapitals(s string) string {
	out := make([]byte, 0, len(s))
	for i, r := range s {
		if r < utf8.RuneSelf {
			out = appendCapital(out, r)
			continue
		}
		decomposed := norm.NFKD.PropertiesString(s[i:]).Decomposition()
		if decomposed == nil {
			out = appendCapital(out, r)
		}
		for len(decomposed) > 0 {
			part, size := utf8.DecodeRune(decomposed)
			out = appendCapital(out, part)
			decomposed = decomposed[size:]
		}
	}
	return string(out)
}

func appendCapital(out []byte, r rune) []byte {
	switch {
	case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
		return utf8.AppendRune(out, r)
	case r >= 'a' && r <= 'z':
		return utf8.AppendRune(out, r-'a'+'A')
	case r == 'œ', r == 'Œ':
		return append(out, "OE"...)
	case r == 'æ', r == 'Æ':
		return append(out, "AE"...)
	case r >= 0x300 && r <= 0x36f:
		// An accent that has been parted from its letter.
		return out
	}
	return append(out, ' ')
}

// normaliseNumber rewrites the numbers and indices that lead an address, as in
// 0012BIS, or 12 and 14.
func normaliseNumber(words []string) []string {
	out := make([]string, 0, len(words)+2)
	for i, w := range words {
		digits := len(w) - len(strings.TrimLeft(w, "0123456789"))
		number, rest := w[:digits], w[digits:]
		afterNumber := len(out) > 0 && isNumber(out[len(out)-1])
		switch {
		case digits > 0 && (rest == "" || indexLetter(rest) != ""):
			if number = strings.TrimLeft(number, "0"); number == "" {
				number = "0"
			}
			out = append(out, number)
			if rest != "" {
				out = append(out, indexLetter(rest))
			}
		case digits == 0 && afterNumber && indexLetter(w) != "":
			out = append(out, indexLetter(w))
		default:
			return append(out, words[i:]...)
		}
	}
	return out
}

// indexLetter returns the letter of a repetition index (indice de répétition),
// empty for any other word.
func indexLetter(word string) string {
	switch word {
	case "BIS":
		return "B"
	case "TER":
		return "T"
	case "QUATER":
		return "Q"
	case "QUINQUIES":
		return "C"
	}
	if isIndex(word) {
		return word
	}
	return ""
}

func isIndex(word string) bool {
	return len(word) == 1 && word[0] >= 'A' && word[0] <= 'Z'
}

func isNumber(word string) bool {
	return strings.Trim(word, "0123456789") == ""
}

// streetType returns the type of street (type de voie) that a word abbreviates,
// empty when it abbreviates none. The abbreviations are those in use at the tax
// office, on letters, and in the file.
func streetType(word string) string {
	switch word {
	case "ALL", "ALLEES":
		return "ALLEE"
	case "AV", "AVE":
		return "AVENUE"
	case "BD", "BLD", "BVD", "BOUL":
		return "BOULEVARD"
	case "CAR", "CARR":
		return "CARREFOUR"
	case "CHE", "CHEM", "CH", "CHM":
		return "CHEMIN"
	case "CHS":
		return "CHAUSSEE"
	case "CITE", "CTE":
		return "CITE"
	case "CRS":
		return "COURS"
	case "DOM":
		return "DOMAINE"
	case "ESP":
		return "ESPLANADE"
	case "FG", "FBG":
		return "FAUBOURG"
	case "GAL":
		return "GALERIE"
	case "GR":
		return "GRANDE RUE"
	case "HAM":
		return "HAMEAU"
	case "IMP":
		return "IMPASSE"
	case "LOT":
		return "LOTISSEMENT"
	case "MTE":
		return "MONTEE"
	case "PAS", "PASS":
		return "PASSAGE"
	case "PL", "PLA":
		return "PLACE"
	case "PROM":
		return "PROMENADE"
	case "QU", "QUA":
		return "QUAI"
	case "QUAR", "QRT":
		return "QUARTIER"
	case "RES":
		return "RESIDENCE"
	case "RPT":
		return "ROND POINT"
	case "RTE":
		return "ROUTE"
	case "RUL":
		return "RUELLE"
	case "SEN", "SENT":
		return "SENTIER"
	case "SQ":
		return "SQUARE"
	case "TRA", "TRAV":
		return "TRAVERSE"
	case "VLA":
		return "VILLA"
	case "VOI":
		return "VOIE"
	case "ZA":
		return "ZONE ARTISANALE"
	}
	return ""
}
