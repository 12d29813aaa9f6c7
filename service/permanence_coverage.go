package service

import (
	"context"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/absence"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/availability"
	"github.com/guichet-logement/guichet/ent/bookedtime"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/permanence"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/rota"
)

// CommuneCoverage is what can be reached in a commune, week by week.
type CommuneCoverage struct {
	InseeCode domain.InseeCode
	Name      string
	Weeks     []*domain.CoverageWeek
}

// PermanenceCoverage tells, of each of the communes, nil for all of them, and of so many
// weeks from the one of that day on, what can be reached and what is missing, by as many
// statements whatever there is.
func (s *Service) PermanenceCoverage(ctx context.Context, from domain.Date, weeks int, codes []domain.InseeCode) ([]*CommuneCoverage, error) {
	granted, err := policy.PlanPermanence(ctx)
	if err != nil {
		return nil, err
	}
	if weeks < 1 || weeks > domain.MaxCoverageWeeks {
		return nil, badSearch("TOO_MANY_WEEKS", "weeks", domain.Text{EN: "Ask for 1 to 13 weeks.", FR: "Demander de 1 à 13 semaines."})
	}
	monday := from.AddDays(-(int(from.Weekday()) + 6) % 7)
	until := monday.AddDays(7 * weeks)
	calendar, err := calendarOf(granted, s.ent, nil, monday, until, auth.FromContext(ctx).Now)
	if err != nil {
		return nil, err
	}
	such := s.ent.Commune.Query()
	if codes != nil {
		such.Where(commune.InseeCodeIn(codes...))
	}
	communes, err := such.Order(commune.ByName(), commune.ByID()).WithReceptionPoints(func(q *ent.ReceptionPointQuery) {
		q.WithAgreements(func(q *ent.AgreementQuery) {
			q.Where(agreement.ValidFromLT(until), agreement.Or(agreement.ValidUntilIsNil(), agreement.ValidUntilGT(monday)))
		}).WithPermanences(func(q *ent.PermanenceQuery) {
			q.Where(permanence.FirstDayLT(until), permanence.ValidUntilGT(monday))
		})
	}).All(granted)
	if err != nil {
		return nil, err
	}
	all := make([]*CommuneCoverage, len(communes))
	for i, c := range communes {
		all[i] = &CommuneCoverage{InseeCode: c.InseeCode, Name: c.Name}
		for w := range weeks {
			week := domain.CoverageWeek{Monday: monday.AddDays(7 * w)}
			for _, p := range c.Edges.ReceptionPoints {
				week = covered(week, p, calendar)
			}
			all[i].Weeks = append(all[i].Weeks, &week)
		}
	}
	return all, nil
}

// covered is a week of a commune with one more of its points.
func covered(week domain.CoverageWeek, point *ent.ReceptionPoint, c domain.Calendar) domain.CoverageWeek {
	for _, a := range point.Edges.Agreements {
		if a.ValidFrom.Before(week.Monday.AddDays(7)) && (a.ValidUntil == nil || week.Monday.Before(*a.ValidUntil)) {
			week.OwnLevel = max(week.OwnLevel, a.Level)
		}
	}
	for _, p := range point.Edges.Permanences {
		week = week.Count(PermanenceOf(p), func(day domain.Date) bool { return c.Attended(p.ID, day) })
	}
	return week
}

// PermanenceProposals are who could hold what nobody holds.
type PermanenceProposals struct {
	Proposals []*rota.Proposal
	Gaps      []*rota.Gap
}

// maxProposalDays bounds how far people are proposed for.
const maxProposalDays = 62

// ProposePermanenceStaff says who could hold the days of permanences, so many from that one
// on, that nobody holds.
func (s *Service) ProposePermanenceStaff(ctx context.Context, from domain.Date, days int) (*PermanenceProposals, error) {
	granted, err := policy.PlanPermanence(ctx)
	if err != nil {
		return nil, err
	}
	if days < 1 || days > maxProposalDays || from.Before(auth.FromContext(ctx).Today()) {
		return nil, badSearch("PERIOD", "days", domain.Text{EN: "Ask for 1 to 62 days from today on.", FR: "Demander de 1 à 62 jours à compter d'aujourd'hui."})
	}
	until := from.AddDays(days)
	planned, err := s.ent.Permanence.Query().Where(
		permanence.StateIn(domain.PermanencePlanned, domain.PermanenceStaffed), permanence.FirstDayLT(until), permanence.ValidUntilGT(from),
	).WithReceptionPoint().All(granted)
	if err != nil {
		return nil, err
	}
	calendar, err := calendarOf(granted, s.ent, nil, from, until, auth.FromContext(ctx).Now)
	if err != nil {
		return nil, err
	}
	var needs []rota.Need
	for _, p := range planned {
		at, wanted := placeOf(p.Edges.ReceptionPoint), PermanenceOf(p).Wanted(p.Edges.ReceptionPoint.Languages)
		for _, d := range PermanenceOf(p).Days(from, until) {
			if d.State.Announced() && !calendar.Attended(p.ID, d.Day) {
				needs = append(needs, rota.Need{
					PermanenceID: p.ID, ReceptionPointID: p.ReceptionPointID, ServingPointID: valueOf(p.ServingPointID),
					Day: d.Day, Period: d.Period(), At: at, Languages: wanted,
				})
			}
		}
	}
	points, err := s.ent.ReceptionPoint.Query().All(granted)
	if err != nil {
		return nil, err
	}
	places := map[domain.ID]domain.Coordinates{}
	for _, p := range points {
		places[p.ID] = placeOf(p)
	}
	agents, err := s.mutualised(granted, from, until, places)
	if err != nil {
		return nil, err
	}
	proposals, gaps := rota.Propose(needs, agents, places)
	return &PermanenceProposals{pointers(proposals), pointers(gaps)}, nil
}

