package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/registryevent"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/registry"
	"github.com/guichet-logement/guichet/registryfile"
)

// report has the national registry told of an act, once the act is done: they are one
// transaction. It knows no application without a number.
func (l *living) report(granted context.Context, kind domain.RegistryEventKind) error {
	if kind == "" || l.life.Number == "" || l.told {
		return nil
	}
	now := l.s.Now().Truncate(time.Millisecond)
	last, err := l.tx.RegistryEvent.Query().Where(registryevent.ApplicationID(l.life.ID)).Order(registryevent.ByID(sql.OrderDesc())).First(granted)
	if ent.MaskNotFound(err) != nil {
		return err
	}
	at := now
	if last != nil && !last.HappenedAt.Before(at) { // identifiers are in the order of the acts
		at = last.HappenedAt.Add(time.Millisecond)
	}
	c := l.tx.RegistryEvent.Create().SetID(domain.NewID(domain.RegistryEventPrefix, at)).
		SetApplicationID(l.life.ID).SetKind(kind).SetHappenedAt(at).SetNextTry(now)
	if kind == domain.RegistryRemoved && l.life.RemovedFor != "" {
		c.SetRemovedFor(l.life.RemovedFor)
	}
	return c.Exec(granted)
}

// toldAtOnce is how many events one round looks at.
const toldAtOnce = 500

// TellRegistry sends the registry what it was not told yet, what happened to one
// application in its order. What it does not take is tried again later, and what it
// refuses is kept with its code. It returns how many it took and refused, and an error
// where one could not be sent.
func (s *Service) TellRegistry(ctx context.Context) (taken, refused int, err error) {
	switch {
	case s.registry == nil:
		return 0, 0, errNoRegistry
	case s.audit == nil:
		return 0, 0, errNoAudit
	}
	ctx = policy.TellRegistry(ctx)
	var failed error
	stuck := map[domain.ID]bool{}
	for last := domain.ID(""); ; {
		events, err := s.waiting().Where(registryevent.IDGT(last)).Limit(toldAtOnce).All(ctx)
		if err != nil || len(events) == 0 {
			return taken, refused, errors.Join(failed, err)
		}
		for _, e := range events {
			last = e.ID
			if stuck[e.ApplicationID] || s.Now().Before(e.NextTry) {
				stuck[e.ApplicationID] = true
				continue
			}
			state, err := s.tellRegistry(ctx, e)
			switch {
			case err != nil:
				failed, stuck[e.ApplicationID] = err, true
			case state == domain.RegistryRejected:
				refused++
			default:
				taken++
			}
			if ctx.Err() != nil {
				return taken, refused, errors.Join(failed, ctx.Err())
			}
		}
	}
}

var errNoRegistry = errors.New("the national registry is not connected")

func (s *Service) waiting() *ent.RegistryEventQuery {
	return s.ent.RegistryEvent.Query().Where(registryevent.StateEQ(domain.RegistryToSend)).Order(registryevent.ByID())
}

// tellRegistry sends one event, and notes how that went.
func (s *Service) tellRegistry(granted context.Context, e *ent.RegistryEvent) (domain.RegistryEventState, error) {
	var file bytes.Buffer
	if err := s.writeRegistryFile(granted, &file, []*ent.RegistryEvent{e}); err != nil {
		return "", fmt.Errorf("tell the registry %s: %w", e.ID, err)
	}
	if err := s.audit.Record(granted, audit.Line{Kind: audit.Write, Operation: "tellRegistry", ApplicationIDs: []domain.ID{e.ApplicationID}}); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(granted, registryWait)
	defer cancel()
	sent := s.registry.Receive(ctx, e.ID, file.Bytes())
	row := s.ent.RegistryEvent.Update().Where(registryevent.ID(e.ID), registryevent.StateEQ(domain.RegistryToSend)).AddTries(1)
	state, refused := domain.RegistryAcknowledged, (*registry.RefusalError)(nil)
	switch {
	case errors.As(sent, &refused):
		state = domain.RegistryRejected
		row.SetState(state).SetRejectedFor(domain.Stated(refusalCode(refused.Code)))
	case sent != nil:
		row.SetNextTry(s.Now().Add(again(e.Tries)))
		return "", errors.Join(fmt.Errorf("tell the registry %s: %w", e.ID, sent), row.Exec(granted))
	default:
		row.SetState(state)
	}
	return state, row.Exec(granted)
}

