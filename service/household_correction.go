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

// household are the members as they are stored, in the order of their ranks.
func (l *living) household(granted context.Context) ([]*ent.HouseholdMember, error) {
	return l.tx.HouseholdMember.Query().Where(householdmember.ApplicationID(l.life.ID)).
		Order(householdmember.ByRank()).WithParticulars().WithSensitive().All(granted)
}

// memberForm is what the rows of a member state, sensitive resources by their own kind.
func memberForm(m *ent.HouseholdMember) domain.MemberForm {
	f := domain.MemberForm{Link: m.Link, ExpectedOn: valueOf(m.ExpectedOn), Resources: m.Resources, MaintenancePaid: m.MaintenancePaid}
	if p := m.Edges.Particulars; p != nil {
		f.NamesForm = domain.NamesForm{GivenNames: p.GivenNames, BirthName: p.BirthName, UsualName: string(p.UsualName)}
		f.BornOn, f.CivilStatus, f.Work = p.BornOn, p.CivilStatus, p.Work
	}
	if told := m.Edges.Sensitive; told != nil {
		f.Resources = domain.Unfolded(m.Resources, told.Resources)
	}
	return f
}

// correctHousehold makes the members those of the correction: some stay, some are new,
// and who is left out leaves.
func (l *living) correctHousehold(granted context.Context, c domain.ApplicationCorrection, st stated) error {
	if len(c.Household) == 0 {
		return nil
	}
	ranks, err := l.leaveHousehold(granted, c.Household, st.household)
	if err != nil {
		return err
	}
	for at, m := range c.Household {
		was := memberOf(st.household, m.ID)
		if was == nil {
			rank := slices.Index(ranks, false) + 1
			ranks[rank-1] = true
			if err := l.join(granted, rank, m, st.origin); err != nil {
				return err
			}
			continue
		}
		if m.Link != was.Link && (was.Link == domain.LinkApplicant || m.Link == domain.LinkApplicant || m.Link == domain.LinkToBeBorn) {
			return domain.NotUnborn(at)
		}
		if err := l.correctMember(granted, at, was, m, st); err != nil {
			return err
		}
	}
	if first := c.Household[0].NamesForm; first != l.names() {
		if err := l.correctNames(granted, domain.ApplicationCorrection{Names: &first}, st); err != nil {
			return err
		}
	}
	total, _ := domain.FileForm{MonthlyResources: st.file.MonthlyResources}.Monthly(c.Members(), nil)
	if err := st.file.Update().SetMonthlyResources(total).AddVersion(1).Exec(granted); err != nil {
		return err
	}
	if err := st.contact.Update().AddVersion(1).Exec(granted); err != nil {
		return err
	}
	return l.summary.Update().SetHouseholdSize(len(c.Household)).AddVersion(1).Exec(granted)
}

func memberOf(household []*ent.HouseholdMember, id domain.ID) *ent.HouseholdMember {
	i := slices.IndexFunc(household, func(m *ent.HouseholdMember) bool { return m.ID == id })
	if id == "" || i < 0 {
		return nil
	}
	return household[i]
}

// leaveHousehold takes out who is not among those named, and tells which ranks are held.
func (l *living) leaveHousehold(granted context.Context, named []domain.MemberCorrection, household []*ent.HouseholdMember) ([]bool, error) {
	seen := map[domain.ID]bool{}
	for at, m := range named {
		if m.ID == "" && m.Link != domain.LinkApplicant {
			continue
		}
		if memberOf(household, m.ID) == nil || seen[m.ID] {
			return nil, domain.NotOfHousehold(at)
		}
		seen[m.ID] = true
	}
	ranks := make([]bool, domain.MaxHousehold)
	var gone []domain.ID
	for _, m := range household {
		if ranks[m.Rank-1] = seen[m.ID]; !seen[m.ID] {
			gone = append(gone, m.ID)
		}
	}
	if _, err := l.tx.ApplicantAccount.Delete().Where(applicantaccount.MemberIDIn(gone...)).Exec(granted); err != nil {
		return nil, err
	}
	return ranks, l.takeOut(granted, gone)
}

// takeOut deletes members with what is theirs.
func (l *living) takeOut(granted context.Context, gone []domain.ID) error {
	for _, rows := range []interface {
		Exec(ctx context.Context) (int, error)
	}{
		l.tx.BindingCode.Delete().Where(bindingcode.MemberIDIn(gone...)),
		l.tx.ReceptionGrant.Delete().Where(receptiongrant.MemberIDIn(gone...)),
		l.tx.SensitiveRecord.Delete().Where(sensitiverecord.MemberIDIn(gone...)),
		l.tx.MemberParticulars.Delete().Where(memberparticulars.MemberIDIn(gone...)),
		l.tx.HouseholdMember.Delete().Where(householdmember.IDIn(gone...)),
	} {
		if _, err := rows.Exec(granted); err != nil {
			return err
		}
	}
	return nil
}

