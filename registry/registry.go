package registry

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
)

// Registry is the national registry. An error that is no [RefusalError] says that nobody knows
// what became of the call: it is made again.
type Registry interface {
	// Number gives an application its number: the same one however often it is asked.
	Number(ctx context.Context, application domain.ID, depositedOn domain.Date) (domain.UniqueNumber, error)
	// Receive takes a file of one record, see package registryfile. An event that comes
	// again is taken as done.
	Receive(ctx context.Context, event domain.ID, file []byte) error
	// Notices are what others did and was not taken yet.
	Notices(ctx context.Context) ([]Notice, error)
	// Took tells that a notice needs not be told again.
	Took(ctx context.Context, notice string) error
}

// RefusalError is an answer, and it is no.
type RefusalError struct{ Code string }

// Error tells the code.
func (r *RefusalError) Error() string { return "the registry refuses: " + r.Code }

// Notice is something that others did with an application.
type Notice struct {
	ID     string
	Kind   NoticeKind
	Number domain.UniqueNumber
	// Reason is that of a removal.
	Reason domain.RemovalReason
}

// NoticeKind says what a notice is of.
type NoticeKind string

// The kinds of notice.
const (
	// NoticeRemoved: it was removed, by a landlord who signed a lease or by the registry.
	NoticeRemoved NoticeKind = "REMOVED"
	// NoticeRenewal: the applicant was told that the application is to be renewed.
	NoticeRenewal NoticeKind = "RENEWAL"
)

// Parse reads which registry is meant: the word development.
func Parse(where, territory, desk string) (Registry, error) {
	if where != "development" {
		return nil, fmt.Errorf("%q is no registry: development is; the national one is told by files (guichet export registry)", where)
	}
	if _, err := domain.ParseUniqueNumber(number(territory, domain.NewDate(2026, 1, 1), 0, desk)); err != nil {
		return nil, fmt.Errorf("territory %q and desk %q make no number: three characters and five", territory, desk)
	}
	return NewDevelopment(territory, desk), nil
}
