package service

import (
	"context"
	"strings"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/dwelling"
	"github.com/guichet-logement/guichet/ent/organisation"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/reservationright"
	"github.com/guichet-logement/guichet/policy"
)

// ProposeReservationRight proposes a right between a landlord and a holder, for one of them.
func (s *Service) ProposeReservationRight(ctx context.Context, landlord, reservataire domain.ID, plan domain.ReservationPlan) (*ent.ReservationRight, error) {
	plan.Agreement = strings.TrimSpace(plan.Agreement)
	var made domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		granted, party, err := policy.ProposeReservationRight(ctx, landlord, reservataire)
		if err != nil {
			return err
		}
		if landlord == reservataire {
			return domain.SameParty()
		}
		if err := checkPlan(granted, tx, landlord, reservataire, plan); err != nil {
			return err
		}
		c := tx.ReservationRight.Create().SetLandlordID(landlord).SetReservataireID(reservataire).SetMode(plan.Mode).
			SetNillableShare(plan.Share).AddDwellingIDs(plan.Dwellings...).SetNillableSubContingent(plan.SubContingent).
			SetAgreement(plan.Agreement).SetValidFrom(plan.From).SetNillableValidUntil(optional(plan.Until))
		who, today := auth.FromContext(ctx).PersonID, auth.FromContext(ctx).Today()
		if party == policy.LandlordParty {
			c.SetLandlordConfirmedByID(who).SetLandlordConfirmedOn(today)
		} else {
			c.SetReservataireConfirmedByID(who).SetReservataireConfirmedOn(today)
		}
		r, err := c.Save(granted)
		if err != nil {
			return err
		}
		made = r.ID
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.seenRight(ctx, made)
}

// checkPlan refuses what the two cannot agree on. It holds the landlord until the transaction
// ends, as all who write its rights do.
func checkPlan(granted context.Context, tx *ent.Tx, landlord, reservataire domain.ID, plan domain.ReservationPlan) error {
	of, err := lockedLandlord(granted, tx, landlord)
	if err != nil {
		return err
	}
	holder, err := tx.Organisation.Query().Where(organisation.ID(reservataire)).Only(granted)
	switch {
	case ent.IsNotFound(err):
		return domain.NotAnOrganisation()
	case err != nil:
		return err
	}
	today := auth.FromContext(granted).Today()
	body := domain.Body{Kind: holder.Kind, Reservataire: holder.Reservataire, RegisteringBody: holder.RegisteringBody}
	if err := plan.Check(body, today).Err(); err != nil {
		return err
	}
	if len(of) >= domain.MaxReservationRights {
		return domain.TooManyReservationRights()
	}
	own, err := tx.Dwelling.Query().Where(dwelling.IDIn(plan.Dwellings...), dwelling.LandlordID(landlord)).Count(granted)
	if err == nil && own != len(plan.Dwellings) {
		return domain.NotOfLandlord()
	}
	return err
}

// lockedLandlord holds a landlord, and returns its rights that are not over.
func lockedLandlord(granted context.Context, tx *ent.Tx, id domain.ID) ([]*ent.ReservationRight, error) {
	_, err := tx.Organisation.Query().Where(organisation.ID(id), organisation.KindEQ(domain.Landlord)).ForUpdate().Only(granted)
	switch {
	case ent.IsNotFound(err):
		return nil, domain.NotALandlord()
	case err != nil:
		return nil, err
	}
	return tx.ReservationRight.Query().Where(
		reservationright.LandlordID(id), reservationright.StateNEQ(domain.ReservationWithdrawn),
		reservationright.Or(reservationright.ValidUntilIsNil(), reservationright.ValidUntilGT(auth.FromContext(granted).Today())),
	).All(granted)
}

// ConfirmReservationRight confirms a right for the party that has not yet. From then on it
// holds, from its first day to its last.
func (s *Service) ConfirmReservationRight(ctx context.Context, id domain.ID, version int) (*ent.ReservationRight, error) {
	v := auth.FromContext(ctx)
	return s.onRight(ctx, id, version, func(tx *ent.Tx, r *ent.ReservationRight) error {
		granted, party, err := policy.ConfirmReservationRight(ctx, r)
		if err != nil {
			return err
		}
		if r.State != domain.ReservationProposed {
			return domain.NotProposed()
		}
		others, err := lockedLandlord(granted, tx, r.LandlordID)
		if err != nil {
			return err
		}
		if err := fits(granted, tx, r, others); err != nil {
			return err
		}
		u := r.Update().SetState(domain.ReservationConfirmed).AddVersion(1)
		if party == policy.LandlordParty {
			u.SetLandlordConfirmedByID(v.PersonID).SetLandlordConfirmedOn(v.Today())
		} else {
			u.SetReservataireConfirmedByID(v.PersonID).SetReservataireConfirmedOn(v.Today())
		}
		return u.Exec(granted)
	})
}

