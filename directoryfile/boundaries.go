package directoryfile

import (
	"bytes"
	_ "embed" // the boundaries of the Métropole come with the program
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/guichet-logement/guichet/domain"
)

// Boundary is the outline of a commune.
type Boundary struct {
	InseeCode domain.InseeCode
	Name      string
	// Geometry is the GeoJSON geometry (RFC 7946), a Polygon or a MultiPolygon in
	// WGS84, to be passed on as it is.
	Geometry json.RawMessage
	// Polygons are the same for computing with: of each polygon the outer ring, then
	// its holes, each ring closed.
	Polygons [][]Ring
}

// Ring is a closed line: the last point repeats the first.
type Ring []domain.Coordinates

//go:embed data/communes.geojson
var communesGeoJSON []byte

// Boundaries returns the outlines of the 49 communes, simplified, as of 2018.
// data/NOTICE.md names the source, the licence and the attribution to show.
func Boundaries() ([]Boundary, error) {
	return ParseBoundaries(bytes.NewReader(communesGeoJSON))
}

// ParseBoundaries reads a GeoJSON FeatureCollection of Polygons and MultiPolygons
// whose properties are code (INSEE) and nom. It reads [MaxFile] bytes at most. The
// file is made by programs, not by hand: it is refused as a whole, the error
// naming the feature at fault.
func ParseBoundaries(r io.Reader) ([]Boundary, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read boundaries: %w", err)
	}
	if len(data) > MaxFile {
		return nil, errors.New("read boundaries: the file is larger than 32 MiB")
	}
	var collection struct {
		Type     string
		Features []struct {
			Properties struct{ Code, Nom string }
			Geometry   json.RawMessage
		}
	}
	if err := json.Unmarshal(data, &collection); err != nil {
		return nil, fmt.Errorf("read boundaries: %w", err)
	}
	if collection.Type != "FeatureCollection" {
		return nil, fmt.Errorf("read boundaries: %q is not a FeatureCollection", collection.Type)
	}
	boundaries := make([]Boundary, len(collection.Features))
	seen := make(map[domain.InseeCode]bool, len(boundaries))
	for i, f := range collection.Features {
		code, err := domain.ParseInseeCode(f.Properties.Code)
		if err != nil {
			return nil, fmt.Errorf("read boundaries, feature %d: %w", i+1, err)
		}
		if seen[code] {
			return nil, fmt.Errorf("read boundaries, feature %d: %s stands there twice", i+1, code)
		}
		seen[code] = true
		polygons, err := parsePolygons(f.Geometry)
		if err != nil {
			return nil, fmt.Errorf("read boundaries, feature %d, %s: %w", i+1, code, err)
		}
		boundaries[i] = Boundary{InseeCode: code, Name: f.Properties.Nom, Geometry: f.Geometry, Polygons: polygons}
	}
	return boundaries, nil
}

// parsePolygons reads the rings of a geometry. GeoJSON puts the longitude first.
func parsePolygons(geometry json.RawMessage) ([][]Ring, error) {
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal(geometry, &g); err != nil {
		return nil, fmt.Errorf("geometry: %w", err)
	}
	var raw [][][][]float64
	var err error
	switch g.Type {
	case "Polygon":
		raw = make([][][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &raw[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &raw)
	default:
		err = fmt.Errorf("%q is neither Polygon nor MultiPolygon", g.Type)
	}
	if err != nil {
		return nil, fmt.Errorf("geometry: %w", err)
	}
	polygons := make([][]Ring, len(raw))
	for i, rings := range raw {
		if len(rings) == 0 {
			return nil, errors.New("geometry: a polygon has no ring")
		}
		for _, points := range rings {
			ring, err := parseRing(points)
			if err != nil {
				return nil, fmt.Errorf("geometry: %w", err)
			}
			polygons[i] = append(polygons[i], ring)
		}
	}
	return polygons, nil
}

func parseRing(points [][]float64) (Ring, error) {
	ring := make(Ring, len(points))
	for i, p := range points {
		if len(p) < 2 {
			return nil, errors.New("a position needs a longitude and a latitude")
		}
		c, err := domain.NewCoordinates(p[1], p[0])
		if err != nil {
			return nil, err
		}
		if !c.InMetropolitanFrance() {
			return nil, fmt.Errorf("position %v is not in France; are the coordinates in WGS84?", p)
		}
		ring[i] = c
	}
	if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
		return nil, errors.New("a ring must have 4 positions at least and end where it starts")
	}
	return ring, nil
}
