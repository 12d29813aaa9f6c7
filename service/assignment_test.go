package service_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/service"
)

// staffWorld is one organisation with two administrators and two agents, another
// organisation beside it, and a reception point of each.
type staffWorld struct {
	client *ent.Client
	svc    *service.Service
	own    *ent.Organisation
	other  *ent.Organisation
	points []domain.ID // that of the organisation, that of the other
	people []*ent.Person
	day    domain.Date
	// accepted and refused count the acts by their names.
	accepted, refused map[string]int
}

// mayHave is the table of roles again, written from the rules and not from the code.
func mayHave(o *ent.Organisation, role domain.Role) bool {
	switch role {
	case domain.StockManager:
		return o.Kind == domain.Landlord
	case domain.Steering:
		return o.Kind == domain.Metropole
	case domain.AllocationOfficer:
		return o.Kind == domain.Landlord || o.Reservataire
	default:
		return true
	}
}

// mayAuthorise is the same for named authorisations.
func mayAuthorise(o *ent.Organisation, role domain.Role) bool {
	switch role {
	case domain.ReceptionAgent, domain.SocialOfficer:
		return true
	case domain.PointManager:
		return o.RegisteringBody
	case domain.AllocationOfficer:
		return o.RegisteringBody && mayHave(o, role)
	default:
		return false
	}
}

var secondPersonRoles = []domain.Role{domain.SocialOfficer, domain.PrivacyOfficer, domain.OrgAdmin}

// No sequence of acts by the callers of one organisation gives it a role that it may
// not have, nor gives any of them a right by an act of its own.
func TestNoAdministratorRaisesItself(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	svc := service.New(client, service.NewClock(noon), false)
	accepted, refused, round := map[string]int{}, map[string]int{}, 0
	acts := []string{"assign", "confirm", "reject", "end", "authorise", "revoke"}
	proves := func() bool {
		return !slices.ContainsFunc(acts, func(name string) bool { return accepted[name] == 0 || refused[name] == 0 })
	}
	history := func(r *rapid.T) {
		round++
		w := newStaffWorld(t, r, client, svc, round)
		w.accepted, w.refused = accepted, refused
		for range 12 {
			w.day = w.day.AddDays(rapid.SampledFrom([]int{0, 0, 0, 1, 30}).Draw(r, "days pass"))
			// Mostly an administrator: the others are refused for a dull reason.
			actor := w.people[rapid.SampledFrom([]int{0, 0, 0, 1, 1, 1, 2, 3}).Draw(r, "actor")]
			v := w.viewer(t, actor)
			before := rights(v)
			name, err := w.act(auth.NewContext(t.Context(), v), r)
			w.count(r, name, err)
			for _, right := range rights(w.viewer(t, actor)) {
				if !slices.Contains(before, right) {
					r.Fatalf("%s gave itself %s by %s", actor.Subject, right, name)
				}
			}
			w.check(t, r)
		}
		w.checkRights(t, r)
	}
	rapid.Check(t, history)
	if !proves() { // some acts are seldom accepted
		rapid.Check(t, history)
	}
	if !proves() {
		t.Errorf("accepted %v, refused %v: the generator proves nothing", accepted, refused)
	}
	t.Logf("accepted %v, refused %v", accepted, refused)
}

