package service

import (
	"context"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/receptiongrant"
	"github.com/guichet-logement/guichet/policy"
)

// IssuedCode is a code as it is shown, this once.
type IssuedCode struct {
	Code      string
	ExpiresAt time.Time
}

// IssueBindingCode makes a code by which an adult of the household binds its account:
// that of the member, or where none is named the adult who was received, and the
// applicant where nobody was. A code that the same adult had before is void.
func (s *Service) IssueBindingCode(ctx context.Context, application, member domain.ID) (IssuedCode, error) {
	v := auth.FromContext(ctx)
	settings := policy.SettingsOn(v.Today())
	issued := IssuedCode{domain.NewBindingCode(), storedInstant(v.Now).Add(settings.CodeLife)}
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		a, held, err := lockedApplication(ctx, tx, application)
		if err != nil {
			return err
		}
		granted, by, err := policy.IssueBindingCode(ctx, held)
		if err != nil {
			return err
		}
		adult, err := codeFor(ctx, granted, tx, a.ID, member)
		if err != nil {
			return err
		}
		if _, err := tx.BindingCode.Delete().Where(bindingcode.MemberID(adult)).Exec(granted); err != nil {
			return err
		}
		err = tx.BindingCode.Create().SetApplicationID(a.ID).SetMemberID(adult).SetHash(s.codeHash(adult, issued.Code)).
			SetIssuedByID(v.PersonID).SetExpiresAt(issued.ExpiresAt).Exec(granted)
		if err != nil {
			return err
		}
		return s.noteAct(ctx, "issueBindingCode", by.Assignment, a.ID)
	})
	if err != nil {
		return IssuedCode{}, err
	}
	return issued, nil
}

// codeHash is what is kept of a code: it is good for one person alone.
func (s *Service) codeHash(member domain.ID, code string) []byte {
	return s.keyed("binding code", string(member)+" "+code)
}

// codeFor is the adult whom a code is made for. A member is named by who sees it.
func codeFor(ctx, granted context.Context, tx *ent.Tx, application, member domain.ID) (domain.ID, error) {
	such := householdmember.LinkEQ(domain.LinkApplicant)
	switch {
	case member != "":
		such = householdmember.ID(member)
	default:
		v := auth.FromContext(ctx)
		received, err := tx.ReceptionGrant.Query().Where(
			receptiongrant.ApplicationID(application), receptiongrant.PersonID(v.PersonID), receptiongrant.ValidUntilGT(v.Now),
		).Order(receptiongrant.ByValidFrom()).All(granted)
		if err != nil {
			return "", err
		}
		if len(received) > 0 {
			such, ctx = householdmember.ID(received[len(received)-1].MemberID), granted
		} else {
			ctx = granted
		}
	}
	adult, err := tx.HouseholdMember.Query().Where(
		householdmember.ApplicationID(application), householdmember.LinkIn(domain.AdultLinks()...), such).First(ctx)
	if ent.IsNotFound(err) {
		return "", domain.NoSuchAdult()
	}
	if err != nil {
		return "", err
	}
	return adult.ID, nil
}
