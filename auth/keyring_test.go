package auth_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
)

// keyServer publishes a key set on loopback.
type keyServer struct {
	*httptest.Server
	fetches atomic.Int64
	answer  atomic.Pointer[http.HandlerFunc]
}

func newKeyServer(t *testing.T, set []byte) *keyServer {
	t.Helper()
	s := &keyServer{}
	s.publish(set)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fetches.Add(1)
		(*s.answer.Load())(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *keyServer) serve(h http.HandlerFunc) { s.answer.Store(&h) }

func (s *keyServer) publish(set []byte) {
	s.serve(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(set) })
}

func (s *keyServer) fail() {
	s.serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
}

func (s *keyServer) issuer(algorithms ...auth.Algorithm) auth.Issuer {
	return auth.Issuer{URL: issuerURL, Audience: audience, Algorithms: algorithms, KeysURL: s.URL + "/jwks.json"}
}

// endless is a token that stays good however the test moves the clock.
func (s signer) endless(t *testing.T, c *clock) string {
	t.Helper()
	now := c.now()
	return s.token(t, with(goodClaims(), object{
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}))
}

func verify(t *testing.T, v *auth.Verifier, token string) string {
	t.Helper()
	_, err := v.Verify(t.Context(), token)
	return reasonOf(err)
}

const accepted = "<nil>"

func TestKeysRotateWithoutAGap(t *testing.T) {
	t.Parallel()
	before, after, now := newES256(t, "2026-a"), newES256(t, "2026-b"), &clock{}
	s := newKeyServer(t, jwks(t, before))
	v := newVerifier(t, config(now, s.issuer(auth.ES256)))
	if got := verify(t, v, before.endless(t, now)); got != accepted {
		t.Fatal(got)
	}

	// Published and used at once: the first token waits for the refresh.
	now.advance(auth.RefreshAtMost)
	s.publish(jwks(t, before, after))
	for _, k := range []signer{before, after, before} {
		if got := verify(t, v, k.endless(t, now)); got != accepted {
			t.Errorf("during the rotation, %s: %s", k.kid, got)
		}
	}
	if n := s.fetches.Load(); n != 2 {
		t.Errorf("%d fetches, want 2", n)
	}

	// Withdrawn: nobody asks for it, it goes with the next refresh.
	s.publish(jwks(t, after))
	now.advance(auth.RefreshEvery)
	if got := verify(t, v, after.endless(t, now)); got != accepted {
		t.Errorf("the refresh made a request fail: %s", got)
	}
	eventually(t, "the withdrawn key is refused", func() bool {
		return verify(t, v, before.endless(t, now)) == string(auth.UnknownKey)
	})
}

func TestKeysGoOnWhenTheirSourceIsDown(t *testing.T) {
	t.Parallel()
	key, now, log := newES256(t, "k"), &clock{}, &journal{}
	s := newKeyServer(t, jwks(t, key))
	c := config(now, s.issuer(auth.ES256))
	c.Log = log.logger()
	v := newVerifier(t, c)
	if got := verify(t, v, key.endless(t, now)); got != accepted {
		t.Fatal(got)
	}
	s.fail()
	for now.advance(auth.RefreshEvery); now.now().Before(start.Add(auth.KeepFor)); now.advance(time.Hour) {
		if got := verify(t, v, key.endless(t, now)); got != accepted {
			t.Fatalf("%s after the source went down: %s", now.now().Sub(start), got)
		}
	}
	eventually(t, "the failure is logged", func() bool { return strings.Contains(log.String(), "502") })

	// A day later a key that may have been withdrawn is not honoured any more,
	// and the callers are told to try again rather than to sign in again.
	now.advance(auth.KeepFor)
	if got := verify(t, v, key.endless(t, now)); !strings.Contains(got, auth.ErrKeysUnavailable.Error()) {
		t.Errorf("after a day: %s", got)
	}
	s.publish(jwks(t, key))
	now.advance(auth.LastRetry)
	if got := verify(t, v, key.endless(t, now)); got != accepted {
		t.Errorf("after it came back: %s", got)
	}
}

func TestBackOffGrowsWithFailures(t *testing.T) {
	t.Parallel()
	key, now := newES256(t, "k"), &clock{}
	s := newKeyServer(t, nil)
	s.fail()
	v := newVerifier(t, config(now, s.issuer(auth.ES256)))
	// The first request waits for the load that the start began.
	verify(t, v, key.endless(t, now))

	for i, pause := range []time.Duration{
		auth.FirstRetry, 2 * auth.FirstRetry, 4 * auth.FirstRetry, 8 * auth.FirstRetry,
		16 * auth.FirstRetry, 32 * auth.FirstRetry, auth.LastRetry, auth.LastRetry,
	} {
		now.advance(pause - time.Second)
		for range 20 {
			verify(t, v, key.endless(t, now))
		}
		if n := s.fetches.Load(); n != int64(i+1) {
			t.Fatalf("failure %d: %d fetches before the pause of %s is over, want %d", i+1, n, pause, i+1)
		}
		now.advance(time.Second)
		verify(t, v, key.endless(t, now))
		if n := s.fetches.Load(); n != int64(i+2) {
			t.Fatalf("failure %d: %d fetches after the pause of %s, want %d", i+1, n, pause, i+2)
		}
	}
}

