package leak_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/internal/leak"
)

// TestEverySurfaceIsRegistered: what the contract can show of a record is compared, and
// a new way to show it fails here until somebody has said what it must show.
func TestEverySurfaceIsRegistered(t *testing.T) {
	t.Parallel()
	for _, name := range leak.Unregistered(leak.Contract()) {
		t.Errorf("%s can show something of an application and is not in the registry", name)
	}
	found := leak.Surfaces(leak.Contract())
	if len(found) < 90 {
		t.Errorf("only %d surfaces found", len(found))
	}
	for _, name := range leak.Registered() {
		if !slices.Contains(found, name) {
			t.Errorf("the registry names %s, which is no surface", name)
		}
	}
}

// TestNewSurfacesAreFound: the walk can fail.
func TestNewSurfacesAreFound(t *testing.T) {
	t.Parallel()
	for extension, surface := range map[string]string{
		`extend type Commune { applications: ApplicationConnection }`:                                   "Commune.applications",
		`extend type ReceptionPoint { next: Application }`:                                              "ReceptionPoint.next",
		`extend type Query { applicationTally(housing: HousingClass): Int! }`:                           "Query.applicationTally",
		`extend type Query { find(text: String!): [Application!]! }`:                                    "Query.find(text)",
		`union Found = Application | Commune extend type Query { search(text: String!): [Found!]! }`:    "Query.search(Application)",
		`extend type Mutation { renew(id: ID!): Renewed } type Renewed { application: Application }`:    "Renewed.application",
		`type Subscription { changed: Application }`:                                                    "Subscription.changed",
		`extend type Application { score: Int }`:                                                        "Application.score",
		`extend type Application { notes: [Note!]! } type Note { text: String! }`:                       "Note.text",
		`extend type ApplicationConnection { facets: [Facet!]! } type Facet { value: String! n: Int! }`: "ApplicationConnection.facets",
		`extend input ApplicationFilter { minIncome: Int }`:                                             "ApplicationFilter.minIncome",
		`extend enum ApplicationAxis { INCOME }`:                                                        "ApplicationAxis.INCOME",
		`extend type ApplicationStatistics { median: Int }`:                                             "ApplicationStatistics.median",
		`extend enum ApplicationOrderField { INCOME }`:                                                  "ApplicationOrderField.INCOME",
		`extend type Viewer { opened: [ColumnGroup!]! }`:                                                "Viewer.opened",
	} {
		if missing := leak.Unregistered(extended(t, extension)); !slices.Contains(missing, surface) {
			t.Errorf("%s: %s is not found, only %v", extension, surface, missing)
		}
	}
}

// extended is the contract with something more.
func extended(t *testing.T, extension string) *ast.Schema {
	t.Helper()
	var sources []*ast.Source
	for _, d := range leak.Contract().Query.Fields[:1] {
		sources = append(sources, d.Position.Src)
	}
	extension = strings.ReplaceAll(extension, "} ", "}\n")
	schema, err := gqlparser.LoadSchema(append(sources, &ast.Source{Name: "extension", Input: extension})...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}
