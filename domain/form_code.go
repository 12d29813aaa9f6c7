package domain

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// formCodesCSV has the codes in which a form states things: those of the national
// registry. A code that is out of use keeps its line, with the day from which it is.
//
//go:embed form_codes.csv
var formCodesCSV string

// contactCodesCSV has, in the same columns, those in which a contact is recorded.
//
//go:embed contact_codes.csv
var contactCodesCSV string

// The lists of codes of a form.
const (
	listReasons     = "requestReason"
	listTitles      = "title"
	listNationality = "nationality"
	listFamily      = "familyStatus"
	listContracts   = "employmentContract"
	listResources   = "resourceKind"
	listHousing     = "housingMode"
	listDwellings   = "dwellingCategory"
	listSought      = "soughtCategory"
	listDisability  = "disabilityState"
	listWalking     = "walkingCapacity"
	listMotor       = "motorDisability"
	listSensory     = "sensoryDisability"
	listAids        = "technicalAid"
	listEquipment   = "homeEquipment"

	listContactMotives  = "contactMotive"
	listContactOutcomes = "contactOutcome"
)

// formCode is what is known of a code but for its words.
type formCode struct {
	sensitive bool
	housing   HousingClass
	// until is the day from which it is out of use; zero while it is in use.
	until Date
}

type formCodes struct {
	lists []*CodeList
	known map[string]map[string]formCode
}

// formCodesOf reads the lists once. They are embedded: what is wrong in them, a test finds.
var formCodesOf = sync.OnceValue(func() formCodes {
	all, err := readFormCodes(formCodesCSV, contactCodesCSV)
	if err != nil {
		panic(err) //nolint:forbidigo // it is compiled in
	}
	return all
})

func readFormCodes(files ...string) (formCodes, error) {
	all := formCodes{known: map[string]map[string]formCode{}}
	var rows [][]string
	for _, file := range files {
		read, err := csv.NewReader(strings.NewReader(file)).ReadAll()
		if err != nil {
			return all, fmt.Errorf("form_codes.csv: %w", err)
		}
		rows = append(rows, read[1:]...)
	}
	for _, row := range rows {
		list, entry := row[0], CodeEntry{Code: row[1], Words: Text{FR: row[2], EN: row[3]}}
		code := formCode{sensitive: row[5] == "yes", housing: HousingClass(row[6])}
		if row[7] != "" {
			until, err := ParseDate(row[7])
			if err != nil {
				return all, fmt.Errorf("form_codes.csv: %s %s: %w", list, entry.Code, err)
			}
			code.until = until
			entry.ValidUntil = &code.until
		}
		if all.known[list] == nil {
			all.known[list] = map[string]formCode{}
			all.lists = append(all.lists, &CodeList{Name: list, Source: row[4]})
		}
		all.known[list][entry.Code] = code
		last := all.lists[len(all.lists)-1]
		last.Entries = append(last.Entries, entry)
	}
	return all, nil
}

// FormCodes are the lists of codes of the form and of contacts, for people.
func FormCodes() []*CodeList { return formCodesOf().lists }

// inUse tells whether a list has the code on that day.
func inUse(list, code string, today Date) bool {
	known, ok := formCodesOf().known[list][code]
	return ok && (known.until.IsZero() || today.Before(known.until))
}

// SensitiveReason tells a reason of violence, disability or health. It is kept with what
// is sensitive, apart from the others: where it stood among them its absence could be read.
func SensitiveReason(code string) bool { return formCodesOf().known[listReasons][code].sensitive }

// SensitiveResource tells a resource that only who is ill or disabled gets, or who cares
// for such a child.
func SensitiveResource(code string) bool { return formCodesOf().known[listResources][code].sensitive }

// HousingClassOf is the broad class of an exact mode of housing.
func HousingClassOf(mode string) HousingClass { return formCodesOf().known[listHousing][mode].housing }

// HousingModeOf is the exact mode where the broad class is one of them; empty otherwise.
func HousingModeOf(class HousingClass) string {
	mode := ""
	for code, known := range formCodesOf().known[listHousing] {
		if known.housing == class {
			if mode != "" {
				return ""
			}
			mode = code
		}
	}
	return mode
}

// oneCode refuses a code that its list does not have on that day; an empty one is none.
func oneCode[T ~string](list string, code T, today Date, path []string) Refusals {
	if code == "" || inUse(list, string(code), today) {
		return nil
	}
	return Refusals{refuse(Invalid,
		"Use a code of the list "+list+" (`codeLists`).", "Utiliser un code de la liste "+list+" (`codeLists`).", path...)}
}

// someCodes refuses codes that their list does not have on that day, or that come twice.
func someCodes(list string, codes []string, today Date, path []string) Refusals {
	if distinct(codes) == len(codes) && !slices.ContainsFunc(codes, func(c string) bool { return !inUse(list, c, today) }) {
		return nil
	}
	return Refusals{refuse(Invalid,
		"Use codes of the list "+list+" (`codeLists`), each once.", "Utiliser des codes de la liste "+list+" (`codeLists`), chacun une fois.", path...)}
}