// join adds a member, whose values come from where the correction does.
func (l *living) join(granted context.Context, rank int, m domain.MemberCorrection, origin domain.ValueOrigin) error {
	id, err := l.house(granted, rank, m.MemberForm)
	if err != nil || origin.Source == domain.SourceApplicant {
		return err
	}
	m.ID = id
	joined := domain.ApplicationCorrection{Household: []domain.MemberCorrection{m}}
	from, _ := domain.Provenance{}.Restated(joined, domain.ApplicationCorrection{}, origin, nil)
	return l.memberProvenance(granted, id, from)
}

// memberProvenance stores where the values of a member come from, each with its group.
func (l *living) memberProvenance(granted context.Context, id domain.ID, from domain.Provenance) error {
	file, contact := from.OfMember(id)
	if err := l.tx.HouseholdMember.UpdateOneID(id).SetProvenance(file).Exec(granted); err != nil {
		return err
	}
	_, err := l.tx.MemberParticulars.Update().Where(memberparticulars.MemberID(id)).SetProvenance(contact).Save(granted)
	return err
}

func (l *living) correctMember(granted context.Context, at int, was *ent.HouseholdMember, m domain.MemberCorrection, st stated) error {
	u := was.Update().SetLink(m.Link).SetResources(domain.Shown(m.Resources))
	if m.MaintenancePaid != nil {
		u.SetMaintenancePaid(*m.MaintenancePaid)
	} else {
		u.ClearMaintenancePaid()
	}
	if m.Link == domain.LinkToBeBorn {
		u.SetExpectedOn(m.ExpectedOn)
	} else {
		u.ClearExpectedOn().SetBornIn(monthOf(m.BornOn))
	}
	if err := u.Exec(granted); err != nil {
		return err
	}
	if m.Link != domain.LinkToBeBorn {
		if err := l.correctParticulars(granted, was, m.MemberForm); err != nil {
			return err
		}
	}
	if err := l.correctSensitive(granted, at, was, m); err != nil {
		return err
	}
	return l.memberProvenance(granted, was.ID, st.provenance)
}

func (l *living) correctParticulars(granted context.Context, was *ent.HouseholdMember, m domain.MemberForm) error {
	p := was.Edges.Particulars
	if p == nil { // born since
		return l.particulars(granted, was.ID, m)
	}
	u := p.Update().SetGivenNames(m.GivenNames).SetBirthName(m.BirthName).SetUsualName(domain.Stated(m.UsualName)).
		SetBornOn(m.BornOn).AddVersion(1)
	if m.CivilStatus != nil {
		u.SetCivilStatus(m.CivilStatus)
	} else {
		u.ClearCivilStatus()
	}
	if m.Work != nil {
		if err := l.holdEmployer(granted, m.Work); err != nil {
			return err
		}
		u.SetWork(m.Work)
	} else {
		u.ClearWork()
	}
	return u.Exec(granted)
}

// correctSensitive writes what is sensitive about a member, of whom the viewer may see it.
// Resources of a sensitive kind are taken down by who may not: none is taken away so.
func (l *living) correctSensitive(granted context.Context, at int, was *ent.HouseholdMember, m domain.MemberCorrection) error {
	told, mine := was.Edges.Sensitive, l.seesSensitive(granted, was)
	if m.Sensitive != nil {
		version := 0
		if told != nil {
			version = told.Version
		}
		switch {
		case !mine:
			return domain.SensitiveNotYours(at)
		case m.SensitiveVersion != version:
			return domain.StaleSensitive(at, m.SensitiveVersion, version)
		}
	}
	resources := domain.SensitiveOf(m.Resources)
	if told == nil {
		return l.confide(granted, was.ID, confidence{member: m.MemberForm})
	}
	if !mine {
		resources = domain.Beside(told.Resources, resources)
	}
	u := told.Update().SetResources(resources).AddVersion(1)
	if s := m.Sensitive; s != nil {
		u.SetFreeText(s.FreeText).SetSafeContact(s.SafeContact)
		if s.Disability != nil {
			u.SetDisability(s.Disability)
		} else {
			u.ClearDisability()
		}
	}
	return u.Exec(granted)
}

// seesSensitive tells whether the viewer sees what is sensitive about a member.
func (l *living) seesSensitive(granted context.Context, m *ent.HouseholdMember) bool {
	v := auth.FromContext(granted)
	if l.by == nil {
		return false
	}
	if !v.Applicant {
		opened, _ := policy.OpenedBy(l.application)
		return opened.Groups.Opens(domain.GroupSensitive)
	}
	own, err := l.tx.ApplicantAccount.Query().
		Where(applicantaccount.MemberID(m.ID), applicantaccount.Issuer(v.Issuer), applicantaccount.Subject(v.Subject), applicantaccount.UnboundAtIsNil()).
		Count(granted)
	return err == nil && own > 0
}
