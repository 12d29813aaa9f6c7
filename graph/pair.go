package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph/model"
)

// Members lists those of the two people that the viewer sees, in a fixed order.
func (pairResolver) Members(ctx context.Context, p *ent.Pair) ([]*ent.Person, error) {
	members, err := p.NamedMembers(alias(ctx))
	if ent.IsNotLoaded(err) {
		members, err = p.QueryMembers().All(ctx)
	}
	return sorted(members, func(p *ent.Person) domain.ID { return p.ID }), err
}

// FormedBy is who formed the pair, if the viewer sees that person.
func (pairResolver) FormedBy(ctx context.Context, p *ent.Pair) (*ent.Person, error) {
	by, err := p.FormedBy(ctx)
	return by, ent.MaskNotFound(err)
}

// FormPair forms a pair.
func (r mutationResolver) FormPair(ctx context.Context, in model.FormPairInput) (*model.FormPairPayload, error) {
	p, err := r.service.FormPair(ctx, in.ReceptionPointID, domain.PairPlan{
		People: in.PersonIds, From: dateOr(in.ValidFrom), Until: dateOr(in.ValidUntil),
	})
	refused, err := userErrors(ctx, err)
	return &model.FormPairPayload{Pair: p, Errors: refused}, err
}

// EndPair ends a pair.
func (r mutationResolver) EndPair(ctx context.Context, in model.EndPairInput) (*model.EndPairPayload, error) {
	p, err := r.service.EndPair(ctx, in.ID, in.Version, dateOr(in.ValidUntil))
	refused, err := userErrors(ctx, err)
	return &model.EndPairPayload{Pair: p, Errors: refused}, err
}
