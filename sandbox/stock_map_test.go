package sandbox_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// The whole Métropole fits into 60 kB at any zoom, as a map of the API and as the tiles
// that a screen of 1280 by 800 pixels shows; an unchanged tile is not sent again.
func TestMapsAreSmall(t *testing.T) {
	t.Parallel()
	api := testapi.NewWithWholeStock(t)
	must(t, api.Service.LoadMap(t.Context()))
	get := func(address, tag string) (status int, header http.Header, size int) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		must(t, err)
		r.Header.Set("Accept-Encoding", "gzip")
		if tag != "" {
			r.Header.Set("If-None-Match", tag)
		}
		a, err := http.DefaultTransport.RoundTrip(r)
		must(t, err)
		body, err := io.ReadAll(a.Body)
		must(t, err)
		must(t, a.Body.Close())
		return a.StatusCode, a.Header, len(body)
	}
	for zoom := range 23 {
		a := api.Query(t, "", `query($zoom: Int!) { stockMap(within: {south: 44.9, west: 5.3, north: 45.4, east: 6.1}, zoom: $zoom) {
			zoom totalCount spots { buildingId latitude longitude count typologies { typology count } } } }`, map[string]any{"zoom": zoom})
		var answered struct {
			Data struct {
				StockMap struct {
					TotalCount int
					Spots      []json.RawMessage
				}
			}
		}
		must(t, json.Unmarshal([]byte(a.Body), &answered))
		if answered.Data.StockMap.TotalCount != 52_000 {
			t.Fatalf("zoom %d: %.300s", zoom, a.Body)
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write([]byte(a.Body))
		must(t, err)
		must(t, z.Close())
		if spots := len(answered.Data.StockMap.Spots); packed.Len() > 60<<10 || spots > 4096 {
			t.Errorf("zoom %d: %d spots in %d bytes", zoom, spots, packed.Len())
		}
		if zoom > 16 {
			continue
		}
		side := math.Ldexp(1, zoom)
		phi, total := 45.1885*math.Pi/180, 0
		x, y := int((5.7245+180)/360*side), int((1-math.Log(math.Tan(phi)+1/math.Cos(phi))/math.Pi)/2*side)
		for dx := -1; dx <= 2; dx++ {
			for dy := -1; dy <= 1; dy++ {
				tx, ty := x+dx, y+dy
				if tx < 0 || ty < 0 || tx >= int(side) || ty >= int(side) {
					continue
				}
				address := fmt.Sprintf("%s/tiles/stock/%d/%d/%d.mvt", api.URL, zoom, tx, ty)
				status, header, n := get(address, "")
				total += n
				tag := header.Get("ETag")
				if again, _, n := get(address, tag); again != http.StatusNotModified || n != 0 || tag == "" {
					t.Errorf("%s again: %d, %d bytes", address, again, n)
				}
				if status != http.StatusOK || !strings.HasPrefix(header.Get("Cache-Control"), "public") ||
					header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" || n > 1400 && header.Get("Content-Encoding") != "gzip" {
					t.Errorf("%s: %d %v", address, status, header)
				}
			}
		}
		t.Logf("zoom %d: window %d bytes, tiles %d", zoom, packed.Len(), total)
		if total > 60<<10 {
			t.Errorf("zoom %d: the tiles of a screen have %d bytes", zoom, total)
		}
	}
	status, header, _ := get(api.URL+"/tiles/stock.json?where="+url.QueryEscape(`{"typologies":["T2"]}`), "")
	if status != http.StatusOK || header.Get("ETag") == "" {
		t.Errorf("TileJSON: %d %v", status, header)
	}
}
