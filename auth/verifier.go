package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	// leeway forgives clocks that differ between the issuer and us.
	leeway = 30 * time.Second
	// DefaultMaxLifetime is the longest life of a token, from iat to exp.
	DefaultMaxLifetime = 24 * time.Hour
	longestMaxLifetime = 7 * 24 * time.Hour
	maxIssuers         = 50
)

// Config is what a [Verifier] is made of.
type Config struct {
	// Issuers are the identity providers whose tokens are accepted; at most 50.
	// With none, every token is refused and the service is anonymous.
	Issuers []Issuer
	// Production demands https everywhere.
	Production bool
	// ForbiddenIssuers are addresses whose host no issuer may have.
	ForbiddenIssuers []string
	// ForbiddenKeys are thumbprints ([Thumbprint]) of keys that are never taken,
	// whatever issuer publishes them and whenever.
	ForbiddenKeys []string
	// MaxLifetime is the longest life of a token, from iat to exp; zero means
	// [DefaultMaxLifetime].
	MaxLifetime time.Duration
	// Clock is the real clock, by which tokens expire.
	Clock func() time.Time
	// Log gets the reasons for refusals and the state of the keys.
	Log *slog.Logger
}

// Identity is whom a good token speaks of.
type Identity struct {
	Issuer, Subject string
	// Expires is the token's end by the real clock: a socket opened with it must
	// not outlive it.
	Expires time.Time
}

// Verifier checks tokens. It is safe for concurrent use.
type Verifier struct {
	issuers     map[string]*trust
	maxLifetime time.Duration
	log         *slog.Logger
}

// trust is one issuer at work.
type trust struct {
	algorithms []Algorithm
	ring       *keyring
	parser     *jwt.Parser
}

// NewVerifier checks the settings and reads the keys. Keys at hand (a file, a
// set) must all be fit and are read before it returns; keys at an address are
// fetched in the background, so that an issuer that is down delays no start.
func NewVerifier(ctx context.Context, c Config) (*Verifier, error) {
	if c.Clock == nil || c.Log == nil {
		return nil, fmt.Errorf("%w: the clock or the log is missing", ErrConfiguration)
	}
	if c.MaxLifetime == 0 {
		c.MaxLifetime = DefaultMaxLifetime
	}
	if c.MaxLifetime < time.Minute || c.MaxLifetime > longestMaxLifetime {
		return nil, fmt.Errorf("%w: the longest life of a token must lie between 1 minute and 7 days, not %s", ErrConfiguration, c.MaxLifetime)
	}
	if len(c.Issuers) > maxIssuers {
		return nil, fmt.Errorf("%w: %d issuers, over %d", ErrConfiguration, len(c.Issuers), maxIssuers)
	}
	v := &Verifier{issuers: map[string]*trust{}, maxLifetime: c.MaxLifetime, log: c.Log}
	for _, i := range c.Issuers {
		if err := i.validate(&c); err != nil {
			return nil, err
		}
		if _, twice := v.issuers[i.URL]; twice {
			return nil, fmt.Errorf("%w: issuer %q stands twice", ErrConfiguration, i.URL)
		}
		t, err := newTrust(ctx, i, &c)
		if err != nil {
			return nil, fmt.Errorf("%w: issuer %q: %w", ErrConfiguration, i.URL, err)
		}
		v.issuers[i.URL] = t
	}
	return v, nil
}

func newTrust(ctx context.Context, i Issuer, c *Config) (*trust, error) {
	ring := &keyring{
		rules: keyRules{algorithms: slices.Clone(i.Algorithms), forbidden: slices.Clone(c.ForbiddenKeys)},
		clock: c.Clock,
		log:   c.Log.With("issuer", i.URL),
	}
	methods := make([]string, len(i.Algorithms))
	for n, a := range i.Algorithms {
		methods[n] = string(a)
	}
	t := &trust{
		algorithms: ring.rules.algorithms,
		ring:       ring,
		parser: jwt.NewParser(
			jwt.WithValidMethods(methods),
			jwt.WithIssuer(i.URL),
			jwt.WithAudience(i.Audience),
			jwt.WithExpirationRequired(),
			jwt.WithNotBeforeRequired(),
			jwt.WithIssuedAt(),
			jwt.WithStrictDecoding(),
			jwt.WithLeeway(leeway),
			jwt.WithTimeFunc(c.Clock),
		),
	}
	if i.KeysURL != "" {
		ring.load = fromAddress(i.KeysURL)
		ring.mu.Lock()
		defer ring.mu.Unlock()
		ring.start(c.Clock())
		return t, nil
	}
	ring.load = fromMemory(slices.Clone(i.KeySet))
	if i.KeyFile != "" {
		ring.load = fromFile(i.KeyFile)
	}
	return t, ring.refresh(ctx)
}

// Verify returns whom a token speaks of. The error is a [*TokenError], or
// [ErrKeysUnavailable] when the token could not be judged.
func (v *Verifier) Verify(ctx context.Context, token string) (Identity, error) {
	u, err := inspect(token)
	if err != nil {
		return Identity{}, err
	}
	t, ok := v.issuers[u.issuer]
	if !ok {
		return Identity{}, &TokenError{Reason: UnknownIssuer}
	}
	if !slices.Contains(t.algorithms, Algorithm(u.algorithm)) {
		return Identity{}, refuse(WrongAlgorithm, "the issuer does not sign so")
	}
	if u.expires.Sub(u.issued) > v.maxLifetime {
		return Identity{}, &TokenError{Reason: LivesTooLong}
	}
	key, err := t.ring.key(ctx, u.keyID)
	if err != nil {
		return Identity{}, err
	}
	if Algorithm(u.algorithm) != key.algorithm {
		return Identity{}, refuse(WrongAlgorithm, "the key is of another type")
	}
	if _, err := t.parser.Parse(token, func(*jwt.Token) (any, error) { return key.key, nil }); err != nil {
		return Identity{}, refusedBy(err)
	}
	return Identity{Issuer: u.issuer, Subject: u.subject, Expires: u.expires}, nil
}

// logRefusal writes down why a caller was refused: never the token, nor whom it
// speaks of.
func (v *Verifier) logRefusal(ctx context.Context, err error) {
	var refused *TokenError
	if errors.As(err, &refused) {
		v.log.InfoContext(ctx, "a token was refused", "reason", string(refused.Reason), "error", err)
		return
	}
	if ctx.Err() != nil {
		return // the caller is gone.
	}
	v.log.ErrorContext(ctx, "a caller could not be identified", "error", err)
}
