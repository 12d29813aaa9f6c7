package digitiser

import (
	"context"
	"fmt"
	"io"

	"github.com/guichet-logement/guichet/domain"
)

// Digitiser is the national digitiser. An error that is no [RefusalError] says that nobody
// knows what became of the call: it is made again.
type Digitiser interface {
	// Send hands over a piece, read to its end, and gives the receipt for it. What comes
	// again under the same reference is taken once and has the same receipt; where it was
	// settled, that is told again.
	Send(ctx context.Context, p Piece, from io.Reader) (receipt string, err error)
	// Outcomes are what became of pieces and was not taken yet, [MaxOutcomes] at most.
	Outcomes(ctx context.Context) ([]Outcome, error)
	// Took tells that the outcome of a piece needs not be told again.
	Took(ctx context.Context, reference string) error
}

// MaxOutcomes is how many are told at once.
const MaxOutcomes = 500

// Piece is what is told of the bytes that are handed over.
type Piece struct {
	// Reference says nothing of the piece, and is its alone.
	Reference string
	// Number is that of the application in whose file it goes.
	Number domain.UniqueNumber
	Kind   domain.PieceCode
	Type   domain.MediaType
	Size   int
	// SHA256 is that of the bytes: others are not taken.
	SHA256 string
}

// Outcome is what became of a piece that was taken.
type Outcome struct {
	Reference string
	// Code is why it was not filed; empty for one that was. See [Reason].
	Code string
}

// RefusalError is an answer, and it is no.
type RefusalError struct{ Code string }

// Error tells the code.
func (r *RefusalError) Error() string { return "the digitiser refuses: " + r.Code }

// The codes by which a piece is not taken or not filed, to be confirmed with the GIP-SNE.
const (
	CodeUnreadable = "INEXPLOITABLE"
	CodeNotOnList  = "HORS_PERIMETRE" //nolint:misspell // French
	CodeOutdated   = "OBSOLETE"
)

// Reason is what a code means.
func Reason(code string) domain.PieceTransferRejection {
	switch code {
	case CodeUnreadable:
		return domain.TransferUnreadable
	case CodeNotOnList:
		return domain.TransferNotOnList
	case CodeOutdated:
		return domain.TransferOutdated
	default:
		return domain.TransferOther
	}
}

// Parse reads which digitiser is meant: the word development.
func Parse(where string) (Digitiser, error) {
	if where != "development" {
		return nil, fmt.Errorf("%q is no digitiser: development is; how the national one is spoken to is not agreed on", where)
	}
	return NewDevelopment(), nil
}
