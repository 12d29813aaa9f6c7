package service

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicationcontact"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/memberparticulars"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// CorrectApplication writes over what an application states, group by group, each in the
// version that was read.
func (s *Service) CorrectApplication(
	ctx context.Context, id domain.ID, versions domain.GroupVersions, c domain.ApplicationCorrection,
) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActCorrect, func(granted context.Context, l *living) error {
		return l.correct(granted, c, &versions)
	})
}

// stated are the groups of an application that a form states, as they are stored.
type stated struct {
	file    *ent.ApplicationFile
	contact *ent.ApplicationContact
	wishes  []*ent.Wish
}

func (l *living) stated(granted context.Context) (st stated, err error) {
	id := l.life.ID
	if st.file, err = l.tx.ApplicationFile.Query().Where(applicationfile.ApplicationID(id)).Only(granted); err != nil {
		return st, err
	}
	if st.contact, err = l.tx.ApplicationContact.Query().Where(applicationcontact.ApplicationID(id)).Only(granted); err != nil {
		return st, err
	}
	st.wishes, err = l.tx.Wish.Query().Where(wish.ApplicationID(id)).Order(wish.ByRank()).WithCommune().All(granted)
	return st, err
}

// correction is what the rows state, in the form of a correction of everything.
func (l *living) correction(st stated) domain.ApplicationCorrection {
	a := l.application
	search := domain.SearchForm{Typologies: l.summary.Typologies}
	for _, w := range st.wishes {
		search.Wishes = append(search.Wishes, w.Edges.Commune.InseeCode)
	}
	return domain.ApplicationCorrection{
		Names:  &domain.NamesForm{GivenNames: a.GivenNames, BirthName: a.BirthName, UsualName: string(a.UsualName)},
		Search: &search,
		Contact: &domain.ContactForm{
			Address: st.contact.Address, PostalCode: st.contact.PostalCode, Town: st.contact.Town,
			Phone: valueOf(st.contact.Phone), Email: st.contact.Email, HelpingStructure: string(st.contact.HelpingStructure),
		},
		File: &domain.FileForm{
			TaxYear: st.file.TaxYear, TaxIncome: st.file.TaxIncome, MonthlyResources: st.file.MonthlyResources,
			Housing: st.file.Housing, Reasons: st.file.Reasons,
		},
	}
}

// correct checks and writes a correction. Versions are nil for one that was made without
// a sight of what is stored.
func (l *living) correct(granted context.Context, c domain.ApplicationCorrection, versions *domain.GroupVersions) error {
	if !l.life.State.Living() && l.life.State != domain.ApplicationRejected {
		return domain.NotCorrectable(l.life, l.clocks, l.today)
	}
	if err := c.Check(l.today).Err(); err != nil {
		return err
	}
	st, err := l.stated(granted)
	if err != nil {
		return err
	}
	if versions != nil {
		theirs := domain.GroupVersions{
			Identity: l.application.Version, Summary: l.summary.Version, Contact: st.contact.Version, File: st.file.Version,
		}
		if err := c.CheckVersions(*versions, theirs, l.correction(st)).Err(); err != nil {
			return err
		}
	}
	for _, write := range []func(context.Context, domain.ApplicationCorrection, stated) error{
		l.correctNames, l.correctSearch, l.correctContact, l.correctFile,
	} {
		if err := write(granted, c, st); err != nil {
			return err
		}
	}
	if err := l.report(granted, domain.RegistryChanged); err != nil {
		return err
	}
	return l.tell(granted, domain.EventCorrected, "")
}

func (l *living) correctNames(granted context.Context, c domain.ApplicationCorrection, _ stated) error {
	n := c.Names
	if n == nil {
		return nil
	}
	err := l.application.Update().SetGivenNames(n.GivenNames).SetBirthName(n.BirthName).SetUsualName(domain.Stated(n.UsualName)).
		SetNameKey(domain.NameKey(n.GivenNames, n.BirthName, n.UsualName)).AddVersion(1).Exec(granted)
	if err != nil {
		return err
	}
	return l.tx.MemberParticulars.Update().
		Where(memberparticulars.ApplicationID(l.life.ID), memberparticulars.HasMemberWith(householdmember.LinkEQ(domain.LinkApplicant))).
		SetGivenNames(n.GivenNames).SetBirthName(n.BirthName).SetUsualName(domain.Stated(n.UsualName)).AddVersion(1).Exec(granted)
}

func (l *living) correctSearch(granted context.Context, c domain.ApplicationCorrection, _ stated) error {
	if c.Search == nil {
		return nil
	}
	if _, err := l.tx.Wish.Delete().Where(wish.ApplicationID(l.life.ID)).Exec(granted); err != nil {
		return err
	}
	if err := l.wish(granted, c.Search.Wishes, "correction"); err != nil {
		return err
	}
	return l.summary.Update().SetTypologies(c.Search.Typologies).AddVersion(1).Exec(granted)
}

func (l *living) correctContact(granted context.Context, c domain.ApplicationCorrection, st stated) error {
	if c.Contact == nil {
		return nil
	}
	t := c.Contact
	u := st.contact.Update().SetAddress(t.Address).SetPostalCode(t.PostalCode).SetTown(t.Town).SetEmail(t.Email).
		SetHelpingStructure(domain.Stated(t.HelpingStructure)).AddVersion(1)
	put(t.Phone, u.SetPhone, u.ClearPhone)
	return u.Exec(granted)
}

// correctFile replaces the reasons that tell nothing sensitive. Of those that do one may
// be added and none taken away: who corrects need not see them.
func (l *living) correctFile(granted context.Context, c domain.ApplicationCorrection, st stated) error {
	if c.File == nil {
		return nil
	}
	f := c.File
	ordinary, sensitive := partReasons(f.Reasons)
	err := st.file.Update().SetTaxYear(f.TaxYear).SetTaxIncome(f.TaxIncome).SetMonthlyResources(f.MonthlyResources).
		SetHousing(f.Housing).SetReasons(ordinary).AddVersion(1).Exec(granted)
	if err != nil || len(sensitive) == 0 {
		return err
	}
	applicant, err := l.tx.HouseholdMember.Query().
		Where(householdmember.ApplicationID(l.life.ID), householdmember.LinkEQ(domain.LinkApplicant)).OnlyID(granted)
	if err != nil {
		return err
	}
	record, err := l.tx.SensitiveRecord.Query().Where(sensitiverecord.MemberID(applicant)).Only(granted)
	switch {
	case ent.IsNotFound(err):
		return l.confide(granted, applicant, sensitive)
	case err != nil:
		return err
	}
	return record.Update().SetReasons(union(record.Reasons, sensitive)).AddVersion(1).Exec(granted)
}

// confide makes the sensitive record of a member, of reasons alone.
func (l *living) confide(granted context.Context, member domain.ID, reasons []string) error {
	return l.tx.SensitiveRecord.Create().SetApplicationID(l.life.ID).SetMemberID(member).SetReasons(reasons).
		SetHousingMode("").SetNeeds([]string{}).SetFreeText("").SetSafeContact("").Exec(granted)
}

func union(some, others []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(some, others))))
}
