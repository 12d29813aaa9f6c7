package directoryfile

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// ReceptionPoint is one line of reception_points.csv.
type ReceptionPoint struct {
	// Line is where the point stands in the file it was read from; it is not
	// written.
	Line int
	// Key is the stable name of the point in this file, whatever its name becomes.
	Key     string
	Name    string
	Commune domain.InseeCode
	// Operators are keys of organisations, one at least.
	Operators   []string
	Address     string
	PostalCode  string
	Coordinates domain.Coordinates
	// Phone is empty when there is none.
	Phone domain.PhoneNumber
	// Languages are ISO 639-1 codes, one at least.
	Languages      []string
	StepFreeAccess domain.TriState
	InterCommunal  bool
	// Level is 1 to 3, delivered with Means within [LevelFrom, LevelUntil); a zero
	// LevelUntil leaves the end open.
	Level      int
	Means      domain.Means
	LevelFrom  domain.Date
	LevelUntil domain.Date
	// Weekly has one rule a day, in the order of the week, all valid from the same
	// day and without end; none when the hours are not known.
	Weekly []domain.WeeklyOpening
}

var receptionPointColumns = []column{
	{"key", maxKey, true},
	{"name", maxName, true},
	{"commune", 20, true},
	{"operators", maxListed * (maxKey + 1), true},
	{"address", maxAddress, true},
	{"postal_code", 20, true},
	{"lat", 20, true},
	{"lon", 20, true},
	{"phone", 30, false},
	{"languages", maxListed * 3, true},
	{"step_free_access", 20, false},
	{"inter_communal", 20, false},
	{"level", 20, true},
	{"means", 20, true},
	{"level_from", 20, true},
	{"level_until", 20, false},
	{"opening_hours", maxOpeningHours, false},
	{"hours_from", 20, false},
}

// ParseReceptionPoints reads reception_points.csv. An error means that reading
// failed, or that the charset is none of ours; all that is wrong in the file is in
// the rejects.
func ParseReceptionPoints(r io.Reader, c Charset, known Known) (Parsed[ReceptionPoint], error) {
	return parseTable(r, c, receptionPointColumns, func(rec *record) ReceptionPoint {
		return readReceptionPoint(rec, known)
	})
}

func readReceptionPoint(r *record, known Known) ReceptionPoint {
	p := ReceptionPoint{
		Line:           r.line,
		Key:            r.key(),
		Name:           r.freeText("name"),
		Commune:        r.commune(known),
		Operators:      r.operators(known),
		Address:        r.freeText("address"),
		PostalCode:     r.postalCode(),
		Coordinates:    r.coordinates(),
		Phone:          r.phone(),
		Languages:      r.languages(),
		StepFreeAccess: r.stepFreeAccess(),
		InterCommunal:  r.yesNo("inter_communal"),
		Level:          r.level(),
		Means:          r.means(),
		LevelFrom:      r.date("level_from"),
		LevelUntil:     r.date("level_until"),
		Weekly:         r.weekly(),
	}
	if !p.LevelUntil.IsZero() && !p.LevelFrom.Before(p.LevelUntil) {
		r.reject("level_until", BadValue,
			"The level must end after it starts; the day of the end is not part of it.",
			"Le niveau doit finir après son début ; le jour de fin n'en fait pas partie.")
	}
	return p
}

func (r *record) operators(known Known) []string {
	keys := r.list("operators")
	for _, key := range keys {
		if !known.Organisations[key] {
			key = strconv.Quote(truncate(key, MaxRejectValue))
			r.reject("operators", UnknownCode,
				"No organisation has the key "+key+".", "Aucune organisation n'a la clé "+key+".")
		}
	}
	return keys
}

func (r *record) phone() domain.PhoneNumber {
	return field(r, "phone", domain.ParsePhoneNumber,
		"Write a phone number as 04 76 00 00 00, or as +41 22 000 00 00 outside France.",
		"Écrire un numéro comme 04 76 00 00 00, ou comme +41 22 000 00 00 hors de France.")
}

func (r *record) stepFreeAccess() domain.TriState {
	answer := field(r, "step_free_access", parseTriState,
		"Write yes, no or unknown.", "Écrire oui, non ou inconnu.")
	if answer == "" {
		return domain.NotKnown
	}
	return answer
}

func (r *record) level() int {
	return field(r, "level", func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < domain.InformationLevel || n > domain.SpecialisedLevel {
			return 0, errShape
		}
		return n, nil
	}, "The level is 1, 2 or 3.", "Le niveau est 1, 2 ou 3.")
}

func (r *record) means() domain.Means {
	return field(r, "means", func(s string) (domain.Means, error) {
		switch strings.ToLower(s) {
		case "own", "propres":
			return domain.OwnMeans, nil
		case "mutualised", "mutualisés", "mutualises":
			return domain.MutualisedMeans, nil
		}
		return "", errShape
	}, "Write own or mutualised.", "Écrire propres ou mutualisés.")
}

func (r *record) weekly() []domain.WeeklyOpening {
	from := r.date("hours_from")
	hours := r.text("opening_hours")
	rules, err := ParseOpeningHours(hours)
	var wrong *hoursError
	switch {
	case errors.As(err, &wrong):
		r.reject("opening_hours", BadValue, wrong.text.EN, wrong.text.FR)
	case len(rules) > 0 && r.text("hours_from") == "":
		r.reject("hours_from", Required,
			"Opening hours need the day from which they are valid.",
			"Les horaires demandent la date à partir de laquelle ils valent.")
	}
	for i := range rules {
		rules[i].From = from
	}
	return rules
}
