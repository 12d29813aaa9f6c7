package testapi

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/sandbox"
)

// The portals of the test: one belongs to an organisation of the sandbox.
const (
	PortalURL = "https://portal.grenoble.example"
	// WeakURL is an issuer of staff whose people are asked for a second factor.
	WeakURL = "https://staff.example"
)

// PortalKey signs the tokens of both.
func PortalKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte("the portals' key in the tests..."))
}

// Portals are issuers beside the sandbox's own.
func Portals() []auth.Issuer {
	x := base64.RawURLEncoding.EncodeToString(PortalKey().Public().(ed25519.PublicKey))
	set := fmt.Appendf(nil, `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":%q}]}`, x)
	return []auth.Issuer{
		{URL: PortalURL, Yields: auth.Applicants, Organisation: "commune-grenoble", Audience: "guichet", Algorithms: []auth.Algorithm{auth.EdDSA}, KeySet: set},
		{URL: WeakURL, Audience: "guichet", ACR: []string{"gold"}, AMR: []string{"hwk"}, Algorithms: []auth.Algorithm{auth.EdDSA}, KeySet: set},
	}
}

// Sign makes a token of one of the portals; claims replace the usual ones.
func Sign(t testing.TB, issuer, subject string, claims map[string]any) string {
	t.Helper()
	now := time.Now()
	all := jwt.MapClaims{
		"iss": issuer, "sub": subject, "aud": "guichet",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	maps.Copy(all, claims)
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, all)
	token.Header["kid"] = "k"
	signed, err := token.SignedString(PortalKey())
	check(t, err)
	return signed
}

// App is an app of the sandbox by its key.
func App(t testing.TB, key string) sandbox.PartnerApp {
	t.Helper()
	for _, a := range sandbox.PartnerApps() {
		if a.Key == key {
			return a
		}
	}
	t.Fatalf("no app %s", key)
	return sandbox.PartnerApp{}
}

// TokenAnswer is an answer of the token endpoint.
type TokenAnswer struct {
	Status           int
	Header           http.Header
	Body             string
	AccessToken      string `json:"access_token"`
	IssuedTokenType  string `json:"issued_token_type"`
	TokenType        string `json:"token_type"`
	ExpiresIn        int    `json:"expires_in"`
	Scope            string `json:"scope"`
	Error            string `json:"error"`
	ErrorDescription string `json:"error_description"`
}

// Grant sends a form to the token endpoint.
func (a *API) Grant(t testing.TB, form url.Values, header ...string) TokenAnswer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.URL+"/oauth/token", strings.NewReader(form.Encode()))
	check(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	check(t, err)
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	check(t, err)
	answer := TokenAnswer{Status: response.StatusCode, Header: response.Header, Body: string(body)}
	if err := json.Unmarshal(body, &answer); err != nil {
		t.Fatalf("the answer is no JSON: %v\n%s", err, body)
	}
	return answer
}

// ByItself is the request of an app for a token of its own.
func ByItself(app sandbox.PartnerApp) url.Values {
	return url.Values{
		"grant_type": {auth.ClientCredentialsGrant}, "client_id": {string(app.ClientID)}, "client_secret": {app.Secret},
	}
}

// ForPerson is the request of an app to act for the person of a token.
func ForPerson(app sandbox.PartnerApp, token string) url.Values {
	form := ByItself(app)
	form.Set("grant_type", auth.TokenExchangeGrant)
	form.Set("subject_token", token)
	form.Set("subject_token_type", auth.AccessTokenType)
	return form
}

// AppToken is a token of that app, for the persona when one is named.
func (a *API) AppToken(t testing.TB, key, persona string) string {
	t.Helper()
	app := App(t, key)
	form := ByItself(app)
	if persona != "" {
		form = ForPerson(app, Token(t, persona))
	}
	answer := a.Grant(t, form)
	if answer.Status != http.StatusOK {
		t.Fatalf("%s for %q: %d %s", key, persona, answer.Status, answer.Body)
	}
	return answer.AccessToken
}
