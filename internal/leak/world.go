package leak

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// World is a small network with its staff, its apps and some applications.
type World struct {
	oracle.World
	Seed uint64

	communes      []place
	points        []place
	organisations []string // in a fixed order
	people        []*oracle.Person
	apps          []*app
	applications  []*application
	contacts      []contact
	// administrator and second gave and confirmed everything, and ask for nothing.
	administrator, second string

	r *rand.Rand
}

// place is a commune with its code, or a reception point with its commune.
type place struct{ id, code, commune string }

type app struct {
	oracle.App
	id, secret string
}

// application is one with all of its columns.
type application struct {
	*oracle.Application
	number                            string
	givenNames, birthName, usualName  string
	validUntil, registeredOn, renewed oracle.Day
	deadline                          oracle.Day
	typologies                        []string
	taxYear                           int
	taxIncome, resources              int
	housing                           string
	reasons                           []string
	address, postalCode, town         string
	phone, email, helping             string
	members                           []member
	due                               oracle.Day
	events                            []event
	proposed                          string
	pieces                            []piece
	appointments                      []appointment
	messages                          []told
	offers                            []offer
	waitingPlaces                     []waitingPlace
	interviews                        []interview
	proposals                         []proposal
	orientations                      []orientation
}

// event is one of the history, the first one first.
type event struct {
	on                  oracle.Day
	kind, state, reason string
}

type member struct {
	id, link                    string
	given, birth, usual         string
	bornOn, expectedOn          oracle.Day
	reasons, needs              []string
	mode, freeText, safeContact string
	employer                    string // its SIRET
	sensitive                   bool
}

var (
	roles = []string{
		"RECEPTION_AGENT", "SOCIAL_OFFICER", "ALLOCATION_OFFICER", "POINT_MANAGER",
		"STOCK_MANAGER", "STEERING", "PRIVACY_OFFICER", "ORG_ADMIN",
	}
	birthNames = []string{"ARNAUD", "BERNARD", "CHEVALIER", "DUPONT", "EVRARD", "FONTAINE", "GIRARD", "HENRY", "IMBERT", "JACOB", "KLEIN", "LAMBERT"}
	givenNames = []string{"Anne", "Bruno", "Claire", "Denis", "Emma", "Farid"}
	kinds      = []string{
		"METROPOLE", "COMMUNE", "COMMUNE", "LANDLORD", "LANDLORD", "STATE", "DEPARTMENT",
		"ACTION_LOGEMENT", "SHARED_DESK", "ASSOCIATION", "METROPOLE",
	}
)

// The numbers of things in a world.
const (
	communeCount     = 5
	pointCount       = 4
	minApplications  = 6
	moreApplications = 5
)

func (w *World) chance(percent int) bool { return w.r.IntN(100) < percent }

func pick[T any](w *World, from []T) T { return from[w.r.IntN(len(from))] }

// some are n of them, each once.
func some[T any](w *World, from []T, n int) []T {
	all := slices.Clone(from)
	w.r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(n, len(all))]
}

// id makes an identifier of this world.
func (w *World) id(p domain.Prefix, key ...any) string {
	return string(domain.DerivedID(p, testapi.Now, fmt.Sprint(w.Seed, key)))
}

// day is so many days from today.
func (w *World) day(n int) oracle.Day { return oracle.DayOf(w.Now.AddDate(0, 0, n)) }

// newWorld makes the world of that seed upon places of the directory.
func newWorld(seed uint64, communes, points []place) *World {
	w := &World{Seed: seed, r: rand.New(rand.NewPCG(seed, 0))}
	w.Now = pick(w, instants)
	w.points = some(w, points, pointCount)
	w.Points = map[string]string{}
	for _, p := range w.points {
		w.Points[p.id] = p.commune
	}
	// The communes of the points come first: limits of apps meet both.
	for _, c := range some(w, communes, len(communes)) {
		if slices.ContainsFunc(w.points, func(p place) bool { return p.commune == c.id }) {
			w.communes = append(w.communes, c)
		}
	}
	for _, c := range communes {
		if len(w.communes) < communeCount && !slices.Contains(w.communes, c) {
			w.communes = append(w.communes, c)
		}
	}
	for _, e := range employers {
		if e.state == "CONFIRMED" {
			w.Contributing = append(w.Contributing, e.siret)
		}
	}
	w.Organisations = map[string]oracle.Organisation{}
	for i, kind := range kinds {
		o := oracle.Organisation{Kind: kind, Registers: w.chance(80)}
		switch kind {
		case "COMMUNE":
			o.Commune = w.communes[i].id
		case "LANDLORD":
			o.Territory = w.communeIDs(w.r.IntN(4))
		}
		id := w.id(domain.OrganisationPrefix, i)
		w.organisations = append(w.organisations, id)
		w.Organisations[id] = o
	}
	w.administrator, w.second = w.id(domain.PersonPrefix, "administrator"), w.id(domain.PersonPrefix, "second")
	for i, id := range w.organisations {
		for range 2 + w.r.IntN(2) {
			w.people = append(w.people, w.newPerson(id))
		}
		if i%2 == 0 {
			w.apps = append(w.apps, w.newApp(id))
		}
	}
	for i := range minApplications + w.r.IntN(moreApplications) {
		a := w.newApplication(i)
		w.applications = append(w.applications, a)
		w.Applications = append(w.Applications, a.Application)
	}
	w.meet()
	slices.SortFunc(w.applications, func(a, b *application) int { return strings.Compare(a.ID, b.ID) })
	return w
}