// fits refuses a right beside which the confirmed ones would be more than there is.
func fits(granted context.Context, tx *ent.Tx, r *ent.ReservationRight, others []*ent.ReservationRight) error {
	shares := []domain.FlowShare{flowShareOf(r)}
	for _, o := range others {
		if o.State == domain.ReservationConfirmed {
			shares = append(shares, flowShareOf(o))
		}
	}
	if r.Mode == domain.ReservedFlow {
		return domain.CheckShares(shares).Err()
	}
	mine, err := r.QueryDwellings().Select(dwelling.FieldID, dwelling.FieldLandlordID).All(granted)
	if err != nil {
		return err
	}
	ids := make([]domain.ID, len(mine))
	for i, d := range mine {
		if valueOf(d.LandlordID) != r.LandlordID { // it went to another one since
			return domain.NotOfLandlord()
		}
		ids[i] = d.ID
	}
	overlapping := []predicate.ReservationRight{
		reservationright.StateEQ(domain.ReservationConfirmed), reservationright.IDNEQ(r.ID), reservationright.LandlordID(r.LandlordID),
		reservationright.Or(reservationright.ValidUntilIsNil(), reservationright.ValidUntilGT(r.ValidFrom)),
		reservationright.HasDwellingsWith(dwelling.IDIn(ids...)),
	}
	if r.ValidUntil != nil {
		overlapping = append(overlapping, reservationright.ValidFromLT(*r.ValidUntil))
	}
	taken, err := tx.ReservationRight.Query().Where(overlapping...).Exist(granted)
	if err == nil && taken {
		return domain.ReservedOtherwise()
	}
	return err
}

func flowShareOf(r *ent.ReservationRight) domain.FlowShare {
	return domain.FlowShare{Share: valueOf(r.Share), Contingent: r.SubContingent, From: r.ValidFrom, Until: dateOrZero(r.ValidUntil)}
}

// EndReservationRight ends a right on a day, zero for today, or withdraws one that was only
// proposed.
func (s *Service) EndReservationRight(ctx context.Context, id domain.ID, version int, on domain.Date) (*ent.ReservationRight, error) {
	today := auth.FromContext(ctx).Today()
	if on.IsZero() {
		on = today
	}
	return s.onRight(ctx, id, version, func(_ *ent.Tx, r *ent.ReservationRight) error {
		granted, err := policy.EndReservationRight(ctx, r)
		if err != nil {
			return err
		}
		until := dateOrZero(r.ValidUntil)
		if r.State == domain.ReservationWithdrawn || !until.IsZero() && !today.Before(until) {
			return domain.AlreadyEnded()
		}
		if r.State == domain.ReservationProposed {
			return r.Update().SetState(domain.ReservationWithdrawn).AddVersion(1).Exec(granted)
		}
		if err := domain.CheckEnd(r.ValidFrom, until, on, today).Err(); err != nil {
			return err
		}
		u := r.Update().SetValidUntil(on).AddVersion(1)
		if !r.ValidFrom.Before(on) { // it never held
			u.SetState(domain.ReservationWithdrawn)
		}
		return u.Exec(granted)
	})
}

// onRight changes a right that the viewer sees, over the version it read.
func (s *Service) onRight(ctx context.Context, id domain.ID, version int, change func(*ent.Tx, *ent.ReservationRight) error) (*ent.ReservationRight, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		r, err := tx.ReservationRight.Query().Where(reservationright.ID(id)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		if r.Version != version {
			return stale(version, r.Version)
		}
		return change(tx, r)
	})
	if err != nil {
		return nil, err
	}
	return s.seenRight(ctx, id)
}

func (s *Service) seenRight(ctx context.Context, id domain.ID) (*ent.ReservationRight, error) {
	r, err := s.ent.ReservationRight.Query().Where(reservationright.ID(id)).Only(ctx)
	return r, ent.MaskNotFound(err)
}

// ReservationInForce keeps the rights that both parties confirmed and that hold on that day.
func ReservationInForce(day domain.Date) predicate.ReservationRight {
	return policy.ReservationInForce(day)
}
