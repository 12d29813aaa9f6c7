package server_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
)

// done sends an act and returns its answer.
func (d desk) done(as, name string, input map[string]any) testapi.Answer {
	d.t.Helper()
	typ := strings.ToUpper(name[:1]) + name[1:]
	selection := "application { id state }"
	switch {
	case name == "declineHandOver":
		selection = "declinedId"
	case name == "declareAbsence":
		selection = "absence { id }"
	case name == "withdrawAbsence":
		selection = "withdrawnId"
	case name == "putForward", name == "designateCandidate", name == "recordCommissionDecision", strings.Contains(name, "Proposal"):
		selection = "proposal { id state application { id } }"
	case name == "orientApplicant", strings.Contains(name, "Orientation"):
		selection = "orientation { id state application { id } }"
	case strings.HasSuffix(name, "Appointment"), name == "recordAttendance":
		selection = "appointment { id state }"
	case strings.HasSuffix(name, "LevelChange"):
		selection = "levelChange { id state }"
	case strings.HasSuffix(name, "ContributingEmployers"):
		selection = "contributingEmployers { id siret state }"
	case strings.HasSuffix(name, "Availability"):
		selection = "availability { id }"
	case strings.Contains(name, "Interview"):
		selection = "interview { id kind }"
	case strings.HasSuffix(name, "Permanence"):
		selection = "permanence { id state version }"
	case strings.HasSuffix(name, "ManagedDwelling"):
		selection = "managedDwelling { id version }"
	case strings.HasSuffix(name, "Vacancy"):
		selection = "vacancy { id version }"
	case strings.HasSuffix(name, "ReservationRight"):
		selection = "right { id state version }"
	case strings.HasSuffix(name, "WaitingList"):
		selection = "waitingPlace { id state }"
	case strings.HasSuffix(name, "OnlineRegistration"):
		selection = "onlineRegistration { id }"
	}
	return d.Query(d.t, as, fmt.Sprintf("mutation($input: %sInput!) { %s(input: $input) { %s errors { code field message } } }", typ, name, selection),
		map[string]any{"input": input})
}

// made is the identifier of the application that an act made.
func (d desk) made(as, name string, input map[string]any) string {
	d.t.Helper()
	a := d.done(as, name, input)
	payload, _ := a.Data[name].(map[string]any)
	application, _ := payload["application"].(map[string]any)
	id, _ := application["id"].(string)
	if id == "" {
		d.t.Fatalf("%s by %s: %s", name, as, a.Body)
	}
	return id
}

func (d desk) does(as, name string, input map[string]any) {
	d.t.Helper()
	if a := d.done(as, name, input); outcome(a) != "OK" {
		d.t.Fatalf("%s by %s: %s", name, as, a.Body)
	}
}

// form is what somebody of that name states.
func form(name string) map[string]any {
	return map[string]any{
		"household": []any{
			map[string]any{"link": "APPLICANT", "givenNames": "Ana", "birthName": name, "bornOn": "1990-04-12"},
			map[string]any{"link": "SPOUSE", "givenNames": "Luc", "birthName": "Rivoire", "bornOn": "1989-01-02"},
		},
		"wishes": []any{"38185"}, "typologies": []any{"T3"},
		"contact": map[string]any{"address": "1 rue " + name, "postalCode": "38000", "town": "Grenoble", "email": strings.ToLower(name) + "@example.org"},
		"file":    map[string]any{"taxYear": 2025, "taxIncome": 100, "monthlyResources": 100, "housing": "HOSTED", "reasons": []any{"01", "08"}},
	}
}

