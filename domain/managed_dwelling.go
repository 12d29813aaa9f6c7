package domain

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// DwellingCriterion is what a landlord says of the access to a dwelling, or of what it has:
// the words in which the needs of a household are looked at too.
type DwellingCriterion string

// The criteria: those of access first, in the order in which one comes in.
const (
	WideParking       DwellingCriterion = "WIDE_PARKING"
	StepFreeEntrance  DwellingCriterion = "STEP_FREE_ENTRANCE"
	Lift              DwellingCriterion = "LIFT"
	WideDoors         DwellingCriterion = "WIDE_DOORS"
	TurningSpace      DwellingCriterion = "TURNING_SPACE"
	StepFreeShower    DwellingCriterion = "STEP_FREE_SHOWER"
	AdaptedBath       DwellingCriterion = "ADAPTED_BATH"
	ToiletTransfer    DwellingCriterion = "TOILET_TRANSFER_SPACE"
	CarerRoom         DwellingCriterion = "CARER_ROOM"
	Parking           DwellingCriterion = "PARKING"
	Balcony           DwellingCriterion = "BALCONY"
	Cellar            DwellingCriterion = "CELLAR"
	IndividualHeating DwellingCriterion = "INDIVIDUAL_HEATING"
)

// DwellingCriteria lists them, in the order of the contract.
func DwellingCriteria() []DwellingCriterion {
	return []DwellingCriterion{
		WideParking, StepFreeEntrance, Lift, WideDoors, TurningSpace, StepFreeShower, AdaptedBath, ToiletTransfer, CarerRoom,
		Parking, Balcony, Cellar, IndividualHeating,
	}
}

// Values lists the criteria, in the order of the contract.
func (DwellingCriterion) Values() []string { return words(DwellingCriteria()) }

// MarshalGQL writes the word of the contract.
func (c DwellingCriterion) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *DwellingCriterion) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// CriterionBasis is on what an answer about a dwelling rests.
type CriterionBasis string

// The bases, the weaker one first.
const (
	Declared CriterionBasis = "DECLARED"
	Measured CriterionBasis = "MEASURED"
)

// Values lists the bases, in the order of the contract.
func (CriterionBasis) Values() []string { return []string{string(Declared), string(Measured)} }

// MarshalGQL writes the word of the contract.
func (b CriterionBasis) MarshalGQL(w io.Writer) { marshalEnum(w, b) }

// UnmarshalGQL reads the word of the contract.
func (b *CriterionBasis) UnmarshalGQL(v any) error { return unmarshalEnum(v, b) }

// ManagedSource is by which way a landlord said something.
type ManagedSource string

// The ways.
const (
	ManagedByAPI  ManagedSource = "API"
	ManagedByFile ManagedSource = "FILE"
)

// Values lists the ways, in the order of the contract.
func (ManagedSource) Values() []string { return []string{string(ManagedByAPI), string(ManagedByFile)} }

// MarshalGQL writes the word of the contract.
func (s ManagedSource) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *ManagedSource) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// WorksKind is what is done to a dwelling.
type WorksKind string

// The kinds of works.
const (
	WorksRefurbishment WorksKind = "REFURBISHMENT"
	WorksEnergy        WorksKind = "ENERGY"
	WorksAccessibility WorksKind = "ACCESSIBILITY"
	WorksSafety        WorksKind = "SAFETY"
	WorksRenewal       WorksKind = "URBAN_RENEWAL"
)

// Values lists the kinds, in the order of the contract.
func (WorksKind) Values() []string {
	return []string{
		string(WorksRefurbishment), string(WorksEnergy), string(WorksAccessibility), string(WorksSafety), string(WorksRenewal),
	}
}

// MarshalGQL writes the word of the contract.
func (k WorksKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *WorksKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }

// DwellingAnswer is what a landlord says of one criterion. What it does not know is not
// stored: unknown means "ask", and is said of all the others.
type DwellingAnswer struct {
	Criterion DwellingCriterion `json:"criterion"`
	Answer    TriState          `json:"answer"`
	// Basis and StatedOn are on what it rests and since when; nil for what is not known.
	Basis    *CriterionBasis `json:"basis,omitempty"`
	StatedOn *Date           `json:"statedOn,omitempty"`
}

func (a DwellingAnswer) same(b DwellingAnswer) bool {
	return a.Criterion == b.Criterion && a.Answer == b.Answer && deref(a.Basis) == deref(b.Basis)
}

func deref[T any](p *T) T {
	var none T
	if p == nil {
		return none
	}
	return *p
}

// DwellingAnswers are those of a dwelling, by criterion in the order of the alphabet.
type DwellingAnswers []DwellingAnswer

// All are the answers to every criterion, in the order of the contract.
func (as DwellingAnswers) All() []DwellingAnswer {
	criteria := DwellingCriteria()
	all := make([]DwellingAnswer, len(criteria))
	for i, c := range criteria {
		all[i] = DwellingAnswer{Criterion: c, Answer: NotKnown}
		if n, found := as.find(c); found {
			all[i] = as[n]
		}
	}
	return all
}

func (as DwellingAnswers) find(c DwellingCriterion) (int, bool) {
	return slices.BinarySearchFunc(as, c, func(a DwellingAnswer, c DwellingCriterion) int { return cmp.Compare(a.Criterion, c) })
}

// Settled is what is stored of answers given today, over those before: what is not known is
// left out, what is said again without a date keeps that since which it is known.
func (as DwellingAnswers) Settled(before DwellingAnswers, today Date) DwellingAnswers {
	settled := DwellingAnswers{}
	for _, a := range as {
		if a.Answer == NotKnown {
			continue
		}
		if a.Basis == nil {
			declared := Declared
			a.Basis = &declared
		}
		if a.StatedOn == nil {
			a.StatedOn = &today
			if n, found := before.find(a.Criterion); found && a.same(before[n]) {
				a = before[n]
			}
		}
		settled = append(settled, a)
	}
	slices.SortFunc(settled, func(a, b DwellingAnswer) int { return cmp.Compare(a.Criterion, b.Criterion) })
	return settled
}

// DwellingWorks are works on a dwelling, under way or planned (travaux).
type DwellingWorks struct {
	Kind WorksKind `json:"kind"`
	From Date      `json:"from"`
	// Until is the day after the last; nil while nobody knows.
	Until *Date `json:"until,omitempty"`
}

// ManagedDwelling is what a landlord says of a dwelling beyond the official file. It is said
// as a whole: what is left out is not known any more.
type ManagedDwelling struct {
	FlatNumber string
	// Rent is that of a month without charges, Charges those; nil for what is not known.
	Rent, Charges *Money
	Answers       DwellingAnswers
	Works         *DwellingWorks
}

const (
	// MaxFlatNumber is in characters.
	MaxFlatNumber = 20
	// MaxRent bounds rent and charges of a month, each.
	MaxRent Money = 1_000_000
)

// Check says what is wrong with what is said today.
func (m ManagedDwelling) Check(today Date) Refusals {
	var all Refusals
	if utf8.RuneCountInString(m.FlatNumber) > MaxFlatNumber {
		all = append(all, refuse(Invalid, "At most 20 characters.", "20 caractères au plus.", "flatNumber"))
	}
	for name, amount := range map[string]*Money{"rent": m.Rent, "charges": m.Charges} {
		if a := deref(amount); a < 0 || a > MaxRent {
			all = append(all, refuse(Invalid,
				"An amount of a month is 0 to 10 000 euros.", "Un montant mensuel va de 0 à 10 000 euros.", name))
		}
	}
	slices.SortFunc(all, func(a, b *Refusal) int { return strings.Compare(a.Field[0], b.Field[0]) })
	seen := map[DwellingCriterion]bool{}
	for _, a := range m.Answers {
		if seen[a.Criterion] {
			all = append(all, refuse(Invalid, "One answer a criterion.", "Une réponse par critère.", "criteria"))
			break
		}
		seen[a.Criterion] = true
		if a.StatedOn != nil && today.Before(*a.StatedOn) {
			all = append(all, refuse(Invalid,
				"An answer is dated today or before.", "Une réponse est datée d'aujourd'hui ou d'avant.", "criteria", "statedOn"))
			break
		}
	}
	if w := m.Works; w != nil && w.Until != nil && !w.From.Before(*w.Until) {
		all = append(all, refuse(Invalid,
			"The day after the last comes after the first day.", "Le lendemain du dernier jour vient après le premier.", "works", "until"))
	}
	return all
}

