package auth

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// TokenLifetime is how long a token of ours lives, at most.
	TokenLifetime = 15 * time.Minute
	// reloadKeys is the age at which the file of signing keys is read again.
	reloadKeys = 30 * time.Second
)

// SignerConfig is what a [Signer] is made of.
type SignerConfig struct {
	// Issuer is the address under which callers reach the service, without a slash at
	// its end: the iss of our tokens.
	Issuer string
	// KeyFile is the path of the signing keys, as PEM blocks: PRIVATE KEY (PKCS#8, Ed25519
	// or P-256), of which the first signs, and PUBLIC KEY for those that only verify
	// any more. It is read again every half minute. Keys rotate without a gap in three
	// steps: add the new key at the end; once everybody who keeps the published set
	// has read it anew, move it to the front; once the last token of the old key has
	// expired, take the old one out.
	KeyFile string
	// Keys holds what such a file would contain.
	Keys []byte
	// Production demands https.
	Production bool
	// ForbiddenKeys are thumbprints of keys that never sign.
	ForbiddenKeys []string
	// Clock is the real clock.
	Clock func() time.Time
	Log   *slog.Logger
}

// Signer makes and recognises the tokens that we give to partner apps. It is safe
// for concurrent use.
type Signer struct {
	issuer, audience string
	forbidden        []string
	clock            func() time.Time
	log              *slog.Logger
	load             func(context.Context) ([]byte, error)
	options          []jwt.ParserOption

	mu     sync.Mutex
	keys   *signingKeys
	loaded time.Time
}

// signingKeys is one reading of the file; it never changes.
type signingKeys struct {
	signing   crypto.Signer
	method    jwt.SigningMethod
	keyID     string
	public    map[string]publicKey
	published []byte // the JWK Set.
}

// NewSigner checks the settings and reads the keys.
func NewSigner(c SignerConfig) (*Signer, error) {
	if err := checkAddress(c.Issuer, c.Production); err != nil {
		return nil, fmt.Errorf("%w: our own address %w", ErrConfiguration, err)
	}
	if c.Issuer[len(c.Issuer)-1] == '/' {
		return nil, fmt.Errorf("%w: our own address must not end in a slash", ErrConfiguration)
	}
	s := &Signer{
		issuer: c.Issuer, audience: c.Issuer + "/graphql", forbidden: slices.Clone(c.ForbiddenKeys),
		clock: c.Clock, log: c.Log, load: fromMemory(slices.Clone(c.Keys)),
		options: parserOptions([]string{string(ES256), string(EdDSA)}, c.Issuer, c.Clock),
	}
	if c.KeyFile != "" {
		s.load = fromFile(c.KeyFile)
	}
	keys, err := s.read()
	if err != nil {
		return nil, fmt.Errorf("%w: signing keys: %w", ErrConfiguration, err)
	}
	s.keys, s.loaded = keys, c.Clock()
	return s, nil
}

// Issuer is the iss of our tokens.
func (s *Signer) Issuer() string { return s.issuer }

// Audience is the aud of our tokens: this API.
func (s *Signer) Audience() string { return s.audience }

// Published is the JWK Set by which others recognise our tokens.
func (s *Signer) Published() []byte { return s.current().published }

// Grant is what a token of ours says.
type Grant struct {
	// ClientID is the app.
	ClientID string
	// Person is for whom it acts; nil when it is alone.
	Person *Subject
	// NotBefore puts the token after a withdrawal of the same second.
	NotBefore time.Time
}

// Sign makes a token and tells how long it lives: a quarter of an hour, and never
// longer than the token of the person in it.
func (s *Signer) Sign(g Grant) (token string, lifetime time.Duration, err error) {
	now := s.clock().Truncate(time.Second)
	if now.Before(g.NotBefore) {
		now = g.NotBefore
	}
	expires := now.Add(TokenLifetime)
	claims := jwt.MapClaims{"iss": s.issuer, "aud": s.audience, "sub": g.ClientID, "iat": now.Unix(), "nbf": now.Unix()}
	if p := g.Person; p != nil {
		if p.Expires.Before(expires) {
			expires = p.Expires
		}
		claims["sub"] = p.Issuer + "#" + p.Subject
		claims["act"] = map[string]string{"sub": g.ClientID}
		if p.acr != "" {
			claims["acr"] = p.acr
		}
		if len(p.amr) > 0 {
			claims["amr"] = p.amr
		}
		if p.time > 0 {
			claims["auth_time"] = p.time
		}
	}
	claims["exp"] = expires.Unix()
	keys := s.current()
	t := jwt.NewWithClaims(keys.method, claims)
	t.Header["typ"], t.Header["kid"] = "at+jwt", keys.keyID // RFC 9068
	if token, err = t.SignedString(keys.signing); err != nil {
		return "", 0, fmt.Errorf("sign a token: %w", err)
	}
	return token, expires.Sub(now), nil
}

