package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/guichet-logement/guichet/domain"
)

// Tiles gives the stock as vector tiles, which are the same for everybody.
type Tiles struct {
	// Tile is the one at that place, under a filter: the JSON of a DwellingFilter, empty for
	// none.
	Tile func(ctx context.Context, zoom, x, y int, where string) ([]byte, error)
	// Version names what tiles are made of, empty while nobody can tell: a tile is then made
	// for each who asks.
	Version func() string
}

// The addresses of tiles.
const (
	tilesPath    = "/tiles/stock/{z}/{x}/{y}"
	tileJSONPath = "/tiles/stock.json"
	tileSuffix   = ".mvt"
	tileMedia    = "application/vnd.mapbox-vector-tile"
)

const (
	// tileBytes bounds the tiles that are kept ready, compressed and not.
	tileBytes = 64 << 20
	// deepestTile is the last zoom of which a map asks tiles: it draws them larger from there.
	deepestTile = 16
	// maxWhere bounds a filter in an address, in bytes.
	maxWhere = 8 << 10
)

// readyTile is a tile as it is sent.
type readyTile struct {
	tag            string
	plain, gzipped []byte
}

// tileServer serves them.
type tileServer struct {
	*Tiles
	ready     *textCache[*readyTile]
	packers   *sync.Pool
	maxAge    time.Duration
	behindTLS bool
	limit     time.Duration
	log       *slog.Logger
}

func (t *Tiles) route(mux *http.ServeMux, c Config, around func(http.Handler) http.Handler) {
	s := &tileServer{
		Tiles: t, ready: newTextCache[*readyTile](tileBytes),
		packers: &sync.Pool{New: func() any { return must(gzip.NewWriterLevel(nil, gzipLevel)) }}, maxAge: c.PublicMaxAge, behindTLS: c.BehindTLS,
		limit: c.Limits.Time, log: c.Log,
	}
	mux.Handle("GET "+tilesPath, around(http.HandlerFunc(s.tile)))
	mux.Handle("GET "+tileJSONPath, around(http.HandlerFunc(s.describe)))
}

