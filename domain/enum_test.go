package domain_test

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// checkEnum refuses what is no word of the list, and sends each word to the contract
// and back.
func checkEnum[T interface {
	~string
	Values() []string
	MarshalGQL(w io.Writer)
}, P interface {
	*T
	UnmarshalGQL(v any) error
}](t *testing.T) {
	t.Helper()
	var got T
	for _, wrong := range []any{nil, 1, "", "nothing", []string{"a"}} {
		if err := P(&got).UnmarshalGQL(wrong); err == nil {
			t.Errorf("%T: %v was read", got, wrong)
		}
	}
	words := got.Values()
	for i, word := range words {
		var b strings.Builder
		T(word).MarshalGQL(&b)
		if err := P(&got).UnmarshalGQL(word); err != nil || string(got) != word || b.String() != strconv.Quote(word) {
			t.Errorf("%T: %s is read as %q, written as %s, %v", got, word, string(got), b.String(), err)
		}
		if slices.Contains(words[:i], word) {
			t.Errorf("%T: %s is listed twice", got, word)
		}
	}
}

func TestEnumsOfTheFile(t *testing.T) {
	t.Parallel()
	checkEnum[domain.Step](t)
	checkEnum[domain.RejectionReason](t)
	checkEnum[domain.RemovalReason](t)
	checkEnum[domain.DeadlineKind](t)
	checkEnum[domain.DeadlineState](t)
	checkEnum[domain.PieceLevel](t)
	checkEnum[domain.PieceState](t)
	checkEnum[domain.PieceRefusal](t)
	checkEnum[domain.DuplicateReason](t)
	checkEnum[domain.RegistryEventKind](t)
	checkEnum[domain.RegistryEventState](t)
	checkEnum[domain.PieceTransferState](t)
	checkEnum[domain.PieceTransferRejection](t)
	checkEnum[domain.PieceTransferTrouble](t)
	checkEnum[domain.OrientationState](t)
	checkEnum[domain.ProposalState](t)
	checkEnum[domain.CommissionDecision](t)
	checkEnum[domain.ProposalAnswer](t)
	checkEnum[domain.ProposalRefusal](t)
	checkEnum[domain.OrientationReason](t)
	checkEnum[domain.OrientationRefusal](t)
	checkEnum[domain.OrientationOutcome](t)
	checkEnum[domain.OrientationDirection](t)
	checkEnum[domain.LevelChangeState](t)
	checkEnum[domain.LevelChangeRefusal](t)
	checkEnum[domain.ContributingEmployerState](t)
	checkEnum[domain.PermanenceState](t)
	checkEnum[domain.PermanenceReason](t)
	checkEnum[domain.PermanenceRefusal](t)
	checkEnum[domain.CoverageReach](t)
	checkEnum[domain.InterviewKind](t)
	checkEnum[domain.NoteAudience](t)
	checkEnum[domain.ProjectConstraint](t)
	checkEnum[domain.ProposalAspect](t)
	checkEnum[domain.ObstacleKind](t)
}
