package policy_test

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

const (
	landlord = domain.ID("org_landlord")
	holder   = domain.ID("org_holder")
)

// stockActs are the decisions on a dwelling of the landlord, on a right of the holder, and on
// the employers whose employees Action Logement houses.
var stockActs = []struct {
	name   string
	decide func(context.Context) error
}{
	{"updateStock", func(ctx context.Context) error {
		of := landlord
		_, err := policy.UpdateStock(ctx, &ent.Dwelling{LandlordID: &of})
		return err
	}},
	{"updateStock (unknown landlord)", func(ctx context.Context) error {
		_, err := policy.UpdateStock(ctx, &ent.Dwelling{})
		return err
	}},
	{"importManagedStock", func(ctx context.Context) error {
		_, _, err := policy.ImportManagedStock(ctx)
		return err
	}},
	{"proposeReservationRight", func(ctx context.Context) error {
		_, _, err := policy.ProposeReservationRight(ctx, landlord, holder)
		return err
	}},
	{"confirm (landlord did)", confirmingRight(&ent.ReservationRight{LandlordConfirmedByID: someone(colleague)})},
	{"confirm (holder did)", confirmingRight(&ent.ReservationRight{ReservataireConfirmedByID: someone(colleague)})},
	{"confirm (oneself did)", confirmingRight(&ent.ReservationRight{ReservataireConfirmedByID: someone(caller)})},
	{"endReservationRight", func(ctx context.Context) error {
		_, err := policy.EndReservationRight(ctx, &ent.ReservationRight{LandlordID: landlord, ReservataireID: holder})
		return err
	}},
	{"proposeContributingEmployers", func(ctx context.Context) error { _, err := policy.ProposeContributingEmployers(ctx); return err }},
	{"confirmContributingEmployers", confirmingEmployer(colleague)},
	{"confirm employers (proposer)", confirmingEmployer(caller)},
	{"withdrawContributingEmployers", func(ctx context.Context) error { _, err := policy.WithdrawContributingEmployers(ctx); return err }},
}

// confirmingEmployer decides on an employer that this person proposed.
func confirmingEmployer(by domain.ID) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := policy.ConfirmContributingEmployers(ctx, []*ent.ContributingEmployer{{ProposedByID: by}})
		return err
	}
}

func someone(id domain.ID) *domain.ID { return &id }

func confirmingRight(r *ent.ReservationRight) func(context.Context) error {
	r.LandlordID, r.ReservataireID = landlord, holder
	return func(ctx context.Context) error {
		_, _, err := policy.ConfirmReservationRight(ctx, r)
		return err
	}
}

// stockMatrix says who may do what with the stock of a landlord.
func stockMatrix() grid {
	g := grid{relation: "role and relation to the stock", first: 49, width: 31}
	for _, a := range stockActs {
		g.acts = append(g.acts, a.name)
	}
	row := func(name string, v *auth.Viewer) {
		r := gridRow{caller: name}
		for _, a := range stockActs {
			r.decisions = append(r.decisions, decision(a.decide(auth.NewContext(context.Background(), v))))
		}
		g.rows = append(g.rows, r)
	}
	row("anonymous", &auth.Viewer{})
	row("an app of the landlord alone", &auth.Viewer{App: &auth.App{OrganisationID: landlord, Scopes: []domain.AppScope{domain.StockScope}}})
	row("a person without an assignment today", &auth.Viewer{PersonID: caller})
	for _, word := range domain.Role("").Values() {
		for _, relation := range []struct {
			name string
			at   auth.Assignment
		}{
			{"of the landlord", auth.Assignment{OrganisationID: landlord, OrganisationKind: domain.Landlord}},
			{"of the holder", auth.Assignment{OrganisationID: holder, OrganisationKind: domain.State}},
			{"of Action Logement", auth.Assignment{OrganisationID: stranger, OrganisationKind: domain.ActionLogement}},
			{"of a stranger", auth.Assignment{OrganisationID: stranger, OrganisationKind: domain.Commune}},
			{"of the Métropole", auth.Assignment{OrganisationID: metropole, OrganisationKind: domain.Metropole}},
		} {
			relation.at.Role = domain.Role(word)
			row(word+" "+relation.name, &auth.Viewer{PersonID: caller, Assignments: []auth.Assignment{relation.at}})
		}
	}
	keeper := []auth.Assignment{{OrganisationID: landlord, OrganisationKind: domain.Landlord, Role: domain.StockManager}}
	for _, app := range []auth.App{
		{Name: "an app for the stock", Scopes: []domain.AppScope{domain.StockScope}},
		{Name: "a read-only app for the stock", Scopes: []domain.AppScope{domain.StockScope}, ReadOnly: true},
		{Name: "an app for something else", Scopes: []domain.AppScope{domain.DirectoryScope}},
		{Name: "an app held at a point", Scopes: []domain.AppScope{domain.StockScope}, PointIDs: []domain.ID{point}},
		{Name: "an app held within communes", Scopes: []domain.AppScope{domain.StockScope}, CommuneIDs: []domain.ID{"com_here"}},
	} {
		app.OrganisationID, app.ActsForPerson = landlord, true
		row(app.Name+", for its STOCK_MANAGER", &auth.Viewer{PersonID: caller, App: &app, Assignments: keeper})
	}
	return g
}
