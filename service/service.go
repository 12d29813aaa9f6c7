package service

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// Service performs commands.
type Service struct {
	ent     *ent.Client
	clock   *Clock
	sandbox bool
	origins appOrigins
	audit   *audit.Writer
	shown   *audit.Reader
	trace   func(context.Context) string
	// key is that of the hashes of numbers and codes.
	key []byte
}

// New returns the service over that database and clock. It installs the scopes:
// a program without a service reads nothing. In a sandbox the clock may be moved.
func New(client *ent.Client, clock *Clock, sandbox bool) *Service {
	policy.Install()
	s := &Service{ent: client, clock: clock, sandbox: sandbox, key: make([]byte, keySize)}
	_, _ = rand.Read(s.key) // never fails: the process ends first
	return s
}

const keySize = 32

// WithKey gives the key of the hashes of numbers and codes, which processes that share
// a database must share: else each counts failures by itself, and knows its own codes
// alone.
func (s *Service) WithKey(key []byte) *Service {
	s.key = key
	return s
}

// Now is the time for the service, see [Clock].
func (s *Service) Now() time.Time { return s.clock.Now() }
