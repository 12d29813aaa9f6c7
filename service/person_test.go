package service_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/service"
)

func refusedAs(err error, code domain.RefusalCode) bool {
	var refusals domain.Refusals
	return errors.As(err, &refusals) && len(refusals) == 1 && refusals[0].Code == code
}

// Of many who register one person, give it one role, authorise it and decide on it at
// the same time one succeeds, and the others are told why.
func TestOneOfManyAtOnce(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	svc := service.New(client, service.NewClock(noon), false)
	seed := policy.SeedSandbox(t.Context())
	o := client.Organisation.Create().SetKey("o").SetKind(domain.Association).SetName("O").
		SetReservataire(false).SetRegisteringBody(true).SaveX(policy.ImportDirectory(t.Context()))
	administrator := func(subject string) *auth.Viewer {
		p := client.Person.Create().SetIssuer("https://id.example").SetSubject(subject).SetGivenName("G").SetFamilyName("F").SaveX(seed)
		client.Assignment.Create().SetPerson(p).SetOrganisation(o).SetRole(domain.OrgAdmin).SetValidFrom(domain.DateOf(noon())).ExecX(seed)
		v, err := svc.Recognise(t.Context(), auth.Identity{Issuer: p.Issuer, Subject: subject}, noon())
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first, second := auth.NewContext(t.Context(), administrator("a")), auth.NewContext(t.Context(), administrator("b"))
	var person *ent.Person
	var proposed *ent.Assignment
	var mu sync.Mutex
	for _, act := range []struct {
		name string
		do   func() error
		// told says what the others are told.
		told func(error) bool
	}{
		{"register", func() error {
			p, err := svc.RegisterPerson(first, o.ID, domain.Staff{Issuer: "https://id.example", Subject: "c", GivenName: "G", FamilyName: "F"})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				person = p
			}
			return err
		}, func(err error) bool { return refusedAs(err, domain.Duplicate) }},
		{"assign", func() error {
			a, err := svc.AssignRole(first, person.ID, o.ID, domain.AssignmentPlan{Role: domain.PrivacyOfficer, Share: 100})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				proposed = a
			}
			return err
		}, func(err error) bool { return refusedAs(err, domain.Overlap) }},
		{"confirm", func() error {
			_, err := svc.ConfirmAssignment(second, proposed.ID, 1)
			return err
		}, func(err error) bool { return refusedAs(err, domain.StaleVersion) }},
		{"end", func() error {
			_, err := svc.EndAssignment(second, proposed.ID, 2, domain.Date{})
			return err
		}, is(domain.NotFound)},
	} {
		outcome := make(chan error, 6)
		for range cap(outcome) {
			go func() { outcome <- act.do() }()
		}
		done := 0
		for range cap(outcome) {
			if err := <-outcome; err == nil {
				done++
			} else if !act.told(err) {
				t.Errorf("%s: %v", act.name, err)
			}
		}
		if done != 1 {
			t.Errorf("%s succeeded %d times", act.name, done)
		}
	}
}

// A person has at most as many assignments and authorisations as a list without
// pages can show; what has ended does not count.
func TestListsWithoutPagesStayShort(t *testing.T) {
	t.Parallel()
	client := newClient(t)
	svc := service.New(client, service.NewClock(noon), false)
	seed, today := policy.SeedSandbox(t.Context()), domain.DateOf(noon())
	o := client.Organisation.Create().SetKey("o").SetKind(domain.Landlord).SetName("O").
		SetReservataire(true).SetRegisteringBody(true).SaveX(policy.ImportDirectory(t.Context()))
	person := func(subject string) *ent.Person {
		return client.Person.Create().SetIssuer("i").SetSubject(subject).SetGivenName("G").SetFamilyName("F").SetOrganisation(o).SaveX(seed)
	}
	admin, agent := person("admin"), person("agent")
	ctx := auth.NewContext(t.Context(), &auth.Viewer{PersonID: admin.ID, Now: noon(), Assignments: []auth.Assignment{
		{OrganisationID: o.ID, Role: domain.OrgAdmin},
	}})
	for n := range domain.MaxAssignments - 1 {
		from := today.AddDays(10 * n)
		client.Assignment.Create().SetPerson(agent).SetOrganisation(o).SetRole(domain.AllocationOfficer).
			SetValidFrom(from).SetValidUntil(from.AddDays(10)).ExecX(seed)
		client.StaffAuthorisation.Create().SetPerson(agent).SetOrganisation(o).SetRole(domain.AllocationOfficer).SetGrantedBy(admin).
			SetGrantedOn(today).SetValidFrom(from).SetValidUntil(from.AddDays(5)).ExecX(seed)
	}
	client.Assignment.Create().SetPerson(agent).SetOrganisation(o).SetRole(domain.AllocationOfficer).
		SetValidFrom(today.AddDays(-9)).SetValidUntil(today).ExecX(seed)
	for n, want := range []bool{true, false} {
		plan := domain.AssignmentPlan{Role: domain.StockManager, Share: 50, From: today.AddDays(n), Until: today.AddDays(n + 1)}
		if _, err := svc.AssignRole(ctx, agent.ID, o.ID, plan); (err == nil) != want {
			t.Errorf("assignment %d: %v", domain.MaxAssignments+n, err)
		}
		given := domain.AuthorisationPlan{Role: domain.AllocationOfficer, From: today.AddDays(10*n + 5), Until: today.AddDays(10*n + 6)}
		if _, err := svc.GrantStaffAuthorisation(ctx, agent.ID, o.ID, given); (err == nil) != want {
			t.Errorf("authorisation %d: %v", domain.MaxAuthorisations+n, err)
		}
	}
	if fmt.Sprint(domain.MaxAssignments, domain.MaxAuthorisations, domain.MaxPairs) != "50 50 50" {
		t.Error("the contract says 50")
	}
}
