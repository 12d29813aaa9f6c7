package service_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/registryevent"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/registry"
	"github.com/guichet-logement/guichet/registryfile"
	"github.com/guichet-logement/guichet/service"
)

func (l *lab) today() domain.Date { return domain.DateOf(testapi.Now) }

// events are what the registry is to be told of an application, in order.
func (l *lab) events(t *testing.T, id domain.ID) []*ent.RegistryEvent {
	t.Helper()
	all, err := l.Client.RegistryEvent.Query().Where(registryevent.ApplicationID(id)).Order(registryevent.ByID()).All(policy.TellRegistry(t.Context()))
	must(t, err)
	return all
}

func (l *lab) application(t *testing.T, id domain.ID) *ent.Application {
	t.Helper()
	a, err := l.Client.Application.Query().Where(application.ID(id)).Only(policy.TellRegistry(t.Context()))
	must(t, err)
	return a
}

func kinds(events []*ent.RegistryEvent) string {
	var all []string
	for _, e := range events {
		all = append(all, string(e.Kind)+" "+string(e.State))
	}
	return strings.Join(all, ", ")
}

// Whatever the registry does, an application that it gives no number waits as it was, and
// one that waited has one number in the end.
func TestNoSecondNumber(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, way := range registry.Failures() {
		id := l.register(t, l.today())
		given := len(l.Registry.Given())
		ctx, cancel := context.WithTimeout(l.on(t.Context(), l.today()), 20*time.Second)
		defer cancel()
		before := l.application(t, id)
		l.Registry.Fail(way)
		_, err := l.Service.ValidateApplication(ctx, id)
		want := map[registry.Failure]domain.RefusalCode{
			registry.Down: domain.RegistryUnavailable, registry.Slow: domain.RegistryUnavailable, registry.WrongAnswer: domain.RegistryUnavailable,
			registry.AnswerLost: domain.RegistryUnavailable, registry.Refuses: domain.RegistryRefuses,
		}[way]
		if want != "" {
			var refused domain.Refusals
			if !errors.As(err, &refused) || len(refused) != 1 || refused[0].Code != want || refused[0].Help.FR == "" {
				t.Errorf("%s: %v", way, err)
			}
			if now := l.application(t, id); now.State != domain.ApplicationPending || now.UniqueNumber != nil || now.Version != before.Version {
				t.Errorf("%s: %s, version %d", way, now.State, now.Version)
			}
			if events := l.events(t, id); len(events) != 0 {
				t.Errorf("%s: %s", way, kinds(events))
			}
			_, err = l.Service.ValidateApplication(ctx, id)
		}
		must(t, err)
		now := l.application(t, id)
		if now.State != domain.ApplicationActive || now.UniqueNumber == nil || len(l.Registry.Given()) != given+1 || l.Registry.Given()[*now.UniqueNumber] != id {
			t.Errorf("%s: %s, %d numbers", way, now.State, len(l.Registry.Given())-given)
		}
		if got := kinds(l.events(t, id)); got != "CRE TO_SEND" {
			t.Errorf("%s: %s", way, got)
		}
	}
}

// A number is asked for where the step is open alone.
func TestNoNumberWithoutNeed(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ctx := l.on(t.Context(), l.today())
	id := l.register(t, l.today())
	_, err := l.Service.RejectApplication(ctx, id, domain.RejectedUnreadable)
	must(t, err)
	if _, err := l.Service.ValidateApplication(ctx, id); err == nil || len(l.Registry.Given()) != 0 || len(l.events(t, id)) != 0 {
		t.Errorf("%v, %v", err, l.Registry.Given())
	}
	l.Service.NumberedBy(nil, "G0000")
	var failed *domain.Error
	if _, err := l.Service.ValidateApplication(ctx, l.register(t, l.today())); !errors.As(err, &failed) || failed.Reason != "NO_REGISTRY" {
		t.Error(err)
	}
	if _, _, err := l.Service.AuditTo(l.Audit, nil).TellRegistry(t.Context()); err == nil {
		t.Error("nobody is told")
	}
}

// lived has an application pass through what the registry is told of.
func (l *lab) lived(t *testing.T) domain.ID {
	t.Helper()
	ctx := l.on(t.Context(), l.today())
	id := l.register(t, l.today())
	_, err := l.Service.ValidateApplication(ctx, id)
	must(t, err)
	_, err = l.Service.CorrectApplication(ctx, id, service.Correction{
		Versions:              &domain.GroupVersions{Identity: l.application(t, id).Version},
		ApplicationCorrection: domain.ApplicationCorrection{Names: &domain.NamesForm{GivenNames: "Ana Maria", BirthName: "Costa"}},
	})
	must(t, err)
	_, err = l.Service.RemoveApplication(ctx, id, domain.RemovedWithdrawn)
	must(t, err)
	return id
}