// registered is an application that Grenoble's town hall registered.
func (d desk) registered(name string) string {
	d.t.Helper()
	id := d.made("commune-grenoble-agent", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": form(name)})
	d.does("commune-grenoble-agent", "validateApplication", map[string]any{"applicationId": id})
	return id
}

// Who may not is refused, as somebody for whom the application does not exist, or as
// somebody who sees it: in the life of an application as everywhere.
func TestWhoActsOnALife(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	id := d.registered("Costa")
	of := map[string]any{"applicationId": id}
	with := func(field string, value any) map[string]any { return map[string]any{"applicationId": id, field: value} }
	nothing := map[string]any{"contact": 1}
	for _, c := range []struct {
		as, act string
		input   map[string]any
		want    string
	}{
		{"", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": form("Nul")}, "UNAUTHENTICATED"},
		{"account:x", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": form("Nul")}, "FORBIDDEN"},
		{"commune-grenoble-manager", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": form("Nul")}, "FORBIDDEN"},
		{"commune-grenoble-expired", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": form("Nul")}, "FORBIDDEN"},
		{"former-agent", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": form("Nul")}, "FORBIDDEN"},
		{"commune-grenoble-agent", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-echirolles"), "form": form("Nul")}, "FORBIDDEN"},
		{"metropole-agent", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-bresson"), "form": form("Nul")}, "LEVEL_TOO_LOW"},
		{"commune-grenoble-agent", "registerOnline", map[string]any{"form": form("Nul")}, "FORBIDDEN"},
		{"", "renewApplication", of, "NOT_FOUND"},
		{"account:x", "renewApplication", of, "NOT_FOUND"},
		{"commune-echirolles-agent", "removeApplication", with("reason", "WITHDRAWN"), "NOT_FOUND"},
		{"commune-grenoble-expired", "removeApplication", with("reason", "WITHDRAWN"), "NOT_FOUND"},
		{"commune-grenoble-manager", "removeApplication", with("reason", "WITHDRAWN"), "FORBIDDEN"},
		{"commune-grenoble-allocation", "removeApplication", with("reason", "WITHDRAWN"), "FORBIDDEN"},
		{"metropole-agent", "removeApplication", with("reason", "WITHDRAWN"), "FORBIDDEN"},
		{"commune-grenoble-agent", "removeApplication", with("reason", "HOUSED"), "FORBIDDEN"},
		{"commune-grenoble-agent", "warnApplicant", with("reason", "IRREGULAR_STAY"), "FORBIDDEN"},
		{"commune-grenoble-agent", "removeApplication", with("reason", "UNREACHABLE"), "ILLEGAL_TRANSITION"},
		{"commune-grenoble-agent", "renewApplication", of, "ILLEGAL_TRANSITION"},
		{"commune-grenoble-agent", "validateApplication", of, "ILLEGAL_TRANSITION"},
		{"commune-grenoble-agent", "undoMerge", of, "ILLEGAL_TRANSITION"},
		{"commune-grenoble-agent", "withdrawWarning", of, "ILLEGAL_TRANSITION"},
		{"commune-grenoble-agent", "mergeApplications", map[string]any{"survivorId": id, "mergedId": id}, "INVALID"},
		{"commune-grenoble-agent", "handOverApplication", with("receptionPointId", d.point("mairie-grenoble")), "INVALID"},
		{"commune-grenoble-agent", "handOverApplication", with("receptionPointId", d.point("mairie-bresson")), "LEVEL_TOO_LOW"},
		{"commune-grenoble-agent", "proposeChange", with("correction", map[string]any{"names": map[string]any{"givenNames": "A", "birthName": "B"}}), "FORBIDDEN"},
		{"commune-grenoble-agent", "correctApplication", map[string]any{"applicationId": id, "versions": nothing, "correction": map[string]any{}}, "INVALID"},
		{"commune-grenoble-agent", "correctApplication", map[string]any{"applicationId": id, "versions": nothing, "correction": map[string]any{"names": map[string]any{"givenNames": "A", "birthName": "B"}}}, "STALE_VERSION"},
		{"commune-grenoble-agent", "splitApplication", map[string]any{"applicationId": id, "memberIds": []any{id}, "form": split()}, "INVALID"},
		{"commune-grenoble-agent", "warnApplicant", with("reason", "UNREACHABLE"), "OK"},
		{"commune-grenoble-agent", "withdrawWarning", of, "OK"},
		{"landlord-balcons-de-belledonne-allocation", "warnApplicant", with("reason", "UNREACHABLE"), "NOT_FOUND"}, // it has no dwelling here
		{"commune-grenoble-agent", "removeApplication", with("reason", "WITHDRAWN"), "OK"},
		{"commune-grenoble-agent", "reactivateApplication", of, "ILLEGAL_TRANSITION"},
	} {
		if a := d.done(c.as, c.act, c.input); outcome(a) != c.want {
			t.Errorf("%q, %s %v: %s, want %s", c.as, c.act, c.input, a.Body, c.want)
		}
	}
	var lines int
	d.scan(&lines, "SELECT count(*) FROM audit_line WHERE kind = 'WRITE' AND $1 = ANY(application_ids) AND person_id IS NOT NULL", id)
	if lines != 5 { // registered, validated, warned, the warning withdrawn, removed
		t.Errorf("%d acts are on record", lines)
	}
}

func split() map[string]any {
	f := form("Nul")
	delete(f, "household")
	return f
}

// Within one organisation the applicant's code is needed; the former point sees for 30
// days, and acts no more.
func TestHandOverNeedsAnother(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	const agent, desk = "commune-grenoble-agent", "shared-desk-agent"
	id := d.registered("Costa")
	offer := func() (offered string) {
		d.does(agent, "handOverApplication", map[string]any{"applicationId": id, "receptionPointId": d.point("pole-habitat-social")})
		d.scan(&offered, "SELECT id FROM hand_over WHERE accepted_at IS NULL")
		return offered
	}
	d.exec("INSERT INTO assignment_reception_point SELECT a.id, $1 FROM assignment a JOIN person p ON p.id = a.person_id WHERE p.subject = 'commune-grenoble-agent'", d.point("pole-habitat-social"))
	of := map[string]any{"id": offer()}
	if a := d.done(agent, "acceptHandOver", of); outcome(a) != "FORBIDDEN" {
		t.Errorf("one's own: %s", a.Body)
	}
	d.exec("UPDATE hand_over SET organisation_id = (SELECT id FROM organisation WHERE key = 'pole-habitat-social')")
	if a := d.done(desk, "acceptHandOver", of); outcome(a) != "FORBIDDEN" {
		t.Errorf("the same organisation: %s", a.Body)
	}
	code := d.codeFor(agent, id)
	if a := d.done(desk, "acceptHandOver", map[string]any{"id": of["id"], "code": "22222222"}); outcome(a) != "NOT_RECOGNISED" {
		t.Errorf("a wrong code: %s", a.Body)
	}
	if d.sees(desk, id) {
		t.Fatal("it is seen before")
	}
	d.exec("DELETE FROM assignment_reception_point WHERE reception_point_id = $1 AND assignment_id IN (SELECT a.id FROM assignment a JOIN person p ON p.id = a.person_id WHERE p.subject = 'commune-grenoble-agent')", d.point("pole-habitat-social"))
	d.does(desk, "acceptHandOver", map[string]any{"id": of["id"], "code": code})
	if a := d.done(agent, "removeApplication", map[string]any{"applicationId": id, "reason": "WITHDRAWN"}); outcome(a) != "FORBIDDEN" || !d.sees(agent, id) {
		t.Errorf("the former point: %s", a.Body)
	}
	d.moveTo(testapi.Now.Add(30*24*time.Hour - time.Minute))
	if !d.sees(agent, id) {
		t.Error("the former point does not see it any more")
	}
	d.moveTo(testapi.Now.Add(30*24*time.Hour + time.Minute))
	if d.sees(agent, id) || !d.sees(desk, id) {
		t.Error("after thirty days")
	}
	if a := d.done(desk, "acceptHandOver", of); outcome(a) != "NOT_FOUND" {
		t.Errorf("again: %s", a.Body)
	}
}

// codeFor is a code for the applicant.
func (d desk) codeFor(as, id string) (code string) {
	d.t.Helper()
	a := d.Query(d.t, as, `mutation($id: ID!) { issueBindingCode(input: {applicationId: $id}) { code errors { code } } }`, map[string]any{"id": id})
	issued, _ := a.Data["issueBindingCode"].(map[string]any)
	code, _ = issued["code"].(string)
	return code
}

// Of many who take one registration, or correct one thing, at the same time one
// succeeds.
func TestOneOfManyTakes(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	id := d.made("account:ana", "registerOnline", map[string]any{"form": form("Costa")})
	var registration string
	d.scan(&registration, "SELECT id FROM online_registration WHERE application_id = $1", id)
	count := func(many func(i int) testapi.Answer) map[string]int {
		outcomes := make([]string, 8)
		var wait sync.WaitGroup
		for i := range outcomes {
			wait.Go(func() { outcomes[i] = outcome(many(i)) })
		}
		wait.Wait()
		counts := map[string]int{}
		for _, o := range outcomes {
			counts[o]++
		}
		return counts
	}
	takers := []string{"commune-echirolles-agent", "shared-desk-agent"}
	points := []string{d.point("mairie-echirolles"), d.point("pole-habitat-social")}
	taken := count(func(i int) testapi.Answer {
		return d.done(takers[i%2], "takeOnlineRegistration", map[string]any{"id": registration, "receptionPointId": points[i%2]})
	})
	if taken["OK"] != 1 || taken["ILLEGAL_TRANSITION"]+taken["NOT_FOUND"] != 7 {
		t.Errorf("taken: %v", taken)
	}
	corrected := count(func(i int) testapi.Answer {
		return d.done("account:ana", "correctApplication", map[string]any{
			"applicationId": id, "versions": map[string]any{"identity": 1},
			"correction": map[string]any{"names": map[string]any{"givenNames": fmt.Sprint("Ana", i), "birthName": "Costa"}},
		})
	})
	if corrected["OK"] != 1 || corrected["STALE_VERSION"] != 7 {
		t.Errorf("corrected: %v", corrected)
	}
	again := count(func(int) testapi.Answer {
		return d.done("account:eve", "registerOnline", map[string]any{"form": form("Costa")})
	})
	if again["OK"] != 1 || again["DUPLICATE"] != 7 {
		t.Errorf("registered online: %v", again)
	}
}

// Erased means erased: what an application stated is nowhere in the tables any more, nor
// is whose it was; what counts is left.
func TestErasedMeansErased(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	const canary = "Zqcanary"
	id := d.registered(canary)
	kept := d.registered("Rivoire")
	code := d.codeFor("commune-grenoble-agent", id)
	var number string
	d.scan(&number, "SELECT unique_number FROM application WHERE id = $1", id)
	d.does("account:zqaccount", "bindAccount", map[string]any{"uniqueNumber": number, "code": code})
	d.does("commune-grenoble-agent", "handOverApplication", map[string]any{"applicationId": id, "receptionPointId": d.point("pole-habitat-social")})
	d.does("commune-grenoble-agent", "removeApplication", map[string]any{"applicationId": id, "reason": "WITHDRAWN"})
	if n := d.holding(canary, number, strings.ToLower(canary), "zqaccount"); n < 5 {
		t.Fatalf("only %d rows hold what is to be erased", n)
	}
	move := func(to string) {
		a := d.Query(t, "metropole-admin", `mutation($to: DateTime) { setSandboxClock(input: {to: $to, keepCalendar: true}) { errors { code } } }`, map[string]any{"to": to})
		if len(a.Errors) > 0 {
			t.Fatal(a.Body)
		}
	}
	d.does("commune-grenoble-agent", "mergeApplications", map[string]any{"survivorId": kept, "mergedId": d.registered(canary)})
	rejected := d.made("commune-grenoble-agent", "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": form(canary)})
	d.does("commune-grenoble-agent", "rejectApplication", map[string]any{"applicationId": rejected, "reason": "IDENTITY_DOCUMENT_UNREADABLE"})
	move("2027-11-22T12:00:00Z")
	if !d.sees("commune-grenoble-agent", id) {
		t.Error("it was erased before its day")
	}
	move("2027-11-23T12:00:00Z")
	if n := d.holding(canary, number, strings.ToLower(canary), "zqaccount"); n > 0 {
		t.Errorf("%d rows hold what was erased", n)
	}
	var left int
	d.scan(&left, "SELECT household_size FROM application_summary s JOIN application a ON a.id = s.application_id WHERE a.id = $1 AND a.state = 'ERASED' AND s.removed_for = 'WITHDRAWN'", id)
	if left != 2 || d.sees("commune-grenoble-agent", id) || d.sees("account:zqaccount", id) {
		t.Errorf("%d people are counted", left)
	}
	if !d.sees("commune-grenoble-agent", kept) {
		t.Error("another one went too")
	}
	if n, err := d.Service.CheckAccess(t.Context()); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// holding counts the rows of all tables in which one of the words stands.
func (d desk) holding(words ...string) (n int) {
	d.t.Helper()
	var tables []byte
	d.scan(&tables, "SELECT json_agg(quote_ident(tablename)) FROM pg_tables WHERE schemaname = 'public'")
	var names []string
	if err := json.Unmarshal(tables, &names); err != nil || len(names) < 30 {
		d.t.Fatal(err, names)
	}
	for _, table := range names {
		for _, word := range words {
			var found int
			d.scan(&found, "SELECT count(*) FROM "+table+" AS t WHERE t::text LIKE '%' || $1 || '%'", word)
			n += found
		}
	}
	return n
}
