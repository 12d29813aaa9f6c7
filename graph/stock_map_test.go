package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// mapped serves the same stock twice: counted by the database, and in memory.
func mapped(t *testing.T, serve func(testing.TB, ...testapi.Step) *testapi.API) (database, memory *testapi.API) {
	t.Helper()
	database = serve(t)
	memory = database.Another(t)
	must(t, memory.Service.LoadMap(t.Context()))
	if database.Service.MapVersion() != "" || memory.Service.MapVersion() == "" {
		t.Fatal("the two are alike")
	}
	return database, memory
}

// places are some of the buildings.
func places(t *testing.T, api *testapi.API) (at [][2]float64) {
	t.Helper()
	rows, err := api.DB.QueryContext(t.Context(), "SELECT latitude, longitude FROM building WHERE zkey IS NOT NULL ORDER BY md5(id) LIMIT 100")
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p [2]float64
		must(t, rows.Scan(&p[0], &p[1]))
		at = append(at, p)
	}
	must(t, rows.Err())
	return at
}

// drawBox is a rectangle with a building in its corner: all the stock, a town or a street.
func drawBox(rt *rapid.T, places [][2]float64) map[string]any {
	size := rapid.SampledFrom([]float64{0.5, 0.1, 0.02, 0.005}).Draw(rt, "size")
	at := rapid.SampledFrom(places).Draw(rt, "at")
	south, west := at[0], at[1]
	if rapid.Bool().Draw(rt, "north-east") {
		south, west = south-size, west-size
	}
	return map[string]any{"south": south, "west": west, "north": south + size, "east": west + size}
}

// drawWhere is any filter, or one of a single field: the others leave little.
func drawWhere(rt *rapid.T) map[string]any {
	where := drawFilter(rt)
	for single := rapid.Bool().Draw(rt, "single"); single && len(where) > 1; {
		delete(where, slices.Min(slices.Collect(maps.Keys(where))))
	}
	return where
}

// Under any filter, at every zoom and in any rectangle, what a map shows counts together
// what the list counts, and memory and the database answer with the same bytes.
func TestMapsCountWhatListsCount(t *testing.T) {
	t.Parallel()
	database, memory := mapped(t, testapi.SharedWithStock)
	const query = `query($within: BoundingBoxInput!, $zoom: Int!, $where: DwellingFilter, $list: DwellingFilter) {
		dwellings(first: 1, where: $list) { totalCount }
		stockMap(within: $within, zoom: $zoom, where: $where) {
			zoom totalCount spots { buildingId latitude longitude count typologies { typology count } } vintage { statedOn }
		}
	}`
	buildings, clusters, at := 0, 0, places(t, database)
	same := func(rt rapid.TB, where, box map[string]any, zoom int) {
		// The list has one rectangle: that of the map, unless the filter has another.
		list := map[string]any{"within": box}
		for name, value := range where {
			if name == "within" && value != nil {
				return
			}
			if name != "within" {
				list[name] = value
			}
		}
		variables := map[string]any{"within": box, "zoom": zoom, "where": where, "list": list}
		one, other := database.Query(t, "", query, variables), memory.Query(t, "", query, variables)
		if len(one.Errors) > 0 || one.Body != other.Body {
			rt.Fatalf("%v:\ndatabase %s\nmemory   %s", variables, one.Body, other.Body)
		}
		sum, of := 0.0, dig(t, one.Data, "stockMap")
		for _, spot := range dig(t, of, "spots").([]any) {
			typologies := 0.0
			for _, c := range dig(t, spot, "typologies").([]any) {
				typologies += dig(t, c, "count").(float64)
			}
			if count := dig(t, spot, "count").(float64); count < 1 || count != typologies {
				rt.Fatalf("a spot of %v dwellings has %v by typology", count, typologies)
			}
			if dig(t, spot, "buildingId") == nil {
				clusters++
			} else {
				buildings++
			}
			sum += typologies
		}
		if n := dig(t, one.Data, "dwellings", "totalCount"); n != sum || n != dig(t, of, "totalCount") {
			rt.Fatalf("%v: the list has %v, the map %v: %s", variables, n, sum, one.Body)
		}
	}
	// Whatever is drawn, a street without a filter has buildings, and all the stock clusters.
	street := map[string]any{"south": at[0][0] - 0.002, "west": at[0][1] - 0.002, "north": at[0][0] + 0.002, "east": at[0][1] + 0.002}
	same(t, map[string]any{}, street, 18)
	same(t, map[string]any{}, map[string]any{"south": 44.9, "west": 5.4, "north": 45.5, "east": 6.1}, 12)
	rapid.Check(t, func(rt *rapid.T) {
		same(rt, drawWhere(rt), drawBox(rt, at), rapid.SampledFrom([]int{0, 5, 8, 10, 12, 14, 15, 16, 18, 22}).Draw(rt, "zoom"))
	})
	if buildings == 0 || clusters < 10 {
		t.Errorf("only %d buildings and %d clusters were seen", buildings, clusters)
	}
}