func TestUnknownKeysMakeFewFetches(t *testing.T) {
	t.Parallel()
	key, now := newES256(t, "k"), &clock{}
	s := newKeyServer(t, jwks(t, key))
	v := newVerifier(t, config(now, s.issuer(auth.ES256)))
	if got := verify(t, v, key.endless(t, now)); got != accepted {
		t.Fatal(got)
	}
	stranger := newES256(t, "stranger")
	token := stranger.endless(t, now)
	for range 3 {
		now.advance(auth.RefreshAtMost)
		var flood sync.WaitGroup
		for range 200 {
			flood.Go(func() {
				if got := verify(t, v, token); got != string(auth.UnknownKey) {
					t.Errorf("a stranger's token: %s", got)
				}
			})
		}
		flood.Wait()
	}
	if n := s.fetches.Load(); n != 4 {
		t.Errorf("600 unknown keys in three rounds made %d fetches, want one a round after the first", n)
	}
}

func TestBadKeySetsLeaveTheOldKeys(t *testing.T) {
	t.Parallel()
	key := newES256(t, "k")
	set := jwks(t, key)
	for name, answer := range map[string]http.HandlerFunc{
		"huge": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(append(bytes.Repeat([]byte(" "), auth.MaxKeySetBytes), set...))
		},
		"huge once unpacked": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(append(bytes.Repeat([]byte(" "), auth.MaxKeySetBytes), set...))
			_ = z.Close()
		},
		"cut": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(set[:len(set)-2]) },
		"HTML": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("<html>welcome to the hotel</html>"))
		},
		"no key":       func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) },
		"another type": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(jwks(t, newEdDSA(t, "k"))) },
		"weak RSA":     func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(weakRSA) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/elsewhere") {
				_, _ = w.Write(jwks(t, newES256(t, "evil")))
				return
			}
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := &clock{}
			s := newKeyServer(t, set)
			v := newVerifier(t, config(now, s.issuer(auth.ES256, auth.RS256)))
			if got := verify(t, v, key.endless(t, now)); got != accepted {
				t.Fatal(got)
			}
			s.serve(answer)
			now.advance(auth.RefreshEvery)
			// A stranger's token waits for the refresh, which fails.
			if got := verify(t, v, newES256(t, "evil").endless(t, now)); got != string(auth.UnknownKey) {
				t.Errorf("a stranger's token: %s", got)
			}
			if got := verify(t, v, key.endless(t, now)); got != accepted {
				t.Errorf("the old key: %s", got)
			}
			if n := s.fetches.Load(); n != 2 {
				t.Errorf("%d fetches, want 2", n)
			}
		})
	}
}

func TestSlowKeysDoNotHoldACallerThatLeaves(t *testing.T) {
	t.Parallel()
	key, now := newES256(t, "k"), &clock{}
	s := newKeyServer(t, nil)
	release := make(chan struct{})
	set := jwks(t, key)
	s.serve(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		_, _ = w.Write(set)
	})
	v := newVerifier(t, config(now, s.issuer(auth.ES256)))
	ctx, leave := context.WithCancel(t.Context())
	leave()
	_, err := v.Verify(ctx, key.endless(t, now))
	if !strings.Contains(reasonOf(err), auth.ErrKeysUnavailable.Error()) {
		t.Errorf("the caller that left: %v", err)
	}
	close(release)
	// The load went on for the others.
	if got := verify(t, v, key.endless(t, now)); got != accepted {
		t.Errorf("the caller that stayed: %s", got)
	}
	if n := s.fetches.Load(); n != 1 {
		t.Errorf("%d fetches, want 1", n)
	}
}

func TestKeyFileIsReadAgain(t *testing.T) {
	t.Parallel()
	before, after, now := newES256(t, "2026-a"), newES256(t, "2026-b"), &clock{}
	path := filepath.Join(t.TempDir(), "keys.pem")
	write := func(raw []byte) {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(pemOf(t, before))
	v := newVerifier(t, config(now, auth.Issuer{
		URL: issuerURL, Audience: audience, Algorithms: []auth.Algorithm{auth.ES256}, KeyFile: path,
	}))
	write(append(pemOf(t, before), pemOf(t, after)...))
	now.advance(auth.RefreshAtMost)
	for _, k := range []signer{after, before} {
		if got := verify(t, v, k.endless(t, now)); got != accepted {
			t.Errorf("%s: %s", k.kid, got)
		}
	}
}
