package rota_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/rota"
)

var monday = domain.NewDate(2026, time.November, 30)

func at(day domain.Date, from, until int) domain.Period {
	return domain.Period{From: day.At(domain.NewLocalTime(from, 0)), Until: day.At(domain.NewLocalTime(until, 0))}
}

var places = map[domain.ID]domain.Coordinates{
	"rpt_serving": {Latitude: 45.18, Longitude: 5.72}, "rpt_far": {Latitude: 45.05, Longitude: 5.67}, "rpt_near": {Latitude: 45.19, Longitude: 5.73},
}

func need(permanence domain.ID, day domain.Date, from, until int) rota.Need {
	return rota.Need{PermanenceID: permanence, ReceptionPointID: "rpt_near", ServingPointID: "rpt_serving", Day: day, Period: at(day, from, until), At: places["rpt_near"]}
}

func agent(person domain.ID) rota.Agent {
	always := rota.Span{From: monday.AddDays(-400)}
	return rota.Agent{PersonID: person, Serves: map[domain.ID][]rota.Span{"rpt_serving": {always}}, Authorised: []rota.Span{always}}
}

// Each thing that keeps somebody from a permanence is told.
func TestGaps(t *testing.T) {
	t.Parallel()
	for kind, spoil := range map[domain.ObstacleKind]func(*rota.Agent){
		domain.NotAssignedThere:  func(a *rota.Agent) { a.Serves = nil },
		domain.NotAuthorisedThen: func(a *rota.Agent) { a.Authorised[0].Until = monday },
		domain.AbsentThen:        func(a *rota.Agent) { a.Busy = []rota.Busy{{Period: at(monday, 11, 12), Why: domain.AbsentThen}} },
		domain.ReceivingThen:     func(a *rota.Agent) { a.Busy = []rota.Busy{{Period: at(monday, 8, 10), Why: domain.ReceivingThen}} },
		domain.BookedThen:        func(a *rota.Agent) { a.Busy = []rota.Busy{{Period: at(monday, 9, 10), Why: domain.BookedThen}} },
	} {
		a := agent("per_1")
		spoil(&a)
		proposals, gaps := rota.Propose([]rota.Need{need("pnc_1", monday, 9, 12)}, []rota.Agent{a}, places)
		if len(proposals) != 0 || len(gaps) != 1 || !slices.Equal(gaps[0].Obstacles, []rota.Obstacle{{Kind: kind, People: 1}}) {
			t.Errorf("%s: %v, %v", kind, proposals, gaps)
		}
	}
	_, gaps := rota.Propose([]rota.Need{need("pnc_1", monday, 9, 12), need("pnc_2", monday, 11, 13)}, []rota.Agent{agent("per_1")}, places)
	if len(gaps) != 1 || !slices.Equal(gaps[0].Obstacles, []rota.Obstacle{{Kind: domain.ProposedThen, People: 1}}) {
		t.Errorf("two at once: %v", gaps)
	}
	if _, gaps := rota.Propose([]rota.Need{need("pnc_1", monday, 9, 12)}, nil, places); len(gaps) != 1 || gaps[0].Obstacles != nil {
		t.Errorf("nobody: %v", gaps)
	}
}

// Who holds a series goes on, who is near goes there, and load is spread.
func TestWhatIsWeighed(t *testing.T) {
	t.Parallel()
	holder, other := agent("per_2"), agent("per_1")
	holder.Holds = map[domain.ID]time.Duration{"pnc_1": 3 * time.Hour}
	proposals, _ := rota.Propose([]rota.Need{need("pnc_1", monday, 9, 12)}, []rota.Agent{other, holder}, places)
	if proposals[0].PersonID != "per_2" || !slices.Equal(proposals[0].Reasons, []rota.Reason{
		{Aspect: domain.AspectContinuity, Points: 15}, {Aspect: domain.AspectNearness, Points: -1}, {Aspect: domain.AspectLoad, Points: -3},
	}) || proposals[0].Points != 11 {
		t.Errorf("the holder goes on: %+v", proposals)
	}
	there := agent("per_2")
	place := places["rpt_far"]
	there.Busy = []rota.Busy{{Period: at(monday, 14, 17), Why: domain.ReceivingThen, At: &place}}
	far := need("pnc_1", monday, 9, 12)
	far.ReceptionPointID, far.At = "rpt_far", place
	if proposals, _ = rota.Propose([]rota.Need{far}, []rota.Agent{other, there}, places); proposals[0].PersonID != "per_2" {
		t.Errorf("who is near: %+v", proposals)
	}
	busy := agent("per_1")
	busy.Holds = map[domain.ID]time.Duration{"pnc_9": 8 * time.Hour}
	if proposals, _ = rota.Propose([]rota.Need{need("pnc_1", monday, 9, 12)}, []rota.Agent{busy, agent("per_2")}, places); proposals[0].PersonID != "per_2" {
		t.Errorf("who has less to do: %+v", proposals)
	}
}

