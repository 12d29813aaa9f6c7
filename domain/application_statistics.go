package domain

import "io"

// ApplicationAxis is what applications can be counted by.
type ApplicationAxis string

// The axes.
const (
	ByState            ApplicationAxis = "STATE"
	ByYear             ApplicationAxis = "YEAR"
	ByWishedCommune    ApplicationAxis = "WISHED_COMMUNE"
	ByWishedTypology   ApplicationAxis = "TYPOLOGY"
	ByHouseholdSize    ApplicationAxis = "HOUSEHOLD_SIZE"
	ByHousing          ApplicationAxis = "HOUSING"
	ByFollowingPoint   ApplicationAxis = "FOLLOWING_POINT"
	ByFollowingCommune ApplicationAxis = "FOLLOWING_COMMUNE"
)

// ByWaiting is how long somebody who was housed had waited: an axis of the figures of a year,
// and not of the contract, since who waits has no such time yet.
const ByWaiting ApplicationAxis = "WAITING"

// Households of LargeHouseholdFrom people or more are counted together.
const (
	LargeHouseholdFrom = 6
	LargeHousehold     = "6_PLUS"
)

// Values lists the axes in the order of the contract.
func (ApplicationAxis) Values() []string {
	return []string{
		string(ByState), string(ByYear), string(ByWishedCommune), string(ByWishedTypology), string(ByHouseholdSize),
		string(ByHousing), string(ByFollowingPoint), string(ByFollowingCommune),
	}
}

// Group is the column group that an axis looks at: where it is hidden, an application
// is not counted on the axis.
func (a ApplicationAxis) Group() ColumnGroup {
	switch a {
	case ByState:
		return GroupIdentity
	case ByHousing:
		return GroupFile
	case ByYear, ByWishedCommune, ByWishedTypology, ByHouseholdSize, ByFollowingPoint, ByFollowingCommune, ByWaiting:
	}
	return GroupSummary
}

// MarshalGQL writes the word of the contract.
func (a ApplicationAxis) MarshalGQL(w io.Writer) { marshalEnum(w, a) }

// UnmarshalGQL reads the word of the contract.
func (a *ApplicationAxis) UnmarshalGQL(v any) error { return unmarshalEnum(v, a) }

// ApplicationCell is one cell of a table of applications: a value of each axis, nil
// where an application has none, and how many applications it holds.
type ApplicationCell struct {
	Keys  []*string
	Count int
}
