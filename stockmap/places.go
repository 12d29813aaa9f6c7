package stockmap

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"

	"github.com/guichet-logement/guichet/domain"
)

// ReceptionPoint is a point of the network on a map.
type ReceptionPoint struct {
	ID      domain.ID
	Name    string
	Commune string
	Level   int
	At      domain.Coordinates
}

// Commune is one with its outline.
type Commune struct {
	Code domain.InseeCode
	Name string
	// Boundary is a GeoJSON geometry, empty for none.
	Boundary json.RawMessage
}

// Places are what a map shows beside the stock.
type Places struct {
	points   []ReceptionPoint
	communes []Commune
	// shapes are the outlines of the communes at each resolution, in degrees, and bounds
	// what they are within.
	shapes map[domain.OutlineResolution][]orb.MultiPolygon
	bounds []orb.Bound
	// outlines are the shapes as GeoJSON, written when they are first asked for.
	outlines map[domain.OutlineResolution]func() ([]*Outline, error)
	// ready are the layers of the tiles asked for last: they do not depend on a filter.
	ready *lru.Cache[Tile, []byte]
}

// keptLayers are so many tiles: all that the maps of a day look at, in some megabytes.
const keptLayers = 4096

// resolutionAt is how exact the outlines of a tile are: to a pixel or two.
func resolutionAt(zoom int) domain.OutlineResolution {
	switch {
	case zoom >= 13:
		return domain.OutlineFull
	case zoom >= 11:
		return domain.OutlineFine
	case zoom >= 9:
		return domain.OutlineMedium
	}
	return domain.OutlineCoarse
}

// NewPlaces lays out what tiles are made of. It fails on a boundary that is no polygon.
func NewPlaces(communes []Commune, points []ReceptionPoint) (*Places, error) {
	p := &Places{
		points: points, communes: communes, shapes: map[domain.OutlineResolution][]orb.MultiPolygon{},
		outlines: map[domain.OutlineResolution]func() ([]*Outline, error){},
	}
	var err error
	if p.ready, err = lru.New[Tile, []byte](keptLayers); err != nil {
		return nil, err
	}
	shapes := make([]orb.MultiPolygon, len(communes))
	for i, c := range communes {
		if len(c.Boundary) == 0 {
			continue
		}
		if shapes[i], err = parseBoundary(c.Boundary); err != nil {
			return nil, fmt.Errorf("boundary of %s: %w", c.Code, err)
		}
	}
	for _, shape := range shapes {
		p.bounds = append(p.bounds, shape.Bound())
	}
	for _, word := range domain.OutlineResolution("").Values() {
		resolution := domain.OutlineResolution(word)
		p.shapes[resolution] = simplified(shapes, resolution.Metres())
		p.outlines[resolution] = sync.OnceValues(func() ([]*Outline, error) { return p.outlinesAt(resolution) })
	}
	return p, nil
}

// parseBoundary reads a GeoJSON Polygon or MultiPolygon.
func parseBoundary(boundary json.RawMessage) (orb.MultiPolygon, error) {
	var g struct {
		Type        string
		Coordinates json.RawMessage
	}
	if err := json.Unmarshal(boundary, &g); err != nil {
		return nil, err
	}
	var many orb.MultiPolygon
	switch g.Type {
	case "Polygon":
		many = make(orb.MultiPolygon, 1)
		return many, json.Unmarshal(g.Coordinates, &many[0])
	case "MultiPolygon":
		return many, json.Unmarshal(g.Coordinates, &many)
	}
	return nil, errors.New("neither a Polygon nor a MultiPolygon")
}

// Outline is a commune as a map draws it.
type Outline struct {
	InseeCode domain.InseeCode
	Name      string
	// Boundary is a GeoJSON geometry.
	Boundary json.RawMessage
}

// Outlines are those of the communes that have one: not to be written to.
func (p *Places) Outlines(resolution domain.OutlineResolution) ([]*Outline, error) {
	return p.outlines[resolution]()
}

func (p *Places) outlinesAt(resolution domain.OutlineResolution) ([]*Outline, error) {
	var outlines []*Outline
	for i, shape := range p.shapes[resolution] {
		if shape == nil {
			continue
		}
		boundary, err := geometry(shape)
		if err != nil {
			return nil, err
		}
		outlines = append(outlines, &Outline{p.communes[i].Code, p.communes[i].Name, boundary})
	}
	return outlines, nil
}

