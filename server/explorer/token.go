package explorer

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/guichet-logement/guichet/domain"
)

// token answers the persona of the query string with {"token"}.
func token(personas map[string]Persona, deny Deny) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		persona, known := personas[r.URL.Query().Get("persona")]
		if !known {
			deny(w, r, http.StatusNotFound, &domain.Error{
				Code: domain.NotFound, Reason: "UNKNOWN_PERSONA", Field: "persona",
				Message: domain.Text{
					EN: "The sandbox has no such persona; /explorer/start lists them.",
					FR: "Le bac à sable n'a pas cette personne ; /explorer/start les énumère.",
				},
			})
			return
		}
		made, err := persona.Token()
		if err != nil {
			deny(w, r, http.StatusInternalServerError, &domain.Error{
				Code: domain.Internal, Cause: fmt.Errorf("make a token for %s: %w", persona.Name, err),
			})
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		// The status is sent: a caller that went away is all that can fail here.
		_ = json.NewEncoder(w).Encode(map[string]string{"token": made})
	})
}
