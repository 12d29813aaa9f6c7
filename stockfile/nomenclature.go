package stockfile

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
)

// The names of the code lists.
const (
	FinancingList        = "financing"
	ConstructionList     = "construction"
	EnergyClassList      = "energy_class"
	PriorityDistrictList = "priority_district"
)

//go:embed data/rpls_codes.csv
var codesCSV string

// Nomenclature returns the official code lists of the file: the label, in French,
// by list and code.
func Nomenclature() (map[string]map[string]string, error) {
	rows, err := csv.NewReader(strings.NewReader(codesCSV)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read code lists of the stock file: %w", err)
	}
	lists := map[string]map[string]string{}
	for _, row := range rows[1:] {
		if lists[row[0]] == nil {
			lists[row[0]] = map[string]string{}
		}
		lists[row[0]][row[1]] = row[2]
	}
	return lists, nil
}
