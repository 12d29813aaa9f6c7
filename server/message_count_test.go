package server_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

const costsQuery = `query($from: Date!, $months: Int!, $organisation: ID, $points: [ID!]) {
	messageCosts(from: $from, months: $months, organisationId: $organisation, receptionPointIds: $points) { receptionPointId month channel kind messages units cost } }`

// What goes out is counted once, for the point that it is about or that follows, and stays
// counted when the message is gone. Who administers or runs the point is told of months that are
// over, the Métropole of all; nothing leads to a message, and what no point may count is not in
// its figures.
func TestMessagesAreCounted(t *testing.T) {
	t.Parallel()
	const threshold = 11
	d := desk{testapi.NewWithApplications(t, 700), t}
	town, other := d.point("mairie-grenoble"), d.point("mairie-fontaine")
	ids := d.followedBy(town, 2*threshold+3)
	tell := func(id, kind string, point any) {
		d.exec(`INSERT INTO message (id, application_id, reception_point_id, kind, state, about, due_at, next_try, worthless_at)
			VALUES ($1, $2, $3, $4, 'TO_SEND', $5, $5, $5, $6)`,
			string(domain.NewID(domain.MessagePrefix, testapi.Now)), id, point, kind, testapi.Now, testapi.Now.AddDate(0, 0, 7))
	}
	d.exec("UPDATE application_contact SET phone = '+33600000001', text_allowed = true, email_allowed = false")
	for i, id := range ids {
		d.exec("UPDATE application SET valid_until = '2026-12-31' WHERE id = $1", id)
		switch {
		case i < threshold: // of no point: who follows is told
			tell(id, "ACCOUNT_BOUND", nil)
		case i < 2*threshold: // too few of each kind, enough of both
			tell(id, []string{"CONTACT_CHANGED", "APPLICANT_RECEIVED"}[i%2], other)
		default: // nobody may count them
			d.exec("UPDATE application SET protected = $2 WHERE id = $1", id, true)
			d.exec("UPDATE sensitive_record SET safe_contact = '+33600000002' WHERE application_id = $1", id)
			tell(id, "ACCOUNT_BOUND", town)
		}
	}
	d.exec("UPDATE application_contact SET email = 'ana@example.org', email_allowed = true WHERE application_id = $1", ids[0])
	for range 2 {
		if _, err := d.Service.SendMessages(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range d.listed("SELECT message_count::text FROM message_count") {
		if strings.Contains(row, "app_") || strings.Contains(row, "msg_") {
			t.Errorf("a count leads to somebody: %s", row)
		}
	}
	var sent, counted, dated int
	d.scan(&sent, "SELECT count(*) FROM message WHERE state = 'SENT'")
	d.scan(&counted, "SELECT sum(messages) FROM message_count")
	d.scan(&dated, "SELECT count(*) FROM message_count WHERE created_at <> date_trunc('month', created_at AT TIME ZONE 'Europe/Paris') AT TIME ZONE 'Europe/Paris'")
	if sent < 2*threshold || counted != sent || dated != 0 {
		t.Errorf("%d went out, %d are counted, %d counts have the time of something", sent, counted, dated)
	}
	read := func(as string, variables map[string]any) string {
		t.Helper()
		v := map[string]any{"from": "2026-11-30", "months": 1}
		for name, value := range variables {
			v[name] = value
		}
		return d.Query(t, as, costsQuery, v).Body
	}
	if got := read("metropole-steering", nil); !strings.Contains(got, `"messageCosts":[]`) {
		t.Errorf("a month that is not over is told: %s", got)
	}
	d.Ahead.Add(int64(10 * 24 * time.Hour))
	d.exec("DELETE FROM message")
	for _, months := range []int{0, 13} {
		if got := read("metropole-steering", map[string]any{"months": months}); !strings.Contains(got, `"PERIOD"`) {
			t.Errorf("%d months: %s", months, got)
		}
	}
	// The mail and ten text messages of the town are fewer than are told; the other point's are
	// told together.
	d.exec("UPDATE message_count SET messages = messages + 1, units = units + 2, cost = cost + 9000 WHERE reception_point_id = $1 AND channel = 'TEXT'", town)
	var cost int
	d.scan(&cost, "SELECT (sum(cost)::int + 500) / 1000 FROM message_count WHERE reception_point_id = $1", other)
	own := fmt.Sprintf(`{"receptionPointId":%q,"month":"2026-11-01","channel":"TEXT","kind":"ACCOUNT_BOUND","messages":11,`, town)
	both := fmt.Sprintf(`{"receptionPointId":%q,"month":"2026-11-01","channel":"TEXT","kind":null,"messages":11,"units":11,"cost":%d}`, other, cost)
	for as, want := range map[string][2]bool{
		"": {}, "account:x": {}, grenobleAgent: {}, "metropole-agent": {}, "metropole-privacy": {}, "landlord-balcons-de-belledonne-admin": {},
		"former-agent": {}, "app:" + portal + " for " + townHall: {},
		"commune-grenoble-admin": {true, false}, "commune-grenoble-manager": {true, false},
		"metropole-steering": {true, true}, "metropole-admin": {true, true},
	} {
		got := read(as, nil)
		if strings.Contains(got, own) != want[0] || strings.Contains(got, both) != want[1] || strings.Contains(got, "EMAIL") {
			t.Errorf("%q is told %s", as, got)
		}
	}
	var commune string
	d.scan(&commune, "SELECT organisation_id FROM reception_point_operator WHERE reception_point_id = $1 LIMIT 1", town)
	for _, which := range []map[string]any{{"organisation": commune}, {"points": []string{town}}} {
		if got := read("metropole-steering", which); !strings.Contains(got, own) || strings.Contains(got, other) {
			t.Errorf("of %v: %s", which, got)
		}
	}
	if got := read("commune-grenoble-admin", map[string]any{"points": []string{other}}); !strings.Contains(got, `"messageCosts":[]`) {
		t.Errorf("of another's point: %s", got)
	}
	// What nobody may count is of no point, and told to the Métropole alone.
	d.exec("UPDATE message_count SET messages = messages + 20, units = units + 20 WHERE reception_point_id IS NULL")
	for as, want := range map[string]bool{"commune-grenoble-admin": false, "commune-grenoble-manager": false, "metropole-steering": true} {
		if got := read(as, nil); strings.Contains(got, `"receptionPointId":null`) != want {
			t.Errorf("%q is told %s", as, got)
		}
	}
}
