package leak

import (
	"cmp"
	"slices"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
)

// proposal is one with what decides on who sees it.
type proposal struct {
	oracle.Proposal
	id, decision, refusedFor string
	withdrawn                oracle.Day
	rank                     int
}

// candidate adds a proposal to an application.
func (a *application) candidate(p proposal) {
	a.proposals = append(a.proposals, p)
	a.Proposals = append(a.Proposals, p.Proposal)
}

// propose proposes dwellings to the applicant: in some applications so many were refused that
// they count, or would by a day.
func (w *World) propose(a *application) {
	for i := range w.r.IntN(3) {
		a.candidate(w.newProposal(a, i, pick(w, domain.ProposalState("").Values())))
	}
	if w.chance(35) {
		for i := range 3 {
			a.candidate(w.newProposal(a, 3+i, "REFUSED"))
		}
	}
}

func (w *World) newProposal(a *application, n int, state string) proposal {
	old := oracle.Day(w.date(w.day(-n)).AddMonths(-30).String())
	p := proposal{id: w.id(domain.ProposalPrefix, a.ID, n), Proposal: oracle.Proposal{
		Landlord: pick(w, w.landlords()), State: state, On: pick(w, []oracle.Day{old, w.day(-59), w.day(-60), w.day(-61)}),
	}}
	if others := slices.DeleteFunc(slices.Clone(w.organisations), func(id string) bool { return id == p.Landlord }); w.chance(60) {
		p.Holder, p.Designated = pick(w, others), w.chance(50)
	}
	switch {
	case state == "RETAINED", state == "ACCEPTED", state != "PUT_FORWARD" && w.chance(50):
		p.decision, p.Decided = "RANKED", p.On
		p.rank = 1 + w.r.IntN(4)
	case state == "NOT_RETAINED":
		p.decision, p.Decided = "NOT_ATTRIBUTED", p.On
	}
	if p.decision == "RANKED" && state == "NOT_RETAINED" {
		p.decision, p.rank = "INADMISSIBLE", 0
	}
	switch state {
	case "ACCEPTED":
		p.Answered = w.day(-1)
	case "REFUSED":
		p.refusedFor = "RENT"
		p.Answered = pick(w, []oracle.Day{w.day(0), w.day(-40), w.day(-40), w.lastRefusal(0), w.lastRefusal(-1)})
		if p.Answered < p.On {
			p.On = old
			if p.Decided != "" {
				p.Decided = old
			}
		}
	case "WITHDRAWN":
		p.withdrawn = w.day(-2)
	}
	return p
}

// landlords are those of the world's organisations.
func (w *World) landlords() []string {
	return slices.DeleteFunc(slices.Clone(w.organisations), func(id string) bool { return w.Organisations[id].Kind != "LANDLORD" })
}

// lastRefusal is the first day of which refusals count, and so many days from it.
func (w *World) lastRefusal(days int) oracle.Day {
	return oracle.Day(w.date(w.day(0)).AddMonths(-24).AddDays(days).String())
}

// refusals count those that count.
func (w *World) refusals(a *application) int {
	n := 0
	for _, p := range a.proposals {
		if p.refusedFor != "" && p.Answered >= w.lastRefusal(0) {
			n++
		}
	}
	return n
}

func (w *World) addProposal(add func(string, row), a *application, p proposal) {
	add("proposal", row{
		"id": p.id, "application_id": a.ID, "landlord_id": p.Landlord, "state": p.State, "put_forward_on": p.On, "put_forward_by_id": w.administrator,
		"reservataire_id": orNull(p.Holder), "designated": p.Designated,
		"decision": orNull(p.decision), "decided_on": orNull(p.Decided), "rank": orNull(p.rank), "answered_on": orNull(p.Answered),
		"refused_for": orNull(p.refusedFor), "withdrawn_on": orNull(p.withdrawn),
	})
}

// proposalsOf are those that the caller must get, the latest first.
func (w *World) proposalsOf(s sight) []object {
	all := []object{}
	made := slices.Clone(s.proposals)
	slices.SortFunc(made, func(a, b proposal) int { return cmp.Or(cmp.Compare(b.On, a.On), cmp.Compare(b.id, a.id)) })
	for _, p := range made {
		if !s.Proposal(p.Proposal) {
			continue
		}
		var rank, holder any
		if s.Whole(p.Proposal) {
			rank = orNull(p.rank)
			if p.Holder != "" {
				holder = object{"id": p.Holder}
			}
		}
		all = append(all, object{
			"__typename": "Proposal", "id": p.id, "application": object{"id": s.ID}, "dwelling": nil, "landlord": object{"id": p.Landlord},
			"state": p.State, "putForwardOn": p.On, "decision": orNull(p.decision), "decidedOn": orNull(p.Decided), "rank": rank, "reservataire": holder,
			"answeredOn": orNull(p.Answered), "refusedFor": orNull(p.refusedFor), "withdrawnOn": orNull(p.withdrawn),
		})
	}
	return all
}
