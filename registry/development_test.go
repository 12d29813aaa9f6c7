package registry_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/registry"
)

var deposited = domain.NewDate(2026, 3, 16)

func TestWhatIsNoRegistry(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{{"", "038", "G0000"}, {"https://sne.example", "038", "G0000"}, {"development", "38", "G0000"}, {"development", "038", "G00000"}} {
		if r, err := registry.Parse(c[0], c[1], c[2]); err == nil || r != nil {
			t.Errorf("%q: %v", c, err)
		}
	}
	if _, err := registry.Parse("development", "038", "G0000"); err != nil {
		t.Error(err)
	}
}

// Whatever goes wrong, an application has one number, and nobody else has it.
func TestOneNumberEach(t *testing.T) {
	t.Parallel()
	for _, way := range registry.Failures() {
		d := registry.NewDevelopment("038", "G0000")
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		d.Fail(way)
		first, err := d.Number(ctx, "app_1", deposited)
		var refused *registry.RefusalError
		switch way {
		case registry.Twice:
			if err != nil {
				t.Errorf("%s: %v", way, err)
			}
		case registry.WrongAnswer:
			if _, bad := domain.ParseUniqueNumber(string(first)); err != nil || bad == nil {
				t.Errorf("%s: %q, %v", way, first, err)
			}
		default:
			if err == nil || first != "" || errors.As(err, &refused) != (way == registry.Refuses) || errors.Is(err, context.DeadlineExceeded) != (way == registry.Slow) {
				t.Errorf("%s: %q, %v", way, first, err)
			}
		}
		again, err := d.Number(t.Context(), "app_1", deposited)
		if _, bad := domain.ParseUniqueNumber(string(again)); err != nil || bad != nil || !strings.HasPrefix(string(again), "0380326") || !strings.HasSuffix(string(again), "G0000") {
			t.Errorf("%s: %q, %v, %v", way, again, err, bad)
		}
		if way == registry.Twice && first != again || len(d.Given()) != 1 || d.Given()[again] != "app_1" {
			t.Errorf("%s: given %v", way, d.Given())
		}
		restarted, err := registry.NewDevelopment("038", "G0000").Number(t.Context(), "app_1", deposited)
		if err != nil || restarted != again {
			t.Errorf("after a restart %q, %v", restarted, err)
		}
	}
}

func TestWhatIsReceived(t *testing.T) {
	t.Parallel()
	d := registry.NewDevelopment("038", "G0000")
	const file = `<interfaceNuu versionInterface="02.01" xmlns="http://nuu.application.i2/"><entete><typeFichier code="SUP"/>` +
		`<dateFichier>2026-03-16T09:30:00.000+01:00</dateFichier><numGuichet>G0000</numGuichet></entete>` +
		`<demande><demandeLogement><numUnique>0380326012345G0000</numUnique></demandeLogement></demande></interfaceNuu>`
	for bad, code := range map[string]string{
		"": "NOT_XML", "<a/>": "NOT_THIS_FORMAT", strings.Replace(file, "0380326", "0389926", 1): "BAD_NUMBER",
	} {
		var refused *registry.RefusalError
		if err := d.Receive(t.Context(), "rev_1", []byte(bad)); !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%q: %v, want %s", bad, err, code)
		}
	}
	d.Fail(registry.AnswerLost, registry.WrongAnswer, registry.Twice)
	for i := range 4 {
		if err := d.Receive(t.Context(), "rev_1", []byte(file)); (err == nil) != (i >= 2) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if got := d.Received(); len(got) != 1 || got[0].Event != "rev_1" || string(got[0].File) != file {
		t.Errorf("%d received", len(got))
	}
}

func TestNotices(t *testing.T) {
	t.Parallel()
	d := registry.NewDevelopment("038", "G0000")
	d.Notify(registry.Notice{ID: "1", Kind: registry.NoticeRemoved, Number: "0380326012345G0000", Reason: domain.RemovedHoused})
	d.Notify(registry.Notice{ID: "2", Kind: registry.NoticeRenewal, Number: "0380326012345G0000"})
	d.Fail(registry.Down, registry.WrongAnswer, registry.Twice)
	for _, want := range []int{0, 0, 4, 2} {
		if got, err := d.Notices(t.Context()); len(got) != want || (err != nil) != (want == 0) {
			t.Errorf("%d notices, %v, want %d", len(got), err, want)
		}
	}
	d.Fail(registry.AnswerLost, registry.WrongAnswer)
	for i := range 3 {
		if err := d.Took(t.Context(), "1"); (err == nil) != (i == 2) {
			t.Errorf("call %d: %v", i, err)
		}
	}
	if got, err := d.Notices(t.Context()); err != nil || len(got) != 1 || got[0].ID != "2" {
		t.Errorf("%v, %v", got, err)
	}
}
