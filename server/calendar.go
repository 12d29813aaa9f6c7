package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/guichet-logement/guichet/calendarfile"
	"github.com/guichet-logement/guichet/domain"
)

// calendarsPath is the address of feeds of calendars: programs that subscribe to them carry
// no token, so that the secret is in the address.
const calendarsPath = "/calendar/"

// calendar answers a feed by its secret. A secret that opens nothing says not why.
func calendar(feed func(ctx context.Context, secret string) ([]byte, error), log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secret, is := strings.CutSuffix(r.PathValue("file"), ".ics")
		if !is {
			notFound(w, r)
			return
		}
		file, err := feed(r.Context(), secret)
		switch {
		case errors.Is(err, domain.NotFound):
			Refuse(w, r, http.StatusNotFound, &domain.Error{Code: domain.NotFound, Reason: "FEED", Message: domain.Text{
				EN: "There is no such feed, it was revoked, or it is over.",
				FR: "Ce flux n'existe pas, a été révoqué ou n'est plus valable.",
			}})
		case err != nil:
			log.ErrorContext(r.Context(), "a calendar was not given out", "error", err, "trace", TraceID(r.Context()))
			Refuse(w, r, http.StatusInternalServerError, &domain.Error{Code: domain.Internal})
		default:
			w.Header().Set("Content-Type", calendarfile.MediaType)
			w.Header().Set("Cache-Control", "private, no-store")
			_, _ = w.Write(file) // a caller that went away is all that can fail here
		}
	})
}
