package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
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
	// Own signs the tokens that we give to partner apps; nil when we give none.
	Own *Signer
	// Clock is the real clock, by which tokens expire.
	Clock func() time.Time
	// Log gets the reasons for refusals and the state of the keys.
	Log *slog.Logger
}

// Identity is whom a good token speaks of: a person, a partner app, or a person
// through a partner app.
type Identity struct {
	// Issuer and Subject are those of the person's own issuer, also when the token is
	// ours; both are empty for an app alone.
	Issuer, Subject string
	// Applicant and Organisation are what the operator says of that issuer.
	Applicant    bool
	Organisation string
	// ClientID is the partner app; empty when there is none.
	ClientID string
	// Issued and Expires are the token's times by the real clock: a socket opened
	// with it must not outlive it.
	Issued, Expires time.Time
}

// Verifier checks tokens. It is safe for concurrent use.
type Verifier struct {
	issuers     map[string]*trust
	own         *Signer
	maxLifetime time.Duration
	clock       func() time.Time
	log         *slog.Logger
}

// trust is one issuer at work.
type trust struct {
	issuer     Issuer
	algorithms []Algorithm
	ring       *keyring
	options    []jwt.ParserOption
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
	v := &Verifier{issuers: map[string]*trust{}, own: c.Own, maxLifetime: c.MaxLifetime, clock: c.Clock, log: c.Log}
	for _, i := range c.Issuers {
		if err := i.validate(&c); err != nil {
			return nil, err
		}
		if _, twice := v.issuers[i.URL]; twice {
			return nil, fmt.Errorf("%w: issuer %q stands twice", ErrConfiguration, i.URL)
		}
		if c.Own != nil && c.Own.issuer == i.URL {
			return nil, fmt.Errorf("%w: issuer %q has our own address", ErrConfiguration, i.URL)
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
	t := &trust{issuer: i, algorithms: ring.rules.algorithms, ring: ring, options: parserOptions(methods, i.URL, c.Clock)}
	if i.KeyFile == "" && len(i.KeySet) == 0 {
		ring.load = fromDiscovery(i.URL, c.Production)
		if i.KeysURL != "" {
			ring.load = fromAddress(i.KeysURL)
		}
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

// parserOptions are what the token library checks for everybody. The audience is
// added for each use.
func parserOptions(methods []string, issuer string, clock func() time.Time) []jwt.ParserOption {
	return []jwt.ParserOption{
		jwt.WithValidMethods(methods),
		jwt.WithIssuer(issuer),
		jwt.WithExpirationRequired(),
		jwt.WithNotBeforeRequired(),
		jwt.WithIssuedAt(),
		jwt.WithStrictDecoding(),
		jwt.WithLeeway(leeway),
		jwt.WithTimeFunc(clock),
	}
}

// Verify returns whom a token speaks of. The error is a [*TokenError], or
// [ErrKeysUnavailable] when the token could not be judged.
func (v *Verifier) Verify(ctx context.Context, token string) (Identity, error) {
	u, err := inspect(token)
	if err != nil {
		return Identity{}, err
	}
	if v.own != nil && u.issuer == v.own.issuer {
		return v.verifyOwn(ctx, token, u)
	}
	t, err := v.verifyIssued(ctx, token, u, nil)
	if err != nil {
		return Identity{}, err
	}
	return t.identity(u.subject, u), nil
}

func (t *trust) identity(subject string, u *unverified) Identity {
	return Identity{
		Issuer: t.issuer.URL, Subject: subject, Applicant: t.issuer.Yields == Applicants, Organisation: t.issuer.Organisation,
		Issued: u.issued, Expires: u.expires,
	}
}

// verifyIssued checks a token of a configured issuer, for the issuer's audience or
// one of others.
func (v *Verifier) verifyIssued(ctx context.Context, token string, u *unverified, others []string) (*trust, error) {
	t, ok := v.issuers[u.issuer]
	switch {
	case !ok:
		return nil, &TokenError{Reason: UnknownIssuer}
	case u.actor != "":
		return nil, refuse(Delegated, "act")
	case !goodSubject(u.subject, MaxSubjectLength):
		return nil, refuse(BadClaim, fmt.Sprintf("sub is over %d characters", MaxSubjectLength))
	case !slices.Contains(t.algorithms, Algorithm(u.algorithm)):
		return nil, refuse(WrongAlgorithm, "the issuer does not sign so")
	case u.expires.Sub(u.issued) > v.maxLifetime:
		return nil, &TokenError{Reason: LivesTooLong}
	}
	key, err := t.ring.key(ctx, u.keyID)
	if err != nil {
		return nil, err
	}
	audiences := append([]string{t.issuer.Audience}, others...)
	if err := checkSignature(token, u, key, t.options, audiences); err != nil {
		return nil, err
	}
	return t, t.strong(u.authentication)
}

// strong tells whether a person signed in as the issuer's setting demands.
func (t *trust) strong(a authentication) error {
	demanded := len(t.issuer.ACR) > 0 || len(t.issuer.AMR) > 0
	if !demanded || slices.Contains(t.issuer.ACR, a.acr) ||
		slices.ContainsFunc(a.amr, func(m string) bool { return slices.Contains(t.issuer.AMR, m) }) {
		return nil
	}
	return &TokenError{Reason: NotStrong, StepUp: t.issuer.ACR}
}

func checkSignature(token string, u *unverified, key publicKey, options []jwt.ParserOption, audiences []string) error {
	if Algorithm(u.algorithm) != key.algorithm {
		return refuse(WrongAlgorithm, "the key is of another type")
	}
	parser := jwt.NewParser(append(slices.Clone(options), jwt.WithAudience(audiences...))...)
	if _, err := parser.Parse(token, func(*jwt.Token) (any, error) { return key.key, nil }); err != nil {
		return refusedBy(err)
	}
	return nil
}

// verifyOwn checks a token that we gave to a partner app. The person of it is judged
// by the settings of today: an issuer that is no longer trusted takes along the
// tokens that were exchanged for its own.
func (v *Verifier) verifyOwn(_ context.Context, token string, u *unverified) (Identity, error) {
	if u.expires.Sub(u.issued) > TokenLifetime {
		return Identity{}, &TokenError{Reason: LivesTooLong}
	}
	key, err := v.own.key(u.keyID)
	if err != nil {
		return Identity{}, err
	}
	if err := checkSignature(token, u, key, v.own.options, []string{v.own.audience}); err != nil {
		return Identity{}, err
	}
	if u.actor == "" {
		return Identity{ClientID: u.subject, Issued: u.issued, Expires: u.expires}, nil
	}
	issuer, subject, ok := strings.Cut(u.subject, "#")
	t, known := v.issuers[issuer]
	if !ok || !known || !goodSubject(subject, MaxSubjectLength) {
		return Identity{}, &TokenError{Reason: UnknownIssuer}
	}
	if err := t.strong(u.authentication); err != nil {
		return Identity{}, err
	}
	id := t.identity(subject, u)
	id.ClientID = u.actor
	return id, nil
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
