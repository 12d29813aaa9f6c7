package graph

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/gen"
	"github.com/guichet-logement/guichet/service"
	"github.com/guichet-logement/guichet/stockmap"
)

// StockMap shows the dwellings of a rectangle.
func (r queryResolver) StockMap(
	ctx context.Context, within domain.BoundingBox, zoom int, where *ent.DwellingWhereInput,
) (*service.StockMap, error) {
	if err := badWindow(within, zoom); err != nil {
		return nil, err
	}
	return r.service.ShowStock(ctx, within, zoom, *dwellingsInForce(where))
}

// Vintage is the one that the figures are of.
func (r stockMapResolver) Vintage(ctx context.Context, _ *service.StockMap) (*ent.StockVintage, error) {
	return r.vintageInForce(ctx)
}

// CommuneOutlines lists the outlines of all communes.
func (r queryResolver) CommuneOutlines(ctx context.Context, resolution domain.OutlineResolution) ([]*stockmap.Outline, error) {
	return r.service.Outlines(ctx, resolution)
}

// badWindow refuses what is on no map.
func badWindow(within domain.BoundingBox, zoom int) error {
	var bad *domain.Error
	if err := badBox(within); errors.As(err, &bad) {
		bad.Field = strings.TrimPrefix(bad.Field, "where.")
		return bad
	}
	if zoom >= 0 && zoom <= stockmap.MaxZoom {
		return nil
	}
	return &domain.Error{Code: domain.BadRequest, Reason: "BAD_ZOOM", Field: "zoom", Message: domain.Text{
		EN: "The zoom is a whole number from 0 to 22.",
		FR: "Le zoom est un nombre entier de 0 à 22.",
	}}
}

// ErrNoTile says that there is no such tile.
var ErrNoTile = &domain.Error{Code: domain.NotFound, Reason: "NO_TILE", Message: domain.Text{
	EN: "There is no such tile: the zoom is 0 to 22, and x and y are less than 2 to its power.",
	FR: "Cette tuile n'existe pas : le zoom va de 0 à 22, x et y sont inférieurs à 2 puissance zoom.",
}}

// StockTile is a vector tile of the stock under a filter, which is the JSON of a
// DwellingFilter; empty for none.
func (r *Resolver) StockTile(ctx context.Context, zoom, x, y int, where string) ([]byte, error) {
	tile := stockmap.Tile{Zoom: zoom, X: x, Y: y}
	if !tile.Valid() {
		return nil, ErrNoTile
	}
	filter, err := dwellingFilter(ctx, where)
	if err != nil {
		return nil, err
	}
	return r.service.MapTile(ctx, tile, *filter)
}

// filterReader has the executor read a filter as it reads that of an operation, so that
// one filter has one meaning everywhere: the list that is asked notes what it was asked.
type filterReader struct{ *Resolver }

type filterQuery struct{ queryResolver }

func (filterReader) Query() gen.QueryResolver { return filterQuery{} }

// noted is the key of the filter in the context.
type noted struct{}

func (filterQuery) StockFacets(
	ctx context.Context, _ []domain.StockAxis, where *ent.DwellingWhereInput,
) ([]*service.StockFacet, error) {
	if into, ok := ctx.Value(noted{}).(**ent.DwellingWhereInput); ok {
		*into = where
	}
	return []*service.StockFacet{}, nil
}

const readFilter = `query($where: DwellingFilter = {}) { stockFacets(where: $where) { totalCount } }`

// filterExecutor reads one document alone, which it keeps.
var filterExecutor = sync.OnceValue(func() *executor.Executor {
	e := executor.New(gen.NewExecutableSchema(gen.Config{Resolvers: filterReader{}}))
	e.SetQueryCache(lru.New[*ast.QueryDocument](1))
	return e
})

// filtersRead are those that were read last, by their text: a map asks for all the tiles of a
// screen under one. Nobody changes what is in them.
var filtersRead = sync.OnceValue(func() *lru.LRU[*ent.DwellingWhereInput] {
	return lru.New[*ent.DwellingWhereInput](maxFiltersRead)
})

// maxFiltersRead are some megabytes: a text is bounded.
const maxFiltersRead = 256

// dwellingFilter reads the JSON of a filter, or has read it.
func dwellingFilter(ctx context.Context, text string) (*ent.DwellingWhereInput, error) {
	if filter, ok := filtersRead().Get(ctx, text); ok {
		return filter, nil
	}
	filter, err := readDwellingFilter(ctx, text)
	if err == nil {
		filtersRead().Add(ctx, text, filter)
	}
	return filter, err
}

// readDwellingFilter reads the JSON of a filter.
func readDwellingFilter(ctx context.Context, text string) (*ent.DwellingWhereInput, error) {
	if text == "" {
		return dwellingsInForce(nil), nil
	}
	var where any
	numbers := json.NewDecoder(strings.NewReader(text))
	numbers.UseNumber() // as the server reads variables: 2 is whole, and 2.0 is not
	if err := numbers.Decode(&where); err != nil || numbers.More() {
		return nil, badFilter("where", "it is not JSON", "ce n'est pas du JSON")
	}
	var filter *ent.DwellingWhereInput
	ctx = graphql.StartOperationTrace(context.WithValue(ctx, noted{}, &filter))
	run := filterExecutor()
	op, errs := run.CreateOperationContext(ctx, &graphql.RawParams{Query: readFilter, Variables: map[string]any{"where": where}})
	if errs == nil {
		answer, ctx := run.DispatchOperation(graphql.WithOperationContext(ctx, op), op)
		errs = answer(ctx).Errors
	}
	if len(errs) > 0 {
		return nil, filterError(errs[0])
	}
	return dwellingsInForce(filter), nil
}

// filterError is what was wrong with a filter: our own refusal, or what the reader says.
func filterError(err *gqlerror.Error) error {
	var refused *domain.Error
	if errors.As(err, &refused) {
		return refused
	}
	field := strings.TrimPrefix(err.Path.String(), "variable.")
	if field == "" {
		field = "where"
	}
	return badFilter(field, field+", "+err.Message, field+", "+err.Message)
}

// badFilter names what of the filter is to be mended.
func badFilter(field, en, fr string) error {
	return &domain.Error{Code: domain.BadRequest, Reason: "BAD_FILTER", Field: field, Message: domain.Text{
		EN: "The filter is the JSON of a DwellingFilter: " + en + ".",
		FR: "Le filtre est le JSON d'un DwellingFilter : " + fr + ".",
	}}
}
