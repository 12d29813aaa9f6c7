package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/guichet-logement/guichet/domain"
)

const (
	// secretPrefix lets a scanner of repositories recognise a secret that leaked.
	secretPrefix = "guichet_secret_"
	secretBytes  = 32
	// maxAssertionLife is that of an app's signed authentication, from now.
	maxAssertionLife = 5 * time.Minute
	// MaxSubjectTokenAge is how old a person's token may be when an app exchanges it.
	MaxSubjectTokenAge = 5 * time.Minute
	maxJTI             = 200 // bytes.
	maxClientKey       = 4 << 10
)

// NewSecret makes a secret of 256 random bits for a partner app.
func NewSecret() string {
	var b [secretBytes]byte
	_, _ = rand.Read(b[:]) // never fails: the process ends first
	return secretPrefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// HashSecret is what is kept of a secret. A slow hash would protect a secret that
// somebody chose; nobody finds 256 random bits by trying, and a slow one would only
// let strangers keep us busy.
func HashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// MatchesSecret compares a secret with what was kept of one, in constant time.
func MatchesSecret(secret string, hash []byte) bool {
	return subtle.ConstantTimeCompare(HashSecret(secret), hash) == 1
}

// CheckClientKey tells whether a JWK can be the public key of an app. Private keys
// are refused: an app that sends one has given it away.
func CheckClientKey(jwk string) error {
	if len(jwk) > maxClientKey {
		return fmt.Errorf("the key is over %d bytes", maxClientKey)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(jwk), &object); err != nil {
		return errors.New("the key is no JSON object")
	}
	_, err := parseClientKeys([]string{jwk})
	return err
}

// parseClientKeys reads the public keys of an app, by identifier.
func parseClientKeys(jwks []string) (map[string]publicKey, error) {
	raw := `{"keys":[` + strings.Join(jwks, ",") + `]}`
	keys, unfit, err := parseKeySet([]byte(raw), keyRules{algorithms: []Algorithm{ES256, EdDSA, RS256}})
	if err == nil && len(keys) != len(jwks) {
		err = errors.New("the set holds another number of keys")
	}
	return keys, errors.Join(append(unfit, err)...)
}

// Assertion is a good signed authentication of an app (RFC 7523 §3).
type Assertion struct {
	// ID is its jti: whoever takes it sees to it that it is taken once.
	ID string
	// Expires is when it need no longer be remembered.
	Expires time.Time
}

// AssertedClient returns which app an assertion speaks for, before it is checked:
// its iss and sub, which must be the same.
func AssertedClient(assertion string) (string, error) {
	_, claims, err := splitAssertion(assertion)
	if err != nil {
		return "", err
	}
	issuer, ok := stringOf(claims["iss"])
	subject, ok2 := stringOf(claims["sub"])
	if !ok || !ok2 || issuer != subject || !goodSubject(issuer, MaxSubjectLength) {
		return "", refuse(BadClaim, "iss and sub are not the one client")
	}
	return issuer, nil
}

func splitAssertion(assertion string) (header, claims map[string]json.RawMessage, err error) {
	if len(assertion) > MaxTokenBytes {
		return nil, nil, &TokenError{Reason: TooLong}
	}
	if strings.ContainsFunc(assertion, func(r rune) bool { return !tokenCharacter(r) }) {
		return nil, nil, refuse(Malformed, "a character out of base64url")
	}
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return nil, nil, refuse(Malformed, "not three parts")
	}
	if header, err = members(parts[0]); err != nil {
		return nil, nil, &TokenError{Reason: Malformed, Cause: err}
	}
	if claims, err = members(parts[1]); err != nil {
		return nil, nil, &TokenError{Reason: Malformed, Cause: err}
	}
	return header, claims, nil
}

// VerifyAssertion checks a signed authentication of the app against its public keys.
// Audiences are our names: the address of the token endpoint, or our issuer.
func VerifyAssertion(assertion, clientID string, jwks, audiences []string, clock func() time.Time) (Assertion, error) {
	header, claims, err := splitAssertion(assertion)
	if err != nil {
		return Assertion{}, err
	}
	for _, name := range selfServing {
		if _, there := header[name]; there {
			return Assertion{}, refuse(ForbiddenHeader, name)
		}
	}
	if err := checkType(header, "jwt", "client-authentication+jwt"); err != nil {
		return Assertion{}, err
	}
	key, err := assertionKey(header, jwks)
	if err != nil {
		return Assertion{}, err
	}
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{string(key.algorithm)}), jwt.WithIssuer(clientID), jwt.WithSubject(clientID),
		jwt.WithAudience(audiences...), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(),
		jwt.WithLeeway(leeway), jwt.WithTimeFunc(clock),
	)
	parsed, err := parser.Parse(assertion, func(*jwt.Token) (any, error) { return key.key, nil })
	if err != nil {
		return Assertion{}, refusedBy(err)
	}
	expires, err := parsed.Claims.GetExpirationTime()
	if err != nil || expires.After(clock().Add(maxAssertionLife+leeway)) {
		return Assertion{}, &TokenError{Reason: LivesTooLong}
	}
	id, ok := stringOf(claims["jti"])
	if !ok || id == "" || len(id) > maxJTI {
		return Assertion{}, refuse(MissingClaim, "jti")
	}
	return Assertion{ID: id, Expires: expires.Add(leeway)}, nil
}

