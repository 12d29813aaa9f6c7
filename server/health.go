package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// readyTimeout bounds a readiness check: an orchestrator asks every few seconds.
const readyTimeout = 2 * time.Second

// healthz tells that the process lives. It asks nobody else, so that a database
// in trouble does not get every instance restarted.
func healthz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
}

// Waiting is how much waits to be told to somebody, and since when; nil where nothing does.
type Waiting struct {
	Waiting int        `json:"waiting"`
	Oldest  *time.Time `json:"oldest"`
	// Unconnected says that nobody is there to be told.
	Unconnected bool `json:"unconnected,omitempty"`
}

// readyz tells whether requests can be answered, and what waits to be told: that closes
// no instance. Why not is for the log.
func readyz(ready func(context.Context) error, waiting func(context.Context) (map[string]Waiting, error), log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := ready(ctx); err != nil {
			log.WarnContext(ctx, "not ready", "error", err)
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "unavailable"})
			return
		}
		answer := map[string]any{"status": "ready"}
		if waiting != nil {
			told, err := waiting(ctx)
			if err != nil {
				log.WarnContext(ctx, "what waits is not known", "error", err)
			}
			for who, w := range told {
				answer[who] = w
			}
		}
		writeJSON(w, http.StatusOK, answer)
	})
}

func version(v Version) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, v)
	})
}

// notFound answers every path that is not ours.
func notFound(w http.ResponseWriter, r *http.Request) {
	Refuse(w, r, http.StatusNotFound, &domain.Error{
		Code: domain.NotFound, Reason: "UNKNOWN_PATH",
		Message: domain.Text{
			EN: "There is nothing at this address; the service is at /graphql.",
			FR: "Il n'y a rien à cette adresse ; le service est à /graphql.",
		},
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// The status is sent: a caller that went away is all that can fail here.
	_ = json.NewEncoder(w).Encode(v)
}
