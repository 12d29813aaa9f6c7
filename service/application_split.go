package service

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/householdmember"
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
		members, err := l.household(granted)
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
		fresh, err := s.deposit(granted, l.tx, formOf{domain.NewID(domain.ApplicationPrefix, auth.FromContext(ctx).Now), form}, l.point)
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
	form := domain.ApplicationForm{SearchForm: split.SearchForm, Contact: split.Contact, File: split.File}
	var gone []*ent.HouseholdMember
	for _, id := range leaving {
		i := slices.IndexFunc(members, func(m *ent.HouseholdMember) bool { return m.ID == id })
		if i < 0 || slices.Contains(gone, members[i]) {
			return nil, form, domain.NotLeaving()
		}
		m := members[i]
		gone = append(gone, m)
		form.Household = append(form.Household, memberForm(m))
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
		u := has.Update().SetReasons(union(has.Reasons, was.Reasons)).SetNeeds(was.Needs).
			SetFreeText(was.FreeText).SetSafeContact(was.SafeContact)
		if has.HousingMode == "" {
			u.SetHousingMode(was.HousingMode)
		}
		if was.Disability != nil {
			u.SetDisability(was.Disability)
		}
		return u.Exec(granted)
	}
	c := l.tx.SensitiveRecord.Create().SetApplicationID(l.life.ID).SetMemberID(to.ID).SetReasons(was.Reasons).
		SetHousingMode(was.HousingMode).SetNeeds(was.Needs).SetResources(was.Resources).
		SetFreeText(was.FreeText).SetSafeContact(was.SafeContact)
	if was.Disability != nil {
		c.SetDisability(was.Disability)
	}
	return c.Exec(granted)
}

// part takes those who left out of the old application.
func (l *living) part(granted context.Context, gone []*ent.HouseholdMember, left int) error {
	ids := make([]domain.ID, len(gone))
	for i, m := range gone {
		ids[i] = m.ID
	}
	if err := l.takeOut(granted, ids); err != nil {
		return err
	}
	if err := l.total(granted); err != nil {
		return err
	}
	if err := l.summary.Update().SetHouseholdSize(left).AddVersion(1).Exec(granted); err != nil {
		return err
	}
	if err := l.report(granted, domain.RegistryChanged); err != nil {
		return err
	}
	return l.tell(granted, domain.EventSplit, "")
}

// total makes the resources of the household the sum of its members', where they are
// stated by kind.
func (l *living) total(granted context.Context) error {
	st, err := l.stated(granted)
	if err != nil {
		return err
	}
	sum, _ := domain.FileForm{MonthlyResources: st.file.MonthlyResources}.Monthly(l.correction(st).Members(), nil)
	if sum == st.file.MonthlyResources {
		return nil
	}
	return st.file.Update().SetMonthlyResources(sum).AddVersion(1).Exec(granted)
}
