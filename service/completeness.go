package service

import (
	"context"
	"slices"
	"sync"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/policy"
)

// Completeness is how far the pieces of an application have come.
type Completeness struct {
	Percent, Required, Accepted int
	Missing                     []*MissingPiece
}

// MissingPiece is one that is asked for and was not accepted.
type MissingPiece struct {
	Kinds []string
	Level domain.PieceLevel
	// MemberID is nil for the household.
	MemberID   *domain.ID
	State      domain.PieceState
	RefusedFor *domain.PieceRefusal
	DueOn      *domain.Date
}

// completed are the applications of an operation whose completeness was asked for, by the
// day.
type completed struct {
	mu   sync.Mutex
	days map[domain.Date]map[domain.ID]*Completeness
}

// Completeness tells it of an application that the viewer read, over what it may see; nil
// where it cannot see what decides. The first of a list that is asked looks for all that
// the operation has read, so that a page costs what one costs.
func (s *Service) Completeness(ctx context.Context, a *ent.Application, on domain.Date) (*Completeness, error) {
	c, recorded := ctx.Value(readsKey{}).(*reads)
	if !recorded {
		all, err := s.completeness(ctx, map[domain.ID]domain.GroupSet{a.ID: openedGroups(a)}, on)
		return all[a.ID], err
	}
	c.completed.mu.Lock()
	defer c.completed.mu.Unlock()
	if c.completed.days[on] == nil {
		c.completed.days[on] = map[domain.ID]*Completeness{}
	}
	known := c.completed.days[on]
	if found, asked := known[a.ID]; asked {
		return found, nil
	}
	all, err := s.completeness(ctx, c.openedApplications(), on)
	if err != nil {
		return nil, err
	}
	for id, found := range all {
		known[id] = found
	}
	return known[a.ID], nil
}

func openedGroups(a *ent.Application) domain.GroupSet {
	opened, _ := policy.OpenedBy(a)
	return opened.Groups
}

