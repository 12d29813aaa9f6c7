package domain

import (
	"io"
	"slices"
)

// ColumnGroup is a group of columns of an application that is opened or hidden as one
// (groupe de colonnes).
type ColumnGroup string

// The column groups.
const (
	GroupIdentity          ColumnGroup = "IDENTITY"
	GroupSummary           ColumnGroup = "SUMMARY"
	GroupFile              ColumnGroup = "FILE"
	GroupContact           ColumnGroup = "CONTACT"
	GroupDocuments         ColumnGroup = "DOCUMENTS"
	GroupSensitive         ColumnGroup = "SENSITIVE"
	GroupSocialNotes       ColumnGroup = "SOCIAL_NOTES"
	GroupReservataireNotes ColumnGroup = "RESERVATAIRE_NOTES"
	GroupDecisions         ColumnGroup = "DECISIONS"
)

// columnGroups are in the order of the contract and of their bits, which are stored:
// a new one goes to the end.
var columnGroups = []ColumnGroup{
	GroupIdentity, GroupSummary, GroupFile, GroupContact, GroupDocuments,
	GroupSensitive, GroupSocialNotes, GroupReservataireNotes, GroupDecisions,
}

// Values lists the groups, in the order of the contract.
func (ColumnGroup) Values() []string {
	words := make([]string, len(columnGroups))
	for i, g := range columnGroups {
		words[i] = string(g)
	}
	return words
}

// MarshalGQL writes the word of the contract.
func (g ColumnGroup) MarshalGQL(w io.Writer) { marshalEnum(w, g) }

// UnmarshalGQL reads the word of the contract.
func (g *ColumnGroup) UnmarshalGQL(v any) error { return unmarshalEnum(v, g) }

// Bit is the group in a set; a word that is no group is in none.
func (g ColumnGroup) Bit() GroupSet {
	i := slices.Index(columnGroups, g)
	if i < 0 {
		return 0
	}
	return 1 << i
}

// GroupSet is a set of column groups, as it is stored.
type GroupSet int

// GroupsOf is the set of these groups.
func GroupsOf(groups ...ColumnGroup) GroupSet {
	var s GroupSet
	for _, g := range groups {
		s |= g.Bit()
	}
	return s
}

// Opens tells whether the group is in the set.
func (s GroupSet) Opens(g ColumnGroup) bool { return g.Bit() != 0 && s&g.Bit() != 0 }

// Groups lists the set, in the order of the contract.
func (s GroupSet) Groups() []ColumnGroup {
	open := []ColumnGroup{}
	for _, g := range columnGroups {
		if s.Opens(g) {
			open = append(open, g)
		}
	}
	return open
}

// Missing lists what is not in the set, in the order of the contract.
func (s GroupSet) Missing() []ColumnGroup { return (GroupsOf(columnGroups...) &^ s).Groups() }