// The registry is told each act once and in its order, whatever it does meanwhile.
func TestRegistryIsTold(t *testing.T) {
	t.Parallel()
	for _, way := range append(registry.Failures(), "") {
		l := newLab(t)
		l.Service.AuditTo(l.Audit, nil)
		id := l.lived(t)
		if got := kinds(l.events(t, id)); got != "CRE TO_SEND, MOD TO_SEND, RAD TO_SEND" {
			t.Fatal(got)
		}
		if n, oldest, err := l.Service.RegistryWaiting(t.Context()); err != nil || n != 3 || oldest == nil || !oldest.Equal(l.Service.Now()) {
			t.Errorf("%d wait since %v, %v", n, oldest, err)
		}
		if way != "" {
			l.Registry.Fail(way)
		}
		taken, refused, err := l.Service.TellRegistry(t.Context())
		switch way {
		case registry.Down, registry.Slow, registry.WrongAnswer, registry.AnswerLost:
			// The second waits for the first, and both for their time.
			first := l.events(t, id)[0]
			if err == nil || taken+refused != 0 || first.Tries != 1 || !first.NextTry.After(l.Service.Now()) {
				t.Errorf("%s: %d taken, %d refused, %v", way, taken, refused, err)
			}
			if taken, refused, err := l.Service.TellRegistry(t.Context()); err != nil || taken+refused != 0 {
				t.Errorf("%s: at once again: %d, %v", way, taken, err)
			}
			l.Ahead.Add(int64(2 * time.Minute))
			taken, refused, err = l.Service.TellRegistry(t.Context())
			fallthrough
		case registry.Twice, "":
			if err != nil || taken != 3 || refused != 0 {
				t.Errorf("%s: %d taken, %d refused, %v", way, taken, refused, err)
			}
			if got := kinds(l.events(t, id)); got != "CRE ACKNOWLEDGED, MOD ACKNOWLEDGED, RAD ACKNOWLEDGED" {
				t.Errorf("%s: %s", way, got)
			}
			l.checkTold(t, id)
		case registry.Refuses:
			if got := l.events(t, id); err != nil || taken != 2 || refused != 1 || kinds(got) != "CRE REJECTED, MOD ACKNOWLEDGED, RAD ACKNOWLEDGED" || got[0].RejectedFor != "REFUSES" {
				t.Errorf("%s: %s, %v", way, kinds(got), err)
			}
		}
		if n, oldest, err := l.Service.RegistryWaiting(t.Context()); err != nil || n != 0 || oldest != nil {
			t.Errorf("%s: %d wait since %v, %v", way, n, oldest, err)
		}
	}
}

// checkTold looks at what the registry was told of an application that was removed.
func (l *lab) checkTold(t *testing.T, id domain.ID) {
	t.Helper()
	var views []registryfile.View
	var types []registryfile.FileType
	for _, received := range l.Registry.Received() {
		r, err := registryfile.NewReader(strings.NewReader(string(received.File)), registryfile.Options{})
		must(t, err)
		record, reject, err := r.Next()
		if err != nil || reject != nil {
			t.Fatal(reject, err)
		}
		views, types = append(views, record.View()), append(types, r.Header().Type)
	}
	if !slices.Equal(types, []registryfile.FileType{registryfile.Creation, registryfile.Change, registryfile.Removal}) {
		t.Fatal(types)
	}
	number := *l.application(t, id).UniqueNumber
	if v := views[0]; v.Number != number || v.CreatedOn != l.today() || v.Applicant.Name != "Costa" || v.Applicant.GivenNames != "Ana Maria" ||
		v.Applicant.BornOn != domain.NewDate(1990, 4, 12) || v.Applicant.Address.PostalCode != "38000" || !slices.Equal(v.Wishes, []domain.InseeCode{"38185"}) ||
		!slices.Equal(v.Typologies, []string{"T2"}) || !slices.Equal(v.Reasons, []string{"01"}) || !slices.Equal(v.Housing.Modes, []string{"CP"}) {
		t.Errorf("%+v", v)
	}
	if v := views[2]; v.Number != number || v.RemovedFor != "RADABA" || v.Applicant.Name != "" {
		t.Errorf("%+v", v)
	}
}

