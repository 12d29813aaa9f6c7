package auth_test

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/auth"
)

func TestVerifierRefusesTokens(t *testing.T) {
	t.Parallel()
	es, rs := newES256(t, "es-1"), newRS256(t, "rs-1")
	stranger := newES256(t, "es-1")
	v := newVerifier(t, config(&clock{},
		auth.Issuer{URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256, auth.EdDSA}, KeySet: jwks(t, es)},
		auth.Issuer{URL: rsaURL, Audience: audience, Algorithms: []auth.Algorithm{auth.RS256}, KeySet: pemOf(t, rs)},
	))

	header, claims := text(t, es.header()), text(t, goodClaims())
	good := es.sign(t, header, claims)
	parts := strings.Split(good, ".")
	b64 := base64.RawURLEncoding.EncodeToString
	hmac := func(secret []byte) string {
		signed := b64([]byte(`{"alg":"HS256","kid":"es-1"}`)) + "." + parts[1]
		sig, err := jwt.SigningMethodHS256.Sign(signed, secret)
		if err != nil {
			t.Fatal(err)
		}
		return signed + "." + b64(sig)
	}
	withHeader := func(changes object) string { return es.sign(t, text(t, with(es.header(), changes)), claims) }
	withClaims := func(changes object) string { return es.sign(t, header, text(t, with(goodClaims(), changes))) }
	at := func(d time.Duration) int64 { return start.Add(d).Unix() }

	for name, c := range map[string]struct {
		token  string
		reason auth.Reason
	}{
		"empty":                    {"", auth.Malformed},
		"one part":                 {"abc", auth.Malformed},
		"two parts":                {parts[0] + "." + parts[1], auth.Malformed},
		"four parts":               {good + "." + parts[2], auth.Malformed},
		"five parts, encrypted":    {"a.b.c.d.e", auth.Malformed},
		"too long":                 {withClaims(object{"x": strings.Repeat("x", auth.MaxTokenBytes)}), auth.TooLong},
		"line end inside":          {parts[0] + "\n." + parts[1] + "." + parts[2], auth.Malformed},
		"padded":                   {parts[0] + "=." + parts[1] + "." + parts[2], auth.Malformed},
		"loose last bits":          {good[:len(good)-1] + nextLetter(good[len(good)-1]), auth.Malformed},
		"header is a list":         {es.sign(t, `["ES256"]`, claims), auth.Malformed},
		"header is null":           {es.sign(t, `null`, claims), auth.Malformed},
		"claims are null":          {es.sign(t, header, `null`), auth.Malformed},
		"claims are cut":           {es.sign(t, header, claims[:len(claims)-1]), auth.Malformed},
		"trailing data":            {es.sign(t, header, claims+`{}`), auth.Malformed},
		"claims not UTF-8":         {es.sign(t, header, strings.Replace(claims, subject, "a\xff", 1)), auth.Malformed},
		"claim stands twice":       {es.sign(t, header, `{"sub":"other",`+claims[1:]), auth.Malformed},
		"claim twice, escaped":     {es.sign(t, header, `{"su\u0062":"other",`+claims[1:]), auth.Malformed},
		"header member twice":      {es.sign(t, `{"alg":"none",`+header[1:], claims), auth.Malformed},
		"alg none":                 {b64([]byte(`{"alg":"none","kid":"es-1"}`)) + "." + parts[1] + ".", auth.WrongAlgorithm},
		"alg none, signature kept": {b64([]byte(`{"alg":"none","kid":"es-1"}`)) + "." + parts[1] + "." + parts[2], auth.WrongAlgorithm},
		"alg None":                 {withHeader(object{"alg": "None"}), auth.WrongAlgorithm},
		"alg missing":              {withHeader(object{"alg": nil}), auth.WrongAlgorithm},
		"alg a number":             {withHeader(object{"alg": 256}), auth.WrongAlgorithm},
		"HS256 with the key file":  {hmac(pemOf(t, es)), auth.WrongAlgorithm},
		"HS256 with the key set":   {hmac(jwks(t, es)), auth.WrongAlgorithm},
		"algorithm of another key": {withHeader(object{"alg": "EdDSA"}), auth.WrongAlgorithm},
		"ES256 at an RSA issuer":   {es.token(t, with(goodClaims(), object{"iss": rsaURL})), auth.WrongAlgorithm},
		"RS256 at an ES issuer":    {rs.token(t, goodClaims()), auth.WrongAlgorithm},
		"RSA key's kid, ES issuer": {withHeader(object{"kid": "rs-1"}), auth.UnknownKey},
		"kid missing":              {withHeader(object{"kid": nil}), auth.UnknownKey},
		"kid empty":                {withHeader(object{"kid": ""}), auth.UnknownKey},
		"kid unknown":              {withHeader(object{"kid": "es-2"}), auth.UnknownKey},
		"kid a path":               {withHeader(object{"kid": "../../dev/null"}), auth.UnknownKey},
		"kid SQL":                  {withHeader(object{"kid": "x' UNION SELECT 'key"}), auth.UnknownKey},
		"kid endless":              {withHeader(object{"kid": strings.Repeat("k", 201)}), auth.UnknownKey},
		"kid a list":               {withHeader(object{"kid": []string{"es-1"}}), auth.UnknownKey},
		"jku":                      {withHeader(object{"jku": "https://evil.example/jwks.json"}), auth.ForbiddenHeader},
		"jwk":                      {withHeader(object{"jwk": object{"kty": "EC"}}), auth.ForbiddenHeader},
		"x5u":                      {withHeader(object{"x5u": "https://evil.example/chain.pem"}), auth.ForbiddenHeader},
		"x5c":                      {withHeader(object{"x5c": []string{"MIIB"}}), auth.ForbiddenHeader},
		"crit":                     {withHeader(object{"crit": []string{"exp"}}), auth.ForbiddenHeader},
		"crit empty":               {withHeader(object{"crit": []string{}}), auth.ForbiddenHeader},
		"unencoded payload":        {withHeader(object{"b64": false}), auth.ForbiddenHeader},
		"logout token":             {withHeader(object{"typ": "logout+jwt"}), auth.ForbiddenHeader},
		"signed by another":        {stranger.sign(t, header, claims), auth.BadSignature},
		"signature empty":          {parts[0] + "." + parts[1] + ".", auth.BadSignature},
		"signature in ASN.1":       {parts[0] + "." + parts[1] + "." + b64(asn1Signature(t, es, parts[0]+"."+parts[1])), auth.BadSignature},
		"signature of zeros":       {parts[0] + "." + parts[1] + "." + b64(make([]byte, 64)), auth.BadSignature},
		"subject tampered":         {parts[0] + "." + b64([]byte(strings.Replace(claims, subject, "other", 1))) + "." + parts[2], auth.BadSignature},
		"header tampered":          {b64([]byte(text(t, with(es.header(), object{"x": 1})))) + "." + parts[1] + "." + parts[2], auth.BadSignature},
		"issuer unknown":           {withClaims(object{"iss": "https://evil.example"}), auth.UnknownIssuer},
		"issuer with a slash":      {withClaims(object{"iss": issuerURL + "/"}), auth.UnknownIssuer},
		"issuer in capitals":       {withClaims(object{"iss": strings.ToUpper(issuerURL)}), auth.UnknownIssuer},
		"issuer a list":            {withClaims(object{"iss": []string{issuerURL}}), auth.BadClaim},
		"audience of another":      {withClaims(object{"aud": "guichet-admin"}), auth.WrongAudience},
		"audiences of others":      {withClaims(object{"aud": []string{"account", "Guichet"}}), auth.WrongAudience},
		"audience empty":           {withClaims(object{"aud": ""}), auth.MissingClaim},
		"audiences empty":          {withClaims(object{"aud": []string{}}), auth.MissingClaim},
		"audience a number":        {withClaims(object{"aud": 7}), auth.MissingClaim},
		"audiences with a number":  {withClaims(object{"aud": []any{audience, 7}}), auth.BadClaim},
		"without iss":              {withClaims(object{"iss": nil}), auth.MissingClaim},
		"without aud":              {withClaims(object{"aud": nil}), auth.MissingClaim},
		"without exp":              {withClaims(object{"exp": nil}), auth.MissingClaim},
		"without nbf":              {withClaims(object{"nbf": nil}), auth.MissingClaim},
		"without iat":              {withClaims(object{"iat": nil}), auth.MissingClaim},
		"without sub":              {withClaims(object{"sub": nil}), auth.MissingClaim},
		"SUB instead of sub":       {withClaims(object{"sub": nil, "SUB": subject}), auth.MissingClaim},
		"sub null":                 {es.sign(t, header, strings.Replace(claims, `"`+subject+`"`, "null", 1)), auth.MissingClaim},
		"sub empty":                {withClaims(object{"sub": ""}), auth.BadClaim},
		"sub a number":             {withClaims(object{"sub": 42}), auth.BadClaim},
		"sub too long":             {withClaims(object{"sub": strings.Repeat("é", auth.MaxSubjectLength+1)}), auth.BadClaim},
		"sub with a NUL":           {withClaims(object{"sub": "a\x00b"}), auth.BadClaim},
		"sub with half a pair":     {es.sign(t, header, strings.Replace(claims, subject, `a\ud800`, 1)), auth.BadClaim},
		"expired":                  {withClaims(object{"iat": at(-2 * time.Hour), "nbf": at(-2 * time.Hour), "exp": at(-31 * time.Second)}), auth.Expired},
		"expired to the second":    {withClaims(object{"exp": at(-30 * time.Second)}), auth.Expired},
		"exp a text":               {withClaims(object{"exp": "2027-01-01"}), auth.BadClaim},
		"exp zero":                 {withClaims(object{"exp": 0}), auth.BadClaim},
		"exp out of all time":      {withClaims(object{"exp": 1e300}), auth.BadClaim},
		"nbf in the future":        {withClaims(object{"nbf": at(31 * time.Second)}), auth.NotYetValid},
		"iat in the future":        {withClaims(object{"iat": at(31 * time.Second)}), auth.NotYetValid},
		"lives over a day":         {withClaims(object{"exp": at(24*time.Hour + time.Second)}), auth.LivesTooLong},
		"acted for by another":     {withClaims(object{"act": object{"sub": "app"}}), auth.Delegated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := v.Verify(t.Context(), c.token)
			if got := reasonOf(err); got != string(c.reason) {
				t.Errorf("refused for %s, want %s", got, c.reason)
			}
			if id != (auth.Identity{}) {
				t.Errorf("a refused token yields %v", id)
			}
		})
	}
}

