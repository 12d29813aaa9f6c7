package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// ManagedStock takes what landlords say of their dwellings, by files that never pass through
// GraphQL. Who sends is in the context.
type ManagedStock struct {
	Import func(ctx context.Context, file io.Reader, charset string) (*ManagedStockReport, error)
}

// ManagedStockReport is what became of a file: with rejects, nothing was written.
type ManagedStockReport struct {
	// Read counts lines without a fault of their own, Changed the dwellings that changed.
	Read    int `json:"read"`
	Changed int `json:"changed"`
	// Rejected counts what is to be mended, Rejects are the first of it.
	Rejected int                  `json:"rejected"`
	Rejects  []ManagedStockReject `json:"rejects"`
}

// ManagedStockReject is one thing to mend in a file: where it stands, a code to branch on and
// a sentence for people.
type ManagedStockReject struct {
	Line       int         `json:"line"`
	Column     int         `json:"column,omitempty"`
	ColumnName string      `json:"columnName,omitempty"`
	Code       string      `json:"code"`
	Value      string      `json:"value,omitempty"`
	Text       domain.Text `json:"-"`
	Message    string      `json:"message"`
}

const (
	managedStockPath = "/stock/managed"
	// managedStockBytes is that of a file, and a little for its end to be seen.
	managedStockBytes = 33 << 20
	// managedStockTime is how long one may take, to arrive and to be written.
	managedStockTime = 5 * time.Minute
)

// route adds the address, behind what recognises callers.
func (s *ManagedStock) route(mux *http.ServeMux, behind func(http.Handler) http.Handler, log *slog.Logger) {
	mux.Handle("POST "+managedStockPath, behind(patient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.take(w, r, log)
	}))))
}

func (s *ManagedStock) take(w http.ResponseWriter, r *http.Request, log *slog.Logger) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "text/csv" {
		Refuse(w, r, http.StatusUnsupportedMediaType, badRequest("CONTENT_TYPE", "", "Send text/csv.", "Envoyer du text/csv."))
		return
	}
	charset := strings.ToLower(params["charset"])
	switch charset {
	case "", "utf-8", "iso-8859-1", "windows-1252":
	default:
		Refuse(w, r, http.StatusUnsupportedMediaType, badRequest("CHARSET", "",
			"The charset is utf-8, iso-8859-1 or windows-1252.", "L'encodage est utf-8, iso-8859-1 ou windows-1252."))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), managedStockTime)
	defer cancel()
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(managedStockTime)) // a reader without deadlines has no slow callers
	report, err := s.Import(ctx, http.MaxBytesReader(w, r.Body, managedStockBytes), charset)
	if err != nil {
		notTaken(w, r, log, err)
		return
	}
	status := http.StatusOK
	if report.Rejected > 0 {
		status = http.StatusUnprocessableEntity
	}
	for i := range report.Rejects {
		report.Rejects[i].Message = report.Rejects[i].Text.In(Language(r.Context()))
	}
	body, err := json.Marshal(report)
	if err != nil { // numbers and strings alone always have a JSON form
		notTaken(w, r, log, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that went away is all that can fail here
}

// notTaken says why a file was not looked at, or not to its end.
func notTaken(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	var refused *domain.Error
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		Refuse(w, r, http.StatusRequestEntityTooLarge, badRequest("BODY_SIZE", "", "The file is larger than 32 MiB.", "Le fichier dépasse 32 Mio."))
	case errors.As(err, &refused) && statuses[refused.Code] != 0:
		Refuse(w, r, statuses[refused.Code], refused)
	case errors.Is(err, context.DeadlineExceeded):
		Refuse(w, r, http.StatusServiceUnavailable, &domain.Error{Code: domain.Timeout})
	default:
		log.ErrorContext(r.Context(), "a file of managed dwellings was not taken", "error", err, "trace", TraceID(r.Context()))
		Refuse(w, r, http.StatusInternalServerError, &domain.Error{Code: domain.Internal})
	}
}

// statuses are those of refusals of a whole file.
var statuses = map[domain.Code]int{
	domain.BadRequest: http.StatusBadRequest, domain.Unauthenticated: http.StatusUnauthorized,
	domain.Forbidden: http.StatusForbidden, domain.RateLimited: http.StatusTooManyRequests,
}