func newStaffWorld(t *testing.T, r *rapid.T, client *ent.Client, svc *service.Service, round int) *staffWorld {
	t.Helper()
	w := &staffWorld{client: client, svc: svc, day: domain.NewDate(2026, 11, 23)}
	files, seed := policy.ImportDirectory(t.Context()), policy.SeedSandbox(t.Context())
	town := client.Commune.Create().SetInseeCode(domain.InseeCode(fmt.Sprintf("%05d", round))).SetName("G").
		SetPostalCodes([]string{"38000"}).SetPopulation(1).SetSiren("213801855").SetLatitude(45).SetLongitude(5).SaveX(files)
	body := func(key string, kind domain.OrganisationKind) *ent.Organisation {
		create := client.Organisation.Create().SetKey(fmt.Sprint(key, round)).SetKind(kind).SetName(key).
			SetReservataire(rapid.Bool().Draw(r, "reservataire")).SetRegisteringBody(rapid.Bool().Draw(r, "registering"))
		if kind == domain.Commune {
			create.SetCommune(town)
		}
		return create.SaveX(files)
	}
	w.own = body("own", domain.OrganisationKind(rapid.SampledFrom(domain.OrganisationKind("").Values()).Draw(r, "kind")))
	w.other = body("other", domain.Landlord)
	for _, o := range []*ent.Organisation{w.own, w.other} {
		w.points = append(w.points, client.ReceptionPoint.Create().SetKey(fmt.Sprint(o.Key, "-point")).SetName("p").
			SetAddress("a").SetPostalCode("38000").SetCommune(town).SetLatitude(45).SetLongitude(5).
			SetLanguages([]domain.LanguageCode{"fr"}).SetStepFreeAccess(domain.Yes).SetInterCommunal(false).
			AddOperators(o).SaveX(files).ID)
	}
	for i, subject := range []string{"admin", "second", "agent", "other-agent"} {
		p := client.Person.Create().SetIssuer("https://id.example").SetSubject(fmt.Sprint(subject, round)).
			SetGivenName("G").SetFamilyName("F").SetOrganisation(w.own).SaveX(seed)
		w.people = append(w.people, p)
		if i < 2 {
			client.Assignment.Create().SetPerson(p).SetOrganisation(w.own).SetRole(domain.OrgAdmin).
				SetValidFrom(w.day.AddDays(-9)).ExecX(seed)
		}
	}
	// Something to revoke, to confirm and to reject from the first act on.
	admin, agent := w.people[0], w.people[2]
	client.Assignment.Create().SetPerson(agent).SetOrganisation(w.own).SetRole(domain.ReceptionAgent).AddReceptionPointIDs(w.points[0]).
		SetAssignedByID(admin.ID).SetValidFrom(w.day.AddDays(-9)).ExecX(seed)
	client.StaffAuthorisation.Create().SetPerson(agent).SetOrganisation(w.own).SetRole(domain.ReceptionAgent).
		SetGrantedByID(admin.ID).SetGrantedOn(w.day).SetValidFrom(w.day).SetValidUntil(w.day.AddDays(99)).ExecX(seed)
	client.Assignment.Create().SetPerson(w.people[3]).SetOrganisation(w.own).SetRole(domain.PrivacyOfficer).
		SetState(domain.AssignmentProposed).SetAssignedByID(admin.ID).SetValidFrom(w.day).ExecX(seed)
	return w
}

// viewer is the person as a request would find it.
func (w *staffWorld) viewer(t *testing.T, p *ent.Person) *auth.Viewer {
	t.Helper()
	v, err := w.svc.Recognise(t.Context(), auth.Identity{Issuer: p.Issuer, Subject: p.Subject}, w.now())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *staffWorld) now() time.Time { return w.day.At(domain.NewLocalTime(12, 0)) }

// rights are what the viewer holds, in words.
func rights(v *auth.Viewer) []string {
	var all []string
	for _, a := range v.Assignments {
		all = append(all, fmt.Sprint(a.OrganisationID, a.Role, a.PointIDs))
	}
	return all
}

// act tries one act that is drawn at random, and returns its name.
func (w *staffWorld) act(ctx context.Context, r *rapid.T) (string, error) {
	system := policy.RecogniseCaller(ctx)
	target := w.people[rapid.SampledFrom([]int{0, 1, 2, 2, 2, 3, 3, 3}).Draw(r, "target")].ID
	employer := rapid.SampledFrom([]*ent.Organisation{w.own, w.own, w.own, w.own, w.own, w.other}).Draw(r, "employer").ID
	role := domain.Role(rapid.SampledFrom(domain.Role("").Values()).Draw(r, "role"))
	from := w.day.AddDays(rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 1, -1}).Draw(r, "from"))
	assignments := w.client.Assignment.Query().Order(assignment.ByID()).
		Where(assignment.OrganisationIDIn(w.own.ID, w.other.ID)).AllX(system)
	chosen := rapid.SampledFrom(assignments).Draw(r, "assignment")
	proposed := w.among(r, assignments, chosen, func(a *ent.Assignment) bool { return a.State == domain.AssignmentProposed })
	switch name := rapid.SampledFrom([]string{
		"assign", "assign", "assign", "confirm", "confirm", "reject", "reject", "end", "authorise", "authorise", "revoke", "revoke",
	}).Draw(r, "act"); name {
	case "assign":
		plan := domain.AssignmentPlan{Role: role, Share: domain.FullTime, From: from}
		if role.PointByPoint() {
			plan.Points = []domain.ID{rapid.SampledFrom([]domain.ID{w.points[0], w.points[0], w.points[0], w.points[0], w.points[1]}).Draw(r, "point")}
		}
		_, err := w.svc.AssignRole(ctx, target, employer, plan)
		return name, err
	case "confirm":
		_, err := w.svc.ConfirmAssignment(ctx, proposed.ID, proposed.Version)
		return name, err
	case "reject":
		_, err := w.svc.RejectAssignment(ctx, proposed.ID, proposed.Version, "r")
		return name, err
	case "end":
		// Seldom that of an administrator who was there first: without any nothing happens.
		chosen = w.among(r, assignments, chosen, func(a *ent.Assignment) bool { return a.AssignedByID != nil })
		_, err := w.svc.EndAssignment(ctx, chosen.ID, chosen.Version, domain.Date{})
		return name, err
	case "authorise":
		chosen = w.among(r, assignments, chosen, func(a *ent.Assignment) bool {
			return a.State == domain.AssignmentConfirmed && a.Role.PointByPoint()
		})
		plan := domain.AuthorisationPlan{Role: chosen.Role, From: from, Until: from.AddDays(rapid.IntRange(1, 366).Draw(r, "length"))}
		_, err := w.svc.GrantStaffAuthorisation(ctx, chosen.PersonID, employer, plan)
		return name, err
	default:
		given := w.client.StaffAuthorisation.Query().Order(staffauthorisation.ByID()).
			Where(staffauthorisation.OrganisationIDIn(w.own.ID, w.other.ID), staffauthorisation.RevokedOnIsNil()).AllX(system)
		if len(given) == 0 {
			_, err := w.svc.RevokeStaffAuthorisation(ctx, "aut_01AQ3WVJ000000000000000000", 1, "r")
			return name, err
		}
		a := rapid.SampledFrom(given).Draw(r, "authorisation")
		_, err := w.svc.RevokeStaffAuthorisation(ctx, a.ID, a.Version, "r")
		return name, err
	}
}

