package stockmap

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/guichet-logement/guichet/domain"
)

// extent is the side of a tile in its own units.
const extent = 4096

// The numbers of the fields, as the specification of vector tiles has them (2.1, section 4).
const (
	tileLayer = 3

	layerName    = 1
	layerFeature = 2
	layerKey     = 3
	layerValue   = 4
	layerExtent  = 5
	layerVersion = 15

	featureTags     = 2
	featureType     = 3
	featureGeometry = 4

	textValue = 1
	uintValue = 5

	pointType   = 1
	polygonType = 3

	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// layer is one of a tile under way.
type layer struct {
	name     string
	keys     []string
	features []byte
	values   []byte
	texts    map[string]uint64
	numbers  map[int]uint64
	// tags and geometry are those of the feature under way.
	tags, geometry []byte
}

func newLayer(name string, keys ...string) *layer {
	return &layer{name: name, keys: keys, texts: map[string]uint64{}, numbers: map[int]uint64{}}
}

// text gives the feature that value of the key.
func (l *layer) text(key int, value string) {
	n, ok := l.texts[value]
	if !ok {
		n = l.next()
		l.texts[value] = n
		l.values = protowire.AppendTag(l.values, layerValue, protowire.BytesType)
		l.values = protowire.AppendVarint(l.values, uint64(1+protowire.SizeBytes(len(value)))) //nolint:gosec // a length
		l.values = protowire.AppendTag(l.values, textValue, protowire.BytesType)
		l.values = protowire.AppendString(l.values, value)
	}
	l.tag(key, n)
}

// number gives the feature that value of the key.
func (l *layer) number(key, value int) {
	n, ok := l.numbers[value]
	if !ok {
		n = l.next()
		l.numbers[value] = n
		l.values = protowire.AppendTag(l.values, layerValue, protowire.BytesType)
		l.values = protowire.AppendVarint(l.values, uint64(1+protowire.SizeVarint(uint64(value)))) //nolint:gosec // a length, a count
		l.values = protowire.AppendTag(l.values, uintValue, protowire.VarintType)
		l.values = protowire.AppendVarint(l.values, uint64(value)) //nolint:gosec // a count
	}
	l.tag(key, n)
}

func (l *layer) next() uint64 { return uint64(len(l.texts) + len(l.numbers)) }

func (l *layer) tag(key int, value uint64) {
	l.tags = protowire.AppendVarint(l.tags, uint64(key)) //nolint:gosec // an index
	l.tags = protowire.AppendVarint(l.tags, value)
}

// command begins so many steps of the geometry.
func (l *layer) command(id, count int) {
	l.geometry = protowire.AppendVarint(l.geometry, uint64(id|count<<3)) //nolint:gosec // not negative
}

// step moves on by that much.
func (l *layer) step(dx, dy int) {
	l.geometry = protowire.AppendVarint(l.geometry, protowire.EncodeZigZag(int64(dx)))
	l.geometry = protowire.AppendVarint(l.geometry, protowire.EncodeZigZag(int64(dy)))
}

// end closes the feature under way.
func (l *layer) end(kind uint64) {
	var f []byte
	f = protowire.AppendTag(f, featureTags, protowire.BytesType)
	f = protowire.AppendBytes(f, l.tags)
	f = protowire.AppendTag(f, featureType, protowire.VarintType)
	f = protowire.AppendVarint(f, kind)
	f = protowire.AppendTag(f, featureGeometry, protowire.BytesType)
	f = protowire.AppendBytes(f, l.geometry)
	l.features = protowire.AppendTag(l.features, layerFeature, protowire.BytesType)
	l.features = protowire.AppendBytes(l.features, f)
	l.tags, l.geometry = l.tags[:0], l.geometry[:0]
}

// append adds the layer to a tile, unless nothing is in it.
func (l *layer) append(tile []byte) []byte {
	if len(l.features) == 0 {
		return tile
	}
	var b []byte
	b = protowire.AppendTag(b, layerName, protowire.BytesType)
	b = protowire.AppendString(b, l.name)
	b = append(b, l.features...)
	for _, key := range l.keys {
		b = protowire.AppendTag(b, layerKey, protowire.BytesType)
		b = protowire.AppendString(b, key)
	}
	b = append(b, l.values...)
	b = protowire.AppendTag(b, layerExtent, protowire.VarintType)
	b = protowire.AppendVarint(b, extent)
	b = protowire.AppendTag(b, layerVersion, protowire.VarintType)
	b = protowire.AppendVarint(b, 2)
	tile = protowire.AppendTag(tile, tileLayer, protowire.BytesType)
	return protowire.AppendBytes(tile, b)
}

// inTile is where a place is in the units of the tile, beyond it too.
func (t Tile) inTile(at domain.Coordinates) (x, y float64) {
	x, y = project(at)
	side := math.Ldexp(1, t.Zoom)
	return (x*side - float64(t.X)) * extent, (y*side - float64(t.Y)) * extent
}

// point adds a point feature at a place of the tile.
func (l *layer) point(t Tile, at domain.Coordinates) {
	x, y := t.inTile(at)
	// The key says which tile a place is in: what its last bit rounds stays inside.
	within := func(v float64) int { return min(max(int(math.Floor(v)), 0), extent-1) }
	l.command(moveTo, 1)
	l.step(within(x), within(y))
	l.end(pointType)
}

// The keys of dwellings in features: their number, and that of each typology there is.
var countKeys = append([]string{"count"}, domain.Typology("").Values()...)

func (l *layer) counts(c *Counts) {
	l.number(0, c.Total())
	for i, n := range c {
		if n > 0 {
			l.number(1+i, n)
		}
	}
}

// Stock is the layer of the stock, as part of a tile: clusters, or buildings from
// [BuildingsFrom].
func (t Tile) Stock(spots []Spot) []byte {
	if t.Zoom < BuildingsFrom {
		l := newLayer("clusters", countKeys...)
		for i := range spots {
			l.counts(&spots[i].Counts)
			l.point(t, spots[i].At)
		}
		return l.append(nil)
	}
	l := newLayer("buildings", append(countKeys[:len(countKeys):len(countKeys)], "id")...)
	for i := range spots {
		l.counts(&spots[i].Counts)
		l.text(len(countKeys), string(spots[i].Building))
		l.point(t, spots[i].At)
	}
	return l.append(nil)
}
