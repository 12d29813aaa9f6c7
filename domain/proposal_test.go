package domain_test

import (
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

// What may not be is refused, names the field and changes nothing; each state leads where it
// says, and nowhere else.
func TestProposalSteps(t *testing.T) {
	t.Parallel()
	today, one, none := domain.NewDate(2026, 11, 23), 1, 0
	many, rent := domain.MaxCandidates+1, domain.RefusedForRent
	before := today.AddDays(-10)
	made, refused := domain.PutForward(domain.ApplicationActive, before, today)
	if refused != nil {
		t.Fatal(refused)
	}
	for _, on := range []domain.Date{today.AddDays(1), today.AddMonths(-12).AddDays(-1)} {
		if _, refused := domain.PutForward(domain.ApplicationActive, on, today); refused == nil || refused[0].Field[0] != "on" {
			t.Errorf("put forward on %s: %v", on, refused)
		}
	}
	for _, word := range domain.ApplicationState("").Values() {
		state := domain.ApplicationState(word)
		if _, refused := domain.PutForward(state, before, today); (refused == nil) != (state == domain.ApplicationActive) {
			t.Errorf("put forward while %s: %v", state, refused)
		}
	}
	retained, _ := made.Decide(domain.DecisionRanked, &one, before.AddDays(2), today)
	type step func(domain.Proposal) (domain.Proposal, domain.Refusals)
	decide := func(d domain.CommissionDecision, rank *int, on domain.Date) step {
		return func(p domain.Proposal) (domain.Proposal, domain.Refusals) { return p.Decide(d, rank, on, today) }
	}
	answer := func(a domain.ProposalAnswer, reason *domain.ProposalRefusal, on domain.Date) step {
		return func(p domain.Proposal) (domain.Proposal, domain.Refusals) { return p.Answer(a, reason, on, today) }
	}
	withdraw := func(p domain.Proposal) (domain.Proposal, domain.Refusals) { return p.Withdraw(today) }
	for _, c := range []struct {
		name  string
		from  domain.Proposal
		take  step
		field string
		want  domain.ProposalState
	}{
		{"decided tomorrow", made, decide(domain.DecisionAttributed, nil, today.AddDays(1)), "on", ""},
		{"decided before", made, decide(domain.DecisionAttributed, nil, before.AddDays(-1)), "on", ""},
		{"ranked without a rank", made, decide(domain.DecisionRanked, nil, today), "rank", ""},
		{"ranked nowhere", made, decide(domain.DecisionRanked, &none, today), "rank", ""},
		{"ranked too far", made, decide(domain.DecisionRanked, &many, today), "rank", ""},
		{"a rank of who is not ranked", made, decide(domain.DecisionAttributed, &one, today), "rank", ""},
		{"a rank out of bounds of who is not ranked", made, decide(domain.DecisionAttributed, &many, today), "rank", ""},
		{"accepted before the commission", made, answer(domain.AnswerAccepted, nil, today), "id", ""},
		{"refused for nothing", made, answer(domain.AnswerRefused, nil, today), "reason", ""},
		{"accepted for a reason", retained, answer(domain.AnswerAccepted, &rent, today), "reason", ""},
		{"answered before the decision", retained, answer(domain.AnswerAccepted, nil, before.AddDays(1)), "on", ""},
		{"decided twice", retained, decide(domain.DecisionNotAttributed, nil, today), "id", ""},
		{"attributed", made, decide(domain.DecisionAttributed, nil, before), "", domain.ProposalRetained},
		{"ranked", made, decide(domain.DecisionRanked, &one, today), "", domain.ProposalRetained},
		{"not attributed", made, decide(domain.DecisionNotAttributed, nil, today), "", domain.ProposalNotRetained},
		{"inadmissible", made, decide(domain.DecisionInadmissible, nil, today), "", domain.ProposalNotRetained},
		{"refused before the commission", made, answer(domain.AnswerRefused, &rent, today), "", domain.ProposalRefused},
		{"accepted", retained, answer(domain.AnswerAccepted, nil, today), "", domain.ProposalAccepted},
		{"refused", retained, answer(domain.AnswerRefused, &rent, today), "", domain.ProposalRefused},
		{"withdrawn", retained, withdraw, "", domain.ProposalWithdrawn},
	} {
		next, refused := c.take(c.from)
		switch {
		case c.field == "" && (refused != nil || next.State != c.want):
			t.Errorf("%s: %s, %v", c.name, next.State, refused)
		case c.field != "" && (len(refused) != 1 || refused[0].Field[0] != c.field || next != c.from):
			t.Errorf("%s: %v", c.name, refused)
		}
		if c.field != "" {
			continue
		}
		if _, again := withdraw(next); next.State.Current() != (again == nil) {
			t.Errorf("%s: withdrawn afterwards: %v", c.name, again)
		} else if again != nil && (again[0].Code != domain.IllegalTransition || !strings.Contains(again[0].Help.EN, "Nothing")) {
			t.Errorf("%s: %v", c.name, again)
		}
	}
	if _, refused := retained.Decide(domain.DecisionAttributed, nil, today, today); !strings.Contains(refused[0].Help.EN, "ACCEPTED, REFUSED, WITHDRAWN") {
		t.Errorf("the steps that are open are not named: %v", refused)
	}
}

// Each bound is refused at the one too many.
func TestCandidacies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		domain.Candidacies
		field string
	}{
		{domain.Candidacies{Again: true}, "dwellingId"},
		{domain.Candidacies{Ever: domain.MaxProposals}, "applicationId"},
		{domain.Candidacies{Current: domain.MaxCurrentProposals}, "applicationId"},
		{domain.Candidacies{Candidates: domain.MaxCandidates}, "dwellingId"},
		{domain.Candidacies{Ever: domain.MaxProposals - 1, Current: domain.MaxCurrentProposals - 1, Candidates: domain.MaxCandidates - 1}, ""},
	} {
		refused := c.Check()
		if (c.field == "") != (refused == nil) || refused != nil && refused[0].Field[0] != c.field {
			t.Errorf("%+v: %v", c.Candidacies, refused)
		}
	}
}