func placeOf(p *ent.ReceptionPoint) domain.Coordinates {
	return domain.Coordinates{Latitude: p.Latitude, Longitude: p.Longitude}
}

func pointers[T any](of []T) []*T {
	all := make([]*T, len(of))
	for i := range of {
		all[i] = &of[i]
	}
	return all
}

// mutualised are the Métropole's agents at points within [from, until), and what they have to
// do then.
func (s *Service) mutualised(granted context.Context, from, until domain.Date, places map[domain.ID]domain.Coordinates) ([]rota.Agent, error) {
	holds := assignment.And(
		assignment.StateEQ(domain.AssignmentConfirmed), assignment.RoleEQ(domain.ReceptionAgent),
		assignment.HasOrganisationWith(organisation.KindEQ(domain.Metropole)), assignment.HasReceptionPoints(),
		assignment.ValidFromLT(until), assignment.Or(assignment.ValidUntilIsNil(), assignment.ValidUntilGT(from)),
	)
	people, err := s.ent.Person.Query().Where(person.HasAssignmentsWith(holds)).
		WithAssignments(func(q *ent.AssignmentQuery) { q.Where(holds).WithReceptionPoints() }).
		WithAuthorisations().All(granted)
	if err != nil {
		return nil, err
	}
	agents := make([]rota.Agent, len(people))
	by := map[domain.ID]*rota.Agent{}
	for i, p := range people {
		a := rota.Agent{PersonID: p.ID, Speaks: p.Languages, Serves: map[domain.ID][]rota.Span{}, Holds: map[domain.ID]time.Duration{}}
		for _, held := range p.Edges.Assignments {
			for _, at := range held.Edges.ReceptionPoints {
				a.Serves[at.ID] = append(a.Serves[at.ID], rota.Span{From: held.ValidFrom, Until: dateOrZero(held.ValidUntil)})
			}
			for _, given := range p.Edges.Authorisations {
				if given.Role == domain.ReceptionAgent && given.OrganisationID == held.OrganisationID {
					a.Authorised = append(a.Authorised, authorisedIn(given))
				}
			}
		}
		agents[i] = a
		by[p.ID] = &agents[i]
	}
	return agents, s.occupy(granted, by, domain.Period{From: from.At(0), Until: until.At(0)}, places)
}

// authorisedIn is when a named authorisation is in force.
func authorisedIn(given *ent.StaffAuthorisation) rota.Span {
	span := rota.Span{From: given.ValidFrom, Until: given.ValidUntil}
	if given.RevokedOn != nil && given.RevokedOn.Before(span.Until) {
		span.Until = *given.RevokedOn
	}
	return span
}

// occupy notes when agents are absent, receive or have appointments, and what they give to
// permanences already.
func (s *Service) occupy(granted context.Context, agents map[domain.ID]*rota.Agent, in domain.Period, places map[domain.ID]domain.Coordinates) error {
	ids := make([]domain.ID, 0, len(agents))
	for id := range agents {
		ids = append(ids, id)
	}
	away, err := s.ent.Absence.Query().Where(absence.PersonIDIn(ids...), absence.EndsAtGT(in.From), absence.StartsAtLT(in.Until)).All(granted)
	if err != nil {
		return err
	}
	for _, a := range away {
		agent := agents[*a.PersonID]
		agent.Busy = append(agent.Busy, rota.Busy{Period: domain.Period{From: a.StartsAt, Until: a.EndsAt}, Why: domain.AbsentThen})
	}
	from, until := domain.DateOf(in.From), domain.DateOf(in.Until)
	received, err := s.ent.Availability.Query().Where(availability.PersonIDIn(ids...), availability.FirstDayLT(until),
		availability.Or(availability.ValidUntilIsNil(), availability.ValidUntilGT(from))).All(granted)
	if err != nil {
		return err
	}
	for _, a := range received {
		agent, at := agents[a.PersonID], places[a.ReceptionPointID]
		for _, p := range availabilityOf(a).Periods(from, until) {
			agent.Busy = append(agent.Busy, rota.Busy{Period: p, Why: domain.ReceivingThen, At: &at})
			if a.PermanenceID != nil {
				agent.Holds[*a.PermanenceID] += p.Until.Sub(p.From)
			}
		}
	}
	booked, err := s.ent.BookedTime.Query().Where(bookedtime.PersonIDIn(ids...), bookedtime.EndsAtGT(in.From), bookedtime.StartsAtLT(in.Until)).All(granted)
	if err != nil {
		return err
	}
	for _, b := range booked {
		agent, at := agents[*b.PersonID], places[b.ReceptionPointID]
		agent.Busy = append(agent.Busy, rota.Busy{Period: domain.Period{From: b.StartsAt, Until: b.EndsAt}, Why: domain.BookedThen, At: &at})
	}
	return nil
}
