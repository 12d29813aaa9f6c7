package rota

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// The weights of the aspects: holding a series counts as much as fifteen kilometres, to speak
// all the languages that are asked for as much as twenty, and an hour of load as much as one.
const (
	continuityPoints = 15
	languagesPoints  = 20
	pointsPerHour    = 1
)

// Need is one day of a permanence that nobody holds.
type Need struct {
	PermanenceID, ReceptionPointID, ServingPointID domain.ID
	Day                                            domain.Date
	domain.Period
	At domain.Coordinates
	// Languages are those that who holds it had better speak.
	Languages []domain.LanguageCode
}

// Span is a stretch of days without its end; a zero end is open.
type Span struct{ From, Until domain.Date }

func (s Span) has(day domain.Date) bool {
	return !day.Before(s.From) && (s.Until.IsZero() || day.Before(s.Until))
}

// Busy is when somebody is not free, and why.
type Busy struct {
	domain.Period
	Why domain.ObstacleKind
	// At is where the person is then; nil where that is not known.
	At *domain.Coordinates
}

// Agent is somebody who may hold permanences.
type Agent struct {
	PersonID domain.ID
	// Speaks are the languages of the person besides French.
	Speaks []domain.LanguageCode
	// Serves is when the person works at which points of the Métropole.
	Serves map[domain.ID][]Span
	// Authorised is when the person may see whom it registers.
	Authorised []Span
	Busy       []Busy
	// Holds is how long the person gives to which permanences in the time already.
	Holds map[domain.ID]time.Duration
}

// Reason is what speaks for somebody, or against.
type Reason struct {
	Aspect domain.ProposalAspect
	Points int
}

// Proposal is who could hold a permanence on a day.
type Proposal struct {
	PermanenceID, ReceptionPointID domain.ID
	Day                            domain.Date
	PersonID                       domain.ID
	Reasons                        []Reason
	Points                         int
}

// Obstacle is what keeps so many people from it.
type Obstacle struct {
	Kind   domain.ObstacleKind
	People int
}

// Gap is a day for which nobody is found.
type Gap struct {
	PermanenceID, ReceptionPointID domain.ID
	Day                            domain.Date
	Obstacles                      []Obstacle
}

