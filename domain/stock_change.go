package domain

import "io"

// StockChangeKind says what two vintages of the stock file tell of a building.
type StockChangeKind string

// The kinds of change. The file gives no number to a dwelling, so that a change is
// named only where nothing else can have happened.
const (
	// DwellingsAdded: all rows of the earlier vintage have an equal in the later one.
	DwellingsAdded StockChangeKind = "ADDED"
	// DwellingsRemoved: all rows of the later vintage have an equal in the earlier one.
	DwellingsRemoved StockChangeKind = "REMOVED"
	// DwellingChanged: exactly one row differs, in one or two columns.
	DwellingChanged StockChangeKind = "CHANGED"
	// AmbiguousChange is anything else: counted, never guessed.
	AmbiguousChange StockChangeKind = "AMBIGUOUS"
)

// Values lists the kinds in the order of the contract.
func (StockChangeKind) Values() []string {
	return []string{string(DwellingsAdded), string(DwellingsRemoved), string(DwellingChanged), string(AmbiguousChange)}
}

// MarshalGQL writes the word of the contract.
func (k StockChangeKind) MarshalGQL(w io.Writer) { marshalEnum(w, k) }

// UnmarshalGQL reads the word of the contract.
func (k *StockChangeKind) UnmarshalGQL(v any) error { return unmarshalEnum(v, k) }

// StockColumn is a column of the stock file by which two rows of a building can
// differ.
type StockColumn string

// Values lists the columns in the order of the contract.
func (StockColumn) Values() []string {
	return []string{
		"FLOOR", "ROOMS", "SURFACE", "CONSTRUCTION_YEAR", "LETTING_YEAR", "FINANCING",
		"ENERGY_CLASS", "CONSTRUCTION", "ACCESSIBILITY", "PRIORITY_DISTRICT",
	}
}

// MarshalGQL writes the word of the contract.
func (c StockColumn) MarshalGQL(w io.Writer) { marshalEnum(w, c) }

// UnmarshalGQL reads the word of the contract.
func (c *StockColumn) UnmarshalGQL(v any) error { return unmarshalEnum(v, c) }

// StockDifference is a column whose values differ from one vintage to the next.
// Before and After are known for a single dwelling only.
type StockDifference struct {
	Column StockColumn `json:"column"`
	Before *string     `json:"before"`
	After  *string     `json:"after"`
}