// among is one of the assignments that are such, where there is any: most other acts
// are refused for a dull reason.
func (w *staffWorld) among(
	r *rapid.T, all []*ent.Assignment, otherwise *ent.Assignment, such func(*ent.Assignment) bool,
) *ent.Assignment {
	found := slices.DeleteFunc(slices.Clone(all), func(a *ent.Assignment) bool { return !such(a) })
	if len(found) == 0 {
		return otherwise
	}
	return rapid.SampledFrom(found).Draw(r, "of the kind")
}

// count keeps the outcome of an act. Whatever is neither done nor refused in our
// words is a mistake.
func (w *staffWorld) count(r *rapid.T, name string, err error) {
	var refusals domain.Refusals
	switch {
	case err == nil:
		w.accepted[name]++
	case errors.As(err, &refusals), errors.Is(err, domain.Forbidden), errors.Is(err, domain.NotFound):
		w.refused[name]++
	default:
		r.Fatalf("%s: %v", name, err)
	}
}

// check looks at everything that was given, as the database has it.
func (w *staffWorld) check(t *testing.T, r *rapid.T) {
	t.Helper()
	system := policy.RecogniseCaller(t.Context())
	for _, a := range w.client.Assignment.Query().Where(assignment.OrganisationIDIn(w.own.ID, w.other.ID)).WithReceptionPoints().AllX(system) {
		w.checkAssignment(r, a)
	}
	for _, a := range w.client.StaffAuthorisation.Query().Where(staffauthorisation.OrganisationIDIn(w.own.ID, w.other.ID)).AllX(system) {
		if a.OrganisationID != w.own.ID || !mayAuthorise(w.own, a.Role) || a.GrantedByID == a.PersonID || a.ValidFrom.AddYear().Before(a.ValidUntil) {
			r.Fatalf("an authorisation that nobody may give: %v", a)
		}
	}
}

// checkRights: each person holds what is confirmed and in force, and nothing else.
func (w *staffWorld) checkRights(t *testing.T, r *rapid.T) {
	t.Helper()
	for _, p := range w.people {
		inForce := 0
		for _, a := range w.client.Assignment.Query().Where(assignment.PersonID(p.ID)).AllX(policy.RecogniseCaller(t.Context())) {
			if a.State == domain.AssignmentConfirmed && !w.day.Before(a.ValidFrom) && (a.ValidUntil == nil || w.day.Before(*a.ValidUntil)) {
				inForce++
			}
		}
		if held := len(w.viewer(t, p).Assignments); held != inForce {
			r.Fatalf("%s holds %d assignments of the %d in force", p.Subject, held, inForce)
		}
	}
}

func (w *staffWorld) checkAssignment(r *rapid.T, a *ent.Assignment) {
	founder := a.AssignedByID == nil
	beside := a.OrganisationID != w.own.ID
	switch {
	case founder:
		return
	case *a.AssignedByID == a.PersonID:
		r.Fatalf("somebody assigned itself: %v", a)
	case beside && (w.own.Kind != domain.Metropole || a.Role != domain.OrgAdmin):
		r.Fatalf("a caller of another organisation assigned: %v", a)
	case !beside && !mayHave(w.own, a.Role):
		r.Fatalf("%s has no such role: %v", w.own.Kind, a)
	case a.State == domain.AssignmentConfirmed && slices.Contains(secondPersonRoles, a.Role) &&
		(a.DecidedByID == nil || *a.DecidedByID == *a.AssignedByID || *a.DecidedByID == a.PersonID):
		r.Fatalf("without a second person: %v", a)
	}
	for _, p := range a.Edges.ReceptionPoints {
		if p.ID != w.points[0] && w.own.Kind != domain.Metropole {
			r.Fatalf("at a point of another organisation: %v", a)
		}
	}
}
