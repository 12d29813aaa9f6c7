package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph"
	"github.com/guichet-logement/guichet/internal/pqcache"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockmap"
)

// mapLimitCommand starts this program as the limit of tiles.
const mapLimitCommand = "map-limit"

// fill seeds the sandbox, spreads so many copies of it over the country, and returns the
// landlord with the most dwellings. Copies are of what maps read alone: the rows of five
// million dwellings would take ten times the room.
func (m *mapBench) fill(ctx context.Context) (landlord string, err error) {
	if err := m.seed(ctx); err != nil {
		return "", err
	}
	db, err := openDatabase(m.dsn)
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	// A copy lies half a degree from the next, eleven in a row.
	const shift = `latitude + (g / 11) * 0.35 - 2 AS latitude, longitude + (g % 11) * 0.55 - 3 AS longitude`
	for _, statement := range []string{"SET statement_timeout = 0", "SET work_mem = '256MB'"} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return "", err
		}
	}
	if m.scale > 1 {
		_, err := db.ExecContext(ctx, `INSERT INTO map_facet (zkey, latitude, longitude, building_id, insee_code, typology, construction_year,
				financing, energy_class, construction, accessibility, priority_district, landlord_id, dwelling_count)
			SELECT map_key(latitude, longitude), * FROM (
				SELECT `+shift+`, left(building_id, 4) || lpad(g::text, 3, '0') || substr(building_id, 8), insee_code, typology, construction_year,
					financing, energy_class, construction, accessibility, priority_district, landlord_id, dwelling_count
				FROM map_facet, generate_series(1, $1::int) g) copy ORDER BY 1`, m.scale-1)
		if err != nil {
			return "", fmt.Errorf("copy facets: %w", err)
		}
	}
	statements := []string{"VACUUM ANALYZE map_facet"}
	if _, err := db.ExecContext(ctx, "CREATE EXTENSION postgis SCHEMA ext"); err == nil {
		// The same rows with their places as tile servers keep them.
		statements = append(statements,
			`CREATE TABLE gist_facet AS SELECT ST_Transform(ST_SetSRID(ST_MakePoint(longitude, latitude), 4326), 3857) AS place,
				zkey, building_id, typology, landlord_id, dwelling_count FROM map_facet ORDER BY zkey`,
			"CREATE INDEX ON gist_facet USING gist (place)", "VACUUM ANALYZE gist_facet")
	} else {
		m.report.Missing = "ST_AsMVT was not compared: " + err.Error()
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return "", fmt.Errorf("%.40s: %w", statement, err)
		}
	}
	r := &m.report
	err = db.QueryRowContext(ctx, `SELECT sum(dwelling_count), count(DISTINCT building_id), count(*),
			pg_size_pretty(pg_table_size('map_facet')) || ' and ' || pg_size_pretty(pg_relation_size('map_facet_zkey_idx')),
			(SELECT landlord_id FROM map_facet WHERE landlord_id <> '' GROUP BY 1 ORDER BY sum(dwelling_count) DESC LIMIT 1)
		FROM map_facet`).Scan(&r.Dwellings, &r.Buildings, &r.Facets, &r.Table, &landlord)
	return landlord, err
}

// mapLimit makes tiles by SQL that was written and prepared for them alone, and has the
// program make them out of its database.
type mapLimit struct {
	clusters, buildings, gistClusters, gistBuildings *sql.Stmt
	program                                          *graph.Resolver
	clock                                            func() time.Time
}

