package storage

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"
)

// MinKey is how long a secret must be, in bytes.
const MinKey = 32

// Keys encrypt with the first and decrypt with all: a new one is put in front, and the
// old ones stay as long as something was written with them.
type Keys struct{ all []key }

// key is named in front of what was written with it.
type key struct {
	name [nameLength]byte
	aead *subtle.AESGCMHKDF
}

const (
	nameLength    = 8
	segmentLength = 64 << 10
)

var (
	errShortKey  = fmt.Errorf("a secret needs %d bytes or more: openssl rand -base64 32", MinKey)
	errNoKey     = errors.New("there is no secret: openssl rand -base64 32")
	errOtherKeys = errors.New("it was written with another key")
)

// ParseKeys reads secrets in base64.
func ParseKeys(encoded ...string) (*Keys, error) {
	if len(encoded) == 0 {
		return nil, errNoKey
	}
	keys := &Keys{}
	for _, e := range encoded {
		secret, err := base64.StdEncoding.DecodeString(e)
		if err != nil || len(secret) < MinKey {
			return nil, errShortKey
		}
		aead, err := subtle.NewAESGCMHKDF(secret, "SHA256", MinKey, segmentLength, 0)
		if err != nil {
			return nil, err
		}
		k := key{aead: aead}
		sum := sha256.Sum256(append([]byte("guichet storage key "), secret...))
		copy(k.name[:], sum[:])
		keys.all = append(keys.all, k)
	}
	return keys, nil
}

// encrypt writes what is then written to it, bound to the name.
func (k *Keys) encrypt(to io.Writer, name string) (io.WriteCloser, error) {
	if _, err := to.Write(k.all[0].name[:]); err != nil {
		return nil, err
	}
	return k.all[0].aead.NewEncryptingWriter(to, []byte(name))
}

// decrypt reads what was written under that name; altered or of another name it is an
// error, at the end at the latest.
func (k *Keys) decrypt(from io.Reader, name string) (io.Reader, error) {
	var written [nameLength]byte
	if _, err := io.ReadFull(from, written[:]); err != nil {
		return nil, err
	}
	for _, one := range k.all {
		if bytes.Equal(one.name[:], written[:]) {
			return one.aead.NewDecryptingReader(from, []byte(name))
		}
	}
	return nil, errOtherKeys
}
