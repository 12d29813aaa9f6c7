package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph"
)

// encode writes an answer. Data is copied as it is: it is JSON that gqlgen wrote,
// and validating it again would cost as much as writing it. Without data the
// request was refused, and the key is absent, as the specification wants.
func encode(response *graphql.Response) ([]byte, error) {
	body := make([]byte, 0, len(response.Data)+64)
	body = append(body, '{')
	if len(response.Errors) > 0 {
		errs, err := json.Marshal(response.Errors)
		if err != nil {
			return nil, fmt.Errorf("encode errors: %w", err)
		}
		body = append(append(body, `"errors":`...), errs...)
	}
	if response.Data != nil {
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = append(append(body, `"data":`...), response.Data...)
	}
	if len(response.Extensions) > 0 {
		extensions, err := json.Marshal(response.Extensions)
		if err != nil {
			return nil, fmt.Errorf("encode extensions: %w", err)
		}
		body = append(append(body, `,"extensions":`...), extensions...)
	}
	return append(body, '}'), nil
}

// statusOf is the status of an answer in a media type. In the older one, where a
// client cannot tell our answer from that of a proxy by its type, a well-formed
// request is answered 200 whatever it says.
func statusOf(response *graphql.Response, media string) int {
	switch {
	case media == mediaJSON || response.Data != nil:
		return http.StatusOK
	case codeOf(response) == string(domain.Timeout), reasonOf(response) == domain.ReasonUnavailable:
		return http.StatusServiceUnavailable
	case codeOf(response) == string(domain.Forbidden):
		return http.StatusForbidden
	case codeOf(response) == string(domain.Internal):
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

func send(w http.ResponseWriter, status int, media string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", media+"; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a caller that went away is all that can fail here
}

// Refuse answers a request that does not reach GraphQL with a status and an error
// of the catalogue. Middleware given through [Config] uses it too, so that every
// refusal has one form: it sets WWW-Authenticate itself before a 401.
func Refuse(w http.ResponseWriter, r *http.Request, status int, err *domain.Error) {
	coded := graph.Coded(err, Language(r.Context()), TraceID(r.Context()))
	if wait, ok := coded.Extensions["retryAfter"].(int); ok {
		w.Header().Set("Retry-After", strconv.Itoa(wait))
	}
	media, _ := negotiateMedia(r.Header.Values("Accept"))
	body, failed := encode(&graphql.Response{Errors: gqlerror.List{coded}})
	if failed != nil {
		// Strings and numbers alone always have a JSON form.
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	send(w, status, media, body)
}
