package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
)

// MinKey is the least length of a key, in bytes.
const MinKey = 32

// Keys make the keyed hashes with the first and check them with all, so that a key
// can be replaced. A key's id is derived from the key: nobody has to invent one, and
// no two keys share one by mistake.
type Keys struct {
	current string
	secrets map[string][]byte
}

// errKey does not repeat the key.
var errKey = errors.New("each must be 32 bytes or more in base64: openssl rand -base64 32")

// ParseKeys reads keys in base64: the first makes hashes, all check them.
func ParseKeys(encoded ...string) (*Keys, error) {
	k := &Keys{secrets: map[string][]byte{}}
	for _, e := range encoded {
		secret, err := base64.StdEncoding.DecodeString(e)
		if err != nil || len(secret) < MinKey {
			return nil, errKey
		}
		id := keyID(secret)
		if k.current == "" {
			k.current = id
		}
		k.secrets[id] = secret
	}
	if k.current == "" {
		return nil, errKey
	}
	return k, nil
}

// keyID names a key without telling anything of it.
func keyID(secret []byte) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte("guichet audit key id 1"))
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// mac is the keyed hash of a message by that key; ok is false without the key.
func (k *Keys) mac(keyID string, message []byte) (sum []byte, ok bool) {
	secret, ok := k.secrets[keyID]
	if !ok {
		return nil, false
	}
	h := hmac.New(sha256.New, secret)
	h.Write(message)
	return h.Sum(nil), true
}

// sign is the keyed hash by the current key.
func (k *Keys) sign(message []byte) []byte {
	sum, _ := k.mac(k.current, message)
	return sum
}

// signed tells whether sum is the keyed hash of the message by that key.
func (k *Keys) signed(keyID string, message, sum []byte) bool {
	want, ok := k.mac(keyID, message)
	return ok && hmac.Equal(want, sum)
}

// digests are the keyed hashes of a value that must be recognised and not be read: that
// by the current key first, then those by the others. None is that of a line.
func (k *Keys) digests(purpose, value string) [][]byte {
	var all [][]byte
	for id, secret := range k.secrets {
		own := hmac.New(sha256.New, secret)
		own.Write([]byte("guichet audit digest 1"))
		h := hmac.New(sha256.New, own.Sum(nil))
		h.Write([]byte(purpose + "\x00" + value))
		if sum := h.Sum(nil); id == k.current {
			all = append([][]byte{sum}, all...)
		} else {
			all = append(all, sum)
		}
	}
	return all
}

// frame is a message of parts, each after its length: no two lists of parts make the
// same message.
type frame []byte

func (f *frame) add(part string) {
	*f = binary.AppendUvarint(*f, uint64(len(part)))
	*f = append(*f, part...)
}

func (f *frame) number(n int64) { *f = binary.BigEndian.AppendUint64(*f, uint64(n)) } //nolint:gosec // the same 64 bits

func (f *frame) list(parts []string) {
	*f = binary.AppendUvarint(*f, uint64(len(parts)))
	for _, p := range parts {
		f.add(p)
	}
}