// What others did is done here once, and not told back.
func TestRegistryIsHeard(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	ctx := l.on(t.Context(), l.today())
	var ids []domain.ID
	for range 3 {
		id := l.register(t, l.today())
		_, err := l.Service.ValidateApplication(ctx, id)
		must(t, err)
		ids = append(ids, id)
	}
	number := func(i int) domain.UniqueNumber { return *l.application(t, ids[i]).UniqueNumber }
	for _, n := range []registry.Notice{
		{ID: "1", Kind: registry.NoticeRemoved, Number: number(0), Reason: domain.RemovedHoused},
		{ID: "2", Kind: registry.NoticeRenewal, Number: number(1)},
		{ID: "3", Kind: registry.NoticeRemoved, Number: number(2), Reason: domain.RemovedNotRenewed}, // not today
		{ID: "4", Kind: registry.NoticeRemoved, Number: "0380326012345G9999", Reason: domain.RemovedHoused},
		{ID: "5", Kind: "OTHER", Number: number(1)},
	} {
		l.Registry.Notify(n)
	}
	l.Registry.Fail(registry.Down)
	if done, left, err := l.Service.HearRegistry(t.Context()); err == nil || done+left != 0 {
		t.Errorf("%d, %d, %v", done, left, err)
	}
	l.Registry.Fail(registry.Twice, registry.AnswerLost, registry.Down)
	if done, _, err := l.Service.HearRegistry(t.Context()); err == nil || done != 0 {
		t.Errorf("%d, %v", done, err)
	}
	if done, _, err := l.Service.HearRegistry(t.Context()); err == nil || done != 0 {
		t.Errorf("%d, %v", done, err)
	}
	done, left, err := l.Service.HearRegistry(t.Context())
	if err != nil || done != 1 || left != 3 {
		t.Errorf("%d done, %d left, %v", done, left, err)
	}
	if a := l.application(t, ids[0]); a.State != domain.ApplicationRemoved {
		t.Error(a.State)
	}
	for i, want := range []string{"CRE TO_SEND", "CRE TO_SEND", "CRE TO_SEND"} {
		if got := kinds(l.events(t, ids[i])); got != want {
			t.Errorf("%d: %s", i, got)
		}
	}
	summary, err := l.Client.ApplicationSummary.Query().All(policy.TellRegistry(t.Context()))
	must(t, err)
	noticed := 0
	for _, s := range summary {
		if s.NoticedOn != nil && slices.Contains(ids, s.ApplicationID) {
			noticed++
		}
	}
	if noticed != 1 {
		t.Errorf("%d were told to renew", noticed)
	}
}

// What is exported is noted as sent once the file is whole, and not before.
func TestRegistryExport(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.Service.AuditTo(l.Audit, nil)
	id, other := l.lived(t), l.lived(t)
	folder := t.TempDir()
	closed, err := os.Create(filepath.Join(folder, "closed"))
	must(t, err)
	must(t, closed.Close())
	if n, err := l.Service.ExportRegistry(t.Context(), closed, domain.RegistryCreated); err == nil || n != 0 || kinds(l.events(t, id)) != "CRE TO_SEND, MOD TO_SEND, RAD TO_SEND" {
		t.Errorf("%d, %v: %s", n, err, kinds(l.events(t, id)))
	}
	path := filepath.Join(folder, "CRE.xml")
	for i, want := range []int{2, 0} {
		file, err := os.Create(path + strings.Repeat("2", i))
		must(t, err)
		if n, err := l.Service.ExportRegistry(t.Context(), file, domain.RegistryCreated); err != nil || n != want {
			t.Errorf("%d, %v", n, err)
		}
		must(t, file.Close())
	}
	for _, id := range []domain.ID{id, other} {
		if got := kinds(l.events(t, id)); got != "CRE SENT, MOD TO_SEND, RAD TO_SEND" {
			t.Error(got)
		}
	}
	file, err := os.Open(path)
	must(t, err)
	defer file.Close()
	r, err := registryfile.NewReader(file, registryfile.Options{})
	must(t, err)
	for range 2 {
		if record, reject, err := r.Next(); err != nil || reject != nil || record.View().Number == "" {
			t.Error(reject, err)
		}
	}
	if _, _, err := r.Next(); err == nil || !r.Complete() {
		t.Error(err)
	}
}

// Nobody reads here what the registry is told: an agent who did the act finds nothing.
func TestNobodyReadsRegistryEvents(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	id := l.lived(t)
	if len(l.events(t, id)) != 3 {
		t.Fatal("there are none")
	}
	if all, err := l.Client.RegistryEvent.Query().All(l.on(t.Context(), l.today())); err != nil || len(all) != 0 {
		t.Errorf("%d events, %v", len(all), err)
	}
	if all, err := l.Client.RegistryEvent.Query().All(t.Context()); err == nil {
		t.Errorf("%d events without a viewer", len(all))
	}
}
