package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/vektah/gqlparser/v2/ast"
)

// Config is everything the handler depends on.
type Config struct {
	// Schema is the executable contract.
	Schema graphql.ExecutableSchema
	// Scalars checks the values of the contract's own scalars before anything
	// runs, by name; see [Scalar] and [ScalarFunc]. Each scalar that occurs in an
	// argument needs one. ID may have one.
	Scalars map[string]func(any) error
	// CheckCursor verifies the signature of an after or before argument. Field is
	// the one that carries it, vars are the operation's variables. Nil verifies
	// nothing.
	CheckCursor func(ctx context.Context, field *ast.Field, cursor string, vars map[string]any) error

	// Authenticate puts the viewer into the context, or answers 401 itself
	// through [Refuse].
	Authenticate func(http.Handler) http.Handler
	// AroundOperations and AroundRootFields run inside our own checks, the first
	// of the list outermost.
	AroundOperations []graphql.OperationMiddleware
	AroundRootFields []graphql.RootFieldMiddleware
	// AroundFields run for each field of each object, and with Writers off alone.
	AroundFields []graphql.FieldMiddleware
	// Writers has generated writers write what is complete, instead of gqlgen's
	// executor: several times faster, the same bytes.
	Writers bool
	// OperationNames are those that metrics may show.
	OperationNames []string

	// Record runs an operation that was let through and puts on record what it shows.
	// Its error is answered in place of what was read. Nil runs it and records nothing.
	Record func(ctx context.Context, operation string, run func(context.Context)) error
	// Admit tells whether the caller may send an operation at all, before anything of
	// it runs. Nil lets everybody send everything.
	Admit func(ctx context.Context, document string, op *ast.OperationDefinition, fragments ast.FragmentDefinitionList) error
	// OAuth gives partner apps their tokens. Nil leaves its addresses empty.
	OAuth *OAuth
	// Files takes and gives the bytes of pieces. Nil leaves its addresses empty.
	Files *Files
	// Tiles gives the stock as vector tiles. Nil leaves its addresses empty.
	Tiles *Tiles
	// ManagedStock takes files of managed dwellings. Nil leaves its address empty.
	ManagedStock *ManagedStock
	// Calendar gives a feed of a calendar by its secret. Nil leaves its addresses empty.
	Calendar func(ctx context.Context, secret string) ([]byte, error)
	// KnowsOrigin tells whether a partner app has pages of that origin, beside
	// AllowedOrigins. Nil knows none.
	KnowsOrigin func(ctx context.Context, origin string) (bool, error)

	// Limits are those of an operation; [DefaultLimits] are the documented ones.
	Limits Limits
	// Introspection opens the contract to callers, and the suggestions of the
	// validator with it.
	Introspection bool
	// AllowedOrigins are the origins of browser apps, exact ("https://app.example").
	// The server's own origin needs no entry.
	AllowedOrigins []string
	// TrustedProxies are the networks of our own proxies, whose word on the address of a
	// caller is taken. None: nobody's is.
	TrustedProxies []netip.Prefix
	// BehindTLS tells that callers reach the server by https alone: browsers are
	// then told to insist on it.
	BehindTLS bool

	// PublicMaxAge is how long a cache may keep a public answer.
	PublicMaxAge time.Duration
	// DataVersion names the state of the public data; it is a part of the ETag of
	// public answers. Nil when answers alone tell.
	DataVersion func(context.Context) string
	// Explorer answers /, /map and what is under /explorer/, for sandboxes. Nil leaves
	// these addresses empty.
	Explorer http.Handler
	// Version is what runs.
	Version Version
	// Ready tells whether requests can be answered, nil when they can.
	Ready func(context.Context) error
	// Waiting tells what others are to be told and were not yet, by who they are. Nil tells
	// nothing.
	Waiting func(context.Context) (map[string]Waiting, error)

	// Clock measures how long requests take. It is not the clock of the service,
	// which a sandbox may stop or move.
	Clock func() time.Time
	Log   *slog.Logger
	// Metrics is registered into and served.
	Metrics *prometheus.Registry
}

// Version is what /version answers.
type Version struct {
	// Version and Commit are those of the program.
	Version string `json:"version"`
	Commit  string `json:"commit"`
	// Contract is the hash of schema.graphql: clients compare it with the one
	// their code was generated from.
	Contract string `json:"contract"`
}

// Limits bound what one request may cost. All must be positive.
type Limits struct {
	// BodyBytes bounds the body of a POST, QueryBytes the query string of a GET.
	BodyBytes  int64
	QueryBytes int
	// Tokens and Operations bound the document before it is validated.
	Tokens, Operations int
	// Depth, Aliases, Directives, RootFields and Fields bound each operation after
	// its fragments are expanded. Introspection has a depth of its own.
	Depth, Aliases, Directives, RootFields, Fields int
	// Nodes bounds the product of the page sizes along each path, summed.
	Nodes int
	// Page bounds first and last of fields without @bounded(max:).
	Page int
	// Values, ValueDepth, ListItems and StringBytes bound the literals of a
	// document, and apart from them its variables.
	Values, ValueDepth, ListItems, StringBytes int
	// Errors bounds those of one answer.
	Errors int
	// Time is the deadline of a query or mutation; its SQL is cancelled with it.
	Time time.Duration
}

// DefaultLimits returns the limits that the contract documents.
func DefaultLimits() Limits {
	return Limits{
		BodyBytes: 1 << 20, QueryBytes: 16 << 10,
		Tokens: 4_000, Operations: 20,
		Depth: 15, Aliases: 30, Directives: 50, RootFields: 20, Fields: 2_000,
		Nodes: 500_000, Page: 100,
		Values: 2_000, ValueDepth: 10, ListItems: 1_000, StringBytes: 16 << 10,
		Errors: 20, Time: 5 * time.Second,
	}
}

func (l Limits) validate() error {
	for name, n := range map[string]int64{
		"body bytes": l.BodyBytes, "query bytes": int64(l.QueryBytes),
		"tokens": int64(l.Tokens), "operations": int64(l.Operations),
		"depth": int64(l.Depth), "aliases": int64(l.Aliases), "directives": int64(l.Directives),
		"root fields": int64(l.RootFields), "fields": int64(l.Fields),
		"nodes": int64(l.Nodes), "page": int64(l.Page),
		"values": int64(l.Values), "value depth": int64(l.ValueDepth),
		"list items": int64(l.ListItems), "string bytes": int64(l.StringBytes),
		"errors": int64(l.Errors), "time": int64(l.Time),
	} {
		if n <= 0 {
			return fmt.Errorf("limit of %s must be positive, not %d", name, n)
		}
	}
	return nil
}

func (c Config) validate() error {
	switch {
	case c.Schema == nil:
		return errors.New("no schema")
	case c.Authenticate == nil:
		return errors.New("no authentication")
	case c.Ready == nil:
		return errors.New("no readiness check")
	case c.Clock == nil || c.Log == nil || c.Metrics == nil:
		return errors.New("clock, log and metrics are required")
	case c.PublicMaxAge < 0:
		return errors.New("negative age of public answers")
	}
	for _, origin := range c.AllowedOrigins {
		if err := checkOrigin(origin); err != nil {
			return err
		}
	}
	if err := checkScalars(c.Schema.Schema(), c.Scalars); err != nil {
		return err
	}
	return c.Limits.validate()
}
