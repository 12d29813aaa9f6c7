package domain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/teambition/rrule-go"
)

// The bounds of an availability.
const (
	// MaxAvailabilities bounds those of one person that are not over.
	MaxAvailabilities = 50
	// MaxOccurrenceChanges bounds the days on which one departs from its rule.
	MaxOccurrenceChanges = 200

	maxRuleLength   = 200
	maxRuleInterval = 53
	// firstWithin is by how many days after its first day a rule must have brought one.
	firstWithin = 400
)

// Availability is when a member of staff receives by appointment at a reception point
// (plage de rendez-vous): on the days of a rule, between two hours of the wall clock.
type Availability struct {
	ID, PersonID, ReceptionPointID ID
	// RoomID is where; empty where it does not matter.
	RoomID ID
	// Rule is a recurrence rule of RFC 5545 of whole days, such as FREQ=WEEKLY;BYDAY=MO,WE;
	// empty for the first day alone.
	Rule string
	// FirstDay begins it; a zero Until leaves it open.
	FirstDay, Until Date
	Opens, Closes   LocalTime
	// Motives and Modes are those that are received; none for all.
	Motives []MotiveCode
	Modes   []AppointmentMode
	// Changes are the days on which it departs from its rule.
	Changes []OccurrenceChange
	// PermanenceID is the permanence that it is given to, ServingPointID the point of the
	// Métropole in whose roles its holder receives there, and Capacity how many appointments
	// all who hold it give on each day; empty, and 0, for time at one's own point.
	PermanenceID, ServingPointID ID
	Capacity                     int
}

// OccurrenceChange is one day on which an availability departs from its rule: other hours,
// or none. A day that the rule does not bring is added by it.
type OccurrenceChange struct {
	Day Date `json:"day"`
	// Opens and Closes are equal for none.
	Opens  LocalTime `json:"opens"`
	Closes LocalTime `json:"closes"`
}

// Check says what is wrong with an availability that is announced today.
func (a Availability) Check(today Date) Refusals {
	refusals := checkPeriod(a.FirstDay, a.Until, today)
	for i, r := range refusals {
		if slices.Equal(r.Field, []string{"validFrom"}) {
			refusals[i].Field = []string{"firstDay"}
		}
	}
	if a.Opens >= a.Closes || a.Opens < 0 || a.Closes > endOfDay || a.Opens%slotStep != 0 {
		refusals = append(refusals, refuse(Invalid,
			"It opens on a quarter of an hour, before it closes.", "La plage commence à un quart d'heure, avant de finir.", "opens"))
	}
	rule, err := parseRule(a.Rule, a.FirstDay)
	if err != nil {
		return append(refusals, &Refusal{
			Code: Invalid, Field: []string{"rule"},
			Message: Text{EN: "The rule cannot be read: " + err.Error() + ".", FR: "La règle ne peut être lue : " + err.Error() + "."},
			Help: Text{
				EN: "Write an RRULE of RFC 5545 of whole days, as in FREQ=WEEKLY;BYDAY=MO,WE.",
				FR: "Écrire une RRULE de la RFC 5545 en jours entiers, comme FREQ=WEEKLY;BYDAY=MO,WE.",
			},
		})
	}
	if rule != nil && len(daysOf(rule, a.FirstDay, a.FirstDay.AddDays(firstWithin))) == 0 {
		refusals = append(refusals, refuse(Invalid,
			"The rule brings no day within a year.", "La règle ne donne aucun jour dans l'année.", "rule"))
	}
	return refusals
}

// CheckChange says what is wrong with a change of one day.
func (a Availability) CheckChange(c OccurrenceChange, today Date) Refusals {
	switch {
	case c.Day.Before(today) || !within(c.Day, a.FirstDay, a.Until):
		return Refusals{refuse(Invalid,
			"The day is over, or not one of the availability.", "Le jour est passé, ou n'est pas de la plage.", "day")}
	case c.Opens > c.Closes || c.Opens < 0 || c.Closes > endOfDay || c.Opens%slotStep != 0:
		return Refusals{refuse(Invalid,
			"It opens on a quarter of an hour, before it closes.", "La plage commence à un quart d'heure, avant de finir.", "opens")}
	case len(a.Changes) >= MaxOccurrenceChanges && !slices.ContainsFunc(a.Changes, func(o OccurrenceChange) bool { return o.Day == c.Day }):
		return Refusals{refuse(Invalid,
			"An availability has at most 200 changes: end it and open another one.",
			"Une plage a 200 changements au plus : y mettre fin et en ouvrir une autre.", "day")}
	}
	return nil
}

// Changed is the availability with that day changed.
func (a Availability) Changed(c OccurrenceChange) []OccurrenceChange {
	changes := slices.DeleteFunc(slices.Clone(a.Changes), func(o OccurrenceChange) bool { return o.Day == c.Day })
	return append(changes, c)
}

// Serves tells whether appointments of that motive and mode are received in it.
func (a Availability) Serves(motive MotiveCode, mode AppointmentMode) bool {
	return (len(a.Motives) == 0 || slices.Contains(a.Motives, motive)) &&
		(len(a.Modes) == 0 || slices.Contains(a.Modes, mode))
}

// OpenAt tells whether that instant is in it, whatever else its holder does then.
func (a Availability) OpenAt(at time.Time) bool {
	day := DateOf(at)
	for _, o := range a.occurrences(day, day.AddDays(1)) {
		if !at.Before(o.day.At(o.opens)) && at.Before(o.day.At(o.closes)) {
			return true
		}
	}
	return false
}

