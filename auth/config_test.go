package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
)

// weakRSA is a public key of 1024 bits.
var weakRSA = []byte(`{"keys":[{"kty":"RSA","kid":"weak","alg":"RS256","e":"AQAB","n":"` + strings.Repeat("v", 170) + `w"}]}`)

func TestVerifierRefusesSettings(t *testing.T) {
	t.Parallel()
	es, ed := newES256(t, "k"), newEdDSA(t, "k")
	thumbprint, err := auth.Thumbprint(es.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	private := strings.Replace(string(jwks(t, ed)), `"kid"`, `"d":"`+strings.Repeat("A", 43)+`","kid"`, 1)
	good := auth.Issuer{URL: issuerURL, Audience: audience, AMR: []string{"mfa"}, Algorithms: []auth.Algorithm{auth.ES256, auth.EdDSA, auth.RS256}, KeySet: jwks(t, es)}
	issuer := func(change func(*auth.Issuer)) func(*auth.Config) {
		return func(c *auth.Config) { change(&c.Issuers[0]) }
	}
	keys := func(set string) func(*auth.Config) {
		return issuer(func(i *auth.Issuer) { i.KeySet = []byte(set) })
	}
	for name, c := range map[string]struct {
		change func(*auth.Config)
		says   string
	}{
		"no clock":             {func(c *auth.Config) { c.Clock = nil }, "clock"},
		"no log":               {func(c *auth.Config) { c.Log = nil }, "log"},
		"lifetime negative":    {func(c *auth.Config) { c.MaxLifetime = -time.Hour }, "longest life"},
		"lifetime of a month":  {func(c *auth.Config) { c.MaxLifetime = 30 * 24 * time.Hour }, "longest life"},
		"too many issuers":     {func(c *auth.Config) { c.Issuers = make([]auth.Issuer, 51) }, "over 50"},
		"issuer twice":         {func(c *auth.Config) { c.Issuers = append(c.Issuers, c.Issuers[0]) }, "twice"},
		"no URL":               {issuer(func(i *auth.Issuer) { i.URL = "" }), "absolute address"},
		"URL with a user":      {issuer(func(i *auth.Issuer) { i.URL = "https://a:b@c.example" }), "absolute address"},
		"plain http":           {issuer(func(i *auth.Issuer) { i.URL = "http://id.example" }), "must be https"},
		"no audience":          {issuer(func(i *auth.Issuer) { i.Audience = "" }), "no audience"},
		"no algorithm":         {issuer(func(i *auth.Issuer) { i.Algorithms = nil }), "no algorithm"},
		"algorithm none":       {issuer(func(i *auth.Issuer) { i.Algorithms = []auth.Algorithm{"none"} }), `"none"`},
		"algorithm HS256":      {issuer(func(i *auth.Issuer) { i.Algorithms = []auth.Algorithm{"HS256"} }), `"HS256"`},
		"URL with a fragment":  {issuer(func(i *auth.Issuer) { i.URL += "#" }), "absolute address"},
		"yields robots":        {issuer(func(i *auth.Issuer) { i.Yields = "ROBOTS" }), "ROBOTS"},
		"applicants of nobody": {issuer(func(i *auth.Issuer) { i.Yields = auth.Applicants }), "one organisation"},
		"staff of a portal":    {issuer(func(i *auth.Issuer) { i.Organisation = "commune-grenoble" }), "one organisation"},
		"empty acr":            {issuer(func(i *auth.Issuer) { i.ACR = []string{""} }), "empty"},
		"any sign-in in production": {func(c *auth.Config) {
			c.Production, c.Issuers[0].AMR = true, nil
		}, "strong authentication"},
		"two sources of keys":   {issuer(func(i *auth.Issuer) { i.KeysURL = "https://id.example/jwks" }), "at most one"},
		"keys over plain http":  {issuer(func(i *auth.Issuer) { i.KeySet, i.KeysURL = nil, "http://id.example/jwks" }), "must be https"},
		"keys by ftp":           {issuer(func(i *auth.Issuer) { i.KeySet, i.KeysURL = nil, "ftp://127.0.0.1/jwks" }), "must be https"},
		"key file missing":      {issuer(func(i *auth.Issuer) { i.KeySet, i.KeyFile = nil, "/nowhere/keys.pem" }), "open the key file"},
		"key file endless":      {issuer(func(i *auth.Issuer) { i.KeySet, i.KeyFile = nil, "/dev/zero" }), "over 262144 bytes"},
		"keys a poem":           {keys("roses are red"), "neither a JWK Set nor PEM"},
		"PEM, then a poem":      {keys(string(pemOf(t, es)) + "roses are red"), "neither a JWK Set nor PEM"},
		"PEM of a private key":  {keys("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"), "not a PUBLIC KEY"},
		"JWK Set cut":           {keys(`{"keys":[`), "JWK Set"},
		"only shared secrets":   {keys(`{"keys":[{"kty":"oct","kid":"k","k":"AAAA"}]}`), "no usable key"},
		"only encryption keys":  {keys(strings.Replace(string(jwks(t, es)), `"sig"`, `"enc"`, 1)), "no usable key"},
		"101 keys":              {keys(`{"keys":[{}` + strings.Repeat(",{}", 100) + `]}`), "over 100"},
		"private key published": {keys(private), "private key"},
		"RSA of 1024 bits":      {keys(string(weakRSA)), "1024 bits"},
		"another curve":         {keys(`{"keys":[{"kty":"EC","kid":"k","crv":"secp256k1","x":"AA","y":"AA"}]}`), "curve"},
		"point off the curve":   {keys(`{"keys":[{"kty":"EC","kid":"k","crv":"P-256","x":"AQ","y":"AQ"}]}`), "not on the specified curve"},
		"key for another use":   {keys(strings.Replace(string(jwks(t, es)), "ES256", "RS256", 1)), "declared for RS256"},
		"two keys of one name":  {keys(string(jwks(t, es, ed))), "same identifier"},
		"kid endless":           {keys(string(jwks(t, newES256(t, strings.Repeat("k", 201))))), "over 200 bytes"},
		"forbidden key":         {func(c *auth.Config) { c.ForbiddenKeys = []string{thumbprint} }, auth.ErrForbiddenKey.Error()},
		"forbidden key, in PEM": {func(c *auth.Config) {
			c.ForbiddenKeys, c.Issuers[0].KeySet = []string{thumbprint}, pemOf(t, es)
		}, auth.ErrForbiddenKey.Error()},
		"forbidden issuer": {func(c *auth.Config) { c.ForbiddenIssuers = []string{"https://ID.metropole.example./"} }, "refused here"},
		"loopback http in production": {func(c *auth.Config) {
			c.Production, c.Issuers[0].URL = true, "http://127.0.0.1:8080"
		}, "must be https"},
		"loopback keys in production": {func(c *auth.Config) {
			c.Production, c.Issuers[0].KeySet, c.Issuers[0].KeysURL = true, nil, "http://[::1]:8080/jwks"
		}, "must be https"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := config(&clock{}, good)
			c.change(&settings)
			_, err := auth.NewVerifier(t.Context(), settings)
			if !errors.Is(err, auth.ErrConfiguration) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error of the settings that says %q", err, c.says)
			}
		})
	}

	if _, err := auth.NewVerifier(t.Context(), config(&clock{}, good)); err != nil {
		t.Errorf("the good settings: %v", err)
	}
}

// TestThumbprint uses the examples of RFC 7638 §3.1 and RFC 8037 §A.3.
func TestThumbprint(t *testing.T) {
	t.Parallel()
	if _, err := auth.Thumbprint([]byte("a shared secret")); err == nil {
		t.Error("a shared secret has a thumbprint")
	}
	got, err := auth.Thumbprint(rfc7638Key(t))
	if want := "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"; err != nil || got != want {
		t.Errorf("RSA: %s, %v, want %s", got, err, want)
	}
	got, err = auth.Thumbprint(rfc8037Key(t))
	if want := "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"; err != nil || got != want {
		t.Errorf("Ed25519: %s, %v, want %s", got, err, want)
	}
}
