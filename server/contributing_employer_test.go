package server_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/internal/testapi"
)

const (
	steering        = "metropole-steering"
	readEmployers   = `{ contributingEmployers(first: 100) { id siret name state proposedOn confirmedOn withdrawnOn } }`
	noSuchEmployer  = "cem_01AQ3WVJ000000000000000000"
	forges, sawmill = "99900000300015", "99900001100018"
)

func employersOf(sirets ...string) map[string]any {
	var all []any
	for _, s := range sirets {
		all = append(all, map[string]any{"siret": s, "name": "Forges de Belledonne"})
	}
	return map[string]any{"employers": all}
}

func these(ids ...string) map[string]any { return map[string]any{"ids": ids} }

// employer is the one of the list with that number.
func (d desk) employer(siret string) (id string) {
	d.t.Helper()
	d.scan(&id, "SELECT id FROM contributing_employer WHERE siret = $1 AND state <> 'WITHDRAWN'", siret)
	return id
}

// employed is a form in which the applicant and the other adult work there, nowhere where empty.
func employed(name, applicant, spouse string) map[string]any {
	stated := form(name)
	for i, siret := range []string{applicant, spouse} {
		if member, _ := stated["household"].([]any)[i].(map[string]any); siret != "" {
			member["work"] = map[string]any{"employerSiret": siret}
		}
	}
	return stated
}

// worker is such an application that Grenoble's town hall registered.
func (d desk) worker(name, applicant, spouse string) string {
	d.t.Helper()
	id := d.made(grenobleAgent, "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": employed(name, applicant, spouse)})
	d.does(grenobleAgent, "validateApplication", map[string]any{"applicationId": id})
	return id
}

