package service

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/ent/piecefile"
	"github.com/guichet-logement/guichet/ent/piecetransfer"
	"github.com/guichet-logement/guichet/policy"
)

// PieceOf is what the rules look at.
func PieceOf(p *ent.Piece) domain.Piece {
	d := domain.Piece{
		ID: p.ID, Code: p.Kind, State: p.State, IssuedOn: dateOrZero(p.IssuedOn), ExpiresOn: dateOrZero(p.ExpiresOn),
	}
	if p.RefusedFor != nil {
		d.RefusedFor = *p.RefusedFor
	}
	for _, m := range p.Edges.Members {
		d.Members = append(d.Members, m.ID)
	}
	return d
}

// PieceAccepted is a piece that is taken as proof, with the dates that it bears. Members
// says whom it is of, where that is to be said again; nil leaves it.
type PieceAccepted struct {
	Piece               domain.ID
	IssuedOn, ExpiresOn *domain.Date
	Members             []domain.ID
}

// AcceptPiece takes a piece as proof.
func (s *Service) AcceptPiece(ctx context.Context, in PieceAccepted) (*ent.Piece, error) {
	return s.checked(ctx, "acceptPiece", in.Piece, func(granted context.Context, tx *ent.Tx, p *ent.Piece) (change, error) {
		if err := domain.CheckScanned(p.Scan).Err(); err != nil {
			return nil, err
		}
		next, refused := PieceOf(p).Accept(dateOrZero(in.IssuedOn), dateOrZero(in.ExpiresOn), auth.FromContext(ctx).Today())
		if err := refused.Err(); err != nil {
			return nil, err
		}
		update := p.Update().SetState(next.State).SetNillableIssuedOn(in.IssuedOn).SetNillableExpiresOn(in.ExpiresOn)
		if in.Members == nil {
			return update, nil
		}
		household, err := tx.HouseholdMember.Query().Where(householdmember.ApplicationID(p.ApplicationID)).IDs(granted)
		if err != nil {
			return nil, err
		}
		return update.ClearMembers().AddMemberIDs(in.Members...), domain.CheckDeposit(p.Kind, in.Members, household).Err()
	})
}

// RefusePiece refuses a piece and asks for another one by that day, nil for the usual
// time. What was not sent to the national digitiser yet is not sent any more.
func (s *Service) RefusePiece(ctx context.Context, id domain.ID, reason domain.PieceRefusal, due *domain.Date) (*ent.Piece, error) {
	today := auth.FromContext(ctx).Today()
	if due == nil {
		usual := today.AddDays(policy.SettingsOn(today).PieceDays)
		due = &usual
	}
	return s.checked(ctx, "refusePiece", id, func(granted context.Context, tx *ent.Tx, p *ent.Piece) (change, error) {
		next, refused := PieceOf(p).Refuse(reason)
		if _, err := tx.PieceTransfer.Delete().Where(piecetransfer.PieceID(id), piecetransfer.StateEQ(domain.TransferToSend)).Exec(granted); err != nil {
			return nil, err
		}
		return p.Update().SetState(next.State).SetRefusedFor(next.RefusedFor).SetDueOn(*due),
			append(refused, domain.CheckDue(*due, today)...).Err()
	})
}

// change is what a decision writes.
type change interface {
	Exec(ctx context.Context) error
}

// checked has somebody who may check the piece decide on it.
func (s *Service) checked(
	ctx context.Context, act string, id domain.ID,
	decide func(context.Context, *ent.Tx, *ent.Piece) (change, error),
) (*ent.Piece, error) {
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		p, err := tx.Piece.Query().Where(piece.ID(id)).ForUpdate().Only(ctx)
		if err != nil {
			return notFound(err)
		}
		held, at, err := standingOn(ctx, tx, p.ApplicationID)
		if err != nil {
			return err
		}
		granted, by, err := policy.CheckPiece(ctx, held, at)
		if err != nil {
			return err
		}
		update, err := decide(granted, tx, p)
		if err != nil {
			return err
		}
		if err := update.Exec(granted); err != nil {
			return err
		}
		if err := s.afterCheck(granted, tx, p.ApplicationID); err != nil {
			return err
		}
		return s.noteAct(ctx, act, by.Assignment, p.ApplicationID)
	})
	if err != nil {
		return nil, err
	}
	p, err := s.ent.Piece.Query().Where(piece.ID(id)).Only(ctx)
	return p, ent.MaskNotFound(err)
}

