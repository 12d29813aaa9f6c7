package domain

import (
	"strconv"
	"unicode/utf8"
)

// The bounds of one place's opening hours.
const (
	MaxIntervalsPerDay   = 6
	MaxWeeklyOpenings    = 200
	MaxOpeningExceptions = 1000
	// MaxReasonLength is in characters.
	MaxReasonLength = 200
)

// Validate refuses hours that are out of bounds or contradict each other. Fields
// are paths such as weekly.3.intervals.0.closes.
func (h OpeningHours) Validate() Refusals {
	if len(h.Weekly) > MaxWeeklyOpenings {
		return Refusals{refuse(Invalid, "At most 200 weekly rules.", "200 règles hebdomadaires au plus.", "weekly")}
	}
	if len(h.Exceptions) > MaxOpeningExceptions {
		return Refusals{refuse(Invalid, "At most 1000 exceptions.", "1000 exceptions au plus.", "exceptions")}
	}
	var refusals Refusals
	for n, rule := range h.Weekly {
		path := []string{"weekly", strconv.Itoa(n)}
		refusals = append(refusals, rule.validate(path)...)
		for _, earlier := range h.Weekly[:n] {
			if earlier.Weekday == rule.Weekday && periodsOverlap(earlier.From, earlier.Until, rule.From, rule.Until) {
				refusals = append(refusals, refuse(Overlap,
					"Another rule of the same weekday is valid in this period: end that one first.",
					"Une autre règle du même jour est valable sur cette période : y mettre d'abord fin.",
					subpath(path, "from")...))
				break
			}
		}
	}
	for n, exception := range h.Exceptions {
		path := []string{"exceptions", strconv.Itoa(n)}
		refusals = append(refusals, exception.validate(path)...)
		for _, earlier := range h.Exceptions[:n] {
			if periodsOverlap(earlier.From, earlier.Until, exception.From, exception.Until) {
				refusals = append(refusals, refuse(Overlap,
					"Another exception covers some of these days.",
					"Une autre exception couvre une partie de ces jours.",
					subpath(path, "from")...))
				break
			}
		}
	}
	return refusals
}

// Validate refuses a rule that is wrong in itself; fields are weekday, from,
// until and intervals.
func (w WeeklyOpening) Validate() Refusals { return w.validate(nil) }

func (w WeeklyOpening) validate(path []string) Refusals {
	var refusals Refusals
	if !w.Weekday.Valid() {
		refusals = append(refusals, refuse(Invalid,
			"The weekday must be 1 (Monday) to 7 (Sunday).", "Le jour va de 1 (lundi) à 7 (dimanche).",
			subpath(path, "weekday")...))
	}
	if !w.Until.IsZero() && !w.From.Before(w.Until) {
		refusals = append(refusals, emptyPeriod(path))
	}
	return append(refusals, w.Intervals.validate(subpath(path, "intervals"))...)
}

// Validate refuses an exception that is wrong in itself; fields are from, until,
// reason and intervals.
func (e OpeningException) Validate() Refusals { return e.validate(nil) }

func (e OpeningException) validate(path []string) Refusals {
	var refusals Refusals
	switch {
	case e.From.IsZero():
		refusals = append(refusals, refuse(Invalid, "The first day is missing.", "Le premier jour manque.", subpath(path, "from")...))
	case e.Until.IsZero():
		refusals = append(refusals, refuse(Invalid,
			"An exception has an end: give the day after its last one.",
			"Une exception a une fin : indiquer le lendemain du dernier jour.",
			subpath(path, "until")...))
	case !e.From.Before(e.Until):
		refusals = append(refusals, emptyPeriod(path))
	case e.From.AddDays(MaxOpeningDays).Before(e.Until):
		refusals = append(refusals, refuse(Invalid,
			"An exception lasts 366 days at most; beyond that, change the weekly rules.",
			"Une exception dure 366 jours au plus ; au-delà, changer les règles hebdomadaires.",
			subpath(path, "until")...))
	}
	if utf8.RuneCountInString(e.Reason) > MaxReasonLength {
		refusals = append(refusals, refuse(Invalid, "At most 200 characters.", "200 caractères au plus.", subpath(path, "reason")...))
	}
	return append(refusals, e.Intervals.validate(subpath(path, "intervals"))...)
}

// Validate refuses intervals that are empty, out of the day or overlapping; those
// that merely touch are accepted. Fields are the index and opens or closes.
func (is OpeningIntervals) Validate() Refusals { return is.validate(nil) }

func (is OpeningIntervals) validate(path []string) Refusals {
	if len(is) > MaxIntervalsPerDay {
		return Refusals{refuse(Invalid, "At most 6 intervals a day.", "6 plages par jour au plus.", path...)}
	}
	var refusals Refusals
	for n, i := range is {
		path := subpath(path, strconv.Itoa(n))
		if i.Opens < 0 || i.Closes > endOfDay {
			refusals = append(refusals, refuse(Invalid,
				"Times lie between 00:00 and 24:00.", "Les heures vont de 00:00 à 24:00.", subpath(path, "opens")...))
			continue
		}
		if i.Opens >= i.Closes {
			refusals = append(refusals, refuse(Invalid,
				"The doors must close after they open, on the same day.",
				"La fermeture doit suivre l'ouverture, le même jour.",
				subpath(path, "closes")...))
			continue
		}
		for _, earlier := range is[:n] {
			if i.Opens < earlier.Closes && earlier.Opens < i.Closes {
				refusals = append(refusals, refuse(Overlap,
					"The interval overlaps another one of the day.",
					"La plage en recouvre une autre du même jour.",
					subpath(path, "opens")...))
				break
			}
		}
	}
	return refusals
}

func emptyPeriod(path []string) *Refusal {
	return refuse(Invalid,
		"The period must end after it starts; its last day is not part of it.",
		"La période doit finir après son début ; le jour de fin n'en fait pas partie.",
		subpath(path, "until")...)
}

// periodsOverlap tells whether two half-open periods share a day; a zero bound is
// none. An empty period shares no day with any.
func periodsOverlap(from, until, otherFrom, otherUntil Date) bool {
	empty := func(f, u Date) bool { return !u.IsZero() && !f.Before(u) }
	if empty(from, until) || empty(otherFrom, otherUntil) {
		return false
	}
	return (otherUntil.IsZero() || from.Before(otherUntil)) && (until.IsZero() || otherFrom.Before(until))
}

// refuse builds a refusal of one field.
func refuse(code RefusalCode, en, fr string, field ...string) *Refusal {
	return &Refusal{Code: code, Field: field, Message: Text{EN: en, FR: fr}}
}

// subpath extends a path without sharing its memory with its siblings.
func subpath(path []string, field string) []string {
	return append(path[:len(path):len(path)], field)
}
