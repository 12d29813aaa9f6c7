package auth_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/auth"
)

const (
	issuerURL = "https://id.metropole.example/realms/agents"
	rsaURL    = "https://id.bailleur.example"
	audience  = "guichet"
	subject   = "9c1d1d5e-agent"
)

// start is when the tests happen, by the real clock.
var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// clock is moved by the tests.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return start.Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// signer is a private key under a name.
type signer struct {
	kid    string
	method jwt.SigningMethod
	key    crypto.Signer
}

func newES256(tb testing.TB, kid string) signer {
	tb.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return signer{kid, jwt.SigningMethodES256, k}
}

func newEdDSA(tb testing.TB, kid string) signer {
	tb.Helper()
	_, k, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return signer{kid, jwt.SigningMethodEdDSA, k}
}

// rsaKey is shared: making one takes a tenth of a second.
var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newRS256(tb testing.TB, kid string) signer {
	tb.Helper()
	k, err := rsaKey()
	if err != nil {
		tb.Fatal(err)
	}
	return signer{kid, jwt.SigningMethodRS256, k}
}

// jwks is the set that publishes these keys.
func jwks(tb testing.TB, keys ...signer) []byte {
	tb.Helper()
	var set jwkset.JWKSMarshal
	for _, s := range keys {
		jwk, err := jwkset.NewJWKFromKey(s.key.Public(), jwkset.JWKOptions{
			Metadata: jwkset.JWKMetadataOptions{KID: s.kid, ALG: jwkset.ALG(s.method.Alg()), USE: jwkset.UseSig},
		})
		if err != nil {
			tb.Fatal(err)
		}
		set.Keys = append(set.Keys, jwk.Marshal())
	}
	raw, err := json.Marshal(set)
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

// pemOf is the key file that publishes one key.
func pemOf(tb testing.TB, s signer) []byte {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(s.key.Public())
	if err != nil {
		tb.Fatal(err)
	}
	b := &pem.Block{Type: "PUBLIC KEY", Bytes: der}
	if s.kid != "" {
		b.Headers = map[string]string{"Kid": s.kid}
	}
	return pem.EncodeToMemory(b)
}

type object = map[string]any

// goodClaims are those of a token that is accepted at start.
func goodClaims() object {
	return object{
		"iss": issuerURL, "aud": audience, "sub": subject,
		"iat": start.Unix(), "nbf": start.Unix(), "exp": start.Add(time.Hour).Unix(),
	}
}

// with returns the object changed; a nil value takes a member away.
func with(o, changes object) object {
	o = maps.Clone(o)
	for k, v := range changes {
		if v == nil {
			delete(o, k)
			continue
		}
		o[k] = v
	}
	return o
}

func text(tb testing.TB, o object) string {
	tb.Helper()
	raw, err := json.Marshal(o)
	if err != nil {
		tb.Fatal(err)
	}
	return string(raw)
}

// sign makes a token of any header and claims, good or bad.
func (s signer) sign(tb testing.TB, header, claims string) string {
	tb.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	text := b64([]byte(header)) + "." + b64([]byte(claims))
	sig, err := s.method.Sign(text, s.key)
	if err != nil {
		tb.Fatal(err)
	}
	return text + "." + b64(sig)
}

func (s signer) header() object { return object{"alg": s.method.Alg(), "typ": "JWT", "kid": s.kid} }

func (s signer) token(tb testing.TB, claims object) string {
	tb.Helper()
	return s.sign(tb, text(tb, s.header()), text(tb, claims))
}

// journal collects what is logged.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

func (j *journal) logger() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

func config(c *clock, issuers ...auth.Issuer) auth.Config {
	return auth.Config{Issuers: issuers, Clock: c.now, Log: slog.New(slog.DiscardHandler)}
}

func newVerifier(tb testing.TB, c auth.Config) *auth.Verifier {
	tb.Helper()
	v, err := auth.NewVerifier(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// reasonOf returns why a token was refused, or the error's text.
func reasonOf(err error) string {
	var refused *auth.TokenError
	if errors.As(err, &refused) {
		return string(refused.Reason)
	}
	return fmt.Sprint(err)
}

// eventually polls: what happens in the background has no other sign.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-deadline.C:
			t.Fatalf("in vain waited for: %s", what)
		case <-tick.C:
		}
	}
}
