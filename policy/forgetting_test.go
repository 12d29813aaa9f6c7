package policy_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/privacy"
	_ "github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/internal/testdb"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/policy/guard"
)

func client(t *testing.T) *ent.Client {
	t.Helper()
	policy.Install()
	driver, err := entsql.Open(dialect.Postgres, testdb.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = driver.Close() })
	return ent.NewClient(ent.Driver(driver))
}

func viewer(t *testing.T) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), &auth.Viewer{Now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)})
}

// Whoever forgets the viewer, the scope or the decision gets nothing.
func TestForgettingIsRefused(t *testing.T) {
	t.Parallel()
	c := client(t)
	nobody, somebody := t.Context(), viewer(t)
	for name, attempt := range map[string]func() error{
		"list without a viewer":      func() error { _, err := c.Commune.Query().All(nobody); return err },
		"count without a viewer":     func() error { _, err := c.Commune.Query().Count(nobody); return err },
		"existence without a viewer": func() error { _, err := c.Commune.Query().Exist(nobody); return err },
		"ids without a viewer":       func() error { _, err := c.Commune.Query().IDs(nobody); return err },
		"group without a viewer": func() error {
			_, err := c.Commune.Query().GroupBy(commune.FieldSiren).Strings(nobody)
			return err
		},
		"edge without a viewer": func() error {
			_, err := c.Commune.Query().QueryReceptionPoints().All(nobody)
			return err
		},
		"read of a type without a scope": func() error {
			return guard.Policy{Type: "Forgotten"}.EvalQuery(somebody, c.Commune.Query())
		},
		"read of staff by hand without a decision": func() error { return policy.SeeStaff(somebody) },
		"write without a decision": func() error {
			_, err := c.Commune.Delete().Exec(somebody)
			return err
		},
		"bulk update without a decision": func() error {
			return c.Organisation.Update().SetName("x").Exec(somebody)
		},
		"creation without a decision": func() error {
			return c.SandboxClock.Create().SetOffsetNanoseconds(1).Exec(somebody)
		},
		"write under a decision about something else": func() error {
			return c.Commune.Update().SetPopulation(1).Exec(policy.SeedSandbox(somebody))
		},
		"write under a decision that only reads": func() error {
			return c.Person.Update().SetGivenName("x").Exec(policy.RecogniseCaller(somebody))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := attempt(); !errors.Is(err, privacy.Deny) {
				t.Errorf("not refused: %v", err)
			}
		})
	}
	if _, err := c.Commune.Query().All(somebody); err != nil {
		t.Errorf("a read with a viewer and a scope: %v", err)
	}
	if err := policy.SeeStaff(policy.RecogniseCaller(t.Context())); err != nil {
		t.Errorf("a read of staff by hand with its decision: %v", err)
	}
	granted, err := policy.SetSandboxClock(auth.NewContext(t.Context(), &auth.Viewer{PersonID: "per_x"}), true)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SandboxClock.Create().SetOffsetNanoseconds(1).Exec(granted); err != nil {
		t.Errorf("a write with its decision: %v", err)
	}
}

// Every entity carries the line that puts it behind the guard, under its own
// name, and has a scope.
func TestEveryEntityIsGuarded(t *testing.T) {
	t.Parallel()
	policy.Install()
	files, err := filepath.Glob("../ent/schema/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var entities []string
	for _, f := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		found, problems := unguarded(parsed)
		entities = append(entities, found...)
		for _, p := range problems {
			t.Errorf("%s: %s", f, p)
		}
	}
	registered := guard.Registered()
	slices.Sort(entities)
	slices.Sort(registered)
	if len(entities) < 9 || !slices.Equal(entities, registered) {
		t.Errorf("entities   %v\nregistered %v", entities, registered)
	}
	wrong, err := parser.ParseFile(token.NewFileSet(), "wrong.go", "package schema\n\ntype Ghost struct{ ent.Schema }\n", 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := unguarded(wrong); len(problems) != 1 {
		t.Error("an entity without its line was not found")
	}
}

// unguarded lists the entities of a schema file, and those whose policy is not
// the guard under their own name.
func unguarded(f *ast.File) (entities, problems []string) {
	guarded := map[string]string{}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if spec, ok := s.(*ast.TypeSpec); ok && embedsSchema(spec) {
					entities = append(entities, spec.Name.Name)
				}
			}
		case *ast.FuncDecl:
			if d.Name.Name == "Policy" && d.Recv != nil {
				guarded[d.Recv.List[0].Type.(*ast.Ident).Name] = literalIn(d.Body)
			}
		}
	}
	for _, e := range entities {
		if guarded[e] != e {
			problems = append(problems, e+" is not behind the guard under its own name")
		}
	}
	return entities, problems
}

