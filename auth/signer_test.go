package auth_test

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/auth"
)

const (
	ownURL = "https://guichet.example"
	appID  = "pap_01AQ3WVJ000000000000000000"
)

// privatePEM is the block of a signing key.
func privatePEM(tb testing.TB, s signer) []byte {
	tb.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		tb.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func signerConfig(c *clock, keys ...[]byte) auth.SignerConfig {
	return auth.SignerConfig{Issuer: ownURL, Keys: join(keys), Clock: c.now, Log: slog.New(slog.DiscardHandler)}
}

func join(blocks [][]byte) []byte {
	var all []byte
	for _, b := range blocks {
		all = append(all, b...)
	}
	return all
}

func newSigner(tb testing.TB, c auth.SignerConfig) *auth.Signer {
	tb.Helper()
	s, err := auth.NewSigner(c)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestSignerRefusesSettings(t *testing.T) {
	t.Parallel()
	es := newES256(t, "")
	good := privatePEM(t, es)
	thumbprint, err := auth.Thumbprint(es.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*auth.SignerConfig)
		says   string
	}{
		"no address":        {func(c *auth.SignerConfig) { c.Issuer = "" }, "absolute address"},
		"slash at the end":  {func(c *auth.SignerConfig) { c.Issuer += "/" }, "slash"},
		"plain http":        {func(c *auth.SignerConfig) { c.Issuer, c.Production = "http://127.0.0.1:8080", true }, "https"},
		"no keys":           {func(c *auth.SignerConfig) { c.Keys = nil }, "no key to sign with"},
		"a poem":            {func(c *auth.SignerConfig) { c.Keys = []byte("roses are red") }, "PEM blocks"},
		"public keys alone": {func(c *auth.SignerConfig) { c.Keys = pemOf(t, es) }, "no key to sign with"},
		"RSA":               {func(c *auth.SignerConfig) { c.Keys = privatePEM(t, newRS256(t, "")) }, "neither an Ed25519 nor a P-256 key"},
		"one key twice":     {func(c *auth.SignerConfig) { c.Keys = join([][]byte{good, good}) }, "twice"},
		"a certificate": {func(c *auth.SignerConfig) {
			c.Keys = []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
		}, "neither a PRIVATE KEY"},
		"cut": {func(c *auth.SignerConfig) {
			c.Keys = []byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
		}, "PKCS#8"},
		"key known to all":       {func(c *auth.SignerConfig) { c.ForbiddenKeys = []string{thumbprint} }, auth.ErrForbiddenKey.Error()},
		"file that is not there": {func(c *auth.SignerConfig) { c.KeyFile = "/nowhere/keys.pem" }, "open the key file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := signerConfig(&clock{}, good)
			c.change(&settings)
			_, err := auth.NewSigner(settings)
			if !errors.Is(err, auth.ErrConfiguration) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want an error of the settings that says %q", err, c.says)
			}
		})
	}
}

// published are the names of the keys in the published set.
func published(t *testing.T, s *auth.Signer) []string {
	t.Helper()
	var set struct{ Keys []struct{ Kid, D string } }
	if err := json.Unmarshal(s.Published(), &set); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, k := range set.Keys {
		if k.D != "" {
			t.Error("a private key is published")
		}
		names = append(names, k.Kid)
	}
	return names
}

// Keys rotate in three steps, while the service runs: at each of them every token
// that lives is accepted. A file that breaks leaves the keys at hand.
func TestSigningKeysRotateWithoutAGap(t *testing.T) {
	t.Parallel()
	now := &clock{}
	before, after := newES256(t, ""), newEdDSA(t, "")
	file := filepath.Join(t.TempDir(), "keys.pem")
	write := func(blocks ...[]byte) {
		if err := os.WriteFile(file, join(blocks), 0o600); err != nil {
			t.Fatal(err)
		}
		now.advance(time.Minute) // the file is read again
	}
	write(privatePEM(t, before))
	config := signerConfig(now)
	config.KeyFile = file
	s := newSigner(t, config)
	v := newVerifier(t, auth.Config{Own: s, Clock: now.now, Log: config.Log})
	issue := func() string {
		token, lifetime, err := s.Sign(auth.Grant{ClientID: appID})
		if err != nil || lifetime != auth.TokenLifetime {
			t.Fatal(lifetime, err)
		}
		return token
	}
	algorithm := func(token string) any {
		parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
		if err != nil {
			t.Fatal(err)
		}
		return parsed.Header["alg"]
	}
	accepted := func(token string) bool {
		id, err := v.Verify(t.Context(), token)
		return err == nil && id.ClientID == appID && id.Issuer == ""
	}
	first := issue()
	write(privatePEM(t, before), privatePEM(t, after))
	if names := published(t, s); len(names) != 2 {
		t.Errorf("published %v", names)
	}
	second := issue()
	if algorithm(second) != "ES256" || !accepted(first) || !accepted(second) {
		t.Error("a key that is only announced is used, or a token was lost")
	}
	write(privatePEM(t, after), pemOf(t, before))
	third := issue()
	if algorithm(third) != "EdDSA" || !accepted(first) || !accepted(second) || !accepted(third) {
		t.Error("a token was lost when the keys changed places")
	}
	write([]byte("broken"))
	if !accepted(second) || !accepted(issue()) {
		t.Error("a broken file took the keys away")
	}
	write(privatePEM(t, after))
	if accepted(second) || !accepted(third) {
		t.Error("the old key is still accepted, or the new one is not")
	}
}

