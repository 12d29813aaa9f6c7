package command

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/calendarfile"
	"github.com/guichet-logement/guichet/clients/operations"
	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph"
	"github.com/guichet-logement/guichet/graph/scalar"
	"github.com/guichet-logement/guichet/server"
	"github.com/guichet-logement/guichet/server/explorer"
	"github.com/guichet-logement/guichet/service"
)

// Parts is everything an API is made of.
type Parts struct {
	Client   *ent.Client
	Service  *service.Service
	Clock    func() time.Time
	Verifier *auth.Verifier
	// Signer signs the tokens of partner apps. Nil gives them none.
	Signer *auth.Signer
	// CursorKeys sign cursors with the first and accept all.
	CursorKeys [][]byte
	Log        *slog.Logger
	Metrics    *prometheus.Registry
	Version    server.Version
	// Audit puts on record what is shown and done.
	Audit *audit.Writer
	// Trail reads that record.
	Trail *audit.Reader
	// DB takes files of managed dwellings; without one none is taken.
	DB *sql.DB
	// Ready tells whether requests can be answered.
	Ready          func(context.Context) error
	Introspection  bool
	AllowedOrigins []string
	TrustedProxies []netip.Prefix
	BehindTLS      bool
	PublicMaxAge   time.Duration
	// Writers has generated writers write the answers, where they can.
	Writers bool
	// Limits bound what one request may cost.
	Limits server.Limits
	// Personas are whom the explorer lets anybody ask as. Nil, as production must
	// leave it, means no explorer.
	Personas []explorer.Persona
}

// Handler puts the parts together. Tests serve the same handler as the program.
func Handler(p Parts) (http.Handler, error) {
	signer, err := scalar.NewCursorSigner(p.CursorKeys...)
	if err != nil {
		return nil, fmt.Errorf("cursor keys: %w", err)
	}
	var page http.Handler
	if p.Personas != nil {
		if page, err = explorer.New(p.Personas, server.Refuse); err != nil {
			return nil, err
		}
	}
	key, err := hkdf.Key(sha256.New, p.CursorKeys[0], nil, "guichet numbers and codes 1", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("key of numbers and codes: %w", err)
	}
	resolver := graph.New(p.Client, p.Service.AuditTo(p.Audit, p.Trail).WithKey(key))
	documented, err := operations.Names()
	if err != nil {
		return nil, err
	}
	return server.New(server.Config{
		Schema: graph.Executable(resolver),
		Admit:  resolver.Admit,
		Record: func(ctx context.Context, operation string, run func(context.Context)) error {
			return p.Service.RecordReads(ctx, operation, server.TraceID(ctx), run)
		},
		OAuth:            oauth(p),
		Files:            files(p.Service),
		Tiles:            tiles(resolver, p),
		ManagedStock:     managedStock(p),
		Calendar:         p.calendar,
		KnowsOrigin:      p.Service.KnowsOrigin,
		Scalars:          scalars(),
		CheckCursor:      signer.Check,
		Authenticate:     auth.Middleware(p.Verifier, p.Service.Recognise, p.Clock, server.Refuse),
		AroundOperations: []graphql.OperationMiddleware{signer.Interceptor, graph.ShareCatalogue},
		AroundRootFields: []graphql.RootFieldMiddleware{graph.AsOf},
		Writers:          p.Writers,
		OperationNames:   documented,
		Limits:           p.Limits,
		Introspection:    p.Introspection,
		AllowedOrigins:   p.AllowedOrigins,
		TrustedProxies:   p.TrustedProxies,
		BehindTLS:        p.BehindTLS,
		PublicMaxAge:     p.PublicMaxAge,
		Explorer:         page,
		Version:          p.Version,
		Ready:            p.Ready,
		Waiting:          p.waiting,
		Clock:            time.Now, // requests are timed by the real clock, whatever a sandbox shows
		Log:              p.Log,
		Metrics:          p.Metrics,
	})
}

// waiting tells what the national registry was not told yet, what the national digitiser was
// not sent, and what applicants were not told.
func (p Parts) waiting(ctx context.Context) (map[string]server.Waiting, error) {
	events, told, err := p.Service.RegistryWaiting(ctx)
	if err != nil {
		return nil, err
	}
	pieces, sent, connected, err := p.Service.DigitiserWaiting(ctx)
	if err != nil {
		return nil, err
	}
	messages, due, mailed, err := p.Service.MessagesWaiting(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]server.Waiting{
		"messages":  {Waiting: messages, Oldest: hourOf(due), Unconnected: !mailed},
		"registry":  {Waiting: events, Oldest: hourOf(told)},
		"digitiser": {Waiting: pieces, Oldest: hourOf(sent), Unconnected: !connected},
	}, nil
}

