package service

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/lockout"
	"github.com/guichet-logement/guichet/ent/partnerapp"
	"github.com/guichet-logement/guichet/ent/usedassertion"
	"github.com/guichet-logement/guichet/policy"
)

// Tokens gives partner apps their tokens.
type Tokens struct {
	service  *Service
	signer   *auth.Signer
	verifier *auth.Verifier
	// endpoint is the address of the token endpoint, which assertions may name.
	endpoint string
}

// NewTokens gives tokens signed by that signer. The verifier checks the tokens of
// people that apps present.
func NewTokens(s *Service, signer *auth.Signer, verifier *auth.Verifier, endpoint string) *Tokens {
	return &Tokens{service: s, signer: signer, verifier: verifier, endpoint: endpoint}
}

// Issue answers a request for a token that came from that address. A refusal is an
// [*auth.GrantError]; any other error is ours.
func (t *Tokens) Issue(ctx context.Context, r auth.TokenRequest, from netip.Addr) (*auth.TokenAnswer, error) {
	if r.GrantType != auth.ClientCredentialsGrant && r.GrantType != auth.TokenExchangeGrant {
		return nil, refuseGrant(auth.UnsupportedGrantType, "The grant is client_credentials or "+auth.TokenExchangeGrant+".")
	}
	row, err := t.authenticate(ctx, r)
	if err != nil {
		return nil, err
	}
	app, err := appOf(row, t.service.clock.Now())
	if err != nil {
		return nil, err
	}
	if !app.ReachesFrom(from) {
		return nil, &auth.GrantError{Code: auth.InvalidClient, Description: badClient, Cause: errors.New("called from another network")}
	}
	grant := auth.Grant{ClientID: string(app.ID), NotBefore: orZero(row.TokensFrom)}
	answer := &auth.TokenAnswer{TokenType: "Bearer", ClientID: app.ID, Notice: app.Notice}
	if err := t.checkTarget(r, app); err != nil {
		return nil, err
	}
	if r.GrantType == auth.TokenExchangeGrant {
		answer.IssuedTokenType = auth.AccessTokenType
		if grant.Person, err = t.exchange(ctx, r, app); err != nil {
			return nil, err
		}
	}
	token, lifetime, err := t.signer.Sign(grant)
	if err != nil {
		return nil, err
	}
	answer.AccessToken, answer.ExpiresIn = token, int(lifetime/time.Second)
	scopes := make([]string, len(app.Scopes))
	for i, s := range app.Scopes {
		scopes[i] = string(s)
	}
	answer.Scope = strings.Join(scopes, " ")
	return answer, nil
}

// checkTarget refuses scopes that the app does not have, and other services than this
// one. A token has all the scopes of its app: which those are is read at each
// request, and no claim can change them.
func (t *Tokens) checkTarget(r auth.TokenRequest, app *auth.App) error {
	for _, s := range r.Scopes {
		if !app.May(domain.AppScope(s)) {
			return refuseGrant(auth.InvalidScope, "The app does not have one of the scopes.")
		}
	}
	for _, target := range r.Targets {
		if target != t.signer.Audience() && target != t.signer.Issuer() {
			return refuseGrant(auth.InvalidTarget, "Tokens are for "+t.signer.Audience()+".")
		}
	}
	return nil
}