// tile asks for one, and gives its bytes.
func tile(t *testing.T, api *testapi.API, zoom, x, y int, where any) (body []byte, status int) {
	t.Helper()
	address := fmt.Sprintf("%s/tiles/stock/%d/%d/%d.mvt", api.URL, zoom, x, y)
	if where != nil {
		text, err := json.Marshal(where)
		must(t, err)
		address += "?where=" + url.QueryEscape(string(text))
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	must(t, err)
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err = io.ReadAll(answer.Body)
	must(t, err)
	return body, answer.StatusCode
}

// dwellingsIn sums up the dwellings of a tile's layer of the stock, and counts its features.
func dwellingsIn(t *testing.T, body []byte) (dwellings, features int) {
	t.Helper()
	each := func(b []byte, visit func(n protowire.Number, v uint64, sub []byte)) {
		for len(b) > 0 {
			n, kind, size := protowire.ConsumeTag(b)
			b = b[size:]
			if kind == protowire.VarintType {
				v, size := protowire.ConsumeVarint(b)
				visit(n, v, nil)
				b = b[size:]
				continue
			}
			sub, size := protowire.ConsumeBytes(b)
			if size < 0 {
				t.Fatal("a tile is cut")
			}
			visit(n, 0, sub)
			b = b[size:]
		}
	}
	each(body, func(_ protowire.Number, _ uint64, layer []byte) {
		name, keys, values, tags := "", []string{}, []int{}, [][]byte{}
		each(layer, func(n protowire.Number, _ uint64, sub []byte) {
			switch int(n) {
			case 1:
				name = string(sub)
			case 2:
				each(sub, func(n protowire.Number, _ uint64, packed []byte) {
					if n == 2 {
						tags = append(tags, packed)
					}
				})
			case 3:
				keys = append(keys, string(sub))
			case 4:
				number := 0
				each(sub, func(n protowire.Number, v uint64, _ []byte) {
					if n == 5 {
						number = int(v)
					}
				})
				values = append(values, number)
			}
		})
		if name != "clusters" && name != "buildings" {
			return
		}
		for _, packed := range tags {
			features++
			for len(packed) > 0 {
				key, size := protowire.ConsumeVarint(packed)
				value, more := protowire.ConsumeVarint(packed[size:])
				packed = packed[size+more:]
				if keys[key] == "count" {
					dwellings += values[value]
				}
			}
		}
	})
	return dwellings, features
}

// The tiles of a zoom have together what the list has, under any filter: nobody is lost
// on an edge. Each is the same from memory and from the database, and below zoom 15 it has
// what SQL clusters.
func TestTilesHaveWhatListsHave(t *testing.T) {
	t.Parallel()
	database, memory := mapped(t, testapi.SharedWithStock)
	rapid.Check(t, func(rt *rapid.T) {
		where, zoom := drawWhere(rt), rapid.SampledFrom([]int{6, 9, 11}).Draw(rt, "zoom")
		list := map[string]any{"within": map[string]any{"south": 44.5, "west": 5, "north": 46, "east": 6.5}}
		for name, value := range where {
			if name == "within" && value != nil {
				return
			}
			if name != "within" {
				list[name] = value
			}
		}
		total := 0
		// The tiles about the communes of the test.
		at := func(longitude, latitude float64) (x, y int) {
			side, phi := math.Ldexp(1, zoom), latitude*math.Pi/180
			return int((longitude + 180) / 360 * side), int((1 - math.Log(math.Tan(phi)+1/math.Cos(phi))/math.Pi) / 2 * side)
		}
		x0, y0 := at(5.55, 45.25)
		x1, y1 := at(5.95, 44.95)
		for x := x0; x <= x1; x++ {
			for y := y0; y <= y1; y++ {
				one, status := tile(t, database, zoom, x, y, where)
				other, _ := tile(t, memory, zoom, x, y, where)
				if status != http.StatusOK || !bytes.Equal(one, other) {
					rt.Fatalf("tile %d/%d/%d under %v: %d, %d bytes and %d", zoom, x, y, where, status, len(one), len(other))
				}
				n, _ := dwellingsIn(t, one)
				total += n
			}
		}
		a := memory.Query(t, "", `query($where: DwellingFilter) { dwellings(first: 1, where: $where) { totalCount } }`, map[string]any{"where": list})
		if n := dig(t, a.Data, "dwellings", "totalCount"); n != float64(total) {
			rt.Fatalf("zoom %d under %v: the tiles have %d, the list %v", zoom, where, total, n)
		}
	})
}

// A tile of zoom 15 and deeper has the buildings that SQL has in it.
func TestTilesHaveTheBuildingsOfSQL(t *testing.T) {
	t.Parallel()
	database, memory := mapped(t, testapi.SharedWithStock)
	rows, err := memory.DB.QueryContext(t.Context(), `SELECT zkey >> 22 AS tile, count(DISTINCT id), sum(dwelling_count)
		FROM building WHERE last_vintage_id IS NULL AND zkey IS NOT NULL GROUP BY 1 ORDER BY 1`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	tiles := 0
	for rows.Next() {
		var key int64
		var buildings, dwellings int
		must(t, rows.Scan(&key, &buildings, &dwellings))
		x, y := 0, 0
		for bit := range 15 {
			x |= int(key>>(2*bit)&1) << bit
			y |= int(key>>(2*bit+1)&1) << bit
		}
		for _, api := range []*testapi.API{database, memory} {
			body, _ := tile(t, api, 15, x, y, nil)
			if n, features := dwellingsIn(t, body); n != dwellings || features != buildings {
				t.Errorf("tile 15/%d/%d: %d dwellings in %d buildings, SQL has %d in %d", x, y, n, features, dwellings, buildings)
			}
		}
		tiles++
	}
	must(t, rows.Err())
	if tiles < 20 {
		t.Errorf("only %d tiles", tiles)
	}
}

// What a map and its tiles refuse, with the field at fault.
func TestMapRefusals(t *testing.T) {
	t.Parallel()
	api := testapi.SharedWithStock(t)
	for query, want := range map[string]string{
		`{ stockMap(within: {south: 46, west: 5, north: 45, east: 6}, zoom: 3) { totalCount } }`:                                                            "BAD_REQUEST/BAD_BOX within.north",
		`{ stockMap(within: {south: 45, west: 5, north: 46, east: 6}, zoom: 23) { totalCount } }`:                                                           "BAD_REQUEST/BAD_ZOOM zoom",
		`{ stockMap(within: {south: 45, west: 5, north: 46, east: 6}, zoom: -1) { totalCount } }`:                                                           "BAD_REQUEST/BAD_ZOOM zoom",
		`{ stockMap(within: {south: 45, west: 5, north: 46, east: 6}, zoom: 1, where: {within: {south: 46, west: 5, north: 45, east: 6}}) { totalCount } }`: "BAD_REQUEST/BAD_BOX where.within.north",
	} {
		a := api.Query(t, "", query, nil)
		if len(a.Errors) != 1 {
			t.Errorf("%s: %s", query, a.Body)
			continue
		}
		x := a.Errors[0].Extensions
		if have := fmt.Sprintf("%v/%v %v", x["code"], x["reason"], x["field"]); have != want {
			t.Errorf("%s: %s, want %s", query, a.Body, want)
		}
	}
	many := strings.Repeat(`"38185",`, 100) + `"38185"`
	for path, want := range map[string]string{
		"/tiles/stock/23/0/0.mvt":                                                    "404 NO_TILE",
		"/tiles/stock/3/8/0.mvt":                                                     "404 NO_TILE",
		"/tiles/stock/3/0/8.mvt":                                                     "404 NO_TILE",
		"/tiles/stock/3/-1/0.mvt":                                                    "404 UNKNOWN_PATH",
		"/tiles/stock/03/1/0.mvt":                                                    "404 UNKNOWN_PATH",
		"/tiles/stock/3/1/0.png":                                                     "404 UNKNOWN_PATH",
		"/tiles/stock/3/1/0.mvt?where=%7B":                                           "400 BAD_FILTER",
		"/tiles/stock/3/1/0.mvt?where=7":                                             "400 BAD_FILTER",
		"/tiles/stock/3/1/0.mvt?where=" + url.QueryEscape(`{"rent":3}`):              "400 BAD_FILTER",
		"/tiles/stock/3/1/0.mvt?where=" + url.QueryEscape(`{"typologies":"T9"}`):     "400 BAD_FILTER",
		"/tiles/stock/3/1/0.mvt?where=" + url.QueryEscape(`{"communes":["1"]}`):      "400 BAD_FILTER",
		"/tiles/stock/3/1/0.mvt?where=" + url.QueryEscape(`{"communes":[`+many+`]}`): "400 TOO_MANY_VALUES",
		"/tiles/stock/3/1/0.mvt?where=" + url.QueryEscape(`{"within":{"south":46,"west":5,"north":45,"east":6}}`): "400 BAD_BOX",
		"/tiles/stock/3/1/0.mvt?where=" + strings.Repeat("x", 9<<10):                                              "400 FILTER_LENGTH",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, api.URL+path, nil)
		must(t, err)
		a := api.Send(t, r)
		if have := fmt.Sprint(a.Status, " ", reasonOf(a)); have != want {
			t.Errorf("%.80s: %s, want %s (%s)", path, have, want, a.Body)
		}
		if strings.Contains(path, "rent") && a.Errors[0].Extensions["field"] != "where.rent" {
			t.Errorf("%.80s names no field: %s", path, a.Body)
		}
	}
}

func reasonOf(a testapi.Answer) any {
	if len(a.Errors) != 1 {
		return "no error"
	}
	return a.Errors[0].Extensions["reason"]
}

// An import is seen on maps: its tiles change, and so do their tags. Tables have no zoom at
// which to be behind: from the import on, until memory has followed, the database counts.
func TestMapsFollowImports(t *testing.T) {
	t.Parallel()
	database, memory := mapped(t, testapi.NewWithStock)
	before := memory.Service.MapVersion()
	counted := func(api *testapi.API) any {
		return dig(t, api.Query(t, "", `{ stockStatistics(by: [TYPOLOGY]) { totalCount } }`, nil).Data, "stockStatistics", "totalCount")
	}
	all := counted(database)
	_, err := memory.DB.ExecContext(t.Context(), `UPDATE dwelling SET last_vintage_id = (SELECT id FROM stock_vintage LIMIT 1)
		WHERE building_id = (SELECT id FROM building WHERE zkey IS NOT NULL AND last_vintage_id IS NULL ORDER BY dwelling_count DESC LIMIT 1)`)
	must(t, err)
	old, _ := tile(t, memory, 0, 0, 0, nil)
	left := counted(database)
	if inMemory := counted(memory); inMemory != all || left == all {
		t.Errorf("of %v dwellings the database has %v, memory %v", all, left, inMemory)
	}
	_, err = memory.DB.ExecContext(t.Context(), "SELECT map_facets_refresh()")
	must(t, err)
	if behind := counted(memory); behind != left {
		t.Errorf("%v dwellings of %v while memory is behind", behind, left)
	}
	must(t, memory.Service.LoadMap(t.Context()))
	if followed := counted(memory); followed != left {
		t.Errorf("%v dwellings of %v when memory has followed", followed, left)
	}
	now, _ := tile(t, memory, 0, 0, 0, nil)
	fromDatabase, _ := tile(t, database, 0, 0, 0, nil)
	had, _ := dwellingsIn(t, old)
	has, _ := dwellingsIn(t, now)
	if memory.Service.MapVersion() == before || has >= had || !bytes.Equal(now, fromDatabase) {
		t.Errorf("version %q after %q, %d dwellings after %d", memory.Service.MapVersion(), before, has, had)
	}
	var stale []string
	rows, err := memory.DB.QueryContext(t.Context(), `SELECT building_id FROM (
		SELECT building_id, sum(dwelling_count) AS n FROM map_facet GROUP BY 1) f FULL JOIN (
		SELECT building_id, count(*) AS n FROM dwelling d JOIN building b ON b.id = building_id
		WHERE d.last_vintage_id IS NULL GROUP BY 1) d USING (building_id) WHERE f.n IS DISTINCT FROM d.n`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		must(t, rows.Scan(&id))
		stale = append(stale, id)
	}
	must(t, rows.Err())
	if len(stale) > 0 {
		t.Errorf("facets say something else of %v", slices.Compact(stale))
	}
}

// The outlines of the communes are public GeoJSON at each resolution, smaller the coarser.
func TestCommuneOutlines(t *testing.T) {
	t.Parallel()
	api := testapi.Shared(t)
	before := math.MaxInt
	for _, resolution := range []string{"FULL", "FINE", "MEDIUM", "COARSE"} {
		a := api.Query(t, "", `query($r: OutlineResolution!) { communeOutlines(resolution: $r) { inseeCode name boundary } }`, map[string]any{"r": resolution})
		outlines := dig(t, a.Data, "communeOutlines").([]any)
		if len(outlines) != 49 || len(a.Body) >= before {
			t.Errorf("%s: %d outlines in %d bytes after %d", resolution, len(outlines), len(a.Body), before)
		}
		before = len(a.Body)
	}
}