// instants are those at which worlds are looked at: in the day, at midnight in Paris
// and just before, in winter and in summer.
var instants = []time.Time{
	testapi.Now,
	time.Date(2026, time.November, 23, 23, 0, 0, 0, time.UTC),
	time.Date(2026, time.November, 23, 22, 59, 59, 999_999_000, time.UTC),
	time.Date(2026, time.July, 14, 22, 0, 0, 0, time.UTC),
	time.Date(2026, time.July, 14, 21, 59, 59, 999_999_000, time.UTC),
	time.Date(2026, time.October, 25, 1, 30, 0, 0, time.UTC),
}

func (w *World) communeIDs(n int) []string {
	var ids []string
	for _, c := range some(w, w.communes, n) {
		ids = append(ids, c.id)
	}
	return ids
}

func (w *World) pointIDs(n int) []string {
	var ids []string
	for _, p := range some(w, w.points, n) {
		ids = append(ids, p.id)
	}
	return ids
}

func (w *World) newPerson(organisation string) *oracle.Person {
	p := &oracle.Person{ID: w.id(domain.PersonPrefix, len(w.people))}
	w.assign(p, organisation)
	if w.chance(25) {
		w.assign(p, pick(w, w.organisations))
	}
	return p
}

func (w *World) assign(p *oracle.Person, organisation string) {
	a := oracle.Assignment{Organisation: organisation, Confirmed: !w.chance(6)}
	a.ID = w.id(domain.AssignmentPrefix, p.ID, len(p.Assignments))
	if w.chance(85) {
		a.Role = pick(w, w.likely(organisation))
	} else {
		a.Role = pick(w, roles)
	}
	if slices.ContainsFunc(p.Assignments, func(b oracle.Assignment) bool { return b.Organisation == organisation && b.Role == a.Role }) {
		return
	}
	if a.Role != "ALLOCATION_OFFICER" && a.Role != "ORG_ADMIN" || w.chance(20) {
		a.Points = w.pointIDs(1 + w.r.IntN(2))
	}
	a.From, a.Until = w.day(-300), pick(w, []oracle.Day{"", "", "", w.day(1), w.day(100)})
	switch n := w.r.IntN(100); {
	case n < 6: // it begins tomorrow
		a.From, a.Until = w.day(1), ""
	case n < 12: // it began today
		a.From = w.day(0)
	case n < 20: // its last day was yesterday
		a.Until = w.day(0)
	}
	p.Assignments = append(p.Assignments, a)
	if a.Role == pick(w, roles) || !slices.Contains(roles[:4], a.Role) {
		return // nobody authorised it, or nobody can
	}
	h := oracle.Authorisation{Organisation: organisation, Role: a.Role, From: w.day(-100), Until: w.day(100)}
	switch w.r.IntN(20) {
	case 0:
		h.From, h.Until = w.day(1), w.day(90)
	case 1:
		h.From = w.day(0)
	case 2:
		h.Until = w.day(0)
	case 3:
		h.Until = w.day(1)
	case 4:
		h.Revoked = w.day(0)
	case 5:
		h.Revoked = w.day(1)
	case 6:
		h.Role = pick(w, roles[:4])
	case 7:
		h.Organisation = pick(w, w.organisations)
	}
	if slices.ContainsFunc(p.Authorisations, func(g oracle.Authorisation) bool { return g.Organisation == h.Organisation && g.Role == h.Role }) {
		return
	}
	p.Authorisations = append(p.Authorisations, h)
}

