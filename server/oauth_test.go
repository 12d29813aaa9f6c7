package server_test

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
)

const (
	portal   = "commune-grenoble-portal"
	landlord = "landlord-balcons-de-belledonne-app"
	mapApp   = "metropole-map"
)

// claimsOf reads a token without checking it.
func claimsOf(t *testing.T, token string) jwt.MapClaims {
	t.Helper()
	claims := jwt.MapClaims{}
	if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// What cannot be given a token gets an error of RFC 6749 §5.2, which says what to
// mend and repeats nothing.
func TestTokenEndpointRefuses(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	app, other, noPeople := testapi.App(t, portal), testapi.App(t, landlord), testapi.App(t, mapApp)
	agent := testapi.Token(t, "commune-grenoble-agent")
	with := func(form url.Values, pairs ...string) url.Values {
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return form
	}
	without := func(form url.Values, names ...string) url.Values {
		for _, name := range names {
			form.Del(name)
		}
		return form
	}
	twice := testapi.ByItself(app)
	twice.Add("scope", "STOCK")
	twice.Add("scope", "DIRECTORY")
	staff := func(claims map[string]any) url.Values {
		return testapi.ForPerson(app, testapi.Sign(t, testapi.WeakURL, "x", claims))
	}
	for name, c := range map[string]struct {
		form   url.Values
		header []string
		status int
		code   auth.GrantCode
	}{
		"nothing":                {url.Values{}, nil, 400, auth.InvalidRequest},
		"JSON":                   {testapi.ByItself(app), []string{"Content-Type", "application/json"}, 400, auth.InvalidRequest},
		"no type":                {testapi.ByItself(app), []string{"Content-Type", ""}, 400, auth.InvalidRequest},
		"too large":              {with(testapi.ByItself(app), "x", strings.Repeat("a", 40<<10)), nil, 413, auth.InvalidRequest},
		"parameter twice":        {twice, nil, 400, auth.InvalidRequest},
		"password grant":         {with(testapi.ByItself(app), "grant_type", "password"), nil, 400, auth.UnsupportedGrantType},
		"no client":              {without(testapi.ByItself(app), "client_id"), nil, 401, auth.InvalidClient},
		"no secret":              {without(testapi.ByItself(app), "client_secret"), nil, 401, auth.InvalidClient},
		"empty secret":           {with(testapi.ByItself(app), "client_secret", ""), nil, 401, auth.InvalidClient},
		"wrong secret":           {with(testapi.ByItself(app), "client_secret", "x"), nil, 401, auth.InvalidClient},
		"another app's secret":   {with(testapi.ByItself(app), "client_secret", other.Secret), nil, 401, auth.InvalidClient},
		"unknown client":         {with(testapi.ByItself(app), "client_id", "pap_01AQ3WVJ000000000000000000"), nil, 401, auth.InvalidClient},
		"client of no shape":     {with(testapi.ByItself(app), "client_id", "a\x00b"), nil, 401, auth.InvalidClient},
		"two ways":               {testapi.ByItself(app), []string{"Authorization", "Basic eDp5"}, 401, auth.InvalidClient},
		"bearer instead":         {without(testapi.ByItself(app), "client_secret"), []string{"Authorization", "Bearer " + agent}, 401, auth.InvalidClient},
		"basic without colon":    {without(testapi.ByItself(app), "client_secret"), []string{"Authorization", "Basic eA=="}, 401, auth.InvalidClient},
		"scope of others":        {with(testapi.ByItself(other), "scope", "STATISTICS"), nil, 400, auth.InvalidScope},
		"unknown scope":          {with(testapi.ByItself(app), "scope", "ADMIN"), nil, 400, auth.InvalidScope},
		"another service":        {with(testapi.ByItself(app), "audience", "https://elsewhere.example"), nil, 400, auth.InvalidTarget},
		"another resource":       {with(testapi.ByItself(app), "resource", "https://elsewhere.example"), nil, 400, auth.InvalidTarget},
		"exchange, no token":     {without(testapi.ForPerson(app, ""), "subject_token"), nil, 400, auth.InvalidRequest},
		"exchange, other type":   {with(testapi.ForPerson(app, agent), "subject_token_type", "urn:ietf:params:oauth:token-type:saml2"), nil, 400, auth.InvalidRequest},
		"exchange for a refresh": {with(testapi.ForPerson(app, agent), "requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"), nil, 400, auth.InvalidRequest},
		"exchange with an actor": {with(testapi.ForPerson(app, agent), "actor_token", agent), nil, 400, auth.InvalidRequest},
		"app without the scope":  {testapi.ForPerson(noPeople, testapi.Token(t, "metropole-agent")), nil, 400, auth.UnauthorisedClient},
		"person of another organisation": {
			testapi.ForPerson(app, testapi.Token(t, "landlord-balcons-de-belledonne-stock")), nil, 400, auth.InvalidRequest,
		},
		"assignment ended":   {testapi.ForPerson(app, testapi.Token(t, "former-agent")), nil, 400, auth.InvalidRequest},
		"nobody":             {testapi.ForPerson(app, testapi.Token(t, "stranger")), nil, 400, auth.InvalidRequest},
		"not a token":        {testapi.ForPerson(app, "x.y.z"), nil, 400, auth.InvalidRequest},
		"app's own token":    {testapi.ForPerson(app, api.AppToken(t, portal, "")), nil, 400, auth.InvalidRequest},
		"a chain of two act": {testapi.ForPerson(app, api.AppToken(t, portal, "commune-grenoble-agent")), nil, 400, auth.InvalidRequest},
		"self-asserted act":  {staff(map[string]any{"acr": "gold", "act": map[string]any{"sub": app.ClientID}}), nil, 400, auth.InvalidRequest},
		"weak sign-in":       {staff(nil), nil, 400, auth.InvalidRequest},
		"too old": {staff(map[string]any{
			"acr": "gold", "iat": time.Now().Add(-6 * time.Minute).Unix(), "nbf": time.Now().Add(-6 * time.Minute).Unix(),
		}), nil, 400, auth.InvalidRequest},
		"for another app":                {staff(map[string]any{"acr": "gold", "aud": string(other.ClientID)}), nil, 400, auth.InvalidRequest},
		"applicant of another's portal":  {testapi.ForPerson(other, testapi.Sign(t, testapi.PortalURL, "x", nil)), nil, 400, auth.InvalidRequest},
		"staff by an applicants' portal": {testapi.ForPerson(other, testapi.Sign(t, testapi.PortalURL, "landlord-balcons-de-belledonne-stock", nil)), nil, 400, auth.InvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := api.Grant(t, c.form, c.header...)
			if a.Status != c.status || a.Error != string(c.code) || a.AccessToken != "" || a.ErrorDescription == "" {
				t.Errorf("%d %s, want %d %s", a.Status, a.Body, c.status, c.code)
			}
			if a.Header.Get("Cache-Control") != "no-store" || (a.Status == 401) != (a.Header.Get("WWW-Authenticate") != "") {
				t.Errorf("headers %v", a.Header)
			}
			for _, secret := range []string{app.Secret, other.Secret, agent} {
				if strings.Contains(a.Body, secret) {
					t.Errorf("repeats what was sent: %s", a.Body)
				}
			}
		})
	}
}