func (l *mapLimit) prepare(ctx context.Context, db *sql.DB) error {
	const filtered = `($3::text[] IS NULL OR typology = ANY($3)) AND ($4::text[] IS NULL OR landlord_id = ANY($4))`
	var counts []string
	for _, t := range domain.Typology("").Values() {
		counts = append(counts, fmt.Sprintf("coalesce(sum(dwelling_count) FILTER (WHERE typology = '%s'), 0)", t))
	}
	byTypology := strings.Join(counts, ", ")
	statements := []statement{
		{&l.clusters, `SELECT zkey >> $5::int, sum(dwelling_count * round(latitude * 1000000)), sum(dwelling_count * round(longitude * 1000000)), ` + byTypology + `
			FROM map_facet WHERE zkey BETWEEN $1 AND $2 AND ` + filtered + ` GROUP BY 1 ORDER BY 1`},
		{&l.buildings, `SELECT building_id, latitude, longitude, ` + byTypology + `
			FROM map_facet WHERE zkey BETWEEN $1 AND $2 AND ` + filtered + ` GROUP BY zkey, 1, 2, 3 ORDER BY zkey, 1`},
	}
	var postgis bool
	if err := db.QueryRowContext(ctx, "SELECT to_regclass('gist_facet') IS NOT NULL").Scan(&postgis); err != nil {
		return err
	}
	if postgis {
		const gistFiltered = `($4::text[] IS NULL OR typology = ANY($4)) AND ($5::text[] IS NULL OR landlord_id = ANY($5))`
		var named []string
		for i, t := range domain.Typology("").Values() {
			named = append(named, counts[i]+` AS "`+t+`"`)
		}
		tile := func(layer, group string) string {
			return `WITH tile AS (SELECT ST_TileEnvelope($1::int, $2, $3) AS square), spot AS (
				SELECT ST_AsMVTGeom(ST_Centroid(ST_Collect(place)), (SELECT square FROM tile)) AS geom, sum(dwelling_count) AS count, ` + strings.Join(named, ", ") + `
				FROM gist_facet, tile WHERE place && square AND ` + gistFiltered + ` GROUP BY ` + group + `)
				SELECT ST_AsMVT(spot, '` + layer + `') FROM spot`
		}
		statements = append(statements,
			statement{&l.gistClusters, tile("clusters", "zkey >> (2 * (26 - 3 - $1::int))")},
			statement{&l.gistBuildings, tile("buildings", "building_id")})
	}
	for _, s := range statements {
		var err error
		if *s.into, err = db.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // kept as long as the process serves
			return fmt.Errorf("prepare %s: %w", s.text, err)
		}
	}
	return nil
}

// mapWhere reads what the limit is asked for.
func mapWhere(r *http.Request) (tile stockmap.Tile, typologies, landlords []string, text string, err error) {
	text = r.URL.Query().Get("where")
	var where struct{ Typologies, Landlords []string }
	if text != "" {
		err = json.Unmarshal([]byte(text), &where)
	}
	numbers := [3]int{}
	for i, part := range []string{r.PathValue("z"), r.PathValue("x"), strings.TrimSuffix(r.PathValue("y"), ".mvt")} {
		n, bad := strconv.Atoi(part)
		numbers[i], err = n, errors.Join(err, bad)
	}
	return stockmap.Tile{Zoom: numbers[0], X: numbers[1], Y: numbers[2]}, where.Typologies, where.Landlords, text, err
}

func (l *mapLimit) hand(r *http.Request) ([]byte, error) {
	tile, typologies, landlords, _, err := mapWhere(r)
	if err != nil {
		return nil, err
	}
	keys := tile.Area().Ranges[0]
	var spots []stockmap.Spot
	if tile.Zoom < stockmap.BuildingsFrom {
		err = queryEach(r.Context(), l.clusters, func(scan func(...any) error) error {
			var s stockmap.Spot
			var latitudes, longitudes float64
			c := &s.Counts
			err := scan(&s.Cell, &latitudes, &longitudes, &c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6])
			s.At = stockmap.Middle(latitudes, longitudes, c.Total())
			spots = append(spots, s)
			return err
		}, keys.Low, keys.High, pq.Array(typologies), pq.Array(landlords), stockmap.CellShift(tile.Zoom))
	} else {
		err = queryEach(r.Context(), l.buildings, func(scan func(...any) error) error {
			var s stockmap.Spot
			c := &s.Counts
			err := scan(&s.Building, &s.At.Latitude, &s.At.Longitude, &c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6])
			spots = append(spots, s)
			return err
		}, keys.Low, keys.High, pq.Array(typologies), pq.Array(landlords))
	}
	return tile.Stock(spots), err
}

func (l *mapLimit) postgis(r *http.Request) (body []byte, err error) {
	tile, typologies, landlords, _, err := mapWhere(r)
	if err != nil {
		return nil, err
	}
	s := l.gistClusters
	if tile.Zoom >= stockmap.BuildingsFrom {
		s = l.gistBuildings
	}
	return body, s.QueryRowContext(r.Context(), tile.Zoom, tile.X, tile.Y, pq.Array(typologies), pq.Array(landlords)).Scan(&body)
}

