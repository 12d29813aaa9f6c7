package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/draft"
	"github.com/guichet-logement/guichet/policy"
)

// DraftSaved is a form that is kept: a new one, or what an earlier one states now instead,
// whose version was read. Point is nil for the applicant.
type DraftSaved struct {
	ID      *domain.ID
	Version *int
	Point   *domain.ID
	Form    domain.ApplicationForm
}

// SaveDraft keeps a form that is not deposited yet.
func (s *Service) SaveDraft(ctx context.Context, in DraftSaved) (*ent.Draft, error) {
	if err := in.Form.CheckDraft().Err(); err != nil {
		return nil, err
	}
	var id domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		if in.ID == nil {
			d, err := s.beginDraft(ctx, tx, valueOf(in.Point), in.Form)
			if err == nil {
				id = d.ID
			}
			return err
		}
		d, err := ownDraft(ctx, tx, *in.ID)
		if err != nil {
			return err
		}
		if yours := valueOf(in.Version); yours != d.Version {
			return domain.StaleDraft(yours, d.Version, in.Form, d.Form)
		}
		granted, by, err := mayDraft(ctx, tx, valueOf(d.ReceptionPointID))
		if err != nil {
			return err
		}
		id = d.ID
		if err := d.Update().SetForm(in.Form).SetChangedAt(storedInstant(auth.FromContext(ctx).Now)).AddVersion(1).Exec(granted); err != nil {
			return err
		}
		return s.noteAct(ctx, "saveDraft", by, d.ApplicationID)
	})
	if err != nil {
		return nil, err
	}
	return s.ent.Draft.Query().Where(draft.ID(id)).Only(ctx)
}

// beginDraft keeps a new form, for a point or for the applicant's own account.
func (s *Service) beginDraft(ctx context.Context, tx *ent.Tx, point domain.ID, form domain.ApplicationForm) (*ent.Draft, error) {
	v := auth.FromContext(ctx)
	granted, by, err := mayDraft(ctx, tx, point)
	if err != nil {
		return nil, err
	}
	kept, err := tx.Draft.Query().Count(ctx) // the scope keeps its own
	if err != nil {
		return nil, err
	}
	if kept >= domain.MaxDrafts {
		return nil, domain.TooManyDrafts()
	}
	create := tx.Draft.Create().SetApplicationID(domain.NewID(domain.ApplicationPrefix, v.Now)).SetForm(form).SetChangedAt(storedInstant(v.Now))
	if point == "" {
		create.SetIssuer(v.Issuer).SetSubject(v.Subject)
	} else {
		create.SetReceptionPointID(point).SetPersonID(v.PersonID)
	}
	d, err := create.Save(granted)
	if err != nil {
		return nil, err
	}
	return d, s.noteAct(ctx, "saveDraft", by, d.ApplicationID)
}

// mayDraft decides whether the viewer may keep a form for that point, or for itself.
func mayDraft(ctx context.Context, tx *ent.Tx, point domain.ID) (context.Context, *auth.Assignment, error) {
	level, err := levelThere(ctx, tx, point)
	if err != nil {
		return nil, nil, err
	}
	return policy.SaveDraft(ctx, point, level)
}

// ownDraft locks a draft of the viewer.
func ownDraft(ctx context.Context, tx *ent.Tx, id domain.ID) (*ent.Draft, error) {
	d, err := tx.Draft.Query().Where(draft.ID(id)).ForUpdate().Only(ctx)
	return d, notFound(err)
}

// DepositDraft deposits the application of a draft, as if its form had just been filled
// in, and the draft is gone.
func (s *Service) DepositDraft(ctx context.Context, id domain.ID, version int) (*ent.Application, error) {
	var application domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		d, err := ownDraft(ctx, tx, id)
		if err != nil {
			return err
		}
		if version != d.Version {
			return stale(version, d.Version)
		}
		application = d.ApplicationID
		form := formOf{application, d.Form}
		if d.ReceptionPointID != nil {
			err = s.registerAt(ctx, tx, *d.ReceptionPointID, form)
		} else {
			err = s.registerOnline(ctx, tx, form)
		}
		if err != nil {
			return err
		}
		return tx.Draft.DeleteOneID(id).Exec(policy.DiscardDraft(ctx))
	})
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, application)
}

// DiscardDraft throws a draft of the viewer away.
func (s *Service) DiscardDraft(ctx context.Context, id domain.ID) error {
	return s.inTx(ctx, func(tx *ent.Tx) error {
		d, err := ownDraft(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.Draft.DeleteOneID(id).Exec(policy.DiscardDraft(ctx)); err != nil {
			return err
		}
		return s.noteAct(ctx, "discardDraft", nil, d.ApplicationID)
	})
}

// DraftKeptUntil is the last day on which a draft is there, by the table of retention.
func DraftKeptUntil(d *ent.Draft) domain.Date {
	changed := domain.DateOf(d.ChangedAt)
	for _, r := range domain.RetentionsOn(changed) {
		if r.Record == draft.Table {
			return r.Delay.After(changed)
		}
	}
	return changed
}