// ManagedID is the identifier of what is managed of a dwelling: there is one at most.
func ManagedID(dwelling ID) ID {
	_, rest, _ := strings.Cut(string(dwelling), "_")
	return ID(string(ManagedDwellingPrefix) + "_" + rest)
}

// ManagedValues are values of a dwelling that its landlord manages, by name; one that is not
// in it is not known.
type ManagedValues map[string]json.RawMessage

// Values are those of a managed dwelling. The current vacancy, if any, goes with it.
func (m ManagedDwelling) Values(v *VacancyDates) ManagedValues {
	values := ManagedValues{}
	add := func(name string, value any, known bool) {
		if !known {
			return
		}
		// These types always have a JSON form.
		values[name], _ = json.Marshal(value)
	}
	add("flatNumber", m.FlatNumber, m.FlatNumber != "")
	add("rent", m.Rent, m.Rent != nil)
	add("charges", m.Charges, m.Charges != nil)
	add("criteria", m.Answers, len(m.Answers) > 0)
	add("works", m.Works, m.Works != nil)
	add("vacancy", v, v != nil)
	return values
}

// ManagedDifference is one value that changed; an empty side was not known.
type ManagedDifference struct {
	Field         string
	Before, After Stated
}

// Changed leaves of both what differs.
func (before ManagedValues) Changed(after ManagedValues) (was, is ManagedValues) {
	was, is = ManagedValues{}, ManagedValues{}
	for name := range union(before, after) {
		if bytes.Equal(before[name], after[name]) {
			continue
		}
		if v, there := before[name]; there {
			was[name] = v
		}
		if v, there := after[name]; there {
			is[name] = v
		}
	}
	return was, is
}

// Differences are the values that changed, one by one, by name.
func (before ManagedValues) Differences(after ManagedValues) []ManagedDifference {
	was, is := before.flat(), after.flat()
	all := []ManagedDifference{}
	for name := range union(was, is) {
		if was[name] != is[name] {
			all = append(all, ManagedDifference{name, Stated(was[name]), Stated(is[name])})
		}
	}
	slices.SortFunc(all, func(a, b ManagedDifference) int { return strings.Compare(a.Field, b.Field) })
	return all
}

func union[V any](a, b map[string]V) map[string]bool {
	names := map[string]bool{}
	for name := range maps.Keys(a) {
		names[name] = true
	}
	for name := range maps.Keys(b) {
		names[name] = true
	}
	return names
}

// flat has each value by its path, as text.
func (before ManagedValues) flat() map[string]string {
	flat := map[string]string{}
	for name, raw := range before {
		var answers []DwellingAnswer
		var parts map[string]json.RawMessage
		switch {
		case json.Unmarshal(raw, &answers) == nil:
			for _, a := range answers {
				flat[name+"."+string(a.Criterion)] = string(a.Answer) + " " + string(deref(a.Basis))
			}
		case json.Unmarshal(raw, &parts) == nil:
			for part, value := range parts {
				flat[name+"."+part] = plain(value)
			}
		default:
			flat[name] = plain(raw)
		}
	}
	return flat
}

// plain is a JSON value as text.
func plain(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	return string(raw)
}
