package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	tus "github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	expslog "golang.org/x/exp/slog"

	"github.com/guichet-logement/guichet/domain"
)

// Files takes and gives the bytes of pieces and archives, which never pass through GraphQL. Who asks
// is in the context.
type Files struct {
	// State tells how long the file of a ticket is, and how much of it is stored.
	State func(ctx context.Context, ticket string) (size, received int64, err error)
	// Receive stores what comes next, and tells how much that was.
	Receive func(ctx context.Context, ticket string, offset int64, from io.Reader) (int64, error)
	// Open opens the file of a ticket of another kind, once that is on record.
	Open func(ctx context.Context, ticket string) (*File, error)
	// OpenArchive opens what is written as an archive, once that is on record.
	OpenArchive func(ctx context.Context, ticket string) (*Archive, error)
}

// Archive is a ZIP that is given out as it is written.
type Archive struct {
	Name  string
	Write func(ctx context.Context, to io.Writer) error
}

// File is one that is given out.
type File struct {
	Content    io.ReadCloser
	Size       int
	Type, Name string
}

// The addresses of files.
const (
	uploadsPath = "/uploads/"
	piecesPath  = "/pieces/"
	exportsPath = "/access-exports/"
)

// route adds the addresses, behind what recognises callers.
func (f *Files) route(mux *http.ServeMux, behind func(http.Handler) http.Handler, log *slog.Logger) error {
	locks := tus.NewStoreComposer()
	locks.UseCore(arriving{f, log})
	memorylocker.New().UseIn(locks)
	protocol, err := tus.NewUnroutedHandler(tus.Config{
		BasePath: uploadsPath, StoreComposer: locks, Cors: &tus.CorsConfig{Disable: true},
		// It would log tickets.
		Logger: expslog.New(expslog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return err
	}
	uploads := http.NewServeMux()
	uploads.HandleFunc("HEAD /{ticket}", protocol.HeadFile)
	uploads.HandleFunc("PATCH /{ticket}", protocol.PatchFile)
	uploads.HandleFunc("/", notFound)
	mux.Handle(uploadsPath, behind(patient(http.StripPrefix(strings.TrimSuffix(uploadsPath, "/"), protocol.Middleware(uploads)))))
	mux.Handle("GET "+piecesPath+"{ticket}", behind(patient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.give(w, r, log)
	}))))
	mux.Handle("GET "+exportsPath+"{ticket}", behind(patient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.giveArchive(w, r, log)
	}))))
	return nil
}

// patient waits for telephones on bad lines: each read of theirs has a time of its own.
func patient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a writer without deadlines needs none lifted
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// give sends a file, to be kept and not to be shown in place: what it is was looked at,
// and browsers are told not to guess.
func (f *Files) give(w http.ResponseWriter, r *http.Request, log *slog.Logger) {
	file, err := f.Open(r.Context(), r.PathValue("ticket"))
	if err != nil {
		notGiven(w, r, log, err)
		return
	}
	defer func() { _ = file.Content.Close() }()
	attach(w, file.Type, file.Name)
	w.Header().Set("Content-Length", strconv.Itoa(file.Size))
	if _, err := io.Copy(w, file.Content); err != nil {
		log.WarnContext(r.Context(), "a piece was given out in part", "error", err, "trace", TraceID(r.Context()))
	}
}

// giveArchive sends an archive as it is written. One that breaks ends the connection: what
// has come by then is no archive, and does not look like a whole answer.
func (f *Files) giveArchive(w http.ResponseWriter, r *http.Request, log *slog.Logger) {
	archive, err := f.OpenArchive(r.Context(), r.PathValue("ticket"))
	if err != nil {
		notGiven(w, r, log, err)
		return
	}
	attach(w, "application/zip", archive.Name)
	if err := archive.Write(r.Context(), w); err != nil {
		log.ErrorContext(r.Context(), "an archive was given out in part", "error", err, "trace", TraceID(r.Context()))
		panic(http.ErrAbortHandler) //nolint:forbidigo // net/http has no other way to say it
	}
}

// attach says that a file is to be kept and not to be shown in place.
func attach(w http.ResponseWriter, media, name string) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "sandbox")
}

// notGiven says why a ticket opens nothing.
func notGiven(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	var refused *domain.Error
	switch {
	case errors.As(err, &refused) && refused.Code == domain.RateLimited:
		Refuse(w, r, http.StatusTooManyRequests, refused)
	case errors.Is(err, domain.NotFound):
		Refuse(w, r, http.StatusNotFound, &domain.Error{Code: domain.NotFound, Reason: "TICKET", Message: domain.Text{
			EN: "There is no such ticket, it is not yours, or it is no longer good.",
			FR: "Ce ticket n'existe pas, n'est pas le vôtre ou n'est plus valable.",
		}})
	default:
		log.ErrorContext(r.Context(), "what a ticket is for was not given out", "error", err, "trace", TraceID(r.Context()))
		Refuse(w, r, http.StatusInternalServerError, &domain.Error{Code: domain.Internal})
	}
}

// arriving is what tus knows of files on their way.
type arriving struct {
	files *Files
	log   *slog.Logger
}

// NewUpload makes none: an act of the contract does.
func (a arriving) NewUpload(context.Context, tus.FileInfo) (tus.Upload, error) {
	return nil, tus.ErrNotImplemented
}

// GetUpload finds one by its ticket.
func (a arriving) GetUpload(ctx context.Context, ticket string) (tus.Upload, error) {
	one := onItsWay{a, ticket}
	_, err := one.GetInfo(ctx)
	return one, err
}

// inTus says an error in the words of the protocol, and logs what is ours.
func (a arriving) inTus(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, domain.NotFound):
		return tus.ErrNotFound
	case errors.Is(err, domain.BadRequest):
		return tus.ErrMismatchOffset
	}
	a.log.ErrorContext(ctx, "an upload failed", "error", err, "trace", TraceID(ctx))
	return tus.NewError("ERR_INTERNAL", "the service failed: resume later", http.StatusServiceUnavailable)
}

// onItsWay is one file.
type onItsWay struct {
	arriving
	ticket string
}

// GetInfo tells its length and what is stored.
func (o onItsWay) GetInfo(ctx context.Context) (tus.FileInfo, error) {
	size, received, err := o.files.State(ctx, o.ticket)
	return tus.FileInfo{ID: o.ticket, Size: size, Offset: received}, o.inTus(ctx, err)
}

// WriteChunk stores what comes.
func (o onItsWay) WriteChunk(ctx context.Context, offset int64, from io.Reader) (int64, error) {
	n, err := o.files.Receive(ctx, o.ticket, offset, from)
	return n, o.inTus(ctx, err)
}

// GetReader gives nothing back: what was sent is not checked.
func (o onItsWay) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, tus.ErrNotImplemented
}

// FinishUpload has nothing to do: an act of the contract gives it in.
func (o onItsWay) FinishUpload(context.Context) error { return nil }
