package digitiser_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/guichet-logement/guichet/digitiser"
	"github.com/guichet-logement/guichet/domain"
)

const content = "the notice"

func notice(reference string) digitiser.Piece {
	return digitiser.Piece{
		Reference: reference, Number: "0380326012345G0000", Kind: "AVIS_N2", Type: domain.MediaPDF, Size: len(content),
		SHA256: "545caddfd503947f8df7a298f35e0664e2f99f008132615d1df4817ddb6b7c20",
	}
}

func TestWhatIsNoDigitiser(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"", "none", "https://digitiser.example"} {
		if d, err := digitiser.Parse(where); err == nil || d != nil {
			t.Errorf("%q is one: %v", where, err)
		}
	}
	if _, err := digitiser.Parse("development"); err != nil {
		t.Error(err)
	}
	for code, want := range map[string]domain.PieceTransferRejection{
		"": domain.TransferOther, "obsolete": domain.TransferOther, digitiser.CodeUnreadable: domain.TransferUnreadable,
		digitiser.CodeNotOnList: domain.TransferNotOnList, digitiser.CodeOutdated: domain.TransferOutdated,
	} {
		if got := digitiser.Reason(code); got != want {
			t.Errorf("%q is %s", code, got)
		}
	}
}

var errCut = errors.New("the storage is gone")

// What is not what was told of it, or breaks off, is not taken.
func TestWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	d := digitiser.NewDevelopment()
	longer, other := notice("r"), notice("r")
	longer.Size++
	other.SHA256 = strings.Repeat("a", 64)
	for name, p := range map[string]digitiser.Piece{"longer": longer, "other": other} {
		if receipt, err := d.Send(t.Context(), p, strings.NewReader(content)); err == nil || receipt != "" {
			t.Errorf("%s: %q", name, receipt)
		}
	}
	if _, err := d.Send(t.Context(), notice("r"), iotest.ErrReader(errCut)); !errors.Is(err, errCut) {
		t.Error(err)
	}
	if got := d.Taken(); len(got) != 0 {
		t.Errorf("taken: %v", got)
	}
	if _, err := d.Send(t.Context(), notice("r"), strings.NewReader(content)); err != nil {
		t.Error(err)
	}
	another := notice("r")
	another.Kind = "ID_FR"
	if _, err := d.Send(t.Context(), another, strings.NewReader(content)); err == nil {
		t.Error("another piece under the same reference")
	}
}

// Whatever goes wrong, a piece is taken once, and has one receipt.
func TestOncePerReference(t *testing.T) {
	t.Parallel()
	for _, way := range digitiser.Failures() {
		d := digitiser.NewDevelopment()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		d.Fail(way)
		first, err := d.Send(ctx, notice("r"), strings.NewReader(content))
		var refused *digitiser.RefusalError
		if (err == nil) != (way == digitiser.Twice) || (first == "") != (err != nil) ||
			errors.As(err, &refused) != (way == digitiser.Refuses) || errors.Is(err, context.DeadlineExceeded) != (way == digitiser.Slow) {
			t.Errorf("%s: %q, %v", way, first, err)
		}
		again, err := d.Send(t.Context(), notice("r"), strings.NewReader(content))
		if err != nil || again == "" || first != "" && first != again || len(d.Taken()) != 1 {
			t.Errorf("%s: %q after %q, %v, taken %v", way, again, first, err, d.Taken())
		}
	}
}

func TestOutcomes(t *testing.T) {
	t.Parallel()
	d := digitiser.NewDevelopment()
	d.Reject("", digitiser.CodeUnreadable)
	for _, r := range []string{"a", "b", "c"} {
		if _, err := d.Send(t.Context(), notice(r), strings.NewReader(content)); err != nil {
			t.Fatal(err)
		}
	}
	d.Fail(digitiser.Down, digitiser.WrongAnswer, digitiser.Refuses, digitiser.AnswerLost, digitiser.Twice)
	for _, want := range []int{0, 0, 0, 0, 6, 3} {
		if got, err := d.Outcomes(t.Context()); len(got) != want || (err != nil) != (want == 0) {
			t.Errorf("%d outcomes, %v, want %d", len(got), err, want)
		}
	}
	got, err := d.Outcomes(t.Context())
	if err != nil || got[0] != (digitiser.Outcome{Reference: "a"}) || got[1] != (digitiser.Outcome{Reference: "b", Code: digitiser.CodeUnreadable}) {
		t.Errorf("%v, %v", got, err)
	}
	d.Fail(digitiser.WrongAnswer, digitiser.AnswerLost)
	for i := range 3 {
		if err := d.Took(t.Context(), "b"); (err == nil) != (i == 2) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if got, err := d.Outcomes(t.Context()); err != nil || len(got) != 2 {
		t.Errorf("%v, %v", got, err)
	}
	// What is sent again is told again.
	if _, err := d.Send(t.Context(), notice("b"), strings.NewReader(content)); err != nil || d.Arrived("b") != 2 {
		t.Error(err)
	}
	if got, err := d.Outcomes(t.Context()); err != nil || len(got) != 3 || got[2].Code != digitiser.CodeUnreadable {
		t.Errorf("%v, %v", got, err)
	}
}