func (l *mapLimit) database(r *http.Request) ([]byte, error) {
	tile, _, _, text, err := mapWhere(r)
	if err != nil {
		return nil, err
	}
	return l.program.StockTile(auth.NewContext(r.Context(), &auth.Viewer{Now: l.clock()}), tile.Zoom, tile.X, tile.Y, text)
}

// serveMapLimit serves until the context ends. The places that the program shows beside the
// stock come out of its memory, the stock out of its database.
func serveMapLimit(ctx context.Context) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	connector, err := pq.NewConnector(os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	db := sql.OpenDB(pqcache.New(connector, pqcache.Options{Size: pqcache.DefaultSize}))
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(poolSize)
	db.SetMaxIdleConns(poolSize)
	newService := func() (*ent.Client, *service.Service) {
		client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db)))
		return client, service.New(client, service.NewClock(time.Now), true)
	}
	client, program := newService()
	l := &mapLimit{program: graph.New(client, program.LeanMap()), clock: time.Now}
	if err := l.prepare(ctx, db); err != nil {
		return err
	}
	if err := program.LoadMap(ctx); err != nil {
		return err
	}
	mux := http.NewServeMux()
	for path, tile := range map[string]func(*http.Request) ([]byte, error){"hand": l.hand, "database": l.database, "postgis": l.postgis} {
		mux.HandleFunc("GET /"+path+"/{z}/{x}/{y}", func(w http.ResponseWriter, r *http.Request) {
			body, err := tile(r)
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body)
		})
	}
	mux.HandleFunc("GET /weigh", func(w http.ResponseWriter, r *http.Request) {
		_, other := newService()
		heap := func() float64 {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return float64(m.HeapAlloc) / 1e6
		}
		before, began := heap(), time.Now()
		err := other.LoadMap(r.Context())
		took := time.Since(began)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]float64{"seconds": took.Seconds(), "megabytes": heap() - before})
		runtime.KeepAlive(other)
	})
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	log.Info("ready", "address", "http://"+listener.Addr().String())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// tileDwellings sums up the dwellings of a tile's layer of the stock.
func tileDwellings(tile []byte) (dwellings int, err error) {
	each := func(b []byte, visit func(n protowire.Number, v uint64, sub []byte)) {
		for len(b) > 0 && err == nil {
			n, kind, size := protowire.ConsumeTag(b)
			switch {
			case size < 0:
				err = errors.New("no tile")
				return
			case kind == protowire.VarintType:
				v, more := protowire.ConsumeVarint(b[size:])
				visit(n, v, nil)
				b = b[size+more:]
			default:
				sub, more := protowire.ConsumeBytes(b[size:])
				if more < 0 {
					err = errors.New("a tile is cut")
					return
				}
				visit(n, 0, sub)
				b = b[size+more:]
			}
		}
	}
	each(tile, func(_ protowire.Number, _ uint64, layer []byte) {
		name, keys, values, features := "", []string{}, []int{}, [][]byte{}
		each(layer, func(n protowire.Number, _ uint64, sub []byte) {
			switch int(n) {
			case 1:
				name = string(sub)
			case 2:
				each(sub, func(n protowire.Number, _ uint64, tags []byte) {
					if n == 2 {
						features = append(features, tags)
					}
				})
			case 3:
				keys = append(keys, string(sub))
			case 4:
				value := 0
				each(sub, func(n protowire.Number, v uint64, _ []byte) {
					switch int(n) {
					case 4, 5: // int or uint
						value = int(v) //nolint:gosec // a count
					case 6:
						value = int(protowire.DecodeZigZag(v))
					}
				})
				values = append(values, value)
			}
		})
		for _, tags := range features {
			for (name == "clusters" || name == "buildings") && len(tags) > 0 {
				key, size := protowire.ConsumeVarint(tags)
				value, more := protowire.ConsumeVarint(tags[size:])
				if tags = tags[size+more:]; keys[key] == "count" {
					dwellings += values[value]
				}
			}
		}
	})
	return dwellings, err
}
