package sandbox

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/auth"
)

const (
	// IssuerURL is the sandbox's identity provider. The top-level domain .invalid
	// is reserved (RFC 2606): nobody can ever own this address.
	IssuerURL = "https://sandbox.guichet.invalid"
	// PortalURL is the identity provider of the sandbox's applicants, Grenoble's portal.
	PortalURL = "https://portal.sandbox.guichet.invalid"
	// Audience is whom the sandbox's tokens are for.
	Audience = "guichet"

	keyID = "sandbox"
	// The published seeds make the private keys of the sandbox's staff and applicants.
	// Everybody can read them, which is the point: whoever tries the sandbox may sign in
	// as any of its personas.
	publishedSeed = "guichet-sandbox-key-not-a-secret"
	portalSeed    = "guichet-sandbox-portal-no-secret"
	// signerSeed makes the key by which a sandbox signs the tokens of partner apps.
	signerSeed = "guichet-sandbox-apps-not-secret!"

	// portalOrganisation is the key of the organisation whose portal it is.
	portalOrganisation = "commune-grenoble"

	// strongMethod is the amr of the sandbox's people: they always come by two factors
	// (RFC 8176).
	strongMethod = "mfa"
)

func publicPart(k ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(k[ed25519.SeedSize:])
}

// Signer signs the tokens of partner apps in a sandbox that is reached under that
// address. Everybody can read its key, and production refuses it.
// Clock is the real one: moving the sandbox in time must not expire tokens.
func Signer(address string, clock func() time.Time, log *slog.Logger) (*auth.Signer, error) {
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed([]byte(signerSeed)))
	if err != nil {
		return nil, fmt.Errorf("make the sandbox's key: %w", err)
	}
	return auth.NewSigner(auth.SignerConfig{
		Issuer: address, Keys: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), Clock: clock, Log: log,
	})
}

// Issuer returns the settings under which the tokens of the sandbox's staff are
// accepted.
func Issuer() auth.Issuer { return issuer(IssuerURL, publishedSeed) }

// Portal returns those of the sandbox's applicants.
func Portal() auth.Issuer {
	i := issuer(PortalURL, portalSeed)
	i.Yields, i.Organisation = auth.Applicants, portalOrganisation
	return i
}

// Issuers are all of the sandbox's.
func Issuers() []auth.Issuer { return []auth.Issuer{Issuer(), Portal()} }

func issuer(address, seed string) auth.Issuer {
	x := base64.RawURLEncoding.EncodeToString(publicPart(ed25519.NewKeyFromSeed([]byte(seed))))
	return auth.Issuer{
		URL:        address,
		Audience:   Audience,
		AMR:        []string{strongMethod},
		Algorithms: []auth.Algorithm{auth.EdDSA},
		KeySet: fmt.Appendf(nil,
			`{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":%q,"x":%q}]}`, keyID, x),
	}
}

// Token signs a token for a persona or an applicant. Now is the real clock, not the sandbox's:
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
	issuer, seed := IssuerURL, publishedSeed
	if slices.ContainsFunc(Applicants(), func(a Applicant) bool { return a.Name == subject }) {
		issuer, seed = PortalURL, portalSeed
	}
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, jwt.MapClaims{
		"iss": issuer, "sub": subject, "aud": Audience,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(lifetime).Unix(),
		"amr": []string{strongMethod}, "auth_time": now.Unix(),
	})
	t.Header["kid"] = keyID
	signed, err := t.SignedString(ed25519.NewKeyFromSeed([]byte(seed)))
	if err != nil {
		return "", fmt.Errorf("make a sandbox token: %w", err)
	}
	return signed, nil
}

// RefuseInProduction returns settings under which the sandbox opens nothing: its
// issuers are refused by name, and its keys under whatever issuer, file or address
// they turn up, also while the program runs. A verifier for production is made
// from its result only.
func RefuseInProduction(c auth.Config) (auth.Config, error) {
	c.Production = true
	c.ForbiddenIssuers = append([]string{IssuerURL, PortalURL}, c.ForbiddenIssuers...)
	c.ForbiddenKeys = slices.Clone(c.ForbiddenKeys)
	for _, seed := range []string{publishedSeed, portalSeed, signerSeed} {
		thumbprint, err := auth.Thumbprint(publicPart(ed25519.NewKeyFromSeed([]byte(seed))))
		if err != nil {
			return auth.Config{}, fmt.Errorf("name the sandbox's key: %w", err)
		}
		c.ForbiddenKeys = append(c.ForbiddenKeys, thumbprint)
	}
	return c, nil
}
