package stockmap

import (
	"cmp"
	"math"
	"slices"

	"github.com/guichet-logement/guichet/domain"
)

const (
	// keyBits are those of each axis of a key.
	keyBits = 26
	// MaxZoom is the deepest that a map goes: some centimetres a pixel.
	MaxZoom = 22
	// BuildingsFrom is the zoom from which buildings are told apart.
	BuildingsFrom = 15
	// cellZoom is how much deeper than a tile its clusters are: 8 in a row, each 64 pixels
	// wide on a map with tiles of 512.
	cellZoom = 3
	// maxCells bounds the clusters of a rectangle: those of two of the largest screens.
	maxCells = 4096
	// maxRanges bounds the stretches that a rectangle is looked up by.
	maxRanges = 64
)

// Range is a stretch of keys, both ends included.
type Range struct{ Low, High int64 }

// Area is a part of a map: stretches of keys in rising order, and of these the places in
// the box, if there is one.
type Area struct {
	Ranges []Range
	Box    *domain.BoundingBox
}

// Tile is a square of the Web Mercator map.
type Tile struct{ Zoom, X, Y int }

// Valid tells whether there is such a tile.
func (t Tile) Valid() bool {
	return t.Zoom >= 0 && t.Zoom <= MaxZoom && t.X >= 0 && t.Y >= 0 && t.X < 1<<t.Zoom && t.Y < 1<<t.Zoom
}

// Area is what is in the tile: its edges in the north and west, not those in the south and east.
func (t Tile) Area() Area { return Area{Ranges: []Range{t.keys()}} }

func (t Tile) keys() Range {
	shift := 2 * uint(keyBits-t.Zoom)
	low := int64(spread(uint64(t.X))|spread(uint64(t.Y))<<1) << shift //nolint:gosec // at most 52 bits
	return Range{low, low | (1<<shift - 1)}
}

// CellShift is by how many bits the keys of one cluster of that zoom differ.
func CellShift(zoom int) int { return 2 * (keyBits - min(zoom, MaxZoom) - cellZoom) }

// Window is the area of a rectangle, and the zoom at which it is clustered: that asked
// for, or the deepest at which the clusters are not too many.
func Window(box domain.BoundingBox, zoom int) (Area, int) {
	west, north := project(domain.Coordinates{Latitude: box.North, Longitude: box.West})
	east, south := project(domain.Coordinates{Latitude: box.South, Longitude: box.East})
	across := func(level int) (x0, y0, x1, y1 int) {
		// One quantum more on each side: the last bit of a place may be rounded elsewhere.
		quantum := func(v float64, more int) int {
			return min(max(int(math.Floor(v*(1<<keyBits)))+more, 0), 1<<keyBits-1) >> (keyBits - level)
		}
		return quantum(west, -1), quantum(north, -1), quantum(east, 1), quantum(south, 1)
	}
	fits := func(level, most int) bool {
		x0, y0, x1, y1 := across(level)
		return (x1-x0+1)*(y1-y0+1) <= most
	}
	for zoom = min(zoom, MaxZoom); zoom > 0 && !fits(zoom+cellZoom, maxCells); zoom-- {
	}
	level := keyBits
	for ; !fits(level, maxRanges); level-- {
	}
	a := Area{Box: &box}
	x0, y0, x1, y1 := across(level)
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			a.Ranges = append(a.Ranges, Tile{level, x, y}.keys())
		}
	}
	a.Ranges = join(a.Ranges)
	return a, zoom
}

// join sorts stretches, and makes one of those that touch.
func join(ranges []Range) []Range {
	slices.SortFunc(ranges, func(a, b Range) int { return cmp.Compare(a.Low, b.Low) })
	joined := ranges[:1]
	for _, r := range ranges[1:] {
		if last := &joined[len(joined)-1]; last.High+1 == r.Low {
			last.High = r.High
		} else {
			joined = append(joined, r)
		}
	}
	return joined
}

// edge is the latitude beyond which there is no map.
const edge = 85

// project places a point on the square of the map, 0 to 1 from the north-west.
func project(at domain.Coordinates) (x, y float64) {
	phi := min(max(float64(at.Latitude), -edge), edge) * math.Pi / 180
	return (float64(at.Longitude) + 180) / 360, (1 - math.Log(math.Tan(phi)+1/math.Cos(phi))/math.Pi) / 2
}

// spread puts an empty bit after each bit of a number of 26.
func spread(n uint64) uint64 {
	n = (n | n<<16) & 0x0000ffff0000ffff
	n = (n | n<<8) & 0x00ff00ff00ff00ff
	n = (n | n<<4) & 0x0f0f0f0f0f0f0f0f
	n = (n | n<<2) & 0x3333333333333333
	return (n | n<<1) & 0x5555555555555555
}