// Clash is the first day within [from, until) on which the two have time in common.
func (a Availability) Clash(b Availability, from, until Date) (Date, bool) {
	theirs := map[Date][]occurrence{}
	for _, o := range b.occurrences(from, until) {
		theirs[o.day] = append(theirs[o.day], o)
	}
	for _, o := range a.occurrences(from, until) {
		for _, t := range theirs[o.day] {
			if o.opens < t.closes && t.opens < o.closes {
				return o.day, true
			}
		}
	}
	return Date{}, false
}

// Periods are its time within [from, until).
func (a Availability) Periods(from, until Date) []Period {
	var all []Period
	for _, o := range a.occurrences(from, until) {
		all = append(all, Period{o.day.At(o.opens), o.day.At(o.closes)})
	}
	return all
}

// occurrence is one day of an availability.
type occurrence struct {
	day           Date
	opens, closes LocalTime
}

// occurrences are its days within [from, until), without public holidays: an availability
// is open on one where that very day was changed.
func (a Availability) occurrences(from, until Date) []occurrence {
	if from.Before(a.FirstDay) {
		from = a.FirstDay
	}
	if !a.Until.IsZero() && a.Until.Before(until) {
		until = a.Until
	}
	if !from.Before(until) {
		return nil
	}
	days := a.days(from, until).working
	all := make([]occurrence, 0, len(days)+len(a.Changes))
	changed := make(map[Date]bool, len(a.Changes))
	for _, c := range a.Changes {
		changed[c.Day] = true
	}
	for _, day := range days {
		if !changed[day] {
			all = append(all, occurrence{day, a.Opens, a.Closes})
		}
	}
	for _, c := range a.Changes {
		if c.Opens < c.Closes && within(c.Day, from, until) {
			all = append(all, occurrence{c.Day, c.Opens, c.Closes})
		}
	}
	return all
}

// days are those that the rule brings within [from, until).
func (a Availability) days(from, until Date) broughtDays {
	asked := ruleWithin{a.Rule, a.FirstDay, from, until}
	if known, ok := ruleDays.Get(asked); ok {
		return known
	}
	rule, err := parseRule(a.Rule, a.FirstDay)
	var brought broughtDays
	switch {
	case err != nil: // it was read when it was written
	case rule != nil:
		brought.all = daysOf(rule, from, until)
	case within(a.FirstDay, from, until):
		brought.all = []Date{a.FirstDay}
	}
	for _, day := range brought.all {
		if _, holiday := HolidayOn(day); !holiday {
			brought.working = append(brought.working, day)
		}
	}
	ruleDays.Add(asked, brought)
	return brought
}

// broughtDays are the days that a rule brings, and those of them that are no public holiday:
// not to be written to.
type broughtDays struct{ all, working []Date }

// ruleWithin is a rule of which the days of a period are wanted.
type ruleWithin struct {
	rule               string
	first, from, until Date
}

// ruleDays keeps the days that rules bring: the same ones are asked for again and again, and
// a rule is run through from its first day on.
var ruleDays = func() *lru.Cache[ruleWithin, broughtDays] {
	kept, err := lru.New[ruleWithin, broughtDays](1 << 12)
	if err != nil {
		panic("domain: " + err.Error()) //nolint:forbidigo // only a size that is not positive is refused
	}
	return kept
}()

func daysOf(rule *rrule.RRule, from, until Date) []Date {
	at := rule.Between(from.t, until.AddDays(-1).t, true)
	days := make([]Date, len(at))
	for i, t := range at {
		days[i] = NewDate(t.Date())
	}
	return days
}

// parseRule reads a recurrence rule of whole days that begins on that day; nil for none.
func parseRule(s string, first Date) (*rrule.RRule, error) {
	if s == "" {
		return nil, nil
	}
	if len(s) > maxRuleLength {
		return nil, fmt.Errorf("it has more than %d characters", maxRuleLength)
	}
	for part := range strings.SplitSeq(s, ";") {
		name, _, _ := strings.Cut(part, "=")
		switch name {
		case "FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL", "WKST":
		default:
			return nil, fmt.Errorf("%.20q is not among FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYSETPOS, COUNT, UNTIL, WKST", name)
		}
	}
	options, err := rrule.StrToROptionInLocation(s, time.UTC)
	if err != nil {
		return nil, fmt.Errorf("%.80s", err.Error())
	}
	switch options.Freq {
	case rrule.DAILY, rrule.WEEKLY, rrule.MONTHLY:
	default:
		return nil, errors.New("FREQ must be DAILY, WEEKLY or MONTHLY")
	}
	if options.Interval < 0 || options.Interval > maxRuleInterval || options.Count < 0 {
		return nil, fmt.Errorf("INTERVAL must be between 1 and %d", maxRuleInterval)
	}
	options.Dtstart = first.t
	return rrule.NewRRule(*options)
}

// DoesNotWorkThere refuses an availability of somebody who does not work at the point.
func DoesNotWorkThere() Refusals {
	r := refuse(Invalid,
		"On the first day the person has no confirmed assignment at the reception point.",
		"Le premier jour, la personne n'a pas d'affectation confirmée au guichet.", "personId")
	r.Help = Text{EN: "Assign the person there first.", FR: "Y affecter d'abord la personne."}
	return Refusals{r}
}

// TooManyAvailabilities refuses one more availability.
func TooManyAvailabilities() Refusals {
	return Refusals{refuse(Invalid,
		"A person has at most 50 availabilities: end one first.",
		"Une personne a 50 plages au plus : mettre d'abord fin à l'une d'elles.", "personId")}
}
