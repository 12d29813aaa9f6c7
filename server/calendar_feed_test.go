package server_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

const openFeed = `mutation($input: OpenCalendarFeedInput!) { openCalendarFeed(input: $input) { feed { id label openedAt expiresAt } path errors { code field } } }`

// A calendar program reads when and where its owner is to be, by an address that can be
// revoked: no name, number, motive or application.
func TestCalendarFeed(t *testing.T) {
	t.Parallel()
	d := desk{testapi.NewWithApplications(t, 120), t}
	label := map[string]any{"input": map[string]any{"label": "telephone"}}
	for as, want := range map[string]string{
		"": "UNAUTHENTICATED", "metropole-steering": "FORBIDDEN", "account:a": "FORBIDDEN",
	} {
		if a := d.Query(t, as, openFeed, label); outcome(a) != want {
			t.Errorf("%q opens a feed: %s", as, a.Body)
		}
	}
	if a := d.Query(t, grenobleAgent, openFeed, map[string]any{"input": map[string]any{"label": " "}}); outcome(a) != "INVALID" {
		t.Errorf("a feed without a label: %s", a.Body)
	}
	opened := d.Query(t, "commune-fontaine-agent", openFeed, label)
	path := regexp.MustCompile(`/calendar/\w+\.ics`).FindString(opened.Body)
	feed := regexp.MustCompile(`cfd_\w+`).FindString(opened.Body)
	if path == "" || feed == "" {
		t.Fatal(opened.Body)
	}
	id := d.followedBy(d.point("mairie-grenoble"), 1)[0]
	day := domain.NewDate(2026, 11, 27)
	d.booked(id, "RENEWAL", d.point("mairie-fontaine"), day)
	// The desk has one agent.
	d.exec("UPDATE appointment_staff SET person_id = $1", d.people("commune-fontaine-agent")[0])
	a := d.http("", http.MethodGet, path, nil)
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || !strings.Contains(a.Header.Get("Cache-Control"), "no-store") {
		t.Fatalf("%d %v %s", a.Status, a.Header, a.Body)
	}
	read, err := ical.NewDecoder(strings.NewReader(a.Body)).Decode()
	if err != nil {
		t.Fatal(err)
	}
	events := read.Events()
	var held int
	d.scan(&held, "SELECT count(*) FROM appointment WHERE state <> 'CANCELLED'")
	if len(events) == 0 || len(events) > held {
		t.Fatalf("%d events of %d appointments", len(events), held)
	}
	found := false
	for _, e := range events {
		from, err := e.DateTimeStart(time.UTC)
		found = found || err == nil && from.Equal(day.At(domain.NewLocalTime(10, 0)))
	}
	if !found {
		t.Errorf("the appointment is not there: %s", a.Body)
	}
	for _, word := range append(d.listed("SELECT unnest(ARRAY[birth_name, unique_number, id]) FROM application WHERE id = $1", id), "Renouvellement", "RENEWAL", "apt_", "app_") {
		if strings.Contains(a.Body, word) {
			t.Errorf("the feed says %q", word)
		}
	}
	// Another's is not there; a wrong address, one without its ending and one that is over open nothing.
	if a := d.Query(t, grenobleAgent, `mutation($id: ID!) { revokeCalendarFeed(input: {id: $id}) { errors { code } } }`, map[string]any{"id": feed}); outcome(a) != "NOT_FOUND" {
		t.Errorf("another's feed is revoked: %s", a.Body)
	}
	gone := func(path string) {
		t.Helper()
		if a := d.http("", http.MethodGet, path, nil); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	gone("/calendar/ABCDEF.ics")
	gone(strings.TrimSuffix(path, ".ics"))
	if shown := d.Query(t, "commune-fontaine-agent", `{ calendarFeeds { id label } }`, nil).Body; !strings.Contains(shown, feed) || !strings.Contains(shown, "telephone") {
		t.Errorf("the feeds are %s", shown)
	}
	if shown := d.Query(t, grenobleAgent, `{ calendarFeeds { id label } }`, nil).Body; strings.Contains(shown, feed) {
		t.Errorf("another's feeds are shown: %s", shown)
	}
	for range domain.MaxCalendarFeeds - 1 {
		if a := d.Query(t, "commune-fontaine-agent", openFeed, label); outcome(a) != "OK" {
			t.Fatal(a.Body)
		}
	}
	if a := d.Query(t, "commune-fontaine-agent", openFeed, label); outcome(a) != "INVALID" {
		t.Errorf("a sixth feed: %s", a.Body)
	}
	if a := d.Query(t, "commune-fontaine-agent", `mutation($id: ID!) { revokeCalendarFeed(input: {id: $id}) { revokedId errors { code } } }`, map[string]any{"id": feed}); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	gone(path)
	last := d.Query(t, grenobleAgent, openFeed, label)
	path = regexp.MustCompile(`/calendar/\w+\.ics`).FindString(last.Body)
	d.exec("UPDATE assignment SET valid_until = $2 WHERE person_id = $1", d.people(grenobleAgent)[0], day.AddDays(-6))
	gone(path)
}
