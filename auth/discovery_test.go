package auth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
)

// The keys are where the issuer's discovery document says. One that speaks for
// another issuer, leads off the safe network or never ends is not believed, and does
// not stop the service; it is asked again later.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	es := newES256(t, "k")
	for name, c := range map[string]struct {
		document func(own string) string
		good     bool
	}{
		"not there":            {func(string) string { return "" }, false},
		"a poem":               {func(string) string { return "roses" }, false},
		"of another issuer":    {func(own string) string { return document("https://evil.example", own+"/keys") }, false},
		"of a slash more":      {func(own string) string { return document(own+"/", own+"/keys") }, false},
		"no keys":              {func(own string) string { return document(own, "") }, false},
		"keys over plain http": {func(own string) string { return document(own, "http://elsewhere.example/keys") }, false},
		"keys in a file":       {func(own string) string { return document(own, "file:///etc/keys") }, false},
		"endless":              {func(own string) string { return document(own, own+"/keys") + strings.Repeat(" ", auth.MaxKeySetBytes) }, false},
		"good":                 {func(own string) string { return document(own, own+"/keys") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s *httptest.Server
			s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch r.URL.Path {
				case "/.well-known/openid-configuration":
					if text := c.document(s.URL); text != "" {
						_, _ = w.Write([]byte(text))
						return
					}
				case "/keys":
					_, _ = w.Write(jwks(t, es))
					return
				}
				http.NotFound(w, r)
			}))
			t.Cleanup(s.Close)
			now := &clock{}
			v := newVerifier(t, config(now, auth.Issuer{URL: s.URL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}}))
			token := es.token(t, with(goodClaims(), object{"iss": s.URL}))
			_, err := v.Verify(t.Context(), token)
			if (err == nil) != c.good {
				t.Errorf("got %v", err)
			}
		})
	}
}

func document(issuer, keys string) string {
	return fmt.Sprintf(`{"issuer":%q,"jwks_uri":%q,"id_token_signing_alg_values_supported":["none"]}`, issuer, keys)
}

// A discovery document that was down comes back: the keys are had after the pause.
func TestDiscoveryComesBack(t *testing.T) {
	t.Parallel()
	es, now := newES256(t, "k"), &clock{}
	down := newKeyServer(t, nil)
	down.fail()
	v := newVerifier(t, config(now, auth.Issuer{URL: down.URL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}}))
	token := es.token(t, with(goodClaims(), object{"iss": down.URL}))
	if _, err := v.Verify(t.Context(), token); err == nil {
		t.Fatal("accepted without keys")
	}
	down.serve(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "openid-configuration") {
			_, _ = w.Write([]byte(document(down.URL, down.URL+"/keys")))
			return
		}
		_, _ = w.Write(jwks(t, es))
	})
	now.advance(auth.LastRetry + time.Second)
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Errorf("it does not come back: %v", err)
	}
}

// Whoever signed in by too little is told what would do (RFC 9470).
func TestMiddlewareAsksForMore(t *testing.T) {
	t.Parallel()
	es := newES256(t, "k")
	g := newGate(t, config(&clock{}, auth.Issuer{
		URL: issuerURL, Audience: audience, ACR: []string{"gold", "platinum"}, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(t, es),
	}), known)
	w := g.ask(t.Context(), "/graphql", http.Header{"Authorization": {"Bearer " + es.token(t, goodClaims())}})
	want := `Bearer error="insufficient_user_authentication", acr_values="gold platinum"`
	if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") != want || g.calls != 0 {
		t.Errorf("%d %s", w.Code, w.Header())
	}
	if d := decodeDenial(t, w); d.Errors[0].Extensions.Reason != "STEP_UP" {
		t.Errorf("%s", w.Body)
	}
	w = g.ask(t.Context(), "/graphql", http.Header{"Authorization": {"Bearer " + es.token(t, with(goodClaims(), object{"acr": "gold"}))}})
	if w.Code != http.StatusOK || g.calls != 1 {
		t.Errorf("strong enough: %d %s", w.Code, w.Body)
	}
}