// Action Logement keeps the list, the Métropole confirms it, nobody else sees it, and bad input
// changes nothing.
func TestContributingEmployers(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	d.exec("DELETE FROM contributing_employer") // the sandbox's own
	var many []string
	for range 51 {
		many = append(many, noSuchEmployer)
	}
	play := func(act, as string, input map[string]any, want string) {
		t.Helper()
		if a := d.done(as, act, input); outcome(a) != want {
			t.Errorf("%s %v by %q: %s, want %s", act, input, as, a.Body, want)
		}
	}
	for _, c := range []struct {
		as    string
		input map[string]any
		want  string
	}{
		{"", employersOf(forges), "UNAUTHENTICATED"},
		{"account:a", employersOf(forges), "FORBIDDEN"},
		{"former-agent", employersOf(forges), "FORBIDDEN"},
		{"action-logement-admin", employersOf(forges), "FORBIDDEN"},
		{"state-allocation", employersOf(forges), "FORBIDDEN"},
		{landlordAllocation, employersOf(forges), "FORBIDDEN"},
		{steering, employersOf(forges), "FORBIDDEN"},
		{actionLogement, employersOf("99900000300016"), "BAD_REQUEST"},
		{actionLogement, employersOf("999000003"), "BAD_REQUEST"},
		{actionLogement, map[string]any{"employers": []any{}}, "INVALID"},
		{actionLogement, employersOf(slices.Repeat([]string{forges}, 51)...), "INVALID"},
		{actionLogement, map[string]any{"employers": []any{map[string]any{"siret": forges, "name": " "}}}, "INVALID"},
		{actionLogement, map[string]any{"employers": []any{map[string]any{"siret": forges, "name": strings.Repeat("a", 201)}}}, "INVALID"},
		{actionLogement, employersOf(forges, sawmill, forges), "DUPLICATE"},
		{actionLogement, employersOf(forges, "999 000 011 00018"), "OK"},
		{actionLogement, employersOf("99900002900010", sawmill), "DUPLICATE"},
	} {
		play("proposeContributingEmployers", c.as, c.input, c.want)
	}
	listed := d.Query(t, actionLogement, readEmployers, nil).Body
	if strings.Count(listed, `"PROPOSED"`) != 2 || !strings.Contains(listed, sawmill) {
		t.Errorf("listed: %s", listed)
	}
	for as, sees := range map[string]bool{
		"": false, "account:a": false, "action-logement-admin": false, "action-logement-privacy": false, "metropole-admin": false,
		"metropole-agent": false, "state-allocation": false, landlordAllocation: false, grenobleAgent: false, steering: true,
	} {
		want := `{"data":{"contributingEmployers":[]}}`
		if sees {
			want = listed
		}
		if a := d.Query(t, as, readEmployers, nil); a.Body != want {
			t.Errorf("%q lists %s", as, a.Body)
		}
	}
	one, two := d.employer(forges), d.employer(sawmill)
	for _, c := range []struct {
		act, as string
		input   map[string]any
		want    string
	}{
		{"confirmContributingEmployers", "", these(one), "UNAUTHENTICATED"},
		{"confirmContributingEmployers", "metropole-admin", these(one), "FORBIDDEN"},
		{"confirmContributingEmployers", "state-allocation", these(noSuchEmployer), "FORBIDDEN"},
		{"confirmContributingEmployers", actionLogement, these(one), "FORBIDDEN"},
		{"confirmContributingEmployers", steering, map[string]any{"ids": []string{}}, "INVALID"},
		{"confirmContributingEmployers", steering, these(many...), "INVALID"},
		{"confirmContributingEmployers", steering, these(one, noSuchEmployer), "NOT_FOUND"},
		{"confirmContributingEmployers", steering, these(one, d.point("mairie-grenoble")), "NOT_FOUND"},
		{"confirmContributingEmployers", steering, these(one, one), "OK"},
		{"confirmContributingEmployers", steering, these(two, one), "ILLEGAL_TRANSITION"},
		{"withdrawContributingEmployers", "", these(one), "UNAUTHENTICATED"},
		{"withdrawContributingEmployers", landlordAllocation, these(one), "FORBIDDEN"},
		{"withdrawContributingEmployers", actionLogement, map[string]any{"ids": []string{}}, "INVALID"},
		{"withdrawContributingEmployers", actionLogement, these(one), "OK"},
		{"withdrawContributingEmployers", steering, these(one), "ILLEGAL_TRANSITION"},
		{"withdrawContributingEmployers", steering, these(two), "OK"},
		{"confirmContributingEmployers", steering, these(two), "ILLEGAL_TRANSITION"},
		{"proposeContributingEmployers", actionLogement, employersOf(forges), "OK"},
	} {
		play(c.act, c.as, c.input, c.want)
	}
	var states string
	d.scan(&states, "SELECT string_agg(state, ' ' ORDER BY state) FROM contributing_employer")
	if states != "PROPOSED WITHDRAWN WITHDRAWN" {
		t.Error(states)
	}
	for where, n := range map[string]int{`states: [WITHDRAWN]`: 2, `states: []`: 0, `sirets: ["` + forges + `"]`: 2, `sirets: ["` + forges + `"], states: [PROPOSED]`: 1} {
		a := d.Query(t, steering, `{ contributingEmployers(first: 100, where: {`+where+`}) { id } }`, nil)
		if strings.Count(a.Body, `"id"`) != n {
			t.Errorf("where %s: %s", where, a.Body)
		}
	}
	took := func(first int) int {
		return len(d.Statements(func() {
			d.Query(t, steering, fmt.Sprintf(`{ contributingEmployers(first: %d) { id name } }`, first), nil)
		}))
	}
	if one, all := took(1), took(100); one != all {
		t.Errorf("%d statements for one, %d for all", one, all)
	}
	if a := d.Query(t, steering, `{ contributingEmployers(first: 1, afterId: "`+d.employer(forges)+`") { id } }`, nil); a.Body != `{"data":{"contributingEmployers":[]}}` {
		t.Error(a.Body)
	}
}

