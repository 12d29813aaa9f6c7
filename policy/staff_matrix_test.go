package policy_test

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

const (
	caller    = domain.ID("per_x")
	colleague = domain.ID("per_colleague")
	third     = domain.ID("per_third")
	metropole = domain.ID("org_metropole")
)

// staffActs are the decisions on the people of the operator and what they are given.
var staffActs = []struct {
	name   string
	decide func(context.Context) (context.Context, error)
}{
	{"registerPerson", func(ctx context.Context) (context.Context, error) {
		return policy.RegisterPerson(ctx, operator)
	}},
	{"assignRole", func(ctx context.Context) (context.Context, error) {
		return policy.AssignRole(ctx, operator, colleague, domain.ReceptionAgent)
	}},
	{"assignRole (admin)", func(ctx context.Context) (context.Context, error) {
		return policy.AssignRole(ctx, operator, colleague, domain.OrgAdmin)
	}},
	{"assignRole (oneself)", func(ctx context.Context) (context.Context, error) {
		return policy.AssignRole(ctx, operator, caller, domain.OrgAdmin)
	}},
	{"endAssignment", func(ctx context.Context) (context.Context, error) {
		return policy.EndAssignment(ctx, proposal(third, colleague))
	}},
	{"endAssignment (own)", func(ctx context.Context) (context.Context, error) {
		return policy.EndAssignment(ctx, proposal(third, caller))
	}},
	{"confirm", func(ctx context.Context) (context.Context, error) {
		return policy.ConfirmAssignment(ctx, proposal(third, colleague))
	}},
	{"confirm (proposer)", func(ctx context.Context) (context.Context, error) {
		return policy.ConfirmAssignment(ctx, proposal(caller, colleague))
	}},
	{"confirm (concerned)", func(ctx context.Context) (context.Context, error) {
		return policy.ConfirmAssignment(ctx, proposal(third, caller))
	}},
	{"confirm (of nobody)", func(ctx context.Context) (context.Context, error) {
		return policy.ConfirmAssignment(ctx, &ent.Assignment{OrganisationID: operator, PersonID: colleague})
	}},
	{"reject", func(ctx context.Context) (context.Context, error) {
		return policy.RejectAssignment(ctx, proposal(third, colleague))
	}},
	{"reject (proposer)", func(ctx context.Context) (context.Context, error) {
		return policy.RejectAssignment(ctx, proposal(caller, colleague))
	}},
	{"authorise", func(ctx context.Context) (context.Context, error) {
		return policy.GrantStaffAuthorisation(ctx, operator, colleague)
	}},
	{"authorise (oneself)", func(ctx context.Context) (context.Context, error) {
		return policy.GrantStaffAuthorisation(ctx, operator, caller)
	}},
	{"revoke", func(ctx context.Context) (context.Context, error) {
		return policy.RevokeStaffAuthorisation(ctx, &ent.StaffAuthorisation{OrganisationID: operator, PersonID: colleague})
	}},
	{"setSpokenLanguages", func(ctx context.Context) (context.Context, error) {
		return policy.SetSpokenLanguages(ctx, &ent.Person{ID: colleague, Edges: ent.PersonEdges{Assignments: []*ent.Assignment{{
			OrganisationID: operator, Edges: ent.AssignmentEdges{ReceptionPoints: []*ent.ReceptionPoint{{ID: point}}},
		}}}})
	}},
	{"formPair", func(ctx context.Context) (context.Context, error) { return policy.FormPair(ctx, subject()) }},
	{"endPair", func(ctx context.Context) (context.Context, error) { return policy.EndPair(ctx, subject()) }},
}

// proposal is an assignment as privacy officer of the operator.
func proposal(by, of domain.ID) *ent.Assignment {
	return &ent.Assignment{OrganisationID: operator, Role: domain.PrivacyOfficer, PersonID: of, AssignedByID: &by}
}

// staffMatrix says who may do what about the people of an organisation.
func staffMatrix() grid {
	g := grid{relation: "role and relation to the organisation", first: 49, width: 20}
	for _, a := range staffActs {
		g.acts = append(g.acts, a.name)
	}
	row := func(name string, v *auth.Viewer) {
		r := gridRow{caller: name}
		for _, a := range staffActs {
			_, err := a.decide(auth.NewContext(context.Background(), v))
			r.decisions = append(r.decisions, decision(err))
		}
		g.rows = append(g.rows, r)
	}
	row("anonymous", &auth.Viewer{})
	row("a person without an assignment today", &auth.Viewer{PersonID: caller})
	for _, word := range domain.Role("").Values() {
		for _, relation := range []struct {
			name string
			at   auth.Assignment
		}{
			{"of it, at the point", auth.Assignment{OrganisationID: operator, PointIDs: []domain.ID{point}}},
			{"of it", auth.Assignment{OrganisationID: operator}},
			{"of a stranger, at the point", auth.Assignment{OrganisationID: stranger, PointIDs: []domain.ID{point}}},
			{"of the Métropole", auth.Assignment{OrganisationID: metropole, OrganisationKind: domain.Metropole}},
		} {
			relation.at.Role = domain.Role(word)
			row(word+" "+relation.name, &auth.Viewer{PersonID: caller, Assignments: []auth.Assignment{relation.at}})
		}
	}
	return g
}
