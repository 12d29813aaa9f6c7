package sandbox

import (
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// What is seeded is what the acts lead to, of every state.
func TestProposedAreLived(t *testing.T) {
	t.Parallel()
	seen := map[domain.ProposalState]bool{}
	for n, of := range proposed() {
		for i, want := range of {
			seen[want.State] = true
			if got := lived(want); got != want {
				t.Errorf("proposal %d of %d: %+v, want %+v", i, n, got, want)
			}
		}
	}
	for _, word := range domain.ProposalState("").Values() {
		if !seen[domain.ProposalState(word)] {
			t.Errorf("none is %s", word)
		}
	}
}

// lived takes the steps that the proposal tells of, each on its day.
func lived(want domain.Proposal) domain.Proposal {
	p, _ := domain.PutForward(domain.ApplicationActive, want.PutForwardOn, managedOn)
	if want.Decision != "" {
		rank := &want.Rank
		if want.Rank == 0 {
			rank = nil
		}
		p, _ = p.Decide(want.Decision, rank, want.DecidedOn, managedOn)
	}
	switch want.State {
	case domain.ProposalAccepted:
		p, _ = p.Answer(domain.AnswerAccepted, nil, want.AnsweredOn, managedOn)
	case domain.ProposalRefused:
		p, _ = p.Answer(domain.AnswerRefused, &want.RefusedFor, want.AnsweredOn, managedOn)
	case domain.ProposalWithdrawn:
		p, _ = p.Withdraw(want.WithdrawnOn)
	default:
	}
	return p
}
