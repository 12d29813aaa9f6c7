package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// refreshEvery is the age at which a key set is read again in the background:
	// a key that is published that long before its first use rotates unnoticed.
	refreshEvery = 10 * time.Minute
	// refreshAtMost is the pace of refreshes for unknown keys. Anybody can name an
	// unknown key, so that this is all the traffic a stranger can make us cause.
	refreshAtMost = 10 * time.Second
	// keepFor is how long keys go on when their source is down. It is a day, as
	// the longest token, so that a withdrawn key is not honoured for ever.
	keepFor = 24 * time.Hour
	// firstRetry doubles at each failure up to lastRetry.
	firstRetry = 5 * time.Second
	lastRetry  = 5 * time.Minute

	loadTimeout    = 5 * time.Second
	maxKeySetBytes = 256 << 10
)

// keyring is the keys of one issuer, kept up to date on demand: a request that
// finds them old starts the refresh and goes on with the old ones, a request
// that finds its key missing waits for it. At most one load runs at a time.
type keyring struct {
	load  func(context.Context) ([]byte, error)
	rules keyRules
	clock func() time.Time
	log   *slog.Logger

	mu sync.Mutex
	// keys is replaced as a whole and never written to.
	keys     map[string]publicKey
	loaded   time.Time
	next     time.Time     // no load starts before.
	failures int           // in a row.
	loading  chan struct{} // closed when the load under way ends; nil when there is none.
}

// key returns the issuer's key of that name.
func (r *keyring) key(ctx context.Context, kid string) (publicKey, error) {
	k, wait, err := r.find(kid, true)
	if wait == nil {
		return k, err
	}
	select {
	case <-wait:
	case <-ctx.Done():
		return publicKey{}, fmt.Errorf("%w: %w", ErrKeysUnavailable, ctx.Err())
	}
	k, _, err = r.find(kid, false)
	return k, err
}

// find looks a key up; wait is set when it is worth waiting for a load.
func (r *keyring) find(kid string, mayLoad bool) (k publicKey, wait <-chan struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.clock()
	k, known := r.keys[kid]
	usable := r.keys != nil && now.Before(r.loaded.Add(keepFor))
	if known && usable {
		if mayLoad && !now.Before(r.loaded.Add(refreshEvery)) {
			r.start(now)
		}
		return k, nil, nil
	}
	if mayLoad {
		wait = r.start(now)
	}
	if !usable {
		return publicKey{}, wait, ErrKeysUnavailable
	}
	return publicKey{}, wait, &TokenError{Reason: UnknownKey}
}

// start begins a load unless one runs or it is too early; the lock is held. The
// load belongs to nobody's request, so that no caller can cut it short.
func (r *keyring) start(now time.Time) <-chan struct{} {
	if r.loading != nil {
		return r.loading
	}
	if now.Before(r.next) {
		return nil
	}
	done := make(chan struct{})
	r.loading = done
	go func() {
		defer close(done)
		ctx, cancel := context.WithTimeout(context.Background(), loadTimeout) //nolint:forbidigo // the load outlives the request that started it
		defer cancel()
		_ = r.refresh(ctx) // logged there; the waiting requests look for themselves.
	}()
	return done
}

// refresh loads the set once. On failure the keys at hand stay. It returns what
// is wrong with the set, also when the rest of it was taken.
func (r *keyring) refresh(ctx context.Context) error {
	raw, err := r.load(ctx)
	var keys map[string]publicKey
	var unfit []error
	if err == nil {
		keys, unfit, err = parseKeySet(raw, r.rules)
	}

	r.mu.Lock()
	defer r.mu.Unlock()
	r.loading = nil
	now := r.clock()
	if err != nil {
		r.failures++
		r.next = now.Add(backOff(r.failures))
		r.log.Warn("the issuer's keys were not refreshed", "error", err, "failures", r.failures, "retry", r.next)
		return err
	}
	for _, u := range unfit {
		r.log.Error("a key of the issuer was left out", "error", u)
	}
	r.keys, r.loaded, r.failures = keys, now, 0
	r.next = now.Add(refreshAtMost)
	return errors.Join(unfit...)
}

func backOff(failures int) time.Duration {
	d := firstRetry
	for range failures - 1 {
		if d *= 2; d >= lastRetry {
			return lastRetry
		}
	}
	return d
}

// fromFile reads a key file of bounded size.
func fromFile(path string) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) {
		f, err := os.Open(path) //nolint:gosec // the path is the operator's setting.
		if err != nil {
			return nil, fmt.Errorf("open the key file: %w", err)
		}
		defer func() { _ = f.Close() }() // nothing was written.
		return readBounded(f)
	}
}

// fromMemory returns a set that never changes.
func fromMemory(set []byte) func(context.Context) ([]byte, error) {
	return func(context.Context) ([]byte, error) { return set, nil }
}

// fromAddress fetches a JWK Set. Redirects are not followed: one could lead from
// https to plain http, or into the internal network.
func fromAddress(address string) func(context.Context) ([]byte, error) {
	client := newClient()
	return func(ctx context.Context) ([]byte, error) { return fetch(ctx, client, address) }
}

// fromDiscovery finds the address of the JWK Set in the issuer's discovery document
// and fetches the set. The library compares the document's issuer with the one that
// was asked, so that no issuer can pass for another. Both documents are read at each
// refresh: an issuer may move its keys.
func fromDiscovery(issuer string, production bool) func(context.Context) ([]byte, error) {
	client := newClient()
	return func(ctx context.Context) ([]byte, error) {
		provider, err := oidc.NewProvider(oidc.ClientContext(ctx, client), issuer)
		if err != nil {
			// The library repeats the whole answer of a server that refuses.
			return nil, fmt.Errorf("discover the issuer: %.200s", err.Error())
		}
		var document struct {
			KeysURL string `json:"jwks_uri"`
		}
		if err := provider.Claims(&document); err != nil {
			return nil, fmt.Errorf("read the discovery document: %w", err)
		}
		if err := checkAddress(document.KeysURL, production); err != nil {
			return nil, fmt.Errorf("jwks_uri of the discovery document: %w", err)
		}
		return fetch(ctx, client, document.KeysURL)
	}
}

// bounded cuts what a server answers: libraries read bodies whole.
type bounded struct{ http.RoundTripper }

// RoundTrip bounds the body of the answer.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, maxKeySetBytes)
	}
	return res, err
}

func newClient() *http.Client {
	return &http.Client{
		Timeout:       loadTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: bounded{&http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DisableKeepAlives:      true, // one request in ten minutes.
			TLSHandshakeTimeout:    loadTimeout,
			ResponseHeaderTimeout:  loadTimeout,
			MaxResponseHeaderBytes: 64 << 10,
			ForceAttemptHTTP2:      true,
		}},
	}
}

func fetch(ctx context.Context, client *http.Client, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for the JWK Set: %w", err)
	}
	req.Header.Set("Accept", "application/jwk-set+json, application/json")
	res, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask for the JWK Set: %w", err)
	}
	defer func() { _ = res.Body.Close() }() // read to its end or given up.
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for the JWK Set: %s", res.Status)
	}
	return readBounded(res.Body)
}

func readBounded(r io.Reader) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxKeySetBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the key set: %w", err)
	}
	if len(raw) > maxKeySetBytes {
		return nil, fmt.Errorf("the key set is over %d bytes", maxKeySetBytes)
	}
	return raw, nil
}
