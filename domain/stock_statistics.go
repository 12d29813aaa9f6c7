package domain

import "io"

// StockAxis is what the stock can be counted by.
type StockAxis string

// The axes.
const (
	ByCommune          StockAxis = "COMMUNE"
	ByTypology         StockAxis = "TYPOLOGY"
	ByFinancing        StockAxis = "FINANCING"
	ByEnergyClass      StockAxis = "ENERGY_CLASS"
	ByDecade           StockAxis = "DECADE"
	ByLandlord         StockAxis = "LANDLORD"
	ByConstruction     StockAxis = "CONSTRUCTION"
	ByAccessibility    StockAxis = "ACCESSIBILITY"
	ByPriorityDistrict StockAxis = "PRIORITY_DISTRICT"
)

// Values lists the axes in the order of the contract.
func (StockAxis) Values() []string {
	return []string{
		string(ByCommune), string(ByTypology), string(ByFinancing), string(ByEnergyClass), string(ByDecade),
		string(ByLandlord), string(ByConstruction), string(ByAccessibility), string(ByPriorityDistrict),
	}
}

// MarshalGQL writes the word of the contract.
func (a StockAxis) MarshalGQL(w io.Writer) { marshalEnum(w, a) }

// UnmarshalGQL reads the word of the contract.
func (a *StockAxis) UnmarshalGQL(v any) error { return unmarshalEnum(v, a) }

// StockCell is one cell of a table of the stock: a value of each axis, nil where
// the source does not tell, and how many dwellings it holds.
type StockCell struct {
	Keys  []*string
	Count int
}
