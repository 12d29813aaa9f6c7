package auth_test

import (
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"testing"
)

func fromBase64(t *testing.T, s string) []byte {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// rfc7638Key is the RSA key of RFC 7638 §3.1.
func rfc7638Key(t *testing.T) *rsa.PublicKey {
	t.Helper()
	const n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX" +
		"jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb" +
		"9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44" +
		"-csFCur-kEgU8awapJzKnqDKgw"
	return &rsa.PublicKey{N: new(big.Int).SetBytes(fromBase64(t, n)), E: 65537}
}

// rfc8037Key is the Ed25519 key of RFC 8037 appendix A.
func rfc8037Key(t *testing.T) ed25519.PublicKey {
	t.Helper()
	return fromBase64(t, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
}
