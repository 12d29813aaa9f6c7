package sandbox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/sandbox"
)

// What the sandbox's people were given is what the rules let anybody give: an
// authorisation in a role that opens something at the organisation, to a person
// assigned to it, for a year at most, by somebody else.
func TestStaffIsWithinTheRules(t *testing.T) {
	t.Parallel()
	s, db := empty(t, &counter{})
	must(t, sandbox.Seed(t.Context(), s))
	rows, err := db.QueryContext(t.Context(), `
		SELECT p.subject, h.role, o.kind, o.reservataire, o.registering_body, h.valid_from, h.valid_until, h.person_id = h.granted_by_id,
			EXISTS (SELECT FROM assignment a WHERE a.person_id = h.person_id AND a.role = h.role AND a.organisation_id = o.id)
		FROM staff_authorisation h JOIN person p ON p.id = h.person_id JOIN organisation o ON o.id = h.organisation_id`)
	must(t, err)
	defer func() { _ = rows.Close() }()
	today := domain.DateOf(time.Date(2026, time.November, 23, 11, 0, 0, 0, time.UTC))
	holders, seen := map[string]bool{}, 0
	for rows.Next() {
		var who string
		var plan domain.AuthorisationPlan
		var body domain.Body
		var self, assigned bool
		must(t, rows.Scan(&who, (*string)(&plan.Role), (*string)(&body.Kind), &body.Reservataire, &body.RegisteringBody,
			&plan.From, &plan.Until, &self, &assigned))
		if refusals := plan.Check(body, plan.From); len(refusals) > 0 || self || !assigned {
			t.Errorf("%s: %v, self %v, assigned %v", who, refusals, self, assigned)
		}
		if !today.Before(plan.From) && today.Before(plan.Until) {
			holders[who] = true
		}
		seen++
	}
	must(t, rows.Err())
	for _, p := range sandbox.Personas() {
		want := p.Role.AuthorisableAt(domain.Body{Kind: domain.Landlord, RegisteringBody: true})
		switch p.Name {
		case "department-allocation", "commune-grenoble-expired", "former-agent":
			want = false
		}
		if holders[p.Name] != want {
			t.Errorf("%s holds an authorisation on %s: %v", p.Name, today, !want)
		}
	}
	var revoked string
	must(t, db.QueryRowContext(t.Context(), `
		SELECT string_agg(p.subject, ' ') FROM staff_authorisation h JOIN person p ON p.id = h.person_id WHERE h.revoked_on IS NOT NULL`).Scan(&revoked))
	if revoked != "commune-grenoble-revoked" || seen < 50 {
		t.Errorf("%d authorisations, revoked: %s", seen, revoked)
	}
	var pairs string
	must(t, db.QueryRowContext(t.Context(), `
		SELECT string_agg(members, ' | ' ORDER BY members) FROM (
			SELECT string_agg(p.subject, '+' ORDER BY p.subject) AS members FROM pair_member m JOIN person p ON p.id = m.person_id
			JOIN pair b ON b.id = m.pair_id
			JOIN assignment a ON a.person_id = p.id
			JOIN assignment_reception_point ap ON ap.assignment_id = a.id AND ap.reception_point_id = b.reception_point_id
			GROUP BY b.id) x`).Scan(&pairs))
	if n := strings.Count(pairs, "+"); n != 3 {
		t.Errorf("pairs of people who work at their point: %s", pairs)
	}
}
