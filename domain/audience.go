package domain

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
)

// AudienceID is the digest of an audience's key, see [Audience].
type AudienceID int64

// Audience is what a caller can be on a day, for one ground: a point in a class of
// roles, the landlords of a commune, one person at one point.
type Audience struct {
	Ground Ground
	// Class tells audiences of one ground apart whose roles see other column groups.
	Class string
	// Subject is what the ground looks at: the identifier of a point, a commune, a
	// person; empty where it looks at nothing.
	Subject string
}

// Key is the audience in words.
func (a Audience) Key() string { return string(a.Ground) + "/" + a.Class + "/" + a.Subject }

// ID is the first 63 bits of the SHA-256 of the key.
func (a Audience) ID() AudienceID {
	sum := sha256.Sum256([]byte(a.Key()))
	return AudienceID(binary.BigEndian.Uint64(sum[:]) >> 1)
}

// Value stores the number.
func (id AudienceID) Value() (driver.Value, error) { return int64(id), nil }

// Scan reads a stored number. Ent hands over what it has just written as our own type.
func (id *AudienceID) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*id = AudienceID(v)
	case *AudienceID:
		*id = *v
	default:
		return fmt.Errorf("scan audience: unexpected %T", src)
	}
	return nil
}