// refusalCode is a code that fits its column, whatever the registry says.
func refusalCode(code string) string {
	const most = 100
	if code == "" || len(code) > most {
		return "UNREADABLE"
	}
	return code
}

// The times between two tries: each twice the last one.
const (
	firstTry = time.Minute
	lastTry  = 6 * time.Hour
)

func again(tries int) time.Duration { return min(firstTry<<min(tries, 16), lastTry) }

// exported is a file that is handed over: what is noted as sent is on the disk.
type exported interface {
	io.Writer
	Sync() error
}

// ExportRegistry writes a file of that kind of what the registry was not told, to be
// handed over by hand, and then notes it as sent: where writing failed it is written
// again. It returns how many it wrote, a thousand at most: what is on record in one line.
// What is left comes with the next file.
func (s *Service) ExportRegistry(ctx context.Context, to exported, kind domain.RegistryEventKind) (int, error) {
	if s.audit == nil {
		return 0, errNoAudit
	}
	ctx = policy.TellRegistry(ctx)
	events, err := s.waiting().Where(registryevent.KindEQ(kind)).Limit(audit.MaxApplications).All(ctx)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	ids, of := make([]domain.ID, len(events)), make([]domain.ID, len(events))
	for i, e := range events {
		ids[i], of[i] = e.ID, e.ApplicationID
	}
	if err := s.audit.Record(ctx, audit.Line{Kind: audit.Write, Operation: "exportRegistry", ApplicationIDs: of}); err != nil {
		return 0, err
	}
	if err := errors.Join(s.writeRegistryFile(ctx, to, events), to.Sync()); err != nil {
		return 0, err
	}
	return len(events), s.ent.RegistryEvent.Update().Where(registryevent.IDIn(ids...), registryevent.StateEQ(domain.RegistryToSend)).
		SetState(domain.RegistrySent).AddTries(1).Exec(ctx)
}

// RegistryWaiting tells how many events the registry was not told, and when the oldest
// happened; nil when there is none.
func (s *Service) RegistryWaiting(ctx context.Context) (int, *time.Time, error) {
	ctx = policy.TellRegistry(ctx)
	n, err := s.waiting().Count(ctx)
	if err != nil || n == 0 {
		return 0, nil, err
	}
	oldest, err := s.waiting().First(ctx)
	if err != nil {
		return 0, nil, ent.MaskNotFound(err)
	}
	return n, &oldest.HappenedAt, nil
}

// registryVersion is that of the interface that is written.
const registryVersion = "02.01"

// writeRegistryFile writes events of one kind, with what is stored now.
func (s *Service) writeRegistryFile(granted context.Context, to io.Writer, events []*ent.RegistryEvent) error {
	w, err := registryfile.NewWriter(to, registryfile.Header{
		Version: registryVersion, Type: registryfile.FileType(events[0].Kind), Date: s.Now(), Desk: s.desk,
	})
	if err != nil {
		return err
	}
	for _, e := range events {
		a, err := s.ent.Application.Query().Where(application.ID(e.ApplicationID)).WithSummary().WithFile().WithContact().
			WithWishes(func(q *ent.WishQuery) { q.Order(wish.ByRank()).WithCommune() }).
			WithHousehold(func(q *ent.HouseholdMemberQuery) { q.Order(householdmember.ByRank()).WithParticulars() }).Only(granted)
		if err != nil {
			return err
		}
		if err := w.Write(registryfile.NewRecord(registryView(a, e))); err != nil {
			return err
		}
	}
	return w.Close()
}

