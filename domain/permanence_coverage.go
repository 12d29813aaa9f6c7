package domain

import "io"

// CoverageReach is by what an application can be registered in a commune.
type CoverageReach string

// The ways, best first.
const (
	ReachOwnDesk    CoverageReach = "OWN_DESK"
	ReachPermanence CoverageReach = "PERMANENCE"
	ReachUnstaffed  CoverageReach = "UNSTAFFED"
	ReachNothing    CoverageReach = "NONE"
)

// Values lists the ways, in the order of the contract.
func (CoverageReach) Values() []string {
	return []string{string(ReachOwnDesk), string(ReachPermanence), string(ReachUnstaffed), string(ReachNothing)}
}

// MarshalGQL writes the word of the contract.
func (r CoverageReach) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *CoverageReach) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// MaxCoverageWeeks bounds how far coverage is looked at.
const MaxCoverageWeeks = 13

// CoverageWeek is what can be reached in a commune in one week, and what is missing. It
// counts days of permanences, and names nobody.
type CoverageWeek struct {
	Monday Date
	// OwnLevel is the highest level of the commune's own points; 0 where it has none.
	OwnLevel                                           int
	Staffed, Unstaffed, Requested, Cancelled, Holidays int
}

// Count counts the days of a permanence in that week: attended tells on which ones somebody
// who is not away holds it.
func (w CoverageWeek) Count(p Permanence, attended func(Date) bool) CoverageWeek {
	if p.State == PermanenceDeclined {
		return w
	}
	for _, d := range p.Days(w.Monday, w.Monday.AddDays(7)) {
		switch {
		case d.State == PermanenceCancelled:
			w.Cancelled++
		case d.State == PermanenceRequested:
			w.Requested++
		case d.State == PermanenceHeld || attended(d.Day):
			w.Staffed++
		default:
			w.Unstaffed++
		}
	}
	if p.State.Announced() {
		w.Holidays += p.Holidays(w.Monday, w.Monday.AddDays(7))
	}
	return w
}

// Reach is by what an application can be registered there.
func (w CoverageWeek) Reach() CoverageReach {
	switch {
	case w.OwnLevel >= RegistrationLevel:
		return ReachOwnDesk
	case w.Staffed > 0:
		return ReachPermanence
	case w.Unstaffed+w.Requested > 0:
		return ReachUnstaffed
	}
	return ReachNothing
}

// Gap tells whether something is missing: nobody registers there, or a day of a permanence
// is lost or waits for somebody.
func (w CoverageWeek) Gap() bool {
	reach := w.Reach()
	return reach == ReachUnstaffed || reach == ReachNothing || w.Unstaffed+w.Requested+w.Cancelled+w.Holidays > 0
}