// Whoever forges, bends or borrows a token of ours gets nowhere. The attacks sign by
// our very key: only what the token says is wrong.
func TestOwnTokenAttacks(t *testing.T) {
	t.Parallel()
	now := &clock{}
	es, idp := newES256(t, ""), newES256(t, "idp")
	kid, err := auth.Thumbprint(es.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	es.kid = kid
	own := newSigner(t, signerConfig(now, privatePEM(t, es)))
	settings := config(now, auth.Issuer{
		URL: issuerURL, Audience: audience, AMR: []string{"mfa"}, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(t, idp),
	})
	settings.Own = own
	v := newVerifier(t, settings)
	at := func(d time.Duration) int64 { return start.Add(d).Unix() }
	alone := object{
		"iss": ownURL, "aud": ownURL + "/graphql", "sub": appID, "iat": at(0), "nbf": at(0), "exp": at(auth.TokenLifetime),
	}
	exchanged := with(alone, object{"sub": issuerURL + "#" + subject, "act": object{"sub": appID}, "amr": []string{"mfa"}})
	header := text(t, es.header())
	good := strings.Split(es.sign(t, header, text(t, alone)), ".")
	swapped := strings.Split(es.sign(t, header, text(t, exchanged)), ".")
	for name, c := range map[string]struct {
		token  string
		reason auth.Reason
	}{
		"none":                  {es.sign(t, `{"alg":"none","kid":"`+kid+`"}`, text(t, alone)), auth.WrongAlgorithm},
		"shared secret":         {es.sign(t, `{"alg":"HS256","kid":"`+kid+`"}`, text(t, alone)), auth.WrongAlgorithm},
		"EdDSA by an EC key":    {es.sign(t, `{"alg":"EdDSA","kid":"`+kid+`"}`, text(t, alone)), auth.WrongAlgorithm},
		"kid of a path":         {es.sign(t, `{"alg":"ES256","kid":"../../dev/null"}`, text(t, alone)), auth.UnknownKey},
		"kid of the issuer":     {idp.sign(t, text(t, idp.header()), text(t, alone)), auth.UnknownKey},
		"jku":                   {es.sign(t, text(t, with(es.header(), object{"jku": "https://evil.example"})), text(t, alone)), auth.ForbiddenHeader},
		"jwk":                   {es.sign(t, text(t, with(es.header(), object{"jwk": object{}})), text(t, alone)), auth.ForbiddenHeader},
		"tampered":              {good[0] + "." + swapped[1] + "." + good[2], auth.BadSignature},
		"unsigned":              {good[0] + "." + good[1] + ".", auth.BadSignature},
		"signed by another":     {signer{kid, idp.method, idp.key}.sign(t, header, text(t, alone)), auth.BadSignature},
		"expired":               {es.sign(t, header, text(t, with(alone, object{"iat": at(-time.Hour), "nbf": at(-time.Hour), "exp": at(-46 * time.Minute)}))), auth.Expired},
		"from the future":       {es.sign(t, header, text(t, with(alone, object{"iat": at(time.Minute), "nbf": at(time.Minute)}))), auth.NotYetValid},
		"lives an hour":         {es.sign(t, header, text(t, with(alone, object{"exp": at(time.Hour)}))), auth.LivesTooLong},
		"another audience":      {es.sign(t, header, text(t, with(alone, object{"aud": audience}))), auth.WrongAudience},
		"another issuer":        {es.sign(t, header, text(t, with(alone, object{"iss": "https://evil.example"}))), auth.UnknownIssuer},
		"chain of two act":      {es.sign(t, header, text(t, with(exchanged, object{"act": object{"sub": appID, "act": object{"sub": "b"}}}))), auth.Delegated},
		"act of another issuer": {es.sign(t, header, text(t, with(exchanged, object{"act": object{"sub": appID, "iss": "x"}}))), auth.Delegated},
		"act a text":            {es.sign(t, header, text(t, with(exchanged, object{"act": appID}))), auth.Delegated},
		"act of nobody":         {es.sign(t, header, text(t, with(exchanged, object{"act": object{"sub": ""}}))), auth.Delegated},
		"act null":              {es.sign(t, header, strings.Replace(text(t, alone), `{`, `{"act":null,`, 1)), auth.Delegated},
		"person of nowhere":     {es.sign(t, header, text(t, with(exchanged, object{"sub": subject}))), auth.UnknownIssuer},
		"person of a stranger":  {es.sign(t, header, text(t, with(exchanged, object{"sub": "https://evil.example#x"}))), auth.UnknownIssuer},
		"person without name":   {es.sign(t, header, text(t, with(exchanged, object{"sub": issuerURL + "#"}))), auth.UnknownIssuer},
		"person signed in weak": {es.sign(t, header, text(t, with(exchanged, object{"amr": nil}))), auth.NotStrong},
		"issuer's token, act":   {idp.token(t, with(goodClaims(), object{"amr": []string{"mfa"}, "act": object{"sub": appID}})), auth.Delegated},
		"too long a subject":    {es.sign(t, header, text(t, with(alone, object{"sub": strings.Repeat("a", 601)}))), auth.BadClaim},
		"oversized":             {es.sign(t, header, text(t, with(alone, object{"x": strings.Repeat("a", auth.MaxTokenBytes)}))), auth.TooLong},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := v.Verify(t.Context(), c.token)
			if got := reasonOf(err); got != string(c.reason) || id != (auth.Identity{}) {
				t.Errorf("refused for %s, want %s", got, c.reason)
			}
			// What is no good token is no good subject of an exchange either.
			if _, err := v.VerifySubject(t.Context(), c.token, nil); err == nil {
				t.Error("it can be exchanged")
			}
		})
	}
	// No other claim has any effect.
	more := object{"roles": []string{"ORG_ADMIN"}, "scope": "ADMIN", "client_id": "other", "may_act": object{"sub": "x"}, "org": "metropole"}
	if id, err := v.Verify(t.Context(), es.sign(t, header, text(t, with(alone, more)))); err != nil || id.ClientID != appID || id.Issuer != "" {
		t.Errorf("alone: %+v, %v", id, err)
	}
	id, err := v.Verify(t.Context(), es.sign(t, header, text(t, with(exchanged, more))))
	if err != nil || id.ClientID != appID || id.Issuer != issuerURL || id.Subject != subject {
		t.Errorf("for a person: %+v, %v", id, err)
	}
	if _, err := v.VerifySubject(t.Context(), es.sign(t, header, text(t, exchanged)), []string{ownURL + "/graphql"}); reasonOf(err) != string(auth.NoSubject) {
		t.Errorf("our own token is a person's: %v", err)
	}
}

