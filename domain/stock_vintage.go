package domain

// StockComparison counts, by kind, what a vintage of the stock file changed since
// the one before it.
type StockComparison struct {
	Added     StockTally `json:"added"`
	Removed   StockTally `json:"removed"`
	Changed   StockTally `json:"changed"`
	Ambiguous StockTally `json:"ambiguous"`
}

// StockTally counts buildings that changed in one way. Before and After count
// their rows that have no equal in the other vintage.
type StockTally struct {
	Buildings int `json:"buildings"`
	Before    int `json:"before"`
	After     int `json:"after"`
}
