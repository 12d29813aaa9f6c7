package server_test

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// today is that of the fixed clock.
func (d desk) today() domain.Date { return domain.DateOf(testapi.Now) }

const contactsMutation = `mutation($input: RecordContactsInput!) { recordContacts(input: $input) { results { index contact { id channel } errors { code field } } errors { code field } } }`

// kept are contacts that a device sends.
func (d desk) kept(as string, contacts ...any) testapi.Answer {
	d.t.Helper()
	return d.Query(d.t, as, contactsMutation, map[string]any{"input": map[string]any{"receptionPointId": d.point("mairie-grenoble"), "contacts": contacts}})
}

func offline(key, channel string, at time.Time, more ...any) map[string]any {
	c := map[string]any{"clientKey": key, "channel": channel, "occurredAt": at.Format(time.RFC3339)}
	for i := 0; i < len(more); i += 2 {
		c[fmt.Sprint(more[i])] = more[i+1]
	}
	return c
}

// TestOfflineContacts: what a device sends twice is recorded once, what it changed under
// the same key is refused, and what is wrong keeps nothing else from being recorded.
func TestOfflineContacts(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	id := d.registered("Costa")
	then := testapi.Now.Add(-3 * 24 * time.Hour)
	batch := []any{
		offline("device-0001", "COUNTER", then, "motive", "PIECES", "minutes", 15, "languages", []any{"ar"}, "applicationId", id),
		offline("device-0002", "UNANSWERED_CALL", then),
		offline("device-0003", "PHONE", then, "motive", "NOTHING"),
		offline("device-0004", "PHONE", then, "applicationId", "app_01AQ3WVJ000000000000000000"),
		offline("device-0005", "UNANSWERED_CALL", then, "minutes", 3),
		offline("device-0006", "EMAIL", testapi.Now.Add(-8*24*time.Hour)),
		offline("device-0001", "ONLINE", then),
		offline("short", "ONLINE", then),
	}
	for _, as := range []string{"", "account:x", "commune-echirolles-agent", "commune-grenoble-manager"} {
		if a := d.kept(as, batch...); a.Body == "" || outcome(a) != map[string]string{"": "UNAUTHENTICATED"}[as] && outcome(a) != "FORBIDDEN" {
			t.Errorf("%q: %s", as, a.Body)
		}
	}
	first := d.kept(townHall, batch...)
	var codes []string
	payload, _ := first.Data["recordContacts"].(map[string]any)
	results, _ := payload["results"].([]any)
	for _, r := range results {
		code, _, _ := strings.Cut(strings.TrimPrefix(fmt.Sprint(r.(map[string]any)["errors"]), "[map[code:"), " ") //nolint:forcetypeassert // it fails
		codes = append(codes, code)
	}
	if got := strings.Join(codes, " "); got != "[] [] INVALID UNKNOWN_REFERENCE INVALID INVALID KEY_REUSED INVALID" {
		t.Errorf("%s: %s", got, first.Body)
	}
	if again := d.kept(townHall, batch...); again.Body != first.Body {
		t.Errorf("sent again: %s, %s", first.Body, again.Body)
	}
	var wait sync.WaitGroup
	bodies := make([]string, 4)
	for i := range bodies {
		wait.Go(func() { bodies[i] = d.kept(townHall, offline("device-0009", "MAIL", then)).Body })
	}
	wait.Wait()
	for _, b := range bodies {
		if b != bodies[0] || !strings.Contains(b, "rct_") {
			t.Errorf("at once: %s", b)
		}
	}
	var n int
	d.scan(&n, "SELECT count(*) FROM reception_contact WHERE client_key LIKE 'device-%'")
	if n != 3 {
		t.Errorf("%d contacts", n)
	}
	many := make([]any, 101)
	for i := range many {
		many[i] = offline(fmt.Sprint("device-1", 100+i), "PHONE", then)
	}
	if a := d.kept(townHall, many...); outcome(a) != "INVALID" {
		t.Errorf("a hundred and one: %s", a.Body)
	}
}

// contactIn is the contact that an answer names.
func contactIn(a testapi.Answer) string { return regexp.MustCompile(`rct_\w+`).FindString(a.Body) }

// TestContactsOfAFile: a contact about an application is one like another for the people
// of the point, and of whom it was is for who sees the CONTACT.
func TestContactsOfAFile(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	id := d.registered("Costa")
	record := func(as string, more map[string]any) testapi.Answer {
		more["receptionPointId"], more["channel"] = d.point("mairie-grenoble"), "COUNTER"
		return d.Query(t, as, `mutation($i: RecordContactInput!) { recordContact(input: $i) { contact { id } errors { code field } } }`, map[string]any{"i": more})
	}
	if a := record(townHall, map[string]any{"applicationId": "app_01AQ3WVJ000000000000000000"}); outcome(a) != "UNKNOWN_REFERENCE" {
		t.Errorf("about nothing: %s", a.Body)
	}
	if a := record(townHall, map[string]any{"applicationId": id, "motive": "PIECES"}); outcome(a) != "OK" {
		t.Fatal(a.Body)
	}
	about := func(as string) string {
		return d.Query(t, as, `query($id: ID!) { contacts(first: 10, where: {applicationId: $id}) { motive application { id } } }`, map[string]any{"id": id}).Body
	}
	at := func(as string) string {
		return d.Query(t, as, `{ contacts(first: 10) { motive application { id } } }`, nil).Body
	}
	const nothing, anonymous = `{"data":{"contacts":[]}}`, `{"data":{"contacts":[{"motive":"PIECES","application":null}]}}`
	whole := `{"data":{"contacts":[{"motive":"PIECES","application":{"id":"` + id + `"}}]}}`
	for _, c := range []struct{ as, at, about string }{
		{"", nothing, nothing},
		{"commune-grenoble-allocation", nothing, nothing}, // it sees the application, without CONTACT
		{"commune-echirolles-agent", nothing, nothing},
		{"commune-grenoble-expired", anonymous, nothing},
		{townHall, whole, whole},
		{"commune-grenoble-manager", nothing, whole},
		{"metropole-agent", nothing, whole},
	} {
		if got := at(c.as); got != c.at {
			t.Errorf("%q at its points: %s", c.as, got)
		}
		if got := about(c.as); got != c.about {
			t.Errorf("%q about the application: %s", c.as, got)
		}
	}
	call := d.Query(t, townHall, `mutation($p: ID!) { recordContact(input: {receptionPointId: $p, channel: UNANSWERED_CALL}) { contact { id } errors { code } } }`, map[string]any{"p": d.point("mairie-grenoble")})
	missed := contactIn(call)
	if a := d.receive(townHall, "038112699999999999", "1990-04-12", missed); outcome(a) != "INVALID" {
		t.Errorf("received on a missed call: %s", a.Body)
	}
	old := record(townHall, map[string]any{"occurredAt": testapi.Now.Add(-2 * time.Hour).Format(time.RFC3339)})
	if a := d.receive(townHall, "038112699999999999", "1990-04-12", contactIn(old)); outcome(a) != "INVALID" {
		t.Errorf("received on a contact of long ago: %s", a.Body)
	}
}
