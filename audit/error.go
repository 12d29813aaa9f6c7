package audit

import (
	"errors"

	"github.com/guichet-logement/guichet/domain"
)

// ReasonUnavailable is the reason of the error by which a read is refused.
const ReasonUnavailable = "AUDIT_UNAVAILABLE"

// Causes of a line that was not committed.
var (
	errTooSlow = errors.New("not committed in time")
	errStopped = errors.New("the writer has stopped")
)

// unavailable is what the caller of a read gets instead of rows.
func unavailable(cause error) error {
	return &domain.Error{
		Code: domain.Internal, Reason: ReasonUnavailable, Cause: cause,
		Message: domain.Text{
			EN: "This read could not be put on record, so that nothing is shown; try again in a moment.",
			FR: "Cette lecture n'a pas pu être consignée : rien n'est montré. Réessayez dans un instant.",
		},
	}
}

// IsUnavailable tells an error that says: nothing was put on record.
func IsUnavailable(err error) bool {
	var coded *domain.Error
	return errors.As(err, &coded) && coded.Reason == ReasonUnavailable
}