// key returns the public key of that name.
func (s *Signer) key(kid string) (publicKey, error) {
	k, ok := s.current().public[kid]
	if !ok {
		return publicKey{}, &TokenError{Reason: UnknownKey}
	}
	return k, nil
}

// current returns the keys, read again when they are old. A file that cannot be
// read any more leaves those at hand.
func (s *Signer) current() *signingKeys {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if now.Before(s.loaded.Add(reloadKeys)) {
		return s.keys
	}
	s.loaded = now
	keys, err := s.read()
	if err != nil {
		s.log.Error("the signing keys were not read again", "error", err)
		return s.keys
	}
	s.keys = keys
	return keys
}

func (s *Signer) read() (*signingKeys, error) {
	raw, err := s.load(context.Background()) //nolint:forbidigo // a file or memory: nothing to wait for
	if err != nil {
		return nil, err
	}
	keys := &signingKeys{public: map[string]publicKey{}}
	var set jwkset.JWKSMarshal
	for n := 1; len(bytes.TrimSpace(raw)) > 0; n++ {
		block, rest := pem.Decode(raw)
		if block == nil || n > maxKeys {
			return nil, fmt.Errorf("not 1 to %d PEM blocks", maxKeys)
		}
		raw = rest
		jwk, err := keys.add(block, s.forbidden)
		if err != nil {
			return nil, fmt.Errorf("PEM block %d: %w", n, err)
		}
		set.Keys = append(set.Keys, jwk)
	}
	if keys.signing == nil {
		return nil, errors.New("no key to sign with")
	}
	if keys.published, err = json.Marshal(set); err != nil {
		return nil, fmt.Errorf("publish the keys: %w", err)
	}
	return keys, nil
}

// add takes one block of the file. Nothing of a private key stands in its errors.
func (k *signingKeys) add(block *pem.Block, forbidden []string) (jwkset.JWKMarshal, error) {
	public, signing, err := parseSigningKey(block)
	if err != nil {
		return jwkset.JWKMarshal{}, err
	}
	algorithm, err := algorithmOf(public)
	if err != nil {
		return jwkset.JWKMarshal{}, err
	}
	if algorithm == RS256 {
		return jwkset.JWKMarshal{}, errors.New("an RSA key: our tokens are ES256 or EdDSA")
	}
	kid, err := Thumbprint(public)
	if err != nil {
		return jwkset.JWKMarshal{}, err
	}
	if slices.Contains(forbidden, kid) {
		return jwkset.JWKMarshal{}, ErrForbiddenKey
	}
	if _, twice := k.public[kid]; twice {
		return jwkset.JWKMarshal{}, errors.New("the key stands twice")
	}
	k.public[kid] = publicKey{key: public, algorithm: algorithm}
	if k.signing == nil && signing != nil {
		k.signing, k.keyID, k.method = signing, kid, jwt.GetSigningMethod(string(algorithm))
	}
	jwk, err := jwkset.NewJWKFromKey(public, jwkset.JWKOptions{
		Metadata: jwkset.JWKMetadataOptions{KID: kid, ALG: jwkset.ALG(algorithm), USE: jwkset.UseSig},
	})
	if err != nil {
		return jwkset.JWKMarshal{}, fmt.Errorf("publish the key: %w", err)
	}
	return jwk.Marshal(), nil
}

// parseSigningKey reads a private key, or a public one that only verifies.
func parseSigningKey(block *pem.Block) (public crypto.PublicKey, signing crypto.Signer, err error) {
	switch block.Type {
	case "PUBLIC KEY":
		public, err = x509.ParsePKIXPublicKey(block.Bytes)
		return public, nil, err
	case "PRIVATE KEY":
		key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, nil, errors.New("not a PKCS#8 private key")
		}
		switch key := key.(type) {
		case ed25519.PrivateKey:
			return key.Public(), key, nil
		case *ecdsa.PrivateKey:
			return key.Public(), key, nil
		}
		return nil, nil, errors.New("neither an Ed25519 nor a P-256 key")
	}
	return nil, nil, errors.New("neither a PRIVATE KEY nor a PUBLIC KEY")
}