// nextLetter changes only the low bits of the last letter, which carry no data
// in a signature of 64 bytes.
func nextLetter(b byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, b)|1])
}

func asn1Signature(t *testing.T, s signer, signed string) []byte {
	t.Helper()
	key, ok := s.key.(*ecdsa.PrivateKey)
	if !ok {
		t.Fatal("not an ECDSA key")
	}
	sum := sha256.Sum256([]byte(signed))
	sig, err := ecdsa.SignASN1(nil, key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func TestVerifierAcceptsTokens(t *testing.T) {
	t.Parallel()
	es, ed, rs := newES256(t, "es-1"), newEdDSA(t, "ed-1"), newRS256(t, "")
	thumbprint, err := auth.Thumbprint(rs.key.Public())
	if err != nil {
		t.Fatal(err)
	}
	rs.kid = thumbprint // a PEM block without a name goes by its thumbprint.
	unnamed := rs
	unnamed.kid = ""
	v := newVerifier(t, config(&clock{},
		auth.Issuer{URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256, auth.EdDSA}, KeySet: jwks(t, es, ed)},
		auth.Issuer{URL: rsaURL, Audience: audience, Algorithms: []auth.Algorithm{auth.RS256}, KeySet: pemOf(t, unnamed)},
	))
	rsaClaims := with(goodClaims(), object{"iss": rsaURL})
	at := func(d time.Duration) int64 { return start.Add(d).Unix() }
	for name, token := range map[string]string{
		"ES256":             es.token(t, goodClaims()),
		"EdDSA":             ed.token(t, goodClaims()),
		"RS256":             rs.token(t, rsaClaims),
		"among audiences":   es.token(t, with(goodClaims(), object{"aud": []string{"account", audience}})),
		"claims we ignore":  es.token(t, with(goodClaims(), object{"roles": []string{"admin"}, "ISS": "https://evil.example"})),
		"access token type": es.sign(t, text(t, with(es.header(), object{"typ": "application/at+jwt", "x5t": "abc"})), text(t, goodClaims())),
		"without a type":    es.sign(t, text(t, with(es.header(), object{"typ": nil})), text(t, goodClaims())),
		"late, in leeway":   es.token(t, with(goodClaims(), object{"iat": at(-time.Hour), "exp": at(-29 * time.Second)})),
		"early, in leeway":  es.token(t, with(goodClaims(), object{"iat": at(29 * time.Second), "nbf": at(29 * time.Second)})),
		"lives a day":       es.token(t, with(goodClaims(), object{"exp": at(24 * time.Hour)})),
		"longest subject":   es.token(t, with(goodClaims(), object{"sub": strings.Repeat("é", auth.MaxSubjectLength)})),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id, err := v.Verify(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			wantIssuer := issuerURL
			if name == "RS256" {
				wantIssuer = rsaURL
			}
			wantSubject := subject
			if name == "longest subject" {
				wantSubject = strings.Repeat("é", auth.MaxSubjectLength)
			}
			if id.Issuer != wantIssuer || id.Subject != wantSubject || id.Expires.IsZero() {
				t.Errorf("got %v", id)
			}
		})
	}
}