// completeness looks for that of applications of which these groups are open, in a
// constant number of statements, each under the scopes of the viewer.
func (s *Service) completeness(ctx context.Context, opened map[domain.ID]domain.GroupSet, on domain.Date) (map[domain.ID]*Completeness, error) {
	all := make(map[domain.ID]*Completeness, len(opened))
	var ids []domain.ID
	for id, groups := range opened {
		all[id] = nil
		if groups.Opens(domain.GroupFile) && groups.Opens(domain.GroupDocuments) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return all, nil
	}
	slices.Sort(ids)
	files, err := s.ent.ApplicationFile.Query().Where(applicationfile.ApplicationIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	members, err := s.ent.HouseholdMember.Query().Where(householdmember.ApplicationIDIn(ids...)).WithParticulars().WithSensitive().All(ctx)
	if err != nil {
		return nil, err
	}
	pieces, err := s.ent.Piece.Query().Where(piece.ApplicationIDIn(ids...)).WithMembers().All(ctx)
	if err != nil {
		return nil, err
	}
	file := byID(files, func(f *ent.ApplicationFile) domain.ID { return f.ApplicationID })
	household, given := map[domain.ID][]*ent.HouseholdMember{}, map[domain.ID][]*ent.Piece{}
	for _, m := range members {
		household[m.ApplicationID] = append(household[m.ApplicationID], m)
	}
	for _, p := range pieces {
		given[p.ApplicationID] = append(given[p.ApplicationID], p)
	}
	v := auth.FromContext(ctx)
	for _, id := range ids {
		required := domain.RequiredPieces(situation(file[id], household[id], on))
		if !v.Applicant && !opened[id].Opens(domain.GroupSensitive) {
			required = slices.DeleteFunc(required, sensitive)
		}
		all[id] = completenessOf(required, given[id], on)
	}
	return all, nil
}

// sensitive tells a piece of which the viewer would not see that it was given.
func sensitive(r domain.Requirement) bool {
	return slices.ContainsFunc(r.Kinds, func(c domain.PieceCode) bool {
		kind, _ := domain.PieceKindOf(c)
		return kind.Sensitive
	})
}

// situation is what decides which pieces are asked for, of what the viewer sees of a
// household.
func situation(file *ent.ApplicationFile, members []*ent.HouseholdMember, on domain.Date) domain.Situation {
	var s domain.Situation
	fact := func(list, code string) {
		if code != "" {
			s.Facts = append(s.Facts, domain.Fact(list+":"+code))
		}
	}
	if file != nil {
		for _, r := range file.Reasons {
			fact("motif_demande", r)
		}
		fact("mode_logement_actuel", domain.HousingModeOf(file.Housing))
	}
	for _, m := range members {
		if m.Link == domain.LinkToBeBorn {
			fact("menage", "NAISSANCE")
		}
		if told := m.Edges.Sensitive; told != nil {
			for _, r := range told.Reasons {
				fact("motif_demande", r)
			}
			fact("mode_logement_actuel", string(told.HousingMode))
		}
		if p := m.Edges.Particulars; p != nil && p.CivilStatus != nil && m.Link == domain.LinkApplicant {
			fact("situation_familiale", string(p.CivilStatus.FamilyStatus))
		}
		s.People = append(s.People, personSituation(m, on))
	}
	return s
}

// personSituation is that of one member. Where a nationality was not stated an identity
// document of any kind will do.
func personSituation(m *ent.HouseholdMember, on domain.Date) domain.PersonSituation {
	p := domain.PersonSituation{Member: m.ID, Link: m.Link, OfAge: m.Link.Adult()}
	if m.BornIn != nil {
		p.OfAge = p.OfAge || domain.Age(*m.BornIn, on) >= domain.Majority
	}
	form := memberForm(m)
	if c := form.CivilStatus; c != nil && c.Nationality != "" {
		p.Facts = append(p.Facts, domain.Fact("nationalite:"+string(c.Nationality)))
	} else {
		p.Facts = append(p.Facts, "nationalite:1", "nationalite:2", "nationalite:3")
	}
	if w := form.Work; w != nil && w.Contract != "" {
		p.Facts = append(p.Facts, domain.Fact("type_contrat_travail:"+string(w.Contract)))
	}
	for _, r := range form.Resources {
		p.Facts = append(p.Facts, domain.Fact("ressource_recue:"+r.Kind))
	}
	return p
}

func completenessOf(required []domain.Requirement, given []*ent.Piece, on domain.Date) *Completeness {
	rows := byID(given, func(p *ent.Piece) domain.ID { return p.ID })
	pieces := make([]domain.Piece, len(given))
	for i, p := range given {
		pieces[i] = PieceOf(p)
	}
	answered := domain.CheckPieces(required, pieces, on)
	c := &Completeness{Percent: answered.Percent(), Required: len(answered), Missing: []*MissingPiece{}}
	for _, a := range answered {
		if a.State == domain.PieceAccepted {
			c.Accepted++
			continue
		}
		m := &MissingPiece{Level: a.Level, MemberID: orNil(a.Member), State: a.State}
		for _, k := range a.Kinds {
			m.Kinds = append(m.Kinds, string(k))
		}
		if a.State == domain.PieceRefused {
			m.RefusedFor, m.DueOn = &a.RefusedFor, rows[a.Piece].DueOn
		}
		c.Missing = append(c.Missing, m)
	}
	return c
}

// completeSingleFile notes that the single file (dossier unique) is complete, once every
// piece without which an application cannot be examined was accepted.
func (l *living) completeSingleFile(granted context.Context) error {
	next, asked := l.life.CompleteSingleFile(l.today)
	if !asked {
		return nil
	}
	members, err := l.household(granted)
	if err != nil {
		return err
	}
	pieces, err := l.tx.Piece.Query().Where(piece.ApplicationID(l.life.ID)).WithMembers().All(granted)
	if err != nil {
		return err
	}
	required := slices.DeleteFunc(domain.RequiredPieces(situation(nil, members, l.today)), func(r domain.Requirement) bool {
		return r.Level == domain.PieceComplementary
	})
	if c := completenessOf(required, pieces, l.today); c.Accepted < c.Required {
		return nil
	}
	l.life = next
	if err := l.store(granted); err != nil {
		return err
	}
	return l.tell(granted, domain.EventSingleFile, "")
}
