package stockmap

import (
	"encoding/json"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"
)

// degree is the length of a degree of latitude in metres.
const degree = 111195

// simplified leaves out what outlines can do without when they may be off by that many
// metres. What two shapes share they still share: a line between two corners where three
// shapes meet is simplified once, for both of its sides. An island that is too small
// stays a triangle.
func simplified(shapes []orb.MultiPolygon, metres float64) []orb.MultiPolygon {
	if metres == 0 {
		return shapes
	}
	corners := cornersOf(shapes)
	simple := make([]orb.MultiPolygon, len(shapes))
	for i, shape := range shapes {
		for _, polygon := range shape {
			var rings orb.Polygon
			for _, ring := range polygon {
				rings = append(rings, simplifyRing(ring, corners, metres))
			}
			simple[i] = append(simple[i], rings)
		}
	}
	return simple
}

// cornersOf are the points where lines meet that are not of the same shapes: those with
// more than two neighbours.
func cornersOf(shapes []orb.MultiPolygon) map[orb.Point]bool {
	neighbours := map[orb.Point][]orb.Point{}
	note := func(at, next orb.Point) {
		for _, known := range neighbours[at] {
			if known == next {
				return
			}
		}
		neighbours[at] = append(neighbours[at], next)
	}
	for _, shape := range shapes {
		for _, polygon := range shape {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					note(ring[i-1], ring[i])
					note(ring[i], ring[i-1])
				}
			}
		}
	}
	corners := map[orb.Point]bool{}
	for at, next := range neighbours {
		if len(next) > 2 {
			corners[at] = true
		}
	}
	return corners
}

// simplifyRing simplifies each stretch between two corners.
func simplifyRing(ring orb.Ring, corners map[orb.Point]bool, metres float64) orb.Ring {
	ring = ring[:len(ring)-1]
	start, found := 0, false
	for i, p := range ring {
		// Without a corner the ring is cut at its first and its farthest point, in an order of
		// their own: another shape may have the same ring from elsewhere.
		if corners[p] && !found || !found && less(p, ring[start]) {
			start, found = i, corners[p]
		}
	}
	turned := append(append(append(orb.Ring{}, ring[start:]...), ring[:start]...), ring[start])
	if !found {
		far := 0
		for i, p := range turned {
			if distance(turned[0], p) > distance(turned[0], turned[far]) ||
				distance(turned[0], p) == distance(turned[0], turned[far]) && less(p, turned[far]) {
				far = i
			}
		}
		corners = map[orb.Point]bool{turned[far]: true}
	}
	simple := orb.Ring{turned[0]}
	for from := 0; from < len(turned)-1; {
		to := from + 1
		for to < len(turned)-1 && !corners[turned[to]] {
			to++
		}
		simple = append(simple, simplifyLine(turned[from:to+1], metres)[1:]...)
		from = to
	}
	if len(simple) > 3 {
		return simple
	}
	third := turned[1]
	for _, p := range turned {
		if off(p, turned[0], simple[1]) > off(third, turned[0], simple[1]) {
			third = p
		}
	}
	return orb.Ring{simple[0], simple[1], third, simple[0]}
}

// simplifyLine does it the same way from both ends. Degrees of longitude count like those
// of latitude: east and west may then be off by less.
func simplifyLine(line orb.Ring, metres float64) orb.LineString {
	simple := orb.LineString(line.Clone())
	backwards := less(simple[len(simple)-1], simple[0])
	if backwards {
		simple.Reverse()
	}
	simple = simplify.DouglasPeucker(metres / degree).LineString(simple)
	if backwards {
		simple.Reverse()
	}
	return simple
}

func less(a, b orb.Point) bool { return a[0] < b[0] || a[0] == b[0] && a[1] < b[1] }

func distance(a, b orb.Point) float64 { return math.Hypot(a[0]-b[0], a[1]-b[1]) }

// off is how far a point is from a line, times its length.
func off(p, from, to orb.Point) float64 {
	return math.Abs((to[0]-from[0])*(p[1]-from[1]) - (to[1]-from[1])*(p[0]-from[0]))
}

// geometry is a shape as a GeoJSON geometry.
func geometry(shape orb.MultiPolygon) (json.RawMessage, error) {
	if len(shape) == 1 {
		return json.Marshal(struct {
			Type        string      `json:"type"`
			Coordinates orb.Polygon `json:"coordinates"`
		}{"Polygon", shape[0]})
	}
	return json.Marshal(struct {
		Type        string           `json:"type"`
		Coordinates orb.MultiPolygon `json:"coordinates"`
	}{"MultiPolygon", shape})
}
