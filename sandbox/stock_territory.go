package sandbox

import (
	"fmt"
	"math"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/stockfile"
)

// territory is where a copy of the Métropole's stock is laid.
type territory struct {
	// department and from make the codes of its communes; empty for the Métropole
	// itself, which keeps all its own.
	department string
	from       int
	epci       string
	// north and east move it, in degrees.
	north, east float64
}

// metropoleEPCI is the SIREN of Grenoble-Alpes Métropole.
const metropoleEPCI = "200040715"

// fictionalDepartments are those in which copies are laid: all of metropolitan
// France but Isère, Corsica, whose codes have a letter, and Pas-de-Calais, the one
// whose own codes go beyond 901.
var fictionalDepartments = [...]string{
	"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
	"21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36", "37", "39", "40",
	"41", "42", "43", "44", "45", "46", "47", "48", "49", "50", "51", "52", "53", "54", "55", "56", "57", "58", "59",
	"60", "61", "63", "64", "65", "66", "67", "68", "69", "70", "71", "72", "73", "74", "75", "76", "77", "78", "79",
	"80", "81", "82", "83", "84", "85", "86", "87", "88", "89", "90", "91", "92", "93", "94", "95",
}

const (
	// townsPerTerritory is how many communes the Métropole has.
	townsPerTerritory = 49
	// bands of as many codes lie free at the end of each département.
	bands = 2
	// gridSide squared is at least MaxStockScale.
	gridSide = 14
)

// territoryOf says where the copy with that number lies, 0 being the Métropole. The
// others are cells of a grid over a rectangle that lies in metropolitan France with
// a margin; a cell is larger than the Métropole.
func territoryOf(n int) territory {
	if n == 0 {
		return territory{epci: metropoleEPCI}
	}
	const (
		south, west = 43.9, -0.3
		rows, width = 5.1 / (gridSide - 1), 6.2 / (gridSide - 1)
		// stride has no divisor in common with the cells: copies that follow each other
		// lie apart, and each has a cell of its own.
		stride                  = 37
		centreNorth, centreEast = 45.13, 5.73
	)
	cell := n * stride % (gridSide * gridSide)
	return territory{
		department: fictionalDepartments[(n-1)%len(fictionalDepartments)],
		from:       1000 - townsPerTerritory*(1+(n-1)/len(fictionalDepartments)),
		epci:       string(fictionalSiren(1000 + n)),
		north:      south + rows*float64(cell/gridSide) - centreNorth,
		east:       west + width*float64(cell%gridSide) - centreEast,
	}
}

// place gives the dwellings of a building what depends on where they are.
func (t territory) place(dwellings []stockfile.Dwelling, b *building) {
	code, name, postal := b.commune.InseeCode, b.commune.Name, b.commune.PostalCodes[0]
	at := b.coordinates
	if t.department != "" {
		code = domain.InseeCode(t.code(b.town))
		name, postal = "Commune fictive "+string(code), string(code)
		at = move(at, t.north, t.east)
	}
	for i := range dwellings {
		d := &dwellings[i]
		d.Commune, d.CommuneName, d.PostalCode, d.EPCI, d.Coordinates = code, name, postal, t.epci, &at
	}
}

// code makes that of a commune of a copy, by its place among the 49.
func (t territory) code(town int) string { return fmt.Sprintf("%s%03d", t.department, t.from+town) }

// move keeps six decimals, which is what the file's metres can tell.
func move(c domain.Coordinates, north, east float64) domain.Coordinates {
	round := func(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }
	return domain.Coordinates{
		Latitude:  domain.Latitude(round(float64(c.Latitude) + north)),
		Longitude: domain.Longitude(round(float64(c.Longitude) + east)),
	}
}

// The length of a metre in degrees, at the latitude of the Métropole.
const (
	metreNorth = 1 / 111_200.0
	metreEast  = 1 / 78_500.0
)

// metres is the distance of two points of the Métropole.
func metres(a, b domain.Coordinates) float64 {
	return math.Hypot(float64(a.Latitude-b.Latitude)/metreNorth, float64(a.Longitude-b.Longitude)/metreEast)
}

// contains tells whether a point lies in one of the polygons and in no hole of it:
// a line from there to the east crosses the rings an odd number of times.
func contains(polygons [][]directoryfile.Ring, c domain.Coordinates) bool {
	in := false
	for _, rings := range polygons {
		for _, ring := range rings {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if (a.Latitude > c.Latitude) == (b.Latitude > c.Latitude) {
					continue
				}
				share := float64(c.Latitude-a.Latitude) / float64(b.Latitude-a.Latitude)
				if float64(c.Longitude) < float64(a.Longitude)+share*float64(b.Longitude-a.Longitude) {
					in = !in
				}
			}
		}
	}
	return in
}
