package sandbox_test

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/sandbox"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func config(issuers ...auth.Issuer) auth.Config {
	return auth.Config{Issuers: issuers, Clock: func() time.Time { return start }, Log: slog.New(slog.DiscardHandler)}
}

func production(t *testing.T, issuers ...auth.Issuer) auth.Config {
	t.Helper()
	c, err := sandbox.RefuseInProduction(config(issuers...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestProductionRefusesTheSandbox(t *testing.T) {
	t.Parallel()
	renamed := sandbox.Issuer()
	renamed.URL = "https://id.metropole.example"
	renamedKey := renamed
	renamedKey.KeySet = []byte(strings.Replace(string(renamed.KeySet), `"sandbox"`, `"2026-a"`, 1))
	beside := renamed
	beside.KeySet = []byte(strings.Replace(string(renamed.KeySet), `[{`,
		`[{"kty":"OKP","crv":"Ed25519","kid":"own","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},{`, 1))
	otherKey := beside
	otherKey.URL = "https://SANDBOX.guichet.invalid/"
	portal := sandbox.Portal()
	renamedPortal := portal
	renamedPortal.URL = "https://portal.grenoble.example"
	portalOfStaff := renamed
	portalOfStaff.KeySet = portal.KeySet
	for name, c := range map[string]struct {
		issuer auth.Issuer
		is     error
	}{
		"portal as it is":          {portal, auth.ErrConfiguration},
		"portal's key elsewhere":   {renamedPortal, auth.ErrForbiddenKey},
		"portal's key for staff":   {portalOfStaff, auth.ErrForbiddenKey},
		"as it is":                 {sandbox.Issuer(), auth.ErrConfiguration},
		"name in other letters":    {otherKey, auth.ErrConfiguration},
		"key under another issuer": {renamed, auth.ErrForbiddenKey},
		"key under another name":   {renamedKey, auth.ErrForbiddenKey},
		"key beside a good one":    {beside, auth.ErrForbiddenKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := auth.NewVerifier(t.Context(), production(t, c.issuer)); !errors.Is(err, c.is) {
				t.Errorf("got %v, want %v", err, c.is)
			}
		})
	}
}

// TestProductionRefusesThePublishedKeyAtRunTime: an issuer that is configured by
// address starts to publish the sandbox's key long after the start.
func TestProductionRefusesThePublishedKeyAtRunTime(t *testing.T) {
	t.Parallel()
	var set atomic.Pointer[string]
	publish := func(keys string) { set.Store(&keys) }
	const own = `{"kty":"OKP","crv":"Ed25519","kid":"own","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
	publish(`{"keys":[` + own + `]}`)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(*set.Load()))
	}))
	t.Cleanup(server.Close)

	var moved atomic.Int64
	clock := func() time.Time { return start.Add(time.Duration(moved.Load())) }
	issuer := sandbox.Issuer()
	keys := string(issuer.KeySet)
	issuer.KeySet, issuer.KeysURL = nil, server.URL
	// The same token, and the same address, with the sandbox allowed and refused:
	// only the list of forbidden keys differs, since loopback is no production.
	allowed := config(issuer)
	allowed.Clock = clock
	refused := allowed
	refused.ForbiddenKeys = production(t).ForbiddenKeys
	open, err := auth.NewVerifier(t.Context(), allowed)
	if err != nil {
		t.Fatal(err)
	}
	closed, err := auth.NewVerifier(t.Context(), refused)
	if err != nil {
		t.Fatal(err)
	}
	token, err := sandbox.Token("agent", start, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []*auth.Verifier{open, closed} {
		if _, err := v.Verify(t.Context(), token); reason(err) != auth.UnknownKey {
			t.Fatalf("before its key is published: %v", err)
		}
	}
	publish(strings.Replace(keys, `[`, `[`+own+`,`, 1))
	moved.Store(int64(time.Minute))
	if _, err := open.Verify(t.Context(), token); err != nil {
		t.Errorf("where the sandbox is allowed: %v", err)
	}
	if _, err := closed.Verify(t.Context(), token); reason(err) != auth.UnknownKey {
		t.Errorf("where it is refused: %v", err)
	}
}

func reason(err error) auth.Reason {
	var refused *auth.TokenError
	if !errors.As(err, &refused) {
		return ""
	}
	return refused.Reason
}

func TestTokenRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		subject  string
		lifetime time.Duration
	}{
		"no subject":  {"", time.Hour},
		"no time":     {"agent", 0},
		"past":        {"agent", -time.Hour},
		"over a day":  {"agent", 25 * time.Hour},
		"sub-seconds": {"agent", time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if token, err := sandbox.Token(c.subject, start, c.lifetime); err == nil {
				t.Errorf("made %s", token)
			}
		})
	}
}

func TestTokenIsAcceptedInTheSandbox(t *testing.T) {
	t.Parallel()
	v, err := auth.NewVerifier(t.Context(), config(sandbox.Issuer()))
	if err != nil {
		t.Fatal(err)
	}
	token, err := sandbox.Token("agent-vaulx", start, 24*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	id, err := v.Verify(t.Context(), token)
	want := auth.Identity{Issuer: sandbox.IssuerURL, Subject: "agent-vaulx", Expires: start.Add(24 * time.Hour)}
	if err != nil || id.Issuer != want.Issuer || id.Subject != want.Subject || !id.Expires.Equal(want.Expires) {
		t.Errorf("got %v, %v, want %v", id, err, want)
	}
}

// TestApplicantsComeThroughThePortal: their tokens are its own, and nobody else's are.
func TestApplicantsComeThroughThePortal(t *testing.T) {
	t.Parallel()
	both, err := auth.NewVerifier(t.Context(), config(sandbox.Issuers()...))
	must(t, err)
	staffAlone, err := auth.NewVerifier(t.Context(), config(sandbox.Issuer()))
	must(t, err)
	accounts := map[string]bool{}
	for a := range sandbox.Applications(20) {
		for _, m := range a.Members {
			accounts[m.Account] = true
		}
	}
	delete(accounts, "")
	for _, a := range sandbox.Applicants() {
		token, err := sandbox.Token(a.Name, start, time.Hour)
		must(t, err)
		id, err := both.Verify(t.Context(), token)
		if err != nil || id.Issuer != sandbox.PortalURL || id.Subject != a.Name || !id.Applicant || id.Organisation != "commune-grenoble" {
			t.Errorf("%s is %+v, %v", a.Name, id, err)
		}
		if id, err := staffAlone.Verify(t.Context(), token); err == nil {
			t.Errorf("%s is staff: %+v", a.Name, id)
		}
		bound := a.Name != sandbox.ApplicantReceived && a.Name != sandbox.ApplicantNew
		if accounts[a.Name] != bound || a.About == "" {
			t.Errorf("%s has no line about it, or its account is bound: %t", a.Name, !bound)
		}
		delete(accounts, a.Name)
	}
	if len(accounts) > 0 {
		t.Errorf("not listed: %v", accounts)
	}
	for _, p := range sandbox.Personas() {
		token, err := sandbox.Token(p.Name, start, time.Hour)
		must(t, err)
		if id, err := both.Verify(t.Context(), token); err != nil || id.Applicant {
			t.Errorf("%s is %+v, %v", p.Name, id, err)
		}
	}
}

// TestProductionRefusesTheSandboxSigner: neither to sign with it, nor from whoever
// publishes it.
func TestProductionRefusesTheSandboxSigner(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return start }
	signer, err := sandbox.Signer("https://guichet.example", clock, slog.New(slog.DiscardHandler))
	must(t, err)
	issuer := sandbox.Issuer()
	issuer.URL, issuer.KeySet = "https://id.metropole.example", signer.Published()
	if _, err := auth.NewVerifier(t.Context(), production(t, issuer)); !errors.Is(err, auth.ErrForbiddenKey) {
		t.Errorf("from another issuer: %v", err)
	}
	keys := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8(t, "guichet-sandbox-apps-not-secret!")})
	_, err = auth.NewSigner(auth.SignerConfig{
		Issuer: "https://guichet.example", Keys: keys, Production: true, ForbiddenKeys: production(t).ForbiddenKeys, Clock: clock,
	})
	if !errors.Is(err, auth.ErrForbiddenKey) {
		t.Errorf("to sign with: %v", err)
	}
}

func pkcs8(t *testing.T, seed string) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed([]byte(seed)))
	must(t, err)
	return der
}