func embedsSchema(spec *ast.TypeSpec) bool {
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return false
	}
	return slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool {
		sel, ok := f.Type.(*ast.SelectorExpr)
		return ok && len(f.Names) == 0 && sel.Sel.Name == "Schema" && sel.X.(*ast.Ident).Name == "ent"
	})
}

// literalIn is the only text in a function body.
func literalIn(body *ast.BlockStmt) string {
	text := ""
	ast.Inspect(body, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			text = strings.Trim(l.Value, `"`)
		}
		return true
	})
	return text
}

// A person sees itself and its assignments of today, whatever day it reads.
func TestScopesOfPeople(t *testing.T) {
	t.Parallel()
	c := client(t)
	day := domain.NewDate(2026, 11, 23)
	seed := policy.SeedSandbox(t.Context())
	employer := c.Organisation.Create().SetKey("o").SetKind(domain.Association).SetName("O").
		SetReservataire(false).SetRegisteringBody(false).SaveX(policy.ImportDirectory(t.Context()))
	person := func(subject string, from, until domain.Date) *ent.Person {
		p := c.Person.Create().SetIssuer("i").SetSubject(subject).SetGivenName("G").SetFamilyName("F").SaveX(seed)
		c.Assignment.Create().SetPersonID(p.ID).SetOrganisationID(employer.ID).SetRole(domain.Steering).
			SetValidFrom(from).SetValidUntil(until).ExecX(seed)
		return p
	}
	current := person("current", day, day.AddDays(1))
	person("ended", day.AddDays(-10), day)
	person("future", day.AddDays(1), day.AddDays(2))
	for _, v := range []struct {
		name                string
		viewer              auth.Viewer
		people, assignments int
	}{
		{"nobody", auth.Viewer{}, 0, 0},
		{"a stranger", auth.Viewer{PersonID: "per_stranger"}, 0, 0},
		{"the person", auth.Viewer{PersonID: current.ID}, 1, 1},
	} {
		v.viewer.Now = day.At(domain.NewLocalTime(12, 0))
		for _, read := range []*auth.Viewer{&v.viewer, v.viewer.AsOf(day.AddDays(-5)), v.viewer.AsOf(day.AddDays(1))} {
			ctx := auth.NewContext(t.Context(), read)
			if n := c.Person.Query().CountX(ctx); n != v.people {
				t.Errorf("%s sees %d people on %s", v.name, n, read.Day())
			}
			if n := c.Assignment.Query().CountX(ctx); n != v.assignments {
				t.Errorf("%s sees %d assignments on %s", v.name, n, read.Day())
			}
			if n := c.SandboxClock.Query().CountX(ctx); n != 0 {
				t.Errorf("%s sees the stored clock", v.name)
			}
		}
	}
}

