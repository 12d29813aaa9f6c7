package domain_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/domain"
)

func TestErrorIsItsCodeAndItsCause(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("find reception point: %w", &domain.Error{
		Code: domain.BadRequest, Reason: "BAD_ID", Field: "where.id",
		Message: domain.Text{EN: "The id is wrong.", FR: "L'identifiant est faux."}, Cause: io.ErrUnexpectedEOF,
	})
	if errors.Is(err, domain.NotFound) || errors.Is(err, io.EOF) {
		t.Error("it is another error")
	}
	if !errors.Is(err, domain.BadRequest) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("it is neither its code nor its cause")
	}
	var e *domain.Error
	if !errors.As(err, &e) || e.Field != "where.id" {
		t.Error("it cannot be taken out")
	}
	if got, want := e.Error(), "BAD_REQUEST/BAD_ID where.id: The id is wrong.: unexpected EOF"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	bare := &domain.Error{Code: domain.NotFound}
	if !errors.Is(bare, domain.NotFound) || bare.Error() != "NOT_FOUND" {
		t.Errorf("got %q", bare.Error())
	}
}

func TestCodesAreUnique(t *testing.T) {
	t.Parallel()
	codes := domain.Codes()
	slices.Sort(codes)
	if len(slices.Compact(codes)) != len(domain.Codes()) {
		t.Error("a code is listed twice")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	if err := (domain.Refusals{}).Err(); err != nil {
		t.Errorf("nothing refused, got %v", err)
	}
	refusals := domain.Refusals{
		{Code: domain.Invalid, Field: []string{"weekly", "0"}, Message: domain.Text{EN: "Wrong.", FR: "Faux."}},
		{Code: domain.StaleVersion, Message: domain.Text{EN: "Changed.", FR: "Modifié."}, Conflict: &domain.Conflict{Yours: 1, Theirs: 2}},
	}
	if got, want := refusals.Err().Error(), "INVALID weekly.0: Wrong.; STALE_VERSION: Changed."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	text := refusals[0].Message
	if text.In(domain.English) != "Wrong." || text.In(domain.French) != "Faux." || text.In("DE") != "Faux." || text.String() != "Wrong." {
		t.Errorf("got %+v", text)
	}
}
