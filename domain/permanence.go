package domain

import (
	"io"
	"slices"
	"strings"
)

// PermanenceState is where a permanence stands.
type PermanenceState string

// The states.
const (
	PermanenceRequested PermanenceState = "REQUESTED"
	PermanencePlanned   PermanenceState = "PLANNED"
	PermanenceStaffed   PermanenceState = "STAFFED"
	PermanenceHeld      PermanenceState = "HELD"
	PermanenceCancelled PermanenceState = "CANCELLED"
	PermanenceDeclined  PermanenceState = "DECLINED"
)

// permanenceSteps are the states that each one leads to; the trigger permanence_step holds
// the database to the same.
var permanenceSteps = map[PermanenceState][]PermanenceState{
	PermanenceRequested: {PermanencePlanned, PermanenceDeclined, PermanenceCancelled},
	PermanencePlanned:   {PermanencePlanned, PermanenceStaffed, PermanenceCancelled},
	PermanenceStaffed:   {PermanenceStaffed, PermanenceHeld, PermanenceCancelled},
}

// Values lists the states, in the order of the contract.
func (PermanenceState) Values() []string {
	return []string{
		string(PermanenceRequested), string(PermanencePlanned), string(PermanenceStaffed),
		string(PermanenceHeld), string(PermanenceCancelled), string(PermanenceDeclined),
	}
}

// Announced tells whether people can be told of it: it takes place unless something comes
// in between.
func (s PermanenceState) Announced() bool { return s == PermanencePlanned || s == PermanenceStaffed }

// MarshalGQL writes the word of the contract.
func (s PermanenceState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *PermanenceState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// PermanenceReason is why a permanence is asked for.
type PermanenceReason string

// The reasons.
const (
	PermanenceForRegistration PermanenceReason = "NO_REGISTRATION"
	PermanenceForDistance     PermanenceReason = "DISTANCE"
	PermanenceForDemand       PermanenceReason = "MUCH_DEMAND"
	PermanenceForAbsence      PermanenceReason = "STAFF_AWAY"
)

// Values lists the reasons, in the order of the contract.
func (PermanenceReason) Values() []string {
	return []string{
		string(PermanenceForRegistration), string(PermanenceForDistance), string(PermanenceForDemand), string(PermanenceForAbsence),
	}
}

// MarshalGQL writes the word of the contract.
func (r PermanenceReason) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *PermanenceReason) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// PermanenceRefusal is why a permanence, or one day of it, does not take place.
type PermanenceRefusal string

// The reasons.
const (
	NoStaffForPermanence PermanenceRefusal = "NO_STAFF"
	NoNeedForPermanence  PermanenceRefusal = "NO_NEED"
	NoRoomForPermanence  PermanenceRefusal = "NO_PREMISES"
	PermanenceNotNow     PermanenceRefusal = "LATER"
	PermanenceUnforeseen PermanenceRefusal = "UNFORESEEN"
	PermanenceNotAnyMore PermanenceRefusal = "NOT_ASKED_ANY_MORE"
)

// Values lists the reasons, in the order of the contract.
func (PermanenceRefusal) Values() []string {
	return []string{
		string(NoStaffForPermanence), string(NoNeedForPermanence), string(NoRoomForPermanence), string(PermanenceNotNow),
		string(PermanenceUnforeseen), string(PermanenceNotAnyMore),
	}
}

// MarshalGQL writes the word of the contract.
func (r PermanenceRefusal) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *PermanenceRefusal) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

const (
	// MaxPermanences bounds those of one point that are not over.
	MaxPermanences = 20
	// MaxPermanenceStaff bounds who holds one together.
	MaxPermanenceStaff = 5
	// PermanenceLevel is the level of service that mutualised staff bring to a permanence
	// at a point of level 1: they register. What needs level 3 stays with points of level
	// 3, whose rights name no permanence.
	PermanenceLevel = RegistrationLevel
	// MaxPermanenceLanguages bounds those that are asked for.
	MaxPermanenceLanguages = 5
	// MaxPermanenceDays is how long one lasts at most.
	MaxPermanenceDays = 366

	maxPermanenceCapacity = 100
	maxPermanenceReceived = 1000
)

// PermanencePlan is when and how a permanence is asked for, or held.
type PermanencePlan struct {
	// RoomID is one of the point; empty where it does not matter.
	RoomID ID
	// Rule is a recurrence rule as that of an [Availability]; empty for the first day alone.
	Rule string
	// FirstDay begins it and Until ends it: unlike an availability a series has an end,
	// after a year at most, when the Métropole looks at it again.
	FirstDay, Until Date
	Opens, Closes   LocalTime
	// Capacity is how many appointments are given on each of its days.
	Capacity int
	// Languages are asked for besides French; none for those of the point.
	Languages []LanguageCode
}

