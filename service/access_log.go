package service

import (
	"context"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// AccessLogEntry is a line of the audit trail as a caller may read it.
type AccessLogEntry struct {
	ID              domain.ID
	At              time.Time
	Kind, Operation string
	ColumnGroups    []domain.ColumnGroup
	Grounds         []domain.Ground
	Roles           []domain.Role
	Purpose         *string
	Organisation    *ent.Organisation
	ReceptionPoint  *ent.ReceptionPoint
	// PersonName and Reason are nil for an applicant.
	PersonName, Reason *string
}

// ColumnGroup is the first of the groups; nil where there is none.
func (e *AccessLogEntry) ColumnGroup() *domain.ColumnGroup {
	if len(e.ColumnGroups) == 0 {
		return nil
	}
	return &e.ColumnGroups[0]
}

// MaxAccessLog bounds one page of the log.
const MaxAccessLog = 100

// AccessLog is who saw or changed the application of that number, the latest first,
// as far as the viewer may know. After is the entry to read on from, or empty.
func (s *Service) AccessLog(ctx context.Context, n domain.UniqueNumber, first int, after domain.ID) ([]*AccessLogEntry, error) {
	page := audit.Page{Limit: first}
	if err := domain.PageOf(first, MaxAccessLog); err != nil {
		return nil, err
	}
	if after != "" {
		place, ok := audit.ParsePlace(after)
		if !ok {
			return nil, &domain.Error{Code: domain.BadRequest, Reason: "BAD_PLACE", Field: "after"}
		}
		page.After = &place
	}
	v := auth.FromContext(ctx)
	granted, overseen := policy.OverseeAccess(ctx)
	reads := ctx // an applicant looks by its own right
	if len(overseen.Organisations) > 0 {
		reads = granted
	} else if !v.Applicant {
		return []*AccessLogEntry{}, nil
	}
	a, err := s.ent.Application.Query().Where(application.UniqueNumber(n)).Only(reads)
	if ent.IsNotFound(err) {
		return []*AccessLogEntry{}, nil
	}
	if err != nil {
		return nil, err
	}
	lines, err := s.accessLines(ctx, a.ID, overseen, page)
	if err != nil {
		return nil, err
	}
	return s.entries(ctx, granted, v.Applicant, lines)
}

// accessLines are those of the organisations that the viewer oversees, and to an
// applicant those of the groups that are of the common part of the file.
func (s *Service) accessLines(ctx context.Context, id domain.ID, o policy.Overseen, page audit.Page) ([]audit.Recorded, error) {
	if auth.FromContext(ctx).Applicant {
		return s.trail.ShownToApplicant(ctx, id, page)
	}
	if o.Everywhere {
		return s.trail.OfApplication(ctx, id, page)
	}
	return s.trail.OfApplicationBy(ctx, id, o.Organisations, page)
}

// entries gives the lines the names of what they name, in a constant number of
// statements.
func (s *Service) entries(ctx, granted context.Context, forApplicant bool, lines []audit.Recorded) ([]*AccessLogEntry, error) {
	var people, organisations, points []domain.ID
	for _, l := range lines {
		people, organisations, points = append(people, l.PersonID), append(organisations, l.OrganisationID), append(points, l.ReceptionPointID)
	}
	names := map[domain.ID]string{}
	if !forApplicant {
		found, err := s.ent.Person.Query().Where(person.IDIn(people...)).All(granted)
		if err != nil {
			return nil, fmt.Errorf("people of the access log: %w", err)
		}
		for _, p := range found {
			names[p.ID] = p.GivenName + " " + p.FamilyName
		}
	}
	bodies, err := s.ent.Organisation.Query().Where(organisation.IDIn(organisations...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("organisations of the access log: %w", err)
	}
	desks, err := s.ent.ReceptionPoint.Query().Where(receptionpoint.IDIn(points...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("points of the access log: %w", err)
	}
	body, desk := byID(bodies, func(o *ent.Organisation) domain.ID { return o.ID }), byID(desks, func(p *ent.ReceptionPoint) domain.ID { return p.ID })
	all := make([]*AccessLogEntry, len(lines))
	for i, l := range lines {
		e := &AccessLogEntry{
			ID: audit.Place{At: l.At, ID: l.ID}.Ref(), At: l.At, Kind: string(l.Kind), Operation: l.Operation,
			ColumnGroups: []domain.ColumnGroup{}, Grounds: []domain.Ground{}, Roles: append([]domain.Role{}, l.Roles...), Purpose: unlessEmpty(l.Purpose),
			Organisation: body[l.OrganisationID], ReceptionPoint: desk[l.ReceptionPointID],
		}
		for _, g := range l.Groups {
			e.ColumnGroups = append(e.ColumnGroups, domain.ColumnGroup(g))
		}
		for _, g := range l.Grounds {
			e.Grounds = append(e.Grounds, domain.Ground(g))
		}
		if !forApplicant {
			e.PersonName, e.Reason = unlessEmpty(names[l.PersonID]), unlessEmpty(l.Reason)
		}
		all[i] = e
	}
	return all, nil
}

func byID[T any](rows []T, id func(T) domain.ID) map[domain.ID]T {
	all := make(map[domain.ID]T, len(rows))
	for _, r := range rows {
		all[id(r)] = r
	}
	return all
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
