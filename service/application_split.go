package service

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/memberparticulars"
	"github.com/guichet-logement/guichet/ent/receptiongrant"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
	"github.com/guichet-logement/guichet/policy"
)

// SplitApplication makes an application of its own for those who leave a household after
// a separation, the adult who signs it first, and takes them out of the old one. The
// same point follows both; what is sensitive about the people, and their accounts, goes
// with them. It returns the new application.
func (s *Service) SplitApplication(ctx context.Context, id domain.ID, leaving []domain.ID, split domain.SplitForm) (*ent.Application, error) {
	var made domain.ID
	_, err := s.onLife(ctx, id, policy.ActSplit, func(granted context.Context, l *living) error {
		made = ""
		members, err := l.tx.HouseholdMember.Query().Where(householdmember.ApplicationID(id)).
			Order(householdmember.ByRank()).WithParticulars().WithSensitive().All(granted)
		if err != nil {
			return err
		}
		gone, form, refusals := leave(members, leaving, split)
		if refusals == nil && !l.life.State.Living() {
			refusals = domain.NotCorrectable(l.life, l.clocks, l.today)
		}
		if refusals != nil {
			return refusals
		}
		fresh, err := s.deposit(granted, l.tx, form, l.point)
		if err != nil {
			return err
		}
		made = fresh.life.ID
		if err := fresh.summary.Update().SetSplitFromID(id).Exec(granted); err != nil {
			return err
		}
		if err := fresh.bring(granted, gone); err != nil {
			return err
		}
		if err := l.part(granted, gone, len(members)-len(gone)); err != nil {
			return err
		}
		if err := fresh.settle(granted); err != nil {
			return err
		}
		return s.noteAct(ctx, string(policy.ActSplit), l.by.Assignment, made)
	})
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, made)
}

// leave makes the form of those who leave, in the order in which they are named.
func leave(members []*ent.HouseholdMember, leaving []domain.ID, split domain.SplitForm) ([]*ent.HouseholdMember, domain.ApplicationForm, domain.Refusals) {
	form := domain.ApplicationForm{Wishes: split.Wishes, Typologies: split.Typologies, Contact: split.Contact, File: split.File}
	var gone []*ent.HouseholdMember
	for _, id := range leaving {
		i := slices.IndexFunc(members, func(m *ent.HouseholdMember) bool { return m.ID == id })
		if i < 0 || slices.Contains(gone, members[i]) {
			return nil, form, domain.NotLeaving()
		}
		m := members[i]
		gone = append(gone, m)
		f := domain.MemberForm{Link: m.Link, ExpectedOn: valueOf(m.ExpectedOn)}
		if p := m.Edges.Particulars; p != nil {
			f.NamesForm = domain.NamesForm{GivenNames: p.GivenNames, BirthName: p.BirthName, UsualName: string(p.UsualName)}
			f.BornOn = p.BornOn
		}
		form.Household = append(form.Household, f)
	}
	if len(gone) == 0 || !gone[0].Link.Adult() ||
		slices.ContainsFunc(gone, func(m *ent.HouseholdMember) bool { return m.Link == domain.LinkApplicant }) {
		return nil, form, domain.NotLeaving()
	}
	form.Household[0].Link = domain.LinkApplicant
	return gone, form, nil
}

// bring gives the members of a new application what they bring along: what is sensitive
// about them, and their accounts.
func (l *living) bring(granted context.Context, gone []*ent.HouseholdMember) error {
	now := storedInstant(auth.FromContext(granted).Now)
	members, err := l.tx.HouseholdMember.Query().Where(householdmember.ApplicationID(l.life.ID)).
		Order(householdmember.ByRank()).WithSensitive().All(granted)
	if err != nil {
		return err
	}
	for i, m := range members {
		if was := gone[i].Edges.Sensitive; was != nil {
			if err := l.bringSensitive(granted, m, was); err != nil {
				return err
			}
		}
		bound, err := l.tx.ApplicantAccount.Query().
			Where(applicantaccount.MemberID(gone[i].ID), applicantaccount.UnboundAtIsNil()).All(granted)
		if err != nil {
			return err
		}
		if _, err := l.tx.ApplicantAccount.Delete().Where(applicantaccount.MemberID(gone[i].ID)).Exec(granted); err != nil {
			return err
		}
		for _, b := range bound {
			err := l.tx.ApplicantAccount.Create().SetApplicationID(l.life.ID).SetMemberID(m.ID).
				SetIssuer(b.Issuer).SetSubject(b.Subject).SetBoundAt(now).Exec(granted)
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *living) bringSensitive(granted context.Context, to *ent.HouseholdMember, was *ent.SensitiveRecord) error {
	if has := to.Edges.Sensitive; has != nil { // of the reasons of the new form
		return has.Update().SetReasons(union(has.Reasons, was.Reasons)).SetHousingMode(was.HousingMode).SetNeeds(was.Needs).
			SetFreeText(was.FreeText).SetSafeContact(was.SafeContact).Exec(granted)
	}
	return l.tx.SensitiveRecord.Create().SetApplicationID(l.life.ID).SetMemberID(to.ID).SetReasons(was.Reasons).
		SetHousingMode(was.HousingMode).SetNeeds(was.Needs).SetFreeText(was.FreeText).SetSafeContact(was.SafeContact).Exec(granted)
}

// part takes those who left out of the old application.
func (l *living) part(granted context.Context, gone []*ent.HouseholdMember, left int) error {
	ids := make([]domain.ID, len(gone))
	for i, m := range gone {
		ids[i] = m.ID
	}
	for _, rows := range []interface {
		Exec(ctx context.Context) (int, error)
	}{
		l.tx.BindingCode.Delete().Where(bindingcode.MemberIDIn(ids...)),
		l.tx.ReceptionGrant.Delete().Where(receptiongrant.MemberIDIn(ids...)),
		l.tx.SensitiveRecord.Delete().Where(sensitiverecord.MemberIDIn(ids...)),
		l.tx.MemberParticulars.Delete().Where(memberparticulars.MemberIDIn(ids...)),
		l.tx.HouseholdMember.Delete().Where(householdmember.IDIn(ids...)),
	} {
		if _, err := rows.Exec(granted); err != nil {
			return err
		}
	}
	if err := l.summary.Update().SetHouseholdSize(left).AddVersion(1).Exec(granted); err != nil {
		return err
	}
	if err := l.report(granted, domain.RegistryChanged); err != nil {
		return err
	}
	return l.tell(granted, domain.EventSplit, "")
}
