package auth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// Lookup reads from our database who stands behind a token, with the assignments in
// force at that instant (the service's clock). For somebody unknown, and for an app
// that is over, it returns an error for which errors.Is(err, domain.NotFound) holds.
// It runs before there is a viewer, and so under a named system grant.
type Lookup func(ctx context.Context, id Identity, at time.Time) (*Viewer, error)

// Deny answers a request that goes no further. The headers WWW-Authenticate and
// Retry-After are set already. The message of e may be shown, its cause may not.
type Deny func(w http.ResponseWriter, r *http.Request, status int, e *domain.Error)

// inURL are the names under which clients are known to put a token in a URL.
var inURL = []string{"access_token", "authorization", "bearer", "id_token", "token"}

// Middleware puts the viewer of each request into its context: the anonymous one
// when the request has no Authorization header, and else the person whom its
// bearer token (RFC 6750) speaks of. Clock is the service's clock and becomes the
// viewer's Now; deny may be nil, for [WriteError].
//
// A request that brings a token and cannot be given its person never goes on as
// anonymous: 401 for a refused token or an unknown person, without saying which;
// 400 for a token in the URL; 503 when the keys or the database cannot be had.
func Middleware(v *Verifier, lookup Lookup, clock func() time.Time, deny Deny) func(http.Handler) http.Handler {
	if deny == nil {
		deny = WriteError
	}
	g := &gate{verifier: v, lookup: lookup, clock: clock}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if name := tokenInURL(r); name != "" {
				w.Header().Set("WWW-Authenticate", `Bearer error="invalid_request"`)
				deny(w, r, http.StatusBadRequest, errTokenInURL(name))
				return
			}
			viewer, err := g.viewer(r)
			if err != nil {
				g.verifier.logRefusal(r.Context(), err)
				var refused *TokenError
				if errors.As(err, &refused) {
					w.Header().Set("WWW-Authenticate", refused.challenge())
					deny(w, r, http.StatusUnauthorized, errUnauthenticated(refused))
					return
				}
				deny(w, r, http.StatusServiceUnavailable, domain.Unavailable(err))
				return
			}
			next.ServeHTTP(w, r.WithContext(NewContext(r.Context(), viewer)))
		})
	}
}

// AsAnonymous returns a context whose viewer has no rights but the public's, at
// the same instant and in the same language: documents that may be cached are
// answered alike for everybody. Without a viewer there is still none after.
func AsAnonymous(ctx context.Context) context.Context {
	v := FromContext(ctx)
	if v == nil {
		return ctx
	}
	return NewContext(ctx, &Viewer{Now: v.Now, Language: v.Language})
}

type gate struct {
	verifier *Verifier
	lookup   Lookup
	clock    func() time.Time
}

func (g *gate) viewer(r *http.Request) (*Viewer, error) {
	now, lang := g.clock(), LanguageOf(r)
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return &Viewer{Now: now, Language: lang}, nil
	}
	token, err := bearer(values)
	if err != nil {
		return nil, err
	}
	id, err := g.verifier.Verify(r.Context(), token)
	if err != nil {
		return nil, err
	}
	found, err := g.lookup(r.Context(), id, now)
	switch {
	case errors.Is(err, domain.NotFound):
		return nil, &TokenError{Reason: UnknownPerson}
	case err != nil:
		return nil, err
	case found == nil || found.Anonymous():
		return nil, refuse(UnknownPerson, "the lookup gave nobody")
	}
	viewer := *found // the lookup may have kept its own.
	viewer.Issuer, viewer.Subject = id.Issuer, id.Subject
	viewer.Now, viewer.Language = now, lang
	return &viewer, nil
}

// bearer returns the token of the one Authorization header.
func bearer(values []string) (string, error) {
	if len(values) != 1 {
		return "", refuse(BadHeader, "more than one header")
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", refuse(BadHeader, "another scheme than Bearer")
	}
	if token = strings.Trim(token, " "); token == "" {
		return "", refuse(BadHeader, "no token")
	}
	return token, nil
}

// tokenInURL returns the parameter that holds a token, if there is one. URLs end
// up in logs and histories, so that such a token must be taken for known.
func tokenInURL(r *http.Request) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	for name := range r.URL.Query() {
		if slices.Contains(inURL, strings.ToLower(name)) {
			return name
		}
	}
	return ""
}

func errUnauthenticated(cause *TokenError) *domain.Error {
	if cause.Reason == NotStrong {
		return &domain.Error{
			Code: domain.Unauthenticated, Reason: "STEP_UP",
			Message: domain.Text{
				EN: "Sign in again with a second factor: this token comes from a sign-in that is too weak.",
				FR: "Reconnectez-vous avec un second facteur : ce jeton vient d'une connexion trop faible.",
			},
			Cause: cause,
		}
	}
	return &domain.Error{
		Code: domain.Unauthenticated,
		Message: domain.Text{
			EN: "The access token was not accepted. Sign in again, or send no Authorization header to read public data.",
			FR: "Le jeton d'accès n'a pas été accepté. Reconnectez-vous, ou n'envoyez pas d'en-tête Authorization pour lire les données publiques.",
		},
		Cause: cause,
	}
}

func errTokenInURL(parameter string) *domain.Error {
	return &domain.Error{
		Code: domain.BadRequest, Reason: "TOKEN_IN_URL", Field: parameter,
		Message: domain.Text{
			EN: "Send the access token in the Authorization header, never in the address: addresses are logged. Have this token revoked.",
			FR: "Envoyez le jeton d'accès dans l'en-tête Authorization, jamais dans l'adresse : les adresses sont journalisées. Faites révoquer ce jeton.",
		},
	}
}

// WriteError answers a request with one error, in the shape of a GraphQL
// response and in the caller's language.
func WriteError(w http.ResponseWriter, r *http.Request, status int, e *domain.Error) {
	type extensions struct {
		Code   domain.Code `json:"code"`
		Reason string      `json:"reason,omitempty"`
		Field  string      `json:"field,omitempty"`
	}
	type graphqlError struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	body, err := json.Marshal(map[string][]graphqlError{"errors": {{
		Message:    e.Message.In(LanguageOf(r)),
		Extensions: extensions{e.Code, e.Reason, e.Field},
	}}})
	if err != nil { // strings always marshal.
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if wait, ok := domain.RetryAfter(e); ok {
		h.Set("Retry-After", strconv.Itoa(wait))
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller is gone when this fails.
}
