package directoryfile

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"github.com/guichet-logement/guichet/domain"
)

// Known is what the caller knows to exist. A code that is not in it is rejected,
// so that an empty set knows nothing.
type Known struct {
	Communes map[domain.InseeCode]bool
	// Organisations are the keys of organisations.
	Organisations map[string]bool
	// Landlords are the SIRENs of the organisations of kind LANDLORD.
	Landlords map[domain.Siren]bool
}

const (
	maxKey     = 60
	maxName    = 120
	maxAddress = 200
	// maxListed bounds the values in one field.
	maxListed = 20
)

var (
	keyShape        = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	postalCodeShape = regexp.MustCompile(`^[0-9]{5}$`)

	errShape = errors.New("wrong shape")
)

// key reads the stable name of a row. Its alphabet keeps it out of the way of
// separators, comments and spreadsheet formulas.
func (r *record) key() string {
	return field(r, "key", shaped(keyShape),
		"A key has letters without accents, digits, and . _ - only, and starts with a letter or a digit.",
		"Une clé n'a que des lettres sans accent, des chiffres et . _ -, et commence par une lettre ou un chiffre.")
}

// freeText reads text that people see. It must not start as a formula does: the
// file will be opened in a spreadsheet again.
func (r *record) freeText(name string) string {
	return field(r, name, func(s string) (string, error) {
		if strings.ContainsRune("=+-@", rune(s[0])) {
			return "", errShape
		}
		return s, nil
	}, "The text must not start with = + - or @.", "Le texte ne doit pas commencer par = + - ou @.")
}

func (r *record) postalCode() string {
	return field(r, "postal_code", shaped(postalCodeShape),
		"A postal code has 5 digits.", "Un code postal a 5 chiffres.")
}

func (r *record) siren() domain.Siren {
	return field(r, "siren", domain.ParseSiren,
		"A SIREN has 9 digits, the last of which checks the others.",
		"Un SIREN a 9 chiffres, dont le dernier contrôle les autres.")
}

func (r *record) inseeCode(name string) domain.InseeCode {
	return field(r, name, domain.ParseInseeCode,
		"An INSEE code has 5 characters, as in 38185; it is not the postal code.",
		"Un code INSEE a 5 caractères, comme 38185 ; ce n'est pas le code postal.")
}

// commune reads the code of a commune that must be known.
func (r *record) commune(known Known) domain.InseeCode {
	code := r.inseeCode("commune")
	if code != "" && !known.Communes[code] {
		r.reject("commune", UnknownCode,
			"No commune of the network has this INSEE code.",
			"Aucune commune du réseau n'a ce code INSEE.")
	}
	return code
}

// yesNo reads an answer; empty is no.
func (r *record) yesNo(name string) bool {
	return field(r, name, func(s string) (bool, error) {
		answer, err := parseTriState(s)
		if err != nil || answer == domain.NotKnown {
			return false, errShape
		}
		return answer == domain.Yes, nil
	}, "Write yes or no.", "Écrire oui ou non.")
}

func parseTriState(s string) (domain.TriState, error) {
	switch strings.ToLower(s) {
	case "yes", "oui":
		return domain.Yes, nil
	case "no", "non":
		return domain.No, nil
	case "unknown", "inconnu":
		return domain.NotKnown, nil
	}
	return "", errShape
}

// date reads 2026-11-23, and 23/11/2026, into which French spreadsheets turn it
// unasked.
func (r *record) date(name string) domain.Date {
	return field(r, name, func(s string) (domain.Date, error) {
		if len(s) == len("23/11/2026") && s[2] == '/' && s[5] == '/' {
			s = s[6:] + "-" + s[3:5] + "-" + s[:2]
		}
		return domain.ParseDate(s)
	}, "Write a date as 2026-11-23, or day/month/year as 23/11/2026.",
		"Écrire une date comme 2026-11-23 ou 23/11/2026.")
}

// coordinates reads lat and lon, with a decimal point or the comma that French
// spreadsheets write.
func (r *record) coordinates() domain.Coordinates {
	degrees := func(name string) float64 {
		return field(r, name, func(s string) (float64, error) {
			return strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
		}, "Write degrees as 45.18854.", "Écrire des degrés comme 45.18854.")
	}
	lat, lon := degrees("lat"), degrees("lon")
	if slices.Contains(r.faulty, "lat") || slices.Contains(r.faulty, "lon") {
		return domain.Coordinates{}
	}
	c, err := domain.NewCoordinates(lat, lon)
	if err != nil || !c.InMetropolitanFrance() {
		r.reject("lat", BadCoordinates,
			"The point lat, lon is not in France; are latitude and longitude exchanged?",
			"Le point lat, lon n'est pas en France ; latitude et longitude sont-elles inversées ?")
	}
	return c
}

// list cuts a field at |, or at spaces.
func (r *record) list(name string) []string {
	values := strings.FieldsFunc(r.text(name), func(c rune) bool { return c == '|' || c == ' ' })
	if len(values) > maxListed {
		r.reject(name, BadValue, "At most 20 values.", "20 valeurs au plus.")
		return nil
	}
	for i, v := range values {
		if slices.Contains(values[:i], v) {
			r.reject(name, BadValue, v+" stands there twice.", v+" y figure deux fois.")
			return nil
		}
	}
	return values
}

// languages reads ISO 639-1 codes.
func (r *record) languages() []string {
	codes := r.list("languages")
	for i, code := range codes {
		codes[i] = strings.ToLower(code)
		base, err := language.ParseBase(codes[i])
		if err != nil || len(code) != 2 || base.String() != codes[i] {
			found := strconv.Quote(truncate(code, MaxRejectValue))
			r.reject("languages", UnknownCode,
				found+" is not a language code of ISO 639-1: write fr, en, ar, with | in between.",
				found+" n'est pas un code de langue ISO 639-1 : écrire fr, en, ar, séparés par |.")
			return nil
		}
	}
	return codes
}

// shaped makes a parser of a pattern.
func shaped(pattern *regexp.Regexp) func(string) (string, error) {
	return func(s string) (string, error) {
		if !pattern.MatchString(s) {
			return "", errShape
		}
		return s, nil
	}
}
