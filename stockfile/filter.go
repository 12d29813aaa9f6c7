package stockfile

import (
	"fmt"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// Filter keeps one territory of the file. What it leaves out is neither checked
// nor rejected. The zero value keeps the whole country; several conditions must
// all hold.
type Filter struct {
	// Communes are INSEE codes. Nil is no condition; an empty set keeps nothing. In
	// Paris, Lyon and Marseille the file has the codes of the arrondissements.
	Communes map[domain.InseeCode]bool
	// Department is its code (code du département), as in 38, 2A or 974.
	Department string
	// EPCI is the SIREN of an intercommunality (EPCI_CODE). The layout of 2016–2019
	// does not tell it: such a file is refused.
	EPCI string
}

func (f Filter) validate() error {
	if n := len(f.Department); n == 1 || n > 3 {
		return fmt.Errorf("filter stock file: %q is no département code", f.Department)
	}
	if f.EPCI != "" && len(f.EPCI) != 9 {
		return fmt.Errorf("filter stock file: %q is no EPCI code", f.EPCI)
	}
	return nil
}

// keeps tells whether a row is of the territory. A row whose commune cannot be
// read belongs to it: nobody else would be told.
func (f Filter) keeps(commune, epci []byte) bool {
	if _, err := domain.ParseInseeCode(string(commune)); err != nil {
		return true
	}
	return (f.Communes == nil || f.Communes[domain.InseeCode(commune)]) &&
		strings.HasPrefix(string(commune), f.Department) &&
		(f.EPCI == "" || f.EPCI == string(epci))
}
