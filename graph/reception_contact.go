package graph

import (
	"context"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/receptioncontact"
	"github.com/guichet-logement/guichet/graph/model"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/service"
)

// Contacts lists those of the viewer's points, or of an application.
func (r queryResolver) Contacts(ctx context.Context, first int, afterID *domain.ID, where *model.ContactFilter) ([]*ent.ReceptionContact, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	if where == nil {
		where = &model.ContactFilter{}
	}
	q, err := r.ent.ReceptionContact.Query().Where(service.ContactsOf(auth.FromContext(ctx), where.ApplicationID)).
		Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	if afterID != nil {
		q.Where(receptioncontact.IDGT(*afterID))
	}
	if where.ReceptionPoints != nil {
		q.Where(receptioncontact.ReceptionPointIDIn(where.ReceptionPoints...))
	}
	if where.Channels != nil {
		q.Where(receptioncontact.ChannelIn(where.Channels...))
	}
	between(q, where.OccurredFrom, where.OccurredBefore)
	return q.All(ctx)
}

// between keeps those that took place in that time; nil is open.
func between(q *ent.ReceptionContactQuery, from, before *time.Time) {
	if from != nil {
		q.Where(receptioncontact.OccurredAtGTE(*from))
	}
	if before != nil {
		q.Where(receptioncontact.OccurredAtLT(*before))
	}
}

// Application is the one that the contact was about, if the viewer may know.
func (receptionContactResolver) Application(ctx context.Context, c *ent.ReceptionContact) (*ent.Application, error) {
	if !policy.AboutOpen(c) {
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