// Somebody who works for a confirmed employer is seen by Action Logement, from then on and until
// one of the two is over, without contact, pieces or anything sensitive.
func TestContributingEmployerOpensApplications(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	before := d.worker("Costa", forges, "")
	elsewhere := d.worker("Duparc", sawmill, "")
	sees := func(when, id string, want bool) {
		t.Helper()
		a := d.Query(t, actionLogement, `query($id: ID!) { node(id: $id) { ... on Application { masked } } viewer { rights { ground } } }`, map[string]any{"id": id})
		if got := strings.Contains(a.Body, `"masked":["CONTACT","DOCUMENTS","SENSITIVE","SOCIAL_NOTES","RESERVATAIRE_NOTES","DECISIONS"]`); got != want || !want && !strings.Contains(a.Body, `"node":null`) {
			t.Errorf("%s: %s", when, a.Body)
		}
		if n, err := d.Service.CheckAccess(t.Context()); n != 0 || err != nil {
			t.Errorf("%s: %d accesses are not what the facts give, %v", when, n, err)
		}
	}
	sees("nobody is on the list", before, false)
	d.does(actionLogement, "proposeContributingEmployers", employersOf(forges))
	sees("proposed", before, false)
	d.does(steering, "confirmContributingEmployers", these(d.employer(forges)))
	sees("confirmed", before, true)
	sees("another employer", elsewhere, false)
	after := d.worker("Evrard", "", forges)
	sees("registered after it", after, true)
	for _, as := range []string{"state-allocation", steering, "action-logement-admin", landlordAllocation} {
		a := d.Query(t, as, `{ viewer { rights { ground } } }`, nil)
		if strings.Contains(a.Body, "CONTRIBUTING_EMPLOYER") {
			t.Errorf("%s has the right: %s", as, a.Body)
		}
	}
	child := form("Fontaine")
	child["household"] = append(child["household"].([]any), map[string]any{
		"link": "CHILD", "givenNames": "Lou", "birthName": "Fontaine", "bornOn": "2008-01-02", "work": map[string]any{"employerSiret": forges},
	})
	id := d.made(grenobleAgent, "registerApplication", map[string]any{"receptionPointId": d.point("mairie-grenoble"), "form": child})
	d.does(grenobleAgent, "validateApplication", map[string]any{"applicationId": id})
	sees("a child works there", id, false)
	waiting := d.made("account:ana", "registerOnline", map[string]any{"form": employed("Girard", forges, "")})
	sees("it waits for validation", waiting, false)

	d.correctWork(elsewhere, forges)
	sees("who comes to work there", elsewhere, true)
	d.correctWork(elsewhere, "")
	sees("who works there no more", elsewhere, false)
	d.does(grenobleAgent, "removeApplication", map[string]any{"applicationId": before, "reason": "WITHDRAWN"})
	sees("removed", before, false)
	d.does(steering, "withdrawContributingEmployers", these(d.employer(forges)))
	sees("off the list", after, false)
	d.does(actionLogement, "proposeContributingEmployers", employersOf(forges))
	sees("proposed again", after, false)
}

// correctWork has the applicant work for that employer, or for none, and wish for these communes
// where there are any.
func (d desk) correctWork(id, siret string, wishes ...string) {
	d.t.Helper()
	var member, spouse string
	var contact, file, summary int
	d.scan(&member, "SELECT id FROM household_member WHERE application_id = $1 AND link = 'APPLICANT'", id)
	d.scan(&spouse, "SELECT id FROM household_member WHERE application_id = $1 AND link = 'SPOUSE'", id)
	d.scan(&contact, "SELECT version FROM application_contact WHERE application_id = $1", id)
	d.scan(&file, "SELECT version FROM application_file WHERE application_id = $1", id)
	d.scan(&summary, "SELECT version FROM application_summary WHERE application_id = $1", id)
	applicant := map[string]any{"id": member, "link": "APPLICANT", "givenNames": "Ana", "birthName": "Duparc", "bornOn": "1990-04-12"}
	if siret != "" {
		applicant["work"] = map[string]any{"employerSiret": siret}
	}
	correction := map[string]any{"household": []any{
		applicant, map[string]any{"id": spouse, "link": "SPOUSE", "givenNames": "Luc", "birthName": "Rivoire", "bornOn": "1989-01-02"},
	}}
	if len(wishes) > 0 {
		correction["search"] = map[string]any{"wishes": wishes, "typologies": []any{"T3"}}
	}
	d.does(grenobleAgent, "correctApplication", map[string]any{
		"applicationId": id, "versions": map[string]any{"contact": contact, "file": file, "summary": summary}, "correction": correction,
	})
}

// An employer that is confirmed while somebody's work is being written waits for it: else neither
// of the two would see the other one. What a session of the test holds has the writer wait after
// it looked at the list.
func TestEmployerConfirmedMeanwhile(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	id := d.worker("Costa", "", "")
	d.does(actionLogement, "proposeContributingEmployers", employersOf(forges))
	list := d.employer(forges)
	tx, err := d.DB.BeginTx(t.Context(), nil)
	if err == nil {
		_, err = tx.ExecContext(t.Context(), "LOCK TABLE application_access IN SHARE MODE")
	}
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	// Another wish opens the application to another commune, for which the table is written.
	all.Go(func() { d.correctWork(id, forges, "38151") })
	d.waiting("application_access")
	confirmed := make(chan struct{})
	all.Go(func() {
		defer close(confirmed)
		d.does(steering, "confirmContributingEmployers", these(list))
	})
	select {
	case <-confirmed:
		t.Error("confirmed before the work was written")
	case <-time.After(200 * time.Millisecond):
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	if n, err := d.Service.CheckAccess(t.Context()); n != 0 || err != nil {
		t.Errorf("%d accesses are not what the facts give, %v", n, err)
	}
}

// waiting waits until somebody waits for a lock of that table.
func (d desk) waiting(table string) {
	d.t.Helper()
	for n := 0; n == 0; {
		d.scan(&n, "SELECT count(*) FROM pg_locks WHERE relation = $1::regclass AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", table)
	}
}