// buffer is how far shapes go on beyond a tile, so that its edges are not drawn.
const buffer = 64

// Layers are the communes and the reception points of a tile, as part of it.
func (p *Places) Layers(t Tile) []byte {
	layers, ok := p.ready.Get(t)
	if !ok {
		layers = p.layers(t)
		p.ready.Add(t, layers)
	}
	return layers
}

func (p *Places) layers(t Tile) []byte {
	outlines := newLayer("communes", "code", "name")
	around := orb.Bound{Min: orb.Point{-buffer, -buffer}, Max: orb.Point{extent + buffer, extent + buffer}}
	for i, shape := range p.shapes[resolutionAt(t.Zoom)] {
		// From the north-west to the south-east, as tiles run.
		west, north := t.inTile(domain.Coordinates{Latitude: domain.Latitude(p.bounds[i].Max[1]), Longitude: domain.Longitude(p.bounds[i].Min[0])})
		east, south := t.inTile(domain.Coordinates{Latitude: domain.Latitude(p.bounds[i].Min[1]), Longitude: domain.Longitude(p.bounds[i].Max[0])})
		if !around.Intersects(orb.Bound{Min: orb.Point{west, north}, Max: orb.Point{east, south}}) || !outlines.polygons(t, shape, around) {
			continue
		}
		outlines.text(0, string(p.communes[i].Code))
		outlines.text(1, p.communes[i].Name)
		outlines.end(polygonType)
	}
	points := newLayer("reception_points", "level", "id", "name", "commune")
	for _, r := range p.points {
		if x, y := t.inTile(r.At); x < 0 || y < 0 || x >= extent || y >= extent {
			continue
		}
		points.number(0, r.Level)
		points.text(1, string(r.ID))
		points.text(2, r.Name)
		points.text(3, r.Commune)
		points.point(t, r.At)
	}
	return points.append(outlines.append(nil))
}

// polygons writes what of a shape is in the tile, and tells whether anything is.
func (l *layer) polygons(t Tile, shape orb.MultiPolygon, around orb.Bound) bool {
	x, y := 0, 0
	for _, polygon := range shape {
		placed := make(orb.Polygon, len(polygon))
		for i, ring := range polygon {
			for _, point := range ring {
				px, py := t.inTile(domain.Coordinates{Latitude: domain.Latitude(point[1]), Longitude: domain.Longitude(point[0])})
				placed[i] = append(placed[i], orb.Point{px, py})
			}
		}
		if !placed.Bound().Intersects(around) {
			continue
		}
		for i, ring := range clip.Polygon(around, placed) {
			whole := wholeRing(ring, i > 0)
			if whole == nil && i == 0 {
				break // holes of nothing
			}
			x, y = l.ring(whole, x, y)
		}
	}
	return len(l.geometry) > 0
}

// wholeRing rounds a ring to the units of the tile, without its last point, and turns it
// the way that outlines and holes run; nil when nothing is left of it.
func wholeRing(ring orb.Ring, hole bool) [][2]int {
	var whole [][2]int
	for _, p := range ring {
		at := [2]int{int(math.Round(p[0])), int(math.Round(p[1]))}
		if n := len(whole); n == 0 || whole[n-1] != at {
			whole = append(whole, at)
		}
	}
	if n := len(whole); n > 1 && whole[0] == whole[n-1] {
		whole = whole[:n-1]
	}
	area := 0
	for i, a := range whole {
		b := whole[(i+1)%len(whole)]
		area += a[0]*b[1] - b[0]*a[1]
	}
	if len(whole) < 3 || area == 0 {
		return nil
	}
	if (area < 0) != hole {
		for i, j := 0, len(whole)-1; i < j; i, j = i+1, j-1 {
			whole[i], whole[j] = whole[j], whole[i]
		}
	}
	return whole
}

// ring writes a ring from where the last one ended, and returns where it ends.
func (l *layer) ring(points [][2]int, x, y int) (int, int) {
	if points == nil {
		return x, y
	}
	l.command(moveTo, 1)
	for i, p := range points {
		if i == 1 {
			l.command(lineTo, len(points)-1)
		}
		l.step(p[0]-x, p[1]-y)
		x, y = p[0], p[1]
	}
	l.command(closePath, 1)
	return x, y
}
