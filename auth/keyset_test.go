package auth

import (
	"testing"
)

// FuzzParseKeySet feeds the parser what a hostile or broken issuer may publish.
func FuzzParseKeySet(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"RSA","e":"AQAB","n":"AQ"},{"kty":"RSA","e":"","n":"AQ"}]}`))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]}`))
	f.Add([]byte("-----BEGIN PUBLIC KEY-----\nKid: k\n\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"))
	rules := keyRules{algorithms: []Algorithm{ES256, EdDSA, RS256}}
	f.Fuzz(func(t *testing.T, raw []byte) {
		keys, _, err := parseKeySet(raw, rules)
		if (err == nil) != (len(keys) > 0) {
			t.Fatalf("%d keys with error %v", len(keys), err)
		}
		for kid, k := range keys {
			if kid == "" || len(kid) > maxKeyID {
				t.Errorf("a key of identifier %q", kid)
			}
			if a, err := algorithmOf(k.key); err != nil || a != k.algorithm {
				t.Errorf("a key for %s that fits %s: %v", k.algorithm, a, err)
			}
		}
	})
}
