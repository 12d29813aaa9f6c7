package stockmap

import (
	"testing"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// metropole are the communes and a point in one of them.
func metropole(t testing.TB) *Places {
	t.Helper()
	boundaries, err := directoryfile.Boundaries()
	if err != nil {
		t.Fatal(err)
	}
	var communes []Commune
	for _, b := range boundaries {
		communes = append(communes, Commune{b.InseeCode, b.Name, b.Geometry})
	}
	p, err := NewPlaces(communes, []ReceptionPoint{
		{ID: "rpt_1", Name: "Maison", Commune: "Grenoble", Level: 3, At: domain.Coordinates{Latitude: 45.1885, Longitude: 5.7245}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// At every resolution neighbours share their lines: each line is in as many outlines as
// the same line was in before, and the coarser the fewer points.
func TestOutlinesFitTogether(t *testing.T) {
	t.Parallel()
	p := metropole(t)
	type line struct{ a, b orb.Point }
	before := 1 << 30
	for _, word := range domain.OutlineResolution("").Values() {
		shapes := p.shapes[domain.OutlineResolution(word)]
		lines, points := map[line]int{}, 0
		for i, shape := range shapes {
			for _, polygon := range shape {
				for _, ring := range polygon {
					points += len(ring)
					if len(ring) < 4 || !ring.Closed() {
						t.Errorf("%s: a ring of %s is none: %v", word, p.communes[i].Name, ring)
					}
					for n := 1; n < len(ring); n++ {
						l := line{ring[n-1], ring[n]}
						if less(l.b, l.a) {
							l.a, l.b = l.b, l.a
						}
						lines[l]++
					}
				}
			}
		}
		shared := 0
		for _, n := range lines {
			if n == 2 {
				shared++
			} else if n > 2 {
				t.Errorf("%s: one line is in %d outlines", word, n)
			}
		}
		// The lines of the Métropole's own border are in one outline: about a third.
		if points >= before || shared*2 < len(lines) {
			t.Errorf("%s: %d points after %d, %d of %d lines shared", word, points, before, shared, len(lines))
		}
		t.Logf("%s: %d points, %d of %d lines shared", word, points, shared, len(lines))
		before = points
	}
}

// fields splits a message into its fields.
func fields(t testing.TB, b []byte, each func(n protowire.Number, v uint64, sub []byte)) {
	t.Helper()
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			t.Fatal("no tag")
		}
		b = b[size:]
		switch kind {
		case protowire.VarintType:
			v, size := protowire.ConsumeVarint(b)
			each(n, v, nil)
			b = b[size:]
		case protowire.BytesType:
			sub, size := protowire.ConsumeBytes(b)
			if size < 0 {
				t.Fatal("a field is cut")
			}
			each(n, 0, sub)
			b = b[size:]
		default:
			t.Fatalf("a field of type %d", kind)
		}
	}
}

// Every layer of every tile of the Métropole is as the specification wants it: the numbers
// of tags are there, rings are closed and turn as they must, points are inside.
func TestTilesAreWhatTheSpecificationWants(t *testing.T) {
	t.Parallel()
	p := metropole(t)
	stock := built(t, []Facet{
		{
			Key: keyOf(domain.Coordinates{Latitude: 45.19, Longitude: 5.72}), Building: "bld_00000000000000000000000001", Commune: "38185", In: [7]string{"T3"}, Count: 3,
			At: domain.Coordinates{Latitude: 45.19, Longitude: 5.72},
		},
	})
	seen := map[string]int{}
	for zoom := range 17 {
		x, y := project(domain.Coordinates{Latitude: 45.19, Longitude: 5.72})
		tile := Tile{zoom, int(x * float64(int(1)<<zoom)), int(y * float64(int(1)<<zoom))}
		spots := stock.Clusters(tile.Area(), CellShift(zoom), Filter{})
		if zoom >= BuildingsFrom {
			spots = stock.Spots(tile.Area(), Filter{}, 10)
		}
		fields(t, append(tile.Stock(spots), p.Layers(tile)...), func(n protowire.Number, _ uint64, layer []byte) {
			if n != tileLayer {
				t.Fatalf("field %d of a tile", n)
			}
			seen[readLayer(t, layer)]++
		})
	}
	for name, least := range map[string]int{"clusters": 15, "buildings": 2, "communes": 17, "reception_points": 14} {
		if seen[name] < least {
			t.Errorf("%s is in %d tiles", name, seen[name])
		}
	}
}

func readLayer(t *testing.T, b []byte) (name string) {
	t.Helper()
	keys, values, version := 0, 0, uint64(0)
	var features [][]byte
	fields(t, b, func(n protowire.Number, v uint64, sub []byte) {
		switch int(n) {
		case layerName:
			name = string(sub)
		case layerKey:
			keys++
		case layerValue:
			values++
		case layerFeature:
			features = append(features, sub)
		case layerVersion:
			version = v
		}
	})
	if version != 2 || name == "" || len(features) == 0 {
		t.Errorf("layer %q, version %d, %d features", name, version, len(features))
	}
	for _, feature := range features {
		var geometry []uint64
		kind := uint64(0)
		fields(t, feature, func(n protowire.Number, v uint64, sub []byte) {
			var list []uint64
			for rest := sub; n != featureType && len(rest) > 0; {
				v, size := protowire.ConsumeVarint(rest)
				list, rest = append(list, v), rest[size:]
			}
			switch int(n) {
			case featureTags:
				for i := 0; i < len(list); i += 2 {
					if list[i] >= uint64(keys) || list[i+1] >= uint64(values) {
						t.Errorf("%s: tag %v of %d keys and %d values", name, list[i:i+2], keys, values)
					}
				}
			case featureType:
				kind = v
			case featureGeometry:
				geometry = list
			}
		})
		readGeometry(t, name, kind, geometry)
	}
	return name
}

func readGeometry(t *testing.T, name string, kind uint64, geometry []uint64) {
	t.Helper()
	x, y, rings := int64(0), int64(0), 0
	var ring [][2]int64
	for i := 0; i < len(geometry); {
		id, count := geometry[i]&7, int(geometry[i]>>3)
		i++
		if id == closePath {
			area := int64(0)
			for n, a := range ring {
				b := ring[(n+1)%len(ring)]
				area += a[0]*b[1] - b[0]*a[1]
			}
			if rings++; len(ring) < 3 || area == 0 || rings == 1 && area < 0 {
				t.Errorf("%s: ring %d of %d points turns by %d", name, rings, len(ring), area)
			}
			continue
		}
		for range count {
			x, y = x+protowire.DecodeZigZag(geometry[i]), y+protowire.DecodeZigZag(geometry[i+1])
			i += 2
			if id == moveTo {
				ring = nil
			}
			ring = append(ring, [2]int64{x, y})
			if kind == pointType && (x < 0 || y < 0 || x >= extent || y >= extent) || x < -buffer || y > extent+buffer {
				t.Errorf("%s: %d %d is beyond the tile", name, x, y)
			}
		}
	}
	if kind == polygonType && rings == 0 || kind == pointType && len(ring) != 1 {
		t.Errorf("%s: a geometry of type %d with %d rings", name, kind, rings)
	}
}

// What is no outline is refused.
func TestNewPlacesRefuses(t *testing.T) {
	t.Parallel()
	for _, boundary := range []string{`{`, `{"type":"Point","coordinates":[1,2]}`, `{"type":"Polygon","coordinates":7}`} {
		if _, err := NewPlaces([]Commune{{Code: "38185", Boundary: []byte(boundary)}}, nil); err == nil {
			t.Errorf("%s was taken", boundary)
		}
	}
}
