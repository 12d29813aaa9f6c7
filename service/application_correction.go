package service

import (
	"context"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/auth"
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
func (s *Service) CorrectApplication(ctx context.Context, id domain.ID, c Correction) (*ent.Application, error) {
	return s.onLife(ctx, id, policy.ActCorrect, func(granted context.Context, l *living) error {
		if l.by.Rule.Ground == domain.GroundSelf && c.Source != domain.SourceApplicant {
			return domain.NotYourSource()
		}
		return l.correct(granted, c)
	})
}

// Correction is a correction and where it comes from.
type Correction struct {
	domain.ApplicationCorrection
	// Versions are those that were read; nil for one that was made without a sight of what
	// is stored.
	Versions *domain.GroupVersions
	Source   domain.ValueSource
	// Overrule names values that a stronger source stated and that are wrong; Decided that
	// somebody decided on all of them.
	Overrule []string
	Decided  bool
}

// stated are the groups of an application that a form states, as they are stored.
type stated struct {
	file      *ent.ApplicationFile
	contact   *ent.ApplicationContact
	wishes    []*ent.Wish
	household []*ent.HouseholdMember
	// provenance is that of all groups, once the correction is made; origin where what is
	// corrected comes from.
	provenance domain.Provenance
	origin     domain.ValueOrigin
}

func (l *living) stated(granted context.Context) (st stated, err error) {
	id := l.life.ID
	if st.file, err = l.tx.ApplicationFile.Query().Where(applicationfile.ApplicationID(id)).Only(granted); err != nil {
		return st, err
	}
	if st.contact, err = l.tx.ApplicationContact.Query().Where(applicationcontact.ApplicationID(id)).Only(granted); err != nil {
		return st, err
	}
	if st.wishes, err = l.tx.Wish.Query().Where(wish.ApplicationID(id)).Order(wish.ByRank()).WithCommune().All(granted); err != nil {
		return st, err
	}
	st.household, err = l.household(granted)
	st.provenance = slices.Concat(l.summary.Provenance, st.contact.Provenance, st.file.Provenance)
	for _, m := range st.household {
		st.provenance = slices.Concat(st.provenance, m.Provenance)
		if p := m.Edges.Particulars; p != nil {
			st.provenance = slices.Concat(st.provenance, p.Provenance)
		}
	}
	slices.SortFunc(st.provenance, func(a, b domain.ValueOrigin) int { return strings.Compare(a.Field, b.Field) })
	return st, err
}

// summary is where names and what is looked for come from: the identity is shown to some
// who may not know which point takes corrections down.
func (st stated) summary() []domain.ValueOrigin {
	return slices.Concat(st.provenance.Under("names."), st.provenance.Under("search."))
}

// names are those of the applicant.
func (l *living) names() domain.NamesForm {
	a := l.application
	return domain.NamesForm{GivenNames: a.GivenNames, BirthName: a.BirthName, UsualName: string(a.UsualName)}
}

// correction is what the rows state, in the form of a correction of everything.
func (l *living) correction(st stated) domain.ApplicationCorrection {
	names := l.names()
	search := domain.SearchForm{Typologies: l.summary.Typologies, Enlarged: l.summary.Enlarged, Category: l.summary.Category}
	for _, w := range st.wishes {
		search.Wishes = append(search.Wishes, w.Edges.Commune.InseeCode)
	}
	t, f := st.contact, st.file
	all := domain.ApplicationCorrection{
		Names: &names, Search: &search,
		Contact: &domain.ContactForm{
			Address: t.Address, PostalCode: t.PostalCode, Town: t.Town, CareOf: string(t.CareOf), Mailing: t.Mailing,
			Phone: valueOf(t.Phone), SecondPhone: valueOf(t.SecondPhone), Email: t.Email, EmailAllowed: t.EmailAllowed, TextAllowed: t.TextAllowed,
			HelpingStructure: string(t.HelpingStructure), HelpingPhone: valueOf(t.HelpingPhone), HelpingEmail: t.HelpingEmail, Dwelling: t.Dwelling,
		},
		File: &domain.FileForm{
			TaxYear: f.TaxYear, TaxIncome: f.TaxIncome, EarlierTaxIncome: f.EarlierTaxIncome, MonthlyResources: f.MonthlyResources,
			Housing: f.Housing, Reasons: f.Reasons,
		},
	}
	for _, m := range st.household {
		all.Household = append(all.Household, domain.MemberCorrection{ID: m.ID, MemberForm: memberForm(m)})
	}
	return all
}

// correct checks and writes a correction.
func (l *living) correct(granted context.Context, c Correction) error {
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
	if err := l.restate(granted, c, &st); err != nil {
		return err
	}
	if err := l.rewrite(granted, c.ApplicationCorrection, st); err != nil {
		return err
	}
	if err := l.report(granted, domain.RegistryChanged); err != nil {
		return err
	}
	return l.tell(granted, domain.EventCorrected, "")
}

// rewrite writes the groups of a correction.
func (l *living) rewrite(granted context.Context, c domain.ApplicationCorrection, st stated) error {
	for _, write := range []func(context.Context, domain.ApplicationCorrection, stated) error{
		l.correctHousehold, l.correctNames, l.correctSearch, l.correctContact, l.correctFile,
	} {
		if err := write(granted, c, st); err != nil {
			return err
		}
	}
	return nil
}

// restate refuses what was made without a sight of what is stored, and what a weaker
// source would write over a stronger one.
func (l *living) restate(granted context.Context, c Correction, st *stated) error {
	stored := l.correction(*st)
	if c.Versions != nil {
		theirs := domain.GroupVersions{
			Identity: l.application.Version, Summary: l.summary.Version, Contact: st.contact.Version, File: st.file.Version,
		}
		if err := c.CheckVersions(*c.Versions, theirs, stored).Err(); err != nil {
			return err
		}
	}
	st.origin = domain.ValueOrigin{Source: c.Source, On: l.today, ReceptionPointID: orNil(l.point)}
	if v := auth.FromContext(granted); !v.Applicant {
		st.origin.AuthorID = v.PersonID
	}
	overrule := c.Overrule
	if c.Decided {
		for _, o := range st.provenance {
			overrule = append(overrule, o.Field)
		}
	}
	var refusals domain.Refusals
	if c.File != nil {
		household := stored.Members()
		if len(c.Household) > 0 {
			household = c.Members()
		}
		file := *c.File
		file.MonthlyResources, refusals = c.File.Monthly(household, []string{"correction", "file"})
		c.File = &file
	}
	next, weaker := st.provenance.Restated(c.ApplicationCorrection, stored, st.origin, overrule)
	st.provenance, refusals = next, append(refusals, weaker...)
	return refusals.Err()
}

func (l *living) correctNames(granted context.Context, c domain.ApplicationCorrection, st stated) error {
	n := c.Names
	if n == nil {
		return nil
	}
	err := l.application.Update().SetGivenNames(n.GivenNames).SetBirthName(n.BirthName).SetUsualName(domain.Stated(n.UsualName)).
		SetNameKey(domain.NameKey(n.GivenNames, n.BirthName, n.UsualName)).AddVersion(1).Exec(granted)
	if err != nil {
		return err
	}
	if err := l.summary.Update().SetProvenance(st.summary()).Exec(granted); err != nil {
		return err
	}
	return l.tx.MemberParticulars.Update().
		Where(memberparticulars.ApplicationID(l.life.ID), memberparticulars.HasMemberWith(householdmember.LinkEQ(domain.LinkApplicant))).
		SetGivenNames(n.GivenNames).SetBirthName(n.BirthName).SetUsualName(domain.Stated(n.UsualName)).AddVersion(1).Exec(granted)
}

func (l *living) correctSearch(granted context.Context, c domain.ApplicationCorrection, st stated) error {
	if c.Search == nil {
		return nil
	}
	if _, err := l.tx.Wish.Delete().Where(wish.ApplicationID(l.life.ID)).Exec(granted); err != nil {
		return err
	}
	if err := l.wish(granted, c.Search.Wishes, "correction"); err != nil {
		return err
	}
	return l.summary.Update().SetTypologies(c.Search.Typologies).SetEnlarged(c.Search.Enlarged).SetCategory(c.Search.Category).
		SetProvenance(st.summary()).AddVersion(1).Exec(granted)
}

func (l *living) correctContact(granted context.Context, c domain.ApplicationCorrection, st stated) error {
	if c.Contact == nil {
		return nil
	}
	if err := l.tellFormerContact(granted, st.contact, *c.Contact); err != nil {
		return err
	}
	return state(st.contact.Update().SetProvenance(st.provenance.Under("contact.")).AddVersion(1), *c.Contact).Exec(granted)
}

// state has the contact state what the form does.
func state(u *ent.ApplicationContactUpdateOne, t domain.ContactForm) *ent.ApplicationContactUpdateOne {
	u.SetAddress(t.Address).SetPostalCode(t.PostalCode).SetTown(t.Town).SetCareOf(domain.Stated(t.CareOf)).
		SetEmail(t.Email).SetEmailAllowed(t.EmailAllowed).SetTextAllowed(t.TextAllowed).
		SetHelpingStructure(domain.Stated(t.HelpingStructure)).SetHelpingEmail(t.HelpingEmail)
	put(t.Phone, u.SetPhone, u.ClearPhone)
	put(t.SecondPhone, u.SetSecondPhone, u.ClearSecondPhone)
	put(t.HelpingPhone, u.SetHelpingPhone, u.ClearHelpingPhone)
	put(t.Mailing, u.SetMailing, u.ClearMailing)
	put(t.Dwelling, u.SetDwelling, u.ClearDwelling)
	return u
}

// correctFile replaces the reasons that tell nothing sensitive. Of those that do one may
// be added and none taken away: who corrects need not see them.
func (l *living) correctFile(granted context.Context, c domain.ApplicationCorrection, st stated) error {
	if c.File == nil {
		return nil
	}
	f := c.File
	household := l.correction(st).Members()
	if len(c.Household) > 0 {
		household = c.Members()
	}
	total, _ := f.Monthly(household, nil)
	ordinary, sensitive := partReasons(f.Reasons)
	u := st.file.Update().SetTaxYear(f.TaxYear).SetTaxIncome(f.TaxIncome).SetMonthlyResources(total).
		SetHousing(f.Housing).SetReasons(ordinary).SetProvenance(st.provenance.Under("file.")).AddVersion(1)
	if f.EarlierTaxIncome != nil {
		u.SetEarlierTaxIncome(*f.EarlierTaxIncome)
	} else {
		u.ClearEarlierTaxIncome()
	}
	if err := u.Exec(granted); err != nil {
		return err
	}
	mode, moved := confidedMode(*f), f.HousingMode != "" || f.Housing != st.file.Housing
	if len(sensitive) == 0 && !moved {
		return nil
	}
	applicant, err := l.tx.HouseholdMember.Query().
		Where(householdmember.ApplicationID(l.life.ID), householdmember.LinkEQ(domain.LinkApplicant)).OnlyID(granted)
	if err != nil {
		return err
	}
	record, err := l.tx.SensitiveRecord.Query().Where(sensitiverecord.MemberID(applicant)).Only(granted)
	switch {
	case ent.IsNotFound(err):
		return l.confide(granted, applicant, confidence{reasons: sensitive, housingMode: mode})
	case err != nil:
		return err
	}
	again := record.Update().SetReasons(union(record.Reasons, sensitive)).AddVersion(1)
	if moved {
		again.SetHousingMode(domain.Stated(mode))
	}
	return again.Exec(granted)
}

// confidedMode is the exact mode of housing where the class does not tell it.
func confidedMode(f domain.FileForm) string {
	if domain.HousingModeOf(f.Housing) == f.HousingMode {
		return ""
	}
	return f.HousingMode
}

// confidence is what is told in confidence of a member.
type confidence struct {
	member      domain.MemberForm
	reasons     []string
	housingMode string
}

// confide makes the sensitive record of a member, if there is anything to keep in it.
func (l *living) confide(granted context.Context, member domain.ID, c confidence) error {
	resources := domain.SensitiveOf(c.member.Resources)
	if c.member.Sensitive == nil && len(c.reasons)+len(c.housingMode)+len(resources) == 0 {
		return nil
	}
	reasons := c.reasons
	if reasons == nil {
		reasons = []string{}
	}
	create := l.tx.SensitiveRecord.Create().SetApplicationID(l.life.ID).SetMemberID(member).SetReasons(reasons).
		SetHousingMode(domain.Stated(c.housingMode)).SetNeeds([]string{}).SetResources(resources).SetFreeText("").SetSafeContact("")
	if s := c.member.Sensitive; s != nil {
		create.SetFreeText(s.FreeText).SetSafeContact(s.SafeContact)
		if s.Disability != nil {
			create.SetDisability(s.Disability)
		}
	}
	return create.Exec(granted)
}

func union(some, others []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(some, others))))
}
