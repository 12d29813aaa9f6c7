package domain_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func TestPartnerAppSettings(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	good := func() domain.PartnerAppSettings {
		return domain.PartnerAppSettings{Name: "Carte", Scopes: []domain.AppScope{domain.StockScope}, ValidUntil: today.AddDays(1)}
	}
	many := func(n int) []string { return strings.Split(strings.Repeat("a ", n-1)+"a", " ") }
	for name, c := range map[string]struct {
		change func(*domain.PartnerAppSettings)
		field  string
	}{
		"no name":               {func(s *domain.PartnerAppSettings) { s.Name = " " }, "name"},
		"name on two lines":     {func(s *domain.PartnerAppSettings) { s.Name = "a\nb" }, "name"},
		"long name":             {func(s *domain.PartnerAppSettings) { s.Name = strings.Repeat("é", domain.MaxAppName+1) }, "name"},
		"no scope":              {func(s *domain.PartnerAppSettings) { s.Scopes = nil }, "scopes"},
		"scope twice":           {func(s *domain.PartnerAppSettings) { s.Scopes = append(s.Scopes, domain.StockScope) }, "scopes.1"},
		"over today":            {func(s *domain.PartnerAppSettings) { s.ValidUntil = today }, "validUntil"},
		"for ever":              {func(s *domain.PartnerAppSettings) { s.ValidUntil = today.AddDays(domain.MaxAppDays + 1) }, "validUntil"},
		"operation in capitals": {func(s *domain.PartnerAppSettings) { s.Operations = []string{strings.Repeat("A", 64)} }, "operations.0"},
		"too many operations":   {func(s *domain.PartnerAppSettings) { s.Operations = many(201) }, "operations"},
		"any origin":            {func(s *domain.PartnerAppSettings) { s.Origins = []string{"*"} }, "origins.0"},
		"null origin":           {func(s *domain.PartnerAppSettings) { s.Origins = []string{"null"} }, "origins.0"},
		"origin with a user":    {func(s *domain.PartnerAppSettings) { s.Origins = []string{"https://a@b.example"} }, "origins.0"},
		"origin of a file":      {func(s *domain.PartnerAppSettings) { s.Origins = []string{"file:///a"} }, "origins.0"},
		"origin in capitals":    {func(s *domain.PartnerAppSettings) { s.Origins = []string{"https://A.example"} }, "origins.0"},
		"any network":           {func(s *domain.PartnerAppSettings) { s.Networks = []string{"::/0"} }, "networks.0"},
		"an address":            {func(s *domain.PartnerAppSettings) { s.Networks = []string{"192.0.2.1"} }, "networks.0"},
		"bits beyond":           {func(s *domain.PartnerAppSettings) { s.Networks = []string{"192.0.2.1/24"} }, "networks.0"},
		"audience with spaces":  {func(s *domain.PartnerAppSettings) { s.Audiences = []string{" a"} }, "audiences.0"},
		"five keys":             {func(s *domain.PartnerAppSettings) { s.PublicKeys = []string{"a", "b", "c", "d", "e"} }, "publicKeys"},
		"point twice":           {func(s *domain.PartnerAppSettings) { s.ReceptionPointIDs = []domain.ID{"a", "a"} }, "receptionPointIds.1"},
	} {
		s := good()
		c.change(&s)
		refusals := s.Announce(today)
		if len(refusals) != 1 || strings.Join(refusals[0].Field, ".") != "settings."+c.field || refusals[0].Message.FR == "" {
			t.Errorf("%s: %v", name, refusals)
		}
	}
	s := good()
	s.Origins, s.Networks = []string{"https://app.example", "http://localhost:5173"}, []string{"192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"}
	s.Operations, s.Audiences = []string{strings.Repeat("0a", 32)}, []string{"portail-grenoble"}
	if refusals := s.Announce(today); len(refusals) > 0 {
		t.Errorf("good settings: %v", refusals)
	}
}

func TestNoticeOf(t *testing.T) {
	t.Parallel()
	today := domain.NewDate(2026, 11, 23)
	for days, want := range map[int]domain.AppNotice{
		-1: domain.AppExpired, 0: domain.AppExpired, 1: domain.AppExpiresThisWeek, 7: domain.AppExpiresThisWeek,
		8: domain.AppExpiresThisMonth, 30: domain.AppExpiresThisMonth, 31: "",
	} {
		if got := domain.NoticeOf(today.AddDays(days), today); got != want {
			t.Errorf("%d days before: %q, want %q", days, got, want)
		}
	}
}

// However failures fall in time, no more than the limit are taken within the window
// before a pause as long.
func TestLockOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		var l domain.LockOut
		var taken []time.Time
		for range rapid.IntRange(1, 100).Draw(rt, "attempts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "seconds")) * time.Second)
			if wait, locked := l.Locked(now); locked {
				if wait <= 0 || wait > domain.FailureWindow {
					rt.Fatalf("locked for %s", wait)
				}
				continue
			}
			taken = append(taken, now)
			l = l.Failed(now)
		}
		for i := domain.MaxFailures * 2; i < len(taken); i++ {
			if taken[i].Sub(taken[i-domain.MaxFailures*2]) < domain.FailureWindow {
				rt.Fatalf("%d failures within %s", domain.MaxFailures*2, taken[i].Sub(taken[i-domain.MaxFailures*2]))
			}
		}
	})
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var l domain.LockOut
	for i := range domain.MaxFailures {
		if _, locked := l.Locked(now); locked {
			t.Fatalf("locked after %d failures", i)
		}
		l = l.Failed(now)
	}
	if wait, locked := l.Locked(now); !locked || wait != domain.FailureWindow {
		t.Errorf("after %d failures: %t, %s", domain.MaxFailures, locked, wait)
	}
}