// Who speaks what is asked for is proposed before the others, by how much of it, and whoever
// does not is for all that. It is the first by points of those who can, found the long way.
func TestLanguagesAreWeighed(t *testing.T) {
	t.Parallel()
	moved, alone := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		some := rapid.SliceOfNDistinct(rapid.SampledFrom([]domain.LanguageCode{"ar", "en", "it", "pt", "tr"}), 0, 4, rapid.ID[domain.LanguageCode])
		n := need("pnc_1", monday, 9, 12)
		n.Languages = some.Draw(rt, "asked for")
		var agents []rota.Agent
		for i := range rapid.IntRange(1, 4).Draw(rt, "agents") {
			a := agent(domain.ID(fmt.Sprintf("per_%d", i)))
			a.Speaks = some.Draw(rt, "spoken")
			a.Holds = map[domain.ID]time.Duration{
				domain.ID(fmt.Sprintf("pnc_%d", rapid.IntRange(1, 2).Draw(rt, "holds"))): time.Duration(rapid.IntRange(0, 30).Draw(rt, "hours")) * time.Hour,
			}
			agents = append(agents, a)
		}
		naive := func(weighed bool) (first domain.ID) {
			most := 0
			for i, a := range agents {
				points, spoken := -1, 0 // the way there, of one kilometre
				for permanence, given := range a.Holds {
					points -= int(given.Hours())
					if permanence == n.PermanenceID && given > 0 {
						points += 15
					}
				}
				for _, l := range n.Languages {
					if slices.Contains(a.Speaks, l) {
						spoken++
					}
				}
				if weighed && spoken > 0 {
					points += 20 * spoken / len(n.Languages)
				}
				if i == 0 || points > most {
					first, most = a.PersonID, points
				}
			}
			return first
		}
		proposals, gaps := rota.Propose([]rota.Need{n}, agents, places)
		if len(gaps) > 0 || len(proposals) != 1 {
			rt.Fatalf("nobody is proposed: %v", gaps)
		}
		p := proposals[0]
		if want := naive(true); p.PersonID != want {
			rt.Fatalf("%s is proposed, and not %s", p.PersonID, want)
		}
		speaks := slices.ContainsFunc(agents[slices.IndexFunc(agents, func(a rota.Agent) bool { return a.PersonID == p.PersonID })].Speaks,
			func(l domain.LanguageCode) bool { return slices.Contains(n.Languages, l) })
		told := slices.ContainsFunc(p.Reasons, func(r rota.Reason) bool { return r.Aspect == domain.AspectLanguages && r.Points > 0 })
		if told != speaks {
			rt.Fatalf("the languages are told: %v, and spoken: %v", told, speaks)
		}
		if p.PersonID != naive(false) {
			moved++
		}
		if len(n.Languages) > 0 && !speaks {
			alone++
		}
	})
	if moved == 0 || alone == 0 {
		t.Errorf("languages decided %d times, and %d times nobody who speaks any was proposed", moved, alone)
	}
}

