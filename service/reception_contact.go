package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// RecordContact records that somebody came to the point, called or wrote, now. Who it
// was is not recorded.
func (s *Service) RecordContact(ctx context.Context, point domain.ID, channel domain.ContactChannel) (*ent.ReceptionContact, error) {
	v := auth.FromContext(ctx)
	var recorded *ent.ReceptionContact
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		at, err := tx.ReceptionPoint.Query().Where(receptionpoint.ID(point)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, by, err := policy.RecordContact(ctx, at)
		if err != nil {
			return err
		}
		inNetwork, err := tx.Agreement.Query().
			Where(agreement.ReceptionPointID(point), policy.AgreementInForce(v.Today())).Exist(granted)
		if err != nil {
			return err
		}
		if !inNetwork {
			return domain.OutOfNetwork()
		}
		recorded, err = tx.ReceptionContact.Create().
			SetReceptionPointID(point).SetRecordedByID(v.PersonID).SetOrganisationID(by.OrganisationID).
			SetChannel(channel).SetRecordedAt(v.Now).Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return recorded.Unwrap(), nil
}
