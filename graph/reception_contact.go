package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptioncontact"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/service"
)

// Contacts lists those of the viewer's points, or of an application.
func (r queryResolver) Contacts(ctx context.Context, first int, afterID *domain.ID, where *model.ContactFilter) ([]*ent.ReceptionContact, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.ReceptionContact.Query().Where(contactsThat(ctx, afterID, where)...).Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

func contactsThat(ctx context.Context, after *domain.ID, where *model.ContactFilter) []predicate.ReceptionContact {
	if where == nil {
		where = &model.ContactFilter{}
	}
	keep := []predicate.ReceptionContact{service.ContactsOf(auth.FromContext(ctx), where.ApplicationID)}
	if after != nil {
		keep = append(keep, receptioncontact.IDGT(*after))
	}
	if where.ReceptionPoints != nil {
		keep = append(keep, receptioncontact.ReceptionPointIDIn(where.ReceptionPoints...))
	}
	if where.Channels != nil {
		keep = append(keep, receptioncontact.ChannelIn(where.Channels...))
	}
	if where.OccurredFrom != nil {
		keep = append(keep, receptioncontact.OccurredAtGTE(*where.OccurredFrom))
	}
	if where.OccurredBefore != nil {
		keep = append(keep, receptioncontact.OccurredAtLT(*where.OccurredBefore))
	}
	return keep
}

// Application is the one that the contact was about, if the viewer may know.
func (receptionContactResolver) Application(ctx context.Context, c *ent.ReceptionContact) (*ent.Application, error) {
	if !service.KnownAbout(c) {
		return nil, nil
	}
	a, err := c.Application(ctx)
	return a, ent.MaskNotFound(err)
}

// RecordContact records a contact at a point.
func (r mutationResolver) RecordContact(ctx context.Context, in domain.ContactEntry) (*model.RecordContactPayload, error) {
	contact, err := r.service.RecordContact(ctx, in)
	refused, err := userErrors(ctx, err)
	return &model.RecordContactPayload{Contact: contact, Errors: refused}, err
}

// RecordContacts records what a device kept.
func (r mutationResolver) RecordContacts(ctx context.Context, in model.RecordContactsInput) (*model.RecordContactsPayload, error) {
	kept := make([]domain.ContactEntry, len(in.Contacts))
	for i, c := range in.Contacts {
		kept[i] = *c
	}
	results, err := r.service.RecordContacts(ctx, in.ReceptionPointID, kept)
	refused, err := userErrors(ctx, err)
	recorded := make([]*model.RecordedContact, len(results))
	for i, one := range results {
		told, _ := userErrors(ctx, one.Refused.Err()) // refusals alone
		recorded[i] = &model.RecordedContact{Index: i, Contact: one.Contact, Errors: told}
	}
	return &model.RecordContactsPayload{Results: recorded, Errors: refused}, err
}
