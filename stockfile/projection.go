package stockfile

import (
	"math"

	"github.com/wroge/wgs84/v2"

	"github.com/guichet-logement/guichet/domain"
)

// projection is one of the systems in which the file gives X and Y, in metres.
// All of them stand on the GRS80 ellipsoid and on datums that are WGS84 to within
// the precision of an address, so that no change of datum is needed.
type projection struct {
	epsg   string
	system wgs84.CoordinateSystem
	// covers tells whether a point lies in the territory of the system. It is a
	// rectangle: it catches exchanged axes and wrong systems, it is no border.
	covers func(domain.Coordinates) bool
}

// projections lists Lambert-93 first: nearly all rows are in it.
func projections() []projection {
	return []projection{
		// RGF93 / Lambert-93.
		{"2154", wgs84.LambertConformalConic2SP{
			Lonf: 3, Latf: 46.5, Sp1: 49, Sp2: 44, Eastf: 700_000, Northf: 6_600_000,
		}, domain.Coordinates.InMetropolitanFrance},
		// RGAF09 / UTM zone 20N: Guadeloupe, Martinique and the islands in between.
		{"5490", utm(20, 0), domain.BoundingBox{South: 14.3, West: -63.3, North: 18.3, East: -60.7}.Contains},
		// RGFG95 / UTM zone 22N: Guyane.
		{"2972", utm(22, 0), domain.BoundingBox{South: 2, West: -54.7, North: 6, East: -51.5}.Contains},
		// RGR92 / UTM zone 40S: La Réunion.
		{"2975", utm(40, southOfEquator), domain.BoundingBox{South: -21.5, West: 55.1, North: -20.8, East: 55.9}.Contains},
		// RGM04 / UTM zone 38S: Mayotte.
		{"4471", utm(38, southOfEquator), domain.BoundingBox{South: -13.1, West: 44.9, North: -12.5, East: 45.4}.Contains},
	}
}

// southOfEquator is the false northing, in metres, of the southern zones of UTM.
const southOfEquator = 10_000_000

func utm(zone, falseNorthing float64) wgs84.CoordinateSystem {
	return wgs84.TransverseMercator{
		Lonf: zone*6 - 183, Scale: 0.9996, Eastf: 500_000, Northf: falseNorthing,
	}
}

// locate returns the place of a projected point; false when it does not lie in
// the territory of the projection.
func (p projection) locate(x, y float64) (domain.Coordinates, bool) {
	lon, lat, _ := p.system.ToGeographic(x, y, 0, wgs84.GRS80)
	c, err := domain.NewCoordinates(sixDecimals(lat), sixDecimals(lon))
	return c, err == nil && p.covers(c)
}

// project is the inverse of locate.
func (p projection) project(c domain.Coordinates) (x, y float64) {
	x, y, _ = p.system.FromGeographic(float64(c.Longitude), float64(c.Latitude), 0, wgs84.GRS80)
	return x, y
}

// sixDecimals are about 10 cm: finer digits would be noise, and would differ from
// one vintage to the next.
func sixDecimals(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }
