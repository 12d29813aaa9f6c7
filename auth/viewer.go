package auth

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// Viewer is whoever a request is answered for, on one instant. Everything in it
// but the token's issuer and subject is read from our database at each request,
// so that an assignment that ends takes its rights with it.
type Viewer struct {
	// Issuer and Subject come from the token; both are empty for anonymous callers.
	Issuer, Subject string
	// PersonID is the member of staff known under that issuer and subject; empty
	// for anonymous callers.
	PersonID domain.ID
	// GivenName and FamilyName are the person's own, shown to the person alone.
	GivenName, FamilyName string
	// Applicant tells that the token is of a portal of applicants: its bearer is no
	// member of staff, whatever the token says.
	Applicant bool
	// PortalID is the organisation whose portal that is; empty for everybody else.
	PortalID domain.ID
	// App is the partner app that sent the request; nil when none did. With a person
	// it only takes away; without one it stands for its organisation, and for nothing
	// that names anybody.
	App *App
	// Assignments are those in force today; with an app, what is left of them.
	Assignments []Assignment
	// Audiences are what the viewer is today for the grounds of applications: package
	// policy reckons them from the rest, in the order of its table.
	Audiences []int64
	// Now is the instant at which the request is answered, by the service's clock.
	Now time.Time
	// Language is that of messages and of labels asked for without a language.
	Language domain.Language

	// asOf is the day whose state of the network is read; zero means today.
	asOf domain.Date
}

// Assignment is what a person does for an organisation today.
type Assignment struct {
	ID               domain.ID
	OrganisationID   domain.ID
	OrganisationKind domain.OrganisationKind
	Role             domain.Role
	// RegisteringBody tells that the organisation registers applications (service
	// enregistreur).
	RegisteringBody bool
	// Authorised tells that the person holds a named authorisation in the role today.
	Authorised bool
	// CommuneID is that of a commune; empty for other organisations.
	CommuneID domain.ID
	// TerritoryIDs are the communes in which a landlord has dwellings, by the last list
	// that was confirmed.
	TerritoryIDs []domain.ID
	// PointIDs are the reception points of the assignment, for roles held point
	// by point.
	PointIDs []domain.ID
}

// App is the partner app behind a request, as our database has it at that moment.
type App struct {
	ID             domain.ID
	Name           string
	OrganisationID domain.ID
	Scopes         []domain.AppScope
	ReadOnly       bool
	// PointIDs and CommuneIDs limit commands; none for no limit.
	PointIDs, CommuneIDs []domain.ID
	// TerritoryPointIDs are the reception points in those communes.
	TerritoryPointIDs []domain.ID
	// Operations are the SHA-256 of the documents it may send; none for any.
	Operations []string
	// Origins are those of its pages in a browser.
	Origins []string
	// Networks are those it calls from; none for anywhere.
	Networks []netip.Prefix
	// Audiences are what it is called at the identity providers of its people.
	Audiences []string
	// Notice is what is to be said of its end; nil while that is far.
	Notice *domain.AppNotice
	// ActsForPerson tells that it came with a person.
	ActsForPerson bool
}

// May tells whether the app has a scope.
func (a *App) May(s domain.AppScope) bool { return slices.Contains(a.Scopes, s) }

// ReachesFrom tells whether the app may call from that address of a connection.
func (a *App) ReachesFrom(address netip.Addr) bool {
	return len(a.Networks) == 0 ||
		slices.ContainsFunc(a.Networks, func(n netip.Prefix) bool { return n.Contains(address.Unmap()) })
}

// Reaches tells whether the app's limits leave commands on that point of that
// commune.
func (a *App) Reaches(point, commune domain.ID) bool {
	return (len(a.PointIDs) == 0 || slices.Contains(a.PointIDs, point)) &&
		(len(a.CommuneIDs) == 0 || slices.Contains(a.CommuneIDs, commune))
}

// Anonymous tells a caller without a token: it sees what is public.
func (v *Viewer) Anonymous() bool { return v.PersonID == "" && v.App == nil && !v.Applicant }

// Today is the day in Paris by the viewer's clock.
func (v *Viewer) Today() domain.Date { return domain.DateOf(v.Now) }

// Day is the day whose state of the network is read: the one asked for by an
// argument "on", today otherwise.
func (v *Viewer) Day() domain.Date {
	if v.asOf.IsZero() {
		return v.Today()
	}
	return v.asOf
}

// AsOf returns the same viewer reading the state of that day. Rights do not
// move with it: they are always those of today.
func (v *Viewer) AsOf(day domain.Date) *Viewer {
	w := *v
	w.asOf = day
	return &w
}

// Holds tells whether the viewer holds one of these roles today at that
// organisation.
func (v *Viewer) Holds(organisation domain.ID, roles ...domain.Role) bool {
	for _, a := range v.Assignments {
		if a.OrganisationID != organisation {
			continue
		}
		if slices.Contains(roles, a.Role) {
			return true
		}
	}
	return false
}

// HoldsAtPoint tells whether the viewer holds one of these roles today for that
// organisation at that reception point.
func (v *Viewer) HoldsAtPoint(organisation, point domain.ID, roles ...domain.Role) bool {
	return slices.ContainsFunc(v.Assignments, func(a Assignment) bool {
		return a.OrganisationID == organisation && slices.Contains(roles, a.Role) && slices.Contains(a.PointIDs, point)
	})
}

type viewerKey struct{}

// NewContext returns a context in which the viewer is v.
func NewContext(ctx context.Context, v *Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// FromContext returns the viewer, or nil when nobody put one: reads then fail
// closed.
func FromContext(ctx context.Context) *Viewer {
	v, _ := ctx.Value(viewerKey{}).(*Viewer)
	return v
}