// Wanted are the languages that who holds it had better speak, at a point where those are
// spoken.
func (p PermanencePlan) Wanted(there []LanguageCode) []LanguageCode {
	if len(p.Languages) > 0 {
		return p.Languages
	}
	return BesidesFrench(there)
}

// Bounded is the plan with the end of a single day, which needs none.
func (p PermanencePlan) Bounded() PermanencePlan {
	if p.Rule == "" && !p.FirstDay.IsZero() {
		p.Until = p.FirstDay.AddDays(1)
	}
	return p
}

func (p PermanencePlan) series() Availability {
	return Availability{Rule: p.Rule, FirstDay: p.FirstDay, Until: p.Until, Opens: p.Opens, Closes: p.Closes}
}

// Check says what is wrong with a plan that is made today.
func (p PermanencePlan) Check(today Date) Refusals {
	refusals := append(p.series().Check(today), CheckSpoken(p.Languages, MaxPermanenceLanguages)...)
	for part := range strings.SplitSeq(p.Rule, ";") {
		if name, _, _ := strings.Cut(part, "="); name == "COUNT" {
			refusals = append(refusals, refuse(Invalid,
				"Say until when, not how many times.", "Indiquer jusqu'à quand, non combien de fois.", "rule"))
		}
	}
	if p.Until.IsZero() || p.FirstDay.AddDays(MaxPermanenceDays).Before(p.Until) {
		refusals = append(refusals, refuse(Invalid,
			"A permanence is planned for a year at most.", "Une permanence se programme pour un an au plus.", "validUntil"))
	}
	if p.Capacity < 1 || p.Capacity > maxPermanenceCapacity {
		refusals = append(refusals, refuse(Invalid,
			"It gives 1 to 100 appointments a day.", "Elle donne 1 à 100 rendez-vous par jour.", "capacity"))
	}
	if refusals == nil {
		switch n := len(p.series().occurrences(p.FirstDay, p.Until)); {
		case n == 0:
			refusals = append(refusals, refuse(Invalid,
				"The rule brings no day that is no public holiday.", "La règle ne donne aucun jour qui ne soit férié.", "rule"))
		case n > MaxOccurrenceChanges:
			refusals = append(refusals, refuse(Invalid,
				"It has at most 200 days: plan the rest as another one.",
				"Elle a 200 jours au plus : programmer le reste à part.", "validUntil"))
		}
	}
	return refusals
}

// PermanenceRecord is what became of one day of a permanence.
type PermanenceRecord struct {
	Day   Date            `json:"day"`
	State PermanenceState `json:"state"`
	// Received is how many people were received, on a day on which it was held.
	Received int `json:"received"`
	// CancelledFor is why the day was cancelled; nil where it was held.
	CancelledFor *PermanenceRefusal `json:"cancelledFor,omitempty"`
}

// Permanence is when mutualised staff of the Métropole receive at a point of level 1 or 2
// (permanence): on one day, or on the days of a rule until an end. It is a value: each step
// returns the next one, or refuses and returns the same.
//
// The whole of it goes from REQUESTED to PLANNED and STAFFED. What became of each day is
// recorded by itself, as held or cancelled; once that is known of the last one the whole is
// HELD, or CANCELLED where no day was held.
type Permanence struct {
	PermanencePlan
	State   PermanenceState
	Records []PermanenceRecord
	// CancelledFor and DeclinedFor are empty unless it was.
	CancelledFor, DeclinedFor PermanenceRefusal
}

// PermanenceDay is one day of a permanence.
type PermanenceDay struct {
	PermanenceID  ID
	Day           Date
	Opens, Closes LocalTime
	// State is that of the day: HELD or CANCELLED where that was recorded, and that of the
	// whole until then.
	State PermanenceState
}

// Period is its time.
func (d PermanenceDay) Period() Period { return Period{d.Day.At(d.Opens), d.Day.At(d.Closes)} }

// Days are those within [from, until), without public holidays.
func (p Permanence) Days(from, until Date) []PermanenceDay {
	var all []PermanenceDay
	for _, o := range p.series().occurrences(from, until) {
		d := PermanenceDay{Day: o.day, Opens: o.opens, Closes: o.closes, State: p.State}
		if r, recorded := p.recorded(o.day); recorded {
			d.State = r.State
		}
		all = append(all, d)
	}
	return all
}

