package domain

// CodeList is a list of codes that an order or a file defines (nomenclature). It
// is data: it changes without a change of the contract.
type CodeList struct {
	Name, Source string
	Entries      []CodeEntry
}

// CodeEntry is one code and what it means.
type CodeEntry struct {
	Code  string
	Words Text
	// ValidFrom and ValidUntil bound the days of its use, half-open; nil is no bound.
	ValidFrom, ValidUntil *Date
}
