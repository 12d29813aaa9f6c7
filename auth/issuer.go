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

// Yields says whose tokens an issuer gives. It is the operator's word: nothing in a
// token can make an applicant a member of staff.
type Yields string

// What an issuer yields.
const (
	// Staff is members of staff, known by issuer and subject.
	Staff Yields = "STAFF"
	// Applicants is people who ask for housing, through the portal of one organisation.
	Applicants Yields = "APPLICANTS"
)

// Issuer is an identity provider whose tokens are accepted, as the operator
// configures it. At most one of KeyFile, KeySet and KeysURL is set; with none, the
// address of the keys is in the issuer's discovery document (OpenID Connect
// Discovery 1.0), below URL.
type Issuer struct {
	// URL is the exact value of the claim iss.
	URL string
	// Yields is whose tokens they are; empty means [Staff].
	Yields Yields
	// Organisation is the key of the organisation whose portal it is, for [Applicants].
	Organisation string
	// ACR and AMR are the values of these claims that stand for a strong
	// authentication (RFC 8176): a token needs one of either list. Production demands
	// that there is one; elsewhere two empty lists accept every token.
	ACR, AMR []string
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
	if err := i.validateCallers(c.Production); err != nil {
		return err
	}
	sources := 0
	for _, set := range []bool{i.KeyFile != "", len(i.KeySet) > 0, i.KeysURL != ""} {
		if set {
			sources++
		}
	}
	if sources > 1 {
		return fmt.Errorf("%w: issuer %q takes at most one of a key file, a key set and a keys address", ErrConfiguration, i.URL)
	}
	if i.KeysURL != "" {
		if err := checkAddress(i.KeysURL, c.Production); err != nil {
			return fmt.Errorf("%w: issuer %q: keys address %w", ErrConfiguration, i.URL, err)
		}
	}
	return nil
}

// validateCallers checks what the operator says of the issuer's people.
func (i Issuer) validateCallers(production bool) error {
	switch {
	case i.Yields != "" && i.Yields != Staff && i.Yields != Applicants:
		return fmt.Errorf("%w: issuer %q yields %q, neither STAFF nor APPLICANTS", ErrConfiguration, i.URL, i.Yields)
	case (i.Yields == Applicants) != (i.Organisation != ""):
		return fmt.Errorf("%w: issuer %q: a portal of applicants belongs to one organisation, and no other issuer does", ErrConfiguration, i.URL)
	case slices.Contains(i.ACR, "") || slices.Contains(i.AMR, ""):
		return fmt.Errorf("%w: issuer %q: an accepted acr or amr is empty", ErrConfiguration, i.URL)
	case production && len(i.ACR) == 0 && len(i.AMR) == 0:
		return fmt.Errorf("%w: issuer %q accepts no acr or amr: production demands a strong authentication", ErrConfiguration, i.URL)
	}
	return nil
}

// checkAddress keeps keys and identities off the plain network: whoever can
// rewrite a key set on its way can sign as anybody.
func checkAddress(address string, production bool) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || strings.Contains(address, "#") {
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
