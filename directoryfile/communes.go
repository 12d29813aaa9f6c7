package directoryfile

import (
	"bytes"
	_ "embed" // the communes of the Métropole come with the program
	"fmt"
	"io"
	"strconv"

	"github.com/guichet-logement/guichet/domain"
)

// Commune is one line of communes.csv.
type Commune struct {
	// Line is where the commune stands in the file it was read from.
	Line      int
	InseeCode domain.InseeCode
	Name      string
	// PostalCodes are one or more; several communes may share one.
	PostalCodes []string
	// Population is the legal population of the year that the file names.
	Population int
	// Coordinates are the centre, weighted by area; it may lie outside any built-up
	// part.
	Coordinates domain.Coordinates
	Siren       domain.Siren
}

var communeColumns = []column{
	{"insee_code", 20, true},
	{"name", 100, true},
	{"postal_codes", maxListed * 6, true},
	{"population", 20, true},
	{"lat", 20, true},
	{"lon", 20, true},
	{"siren", 20, true},
}

//go:embed data/communes.csv
var communesCSV []byte

// Communes returns the 49 communes of Grenoble-Alpes Métropole, in the order of
// their codes. data/NOTICE.md names the source and the licence.
func Communes() ([]Commune, error) {
	parsed, err := ParseCommunes(bytes.NewReader(communesCSV))
	if err != nil {
		return nil, err
	}
	if parsed.RejectCount > 0 {
		return nil, fmt.Errorf("read embedded communes: %s", parsed.Rejects[0])
	}
	return parsed.Rows, nil
}

// ParseCommunes reads a file of the layout of communes.csv, in UTF-8. An error
// means that reading failed; all that is wrong in the file is in the rejects.
func ParseCommunes(r io.Reader) (Parsed[Commune], error) {
	return parseTable(r, UTF8, communeColumns, func(r *record) Commune {
		return Commune{
			Line:        r.line,
			InseeCode:   r.inseeCode("insee_code"),
			Name:        r.freeText("name"),
			PostalCodes: r.postalCodes(),
			Population: field(r, "population", func(s string) (int, error) {
				n, err := strconv.ParseUint(s, 10, 31)
				return int(n), err
			}, "Write a whole number of inhabitants.", "Écrire un nombre entier d'habitants."),
			Coordinates: r.coordinates(),
			Siren:       r.siren(),
		}
	})
}

func (r *record) postalCodes() []string {
	codes := r.list("postal_codes")
	for _, code := range codes {
		if !postalCodeShape.MatchString(code) {
			r.reject("postal_codes", BadValue,
				"Postal codes have 5 digits and are separated by spaces.",
				"Les codes postaux ont 5 chiffres et sont séparés par des espaces.")
		}
	}
	return codes
}
