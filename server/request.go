package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"github.com/guichet-logement/guichet/domain"
)

// refusal is a request that does not get as far as GraphQL: its form is wrong,
// and the status says how.
type refusal struct {
	status int
	err    *domain.Error
}

func refuse(status int, reason, field, en, fr string) *refusal {
	return &refusal{status, badRequest(reason, field, en, fr)}
}

func badRequest(reason, field, en, fr string) *domain.Error {
	return &domain.Error{
		Code: domain.BadRequest, Reason: reason, Field: field,
		Message: domain.Text{EN: en, FR: fr},
	}
}

// readPOST reads a request of the form that GraphQL over HTTP wants: JSON, in
// UTF-8, one object, within the limit. Nothing of the body is ever repeated.
func readPOST(w http.ResponseWriter, r *http.Request, limit int64) (*graphql.RawParams, *refusal) {
	if refused := checkPOSTHeaders(r); refused != nil {
		return nil, refused
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, unreadable(err, limit)
	}
	return decodeBody(body)
}

func checkPOSTHeaders(r *http.Request) *refusal {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != mediaJSON || !isUTF8(params["charset"]) || len(r.Header.Values("Content-Type")) > 1 {
		return refuse(http.StatusUnsupportedMediaType, "CONTENT_TYPE", "",
			"Send the request as application/json in UTF-8.",
			"Envoyez la requête en application/json, en UTF-8.")
	}
	for _, encoding := range r.Header.Values("Content-Encoding") {
		if encoding != "" && encoding != "identity" {
			return refuse(http.StatusUnsupportedMediaType, "CONTENT_ENCODING", "",
				"Send the body without Content-Encoding.",
				"Envoyez le corps sans Content-Encoding.")
		}
	}
	return nil
}

func unreadable(err error, limit int64) *refusal {
	var tooLarge *http.MaxBytesError
	var network net.Error
	switch {
	case errors.As(err, &tooLarge):
		return refuse(http.StatusRequestEntityTooLarge, "BODY_SIZE", "",
			fmt.Sprintf("The body may have %d bytes at most.", limit),
			fmt.Sprintf("Le corps peut avoir %d octets au plus.", limit))
	case errors.As(err, &network) && network.Timeout():
		return refuse(http.StatusRequestTimeout, "SLOW_BODY", "",
			"The body took too long to arrive.",
			"Le corps a mis trop longtemps à arriver.")
	}
	return refuse(http.StatusBadRequest, "BODY", "",
		"The body could not be read to its end.",
		"Le corps n'a pas pu être lu jusqu'au bout.")
}

// decodeBody reads the parameters of a request. Names are exact and numbers keep
// their digits.
func decodeBody(body []byte) (*graphql.RawParams, *refusal) {
	if !utf8.Valid(body) {
		return nil, refuse(http.StatusBadRequest, "ENCODING", "",
			"The body is not valid UTF-8.", "Le corps n'est pas de l'UTF-8 valide.")
	}
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	if len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, refuse(http.StatusBadRequest, "BATCH", "",
			"Send one operation per request; batching is off.",
			"Envoyez une opération par requête ; l'envoi groupé est fermé.")
	}
	var raw map[string]any
	if err := decodeJSON(body, &raw); err != nil || raw == nil {
		return nil, refuse(http.StatusBadRequest, "JSON", "",
			"The body must be one JSON object with a query, and nothing after it.",
			"Le corps doit être un seul objet JSON avec query, et rien ensuite.")
	}
	return paramsOf(raw)
}

// readGET reads the same parameters from the query string; variables and
// extensions are JSON in it.
func readGET(r *http.Request, limit int) (*graphql.RawParams, *refusal) {
	if len(r.URL.RawQuery) > limit {
		return nil, refuse(http.StatusRequestURITooLong, "QUERY_SIZE", "",
			fmt.Sprintf("The query string may have %d bytes at most; use POST.", limit),
			fmt.Sprintf("La chaîne de requête peut avoir %d octets au plus ; utilisez POST.", limit))
	}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "QUERY_STRING", "",
			"The query string is not URL-encoded.", "La chaîne de requête n'est pas encodée comme une URL.")
	}
	raw := map[string]any{}
	for _, name := range []string{"query", "operationName", "variables", "extensions"} {
		given := values[name]
		if len(given) > 1 || (len(given) == 1 && !utf8.ValidString(given[0])) {
			return nil, refuse(http.StatusBadRequest, "QUERY_STRING", name,
				"Give the parameter once, in UTF-8.", "Donnez le paramètre une seule fois, en UTF-8.")
		}
		if len(given) == 0 || given[0] == "" {
			continue
		}
		raw[name] = given[0]
		if name == "query" || name == "operationName" {
			continue
		}
		var object any
		if decodeJSON([]byte(given[0]), &object) == nil { // what is no JSON stays a string, and is refused
			raw[name] = object
		}
	}
	return paramsOf(raw)
}

// paramsOf reads the parameters of a request; one that is null is absent.
func paramsOf(raw map[string]any) (*graphql.RawParams, *refusal) {
	params := &graphql.RawParams{}
	var refused *refusal
	params.Query, refused = param[string](raw, "query", "a string", "une chaîne", refused)
	params.OperationName, refused = param[string](raw, "operationName", "a string", "une chaîne", refused)
	params.Variables, refused = param[map[string]any](raw, "variables", "an object", "un objet", refused)
	params.Extensions, refused = param[map[string]any](raw, "extensions", "an object", "un objet", refused)
	if refused == nil && params.Query == "" && params.Extensions["persistedQuery"] == nil {
		refused = refuse(http.StatusBadRequest, "QUERY_MISSING", "query",
			"Send the document in query, or its hash in extensions.persistedQuery.",
			"Envoyez le document dans query, ou son empreinte dans extensions.persistedQuery.")
	}
	return params, refused
}

// param is a parameter of that kind, and the first refusal so far.
func param[T any](raw map[string]any, name, kind, sorte string, refused *refusal) (T, *refusal) {
	value, ok := raw[name].(T)
	if ok || raw[name] == nil || refused != nil {
		return value, refused
	}
	return value, refuse(http.StatusBadRequest, "PARAMETER", name,
		fmt.Sprintf("%s must be %s.", name, kind),
		fmt.Sprintf("%s doit être %s.", name, sorte))
}

// decodeJSON reads one JSON value, and nothing after it. Numbers keep their digits: a float64
// would change long ones, and gqlgen's Int refuses it.
func decodeJSON(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something after the value")
	}
	return nil
}
