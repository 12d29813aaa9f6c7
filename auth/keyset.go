package auth

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"

	"github.com/MicahParks/jwkset"
)

const (
	maxKeys     = 100
	maxKeyID    = 200  // characters of a kid.
	minRSABits  = 2048 // RFC 7518 §3.3.
	maxRSABits  = 8192 // a larger key only slows the service down.
	pemKeyIDKey = "Kid"
)

// ErrForbiddenKey is a key that is public knowledge, such as the sandbox's.
var ErrForbiddenKey = errors.New("the key is forbidden here")

// publicKey is a key of an issuer with the one algorithm it may be used with.
type publicKey struct {
	key       crypto.PublicKey
	algorithm Algorithm
}

// keyRules say which keys of a set are taken.
type keyRules struct {
	algorithms []Algorithm
	// forbidden are thumbprints (RFC 7638).
	forbidden []string
}

// Thumbprint returns the SHA-256 thumbprint of a public key (RFC 7638), in
// base64url. It names the key whatever file, set or identifier it comes under.
func Thumbprint(key crypto.PublicKey) (string, error) {
	jwk, err := jwkset.NewJWKFromKey(key, jwkset.JWKOptions{})
	if err != nil {
		return "", fmt.Errorf("describe the key: %w", err)
	}
	m := jwk.Marshal()
	// The members in lexical order, as §3 of the RFC wants them; their values are
	// base64url or registered words, so that no escaping is needed.
	var canonical string
	switch m.KTY {
	case jwkset.KtyEC:
		canonical = fmt.Sprintf(`{"crv":"%s","kty":"EC","x":"%s","y":"%s"}`, m.CRV, m.X, m.Y)
	case jwkset.KtyOKP:
		canonical = fmt.Sprintf(`{"crv":"%s","kty":"OKP","x":"%s"}`, m.CRV, m.X)
	case jwkset.KtyRSA:
		canonical = fmt.Sprintf(`{"e":"%s","kty":"RSA","n":"%s"}`, m.E, m.N)
	case jwkset.KtyOct:
		return "", errors.New("a shared secret has no public thumbprint")
	default:
		return "", fmt.Errorf("key type %q has no thumbprint", m.KTY)
	}
	sum := sha256.Sum256([]byte(canonical))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// parseKeySet reads PEM blocks or a JWK Set. It returns the usable keys by
// identifier (the thumbprint for a key without one) and what is wrong with each
// key that was left out. Keys for other uses are left out in silence: providers
// publish encryption keys in the same set. A set without a usable key is an error.
func parseKeySet(raw []byte, rules keyRules) (keys map[string]publicKey, unfit []error, err error) {
	raw = bytes.TrimSpace(raw)
	s := &keySet{rules: rules, keys: map[string]publicKey{}}
	if bytes.HasPrefix(raw, []byte("{")) {
		err = s.readJWKS(raw)
	} else {
		err = s.readPEM(raw)
	}
	if err != nil {
		return nil, nil, err
	}
	if len(s.keys) == 0 {
		return nil, s.unfit, errors.Join(append([]error{errors.New("the key set has no usable key")}, s.unfit...)...)
	}
	return s.keys, s.unfit, nil
}

type keySet struct {
	rules keyRules
	keys  map[string]publicKey
	unfit []error
}

func (s *keySet) readJWKS(raw []byte) error {
	var set jwkset.JWKSMarshal
	if err := json.Unmarshal(raw, &set); err != nil {
		return fmt.Errorf("read the JWK Set: %w", err)
	}
	if len(set.Keys) > maxKeys {
		return fmt.Errorf("the JWK Set has %d keys, over %d", len(set.Keys), maxKeys)
	}
	for _, k := range set.Keys {
		if k.USE == jwkset.UseEnc ||
			k.ALG != "" && !slices.Contains(s.rules.algorithms, Algorithm(k.ALG)) {
			continue
		}
		if len(k.KEYOPS) > 0 && !slices.Contains(k.KEYOPS, jwkset.KeyOpsVerify) {
			continue
		}
		if k.KTY != jwkset.KtyEC && k.KTY != jwkset.KtyOKP && k.KTY != jwkset.KtyRSA {
			continue
		}
		if k.D != "" || k.K != "" {
			s.leaveOut(k.KID, errors.New("the set publishes a private key, which nobody should trust any more"))
			continue
		}
		// Certificates and addresses of certificates are not looked at.
		jwk, err := jwkset.NewJWKFromMarshal(jwkset.JWKMarshal{
			KTY: k.KTY, CRV: k.CRV, X: k.X, Y: k.Y, N: k.N, E: k.E,
			ALG: defaultAlgorithm(k),
		}, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err != nil {
			s.leaveOut(k.KID, err)
			continue
		}
		s.add(k.KID, Algorithm(k.ALG), jwk.Key())
	}
	return nil
}

// defaultAlgorithm is what the library wants to be told of Ed25519 keys.
func defaultAlgorithm(k jwkset.JWKMarshal) jwkset.ALG {
	if k.CRV == jwkset.CrvEd25519 {
		return jwkset.AlgEdDSA
	}
	return ""
}

func (s *keySet) readPEM(raw []byte) error {
	for n := 1; len(raw) > 0; n++ {
		block, rest := pem.Decode(raw)
		if block == nil {
			return errors.New("the key file is neither a JWK Set nor PEM blocks")
		}
		if n > maxKeys {
			return fmt.Errorf("the key file has over %d keys", maxKeys)
		}
		raw = bytes.TrimSpace(rest)
		kid := block.Headers[pemKeyIDKey]
		if block.Type != "PUBLIC KEY" {
			s.leaveOut(kid, fmt.Errorf("PEM block %d is a %s, not a PUBLIC KEY", n, block.Type))
			continue
		}
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			s.leaveOut(kid, fmt.Errorf("PEM block %d: %w", n, err))
			continue
		}
		s.add(kid, "", key)
	}
	return nil
}

// add takes a key if it is fit for its algorithm; declared is what the set says
// of it, empty when it says nothing.
func (s *keySet) add(kid string, declared Algorithm, key crypto.PublicKey) {
	algorithm, err := algorithmOf(key)
	if err != nil {
		s.leaveOut(kid, err)
		return
	}
	if declared != "" && declared != algorithm {
		s.leaveOut(kid, fmt.Errorf("the key is declared for %s and fits %s", declared, algorithm))
		return
	}
	if !slices.Contains(s.rules.algorithms, algorithm) {
		return
	}
	thumbprint, err := Thumbprint(key)
	if err != nil {
		s.leaveOut(kid, err)
		return
	}
	if slices.Contains(s.rules.forbidden, thumbprint) {
		s.leaveOut(kid, ErrForbiddenKey)
		return
	}
	if kid == "" {
		kid = thumbprint
	}
	if len(kid) > maxKeyID {
		s.leaveOut(kid[:maxKeyID], fmt.Errorf("the key identifier is over %d bytes", maxKeyID))
		return
	}
	if _, taken := s.keys[kid]; taken {
		s.leaveOut(kid, errors.New("another key has the same identifier"))
		return
	}
	s.keys[kid] = publicKey{key: key, algorithm: algorithm}
}

func (s *keySet) leaveOut(kid string, err error) {
	s.unfit = append(s.unfit, fmt.Errorf("key %q: %w", kid, err))
}

// algorithmOf gives the one algorithm a key may be used with, so that a token
// cannot choose another (RFC 8725 §3.1).
func algorithmOf(key crypto.PublicKey) (Algorithm, error) {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() {
			return "", fmt.Errorf("curve %s is not P-256", k.Curve.Params().Name)
		}
		return ES256, nil
	case ed25519.PublicKey:
		return EdDSA, nil
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSABits || n > maxRSABits {
			return "", fmt.Errorf("an RSA key of %d bits is not between %d and %d", n, minRSABits, maxRSABits)
		}
		return RS256, nil
	default:
		return "", fmt.Errorf("key type %T is not supported", key)
	}
}
