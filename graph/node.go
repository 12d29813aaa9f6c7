package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/assignment"
	"github.com/guichet-logement/guichet/ent/building"
	"github.com/guichet-logement/guichet/ent/catalogueentry"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/openinghours"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/ownership"
	"github.com/guichet-logement/guichet/ent/pair"
	"github.com/guichet-logement/guichet/ent/partnerapp"
	"github.com/guichet-logement/guichet/ent/partnerappsecret"
	"github.com/guichet-logement/guichet/ent/permanence"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/staffauthorisation"
	"github.com/guichet-logement/guichet/ent/stockchange"
	"github.com/guichet-logement/guichet/ent/stockvintage"
)

// maxNodes bounds nodes(ids:).
const maxNodes = 100

// tables says which kinds of thing can be read by identifier.
var tables = map[domain.Prefix]string{
	domain.AgreementPrefix:          agreement.Table,
	domain.ApplicationPrefix:        application.Table,
	domain.AssignmentPrefix:         assignment.Table,
	domain.BuildingPrefix:           building.Table,
	domain.CatalogueEntryPrefix:     catalogueentry.Table,
	domain.CommunePrefix:            commune.Table,
	domain.DwellingPrefix:           dwelling.Table,
	domain.HouseholdMemberPrefix:    householdmember.Table,
	domain.OpeningHoursPrefix:       openinghours.Table,
	domain.OrganisationPrefix:       organisation.Table,
	domain.OwnershipPrefix:          ownership.Table,
	domain.PairPrefix:               pair.Table,
	domain.PartnerAppPrefix:         partnerapp.Table,
	domain.PartnerAppSecretPrefix:   partnerappsecret.Table,
	domain.PermanencePrefix:         permanence.Table,
	domain.PersonPrefix:             person.Table,
	domain.ReceptionPointPrefix:     receptionpoint.Table,
	domain.StaffAuthorisationPrefix: staffauthorisation.Table,
	domain.StockChangePrefix:        stockchange.Table,
	domain.StockVintagePrefix:       stockvintage.Table,
}

func nodeType(_ context.Context, id domain.ID) (string, error) {
	table, ok := tables[id.Prefix()]
	if !ok {
		return "", &domain.Error{Code: domain.NotFound}
	}
	return table, nil
}

// absent tells an error that only says that there is nothing to see, in ent's
// words, in ours or in entgql's.
func absent(err error) bool {
	if ent.IsNotFound(err) || errors.Is(err, domain.NotFound) {
		return true
	}
	var reported *gqlerror.Error
	if !errors.As(err, &reported) {
		return false
	}
	return reported.Extensions["code"] == "NOT_FOUND" || absent(reported.Err)
}

// Node finds anything by its identifier; unknown and invisible are both nothing.
func (r queryResolver) Node(ctx context.Context, id domain.ID) (ent.Noder, error) {
	ids, err := r.service.Findable(ctx, []domain.ID{id})
	if err != nil {
		return nil, err
	}
	n, err := r.ent.Noder(ctx, ids[0], ent.WithNodeType(nodeType))
	if absent(err) {
		return nil, nil
	}
	return n, err
}

// Nodes finds several things by their identifiers, in the order asked.
func (r queryResolver) Nodes(ctx context.Context, ids []domain.ID, _ *domain.Date) ([]ent.Noder, error) {
	if len(ids) > maxNodes {
		return nil, errTooManyIDs
	}
	ids, err := r.service.Findable(ctx, ids)
	if err != nil {
		return nil, err
	}
	// Entgql reports each id without a row as an error of the answer; here it is
	// an ordinary answer, so its reports go to a list of their own.
	aside := graphql.WithResponseContext(ctx, keepError, graphql.DefaultRecover)
	nodes, err := r.ent.Noders(aside, ids, ent.WithNodeType(nodeType))
	if absent(err) { // the one id asked
		return []ent.Noder{nil}, nil
	}
	return nodes, errors.Join(err, firstReal(graphql.GetErrors(aside)))
}

// keepError reports an error as it is, for us to look at.
func keepError(_ context.Context, err error) *gqlerror.Error { return gqlerror.Wrap(err) }

var errTooManyIDs = &domain.Error{
	Code: domain.TooComplex, Reason: "TOO_MANY_IDS", Field: "ids", Message: domain.Text{
		EN: "Ask for at most 100 identifiers at once.",
		FR: "Demander 100 identifiants au plus à la fois.",
	},
}

// firstReal is the first error that does not only say that there is nothing.
func firstReal(reported gqlerror.List) error {
	for _, e := range reported {
		if !absent(e) {
			return e
		}
	}
	return nil
}