func TestTokenEndpointGives(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	app := testapi.App(t, portal)
	byHeader := url.Values{"grant_type": {auth.ClientCredentialsGrant}}
	for name, a := range map[string]testapi.TokenAnswer{
		"client_secret_post": api.Grant(t, testapi.ByItself(app)),
		"client_secret_basic": api.Grant(t, byHeader, "Authorization", "Basic "+basic(
			url.QueryEscape(string(app.ClientID)), url.QueryEscape(app.Secret))),
	} {
		claims := claimsOf(t, a.AccessToken)
		if a.Status != 200 || a.TokenType != "Bearer" || a.ExpiresIn != 900 || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
		if claims["iss"] != api.URL || claims["aud"] != api.URL+"/graphql" || claims["sub"] != string(app.ClientID) || claims["act"] != nil || len(claims) != 6 {
			t.Errorf("%s: %v", name, claims)
		}
	}
	// Exchanged: the person is the subject, the app the actor.
	a := api.Grant(t, testapi.ForPerson(app, testapi.Token(t, "commune-grenoble-agent")))
	claims := claimsOf(t, a.AccessToken)
	act, _ := claims["act"].(map[string]any)
	if a.Status != 200 || a.IssuedTokenType != auth.AccessTokenType || act["sub"] != string(app.ClientID) ||
		claims["sub"] != "https://sandbox.guichet.invalid#commune-grenoble-agent" {
		t.Errorf("%d %s %v", a.Status, a.Body, claims)
	}
	// Never longer than the person's own.
	short, err := sandboxToken(time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if a := api.Grant(t, testapi.ForPerson(app, short)); a.Status != 200 || a.ExpiresIn > 60 {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	// A token of the portal's own audience, and an applicant behind the portal.
	viewer := api.QueryWith(t, api.Grant(t, testapi.ForPerson(app, testapi.Sign(t, testapi.PortalURL, "x", map[string]any{"aud": "portail-grenoble"}))).AccessToken,
		`{ viewer { anonymous applicant app { name actsForPerson } } }`)
	if viewer.Body != `{"data":{"viewer":{"anonymous":false,"applicant":true,"app":{"name":"Portail de Grenoble","actsForPerson":true}}}}` {
		t.Errorf("%d %s", viewer.Status, viewer.Body)
	}
}

// What is published is enough for others to recognise our tokens.
func TestAuthorisationServerIsDescribed(t *testing.T) {
	t.Parallel()
	api := testapi.New(t)
	var metadata struct {
		Issuer        string
		TokenEndpoint string   `json:"token_endpoint"`
		KeysURL       string   `json:"jwks_uri"`
		Grants        []string `json:"grant_types_supported"`
	}
	read(t, api.URL+"/.well-known/oauth-authorization-server", &metadata)
	if metadata.Issuer != api.URL || metadata.TokenEndpoint != api.URL+"/oauth/token" || !slices.Contains(metadata.Grants, auth.TokenExchangeGrant) {
		t.Errorf("%+v", metadata)
	}
	var keys struct{ Keys []map[string]any }
	read(t, metadata.KeysURL, &keys)
	if len(keys.Keys) != 1 || keys.Keys[0]["d"] != nil || keys.Keys[0]["use"] != "sig" {
		t.Errorf("%v", keys)
	}
	verifier, err := auth.NewVerifier(t.Context(), auth.Config{
		Issuers: []auth.Issuer{{URL: metadata.Issuer, Audience: api.URL + "/graphql", Algorithms: []auth.Algorithm{auth.EdDSA}, KeysURL: metadata.KeysURL}},
		Clock:   time.Now, Log: discard,
	})
	if err != nil {
		t.Fatal(err)
	}
	if id, err := verifier.Verify(t.Context(), api.AppToken(t, portal, "")); err != nil || id.Subject != string(testapi.App(t, portal).ClientID) {
		t.Errorf("%+v %v", id, err)
	}
}

func read(t *testing.T, address string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", address, response.StatusCode, err)
	}
}

var discard = slog.New(slog.DiscardHandler)

func basic(id, secret string) string {
	return base64.StdEncoding.EncodeToString([]byte(id + ":" + secret))
}

func sandboxToken(lifetime time.Duration) (string, error) {
	return sandbox.Token("commune-grenoble-agent", time.Now(), lifetime)
}
