package service

import (
	"crypto/rand"
	"database/sql"
	"sync"
	"sync/atomic"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/digitiser"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/messenger"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/registry"
	"github.com/guichet-logement/guichet/storage"
)

// Service performs commands.
type Service struct {
	ent     *ent.Client
	clock   *Clock
	sandbox bool
	origins appOrigins
	audit   *audit.Writer
	trail   *audit.Reader
	// key is that of the hashes of numbers and codes.
	key     []byte
	budgets *readBudgets
	// unrecorded leaves reads off the record.
	unrecorded bool
	// communes are their identifiers by their codes.
	communes sync.Map
	// catalogued are codes that the catalogue of services has.
	catalogued sync.Map
	// registry is the national one, nil where there is none; desk is ours in its files.
	registry registry.Registry
	desk     string
	// digitiser is the national one, nil where there is none.
	digitiser digitiser.Digitiser
	// messengers hand messages over, by their channels; one that is not there leaves them.
	messengers map[domain.MessageChannel]messenger.Messenger
	// onMap is what maps show, nil until it is loaded; lean leaves its stock in the database.
	onMap atomic.Pointer[loadedMap]
	lean  bool
	// bucket keeps files; inspecting bounds those that are looked into at once.
	bucket     *storage.Bucket
	inspecting chan struct{}
	// db takes files of managed dwellings; importing bounds those that are taken at once.
	db        *sql.DB
	importing chan struct{}
}

// New returns the service over that database and clock. It installs the scopes:
// a program without a service reads nothing. In a sandbox the clock may be moved.
func New(client *ent.Client, clock *Clock, sandbox bool) *Service {
	policy.Install()
	noteReads(client)
	s := &Service{
		ent: client, clock: clock, sandbox: sandbox, key: make([]byte, keySize), budgets: newReadBudgets(),
		inspecting: make(chan struct{}, inspectedAtOnce), importing: make(chan struct{}, importsAtOnce),
		messengers: map[domain.MessageChannel]messenger.Messenger{},
	}
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

// AuditTo has what is shown and done put on record by that writer and read again by
// that reader, and returns the service. Without a writer no application can be read.
func (s *Service) AuditTo(w *audit.Writer, r *audit.Reader) *Service {
	s.audit, s.trail = w, r
	return s
}

// NumberedBy has that registry give the numbers and be told what is done, by the desk of
// that number, and returns the service. Without one no application is validated.
func (s *Service) NumberedBy(r registry.Registry, desk string) *Service {
	s.registry, s.desk = r, desk
	return s
}

// DigitisedBy has pieces sent to that digitiser, and returns the service. Without one they
// wait.
func (s *Service) DigitisedBy(d digitiser.Digitiser) *Service {
	s.digitiser = d
	return s
}

// ToldBy has messages of that channel handed over by that messenger, and returns the service.
// Without one they wait.
func (s *Service) ToldBy(m messenger.Messenger, channel domain.MessageChannel) *Service {
	s.messengers[channel] = m
	return s
}

// ImportInto has files of managed dwellings streamed into that database, and returns the
// service. Without one none is taken.
func (s *Service) ImportInto(db *sql.DB) *Service {
	s.db = db
	return s
}

// LeanMap leaves the stock of maps in the database, where memory is short, and returns
// the service: it is counted there for each who asks.
func (s *Service) LeanMap() *Service {
	s.lean = true
	return s
}

// Now is the time for the service, see [Clock].
func (s *Service) Now() time.Time { return s.clock.Now() }
