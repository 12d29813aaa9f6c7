package leak

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
)

// change makes one thing of a world another one.
type change struct {
	name string
	make func(w *World, a *application)
}

// changes are things of which somebody must not learn, each in one application.
var changes = []change{
	{"an application more, protected", func(w *World, _ *application) { w.more(func(a *application) { a.Protected = true }) }},
	{"an application more, erased", func(w *World, _ *application) { w.more(func(a *application) { a.Erased = true }) }},
	{"an application more, that nobody follows", func(w *World, _ *application) {
		w.more(func(a *application) { a.FollowingPoint, a.FollowedSince = "", "" })
	}},
	{"an application less", func(w *World, a *application) {
		w.applications = slices.DeleteFunc(w.applications, func(b *application) bool { return a == b })
		w.Applications = slices.DeleteFunc(w.Applications, func(b *oracle.Application) bool { return a.Application == b })
		for i := range w.contacts {
			if x := &w.contacts[i]; x.about == a {
				x.about = nil
			}
		}
	}},
	{"protected or not", func(_ *World, a *application) { a.Protected = !a.Protected }},
	{"erased or not", func(_ *World, a *application) { a.Erased = !a.Erased }},
	{"another state", func(_ *World, a *application) {
		if a.State = "REMOVED"; a.number == "" {
			a.number = "038119999999900123"
		}
	}},
	{"another name", func(_ *World, a *application) { a.birthName, a.usualName = "ZEDE", "ARNAUD" }},
	{"another number", func(_ *World, a *application) { a.number = "038118888888800123" }},
	{"no wish", func(_ *World, a *application) { a.Wishes = nil }},
	{"more wishes", func(w *World, a *application) { a.Wishes = w.communeIDs(communeCount) }},
	{"another following point", func(w *World, a *application) { a.FollowingPoint, a.FollowedSince = pick(w, w.points).id, w.day(-3) }},
	{"other dates", func(w *World, a *application) { a.registeredOn, a.renewed = w.day(-2000), w.day(-1) }},
	{"other typologies", func(_ *World, a *application) { a.typologies = domain.Typology("").Values() }},
	{"other housing and reasons", func(_ *World, a *application) { a.housing, a.reasons = "OTHER", []string{"01", "02", "03", "10"} }},
	{"other incomes", func(_ *World, a *application) { a.taxIncome, a.resources = 1, 1 }},
	{"another telephone", func(w *World, a *application) { a.phone = fmt.Sprint("+3347600000", w.r.IntN(3)) }},
	{"another address", func(_ *World, a *application) {
		a.address, a.email, a.helping = "1 place Notre-Dame", "b@example.org", "Une autre"
	}},
	{"somebody more in the household", func(w *World, a *application) { a.members = append(a.members, w.newMember(a, 9)) }},
	{"another employer", func(_ *World, a *application) { a.work("99900005200012") }},
	{"an employer that contributes", func(_ *World, a *application) { a.work(employers[0].siret) }},
	{"who somebody is", func(_ *World, a *application) { a.members[len(a.members)-1].given = "Zoé" }},
	{"something sensitive more", func(_ *World, a *application) {
		for i := range a.members {
			if m := &a.members[i]; m.bornOn != "" {
				m.sensitive, m.freeText, m.reasons = true, "Un autre texte "+m.id, []string{"06"}
			}
		}
	}},
	{"nothing sensitive", func(_ *World, a *application) {
		for i := range a.members {
			a.members[i].sensitive = false
		}
	}},
	{"another history", func(w *World, a *application) {
		a.due, a.events = w.day(3), append(a.events, event{w.day(-1), "CORRECT", "ACTIVE", ""})
	}},
	{"another change that waits", func(_ *World, a *application) { a.proposed = "9 rue Thiers" }},
	{"handed over", func(w *World, a *application) {
		a.Former = []oracle.Former{{Point: pick(w, w.points).id, Until: w.Now.Add(time.Hour)}}
	}},
	{"sent to another point", func(w *World, a *application) {
		a.orientations, a.Orientations = nil, nil
		w.orient(a)
	}},
	{"contacts about others", func(w *World, a *application) {
		for i := range w.contacts {
			if x := &w.contacts[i]; x.about != nil {
				x.about = a
			}
		}
	}},
	{"a sensitive piece more", func(w *World, a *application) {
		p := w.newPiece(a, 8)
		p.kind, p.sensitive = "VIOLENCES", true
		p.state, p.issuedOn, p.refusedFor, p.scan, p.transfer, p.transferDue = "DEPOSITED", "", "", "CLEAN", "REJECTED", w.day(-1)
		a.pieces = append(a.pieces, p)
	}},
	{"pieces that came to nothing", func(_ *World, a *application) {
		for i := range a.pieces {
			a.pieces[i].state, a.pieces[i].issuedOn, a.pieces[i].refusedFor = "REFUSED", "", "OUTDATED"
		}
	}},
	{"pieces that are sent", func(_ *World, a *application) {
		for i := range a.pieces {
			if p := &a.pieces[i]; p.transfer != "" {
				p.transfer = "ACKNOWLEDGED"
			}
		}
	}},
	{"a sensitive appointment more", func(w *World, a *application) {
		p := w.newAppointment(a, 8)
		p.motive, p.sensitive = "SOCIAL_WORKER", true
		a.appointments = append(a.appointments, p)
	}},
	{"a sensitive and a social note more", func(w *World, a *application) {
		for i := range a.interviews {
			w.addNote(&a.interviews[i], "SENSITIVE")
			w.addNote(&a.interviews[i], "SOCIAL_NOTES")
		}
	}},
	{"a proposal more", func(w *World, a *application) { a.candidate(w.newProposal(a, 8, "PUT_FORWARD")) }},
	{"a proposal refused more", func(w *World, a *application) { a.candidate(w.newProposal(a, 9, "REFUSED")) }},
	{"no proposal", func(_ *World, a *application) { a.proposals, a.Proposals = nil, nil }},
	{"another rank", func(_ *World, a *application) {
		for i := range a.proposals {
			if p := &a.proposals[i]; p.rank > 0 {
				p.rank++
			}
		}
	}},
	{"no interview", func(_ *World, a *application) { a.interviews = nil }},
	{"a sensitive place on the waiting list more", func(w *World, a *application) {
		p := w.newWaitingPlace(a, 8)
		p.motive, p.sensitive = "PMR_INTERVIEW", true
		a.waitingPlaces = append(a.waitingPlaces, p)
	}},
	{"no place on the waiting list", func(_ *World, a *application) { a.waitingPlaces = nil }},
	{"no appointment", func(_ *World, a *application) {
		a.appointments = nil
		for i := range a.offers {
			a.offers[i].booked, a.offers[i].state = "", ""
		}
	}},
	{"a sensitive message more", func(w *World, a *application) {
		m := w.newMessage(a, 8)
		m.sensitive = true
		a.messages = append(a.messages, m)
	}},
	{"nothing was offered", func(_ *World, a *application) { a.offers = nil }},
	{"no piece", func(_ *World, a *application) { a.pieces = nil }},
	{"nobody named", func(_ *World, a *application) { a.NamedAgents = nil }},
	{"no account", func(_ *World, a *application) { a.Bindings = nil }},
	{"nobody received", func(_ *World, a *application) { a.Receptions, a.Emergencies = nil, nil }},
}

