package sandbox

import (
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
)

// TestEveryRoleOfEveryKind: each kind of organisation has somebody in each role that it
// can have, at points that the organisation operates where the role is held there.
func TestEveryRoleOfEveryKind(t *testing.T) {
	t.Parallel()
	communes, err := directoryfile.Communes()
	if err != nil {
		t.Fatal(err)
	}
	bodies, operating := map[string]domain.Body{}, map[domain.OrganisationKind]bool{}
	for _, o := range Organisations(communes) {
		bodies[o.Key] = domain.Body{Kind: o.Kind, Reservataire: o.Reservataire, RegisteringBody: o.RegisteringBody}
	}
	for _, p := range receptionPoints(communes, networkChanges) {
		for _, key := range p.Operators {
			operating[bodies[key].Kind] = true
		}
	}
	held := map[domain.OrganisationKind][]domain.Role{}
	for _, p := range Personas() {
		body, known := bodies[p.Organisation]
		if !known || !p.Role.AvailableAt(body) {
			t.Errorf("%s cannot be %s at %s", p.Name, p.Role, p.Organisation)
		}
		held[body.Kind] = append(held[body.Kind], p.Role)
	}
	wanted := 0
	for _, body := range bodies {
		for _, word := range domain.Role("").Values() {
			role := domain.Role(word)
			if !role.AvailableAt(body) || role.PointByPoint() && !operating[body.Kind] {
				continue
			}
			wanted++
			if !slices.Contains(held[body.Kind], role) {
				t.Errorf("nobody is %s at a %s", role, body.Kind)
			}
		}
	}
	if wanted < 30 {
		t.Errorf("only %d roles looked for", wanted)
	}
}
