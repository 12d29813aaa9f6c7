package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

const personID = domain.ID("usr_01")

// known answers for the one person in the database.
func known(_ context.Context, id auth.Identity, at time.Time) (*auth.Viewer, error) {
	if id.Issuer != issuerURL || id.Subject != subject {
		return nil, domain.NotFound
	}
	// What a lookup says of the rest is not heard.
	return &auth.Viewer{PersonID: personID, Issuer: "?", Subject: "?", Now: at.AddDate(9, 0, 0), Language: "?"}, nil
}

// serviceNow is a year on: the sandbox was moved.
func serviceNow() time.Time { return start.AddDate(1, 0, 0) }

// gate is the middleware before a handler that notes whom it served.
type gate struct {
	http.Handler
	served *auth.Viewer
	calls  int
}

func newGate(tb testing.TB, c auth.Config, lookup auth.Lookup) *gate {
	tb.Helper()
	g := &gate{}
	g.Handler = auth.Middleware(newVerifier(tb, c), lookup, serviceNow, nil)(
		http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			g.calls++
			g.served = auth.FromContext(r.Context())
		}))
	return g
}

func (g *gate) ask(ctx context.Context, target string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, target, nil)
	r.Header = header
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

type denial struct {
	Errors []struct {
		Message    string
		Extensions struct {
			Code          domain.Code
			Reason, Field string
		}
	}
}

func decodeDenial(t *testing.T, w *httptest.ResponseRecorder) denial {
	t.Helper()
	var d denial
	strict := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&d); err != nil || len(d.Errors) != 1 {
		t.Fatalf("body %q: %v", w.Body, err)
	}
	return d
}

func TestMiddlewareDeniesAlike(t *testing.T) {
	t.Parallel()
	es := newES256(t, "k")
	good := es.token(t, goodClaims())
	var first string
	for name, c := range map[string]struct {
		values []string
		reason auth.Reason
	}{
		"two headers":          {[]string{"Bearer " + good, "Bearer " + good}, auth.BadHeader},
		"two tokens":           {[]string{"Bearer " + good + ", Bearer " + good}, auth.Malformed},
		"empty header":         {[]string{""}, auth.BadHeader},
		"scheme alone":         {[]string{"Bearer"}, auth.BadHeader},
		"scheme and blanks":    {[]string{"Bearer   "}, auth.BadHeader},
		"token alone":          {[]string{good}, auth.BadHeader},
		"another scheme":       {[]string{"Basic dXNlcjpwYXNz"}, auth.BadHeader},
		"scheme by a tab":      {[]string{"Bearer\t" + good}, auth.BadHeader},
		"no token":             {[]string{"Bearer null"}, auth.Malformed},
		"expired":              {[]string{"Bearer " + es.token(t, with(goodClaims(), object{"exp": start.Add(-time.Hour).Unix()}))}, auth.Expired},
		"signed by another":    {[]string{"Bearer " + newES256(t, "k").token(t, goodClaims())}, auth.BadSignature},
		"person unknown":       {[]string{"Bearer " + es.token(t, with(goodClaims(), object{"sub": "stranger"}))}, auth.UnknownPerson},
		"token over the limit": {[]string{"Bearer " + strings.Repeat("a", 9000)}, auth.TooLong},
	} {
		// Not in parallel: every answer is compared with the first.
		log := &journal{}
		settings := config(&clock{}, auth.Issuer{URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(t, es)})
		settings.Log = log.logger()
		g := newGate(t, settings, known)
		w := g.ask(t.Context(), "/graphql", http.Header{"Authorization": c.values})
		if g.calls != 0 {
			t.Errorf("%s: the request went on", name)
		}
		if got := w.Header().Get("WWW-Authenticate"); w.Code != http.StatusUnauthorized || got != `Bearer error="invalid_token"` {
			t.Errorf("%s: %d, WWW-Authenticate: %s", name, w.Code, got)
		}
		if d := decodeDenial(t, w); d.Errors[0].Extensions.Code != domain.Unauthenticated {
			t.Errorf("%s: %s", name, w.Body)
		}
		if !strings.Contains(log.String(), "reason="+string(c.reason)) {
			t.Errorf("%s: the log does not give the reason %s: %s", name, c.reason, log)
		}
		if strings.Contains(log.String(), good) || strings.Contains(log.String(), "stranger") {
			t.Errorf("%s: the log holds the token or its subject: %s", name, log)
		}
		answer := w.Result()
		_ = answer.Body.Close()
		var all strings.Builder
		_ = answer.Header.Write(&all)
		all.WriteString(w.Body.String())
		if first == "" {
			first = all.String()
		}
		if all.String() != first {
			t.Errorf("%s: an answer of its own:\n%s\nwant\n%s", name, &all, first)
		}
	}
}

