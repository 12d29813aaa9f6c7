package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
)

func TestSecrets(t *testing.T) {
	t.Parallel()
	one, two := auth.NewSecret(), auth.NewSecret()
	if one == two || len(one) < 50 || strings.Contains(string(auth.HashSecret(one)), one) {
		t.Errorf("%q, %q", one, two)
	}
	for name, c := range map[string]struct {
		secret string
		hash   []byte
		want   bool
	}{
		"another":         {two, auth.HashSecret(one), false},
		"empty":           {"", auth.HashSecret(one), false},
		"cut":             {one[:len(one)-1], auth.HashSecret(one), false},
		"the hash itself": {string(auth.HashSecret(one)), auth.HashSecret(one), false},
		"no hash":         {one, nil, false},
		"hash of nothing": {"", make([]byte, 32), false},
		"its own":         {one, auth.HashSecret(one), true},
	} {
		if got := auth.MatchesSecret(c.secret, c.hash); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// jwkOf is the public key of an app as it is registered.
func jwkOf(t *testing.T, s signer) string {
	t.Helper()
	return strings.TrimSuffix(strings.TrimPrefix(string(jwks(t, s)), `{"keys":[`), `]}`)
}

func TestCheckClientKey(t *testing.T) {
	t.Parallel()
	good := jwkOf(t, newES256(t, "k"))
	for name, key := range map[string]string{
		"nothing":    "",
		"a poem":     "roses",
		"a list":     "[]",
		"two keys":   good + "," + good,
		"a way out":  good + `],"x":[{}`,
		"private":    strings.Replace(good, `"kid"`, `"d":"AAAA","kid"`, 1),
		"shared":     `{"kty":"oct","k":"AAAA"}`,
		"weak RSA":   strings.TrimSuffix(strings.TrimPrefix(string(weakRSA), `{"keys":[`), `]}`),
		"to encrypt": strings.Replace(good, `"sig"`, `"enc"`, 1),
		"endless":    strings.Replace(good, `"k"`, `"`+strings.Repeat("k", 5000)+`"`, 1),
	} {
		if err := auth.CheckClientKey(key); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	for _, s := range []signer{newES256(t, "k"), newEdDSA(t, ""), newRS256(t, "r")} {
		if err := auth.CheckClientKey(jwkOf(t, s)); err != nil {
			t.Errorf("%s: %v", s.method.Alg(), err)
		}
	}
}

func TestVerifyAssertion(t *testing.T) {
	t.Parallel()
	now := &clock{}
	es, rs := newES256(t, "es"), newRS256(t, "rs")
	keys := []string{jwkOf(t, es), jwkOf(t, rs)}
	const endpoint = ownURL + "/oauth/token"
	at := func(d time.Duration) int64 { return start.Add(d).Unix() }
	claims := object{"iss": appID, "sub": appID, "aud": endpoint, "exp": at(time.Minute), "jti": "1"}
	sign := func(header, changes object) string {
		return es.sign(t, text(t, with(es.header(), header)), text(t, with(claims, changes)))
	}
	for name, c := range map[string]struct {
		assertion string
		reason    auth.Reason
	}{
		"not a token":          {"x", auth.Malformed},
		"oversized":            {sign(object{}, object{"x": strings.Repeat("a", auth.MaxTokenBytes)}), auth.TooLong},
		"none":                 {es.sign(t, `{"alg":"none","kid":"es"}`, text(t, claims)), auth.WrongAlgorithm},
		"shared secret":        {sign(object{"alg": "HS256"}, nil), auth.WrongAlgorithm},
		"algorithm of another": {sign(object{"alg": "RS256"}, nil), auth.WrongAlgorithm},
		"unknown key":          {sign(object{"kid": "x"}, nil), auth.UnknownKey},
		"no kid, many keys":    {sign(object{"kid": nil}, nil), auth.UnknownKey},
		"jwk":                  {sign(object{"jwk": object{}}, nil), auth.ForbiddenHeader},
		"jku":                  {sign(object{"jku": "https://evil.example"}, nil), auth.ForbiddenHeader},
		"crit":                 {sign(object{"crit": []string{"exp"}}, nil), auth.ForbiddenHeader},
		"typ of a logout":      {sign(object{"typ": "logout+jwt"}, nil), auth.ForbiddenHeader},
		"signed by another":    {newES256(t, "es").sign(t, text(t, es.header()), text(t, claims)), auth.BadSignature},
		"another subject":      {sign(nil, object{"sub": "pap_other"}), auth.Malformed},
		"another audience":     {sign(nil, object{"aud": "https://elsewhere.example"}), auth.WrongAudience},
		"no audience":          {sign(nil, object{"aud": nil}), auth.MissingClaim},
		"no end":               {sign(nil, object{"exp": nil}), auth.MissingClaim},
		"expired":              {sign(nil, object{"exp": at(-31 * time.Second)}), auth.Expired},
		"lives an hour":        {sign(nil, object{"exp": at(time.Hour)}), auth.LivesTooLong},
		"from the future":      {sign(nil, object{"iat": at(time.Minute)}), auth.NotYetValid},
		"without jti":          {sign(nil, object{"jti": nil}), auth.MissingClaim},
		"jti a number":         {sign(nil, object{"jti": 7}), auth.MissingClaim},
		"jti endless":          {sign(nil, object{"jti": strings.Repeat("a", 201)}), auth.MissingClaim},
		"for the endpoint":     {sign(nil, nil), ""},
		"for the issuer":       {sign(nil, object{"aud": []string{ownURL}}), ""},
		"typed":                {sign(object{"typ": "client-authentication+jwt"}, nil), ""},
		"RSA":                  {rs.sign(t, text(t, rs.header()), text(t, claims)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, err := auth.VerifyAssertion(c.assertion, appID, keys, []string{endpoint, ownURL}, now.now)
			switch {
			case c.reason != "" && reasonOf(err) != string(c.reason):
				t.Errorf("refused for %v, want %s", err, c.reason)
			case c.reason == "" && (err != nil || a.ID != "1"):
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	if _, err := auth.VerifyAssertion(sign(object{"kid": nil}, nil), appID, keys[:1], []string{endpoint}, now.now); err != nil {
		t.Errorf("without kid, by the only key: %v", err)
	}
	if _, err := auth.VerifyAssertion(sign(nil, nil), appID, nil, []string{endpoint}, now.now); reasonOf(err) != string(auth.UnknownKey) {
		t.Errorf("an app without keys: %v", err)
	}
	for name, assertion := range map[string]string{
		"no token": "x", "issuer of another": sign(nil, object{"iss": "pap_other"}), "nobody": sign(nil, object{"iss": "", "sub": ""}),
	} {
		if client, err := auth.AssertedClient(assertion); err == nil {
			t.Errorf("%s speaks for %s", name, client)
		}
	}
	if client, err := auth.AssertedClient(sign(nil, nil)); err != nil || client != appID {
		t.Errorf("%s, %v", client, err)
	}
}