// assertionKey is the key that the header names. One that names none is taken for
// the app's only key.
func assertionKey(header map[string]json.RawMessage, jwks []string) (publicKey, error) {
	keys, err := parseClientKeys(jwks)
	if err != nil || len(keys) == 0 {
		return publicKey{}, &TokenError{Reason: UnknownKey, Cause: err}
	}
	kid, named := stringOf(header["kid"])
	key, known := keys[kid]
	if _, there := header["kid"]; !there && len(keys) == 1 {
		for _, key = range keys {
			named, known = true, true
		}
	}
	if !named || !known {
		return publicKey{}, &TokenError{Reason: UnknownKey}
	}
	if algorithm, ok := stringOf(header["alg"]); !ok || Algorithm(algorithm) != key.algorithm {
		return publicKey{}, refuse(WrongAlgorithm, "the key is of another type")
	}
	return key, nil
}

// Subject is a person whose own token an app presents to have it exchanged.
type Subject struct {
	Identity
	authentication
}

// VerifySubject checks a person's token that an app presents. It may be meant for
// this API or for the app, under the names given; it must be fresh; a token of ours
// is nobody's own.
func (v *Verifier) VerifySubject(ctx context.Context, token string, audiences []string) (*Subject, error) {
	u, err := inspect(token)
	if err != nil {
		return nil, err
	}
	if v.own != nil && u.issuer == v.own.issuer {
		return nil, &TokenError{Reason: NoSubject}
	}
	t, err := v.verifyIssued(ctx, token, u, audiences)
	if err != nil {
		return nil, err
	}
	if v.clock().Sub(u.issued) > MaxSubjectTokenAge {
		return nil, &TokenError{Reason: TooOld}
	}
	if !v.clock().Before(u.expires) {
		return nil, &TokenError{Reason: Expired} // the leeway would give a token without life
	}
	return &Subject{Identity: t.identity(u.subject, u), authentication: u.authentication}, nil
}

// GrantCode is an error of the token endpoint (RFC 6749 §5.2, RFC 8693 §2.2.2).
type GrantCode string

// The errors of the token endpoint.
const (
	InvalidRequest       GrantCode = "invalid_request"
	InvalidClient        GrantCode = "invalid_client"
	UnauthorisedClient   GrantCode = "unauthorized_client" //nolint:misspell // the word of RFC 6749
	UnsupportedGrantType GrantCode = "unsupported_grant_type"
	InvalidScope         GrantCode = "invalid_scope"
	InvalidTarget        GrantCode = "invalid_target"
)

// GrantError is a refused request for a token.
type GrantError struct {
	Code GrantCode
	// Description tells the developer what to mend. It may leave the server.
	Description string
	// RetryAfter is set for a client that is locked out.
	RetryAfter time.Duration
	// Cause is for the log.
	Cause error
}

// Error describes the refusal for the log.
func (e *GrantError) Error() string {
	if e.Cause == nil {
		return fmt.Sprintf("%s: %s", e.Code, e.Description)
	}
	return fmt.Sprintf("%s: %s: %v", e.Code, e.Description, e.Cause)
}

// Unwrap returns the cause.
func (e *GrantError) Unwrap() error { return e.Cause }

// The grants of the token endpoint, and the types of token that it knows.
const (
	ClientCredentialsGrant = "client_credentials"
	TokenExchangeGrant     = "urn:ietf:params:oauth:grant-type:token-exchange"        //nolint:gosec // the name of a grant
	JWTBearerAssertion     = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" //nolint:gosec // the name of a form
	AccessTokenType        = "urn:ietf:params:oauth:token-type:access_token"          //nolint:gosec // the name of a type
)

// SubjectTokenTypes are those of a person's token that may be exchanged.
func SubjectTokenTypes() []string {
	return []string{AccessTokenType, "urn:ietf:params:oauth:token-type:id_token", "urn:ietf:params:oauth:token-type:jwt"}
}

// TokenRequest is a request for a token, whose form was checked.
type TokenRequest struct {
	GrantType string
	// ClientID and Secret, or Assertion, are how the app proves itself.
	ClientID, Secret, Assertion string
	// Scopes are those that the app asks for; none for all of its own.
	Scopes []string
	// Targets are audience and resource; none for this API.
	Targets []string
	// The rest belongs to the exchange.
	SubjectToken, SubjectTokenType, RequestedTokenType, ActorToken string
}

// TokenAnswer is a token with what is said of it (RFC 6749 §5.1, RFC 8693 §2.2.1).
type TokenAnswer struct {
	AccessToken     string `json:"access_token"`
	IssuedTokenType string `json:"issued_token_type,omitempty"`
	TokenType       string `json:"token_type"`
	ExpiresIn       int    `json:"expires_in"`
	Scope           string `json:"scope"`
	// ClientID and Notice are for the log.
	ClientID domain.ID         `json:"-"`
	Notice   *domain.AppNotice `json:"-"`
}