// tile answers with one. The tag is of its content: it holds as long as that does.
func (s *tileServer) tile(w http.ResponseWriter, r *http.Request) {
	where := r.URL.Query().Get("where")
	y, isTile := strings.CutSuffix(r.PathValue("y"), tileSuffix)
	numbers := [3]int{}
	for i, text := range []string{r.PathValue("z"), r.PathValue("x"), y} {
		n, err := strconv.Atoi(text)
		if err != nil || strconv.Itoa(n) != text || n < 0 {
			isTile = false
		}
		numbers[i] = n
	}
	if !isTile {
		notFound(w, r)
		return
	}
	if len(where) > maxWhere {
		Refuse(w, r, http.StatusBadRequest, badRequest("FILTER_LENGTH", "where",
			"The filter is longer than 8 KiB.", "Le filtre dépasse 8 Kio."))
		return
	}
	key := ""
	if version := s.Version(); version != "" {
		key = strings.Join([]string{version, r.URL.Path, where}, "\n")
	}
	ready, ok := (*readyTile)(nil), false
	if key != "" {
		ready, ok = s.ready.get(key)
	}
	if !ok {
		ctx, cancel := context.WithTimeout(r.Context(), s.limit)
		defer cancel()
		body, err := s.Tile(ctx, numbers[0], numbers[1], numbers[2], where)
		if err != nil {
			s.refused(w, r, err)
			return
		}
		ready = s.readyTile(body)
		if key != "" {
			s.ready.add(key, ready, func(k string, t *readyTile) int { return len(k) + len(t.plain) + len(t.gzipped) })
		}
	}
	h := w.Header()
	unchanged := keepPublic(w, r, s.maxAge, ready.tag)
	h.Set("Vary", "Accept-Encoding, Origin")
	if unchanged {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", tileMedia)
	body := ready.plain
	if ready.gzipped != nil && acceptsGzip(r.Header) {
		h.Set("Content-Encoding", "gzip")
		body = ready.gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a caller that went away is all that can fail here
}

// readyTile compresses a tile once for all who ask.
func (s *tileServer) readyTile(body []byte) *readyTile {
	t := &readyTile{tag: tagOf(string(body)), plain: body}
	if len(body) < compressFrom {
		return t
	}
	var packed bytes.Buffer
	z, _ := s.packers.Get().(*gzip.Writer)
	defer s.packers.Put(z)
	z.Reset(&packed)
	_, err := z.Write(body)
	if err = errors.Join(err, z.Close()); err == nil {
		t.gzipped = packed.Bytes()
	}
	return t
}

// acceptsGzip tells whether the caller takes what is kept ready: others get a tile as the
// server compresses all answers.
func acceptsGzip(h http.Header) bool {
	for _, w := range parseWeighted(strings.Join(h.Values("Accept-Encoding"), ",")) {
		if w.value == "gzip" || w.value == "*" {
			return w.q > 0
		}
	}
	return false
}

// refused answers what went wrong with a tile.
func (s *tileServer) refused(w http.ResponseWriter, r *http.Request, err error) {
	var coded *domain.Error
	switch {
	case errors.As(err, &coded) && coded.Code == domain.NotFound:
		Refuse(w, r, http.StatusNotFound, coded)
	case errors.As(err, &coded) && coded.Code != domain.Internal:
		Refuse(w, r, http.StatusBadRequest, coded)
	case errors.Is(err, context.DeadlineExceeded):
		Refuse(w, r, http.StatusServiceUnavailable, &domain.Error{Code: domain.Timeout})
	default:
		s.log.ErrorContext(r.Context(), "a tile was not made", "error", err, "trace", TraceID(r.Context()))
		Refuse(w, r, http.StatusInternalServerError, &domain.Error{Code: domain.Internal})
	}
}

// describe is the TileJSON of the tiles (3.0.0), under the filter of its own address.
func (s *tileServer) describe(w http.ResponseWriter, r *http.Request) {
	base := url.URL{Scheme: "http", Host: r.Host}
	if s.behindTLS || r.TLS != nil {
		base.Scheme = "https"
	}
	tiles := base.String() + "/tiles/stock/{z}/{x}/{y}" + tileSuffix
	if where := r.URL.Query().Get("where"); where != "" {
		tiles += "?where=" + url.QueryEscape(where)
	}
	counts := map[string]string{"count": "Dwellings."}
	for _, typology := range domain.Typology("").Values() {
		counts[typology] = "Dwellings of this typology, where there are any."
	}
	building := map[string]string{"id": "Of the building, for node(id:)."}
	for key, text := range counts {
		building[key] = text
	}
	type layer struct {
		ID          string            `json:"id"`
		Description string            `json:"description"`
		MinZoom     int               `json:"minzoom"`
		MaxZoom     int               `json:"maxzoom"`
		Fields      map[string]string `json:"fields"`
	}
	body, err := json.Marshal(struct {
		TileJSON     string   `json:"tilejson"`
		Name         string   `json:"name"`
		Attribution  string   `json:"attribution"`
		Tiles        []string `json:"tiles"`
		MinZoom      int      `json:"minzoom"`
		MaxZoom      int      `json:"maxzoom"`
		VectorLayers []layer  `json:"vector_layers"`
	}{
		"3.0.0", "Guichet: social rental stock", "RPLS (SDES) ; IGN Admin Express, Licence Ouverte",
		[]string{tiles},
		0, deepestTile,
		[]layer{
			{"clusters", "Dwellings of the stock, those near each other as one point.", 0, clustersUntil, counts},
			{"buildings", "Buildings of the stock.", clustersUntil + 1, deepestTile, building},
			{"communes", "Outlines of communes.", 0, deepestTile, map[string]string{"code": "INSEE code.", "name": "Name."}},
			{"reception_points", "Reception points that have a level today.", 0, deepestTile, map[string]string{
				"id": "Of the point, for node(id:).", "name": "Name.", "commune": "Its commune.", "level": "Level of service, 1 to 3.",
			}},
		},
	})
	if err != nil {
		s.refused(w, r, err)
		return
	}
	if keepPublic(w, r, s.maxAge, tagOf(string(body))) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = io.Copy(w, bytes.NewReader(body)) // a caller that went away is all that can fail here
}

// clustersUntil is the last zoom of clusters.
const clustersUntil = 14