// exchange checks the person's own token that the app presents (RFC 8693), and
// whether the app may act for that person. Why not is for the log.
func (t *Tokens) exchange(ctx context.Context, r auth.TokenRequest, app *auth.App) (*auth.Subject, error) {
	switch {
	case !app.May(domain.ActForPersonScope):
		return nil, refuseGrant(auth.UnauthorisedClient, "The app lacks the scope ACT_FOR_PERSON.")
	case r.ActorToken != "":
		return nil, refuseGrant(auth.InvalidRequest, "The app is the actor: leave actor_token out.")
	case r.SubjectToken == "" || !slices.Contains(auth.SubjectTokenTypes(), r.SubjectTokenType):
		return nil, refuseGrant(auth.InvalidRequest, "Send the person's token in subject_token, and its type.")
	case r.RequestedTokenType != "" && r.RequestedTokenType != auth.AccessTokenType:
		return nil, refuseGrant(auth.InvalidRequest, "Tokens are of the type "+auth.AccessTokenType+".")
	}
	subject, err := t.verifier.VerifySubject(ctx, r.SubjectToken, append([]string{string(app.ID)}, app.Audiences...))
	var refused *auth.TokenError
	switch {
	case errors.As(err, &refused) && refused.Reason == auth.NotStrong:
		return nil, &auth.GrantError{Code: auth.InvalidRequest, Description: "The person must sign in again with a second factor.", Cause: err}
	case errors.As(err, &refused):
		return nil, badSubject(err)
	case err != nil:
		return nil, err
	}
	person, err := t.service.recognisePerson(ctx, subject.Identity, t.service.clock.Now())
	switch {
	case errors.Is(err, domain.NotFound):
		return nil, badSubject(err)
	case err != nil:
		return nil, err
	case !policy.ExchangeToken(app, person):
		return nil, badSubject(errors.New("the person is of another organisation"))
	}
	return subject, nil
}

const badClient = "The client or its proof was not accepted."

func refuseGrant(code auth.GrantCode, description string) error {
	return &auth.GrantError{Code: code, Description: description}
}

func badSubject(cause error) error {
	return &auth.GrantError{Code: auth.InvalidRequest, Description: "The subject token was not accepted for this app.", Cause: cause}
}

// authenticate returns the app that proved itself. One that does not exist, that is
// over and whose proof is wrong get the same answer.
func (t *Tokens) authenticate(ctx context.Context, r auth.TokenRequest) (*ent.PartnerApp, error) {
	ctx = policy.AuthenticateApp(ctx)
	var row *ent.PartnerApp
	var err error
	if r.Assertion != "" {
		row, err = t.byAssertion(ctx, r)
	} else {
		row, err = t.bySecret(ctx, r.ClientID, r.Secret)
	}
	if err != nil {
		return nil, err
	}
	if over(row, t.service.clock.Now()) {
		return nil, &auth.GrantError{Code: auth.InvalidClient, Description: badClient, Cause: errors.New("the app is over")}
	}
	return row, t.service.noteUse(ctx, row)
}

// byAssertion checks a signature (RFC 7523). Failures do not count: nobody finds a
// signature by trying, and strangers who know the client id could lock the app out.
func (t *Tokens) byAssertion(ctx context.Context, r auth.TokenRequest) (*ent.PartnerApp, error) {
	id, err := auth.AssertedClient(r.Assertion)
	if err == nil && r.ClientID != "" && r.ClientID != id {
		err = errors.New("client_id is not that of the assertion")
	}
	if err != nil {
		return nil, &auth.GrantError{Code: auth.InvalidClient, Description: badClient, Cause: err}
	}
	row, err := t.service.partnerApp(ctx, domain.ID(id))
	if ent.IsNotFound(err) {
		return nil, &auth.GrantError{Code: auth.InvalidClient, Description: badClient, Cause: errors.New("no such client")}
	}
	if err != nil {
		return nil, fmt.Errorf("authenticate app: %w", err)
	}
	audiences := []string{t.endpoint, t.signer.Issuer()}
	assertion, err := auth.VerifyAssertion(r.Assertion, id, row.PublicKeys, audiences, t.service.clock.tokens)
	if err != nil {
		return nil, &auth.GrantError{Code: auth.InvalidClient, Description: badClient, Cause: err}
	}
	return row, t.service.useAssertion(ctx, id, assertion)
}

// useAssertion takes an assertion once, whichever process sees it first.
func (s *Service) useAssertion(ctx context.Context, client string, a auth.Assertion) error {
	now := s.clock.tokens()
	if _, err := s.ent.UsedAssertion.Delete().Where(usedassertion.ExpiresAtLT(now)).Exec(ctx); err != nil {
		return fmt.Errorf("forget old assertions: %w", err)
	}
	hash := sha256.Sum256([]byte(client + "\x00" + a.ID))
	err := s.ent.UsedAssertion.Create().SetHash(hash[:]).SetExpiresAt(a.Expires).Exec(ctx)
	if ent.IsConstraintError(err) {
		return &auth.GrantError{Code: auth.InvalidClient, Description: badClient, Cause: errors.New("the assertion was used before")}
	}
	if err != nil {
		return fmt.Errorf("remember an assertion: %w", err)
	}
	return nil
}