// more adds an application.
func (w *World) more(change func(*application)) {
	a := w.newApplication(len(birthNames) - 1)
	change(a)
	w.applications, w.Applications = append(w.applications, a), append(w.Applications, a.Application)
}

// view is all that the caller may know of the applications, in words.
func (w *World) view(c oracle.Caller) string {
	var all []object
	for _, s := range w.sights(c) {
		all = append(all, w.record(s), object{"contacts": w.contactsAt(c, s.application)})
	}
	slices.SortFunc(all, func(a, b object) int { return slices.Compare([]byte(text(a)), []byte(text(b))) })
	return text(all) + text(w.orientationsAt(c, whichever)) + text(w.contactsAt(c, nil))
}

// Twins asks the same of worlds that differ only in what the caller must not know, and
// tells of answers that are not the same bytes. It returns how many were compared, by
// the change that was made.
func (l *Lab) Twins(t testing.TB, seed uint64, callers int) (compared map[string]int, found []string) {
	t.Helper()
	w, asking := l.World(t, seed, callers, Broken{})
	type asked struct {
		token, view, answers string
		variables            object
	}
	before := make([]asked, len(asking))
	for i, c := range asking {
		w.again(i)
		before[i] = asked{token: l.token(t, c), view: w.view(c.Caller), variables: l.ask(w, c.Caller).variables}
		before[i].answers = l.bytes(t, before[i].token, before[i].variables)
	}
	compared = map[string]int{}
	for n, change := range changes {
		other := newWorld(seed, l.communes, l.points)
		other.callers(l.portal)
		other.again(1000 + n)
		change.make(other, pick(other, other.applications))
		if err := l.store(t.Context(), other, Broken{}); err != nil {
			t.Fatalf("seed %d, %s: %v", seed, change.name, err)
		}
		for i, c := range asking {
			if other.view(c.Caller) != before[i].view {
				continue // the caller may see the change
			}
			compared[change.name]++
			if got := l.bytes(t, before[i].token, before[i].variables); got != before[i].answers {
				found = append(found, fmt.Sprintf("world %d, %s, %s:\n%s\n%s", seed, change.name, c.Name, before[i].answers, got))
			}
		}
	}
	return compared, found
}

// ChangeCount is how many changes a world is compared after.
func ChangeCount() int { return len(changes) }

// bytes are the answers but for their trace.
func (l *Lab) bytes(t testing.TB, token string, variables object) string {
	t.Helper()
	return traces.ReplaceAllString(string(l.query(t, token, l.document, variables)), `"traceId":"-"`)
}

var traces = regexp.MustCompile(`"traceId":"[0-9a-f]{32}"`)
