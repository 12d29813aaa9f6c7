package service

import (
	"context"
	"errors"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/person"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptioncontact"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// ContactsOf keeps the contacts of a list: those at the viewer's points or, where an
// application is named, those about it, for who sees its CONTACT.
func ContactsOf(v *auth.Viewer, application *domain.ID) predicate.ReceptionContact {
	if application == nil {
		return policy.ContactsAt(v)
	}
	return receptioncontact.And(receptioncontact.ApplicationID(*application), policy.ContactsAbout(v))
}

// RecordContact records that somebody came to the point, called or wrote. Who it was is
// not recorded.
func (s *Service) RecordContact(ctx context.Context, c domain.ContactEntry) (*ent.ReceptionContact, error) {
	var recorded domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) (err error) {
		recorded, err = addContact(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.ent.ReceptionContact.Query().Where(receptioncontact.ID(recorded)).Only(ctx)
}

// ContactResult is what became of one of several contacts.
type ContactResult struct {
	Contact *ent.ReceptionContact
	Refused domain.Refusals
}

// RecordContacts records one by one what a device kept, all at one point. What is refused
// keeps nothing of the others from being recorded.
func (s *Service) RecordContacts(ctx context.Context, point domain.ID, contacts []domain.ContactEntry) ([]ContactResult, error) {
	if len(contacts) > domain.MaxContacts {
		return nil, domain.TooManyContacts()
	}
	results := make([]ContactResult, len(contacts))
	for i, c := range contacts {
		c.ReceptionPointID = point
		var err error
		if results[i].Contact, err = s.RecordContact(ctx, c); err != nil && !errors.As(err, &results[i].Refused) {
			return nil, err
		}
	}
	return results, nil
}

func addContact(ctx context.Context, tx *ent.Tx, c domain.ContactEntry) (domain.ID, error) {
	v := auth.FromContext(ctx)
	at, err := tx.ReceptionPoint.Query().Where(receptionpoint.ID(c.ReceptionPointID)).Only(ctx)
	if err != nil {
		return "", notFound(err)
	}
	granted, by, err := policy.RecordContact(ctx, at)
	if err != nil {
		return "", err
	}
	if before, err := sentBefore(granted, tx, c); err != nil || before != "" {
		return before, err
	}
	if err := c.Check(v.Now, policy.SettingsOn(v.Today()).ContactLate).Err(); err != nil {
		return "", err
	}
	if c.ApplicationID != nil {
		if _, err := tx.Application.Query().Where(policy.OpenAmong(v, *c.ApplicationID)).Only(ctx); err != nil {
			if ent.IsNotFound(err) {
				err = domain.NoSuchApplication()
			}
			return "", err
		}
	}
	now, occurred := storedInstant(v.Now), storedInstant(v.Now)
	if c.OccurredAt != nil {
		occurred = storedInstant(*c.OccurredAt)
	}
	inNetwork, err := tx.Agreement.Query().
		Where(agreement.ReceptionPointID(c.ReceptionPointID), policy.AgreementInForce(domain.DateOf(occurred))).Exist(granted)
	if err != nil {
		return "", err
	}
	if !inNetwork {
		return "", domain.OutOfNetwork()
	}
	recorded, err := tx.ReceptionContact.Create().
		SetReceptionPointID(c.ReceptionPointID).SetRecordedByID(v.PersonID).SetOrganisationID(by.OrganisationID).
		SetChannel(c.Channel).SetMotive(wordOf(c.Motive)).SetOutcome(wordOf(c.Outcome)).SetNillableMinutes(c.Minutes).
		SetLanguages(append([]domain.LanguageCode{}, c.Languages...)).SetNillableApplicationID(c.ApplicationID).
		SetOccurredAt(occurred).SetRecordedAt(now).SetNillableClientKey(unlessEmpty(c.ClientKey)).Save(granted)
	if err != nil {
		return "", err
	}
	return recorded.ID, nil
}

// sentBefore is the contact that the person recorded under that key, empty for none. Two
// that are sent at once wait for each other.
func sentBefore(granted context.Context, tx *ent.Tx, c domain.ContactEntry) (domain.ID, error) {
	if c.ClientKey == "" {
		return "", nil
	}
	v := auth.FromContext(granted)
	if _, err := tx.Person.Query().Where(person.ID(v.PersonID)).ForUpdate().Only(granted); err != nil {
		return "", err
	}
	before, err := tx.ReceptionContact.Query().
		Where(receptioncontact.RecordedByID(v.PersonID), receptioncontact.ClientKey(c.ClientKey)).Only(granted)
	if err != nil {
		return "", ent.MaskNotFound(err)
	}
	same := before.ReceptionPointID == c.ReceptionPointID && before.Channel == c.Channel &&
		before.Motive == wordOf(c.Motive) && before.Outcome == wordOf(c.Outcome) &&
		valueOf(before.Minutes) == valueOf(c.Minutes) && slices.Equal(before.Languages, c.Languages) &&
		valueOf(before.ApplicationID) == valueOf(c.ApplicationID) &&
		c.OccurredAt != nil && before.OccurredAt.Equal(storedInstant(*c.OccurredAt))
	if !same {
		return "", domain.ReusedKey()
	}
	return before.ID, nil
}

func wordOf(code *string) domain.Stated { return domain.Stated(valueOf(code)) }