// registryView is what the registry is told of an application. Reasons that are sensitive
// are not among it, nor what the form does not ask in the words of the registry.
func registryView(a *ent.Application, e *ent.RegistryEvent) registryfile.View {
	v := registryfile.View{Number: valueOf(a.UniqueNumber)}
	switch e.Kind {
	case domain.RegistryCreated, domain.RegistrySplit, domain.RegistryChanged:
	default:
		v.RemovedFor, _ = valueOf(e.RemovedFor).RegistryCodes()
		return v
	}
	v.CreatedOn, v.Enlarged = a.Edges.Summary.RegisteredOn, &a.Edges.Summary.Enlarged
	for _, t := range a.Edges.Summary.Typologies {
		v.Typologies = append(v.Typologies, registryTypology(t))
	}
	for _, w := range a.Edges.Wishes {
		v.Wishes = append(v.Wishes, w.Edges.Commune.InseeCode)
	}
	if f := a.Edges.File; f != nil {
		v.Reasons = f.Reasons
		if mode := registryHousing(f.Housing); mode != "" {
			v.Housing.Modes = []string{mode}
		}
		if f.TaxYear != 0 { // the registry may have told of none
			v.Applicant.TaxYear, v.Applicant.TaxIncome = f.TaxYear, &f.TaxIncome
		}
		if f.EarlierTaxIncome != nil {
			v.Applicant.EarlierTaxYear, v.Applicant.EarlierTaxIncome = f.TaxYear-1, f.EarlierTaxIncome
		}
	}
	for _, m := range a.Edges.Household {
		addMember(&v, m)
	}
	if c := a.Edges.Contact; c != nil {
		v.Applicant.Phone, v.Applicant.OtherPhone, v.Applicant.Email = valueOf(c.Phone), valueOf(c.SecondPhone), c.Email
		v.Applicant.Address = registryfile.Address{Street: c.Address, PostalCode: c.PostalCode}
		if d := c.Dwelling; d != nil {
			v.Housing.Category, v.Housing.People, v.Housing.Rent, v.Housing.OwnsOther = string(d.Category), d.People, d.Rent, d.OwnsAnother
			if d.Typology != nil && *d.Typology != domain.UnknownTypology {
				v.Housing.Typology = registryTypology(*d.Typology)
			}
		}
	}
	return v
}

// registryHousing is the code of a class of housing; the exact mode is sensitive where the
// class has others.
func registryHousing(class domain.HousingClass) string {
	if class == domain.HostedFree {
		return "CP" // with a private person: that of its modes which tells least
	}
	return domain.HousingModeOf(class)
}

func registryTypology(t domain.Typology) string {
	if t == domain.T6Plus {
		return "T6P"
	}
	return string(t)
}

// maintenance is the code of the one kind of what is paid (pension alimentaire versée).
const maintenance = "PAV"

// addMember puts a member of the household where the registry has it.
func addMember(v *registryfile.View, m *ent.HouseholdMember) {
	p := registryfile.Person{}
	if who := m.Edges.Particulars; who != nil {
		p.Name, p.GivenNames, p.BornOn = who.BirthName, who.GivenNames, who.BornOn
		if who.UsualName != "" {
			p.Name, p.BirthName = string(who.UsualName), who.BirthName
		}
		if c := who.CivilStatus; c != nil {
			p.Title, p.Nationality, p.FamilyStatus = string(c.Title), string(c.Nationality), string(c.FamilyStatus)
		}
	}
	for _, r := range m.Resources {
		p.Received = append(p.Received, registryfile.Resource{Code: r.Kind, Amount: &r.Amount})
	}
	if m.MaintenancePaid != nil {
		p.Paid = []registryfile.Resource{{Code: maintenance, Amount: m.MaintenancePaid}}
	}
	switch m.Link {
	case domain.LinkApplicant:
		p.TaxYear, p.TaxIncome = v.Applicant.TaxYear, v.Applicant.TaxIncome
		p.EarlierTaxYear, p.EarlierTaxIncome = v.Applicant.EarlierTaxYear, v.Applicant.EarlierTaxIncome
		v.Applicant = p
	case domain.LinkSpouse:
		p.Link = "M"
		v.CoApplicants = append(v.CoApplicants, p)
	case domain.LinkCoApplicant:
		v.CoApplicants = append(v.CoApplicants, p)
	case domain.LinkVisitingChild:
		v.Visiting = append(v.Visiting, p)
	case domain.LinkToBeBorn:
		if v.ToBeBorn.Count++; v.ToBeBorn.On.IsZero() || m.ExpectedOn.Before(v.ToBeBorn.On) {
			v.ToBeBorn.On = *m.ExpectedOn
		}
	case domain.LinkChild:
		p.Link = "E"
		v.Dependants = append(v.Dependants, p)
	case domain.LinkOtherDependant:
		p.Link = "A"
		v.Dependants = append(v.Dependants, p)
	}
}