// Where the only one who can is taken, somebody else takes over.
func TestTakesOver(t *testing.T) {
	t.Parallel()
	// Two can be had for each; the first choice of the second leaves nobody for the third.
	one, two, three := agent("per_1"), agent("per_2"), agent("per_3")
	two.Busy = []rota.Busy{{Period: at(monday, 12, 13), Why: domain.BookedThen}}
	three.Busy = []rota.Busy{{Period: at(monday, 9, 10), Why: domain.BookedThen}}
	three.Authorised[0].Until = monday
	proposals, gaps := rota.Propose([]rota.Need{need("pnc_1", monday, 9, 12), need("pnc_2", monday, 11, 13)}, []rota.Agent{one, two, three}, places)
	if len(gaps) != 0 || proposals[0].PersonID != "per_2" || proposals[1].PersonID != "per_1" {
		t.Errorf("%v, %v", proposals, gaps)
	}
}

// Whatever is known: nobody is in two places or away, each day is in one list, a day that
// nobody holds says why, and the order of what is known does not matter.
func TestNobodyIsInTwoPlaces(t *testing.T) {
	t.Parallel()
	proposed, left := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		hour := rapid.IntRange(8, 17)
		period := func(what string) (domain.Date, domain.Period) {
			day, from := monday.AddDays(rapid.IntRange(0, 3).Draw(rt, what+" on")), hour.Draw(rt, what+" from")
			return day, at(day, from, from+rapid.IntRange(1, 4).Draw(rt, what+" hours"))
		}
		var needs []rota.Need
		for i := range rapid.IntRange(0, 9).Draw(rt, "needs") {
			day, p := period("need")
			n := need(domain.ID(fmt.Sprintf("pnc_%d", i)), day, 9, 10)
			n.Period = p
			needs = append(needs, n)
		}
		var agents []rota.Agent
		for i := range rapid.IntRange(0, 4).Draw(rt, "agents") {
			a := agent(domain.ID(fmt.Sprintf("per_%d", i)))
			a.Authorised[0].Until = monday.AddDays(rapid.IntRange(1, 6).Draw(rt, "authorised"))
			for range rapid.IntRange(0, 3).Draw(rt, "busy") {
				_, p := period("busy")
				a.Busy = append(a.Busy, rota.Busy{Period: p, Why: domain.AbsentThen})
			}
			agents = append(agents, a)
		}
		proposals, gaps := rota.Propose(needs, agents, places)
		again, others := rota.Propose(rapid.Permutation(needs).Draw(rt, "other order"), rapid.Permutation(agents).Draw(rt, "others first"), places)
		if !reflect.DeepEqual(proposals, again) || !reflect.DeepEqual(gaps, others) {
			rt.Fatalf("in another order\n%v %v\nand not\n%v %v", again, others, proposals, gaps)
		}
		seen := map[domain.ID]bool{}
		of := func(id domain.ID) rota.Need {
			if seen[id] {
				rt.Fatalf("%s is answered twice", id)
			}
			seen[id] = true
			return needs[slices.IndexFunc(needs, func(n rota.Need) bool { return n.PermanenceID == id })]
		}
		taken := map[domain.ID][]domain.Period{}
		for _, p := range proposals {
			n := of(p.PermanenceID)
			a := agents[slices.IndexFunc(agents, func(a rota.Agent) bool { return a.PersonID == p.PersonID })]
			clash := func(q domain.Period) bool { return q.Overlaps(n.Period) }
			if slices.ContainsFunc(taken[p.PersonID], clash) {
				rt.Fatalf("%s is in two places", p.PersonID)
			}
			taken[p.PersonID] = append(taken[p.PersonID], n.Period)
			if slices.ContainsFunc(a.Busy, func(b rota.Busy) bool { return clash(b.Period) }) || !n.Day.Before(a.Authorised[0].Until) {
				rt.Fatalf("%s cannot be there: %v", p.PersonID, p)
			}
		}
		for _, g := range gaps {
			of(g.PermanenceID)
			people := 0
			for _, o := range g.Obstacles {
				people += o.People
			}
			if people != len(agents) {
				rt.Fatalf("%v tells of %d of %d people", g, people, len(agents))
			}
		}
		if len(seen) != len(needs) {
			rt.Fatalf("%d of %d are answered", len(seen), len(needs))
		}
		proposed, left = proposed+len(proposals), left+len(gaps)
	})
	if proposed == 0 || left == 0 {
		t.Errorf("%d proposals, %d gaps", proposed, left)
	}
}