// nobodysHash is compared where there is no secret, so that this takes as long. It is
// the hash of nothing that anybody knows.
var nobodysHash = make([]byte, sha256.Size)

// bySecret checks a secret and counts failures. The row that counts them is locked
// meanwhile: two processes cannot try more often than one.
func (t *Tokens) bySecret(ctx context.Context, clientID, secret string) (*ent.PartnerApp, error) {
	id, err := domain.ParseID(clientID)
	if err != nil {
		id = "" // nobody's
	}
	var refused error
	err = t.service.inTx(ctx, func(tx *ent.Tx) error {
		refused = nil
		app, err := tx.PartnerApp.Query().Where(partnerapp.ID(id)).WithSecrets().ForUpdate().Only(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return err
		}
		count, save, err := failuresOf(ctx, tx, app, clientID)
		if err != nil {
			return err
		}
		now := t.service.clock.tokens()
		if wait, locked := count.Locked(now); locked {
			refused = &auth.GrantError{Code: auth.InvalidClient, Description: "Too many failed attempts.", RetryAfter: wait}
			return nil
		}
		if matches(app, secret) {
			if count == (domain.LockOut{}) {
				return nil
			}
			return save(domain.LockOut{})
		}
		refused = &auth.GrantError{Code: auth.InvalidClient, Description: badClient, Cause: errors.New("no such client or secret")}
		return save(count.Failed(now))
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("authenticate app: %w", err)
	case refused != nil:
		return nil, refused
	}
	return t.service.partnerApp(ctx, id)
}

func matches(app *ent.PartnerApp, secret string) bool {
	kept := []*ent.PartnerAppSecret{{Hash: nobodysHash}}
	if app != nil && len(app.Edges.Secrets) > 0 {
		kept = app.Edges.Secrets
	}
	found := false
	for _, k := range kept {
		found = auth.MatchesSecret(secret, k.Hash) || found
	}
	return found
}

// buckets is how many rows count the failures under client ids that nobody has.
const buckets = 256

// failuresOf returns the failures that count for a client id, and how to write them.
func failuresOf(ctx context.Context, tx *ent.Tx, app *ent.PartnerApp, clientID string) (domain.LockOut, func(domain.LockOut) error, error) {
	if app != nil {
		count := domain.LockOut{Failures: app.Failures, Since: orZero(app.FailuresSince), Until: orZero(app.LockedUntil)}
		return count, func(l domain.LockOut) error { return saveFailures(ctx, tx.PartnerApp.UpdateOne(app), l) }, nil
	}
	bucket := int(sha256.Sum256([]byte(clientID))[0]) % buckets
	err := tx.LockOut.Create().SetBucket(bucket).OnConflict(sql.ConflictColumns(lockout.FieldBucket), sql.ResolveWithIgnore()).Exec(ctx)
	if err != nil {
		return domain.LockOut{}, nil, err
	}
	row, err := tx.LockOut.Query().Where(lockout.Bucket(bucket)).ForUpdate().Only(ctx)
	if err != nil {
		return domain.LockOut{}, nil, err
	}
	count := domain.LockOut{Failures: row.Failures, Since: orZero(row.FailuresSince), Until: orZero(row.LockedUntil)}
	return count, func(l domain.LockOut) error { return saveFailures(ctx, tx.LockOut.UpdateOne(row), l) }, nil
}

// failures is the update of a row that counts them.
type failures[U any] interface {
	SetFailures(int) U
	SetFailuresSince(time.Time) U
	ClearFailuresSince() U
	SetLockedUntil(time.Time) U
	ClearLockedUntil() U
	Exec(context.Context) error
}

func saveFailures[U failures[U]](ctx context.Context, row U, l domain.LockOut) error {
	row = row.SetFailures(l.Failures)
	if l.Since.IsZero() {
		row = row.ClearFailuresSince()
	} else {
		row = row.SetFailuresSince(l.Since)
	}
	if l.Until.IsZero() {
		row = row.ClearLockedUntil()
	} else {
		row = row.SetLockedUntil(l.Until)
	}
	return row.Exec(ctx)
}