// calendar is a feed of a calendar, as it is now.
func (p Parts) calendar(ctx context.Context, secret string) ([]byte, error) {
	now := p.Clock()
	entries, err := p.Service.CalendarFeed(ctx, secret, now)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	err = calendarfile.Write(&file, entries, now)
	return file.Bytes(), err
}

// hourOf is when something happened as far as anybody may see: when exactly somebody was
// registered, or gave in a piece, is for nobody to see there.
func hourOf(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	hour := at.Truncate(time.Hour)
	return &hour
}

// oauth gives partner apps their tokens, where there are keys to sign them.
func oauth(p Parts) *server.OAuth {
	if p.Signer == nil {
		return nil
	}
	issuer := p.Signer.Issuer()
	tokens := service.NewTokens(p.Service, p.Signer, p.Verifier, server.TokenEndpoint(issuer))
	return &server.OAuth{Issuer: issuer, Issue: tokens.Issue, KeySet: p.Signer.Published}
}

// files are the bytes of pieces.
func files(s *service.Service) *server.Files {
	return &server.Files{
		State: s.UploadState, Receive: s.ReceiveBytes,
		Open: func(ctx context.Context, ticket string) (*server.File, error) {
			file, content, err := s.OpenPiece(ctx, ticket, server.TraceID(ctx))
			if err != nil {
				return nil, err
			}
			return &server.File{
				Content: content, Size: file.Size, Type: file.MediaType.MIME(), Name: string(file.PieceID) + file.MediaType.Suffix(),
			}, nil
		},
		OpenArchive: func(ctx context.Context, ticket string) (*server.Archive, error) {
			e, err := s.OpenAccessExport(ctx, ticket, server.TraceID(ctx))
			if err != nil {
				return nil, err
			}
			return &server.Archive{Name: e.Name, Write: e.Write}, nil
		},
	}
}

// managedStock takes what landlords say of their dwellings in files.
func managedStock(p Parts) *server.ManagedStock {
	if p.DB == nil {
		return nil
	}
	s := p.Service.ImportInto(p.DB)
	return &server.ManagedStock{
		Import: func(ctx context.Context, file io.Reader, charset string) (*server.ManagedStockReport, error) {
			done, err := s.ImportManagedStock(ctx, file, directoryfile.Charset(charset))
			if err != nil {
				return nil, err
			}
			report := &server.ManagedStockReport{
				Read: done.Read, Changed: done.Changed, Rejected: done.RejectCount, Rejects: make([]server.ManagedStockReject, len(done.Rejects)),
			}
			for i, r := range done.Rejects {
				report.Rejects[i] = server.ManagedStockReject{
					Line: r.Line, Column: r.Column, ColumnName: r.ColumnName, Code: string(r.Code), Value: r.Value, Text: r.Message,
				}
			}
			return report, nil
		},
	}
}

// tiles are those of the stock, asked for by nobody in particular.
func tiles(resolver *graph.Resolver, p Parts) *server.Tiles {
	return &server.Tiles{
		Tile: func(ctx context.Context, zoom, x, y int, where string) ([]byte, error) {
			return resolver.StockTile(auth.NewContext(ctx, &auth.Viewer{Now: p.Clock()}), zoom, x, y, where)
		},
		Version: p.Service.MapVersion,
	}
}

// scalars are the readers of the contract's own scalars: what they refuse is
// refused before anything runs, wherever in a document it stands.
func scalars() map[string]func(any) error {
	return map[string]func(any) error{
		"ID":           server.Scalar[domain.ID](),
		"Date":         server.Scalar[domain.Date](),
		"LocalTime":    server.Scalar[domain.LocalTime](),
		"InseeCode":    server.Scalar[domain.InseeCode](),
		"UniqueNumber": server.Scalar[domain.UniqueNumber](),
		"EmailAddress": server.Scalar[domain.EmailAddress](),
		"Money":        server.Scalar[domain.Money](),
		"Siren":        server.Scalar[domain.Siren](),
		"Siret":        server.Scalar[domain.Siret](),
		"PhoneNumber":  server.Scalar[domain.PhoneNumber](),
		"LanguageCode": server.Scalar[domain.LanguageCode](),
		"Latitude":     server.Scalar[domain.Latitude](),
		"Longitude":    server.Scalar[domain.Longitude](),
		"DateTime":     server.ScalarFunc(scalar.UnmarshalDateTime),
		"Cursor":       server.ScalarFunc(scalar.ReadCursor),
		"GeoJSON":      server.ScalarFunc(scalar.UnmarshalGeoJSON),
	}
}
