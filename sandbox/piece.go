package sandbox

import (
	"iter"
	"strconv"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

const (
	// filedEvery is which applications have pieces beside those that are made for a rule:
	// each piece has a file, and a sandbox starts quickly.
	filedEvery = 100
	// filedWithin is in days: nobody waits longer to bring what is asked for.
	filedWithin = 500
	// pieceDays is the usual time to bring another piece.
	pieceDays = 15
)

// file gives the application pieces of every state. It has dice of its own: whatever else
// is told stays what it is.
func (a *draft) file() {
	if !isFiled(a.k) {
		return
	}
	a.dice = newDice("pieces " + strconv.Itoa(a.k))
	for _, asked := range domain.RequiredPieces(a.situation()) {
		if !a.brought(asked.Level) {
			continue
		}
		p := service.SandboxPiece{Piece: domain.Piece{Code: pick(&a.dice, asked.Kinds), State: domain.PieceDeposited}}
		if asked.Member != "" {
			p.Members = []domain.ID{asked.Member}
		}
		a.give(&p, asked.Level)
		a.Pieces = append(a.Pieces, p)
	}
	if a.k == filedEvery {
		a.blindly()
	}
}

func isFiled(k int) bool { return k < len(edges) || k%filedEvery == 0 }

// filed are those of the first n applications that have pieces.
func filed(n int) iter.Seq[service.SandboxApplication] {
	return func(yield func(service.SandboxApplication) bool) {
		plan := planApplications()
		for k := range n {
			if isFiled(k) && !yield(plan.application(k)) {
				return
			}
		}
	}
}

// blindly gives in a piece under the number, at a point that does not see whose it is.
func (a *draft) blindly() {
	at, key := a.on.AddDays(-1).At(domain.NewLocalTime(10, 30)), "blind piece "+strconv.Itoa(a.k)
	a.Blind = []service.SandboxPiece{{
		Piece:       domain.Piece{ID: domain.DerivedID(domain.PiecePrefix, at, key), Code: "AVIS_N2"},
		DepositedAt: at, Point: sharedDesk, DepositedBy: "shared-desk-agent", Content: page("Piece fictive du bac a sable : " + key),
	}}
}

// situation is what decides which pieces are asked for. No nationality is told.
func (a *draft) situation() domain.Situation {
	var s domain.Situation
	fact := func(list string, codes ...string) {
		for _, c := range codes {
			s.Facts = append(s.Facts, domain.Fact(list+":"+c))
		}
	}
	fact("motif_demande", a.Reasons...)
	fact("mode_logement_actuel", domain.HousingModeOf(a.Housing))
	for _, m := range a.Members {
		p := domain.PersonSituation{Member: m.ID, Link: m.Link, Facts: []domain.Fact{"nationalite:1", "nationalite:2", "nationalite:3"}}
		p.OfAge = m.Link.Adult() || !m.BornOn.IsZero() && domain.Age(m.BornOn, a.on) >= domain.Majority
		if m.Link == domain.LinkToBeBorn {
			fact("menage", "NAISSANCE")
		}
		if m.Sensitive != nil {
			fact("motif_demande", m.Sensitive.Reasons...)
			fact("mode_logement_actuel", m.Sensitive.HousingMode)
		}
		s.People = append(s.People, p)
	}
	return s
}

// brought throws whether a piece that is asked for was given: without that of
// registration there is no number.
func (a *draft) brought(level domain.PieceLevel) bool {
	switch level {
	case domain.PieceForRegistration:
		return a.State != domain.ApplicationPending || a.dice.chance(70)
	case domain.PieceForInstruction:
		return a.dice.chance(85)
	default:
		return a.dice.chance(55)
	}
}

// give deposits a piece on some day: at the point that follows, at another one that
// received the applicant, or by the portal.
func (a *draft) give(p *service.SandboxPiece, level domain.PieceLevel) {
	d := &a.dice
	day := a.RegisteredOn
	if waited := int(a.on.At(0).Sub(day.At(0)) / (24 * time.Hour)); level != domain.PieceForRegistration && waited > 0 {
		day = a.on.AddDays(-d.below(min(waited, filedWithin)))
	}
	p.DepositedAt = day.At(domain.NewLocalTime(d.between(9, 16), d.below(60)))
	key := "piece " + strconv.Itoa(a.k) + " " + strconv.Itoa(len(a.Pieces))
	p.ID = domain.DerivedID(domain.PiecePrefix, p.DepositedAt, key)
	p.Content = pieceFile(d, key)
	switch {
	case d.chance(60):
		p.Point = a.FollowingPoint
	case !a.Protected && d.chance(50):
		p.Point = pick(d, a.staffed)
	}
	if agents := a.agents[p.Point]; len(agents) > 0 {
		p.DepositedBy = pick(d, agents)
	} else {
		p.Point = ""
	}
	a.check(p, level, day.AddDays(d.between(1, 12)))
}

// check throws what came of a piece on that day, by the rules of those who check.
func (a *draft) check(p *service.SandboxPiece, level domain.PieceLevel, day domain.Date) {
	d := &a.dice
	outcome := d.weighted(68, 16, 16)
	issued := p.DepositedAt.AddDate(0, 0, -d.between(1, 30))
	if level == domain.PieceForRegistration && a.State != domain.ApplicationPending {
		outcome, day = 0, a.RegisteredOn
	}
	if a.on.Before(day) || outcome == 2 {
		return // it waits
	}
	if outcome == 0 {
		// With the dates that its kind has to bear.
		for _, dates := range [][2]domain.Date{{}, {domain.DateOf(issued)}, {1: day.AddYear()}} {
			if accepted, refused := p.Accept(dates[0], dates[1], day); refused == nil {
				p.Piece = accepted
				return
			}
		}
	}
	reasons := []domain.PieceRefusal{domain.PieceUnreadable, domain.PieceOutdated, domain.PieceShowsNIR, domain.PieceOfAnother}
	p.Piece, _ = p.Refuse(pick(d, reasons)) // what was given and not checked may be
	p.DueOn = day.AddDays(pieceDays)
}
