package leak

import (
	"cmp"
	"slices"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
)

// proposal is one with what decides on who sees it.
type proposal struct {
	id, landlord, state, decision, refusedFor string
	on, decided, answered, withdrawn          oracle.Day
	rank                                      int
}

// propose proposes dwellings to the applicant: in some applications so many were refused that
// they count, or would by a day.
func (w *World) propose(a *application) {
	for i := range w.r.IntN(3) {
		a.proposals = append(a.proposals, w.newProposal(a, i, pick(w, domain.ProposalState("").Values())))
	}
	if w.chance(35) {
		for i := range 3 {
			a.proposals = append(a.proposals, w.newProposal(a, 3+i, "REFUSED"))
		}
	}
}

func (w *World) newProposal(a *application, n int, state string) proposal {
	p := proposal{
		id: w.id(domain.ProposalPrefix, a.ID, n), landlord: pick(w, w.landlords()), state: state,
		on: oracle.Day(w.date(w.day(-n)).AddMonths(-30).String()),
	}
	switch {
	case state == "RETAINED", state == "ACCEPTED", state != "PUT_FORWARD" && w.chance(50):
		p.decision, p.decided = "RANKED", p.on
		p.rank = 1 + w.r.IntN(4)
	case state == "NOT_RETAINED":
		p.decision, p.decided = "NOT_ATTRIBUTED", p.on
	}
	if p.decision == "RANKED" && state == "NOT_RETAINED" {
		p.decision, p.rank = "INADMISSIBLE", 0
	}
	switch state {
	case "ACCEPTED":
		p.answered = w.day(-1)
	case "REFUSED":
		p.refusedFor = "RENT"
		p.answered = pick(w, []oracle.Day{w.day(0), w.day(-40), w.day(-40), w.lastRefusal(0), w.lastRefusal(-1)})
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
		if p.refusedFor != "" && p.answered >= w.lastRefusal(0) {
			n++
		}
	}
	return n
}

func (w *World) addProposal(add func(string, row), a *application, p proposal) {
	add("proposal", row{
		"id": p.id, "application_id": a.ID, "landlord_id": p.landlord, "state": p.state, "put_forward_on": p.on, "put_forward_by_id": w.administrator,
		"decision": orNull(p.decision), "decided_on": orNull(p.decided), "rank": orNull(p.rank), "answered_on": orNull(p.answered),
		"refused_for": orNull(p.refusedFor), "withdrawn_on": orNull(p.withdrawn),
	})
}

// proposalsOf are those that the caller must get, the latest first.
func (w *World) proposalsOf(s sight) []object {
	all := []object{}
	made := slices.Clone(s.proposals)
	slices.SortFunc(made, func(a, b proposal) int { return cmp.Or(cmp.Compare(b.on, a.on), cmp.Compare(b.id, a.id)) })
	for _, p := range made {
		if !s.Proposal(p.landlord, p.decision != "" || p.answered != "") {
			continue
		}
		var rank any
		if s.Rank(p.landlord) {
			rank = orNull(p.rank)
		}
		all = append(all, object{
			"__typename": "Proposal", "id": p.id, "application": object{"id": s.ID}, "dwelling": nil, "landlord": object{"id": p.landlord},
			"state": p.state, "putForwardOn": p.on, "decision": orNull(p.decision), "decidedOn": orNull(p.decided), "rank": rank,
			"answeredOn": orNull(p.answered), "refusedFor": orNull(p.refusedFor), "withdrawnOn": orNull(p.withdrawn),
		})
	}
	return all
}
