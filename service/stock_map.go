package service

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/stockmap"
)

// StockMap is a part of a map of the stock.
type StockMap struct {
	Zoom  int
	Spots []stockmap.Spot
}

// TotalCount is the sum of all spots.
func (m *StockMap) TotalCount() (total int) {
	for i := range m.Spots {
		total += m.Spots[i].Counts.Total()
	}
	return total
}

// maxSpots bounds the buildings of a rectangle: where there are more, they are clustered.
const maxSpots = 500

// loadedMap is what a map shows, as of one version of the database and one day.
type loadedMap struct {
	version int64
	day     domain.Date
	// stock is nil where it does not fit into memory's words.
	stock  *stockmap.Snapshot
	places *stockmap.Places
}

// spots are the dwellings that one filter leaves, from wherever they are counted.
type spots interface {
	clusters(ctx context.Context, area stockmap.Area, shift int) ([]stockmap.Spot, error)
	buildings(ctx context.Context, area stockmap.Area, most int) ([]stockmap.Spot, error)
}

// inMemory counts in the snapshot.
type inMemory struct {
	stock  *stockmap.Snapshot
	filter stockmap.Filter
}

func (m inMemory) clusters(_ context.Context, area stockmap.Area, shift int) ([]stockmap.Spot, error) {
	return m.stock.Clusters(area, shift, m.filter), nil
}

func (m inMemory) buildings(_ context.Context, area stockmap.Area, most int) ([]stockmap.Spot, error) {
	return m.stock.Spots(area, m.filter, most), nil
}

// spotsOf chooses where dwellings are counted: in memory, in the facets that memory is
// loaded from, or, under a condition that is on no axis, one by one.
func (s *Service) spotsOf(where ent.DwellingWhereInput) (spots, error) {
	filter, axes := mapFilter(where)
	loaded := s.onMap.Load()
	switch {
	case axes && loaded != nil && loaded.stock != nil:
		return inMemory{loaded.stock, filter}, nil
	case axes:
		return inFacets{s.ent, filter}, nil
	}
	q, err := where.Filter(s.ent.Dwelling.Query())
	return inDwellings{q}, err
}

// stockInMemory is the snapshot where it is that of the database at this instant, else nil:
// a table of figures has no zoom at which to be behind.
func (s *Service) stockInMemory(ctx context.Context) (*stockmap.Snapshot, error) {
	loaded := s.onMap.Load()
	if loaded == nil || loaded.stock == nil {
		return nil, nil
	}
	now, err := s.mapVersion(ctx)
	if err != nil || now != loaded.version {
		return nil, err
	}
	return loaded.stock, nil
}

// ShowStock sums up the dwellings of a rectangle, for a map at that zoom.
func (s *Service) ShowStock(ctx context.Context, box domain.BoundingBox, zoom int, where ent.DwellingWhereInput) (*StockMap, error) {
	found, err := s.spotsOf(where)
	if err != nil {
		return nil, err
	}
	area, zoom := stockmap.Window(box, zoom)
	m := &StockMap{Zoom: zoom}
	if zoom >= stockmap.BuildingsFrom {
		if m.Spots, err = found.buildings(ctx, area, maxSpots+1); err != nil || len(m.Spots) <= maxSpots {
			return m, err
		}
	}
	m.Spots, err = found.clusters(ctx, area, stockmap.CellShift(zoom))
	return m, err
}

// MapTile is a vector tile of the stock.
func (s *Service) MapTile(ctx context.Context, tile stockmap.Tile, where ent.DwellingWhereInput) ([]byte, error) {
	found, err := s.spotsOf(where)
	if err != nil {
		return nil, err
	}
	var there []stockmap.Spot
	if tile.Zoom >= stockmap.BuildingsFrom {
		there, err = found.buildings(ctx, tile.Area(), maxTileBuildings)
	} else {
		there, err = found.clusters(ctx, tile.Area(), stockmap.CellShift(tile.Zoom))
	}
	if err != nil {
		return nil, err
	}
	places, err := s.places(ctx)
	if err != nil {
		return nil, err
	}
	return append(tile.Stock(there), places.Layers(tile)...), nil
}