// likely are roles that open something at such an organisation.
func (w *World) likely(organisation string) []string {
	switch w.Organisations[organisation].Kind {
	case "LANDLORD", "STATE", "DEPARTMENT":
		return []string{"ALLOCATION_OFFICER", "ALLOCATION_OFFICER", "ALLOCATION_OFFICER", "RECEPTION_AGENT", "SOCIAL_OFFICER"}
	}
	return roles[:4]
}

func (w *World) newApp(organisation string) *app {
	a := &app{id: w.id(domain.PartnerAppPrefix, organisation), secret: fmt.Sprint("secret of ", organisation)}
	a.Organisation, a.Applications = organisation, w.chance(85)
	if w.chance(35) {
		a.Points = w.pointIDs(1 + w.r.IntN(3))
	}
	if w.chance(35) {
		a.Communes = w.communeIDs(1 + w.r.IntN(3))
	}
	return a
}

func (w *World) newApplication(n int) *application {
	serial := w.Seed%1_000_000*100 + uint64(n)
	a := &application{Application: &oracle.Application{ID: w.id(domain.ApplicationPrefix, n), State: "ACTIVE"}}
	switch {
	case w.chance(12):
		a.State = "PENDING_VALIDATION"
	case w.chance(20):
		a.State = "REMOVED"
	case w.chance(10):
		a.State = pick(w, []string{"REJECTED", "MERGED"})
	}
	a.Erased, a.Protected = w.chance(6), w.chance(18)
	if a.State != "PENDING_VALIDATION" || w.chance(30) {
		a.number = fmt.Sprintf("03811%08d00123", serial)
	}
	a.givenNames, a.birthName = pick(w, givenNames), birthNames[n]
	if w.chance(30) {
		a.usualName = pick(w, birthNames)
	}
	if w.chance(75) {
		a.FollowingPoint, a.FollowedSince = pick(w, w.points).id, pick(w, []oracle.Day{w.day(-50), w.day(-1), w.day(0), w.day(1)})
	}
	for range w.r.IntN(3) / 2 {
		a.Former = append(a.Former, oracle.Former{
			Point: pick(w, w.points).id, Until: w.Now.Add(pick(w, []time.Duration{-time.Hour, 0, time.Second, 24 * time.Hour})),
		})
	}
	a.Wishes = w.communeIDs(w.r.IntN(4))
	w.describe(a, n)
	w.happen(a)
	for i := range 1 + w.r.IntN(4) {
		a.members = append(a.members, w.newMember(a, i))
	}
	w.open(a, n)
	w.orient(a)
	for i := range w.r.IntN(4) {
		a.pieces = append(a.pieces, w.newPiece(a, i))
	}
	for i := range w.r.IntN(3) {
		a.appointments = append(a.appointments, w.newAppointment(a, i))
	}
	for i := range w.r.IntN(3) {
		a.messages, a.offers = append(a.messages, w.newMessage(a, i)), append(a.offers, w.newOffer(a, i))
	}
	for i := range w.r.IntN(3) {
		a.waitingPlaces = append(a.waitingPlaces, w.newWaitingPlace(a, i))
	}
	for i := range w.r.IntN(3) {
		a.interviews = append(a.interviews, w.newInterview(a, i))
	}
	w.propose(a)
	return a
}

// describe gives it values that tell applications apart.
func (w *World) describe(a *application, n int) {
	a.validUntil, a.registeredOn, a.deadline = w.day(30+n), w.day(-700+n), w.day(10+n)
	if w.chance(20) { // very old
		a.registeredOn = w.day(-1500 + n)
	}
	if w.chance(50) {
		a.renewed = w.day(-20 - n)
	}
	a.typologies = some(w, domain.Typology("").Values(), 1+w.r.IntN(2))
	slices.Sort(a.typologies)
	a.taxYear, a.taxIncome, a.resources = 2025, 1_000_000+n, 100_000+n
	a.housing = pick(w, domain.HousingClass("").Values())
	a.reasons = some(w, []string{"01", "02", "03", "10"}, w.r.IntN(4))
	a.address, a.postalCode, a.town = fmt.Sprint(n, " rue des Alpes"), "38000", "Grenoble"
	a.email, a.helping = pick(w, []string{"", "a@example.org"}), pick(w, []string{"", "Un toit"})
	if w.chance(70) {
		a.phone = fmt.Sprint("+3347600000", w.r.IntN(3))
	}
}

