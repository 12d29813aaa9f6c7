package service

import (
	"context"
	"slices"
	"strconv"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// receptionMonths is the delay for a first reception.
const receptionMonths = 2

// RegisterApplication deposits the application of somebody who came to that point, which
// follows it from then on. It waits until the identity document is checked.
func (s *Service) RegisterApplication(ctx context.Context, point domain.ID, form domain.ApplicationForm) (*ent.Application, error) {
	id := domain.NewID(domain.ApplicationPrefix, auth.FromContext(ctx).Now)
	err := s.inTx(ctx, func(tx *ent.Tx) error { return s.registerAt(ctx, tx, point, formOf{id, form}) })
	if err != nil {
		return nil, err
	}
	return s.seenApplication(ctx, id)
}

// formOf is the form of an application, with the identifier that it gets.
type formOf struct {
	id domain.ID
	domain.ApplicationForm
}

// registerAt deposits a form at that point, or in a permanence that the viewer holds there.
func (s *Service) registerAt(ctx context.Context, tx *ent.Tx, point domain.ID, form formOf) error {
	point, err := servingPoint(ctx, tx, point)
	if err != nil {
		return err
	}
	level, err := levelThere(ctx, tx, point)
	if err != nil {
		return err
	}
	granted, by, err := policy.RegisterApplication(ctx, point, level)
	if err != nil {
		return err
	}
	l, err := s.deposit(granted, tx, form, point)
	if err != nil {
		return err
	}
	if err := l.settle(granted); err != nil {
		return err
	}
	if err := l.offerAppointment(granted, domain.FirstRegistrationMotive); err != nil {
		return err
	}
	return s.noteAct(ctx, "registerApplication", by, form.id)
}

// levelThere is the level of service of a point, which must be there; 0 at no point.
func levelThere(ctx context.Context, tx *ent.Tx, point domain.ID) (int, error) {
	if point == "" {
		return 0, nil
	}
	if _, err := tx.ReceptionPoint.Query().Where(receptionpoint.ID(point)).Only(ctx); err != nil {
		return 0, notFound(err)
	}
	levels, err := levelsOf(ctx, tx, point)
	return levels[point], err
}

// deposit writes what the form states, as an application that was deposited today and
// that the point follows, if there is one.
func (s *Service) deposit(granted context.Context, tx *ent.Tx, form formOf, point domain.ID) (*living, error) {
	v := auth.FromContext(granted)
	today := v.Today()
	if err := form.Check(today).Err(); err != nil {
		return nil, err
	}
	l := &living{acting: acting{s: s, tx: tx, today: today, point: point}, clocks: domain.LegalClocksOn(today)}
	var refusals domain.Refusals
	l.life, refusals = domain.NewLife(form.id).Submit(today, l.clocks, today)
	if refusals != nil {
		return nil, refusals
	}
	return l, l.begin(granted, form.ApplicationForm)
}

// begin writes an application that was just deposited, with what the form states.
func (l *living) begin(granted context.Context, form domain.ApplicationForm) error {
	form.File.MonthlyResources, _ = form.File.Monthly(form.Household, nil)
	first, depositedOn := form.Household[0], l.life.DepositedOn
	a, err := l.tx.Application.Create().SetID(l.life.ID).SetState(l.life.State).
		SetGivenNames(first.GivenNames).SetBirthName(first.BirthName).SetUsualName(domain.Stated(first.UsualName)).
		SetNameKey(domain.NameKey(first.GivenNames, first.BirthName, first.UsualName)).
		SetRegisteredOn(depositedOn).SetValidUntil(l.clocks.Validity.After(depositedOn)).Save(granted)
	if err != nil {
		return err
	}
	create := l.tx.ApplicationSummary.Create().SetApplicationID(a.ID).SetRegisteredOn(depositedOn).SetDepositedOn(depositedOn).
		SetReceptionDeadline(depositedOn.AddMonths(receptionMonths)).SetHouseholdSize(len(form.Household)).SetTypologies(form.Typologies).
		SetEnlarged(form.Enlarged).SetCategory(form.Category)
	if l.point != "" {
		create.SetFollowingPointID(l.point).SetFollowedSince(l.today)
	}
	summary, err := create.Save(granted)
	if err != nil {
		return err
	}
	l.application, l.summary = a, summary
	if err := l.write(granted, form); err != nil {
		return err
	}
	return l.tell(granted, domain.ApplicationEventKind(domain.StepSubmit), "")
}

// write writes the groups of a form that have rows of their own.
func (l *living) write(granted context.Context, form domain.ApplicationForm) error {
	id := l.life.ID
	if err := l.wish(granted, form.Wishes, "form"); err != nil {
		return err
	}
	ordinary, sensitive := partReasons(form.File.Reasons)
	f, c := form.File, form.Contact
	if err := l.tx.ApplicationFile.Create().SetApplicationID(id).SetTaxYear(f.TaxYear).SetTaxIncome(f.TaxIncome).
		SetNillableEarlierTaxIncome(f.EarlierTaxIncome).SetMonthlyResources(f.MonthlyResources).
		SetHousing(f.Housing).SetReasons(ordinary).Exec(granted); err != nil {
		return err
	}
	contact, err := l.tx.ApplicationContact.Create().SetApplicationID(id).SetAddress(c.Address).SetPostalCode(c.PostalCode).SetTown(c.Town).
		SetEmail(c.Email).SetHelpingStructure(domain.Stated(c.HelpingStructure)).Save(granted)
	if err != nil {
		return err
	}
	if err := state(contact.Update(), c).Exec(granted); err != nil {
		return err
	}
	for i, m := range form.Household {
		member, err := l.house(granted, i+1, m)
		if err != nil {
			return err
		}
		if m.Link != domain.LinkApplicant {
			continue
		}
		if err := l.confide(granted, member, confidence{m, sensitive, confidedMode(f)}); err != nil {
			return err
		}
	}
	return nil
}

// house writes a member of the household, and what is sensitive about anybody but the
// applicant, of whom the form tells more.
func (l *living) house(granted context.Context, rank int, m domain.MemberForm) (domain.ID, error) {
	create := l.tx.HouseholdMember.Create().SetApplicationID(l.life.ID).SetRank(rank).SetLink(m.Link)
	if m.Link == domain.LinkToBeBorn {
		created, err := create.SetExpectedOn(m.ExpectedOn).Save(granted)
		if err != nil {
			return "", err
		}
		return created.ID, nil
	}
	created, err := create.SetBornIn(monthOf(m.BornOn)).SetResources(domain.Shown(m.Resources)).
		SetNillableMaintenancePaid(m.MaintenancePaid).Save(granted)
	if err != nil {
		return "", err
	}
	if err := l.particulars(granted, created.ID, m); err != nil || m.Link == domain.LinkApplicant {
		return created.ID, err
	}
	return created.ID, l.confide(granted, created.ID, confidence{member: m})
}

func (l *living) particulars(granted context.Context, member domain.ID, m domain.MemberForm) error {
	create := l.tx.MemberParticulars.Create().SetApplicationID(l.life.ID).SetMemberID(member).
		SetGivenNames(m.GivenNames).SetBirthName(m.BirthName).SetUsualName(domain.Stated(m.UsualName)).SetBornOn(m.BornOn)
	if m.CivilStatus != nil {
		create.SetCivilStatus(m.CivilStatus)
	}
	if m.Work != nil {
		if err := l.holdEmployer(granted, m.Work); err != nil {
			return err
		}
		create.SetWork(m.Work)
	}
	return create.Exec(granted)
}

// monthOf is the first day of the month of birth, from which ages are reckoned.
func monthOf(born domain.Date) domain.Date {
	year, month, _ := born.Civil()
	return domain.NewDate(year, month, 1)
}

// wish writes the wishes, best first.
func (l *living) wish(granted context.Context, codes []domain.InseeCode, path string) error {
	communes, err := l.tx.Commune.Query().Where(commune.InseeCodeIn(codes...)).All(granted)
	if err != nil {
		return err
	}
	ids := map[domain.InseeCode]domain.ID{}
	for _, c := range communes {
		ids[c.InseeCode] = c.ID
	}
	var refusals domain.Refusals
	for i, code := range codes {
		if ids[code] == "" {
			refusals = append(refusals, domain.UnknownCommune(path, "wishes", strconv.Itoa(i)))
		}
	}
	if err := refusals.Err(); err != nil {
		return err
	}
	return l.tx.Wish.MapCreateBulk(codes, func(c *ent.WishCreate, i int) {
		c.SetApplicationID(l.life.ID).SetCommuneID(ids[codes[i]]).SetRank(i + 1)
	}).Exec(granted)
}

// partReasons parts the reasons that tell something sensitive from the others.
func partReasons(codes []string) (ordinary, sensitive []string) {
	ordinary = []string{}
	for _, code := range codes {
		if domain.SensitiveReason(code) {
			sensitive = append(sensitive, code)
		} else {
			ordinary = append(ordinary, code)
		}
	}
	return slices.Clip(ordinary), sensitive
}