// Holidays are how many days within [from, until) it misses because they are public holidays.
func (p Permanence) Holidays(from, until Date) int {
	if from.Before(p.FirstDay) {
		from = p.FirstDay
	}
	if p.Until.Before(until) {
		until = p.Until
	}
	if !from.Before(until) {
		return 0
	}
	return len(p.series().days(from, until).all) - len(p.series().occurrences(from, until))
}

func (p Permanence) recorded(day Date) (PermanenceRecord, bool) {
	i := slices.IndexFunc(p.Records, func(r PermanenceRecord) bool { return r.Day == day })
	if i < 0 {
		return PermanenceRecord{}, false
	}
	return p.Records[i], true
}

// step refuses a state that the present one does not lead to, and names those that it does.
func (p Permanence) step(to PermanenceState) Refusals {
	open := permanenceSteps[p.State]
	if slices.Contains(open, to) {
		return nil
	}
	r := refuse(IllegalTransition, "This permanence is "+string(p.State)+".", "Cette permanence est à l'état "+string(p.State)+".")
	r.Help = Text{EN: "Nothing follows.", FR: "Rien ne suit."}
	if len(open) > 0 {
		next := strings.Join(words(open), ", ")
		r.Help = Text{EN: "It can become: " + next + ".", FR: "Elle peut devenir : " + next + "."}
	}
	return Refusals{r}
}

// Plan answers a request, or changes what is planned while nobody is to hold it.
func (p Permanence) Plan(plan PermanencePlan, today Date) (Permanence, Refusals) {
	refused := p.step(PermanencePlanned)
	if refused == nil {
		refused = plan.Check(today)
	}
	if refused != nil {
		return p, refused
	}
	p.PermanencePlan, p.State = plan, PermanencePlanned
	return p, nil
}

// Decline answers a request with no.
func (p Permanence) Decline(reason PermanenceRefusal) (Permanence, Refusals) {
	if refused := p.step(PermanenceDeclined); refused != nil {
		return p, refused
	}
	p.State, p.DeclinedFor = PermanenceDeclined, reason
	return p, nil
}

// Staff says who holds it from a day on until another one, zero for its end, and returns
// when they receive there: from the first of its days in that time on, by its own rule.
func (p Permanence) Staff(people []ID, from, until, today Date) (Permanence, Availability, Refusals) {
	refused := p.step(PermanenceStaffed)
	if refused != nil {
		return p, Availability{}, refused
	}
	if n := len(people); n == 0 || n > MaxPermanenceStaff || len(slices.Compact(slices.Sorted(slices.Values(people)))) < n {
		refused = append(refused, refuse(Invalid,
			"Name 1 to 5 different people.", "Nommer 1 à 5 personnes différentes.", "personIds"))
	}
	if from.Before(today) {
		refused = append(refused, refuse(Invalid, "The day is over.", "Le jour est passé.", "from"))
	}
	if until.IsZero() || p.Until.Before(until) {
		until = p.Until
	}
	received := p.series()
	days := p.openDays(from, until)
	if len(days) == 0 {
		refused = append(refused, refuse(Invalid,
			"The permanence has no day in that time.", "La permanence n'a aucun jour sur cette période.", "from"))
	}
	if refused != nil {
		return p, Availability{}, refused
	}
	// A rule that says every other week goes on counting from one of its own days.
	received.FirstDay, received.Until = days[0], until
	for _, r := range p.Records {
		if r.State == PermanenceCancelled && within(r.Day, received.FirstDay, until) {
			received.Changes = append(received.Changes, OccurrenceChange{Day: r.Day, Opens: p.Opens, Closes: p.Opens})
		}
	}
	p.State = PermanenceStaffed
	return p, received, nil
}

// openDays are the days within [from, until) of which nothing is recorded.
func (p Permanence) openDays(from, until Date) []Date {
	var open []Date
	for _, o := range p.series().occurrences(from, until) {
		if _, recorded := p.recorded(o.day); !recorded {
			open = append(open, o.day)
		}
	}
	return open
}

