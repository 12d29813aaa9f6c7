package service_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/antivirus"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/digitiser"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/piecetransfer"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/service"
)

// now is the agent by the service's clock.
func (l *lab) now(ctx context.Context) context.Context {
	v := *l.agent
	v.Now = l.Service.Now()
	return auth.NewContext(ctx, &v)
}

// active is an application that has its number.
func (l *lab) active(t *testing.T) domain.ID {
	t.Helper()
	id := l.register(t, l.today())
	_, err := l.Service.ValidateApplication(l.on(t.Context(), l.today()), id)
	must(t, err)
	return id
}

// sent sends a file of one page with these words, and returns its ticket.
func (l *lab) sent(t *testing.T, words string) string {
	t.Helper()
	file := fmt.Sprintf("%%PDF-1.4\n1 0 obj\n<</Type/Page>>\nendobj\n%% %s\n%%%%EOF\n", words)
	sum := sha256.Sum256([]byte(file))
	u, err := l.Service.PrepareUpload(l.now(t.Context()), len(file), domain.MediaPDF, hex.EncodeToString(sum[:]))
	must(t, err)
	_, err = l.Service.ReceiveBytes(l.now(t.Context()), u.Ticket, 0, strings.NewReader(file))
	must(t, err)
	return u.Ticket
}

// give gives in a piece with these words, which the antivirus has not seen.
func (l *lab) give(t *testing.T, application domain.ID, words string) domain.ID {
	t.Helper()
	p, _, err := l.Service.DepositPiece(l.now(t.Context()), service.PieceGiven{
		Ticket: l.sent(t, words), Application: application, Point: l.point, Kind: "AVIS_N2",
	})
	must(t, err)
	return p.ID
}

func (l *lab) antivirus(t *testing.T) {
	t.Helper()
	must(t, l.Service.ScanPieces(t.Context(), antivirus.Development{}))
}

// given gives in so many clean pieces.
func (l *lab) given(t *testing.T, application domain.ID, n int) (ids []domain.ID) {
	t.Helper()
	for i := range n {
		ids = append(ids, l.give(t, application, fmt.Sprint("piece ", i)))
	}
	l.antivirus(t)
	return ids
}

// transfers are those of an application, in order.
func (l *lab) transfers(t *testing.T, application domain.ID) []*ent.PieceTransfer {
	t.Helper()
	all, err := l.Client.PieceTransfer.Query().Where(piecetransfer.ApplicationID(application)).Order(piecetransfer.ByID()).All(policy.SendPieces(t.Context()))
	must(t, err)
	return all
}

func statesOf(transfers []*ent.PieceTransfer) string {
	var all []string
	for _, p := range transfers {
		all = append(all, strings.TrimSpace(fmt.Sprint(p.State, " ", valueOr(p.RejectedFor, ""))))
	}
	return strings.Join(all, ", ")
}

func valueOr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

func (l *lab) waiting(t *testing.T, want int) {
	t.Helper()
	n, oldest, connected, err := l.Service.DigitiserWaiting(t.Context())
	if err != nil || n != want || (oldest == nil) != (want == 0) || !connected {
		t.Errorf("%d wait since %v, connected %v, %v; want %d", n, oldest, connected, err, want)
	}
}

const eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`

// What is not clean, or was refused, or is of nobody whom the digitiser could name, is not
// sent.
func TestWhatIsNotSent(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id, pending := l.active(t), l.register(t, l.today())
	ctx := l.now(t.Context())
	unseen := l.give(t, id, "nobody looked at it")
	send := func(want int) {
		t.Helper()
		l.waiting(t, want)
		if sent, refused, err := l.Service.SendPieces(t.Context()); err != nil || sent != want || refused != 0 {
			t.Errorf("%d sent, %d refused, %v; want %d", sent, refused, err, want)
		}
	}
	send(0)
	_, err := l.Service.RefusePiece(ctx, unseen, domain.PieceUnreadable, nil)
	must(t, err)
	l.give(t, id, eicar)
	l.antivirus(t)
	send(0)
	if got := l.transfers(t, id); len(got) != 0 {
		t.Errorf("refused before it was looked at, and infected: %s", statesOf(got))
	}
	refused := l.given(t, id, 1)[0]
	l.waiting(t, 1)
	_, err = l.Service.RefusePiece(ctx, refused, domain.PieceOutdated, nil)
	must(t, err)
	send(0)
	if got := l.transfers(t, id); len(got) != 0 {
		t.Errorf("refused: %s", statesOf(got))
	}
	// Of one without a number it waits for the number.
	l.given(t, pending, 1)
	if got := statesOf(l.transfers(t, pending)); got != "TO_SEND" {
		t.Errorf("without a number: %s", got)
	}
	send(0)
	_, err = l.Service.ValidateApplication(l.on(t.Context(), l.today()), pending)
	must(t, err)
	send(1)
	// What is in the table by mistake is not sent either.
	l.given(t, id, 1)
	for _, mistake := range []string{"scan = 'PENDING'", "scan = 'CLEAN', state = 'REFUSED', refused_for = 'OUTDATED'"} {
		_, err := l.DB.ExecContext(t.Context(), "UPDATE piece SET "+mistake+" WHERE id = (SELECT piece_id FROM piece_transfer WHERE application_id = $1)", id)
		must(t, err)
		send(0)
	}
}

// What is sent is what was given, under the number, and in the single file within 15 days.
func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id := l.active(t)
	number := *l.application(t, id).UniqueNumber
	l.given(t, id, 1)
	_, err := l.Service.DepositUnderNumber(l.now(t.Context()), l.sent(t, "blind"), number, "ID_FR", l.point)
	must(t, err)
	l.antivirus(t)
	if sent, refused, err := l.Service.SendPieces(t.Context()); err != nil || sent != 2 || refused != 0 {
		t.Errorf("%d sent, %d refused, %v", sent, refused, err)
	}
	taken, transfers := l.Digitiser.Taken(), l.transfers(t, id)
	for i, kind := range []domain.PieceCode{"AVIS_N2", "ID_FR"} {
		p, w := taken[i], transfers[i]
		if p.Number != number || p.Kind != kind || p.Type != domain.MediaPDF || p.Reference != w.Reference || strings.Contains(p.Reference, string(id)) ||
			w.Receipt != domain.Stated("R-"+p.Reference) || !w.SentAt.Equal(l.Service.Now()) || w.DueOn != l.today().AddDays(15) {
			t.Errorf("%+v of %+v", p, w)
		}
	}
	var lines int
	must(t, l.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM audit_line WHERE operation = 'sendPiece' AND application_ids = ARRAY[$1]", id).Scan(&lines))
	if lines != 2 {
		t.Errorf("%d lines on record", lines)
	}
}

// Whatever the digitiser does, a piece that it has is sent no more, and what it has not
// waits and is tried again. Pieces are taken meanwhile.
func TestPiecesAreSent(t *testing.T) {
	t.Parallel()
	for _, way := range append(digitiser.Failures(), "") {
		l := newLab(t)
		l.Service.AuditTo(l.Audit, nil)
		id := l.active(t)
		l.given(t, id, 3)
		if way != "" {
			l.Digitiser.Fail(way)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if way == digitiser.Slow { // the run is cut short while the digitiser has the piece
			ctx, cancel = context.WithTimeout(ctx, time.Second)
		}
		defer cancel()
		sent, refused, err := l.Service.SendPieces(ctx)
		want, left := "SENT, SENT, SENT", 0
		switch way {
		case digitiser.Down, digitiser.WrongAnswer, digitiser.AnswerLost:
			want, left = "TO_SEND, SENT, SENT", 1
		case digitiser.Slow:
			want, left = "TO_SEND, TO_SEND, TO_SEND", 3
		case digitiser.Refuses:
			want = "REJECTED OTHER, SENT, SENT"
		default:
		}
		if got := statesOf(l.transfers(t, id)); got != want || sent != strings.Count(want, "SENT") || refused != strings.Count(want, "REJECTED") ||
			(err == nil) != (left == 0 && refused == 0) {
			t.Errorf("%s: %s, %d sent, %d refused, %v", way, got, sent, refused, err)
		}
		l.waiting(t, left)
		if left > 0 {
			first := l.transfers(t, id)[0]
			if first.Tries != 1 || !first.NextTry.After(l.Service.Now()) {
				t.Errorf("%s: tried %d times, next at %s", way, first.Tries, first.NextTry)
			}
			// It is not tried at once, and others are.
			l.given(t, id, 1)
			if sent, _, err := l.Service.SendPieces(t.Context()); err != nil || sent != left {
				t.Errorf("%s: at once again: %d, %v, want %d", way, sent, err, left)
			}
			l.Ahead.Add(int64(2 * time.Minute))
			if sent, _, err := l.Service.SendPieces(t.Context()); err != nil || sent != 1 {
				t.Errorf("%s: later: %d, %v", way, sent, err)
			}
			if want := 1 + btoi(way == digitiser.AnswerLost); l.Digitiser.Arrived(first.Reference) != want {
				t.Errorf("%s: arrived %d times, want %d", way, l.Digitiser.Arrived(first.Reference), want)
			}
		}
		once := map[string]bool{}
		for _, p := range l.Digitiser.Taken() {
			once[p.Reference] = true
		}
		if all := len(l.transfers(t, id)) - refused; len(l.Digitiser.Taken()) != all || len(once) != all {
			t.Errorf("%s: %d taken, %d references, want %d", way, len(l.Digitiser.Taken()), len(once), all)
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Where nobody answers a run asks no more, and where the storage is gone nothing is lost.
func TestNobodyAnswers(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id := l.active(t)
	l.given(t, id, 5)
	l.Digitiser.Fail(digitiser.Down, digitiser.Down, digitiser.Down)
	tried := func() (n int) {
		for _, p := range l.transfers(t, id) {
			n += p.Tries
		}
		return n
	}
	if sent, _, err := l.Service.SendPieces(t.Context()); err == nil || sent != 0 || tried() != 3 {
		t.Errorf("%d sent, %d tries, %v", sent, tried(), err)
	}
	must(t, os.Rename(l.Storage+"/pieces", l.Storage+"/elsewhere"))
	if sent, _, err := l.Service.SendPieces(t.Context()); err == nil || sent != 0 || tried() != 5 {
		t.Errorf("%d sent, %d tries, %v", sent, tried(), err)
	}
	must(t, os.Rename(l.Storage+"/elsewhere", l.Storage+"/pieces"))
	l.waiting(t, 5)
	l.Ahead.Add(int64(2 * time.Minute))
	if sent, _, err := l.Service.SendPieces(t.Context()); err != nil || sent != 5 {
		t.Errorf("%d sent, %v", sent, err)
	}
}

// Two runs at once send each piece once.
func TestTwoRunsSendOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id := l.active(t)
	l.given(t, id, 12)
	other := l.Another(t)
	other.Service.AuditTo(other.Audit, nil)
	var runs sync.WaitGroup
	var counts [2]int
	for i, s := range []*service.Service{l.Service, other.Service} {
		runs.Go(func() {
			sent, _, err := s.SendPieces(t.Context())
			if counts[i] = sent; err != nil {
				t.Error(err)
			}
		})
	}
	runs.Wait()
	if counts[0]+counts[1] != 12 {
		t.Errorf("%v sent", counts)
	}
	for _, p := range l.Digitiser.Taken() {
		if n := l.Digitiser.Arrived(p.Reference); n != 1 {
			t.Errorf("%s arrived %d times", p.Reference, n)
		}
	}
}

// What the digitiser tells is noted once, whatever becomes of the call.
func TestDigitiserIsHeard(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id := l.active(t)
	l.given(t, id, 5)
	l.Digitiser.Reject("", digitiser.CodeUnreadable, digitiser.CodeNotOnList, digitiser.CodeOutdated, "AUTRE")
	l.Digitiser.Fail(digitiser.AnswerLost) // it has the first, and we do not know
	if sent, _, err := l.Service.SendPieces(t.Context()); err == nil || sent != 4 {
		t.Errorf("%d sent, %v", sent, err)
	}
	for _, way := range []digitiser.Failure{digitiser.Down, digitiser.WrongAnswer, digitiser.AnswerLost, digitiser.Refuses} {
		l.Digitiser.Fail(way)
		if filed, rejected, err := l.Service.HearDigitiser(t.Context()); err == nil || filed+rejected != 0 {
			t.Errorf("%s: %d filed, %d rejected, %v", way, filed, rejected, err)
		}
	}
	l.Digitiser.Fail(digitiser.Twice, digitiser.Down) // the first is noted, and told again
	if filed, rejected, err := l.Service.HearDigitiser(t.Context()); err == nil || filed+rejected != 0 {
		t.Errorf("%d filed, %d rejected, %v", filed, rejected, err)
	}
	filed, rejected, err := l.Service.HearDigitiser(t.Context())
	if filed != 0 || rejected != 4 || err == nil || !strings.Contains(err.Error(), `"AUTRE"`) {
		t.Errorf("%d filed, %d rejected, %v", filed, rejected, err)
	}
	if got := statesOf(l.transfers(t, id)); got != "ACKNOWLEDGED, REJECTED UNREADABLE, REJECTED NOT_ON_LIST, REJECTED OUTDATED, REJECTED OTHER" {
		t.Error(got)
	}
	if filed, rejected, err := l.Service.HearDigitiser(t.Context()); filed+rejected != 0 || err != nil {
		t.Errorf("told again: %d filed, %d rejected, %v", filed, rejected, err)
	}
	var lines int
	must(t, l.DB.QueryRowContext(t.Context(), "SELECT count(*) FROM audit_line WHERE operation = 'hearDigitiser'").Scan(&lines))
	if lines != 5 {
		t.Errorf("%d lines on record", lines)
	}
}

// Without a digitiser pieces are taken, and wait.
func TestNoDigitiser(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil).DigitisedBy(nil)
	id := l.active(t)
	l.given(t, id, 2)
	n, oldest, connected, err := l.Service.DigitiserWaiting(t.Context())
	if err != nil || n != 2 || oldest == nil || !oldest.Equal(l.Service.Now()) || connected {
		t.Errorf("%d wait since %v, connected %v, %v", n, oldest, connected, err)
	}
	if _, _, err := l.Service.SendPieces(t.Context()); err == nil {
		t.Error("sent to nobody")
	}
	if _, _, err := l.Service.HearDigitiser(t.Context()); err == nil {
		t.Error("heard nobody")
	}
	if got := statesOf(l.transfers(t, id)); got != "TO_SEND, TO_SEND" {
		t.Error(got)
	}
}

// When a piece is sent once more, and under which reference.
func TestResend(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id := l.active(t)
	const wait = 240 * time.Hour
	for name, c := range map[string]struct {
		transfer, piece string
		after           time.Duration
		refused, anew   bool
	}{
		"it waits":                         {transfer: "state = 'TO_SEND'", refused: true},
		"it was just sent":                 {transfer: "state = 'SENT', sent_at = $2", refused: true},
		"it was sent nearly ten days ago":  {transfer: "state = 'SENT', sent_at = $2", after: wait - time.Second, refused: true},
		"it was sent ten days ago":         {transfer: "state = 'SENT', sent_at = $2", after: wait},
		"it is filed":                      {transfer: "state = 'ACKNOWLEDGED', sent_at = $2, settled_at = $2", after: 2 * wait, refused: true},
		"it was rejected":                  {transfer: "state = 'REJECTED', rejected_for = 'OTHER', sent_at = $2, settled_at = $2", anew: true},
		"it was rejected and then refused": {transfer: "state = 'REJECTED', rejected_for = 'OTHER', sent_at = $2, settled_at = $2", piece: "state = 'REFUSED', refused_for = 'OUTDATED'", refused: true},
		"nobody looked at it":              {transfer: "state = 'REJECTED', rejected_for = 'OTHER', sent_at = $2, settled_at = $2", piece: "scan = 'PENDING'", refused: true},
	} {
		of := l.given(t, id, 1)[0]
		at := l.Service.Now().Add(-c.after)
		set := func(query string, args ...any) {
			t.Helper()
			_, err := l.DB.ExecContext(t.Context(), query, args...)
			must(t, err)
		}
		args := []any{of}
		if strings.Contains(c.transfer, "$2") {
			args = append(args, at)
		}
		set("UPDATE piece_transfer SET tries = 7, "+c.transfer+" WHERE piece_id = $1", args...)
		if c.piece != "" {
			set("UPDATE piece SET "+c.piece+" WHERE id = $1", of)
		}
		read := func() *ent.PieceTransfer {
			p, err := l.Client.PieceTransfer.Query().Where(piecetransfer.PieceID(of)).Only(policy.SendPieces(t.Context()))
			must(t, err)
			return p
		}
		before := read()
		_, err := l.Service.ResendPiece(l.now(t.Context()), of)
		now := read()
		set("UPDATE piece SET scan = 'CLEAN' WHERE id = $1", of)
		var refused domain.Refusals
		if c.refused {
			if !errors.As(err, &refused) || refused[0].Code != domain.IllegalTransition || refused[0].Message.FR == "" || now.State != before.State || now.Tries != 7 {
				t.Errorf("%s: %v, %s", name, err, now.State)
			}
			continue
		}
		if err != nil || now.State != domain.TransferToSend || now.Tries != 0 || now.DueOn != before.DueOn || (now.Reference != before.Reference) != c.anew {
			t.Errorf("%s: %v, %+v", name, err, now)
		}
	}
	if _, err := l.Service.ResendPiece(l.now(t.Context()), domain.NewID(domain.PiecePrefix, testapi.Now)); err == nil {
		t.Error("a piece that is not there")
	}
}

// What was sent is sent again and filed once: the digitiser knows the reference. What was
// rejected is another sending.
func TestResentPieces(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id := l.active(t)
	pieces := l.given(t, id, 2)
	l.Digitiser.Reject("", digitiser.CodeUnreadable)
	round := func(want string) {
		t.Helper()
		_, _, err := l.Service.SendPieces(t.Context())
		must(t, err)
		_, _, err = l.Service.HearDigitiser(t.Context())
		must(t, err)
		if got := statesOf(l.transfers(t, id)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	round("ACKNOWLEDGED, REJECTED UNREADABLE")
	// Of the first the outcome was lost on its way.
	_, err := l.DB.ExecContext(t.Context(), "UPDATE piece_transfer SET state = 'SENT', settled_at = NULL WHERE piece_id = $1", pieces[0])
	must(t, err)
	round("SENT, REJECTED UNREADABLE")
	l.Ahead.Add(int64(241 * time.Hour))
	for _, p := range pieces {
		_, err := l.Service.ResendPiece(l.now(t.Context()), p)
		must(t, err)
	}
	round("ACKNOWLEDGED, ACKNOWLEDGED")
	if taken := l.Digitiser.Taken(); len(taken) != 3 || l.Digitiser.Arrived(taken[0].Reference) != 2 {
		t.Errorf("%d taken, the first arrived %d times", len(taken), l.Digitiser.Arrived(taken[0].Reference))
	}
}

// Erased, nothing of it is left to send, and what is told of it later is of nobody.
func TestErasureForgetsTransfers(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id := l.active(t)
	l.given(t, id, 2)
	l.Digitiser.Fail("", digitiser.Down)
	if sent, _, err := l.Service.SendPieces(t.Context()); err == nil || sent != 1 {
		t.Errorf("%d sent, %v", sent, err)
	}
	again, err := l.Service.EraseAgain(t.Context(), service.Erasure{ApplicationID: id, ErasedOn: l.today(), RemovedFor: domain.RemovedWithdrawn})
	if err != nil || !again {
		t.Fatal(again, err)
	}
	if got := l.transfers(t, id); len(got) != 0 {
		t.Errorf("%d left", len(got))
	}
	l.waiting(t, 0)
	for range 2 {
		if filed, rejected, err := l.Service.HearDigitiser(t.Context()); err != nil || filed+rejected != 0 {
			t.Errorf("%d filed, %d rejected, %v", filed, rejected, err)
		}
	}
	if told, err := l.Digitiser.Outcomes(t.Context()); err != nil || len(told) != 0 {
		t.Errorf("%v is told for ever, %v", told, err)
	}
}