// Who manages people sees what they were given on the day read: an administrator its
// organisation, who runs a point those who work there, the Métropole's administrator
// all. Everybody else, and an organisation beside, sees nothing of it.
func TestScopesOfStaff(t *testing.T) {
	t.Parallel()
	c := client(t)
	day := domain.NewDate(2026, 11, 23)
	seed, files := policy.SeedSandbox(t.Context()), policy.ImportDirectory(t.Context())
	body := func(key string) *ent.Organisation {
		return c.Organisation.Create().SetKey(key).SetKind(domain.Association).SetName(key).
			SetReservataire(false).SetRegisteringBody(true).SaveX(files)
	}
	own, other := body("own"), body("other")
	town := c.Commune.Create().SetInseeCode("38185").SetName("G").SetPostalCodes([]string{"38000"}).SetPopulation(1).
		SetSiren("213801855").SetLatitude(45).SetLongitude(5).SaveX(files)
	desk := func(key string) *ent.ReceptionPoint {
		return c.ReceptionPoint.Create().SetKey(key).SetName(key).SetAddress("a").SetPostalCode("38000").SetCommuneID(town.ID).
			SetLatitude(45).SetLongitude(5).SetLanguages([]domain.LanguageCode{"fr"}).SetStepFreeAccess(domain.Yes).SetInterCommunal(false).
			AddOperators(own).SaveX(files)
	}
	here, there := desk("here"), desk("there")
	person := func(subject string) *ent.Person {
		return c.Person.Create().SetIssuer("i").SetSubject(subject).SetGivenName("G").SetFamilyName("F").SaveX(seed)
	}
	admin, agent, partner := person("admin"), person("agent"), person("partner")
	held := c.Assignment.Create().SetPersonID(agent.ID).SetOrganisationID(own.ID).SetRole(domain.ReceptionAgent).
		AddReceptionPoints(here).SetValidFrom(day.AddDays(-1)).SetValidUntil(day.AddDays(5)).SaveX(seed)
	c.Assignment.Create().SetPersonID(agent.ID).SetOrganisationID(own.ID).SetRole(domain.SocialOfficer).
		AddReceptionPoints(here).SetValidFrom(day).SetState(domain.AssignmentProposed).SetAssignedBy(admin).ExecX(seed)
	c.Assignment.Create().SetPersonID(agent.ID).SetOrganisationID(own.ID).SetRole(domain.PrivacyOfficer).
		SetValidFrom(day).SetState(domain.AssignmentRejected).SetAssignedBy(admin).ExecX(seed)
	c.StaffAuthorisation.Create().SetPersonID(agent.ID).SetOrganisationID(own.ID).SetRole(domain.ReceptionAgent).
		SetGrantedBy(admin).SetGrantedOn(day).SetValidFrom(day).SetValidUntil(day.AddDays(10)).ExecX(seed)
	c.Pair.Create().SetReceptionPoint(here).AddMembers(agent, partner).SetMemberIds("x").SetFormedBy(admin).
		SetValidFrom(day).SetValidUntil(day.AddDays(5)).ExecX(seed)

	as := func(role domain.Role, o *ent.Organisation, kind domain.OrganisationKind, points ...domain.ID) auth.Viewer {
		return auth.Viewer{PersonID: "per_viewer", Assignments: []auth.Assignment{
			{OrganisationID: o.ID, OrganisationKind: kind, Role: role, PointIDs: points},
		}}
	}
	ended := held.ValidUntil.AddDays(0)
	for _, v := range []struct {
		name   string
		viewer auth.Viewer
		day    domain.Date
		// people, assignments, authorisations and pairs that are seen
		sees [4]int
	}{
		{"nobody", auth.Viewer{}, day, [4]int{}},
		{"a stranger", auth.Viewer{PersonID: "per_stranger"}, day, [4]int{}},
		{"an agent of it", as(domain.ReceptionAgent, own, domain.Association, here.ID), day, [4]int{}},
		{"its steering", as(domain.Steering, own, domain.Association), day, [4]int{}},
		{"its privacy officer", as(domain.PrivacyOfficer, own, domain.Association), day, [4]int{}},
		{"an administrator beside", as(domain.OrgAdmin, other, domain.Association), day, [4]int{}},
		{"who runs another point", as(domain.PointManager, own, domain.Association, there.ID), day, [4]int{}},
		{"the Métropole's steering", as(domain.Steering, other, domain.Metropole), day, [4]int{}},
		{"the person", auth.Viewer{PersonID: agent.ID}, day, [4]int{1, 1, 1, 1}},
		{"the person, once the assignment has ended", auth.Viewer{PersonID: agent.ID, Now: ended.At(0)}, ended, [4]int{1, 0, 0, 0}},
		{"its partner", auth.Viewer{PersonID: partner.ID}, day, [4]int{1, 0, 0, 1}},
		{"its administrator", as(domain.OrgAdmin, own, domain.Association), day, [4]int{1, 2, 1, 1}},
		{"its administrator, of a day before", as(domain.OrgAdmin, own, domain.Association), day.AddDays(-9), [4]int{1, 2, 1, 1}},
		{"its administrator, of a day after", as(domain.OrgAdmin, own, domain.Association), ended, [4]int{1, 1, 1, 0}},
		{"its administrator, of a day when all has ended", as(domain.OrgAdmin, own, domain.Association), day.AddDays(10), [4]int{1, 1, 0, 0}},
		{"who runs the point", as(domain.PointManager, other, domain.Association, here.ID), day, [4]int{1, 1, 1, 1}},
		{"who runs the point, of a day after", as(domain.PointManager, other, domain.Association, here.ID), ended, [4]int{}},
		{"the Métropole's administrator", as(domain.OrgAdmin, other, domain.Metropole), day, [4]int{3, 2, 1, 1}},
	} {
		if v.viewer.Now.IsZero() {
			v.viewer.Now = day.At(domain.NewLocalTime(12, 0))
		}
		ctx := auth.NewContext(t.Context(), v.viewer.AsOf(v.day))
		sees := [4]int{
			c.Person.Query().CountX(ctx), c.Assignment.Query().CountX(ctx),
			c.StaffAuthorisation.Query().CountX(ctx), c.Pair.Query().CountX(ctx),
		}
		if sees != v.sees {
			t.Errorf("%s sees %v, want %v", v.name, sees, v.sees)
		}
	}
}