// Hold records that it was held on a day, and how many people were received.
func (p Permanence) Hold(day Date, received int, today Date) (Permanence, Refusals) {
	switch refused := p.step(PermanenceHeld); {
	case refused != nil:
		return p, refused
	case received < 0 || received > maxPermanenceReceived:
		return p, Refusals{refuse(Invalid, "0 to 1000 people were received.", "0 à 1000 personnes ont été reçues.", "received")}
	case today.Before(day) || !slices.Contains(p.openDays(day, day.AddDays(1)), day):
		return p, Refusals{refuse(Invalid,
			"No day of the permanence that has come and of which nothing is recorded.",
			"Aucun jour de la permanence qui soit venu et dont rien ne soit noté.", "day")}
	}
	return p.record(PermanenceRecord{Day: day, State: PermanenceHeld, Received: received}), nil
}

// Cancel cancels the whole of it, or one day that is not over.
func (p Permanence) Cancel(day *Date, reason PermanenceRefusal, today Date) (Permanence, Refusals) {
	if refused := p.step(PermanenceCancelled); refused != nil {
		return p, refused
	}
	if day == nil {
		p.State, p.CancelledFor = PermanenceCancelled, reason
		return p, nil
	}
	if p.State == PermanenceRequested || day.Before(today) || !slices.Contains(p.openDays(*day, day.AddDays(1)), *day) {
		return p, Refusals{refuse(Invalid,
			"No day of a planned permanence that is still to come.",
			"Aucun jour à venir d'une permanence programmée.", "day")}
	}
	return p.record(PermanenceRecord{Day: *day, State: PermanenceCancelled, CancelledFor: &reason}), nil
}

// record notes what became of a day, and of the whole with the last one.
func (p Permanence) record(r PermanenceRecord) Permanence {
	p.Records = append(slices.Clone(p.Records), r)
	if len(p.openDays(p.FirstDay, p.Until)) > 0 {
		return p
	}
	if slices.ContainsFunc(p.Records, func(r PermanenceRecord) bool { return r.State == PermanenceHeld }) {
		p.State = PermanenceHeld
		return p
	}
	p.State, p.CancelledFor = PermanenceCancelled, *r.CancelledFor
	return p
}

// NoPermanenceThere refuses a permanence at a point of that level: one of level 3 has staff
// of its own, and one that is in no network has none.
func NoPermanenceThere(level int) Refusals {
	if level == InformationLevel || level == RegistrationLevel {
		return nil
	}
	return Refusals{refuse(Invalid,
		"Permanences are held at points of level 1 and 2.", "Les permanences se tiennent aux guichets de niveau 1 et 2.", "receptionPointId")}
}

// TooManyPermanences refuses one more than a point may have.
func TooManyPermanences() Refusals {
	return Refusals{refuse(Invalid,
		"A reception point has at most 20 permanences: cancel one first.",
		"Un guichet a 20 permanences au plus : en annuler d'abord une.", "receptionPointId")}
}

// NoServingPoint refuses a point whose means are not the Métropole's, or that cannot
// follow whom its staff register.
func NoServingPoint() Refusals {
	return Refusals{refuse(Invalid,
		"The Métropole's staff come from another point that it operates, of level 2 or 3.",
		"Les agents de la Métropole viennent d'un autre guichet qu'elle opère, de niveau 2 ou 3.", "servingPointId")}
}

// NotMutualised refuses somebody who is no reception agent of the Métropole at the point
// that serves.
func NotMutualised() Refusals {
	r := refuse(Invalid,
		"Who holds a permanence is a RECEPTION_AGENT of the Métropole at the point that serves it.",
		"Qui tient une permanence est RECEPTION_AGENT de la Métropole au guichet qui la sert.", "personIds")
	r.Help = Text{EN: "Assign the person there first.", FR: "Y affecter d'abord la personne."}
	return Refusals{r}
}

// ReceivesElsewhere refuses somebody who receives at another point, or has an appointment,
// at the time of a permanence.
func ReceivesElsewhere(day Date) Refusals {
	return Refusals{refuse(Overlap,
		"On "+day.String()+" one of these people receives elsewhere at that time.",
		"Le "+day.String()+", l'une de ces personnes reçoit ailleurs à cette heure.", "personIds")}
}

// AwayFromPermanence refuses somebody who is absent on every day of a permanence.
func AwayFromPermanence() Refusals {
	return Refusals{refuse(Invalid,
		"One of these people is absent on each of these days.",
		"L'une de ces personnes est absente à chacun de ces jours.", "personIds")}
}

// OfPermanence refuses to change the time that somebody gives to a permanence by itself.
func OfPermanence() Refusals {
	r := refuse(Invalid, "This time is that of a permanence.", "Cette plage est celle d'une permanence.", "id")
	r.Help = Text{EN: "Staff or cancel the permanence instead.", FR: "Doter ou annuler plutôt la permanence."}
	return Refusals{r}
}
