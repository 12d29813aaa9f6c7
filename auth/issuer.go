package auth

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Algorithm is a signature algorithm (RFC 7518, RFC 8037). The list is closed to
// asymmetric ones: a shared secret would let the service forge its callers.
type Algorithm string

// The algorithms that an issuer may be configured with.
const (
	ES256 Algorithm = "ES256"
	EdDSA Algorithm = "EdDSA"
	RS256 Algorithm = "RS256"
)

// Issuer is an identity provider whose tokens are accepted, as the operator
// configures it. Exactly one of KeyFile, KeySet and KeysURL is set.
type Issuer struct {
	// URL is the exact value of the claim iss.
	URL string
	// Audience must be one of the values of the claim aud.
	Audience string
	// Algorithms are those the issuer signs with; at least one.
	Algorithms []Algorithm
	// KeyFile is the path of a file of public keys, as PEM blocks (PUBLIC KEY,
	// with an optional header "Kid: …") or as a JWK Set. It is read again every
	// ten minutes, so that keys rotate without a restart.
	KeyFile string
	// KeySet holds what such a file would contain.
	KeySet []byte
	// KeysURL is the address of the issuer's JWK Set. It must be https; plain http
	// is let through on loopback, outside production.
	KeysURL string
}

// ErrConfiguration is a setting under which no [Verifier] is made.
var ErrConfiguration = errors.New("authentication settings")

func (i Issuer) validate(c *Config) error {
	if err := checkAddress(i.URL, c.Production); err != nil {
		return fmt.Errorf("%w: issuer %q: url %w", ErrConfiguration, i.URL, err)
	}
	if slices.ContainsFunc(c.ForbiddenIssuers, func(f string) bool { return sameHost(f, i.URL) }) {
		return fmt.Errorf("%w: issuer %q is refused here: it belongs to the sandbox", ErrConfiguration, i.URL)
	}
	if i.Audience == "" {
		return fmt.Errorf("%w: issuer %q has no audience", ErrConfiguration, i.URL)
	}
	if len(i.Algorithms) == 0 {
		return fmt.Errorf("%w: issuer %q has no algorithm: give some of ES256, EdDSA, RS256", ErrConfiguration, i.URL)
	}
	for _, a := range i.Algorithms {
		if a != ES256 && a != EdDSA && a != RS256 {
			return fmt.Errorf("%w: issuer %q: algorithm %q is not one of ES256, EdDSA, RS256", ErrConfiguration, i.URL, a)
		}
	}
	sources := 0
	for _, set := range []bool{i.KeyFile != "", len(i.KeySet) > 0, i.KeysURL != ""} {
		if set {
			sources++
		}
	}
	if sources != 1 {
		return fmt.Errorf("%w: issuer %q needs exactly one of a key file, a key set and a keys address", ErrConfiguration, i.URL)
	}
	if i.KeysURL != "" {
		if err := checkAddress(i.KeysURL, c.Production); err != nil {
			return fmt.Errorf("%w: issuer %q: keys address %w", ErrConfiguration, i.URL, err)
		}
	}
	return nil
}

// checkAddress keeps keys and identities off the plain network: whoever can
// rewrite a key set on its way can sign as anybody.
func checkAddress(address string, production bool) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return errors.New("must be an absolute address without user or fragment")
	}
	if u.Scheme == "https" || u.Scheme == "http" && !production && loopback(u.Hostname()) {
		return nil
	}
	return errors.New("must be https (http is for loopback, outside production)")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sameHost compares loosely, so that a slash or a capital is no way around.
func sameHost(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	if errA != nil || errB != nil {
		return false
	}
	fold := func(u *url.URL) string { return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") }
	return fold(ua) == fold(ub)
}
