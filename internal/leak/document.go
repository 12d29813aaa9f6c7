package leak

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/graph/gen"
)

// Contract is the one that is served.
func Contract() *ast.Schema { return gen.NewExecutableSchema(gen.Config{}).Schema() }

// recordTypes are the object types of an application's record: the application, its
// pages, the tables in which it counts and the rights to it, and what they lead to, but
// for what is public, and rooms, which are part of a reception point.
func recordTypes(schema *ast.Schema) []string {
	found := []string{"Application", statistics, right}
	for i := 0; i < len(found); i++ {
		for _, suffix := range []string{"Edge", "Connection"} {
			if d := schema.Types[found[i]+suffix]; d != nil {
				found = append(found, d.Name)
			}
		}
		for _, f := range fields(schema.Types[found[i]]) {
			d := schema.Types[f.Type.Name()]
			if d.Kind == ast.Object && !public(d) && d.Name != "Room" && !slices.Contains(found, d.Name) {
				found = append(found, d.Name)
			}
		}
	}
	return found
}

// fields are those that the contract itself gives a type.
func fields(d *ast.Definition) []*ast.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(d.Fields), func(f *ast.FieldDefinition) bool { return strings.HasPrefix(f.Name, "__") })
}

// public tells a type of which something is the same for everybody.
func public(d *ast.Definition) bool {
	return slices.ContainsFunc(fields(d), func(f *ast.FieldDefinition) bool { return f.Directives.ForName("public") != nil })
}

// whole selects every field of a type of the record. Of what is beside the record the
// identifier tells enough.
func whole(schema *ast.Schema, name string) string {
	record := recordTypes(schema)
	var b strings.Builder
	b.WriteString("{ __typename")
	for _, f := range fields(schema.Types[name]) {
		b.WriteString(" " + f.Name)
		switch d := schema.Types[f.Type.Name()]; {
		case d.Name == "Application": // whose record it is
			b.WriteString(" { id }")
		case slices.Contains(record, d.Name):
			b.WriteString(" " + whole(schema, d.Name))
		case d.Kind == ast.Object || d.Kind == ast.Interface:
			b.WriteString(" { id }")
		}
	}
	return b.String() + " }"
}

// document asks for every surface at once. It is the same for every caller: what
// differs is in the variables.
func document(schema *ast.Schema) string {
	var variables, roots strings.Builder
	ask := func(format string, args ...any) { _, _ = fmt.Fprintf(&roots, "  "+format+"\n", args...) }
	declare := func(name, typ string) { _, _ = fmt.Fprintf(&variables, " $%s: %s", name, typ) }
	ask("viewer { rights %s }", whole(schema, right))
	ask("all: applications(first: 100) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { ...record } } }")
	ask("count: applications(first: 1) { totalCount }")
	ask("first: applications(first: 2) { totalCount pageInfo { hasNextPage hasPreviousPage } edges { node { id } } }")
	ask("last: applications(last: 2) { totalCount pageInfo { hasNextPage hasPreviousPage } edges { node { id } } }")
	declare("ids", "[ID!]!")
	ask("nodes(ids: $ids) { __typename ... on Application { ...record } ... on HouseholdMember %s }", whole(schema, "HouseholdMember"))
	for i := range nodeCount {
		declare(fmt.Sprint("id", i), "ID!")
		ask("node%d: node(id: $id%d) { __typename id ... on Application { masked } ... on HouseholdMember { sensitive { freeText } } }", i, i)
	}
	for i := range numberCount {
		declare(fmt.Sprint("number", i), "UniqueNumber!")
		ask("number%d: application(uniqueNumber: $number%d) { id masked summary { registeredOn } }", i, i)
	}
	for _, v := range schema.Types["ApplicationOrderField"].EnumValues {
		for _, direction := range []string{"ASC", "DESC"} {
			ask("order_%s_%s: applications(first: 100, orderBy: {field: %s, direction: %s}) { totalCount edges { node { id } } }", v.Name, direction, v.Name, direction)
		}
	}
	for _, f := range schema.Types["ApplicationFilter"].Fields {
		for i := range filterCount {
			name := fmt.Sprintf("filter_%s_%d", f.Name, i)
			declare(name, "ApplicationFilter")
			ask("%s: applications(first: 100, where: $%s) { totalCount edges { node { id } } }", name, name)
		}
	}
	for _, v := range schema.Types["ApplicationAxis"].EnumValues {
		ask("axis_%s: applicationStatistics(by: [%s]) %s", v.Name, v.Name, whole(schema, statistics))
	}
	declare("axes", "[ApplicationAxis!]!")
	declare("counted", "ApplicationFilter")
	ask("crossed: applicationStatistics(by: $axes, where: $counted) %s", whole(schema, statistics))
	declare("oriented", "OrientationFilter")
	declare("about", "ID!")
	ask("orientations: orientations(first: 100) %s", whole(schema, "Orientation"))
	declare("since", "ID")
	declare("met", "ContactFilter")
	ask("filtered_orientations: orientations(first: 3, afterId: $since, where: $oriented) %s", whole(schema, "Orientation"))
	ask("filtered_contacts: contacts(first: 2, afterId: $since, where: $met) %s", whole(schema, "ReceptionContact"))
	ask("contacts: contacts(first: 100) %s", whole(schema, "ReceptionContact"))
	ask("about: contacts(first: 100, where: {applicationId: $about}) %s", whole(schema, "ReceptionContact"))
	return "query Leak(" + variables.String() + ") {\n" + roots.String() + "}\nfragment record on Application " + whole(schema, "Application")
}

// How often each surface with an argument is asked in one request.
const (
	nodeCount   = 3
	numberCount = 6
	filterCount = 1
)

// turn asks for what is after and before a page.
const turn = `query Turn($end: Cursor, $start: Cursor) {
  after: applications(first: 100, after: $end) { totalCount pageInfo { hasNextPage hasPreviousPage } edges { node { id } } }
  before: applications(last: 100, before: $start) { totalCount pageInfo { hasNextPage hasPreviousPage } edges { node { id } } }
}`

// rightsAlone is what an app without the scope for applications may still ask.
func rightsAlone(schema *ast.Schema) string {
	return "{ viewer { rights " + whole(schema, right) + " } }"
}

// statistics is the type of tables of applications.
const statistics = "ApplicationStatistics"

// right is the type that tells callers of their grounds.
const right = "Right"