// happen gives it a deadline, a history and a change that waits, as most have.
func (w *World) happen(a *application) {
	if w.chance(70) {
		a.due = w.day(w.r.IntN(40) - 20)
	}
	for i := range w.r.IntN(3) {
		a.events = append(a.events, event{w.day(-40 + i), pick(w, domain.ApplicationEventKind("").Values()), "ACTIVE", pick(w, []string{"", "UNREACHABLE"})})
	}
	if w.chance(40) {
		a.proposed = fmt.Sprint(w.r.IntN(9), " rue de Belledonne")
	}
}

func (w *World) newMember(a *application, rank int) member {
	m := member{
		id: w.id(domain.HouseholdMemberPrefix, a.ID, rank), link: "APPLICANT",
		given: a.givenNames, birth: a.birthName, usual: a.usualName, bornOn: w.day(-9000 - w.r.IntN(9000)),
	}
	if rank > 0 {
		m.link = pick(w, []string{"SPOUSE", "CO_APPLICANT", "CHILD", "TO_BE_BORN"})
		m.given, m.birth, m.usual = pick(w, givenNames), pick(w, birthNames), ""
	}
	if m.link == "TO_BE_BORN" {
		m.given, m.birth, m.bornOn, m.expectedOn = "", "", "", w.day(60)
		return m
	}
	a.employ(&m)
	if m.sensitive = w.chance(40); m.sensitive {
		m.reasons, m.needs = some(w, []string{"06", "07", "08"}, w.r.IntN(3)), some(w, []string{"LIFT", "WHEELCHAIR"}, w.r.IntN(3))
		m.mode, m.freeText = pick(w, []string{"", "F9"}), pick(w, []string{"", "Le texte libre de " + m.id})
		m.safeContact = pick(w, []string{"", "+33476000009"})
	}
	return m
}

// open gives the file what opens it to single persons.
func (w *World) open(a *application, n int) {
	for i, m := range a.members {
		if i < 2 && (m.link == "APPLICANT" || m.link == "SPOUSE" || m.link == "CO_APPLICANT") && w.chance(60) {
			a.Bindings = append(a.Bindings, oracle.Binding{
				Account: oracle.Account{Issuer: testapi.PortalURL, Subject: fmt.Sprint("applicant ", w.Seed, " ", n, " ", i)}, Member: m.id,
				Since: pick(w, []time.Time{w.Now.AddDate(0, -1, 0), w.Now.AddDate(0, -1, 0), w.Now, w.Now.Add(time.Microsecond)}),
				Over:  w.chance(10),
			})
		}
	}
	if a.Protected || w.chance(10) {
		for _, p := range some(w, w.people, 1+w.r.IntN(4)) {
			at := p.Assignments[0].Organisation
			if w.chance(10) {
				at = pick(w, w.organisations)
			}
			a.NamedAgents = append(a.NamedAgents, oracle.Naming{
				Person: p.ID, Organisation: at, Confirmed: w.chance(85),
				From: pick(w, []oracle.Day{w.day(-9), w.day(-9), w.day(0), w.day(1)}), Until: "",
			})
			if last := &a.NamedAgents[len(a.NamedAgents)-1]; last.From == w.day(-9) {
				last.Until = pick(w, []oracle.Day{"", "", w.day(0), w.day(1)})
			}
		}
	}
	for range w.r.IntN(4) {
		p := pick(w, w.people)
		where := pick(w, w.points).id
		if at := p.Assignments[0].Points; len(at) > 0 && w.chance(80) {
			where = at[0]
		}
		a.Receptions = w.opening(a.Receptions, p.ID, where, 24*time.Hour)
		p = pick(w, w.people)
		a.Emergencies = w.opening(a.Emergencies, p.ID, p.Assignments[0].Organisation, time.Hour)
	}
}

// opening adds one that lasts so long, and may have begun or be over just now. A person
// has one at a place: none is given for later, so that the last one given counts.
func (w *World) opening(all []oracle.Opening, person, where string, lasts time.Duration) []oracle.Opening {
	if slices.ContainsFunc(all, func(o oracle.Opening) bool { return o.Person == person && o.Where == where }) {
		return all
	}
	from := w.Now.Add(-pick(w, []time.Duration{time.Minute, time.Minute, 0, -time.Microsecond, lasts, lasts - time.Microsecond}))
	return append(all, oracle.Opening{Person: person, Where: where, From: from, Until: from.Add(lasts)})
}
