package leak

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// managedTypes are what landlords manage and agree on (groups MANAGED and RIGHTS).
var managedTypes = []string{"ManagedDwelling", "ManagedChange", "Vacancy", "ReservationRight", "ReservationBalance"}

// ManagedSurfaces are all through which the contract can show something of what is managed,
// found by a walk through all of its types: fields of the roots with their arguments, fields of
// what is open, and words of filters. Payloads of acts are not among them: an act is of who
// may do it.
func ManagedSurfaces(schema *ast.Schema) []string {
	found := map[string]bool{}
	for _, d := range schema.Types {
		if d.Kind != ast.Object || d.BuiltIn || d == schema.Mutation || strings.HasSuffix(d.Name, "Payload") || slices.Contains(managedTypes, d.Name) {
			continue
		}
		for _, f := range fields(d) {
			typ := schema.Types[f.Type.Name()]
			shows := slices.Contains(managedTypes, typ.Name)
			for _, possible := range schema.GetPossibleTypes(typ) {
				shows = shows || typ.IsAbstractType() && slices.Contains(managedTypes, possible.Name)
			}
			if !shows {
				continue
			}
			found[d.Name+"."+f.Name] = true
			for _, a := range f.Arguments {
				if in := schema.Types[a.Type.Name()]; in.Kind == ast.InputObject {
					for _, word := range in.Fields {
						found[in.Name+"."+word.Name] = true
					}
				}
			}
		}
	}
	// A filter of what is open that takes what is managed would tell of it.
	for _, d := range schema.Types {
		if d.Kind == ast.InputObject && (d.Name == "DwellingFilter" || d.Name == "BuildingFilter" || d.Name == "DwellingOrder") {
			for _, word := range d.Fields {
				if strings.Contains(managedWords, " "+word.Name+" ") {
					found[d.Name+"."+word.Name] = true
				}
			}
		}
	}
	var all []string
	for name := range found {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// managedWords are the names of values that are managed.
const managedWords = " flatNumber rent charges maxRent criteria works vacant vacancy vacantFrom availableBy availableOn noticeGivenOn mode share right managed "

// managedRegistry says in which question of the test each surface is asked.
var managedRegistry = map[string]string{
	"Dwelling.managed": "dwellings", "Dwelling.vacancies": "dwellings",
	"Query.managedDwellings": "managed", "Query.managedChanges": "changes",
	"Query.reservationRights": "rights", "Query.reservationBalance": "balance",
	"ManagedDwellingFilter.communes": "filtered", "ManagedDwellingFilter.typologies": "filtered", "ManagedDwellingFilter.landlords": "filtered",
	"ManagedDwellingFilter.vacant": "filtered", "ManagedDwellingFilter.availableBy": "filtered", "ManagedDwellingFilter.criteria": "filtered",
	"ManagedDwellingFilter.maxRent":    "filtered",
	"ReservationRightFilter.landlords": "rights", "ReservationRightFilter.reservataires": "rights", "ReservationRightFilter.states": "rights",
	"ReservationRightFilter.inForceOn": "rights",
}

// UnregisteredManaged are the surfaces of what is managed that no question asks for.
func UnregisteredManaged(schema *ast.Schema) []string {
	var missing []string
	for _, name := range ManagedSurfaces(schema) {
		if managedRegistry[name] == "" {
			missing = append(missing, name)
		}
	}
	return missing
}

// ManagedQuestions are documents that ask for all of what is managed of a dwelling, of a
// landlord and beside another organisation.
func ManagedQuestions(dwelling, landlord, other string) map[string]string {
	const managed = `{ id flatNumber rent charges criteria { criterion answer basis statedOn } works { kind from until } source updatedAt version }`
	const vacancies = `{ id kind noticeGivenOn vacantFrom availableOn closedOn outcome right { id agreement reservataire { name } } updatedAt version }`
	const right = `{ id landlord { name } reservataire { name } mode share dwellings { id managed { rent } } subContingent agreement validFrom validUntil state landlordConfirmedOn reservataireConfirmedOn version }`
	d, l, o := strconv.Quote(dwelling), strconv.Quote(landlord), strconv.Quote(other)
	return map[string]string{
		"dwellings": `{ one: node(id: ` + d + `) { ... on Dwelling { managed ` + managed + ` vacancies ` + vacancies + ` } }
			some: nodes(ids: [` + d + `]) { ... on Dwelling { managed ` + managed + ` vacancies ` + vacancies + ` } }
			dwellings(first: 100, where: {landlords: [` + l + `]}) { totalCount edges { node { id managed ` + managed + ` vacancies ` + vacancies + ` } } } }`,
		"managed": `{ managedDwellings(first: 100) { id dwelling { id } version } all: managedDwellings(first: 5) ` + managed + ` }`,
		"filtered": `{ vacant: managedDwellings(first: 100, where: {vacant: true, landlords: [` + l + `]}) { id }
			let: managedDwellings(first: 100, where: {vacant: false, communes: ["38071"]}) { id }
			by: managedDwellings(first: 100, where: {availableBy: "2027-01-01"}) { id }
			lift: managedDwellings(first: 100, where: {criteria: [LIFT, BALCONY], typologies: [T2, T3]}) { id }
			cheap: managedDwellings(first: 100, where: {maxRent: 40000}) { id } }`,
		"changes": `{ managedChanges(dwellingId: ` + d + `, first: 100) { id changedAt source line differences { field before after } } }`,
		"rights": `{ reservationRights(first: 100) ` + right + `
			some: reservationRights(first: 100, where: {landlords: [` + l + `], reservataires: [` + o + `], states: [CONFIRMED], inForceOn: "2026-11-23"}) { id } }`,
		"balance": `{ reservationBalance(landlordId: ` + l + `, year: 2026) { rightId reservataire { name } mode share subContingent offered let flowShare cells { axis key offered let } } }`,
	}
}

// OpenQuestions are documents about the stock whose answers are open and the same whatever
// landlords manage: lists, statistics, facets, maps, advice and changes of the official file.
func OpenQuestions() []string {
	return []string{
		`{ stockFacets(axes: [ENERGY_CLASS, LANDLORD, TYPOLOGY]) { axis totalCount values { key count } } }`,
		`{ stockStatistics(by: [LANDLORD, TYPOLOGY]) { totalCount cells { keys count } } }`,
		`{ stockMap(within: {south: 44.9, west: 5.4, north: 45.4, east: 6.1}, zoom: 12) { spots { buildingId latitude longitude count typologies { typology count } } } }`,
		`{ dwellings(first: 100, orderBy: {field: SURFACE}) { totalCount edges { node { id surface typology landlord { name } } } } }`,
		`{ buildings(first: 50, where: {withDwelling: {typologies: [T3]}}) { totalCount edges { node { id address ownerships { landlord { name } } } } } }`,
		`{ housingAdvice(input: {household: {adults: 2, dependants: 1}, taxIncome: 2150000, taxYear: 2024, accessible: true}) {
			ceilings { loan amount met } typologies { typology fit } communes { name stock ceilingUnknown accessibilities { words count } rents { typology median low high since } } rentsMonth
			broadening { kind commune typology stockNow stockThen text } unknowns { code text } } }`,
		`{ publishedRents { month publishedAt cells { commune typology median low high since } } }`,
		`{ tension { year whole { wishing housed ratio gap } cells { commune typology wishing housed } } tensionYears }`,
		`{ stockVintages(first: 5) { edges { node { dwellingCount buildingCount } } } }`,
	}
}