// maxTileBuildings bounds the buildings of a tile; at zoom 15 the densest town has a
// tenth of them on its square kilometre.
const maxTileBuildings = 20_000

// MapVersion names what tiles are made of, empty while the database makes them.
func (s *Service) MapVersion() string {
	loaded := s.onMap.Load()
	if loaded == nil || loaded.stock == nil {
		return ""
	}
	return strconv.FormatInt(loaded.version, 10) + " " + loaded.day.String()
}

// Outlines are those of all communes.
func (s *Service) Outlines(ctx context.Context, resolution domain.OutlineResolution) ([]*stockmap.Outline, error) {
	places, err := s.places(ctx)
	if err != nil {
		return nil, err
	}
	return places.Outlines(resolution)
}

// places are what a map shows beside the stock, today.
func (s *Service) places(ctx context.Context) (*stockmap.Places, error) {
	day := domain.DateOf(s.clock.Now())
	if loaded := s.onMap.Load(); loaded != nil && loaded.day == day {
		return loaded.places, nil
	}
	return readPlaces(ctx, s.ent, day)
}

// FollowMap keeps in memory what maps show, and looks that often whether it changed.
// Until it is there, and where it cannot be, the database answers.
func (s *Service) FollowMap(ctx context.Context, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.LoadMap(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "the map is not up to date", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// LoadMap takes into memory what maps show, unless it is there already.
func (s *Service) LoadMap(ctx context.Context) error {
	ctx = policy.LoadMap(ctx)
	day := domain.DateOf(s.clock.Now())
	now, err := s.ent.MapVersion.Query().Only(ctx)
	if err != nil {
		return fmt.Errorf("version of the map: %w", err)
	}
	if l := s.onMap.Load(); l != nil && l.version == now.Version && l.day == day {
		return nil
	}
	loaded, err := readMap(ctx, s.ent, day, s.lean)
	if loaded != nil {
		s.onMap.Store(loaded)
	}
	return err
}

// mapFilter reads a filter that is on the axes of facets alone, and tells whether it is.
func mapFilter(where ent.DwellingWhereInput) (stockmap.Filter, bool) {
	f := stockmap.Filter{In: map[domain.StockAxis][]string{}}
	takeWords(f.In, domain.ByCommune, &where.InseeCodeIn)
	takeWords(f.In, domain.ByTypology, &where.TypologyIn)
	takeWords(f.In, domain.ByFinancing, &where.FinancingIn)
	takeWords(f.In, domain.ByEnergyClass, &where.EnergyClassIn)
	takeWords(f.In, domain.ByConstruction, &where.ConstructionIn)
	takeWords(f.In, domain.ByAccessibility, &where.AccessibilityIn)
	takeWords(f.In, domain.ByPriorityDistrict, &where.PriorityDistrictIn)
	takeWords(f.In, domain.ByLandlord, &where.LandlordIDIn)
	if where.ConstructionYearGT != nil {
		f.Built = &domain.IntRange{Min: (*int)(where.ConstructionYearGTE), Max: (*int)(where.ConstructionYearLTE)}
		where.ConstructionYearGT, where.ConstructionYearGTE, where.ConstructionYearLTE = nil, nil, nil
	}
	inForce := where.LastVintageIDIsNil
	where.LastVintageIDIsNil = false
	return f, inForce && reflect.ValueOf(where).IsZero()
}

// takeWords moves the values of an axis out of a filter.
func takeWords[T ~string](in map[domain.StockAxis][]string, axis domain.StockAxis, from *[]T) {
	if *from == nil {
		return
	}
	words := make([]string, len(*from))
	for i, word := range *from {
		words[i] = string(word)
	}
	in[axis], *from = words, nil
}