// A person's token is exchanged while it is fresh, strong and meant for us or the app.
func TestVerifySubject(t *testing.T) {
	t.Parallel()
	now := &clock{}
	es := newES256(t, "k")
	v := newVerifier(t, config(now, auth.Issuer{
		URL: issuerURL, Audience: audience, ACR: []string{"gold"}, AMR: []string{"mfa", "hwk"}, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(t, es),
	}))
	ago := func(d time.Duration) object {
		return object{"iat": start.Add(-d).Unix(), "nbf": start.Add(-d).Unix(), "acr": "gold"}
	}
	for name, c := range map[string]struct {
		claims object
		reason auth.Reason
	}{
		"weak":                {object{}, auth.NotStrong},
		"another acr":         {object{"acr": "silver"}, auth.NotStrong},
		"acr a list":          {object{"acr": []string{"gold"}}, auth.NotStrong},
		"amr a text":          {object{"amr": "mfa"}, auth.NotStrong},
		"amr of many":         {object{"amr": append(make([]string, 20), "mfa")}, auth.NotStrong},
		"amr in capitals":     {object{"amr": []string{"MFA"}}, auth.NotStrong},
		"for another app":     {object{"acr": "gold", "aud": "other-app"}, auth.WrongAudience},
		"older than 5 min":    {ago(5*time.Minute + time.Second), auth.TooOld},
		"over, in the leeway": {with(ago(time.Minute), object{"exp": start.Unix()}), auth.Expired},
		"by acr":              {object{"acr": "gold"}, ""},
		"by amr":              {object{"amr": []string{"pwd", "hwk"}}, ""},
		"for the app":         {object{"acr": "gold", "aud": []string{"portal", "x"}}, ""},
		"of 5 min":            {ago(5 * time.Minute), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := v.VerifySubject(t.Context(), es.token(t, with(goodClaims(), c.claims)), []string{"portal"})
			switch {
			case c.reason != "" && reasonOf(err) != string(c.reason):
				t.Errorf("refused for %v, want %s", err, c.reason)
			case c.reason == "" && (err != nil || s.Subject != subject || s.Issuer != issuerURL):
				t.Errorf("%+v, %v", s, err)
			}
		})
	}
}