func TestMiddlewareRefusesTokensInTheAddress(t *testing.T) {
	t.Parallel()
	es := newES256(t, "k")
	good := es.token(t, goodClaims())
	for _, query := range []string{"access_token=" + good, "ACCESS_TOKEN=x", "a=1&token=" + good, "authorization=Bearer+" + good} {
		t.Run(query[:6], func(t *testing.T) {
			t.Parallel()
			g := newGate(t, config(&clock{}, auth.Issuer{
				URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(t, es),
			}), known)
			w := g.ask(t.Context(), "/graphql?"+query, http.Header{})
			d := decodeDenial(t, w)
			if w.Code != http.StatusBadRequest || g.calls != 0 || d.Errors[0].Extensions.Code != domain.BadRequest ||
				d.Errors[0].Extensions.Reason != "TOKEN_IN_URL" {
				t.Errorf("%d %s, %d calls", w.Code, w.Body, g.calls)
			}
			if strings.Contains(w.Body.String(), good) {
				t.Error("the answer repeats the token")
			}
		})
	}
}

func TestMiddlewareIsNeverAnonymousForWantOfAnAnswer(t *testing.T) {
	t.Parallel()
	es := newES256(t, "k")
	down := newKeyServer(t, nil)
	down.fail()
	local := auth.Issuer{URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(t, es)}
	for name, c := range map[string]struct {
		issuer auth.Issuer
		lookup auth.Lookup
		status int
	}{
		"database down": {local, func(context.Context, auth.Identity, time.Time) (*auth.Viewer, error) {
			return nil, errors.New("dial tcp: connection refused")
		}, http.StatusServiceUnavailable},
		"keys unavailable": {down.issuer(auth.ES256), known, http.StatusServiceUnavailable},
		"lookup gives nothing": {local, func(context.Context, auth.Identity, time.Time) (*auth.Viewer, error) {
			return nil, nil //nolint:nilnil // what a careless lookup would do.
		}, http.StatusUnauthorized},
		"lookup gives nobody": {local, func(context.Context, auth.Identity, time.Time) (*auth.Viewer, error) {
			return &auth.Viewer{}, nil
		}, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, config(&clock{}, c.issuer), c.lookup)
			w := g.ask(t.Context(), "/graphql", http.Header{"Authorization": {"Bearer " + es.token(t, goodClaims())}})
			if w.Code != c.status || g.calls != 0 {
				t.Errorf("%d, %d calls, want %d and none", w.Code, g.calls, c.status)
			}
			if strings.Contains(w.Body.String(), "dial") {
				t.Errorf("the answer tells the cause: %s", w.Body)
			}
			if c.status == http.StatusServiceUnavailable &&
				(decodeDenial(t, w).Errors[0].Extensions.Code != domain.Internal || w.Header().Get("Retry-After") == "") {
				t.Errorf("%v %s", w.Header(), w.Body)
			}
		})
	}
}

func TestMiddlewareSetsTheViewer(t *testing.T) {
	t.Parallel()
	es := newES256(t, "k")
	good := es.token(t, goodClaims())
	for name, c := range map[string]struct {
		header http.Header
		want   auth.Viewer
	}{
		"anonymous":       {http.Header{}, auth.Viewer{Language: domain.French}},
		"anonymous, GET":  {http.Header{"Accept-Language": {"en"}}, auth.Viewer{Language: domain.English}},
		"Bearer":          {http.Header{"Authorization": {"Bearer " + good}}, auth.Viewer{PersonID: personID, Language: domain.French}},
		"bearer":          {http.Header{"Authorization": {"bearer " + good}}, auth.Viewer{PersonID: personID, Language: domain.French}},
		"BEARER, spaced":  {http.Header{"Authorization": {"BEARER   " + good}}, auth.Viewer{PersonID: personID, Language: domain.French}},
		"another cookie":  {http.Header{"Cookie": {"access_token=" + good}}, auth.Viewer{Language: domain.French}},
		"speaker of both": {http.Header{"Authorization": {"Bearer " + good}, "Accept-Language": {"en-GB,fr;q=0.5"}}, auth.Viewer{PersonID: personID, Language: domain.English}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGate(t, config(&clock{}, auth.Issuer{
				URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(t, es),
			}), known)
			w := g.ask(t.Context(), "/graphql?query=%7Ba%7D&variables=%7B%22token%22%3A1%7D", c.header)
			if w.Code != http.StatusOK || g.served == nil {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			v := g.served
			if v.PersonID != c.want.PersonID || v.Language != c.want.Language || !v.Now.Equal(serviceNow()) {
				t.Errorf("got %+v, want %+v at %s", v, c.want, serviceNow())
			}
			if !v.Anonymous() && (v.Issuer != issuerURL || v.Subject != subject) {
				t.Errorf("got issuer %q and subject %q", v.Issuer, v.Subject)
			}
		})
	}
}

func TestAsAnonymous(t *testing.T) {
	t.Parallel()
	if v := auth.FromContext(auth.AsAnonymous(t.Context())); v != nil {
		t.Errorf("a viewer out of nothing: %+v", v)
	}
	v := &auth.Viewer{
		PersonID: personID, Issuer: issuerURL, Subject: subject, Now: start, Language: domain.English,
		Assignments: []auth.Assignment{{Role: "STEERING"}},
	}
	got := auth.FromContext(auth.AsAnonymous(auth.NewContext(t.Context(), v)))
	if !got.Anonymous() || got.Issuer != "" || got.Subject != "" || len(got.Assignments) != 0 {
		t.Errorf("rights are left: %+v", got)
	}
	if !got.Now.Equal(start) || got.Language != domain.English {
		t.Errorf("the instant or the language changed: %+v", got)
	}
}

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for wanted, want := range map[string]domain.Language{
		"":                               domain.French,
		"de":                             domain.French,
		"en;q=0":                         domain.French,
		"not a language!":                domain.French,
		"fr-FR,fr;q=0.9,en;q=0.8":        domain.French,
		"*":                              domain.French,
		"en-" + strings.Repeat("a", 999): domain.French,
		"en":                             domain.English,
		"en-GB":                          domain.English,
		"de,en;q=0.5,fr;q=0.4":           domain.English,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", wanted)
		if got := auth.LanguageOf(r); got != want {
			t.Errorf("%q: %s, want %s", wanted, got, want)
		}
	}
}

func TestDenialSpeaksTheCallersLanguage(t *testing.T) {
	t.Parallel()
	g := newGate(t, config(&clock{}), known)
	for lang, says := range map[string]string{"fr": "Reconnectez-vous", "en": "Sign in again"} {
		w := g.ask(t.Context(), "/", http.Header{"Authorization": {"Bearer x"}, "Accept-Language": {lang}})
		if d := decodeDenial(t, w); !strings.Contains(d.Errors[0].Message, says) {
			t.Errorf("%s: %s", lang, d.Errors[0].Message)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control: %s", lang, got)
		}
	}
}

func FuzzAuthorization(f *testing.F) {
	es := newES256(f, "k")
	good := es.token(f, goodClaims())
	f.Add("Bearer "+good, "fr", "")
	f.Add("bearer  "+good, "en;q=0.1", "query=%7Ba%7D")
	f.Add("Basic dXNlcjpwYXNz", "*", "access_token=x")
	f.Add("Bearer "+good+","+good, "x-\xff", "%zz;a=b")
	g := newGate(f, config(&clock{}, auth.Issuer{
		URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(f, es),
	}), known)
	f.Fuzz(func(t *testing.T, authorization, lang, query string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
		r.URL.RawQuery = query
		r.Header = http.Header{"Authorization": {authorization}, "Accept-Language": {lang}}
		w := httptest.NewRecorder()
		g.served = nil
		g.ServeHTTP(w, r)
		switch {
		case w.Code == http.StatusOK && !strings.HasSuffix(strings.TrimRight(authorization, " "), " "+good):
			t.Errorf("%q was let in", authorization)
		case w.Code == http.StatusOK && (g.served == nil || g.served.PersonID != personID):
			t.Errorf("%q became %+v", authorization, g.served)
		case w.Code != http.StatusOK && g.served != nil:
			t.Errorf("%q was denied and served", authorization)
		case w.Code != http.StatusOK && w.Code != http.StatusUnauthorized && w.Code != http.StatusBadRequest:
			t.Errorf("%q: %d", authorization, w.Code)
		}
	})
}