// Propose says who could go where. Places are where points are, to tell how far it is from
// the point that serves. Each of the needs is in one of the two lists, once.
func Propose(needs []Need, agents []Agent, places map[domain.ID]domain.Coordinates) ([]Proposal, []Gap) {
	r := &rota{agents: slices.Clone(agents), places: places, given: map[int]int{}}
	slices.SortFunc(r.agents, func(a, b Agent) int { return cmp.Compare(a.PersonID, b.PersonID) })
	r.needs = slices.Clone(needs)
	slices.SortFunc(r.needs, func(a, b Need) int {
		return cmp.Or(a.Day.Compare(b.Day), a.From.Compare(b.From), cmp.Compare(a.PermanenceID, b.PermanenceID))
	})
	order := make([]int, len(r.needs))
	can := make([]int, len(r.needs))
	for n := range r.needs {
		order[n] = n
		for a := range r.agents {
			if r.obstacle(n, a) == "" {
				can[n]++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(can[a], can[b]) })
	// Who takes over may leave somebody free for a need that was looked at before.
	for more := true; more; {
		more = false
		for _, n := range order {
			if _, given := r.given[n]; !given && r.give(n) {
				more = true
			}
		}
	}
	return r.answer()
}

// give gives a need to somebody, if that is possible.
func (r *rota) give(n int) bool {
	if a, found := r.best(n, -1); found {
		r.given[n] = a
		return true
	}
	return r.takeOver(n)
}

// rota is a plan in the making: given is which agent has which need, by their places.
type rota struct {
	needs  []Need
	agents []Agent
	places map[domain.ID]domain.Coordinates
	given  map[int]int
}

// obstacle is what keeps an agent from a need; empty for nothing.
func (r *rota) obstacle(n, a int) domain.ObstacleKind {
	need, agent := r.needs[n], r.agents[a]
	on := func(s Span) bool { return s.has(need.Day) }
	switch {
	case !slices.ContainsFunc(agent.Serves[need.ServingPointID], on):
		return domain.NotAssignedThere
	case !slices.ContainsFunc(agent.Authorised, on):
		return domain.NotAuthorisedThen
	}
	for _, b := range agent.Busy {
		if b.Overlaps(need.Period) {
			return b.Why
		}
	}
	for other, holder := range r.given {
		if holder == a && other != n && r.needs[other].Overlaps(need.Period) {
			return domain.ProposedThen
		}
	}
	return ""
}

// best is who has most points among those who can, but for one; of equals the first.
func (r *rota) best(n, but int) (best int, found bool) {
	most := math.MinInt
	for a := range r.agents {
		if a == but || r.obstacle(n, a) != "" {
			continue
		}
		if points := sum(r.reasons(n, a)); points > most {
			best, most, found = a, points, true
		}
	}
	return best, found
}

// takeOver gives a need to somebody whose other one at that time somebody else can take.
func (r *rota) takeOver(n int) bool {
	for a := range r.agents {
		if r.obstacle(n, a) != domain.ProposedThen {
			continue
		}
		var held []int
		for other := range r.needs {
			if holder, is := r.given[other]; is && holder == a && r.needs[other].Overlaps(r.needs[n].Period) {
				held = append(held, other)
			}
		}
		if len(held) != 1 {
			continue
		}
		if instead, found := r.best(held[0], a); found {
			r.given[held[0]], r.given[n] = instead, a
			return true
		}
	}
	return false
}

// reasons are what is weighed for an agent who can.
func (r *rota) reasons(n, a int) []Reason {
	need, agent := r.needs[n], r.agents[a]
	series := agent.Holds[need.PermanenceID] > 0
	var load time.Duration
	for _, given := range agent.Holds {
		load += given
	}
	near := domain.DistanceMetres(r.places[need.ServingPointID], need.At)
	nearer := func(at domain.Coordinates) { near = min(near, domain.DistanceMetres(at, need.At)) }
	for _, b := range agent.Busy {
		if b.At != nil && domain.DateOf(b.From) == need.Day {
			nearer(*b.At)
		}
	}
	for other, holder := range r.given {
		if holder != a || other == n {
			continue
		}
		o := r.needs[other]
		load += o.Until.Sub(o.From)
		series = series || o.PermanenceID == need.PermanenceID
		if o.Day == need.Day {
			nearer(o.At)
		}
	}
	var all []Reason
	if series {
		all = append(all, Reason{domain.AspectContinuity, continuityPoints})
	}
	if spoken := shared(need.Languages, agent.Speaks); spoken > 0 {
		all = append(all, Reason{domain.AspectLanguages, languagesPoints * spoken / len(need.Languages)})
	}
	return append(all,
		Reason{domain.AspectNearness, -int(math.Round(near / 1000))},
		Reason{domain.AspectLoad, -pointsPerHour * int(load.Round(time.Hour)/time.Hour)})
}

// shared counts the languages asked for that are spoken.
func shared(asked, spoken []domain.LanguageCode) (n int) {
	for _, l := range asked {
		if slices.Contains(spoken, l) {
			n++
		}
	}
	return n
}

func sum(of []Reason) (points int) {
	for _, r := range of {
		points += r.Points
	}
	return points
}

// answer tells of each need, in the order of time.
func (r *rota) answer() (proposals []Proposal, gaps []Gap) {
	for n, need := range r.needs {
		if a, given := r.given[n]; given {
			reasons := r.reasons(n, a)
			proposals = append(proposals, Proposal{
				need.PermanenceID, need.ReceptionPointID, need.Day, r.agents[a].PersonID, reasons, sum(reasons),
			})
			continue
		}
		gap := Gap{PermanenceID: need.PermanenceID, ReceptionPointID: need.ReceptionPointID, Day: need.Day}
		count := map[domain.ObstacleKind]int{}
		for a := range r.agents {
			count[r.obstacle(n, a)]++
		}
		for _, kind := range domain.ObstacleKind("").Values() {
			if people := count[domain.ObstacleKind(kind)]; people > 0 {
				gap.Obstacles = append(gap.Obstacles, Obstacle{domain.ObstacleKind(kind), people})
			}
		}
		gaps = append(gaps, gap)
	}
	return proposals, gaps
}