func TestTokenExpiresByTheRealClock(t *testing.T) {
	t.Parallel()
	es, now := newES256(t, "es-1"), &clock{}
	v := newVerifier(t, config(now, auth.Issuer{
		URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(t, es),
	}))
	token := es.token(t, goodClaims())
	if _, err := v.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	now.advance(time.Hour + 30*time.Second)
	if _, err := v.Verify(t.Context(), token); reasonOf(err) != string(auth.Expired) {
		t.Errorf("after its time: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	es := newES256(f, "es-1")
	v := newVerifier(f, config(&clock{}, auth.Issuer{
		URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}, KeySet: jwks(f, es),
	}))
	good := es.token(f, goodClaims())
	f.Add(good)
	f.Add(good + ".")
	f.Add("..")
	f.Add(es.sign(f, `{"alg":"ES256","kid":"es-1","jwk":{}}`, `{"iss":"`+issuerURL+`"}`))
	f.Add(es.sign(f, text(f, es.header()), `{"a":[[[[{"b":{}}]]]],"a":1}`))
	f.Fuzz(func(t *testing.T, token string) {
		id, err := v.Verify(t.Context(), token)
		switch {
		case err == nil && token != good:
			// The fuzzer has no key: any other accepted spelling is a forgery.
			t.Errorf("accepted %q as %v", token, id)
		case err != nil && reasonOf(err) == err.Error():
			t.Errorf("an error without a reason: %v", err)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	for _, s := range []signer{newES256(b, "k"), newEdDSA(b, "k"), newRS256(b, "k")} {
		b.Run(s.method.Alg(), func(b *testing.B) {
			v := newVerifier(b, config(&clock{}, auth.Issuer{
				URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.Algorithm(s.method.Alg())}, KeySet: jwks(b, s),
			}))
			token := s.token(b, goodClaims())
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
