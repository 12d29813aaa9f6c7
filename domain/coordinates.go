package domain

import (
	"io"
	"math"
	"strconv"
)

// Latitude is in decimal degrees of WGS84, north positive, -90 to 90. It has a
// type of its own so that it cannot be exchanged with a [Longitude] unnoticed.
type Latitude float64

// Longitude is in decimal degrees of WGS84, east positive, -180 to 180.
type Longitude float64

// Coordinates is a point on the ground, in WGS84.
type Coordinates struct {
	Latitude  Latitude
	Longitude Longitude
}

// earthRadius is the mean radius R1 of the GRS80 ellipsoid, in metres.
const earthRadius = 6_371_008.8

// ParseLatitude refuses what is not a number from -90 to 90.
func ParseLatitude(degrees float64) (Latitude, error) {
	if math.IsNaN(degrees) || math.Abs(degrees) > 90 {
		return 0, BadValue("latitude must lie between -90 and 90 degrees", "la latitude va de -90 à 90 degrés")
	}
	return Latitude(degrees), nil
}

// ParseLongitude refuses what is not a number from -180 to 180.
func ParseLongitude(degrees float64) (Longitude, error) {
	if math.IsNaN(degrees) || math.Abs(degrees) > 180 {
		return 0, BadValue("longitude must lie between -180 and 180 degrees", "la longitude va de -180 à 180 degrés")
	}
	return Longitude(degrees), nil
}

// NewCoordinates checks both values.
func NewCoordinates(latitude, longitude float64) (Coordinates, error) {
	lat, err := ParseLatitude(latitude)
	if err != nil {
		return Coordinates{}, err
	}
	lon, err := ParseLongitude(longitude)
	if err != nil {
		return Coordinates{}, err
	}
	return Coordinates{lat, lon}, nil
}

// InMetropolitanFrance tells whether the point lies in the rectangle around
// France in Europe, Corsica and Ouessant included. The rectangle covers parts of
// the neighbours: it catches exchanged or foreign coordinates, it is no border.
func (c Coordinates) InMetropolitanFrance() bool {
	return metropolitanFrance.Contains(c)
}

var metropolitanFrance = BoundingBox{South: 41.3, West: -5.2, North: 51.1, East: 9.6}

// DistanceMetres returns the distance along the great circle, in metres. The
// Earth is taken for a sphere, which is less than 0.5 % wrong.
func DistanceMetres(a, b Coordinates) float64 {
	lat1, lat2 := radians(float64(a.Latitude)), radians(float64(b.Latitude))
	sinLat := math.Sin((lat2 - lat1) / 2)
	sinLon := math.Sin(radians(float64(b.Longitude)-float64(a.Longitude)) / 2)
	h := sinLat*sinLat + math.Cos(lat1)*math.Cos(lat2)*sinLon*sinLon
	// Rounding may push h just above 1 for opposite points.
	return 2 * earthRadius * math.Asin(math.Sqrt(math.Min(h, 1)))
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// BoundingBox is a rectangle of latitudes and longitudes, edges included, in
// WGS84.
type BoundingBox struct {
	South Latitude
	West  Longitude
	North Latitude
	East  Longitude
}

// Validate refuses an edge that is out of bounds, an empty box, and one that
// crosses the antimeridian, which no map of France does.
func (b BoundingBox) Validate() Refusals {
	var refusals Refusals
	edge := func(field string, err error) {
		if err != nil {
			refusals = append(refusals, &Refusal{Code: Invalid, Field: []string{field}, Message: TextOf(err)})
		}
	}
	_, err := ParseLatitude(float64(b.South))
	edge("south", err)
	_, err = ParseLongitude(float64(b.West))
	edge("west", err)
	_, err = ParseLatitude(float64(b.North))
	edge("north", err)
	_, err = ParseLongitude(float64(b.East))
	edge("east", err)
	if refusals != nil {
		return refusals
	}
	if b.South >= b.North {
		refusals = append(refusals, refuse(Invalid,
			"The north edge must lie north of the south edge.",
			"Le bord nord doit être au nord du bord sud.", "north"))
	}
	if b.West >= b.East {
		refusals = append(refusals, refuse(Invalid,
			"The east edge must lie east of the west edge; a box across the antimeridian is not accepted.",
			"Le bord est doit être à l'est du bord ouest ; un rectangle à cheval sur l'antiméridien n'est pas accepté.", "east"))
	}
	return refusals
}

// Contains tells whether the point lies in the box or on its edge.
func (b BoundingBox) Contains(c Coordinates) bool {
	return c.Latitude >= b.South && c.Latitude <= b.North &&
		c.Longitude >= b.West && c.Longitude <= b.East
}

// MarshalGQL writes the degrees as a JSON number.
func (l Latitude) MarshalGQL(w io.Writer) { writeDegrees(w, float64(l)) }

// UnmarshalGQL reads the degrees from an argument or a variable.
func (l *Latitude) UnmarshalGQL(v any) (err error) {
	if own, ok := v.(Latitude); ok {
		v = float64(own)
	}
	degrees, err := unmarshalDegrees(v, "latitude")
	if err != nil {
		return err
	}
	*l, err = ParseLatitude(degrees)
	return err
}

// MarshalGQL writes the degrees as a JSON number.
func (l Longitude) MarshalGQL(w io.Writer) { writeDegrees(w, float64(l)) }

// UnmarshalGQL reads the degrees from an argument or a variable.
func (l *Longitude) UnmarshalGQL(v any) (err error) {
	if own, ok := v.(Longitude); ok {
		v = float64(own)
	}
	degrees, err := unmarshalDegrees(v, "longitude")
	if err != nil {
		return err
	}
	*l, err = ParseLongitude(degrees)
	return err
}

func writeDegrees(w io.Writer, degrees float64) {
	_, _ = io.WriteString(w, strconv.FormatFloat(degrees, 'f', -1, 64))
}

// unmarshalDegrees accepts the numbers a GraphQL document or its JSON variables
// may hold. A string is refused: 45,18 and 45.18 would be a matter of opinion.
func unmarshalDegrees(v any, name string) (float64, error) {
	degrees, err := decimal(v)
	if err != nil {
		return 0, BadValue(name+" must be a number of degrees", name+" est un nombre de degrés")
	}
	return degrees, nil
}
