package auth_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// A program configures the identity provider of the Métropole and puts the middleware before its handlers. A caller without a token is served
// as anonymous; a caller with a bad one is not served at all.
func Example() {
	verifier, err := auth.NewVerifier(context.Background(), auth.Config{
		Issuers: []auth.Issuer{{
			URL:        "https://id.metropole.example/realms/agents",
			AMR:        []string{"mfa"},
			Audience:   "guichet",
			Algorithms: []auth.Algorithm{auth.RS256, auth.ES256},
			// Most providers have a KeysURL: jwks_uri in their discovery document. For
			// one that this machine cannot reach there is KeyFile, or its contents:
			KeySet: []byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"2026-a","use":"sig","alg":"ES256",` +
				`"x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}`),
		}},
		Production:  true,
		MaxLifetime: 12 * time.Hour,
		Clock:       time.Now, // the real clock, also in the sandbox.
		Log:         slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	lookup := func(context.Context, auth.Identity, time.Time) (*auth.Viewer, error) {
		return nil, domain.NotFound // a program asks its database here.
	}
	handler := auth.Middleware(verifier, lookup, time.Now, nil)(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = fmt.Fprint(w, "anonymous: ", auth.FromContext(r.Context()).Anonymous())
		}))

	for _, authorization := range []string{"", "Bearer not.a.token"} {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/graphql", nil)
		r.Header.Set("Accept-Language", "en")
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 anonymous: true
	// 401 {"errors":[{"message":"The access token was not accepted. Sign in again, or send no Authorization header to read public data.","extensions":{"code":"UNAUTHENTICATED"}}]}
}
