package domain

import "io"

// WaitingClass is how long a household had waited when it was housed (délai d'attente), in
// classes.
type WaitingClass string

// The classes, by the months from which they begin.
const (
	WaitedUnder12 WaitingClass = "UNDER_12_MONTHS"
	WaitedFrom12  WaitingClass = "FROM_12_MONTHS"
	WaitedFrom24  WaitingClass = "FROM_24_MONTHS"
	WaitedFrom36  WaitingClass = "FROM_36_MONTHS"
	WaitedFrom60  WaitingClass = "FROM_60_MONTHS"
)

// Values lists the classes, the shortest first, in the order of the contract.
func (WaitingClass) Values() []string {
	return []string{
		string(WaitedUnder12), string(WaitedFrom12), string(WaitedFrom24), string(WaitedFrom36), string(WaitedFrom60),
	}
}

// Until is the month in which a class ends, 0 for the last.
func (w WaitingClass) Until() int {
	return map[WaitingClass]int{WaitedUnder12: 12, WaitedFrom12: 24, WaitedFrom24: 36, WaitedFrom36: 60}[w]
}

// MarshalGQL writes the word of the contract.
func (w WaitingClass) MarshalGQL(to io.Writer) { marshalEnum(to, w) }

// UnmarshalGQL reads the word of the contract.
func (w *WaitingClass) UnmarshalGQL(v any) error { return unmarshalEnum(v, w) }