// afterCheck does what follows from a piece that was decided on.
func (s *Service) afterCheck(granted context.Context, tx *ent.Tx, id domain.ID) error {
	a, err := tx.Application.Query().Where(application.ID(id)).ForUpdate().Only(granted)
	if err != nil {
		return err
	}
	l, err := s.livingOf(granted, tx, a, auth.FromContext(granted).Today())
	if err != nil {
		return err
	}
	if err := l.completeSingleFile(granted); err != nil {
		return err
	}
	return settleDeadlines(granted, tx, l.life, l.clocks, l.today)
}

// PiecesPath is below which files are fetched.
const PiecesPath = "/pieces/"

// PieceTicket is by which one caller fetches a file.
type PieceTicket struct {
	Path      string
	ExpiresAt time.Time
}

// PieceTicket makes one for the file of a piece that the viewer sees and that is clean;
// nil otherwise.
func (s *Service) PieceTicket(ctx context.Context, id domain.ID) (*PieceTicket, error) {
	file, err := s.cleanFile(ctx, id)
	if err != nil || file == nil {
		return nil, err
	}
	return s.ticketFor(auth.FromContext(ctx), forPiece, PiecesPath, id), nil
}

// cleanFile is the file of a piece, nil unless the viewer sees it and it is clean.
func (s *Service) cleanFile(ctx context.Context, id domain.ID) (*ent.PieceFile, error) {
	file, err := s.ent.PieceFile.Query().Where(
		piecefile.PieceID(id), piecefile.HasPieceWith(piece.ScanEQ(domain.ScanClean)),
	).Only(ctx)
	return file, ent.MaskNotFound(err)
}

// ticketKind says what a ticket is for: one for something else opens nothing.
type ticketKind string

const (
	forPiece        ticketKind = "piece"
	forAccessExport ticketKind = "access export"
)

// ticketFor makes a ticket below a path, good for some minutes.
func (s *Service) ticketFor(v *auth.Viewer, kind ticketKind, path string, id domain.ID) *PieceTicket {
	expires := v.Now.Add(policy.SettingsOn(v.Today()).TicketLife).Truncate(time.Second)
	return &PieceTicket{path + s.ticket(v, kind, id, expires), expires}
}

// ticket names what it is for and the end, and proves that we gave it to that caller.
func (s *Service) ticket(v *auth.Viewer, kind ticketKind, id domain.ID, expires time.Time) string {
	b := binary.BigEndian.AppendUint64([]byte(id), uint64(expires.Unix())) //nolint:gosec // after 1970
	return base64.RawURLEncoding.EncodeToString(append(b, s.keyed(string(kind)+" "+string(s.uploader(v)), string(b))...))
}

// ticketed is what a ticket of that kind is for, while it is good and the viewer's.
func (s *Service) ticketed(v *auth.Viewer, kind ticketKind, ticket string) (domain.ID, error) {
	const idLength, timeLength = 30, 8
	b, err := base64.RawURLEncoding.DecodeString(ticket)
	if v == nil || err != nil || len(b) <= idLength+timeLength {
		return "", unknownTicket()
	}
	id, expires := domain.ID(b[:idLength]), time.Unix(int64(binary.BigEndian.Uint64(b[idLength:])), 0) //nolint:gosec // checked below
	if !hmac.Equal([]byte(s.ticket(v, kind, id, expires)), []byte(ticket)) || !v.Now.Before(expires) {
		return "", unknownTicket()
	}
	return id, nil
}

// OpenPiece opens the file of a ticket, once it is on record that the viewer fetched it.
func (s *Service) OpenPiece(ctx context.Context, ticket, trace string) (*ent.PieceFile, io.ReadCloser, error) {
	id, err := s.ticketed(auth.FromContext(ctx), forPiece, ticket)
	if err != nil {
		return nil, nil, err
	}
	var file *ent.PieceFile
	var looked error
	err = s.RecordReads(ctx, "downloadPiece", trace, func(ctx context.Context) {
		if file, looked = s.cleanFile(ctx, id); file != nil {
			_, looked = s.ent.Application.Query().Where(application.ID(file.ApplicationID)).Only(ctx) // says why it is seen
		}
	})
	if err = errors.Join(looked, err); err != nil {
		return nil, nil, err
	}
	if file == nil {
		return nil, nil, unknownTicket()
	}
	content, err := s.bucket.Read(ctx, file.Name)
	return file, content, err
}
