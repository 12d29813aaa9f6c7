package sandbox

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/auth"
)

const (
	// IssuerURL is the sandbox's identity provider. The top-level domain .invalid
	// is reserved (RFC 2606): nobody can ever own this address.
	IssuerURL = "https://sandbox.guichet.invalid"
	// Audience is whom the sandbox's tokens are for.
	Audience = "guichet"

	keyID = "sandbox"
	// publishedSeed makes the sandbox's private key. Everybody can read it, which
	// is the point: whoever tries the sandbox may sign in as any of its personas.
	publishedSeed = "guichet-sandbox-key-not-a-secret"
)

func privateKey() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed([]byte(publishedSeed))
}

func publicKey() ed25519.PublicKey {
	return ed25519.PublicKey(privateKey()[ed25519.SeedSize:])
}

// Issuer returns the settings under which the sandbox's tokens are accepted.
func Issuer() auth.Issuer {
	x := base64.RawURLEncoding.EncodeToString(publicKey())
	return auth.Issuer{
		URL:        IssuerURL,
		Audience:   Audience,
		Algorithms: []auth.Algorithm{auth.EdDSA},
		KeySet: fmt.Appendf(nil,
			`{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":%q,"x":%q}]}`, keyID, x),
	}
}

// Token signs a token for a persona. Now is the real clock, not the sandbox's:
// moving the sandbox in time must not expire tokens. The lifetime lies between
// one second and [auth.DefaultMaxLifetime].
func Token(subject string, now time.Time, lifetime time.Duration) (string, error) {
	if subject == "" {
		return "", errors.New("make a sandbox token: the subject is empty")
	}
	if lifetime < time.Second || lifetime > auth.DefaultMaxLifetime {
		return "", fmt.Errorf("make a sandbox token: the lifetime must lie between 1 second and %s, not %s",
			auth.DefaultMaxLifetime, lifetime)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.RegisteredClaims{
		Issuer:    IssuerURL,
		Subject:   subject,
		Audience:  jwt.ClaimStrings{Audience},
		IssuedAt:  jwt.NewNumericDate(now),
		NotBefore: jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
	})
	t.Header["kid"] = keyID
	signed, err := t.SignedString(privateKey())
	if err != nil {
		return "", fmt.Errorf("make a sandbox token: %w", err)
	}
	return signed, nil
}

// RefuseInProduction returns settings under which the sandbox opens nothing: its
// issuer is refused by name, and its key under whatever issuer, file or address
// it turns up, also while the program runs. A verifier for production is made
// from its result only.
func RefuseInProduction(c auth.Config) (auth.Config, error) {
	thumbprint, err := auth.Thumbprint(publicKey())
	if err != nil {
		return auth.Config{}, fmt.Errorf("name the sandbox's key: %w", err)
	}
	c.Production = true
	c.ForbiddenIssuers = append([]string{IssuerURL}, c.ForbiddenIssuers...)
	c.ForbiddenKeys = append([]string{thumbprint}, c.ForbiddenKeys...)
	return c, nil
}
