package leak

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
)

// row is one of a table, by column.
type row = map[string]any

// erase takes away the world before, and the sandbox's own staff.
const erase = `
ALTER TABLE application DISABLE TRIGGER application_life; -- worlds are made, not lived
DELETE FROM message; DELETE FROM proposal; DELETE FROM interview_note; DELETE FROM interview; DELETE FROM appointment_offer; DELETE FROM booked_time; DELETE FROM appointment_staff; DELETE FROM appointment; DELETE FROM waiting_place; DELETE FROM absence; DELETE FROM availability; DELETE FROM permanence;
DELETE FROM deadline; DELETE FROM application_event; DELETE FROM proposed_change; DELETE FROM hand_over; DELETE FROM orientation; DELETE FROM reception_contact;
DELETE FROM application_access; DELETE FROM audience; DELETE FROM named_agent; DELETE FROM applicant_account;
DELETE FROM piece_transfer; DELETE FROM piece_file; DELETE FROM piece_member; DELETE FROM piece; DELETE FROM sensitive_record; DELETE FROM member_particulars; DELETE FROM household_member; DELETE FROM wish;
DELETE FROM application_contact; DELETE FROM application_file; DELETE FROM application_summary; DELETE FROM application;
DELETE FROM contributing_employer; DELETE FROM partner_app_secret; DELETE FROM partner_app; DELETE FROM staff_authorisation; DELETE FROM pair; DELETE FROM assignment;
DELETE FROM person; DELETE FROM landlord_territory; DELETE FROM organisation WHERE key LIKE 'org!_%' ESCAPE '!';`

// store makes the database that world, and says who sees what of it. Before and after
// are for what a test breaks, between the facts and who sees them.
func (l *Lab) store(ctx context.Context, w *World, broken Broken) error {
	if _, err := l.API.DB.ExecContext(ctx, erase); err != nil {
		return err
	}
	if err := l.insertAll(ctx, append(w.network(), w.records()...)); err != nil {
		return err
	}
	if err := l.run(ctx, broken.Facts); err != nil {
		return err
	}
	if err := l.settle(ctx, w, broken); err != nil {
		return err
	}
	return l.run(ctx, broken.Rows)
}

func (l *Lab) run(ctx context.Context, statement string) error {
	if statement == "" {
		return nil
	}
	_, err := l.API.DB.ExecContext(ctx, statement)
	return err
}

// settle has the service say who sees what, from the stored facts. Receptions and
// emergencies have no table yet: their rows are made by the same rules, here.
func (l *Lab) settle(ctx context.Context, w *World, broken Broken) error {
	ids := make([]domain.ID, len(w.Applications))
	for i, a := range w.Applications {
		ids[i] = domain.ID(a.ID)
	}
	if err := l.run(ctx, broken.Settling); err != nil {
		return err
	}
	if err := l.API.Service.SettleAccess(ctx, ids...); err != nil {
		return err
	}
	if broken.Settling != "" { // what is shown is the truth again
		for _, a := range w.applications {
			_, err := l.API.DB.ExecContext(ctx, "UPDATE application SET state = $2, removed_on = $3, erased_on = $4, protected = $5 WHERE id = $1",
				a.ID, stored(a), removedOn(w, a), erasedOn(w, a), a.Protected)
			if err != nil {
				return err
			}
		}
	}
	var rows []row
	for _, a := range w.Applications {
		facts := policy.ApplicationFacts{
			State: domain.ApplicationState(a.State), Erased: a.Erased, Protected: a.Protected,
			Receptions: openings(a.Receptions), Emergencies: openings(a.Emergencies),
		}
		if broken.Admit != nil {
			broken.Admit(&facts)
		}
		for _, x := range policy.Accesses(facts) {
			if x.Audience.Ground != domain.GroundReceived && x.Audience.Ground != domain.GroundBreakGlass {
				continue
			}
			rows = append(rows, row{
				"application_id": a.ID, "audience_id": x.Audience.ID(), "ground": x.Audience.Ground, "groups": x.Groups,
				"valid_from": x.From, "valid_until": x.Until,
			})
		}
	}
	return l.insert(ctx, "application_access", rows)
}

func openings(all []oracle.Opening) []policy.Opening {
	var opened []policy.Opening
	for _, o := range all {
		opened = append(opened, policy.Opening{Person: domain.ID(o.Person), Where: domain.ID(o.Where), From: o.From, Until: o.Until})
	}
	return opened
}

func (l *Lab) insertAll(ctx context.Context, tables []table) error {
	for _, t := range tables {
		if err := l.insert(ctx, t.name, t.rows); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}

// insert writes rows that all have the same columns.
func (l *Lab) insert(ctx context.Context, name string, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	columns := `"` + strings.Join(slices.Sorted(maps.Keys(rows[0])), `", "`) + `"`
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = l.API.DB.ExecContext(ctx, fmt.Sprintf(
		`INSERT INTO %q (%s) SELECT %s FROM json_populate_recordset(NULL::%q, $1)`, name, columns, columns, name), string(text))
	return err
}

// table is rows of one.
type table struct {
	name string
	rows []row
}

// orNull is null for nothing.
func orNull[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

// list is never null.
func list(words []string) []string { return append([]string{}, words...) }

// network are the rows of organisations, staff and apps.
func (w *World) network() []table {
	t := map[string][]row{}
	add := func(name string, r row) { t[name] = append(t[name], r) }
	for _, id := range w.organisations {
		o := w.Organisations[id]
		add("organisation", row{
			"id": id, "key": id, "kind": o.Kind, "name": id, "reservataire": false, "registering_body": o.Registers, "commune_id": orNull(o.Commune),
		})
		for _, c := range o.Territory {
			add("landlord_territory", row{"organisation_id": id, "commune_id": c})
		}
	}
	for _, id := range []string{w.administrator, w.second} {
		add("person", personRow(id))
	}
	w.addEmployers(add)
	for _, p := range w.people {
		add("person", personRow(p.ID))
		for _, a := range p.Assignments {
			state := domain.AssignmentConfirmed
			if !a.Confirmed {
				state = domain.AssignmentProposed
			}
			add("assignment", row{
				"id": a.ID, "person_id": p.ID, "organisation_id": a.Organisation, "role": a.Role, "share": domain.FullTime, "version": 1,
				"state": state, "valid_from": a.From, "valid_until": orNull(a.Until),
			})
			for _, at := range a.Points {
				add("assignment_reception_point", row{"assignment_id": a.ID, "reception_point_id": at})
			}
		}
		for i, h := range p.Authorisations {
			var why any
			if h.Revoked != "" {
				why = "error"
			}
			add("staff_authorisation", row{
				"id": w.id(domain.StaffAuthorisationPrefix, p.ID, i), "person_id": p.ID, "organisation_id": h.Organisation, "role": h.Role,
				"granted_by_id": w.administrator, "granted_on": h.From, "valid_from": h.From, "valid_until": h.Until,
				"revoked_on": orNull(h.Revoked), "revocation_reason": why, "version": 1,
			})
		}
	}
	w.addApps(add)
	var all []table
	for _, name := range []string{
		"organisation", "landlord_territory", "person", "contributing_employer", "assignment", "assignment_reception_point", "staff_authorisation",
		"partner_app", "partner_app_secret", "partner_app_reception_point", "partner_app_commune",
	} {
		all = append(all, table{name, t[name]})
	}
	return all
}

func personRow(id string) row {
	return row{"id": id, "issuer": testapi.WeakURL, "subject": id, "given_name": "Une", "family_name": "Personne"}
}

func (w *World) addApps(add func(string, row)) {
	for _, a := range w.apps {
		scopes := []domain.AppScope{domain.DirectoryScope, domain.StockScope, domain.ActForPersonScope} // a proposal leads to a dwelling
		if a.Applications {
			scopes = append(scopes, domain.ApplicationsScope)
		}
		add("partner_app", row{
			"id": a.id, "organisation_id": a.Organisation, "name": a.id, "scopes": scopes, "read_only": true,
			"operations": []string{}, "origins": []string{}, "networks": []string{}, "audiences": []string{}, "public_keys": []string{},
			"valid_until": w.day(300), "failures": 0, "version": 1,
		})
		hash := sha256.Sum256([]byte(a.secret))
		add("partner_app_secret", row{
			"id": w.id(domain.PartnerAppSecretPrefix, a.id), "partner_app_id": a.id, "hash": `\x` + hex.EncodeToString(hash[:]), "made_at": w.Now,
		})
		for _, p := range a.Points {
			add("partner_app_reception_point", row{"partner_app_id": a.id, "reception_point_id": p})
		}
		for _, c := range a.Communes {
			add("partner_app_commune", row{"partner_app_id": a.id, "commune_id": c})
		}
	}
}

// records are the rows of the applications. An erased one keeps here what a careless
// erasure would have left.
func (w *World) records() []table {
	t := map[string][]row{}
	add := func(name string, r row) { t[name] = append(t[name], r) }
	for _, a := range w.applications {
		id := func(p domain.Prefix, key ...any) string { return w.id(p, a.ID, key) }
		key, birth := domain.NameKey(a.givenNames, a.birthName, a.usualName), a.birthName
		if a.Erased {
			key, birth = "", ""
		}
		add("application", row{
			"id": a.ID, "unique_number": orNull(a.number), "state": stored(a), "given_names": a.givenNames, "birth_name": birth,
			"usual_name": a.usualName, "name_key": key, "valid_until": a.validUntil, "registered_on": a.registeredOn,
			"removed_on": removedOn(w, a), "erased_on": erasedOn(w, a), "protected": a.Protected, "version": 1,
		})
		add("application_summary", row{
			"id": id(domain.ApplicationSummaryPrefix), "application_id": a.ID, "registered_on": a.registeredOn, "renewed_on": orNull(a.renewed),
			"reception_deadline": a.deadline, "household_size": len(a.members), "typologies": a.typologies,
			"following_point_id": orNull(a.FollowingPoint), "followed_since": orNull(a.FollowedSince), "version": 2,
			"enlarged": len(a.typologies) > 1, "category": "I", "personalised_appointment_on": a.registeredOn, "provenance": w.summaryOrigin(a),
		})
		add("application_file", row{
			"id": id(domain.ApplicationFilePrefix), "application_id": a.ID, "tax_year": a.taxYear, "tax_income": a.taxIncome,
			"monthly_resources": a.resources, "housing": a.housing, "reasons": list(a.reasons), "version": 3,
			"earlier_tax_income": a.taxIncome - 1, "provenance": w.fileOrigin(a),
		})
		add("application_contact", row{
			"id": id(domain.ApplicationContactPrefix), "application_id": a.ID, "address": a.address, "postal_code": a.postalCode, "town": a.town,
			"phone": orNull(a.phone), "email": a.email, "helping_structure": a.helping, "version": 4,
			"care_of": "Chez " + a.address, "mailing": a.mailing(), "second_phone": orNull(a.phone), "email_allowed": a.email != "", "text_allowed": false,
			"helping_phone": orNull(a.phone), "helping_email": a.email, "dwelling": a.dwelling(), "provenance": w.contactOrigin(a),
		})
		for i, c := range a.Wishes {
			add("wish", row{"id": id(domain.WishPrefix, c), "application_id": a.ID, "commune_id": c, "rank": i + 1})
		}
		for i, m := range a.members {
			w.addMember(add, a, i, m)
		}
		for _, p := range a.pieces {
			w.addPiece(add, a, p)
		}
		for _, p := range a.appointments {
			w.addAppointment(add, a, p)
		}
		w.addMessages(add, a)
		for _, p := range a.waitingPlaces {
			w.addWaitingPlace(add, a, p)
		}
		for _, i := range a.interviews {
			w.addInterview(add, a, i)
		}
		for _, p := range a.proposals {
			w.addProposal(add, a, p)
		}
		for _, b := range a.Bindings {
			var over any
			if b.Over {
				over = w.Now.Add(-time.Minute)
			}
			add("applicant_account", row{
				"id": id(domain.ApplicantAccountPrefix, b.Member), "application_id": a.ID, "member_id": b.Member,
				"issuer": b.Issuer, "subject": b.Subject, "bound_at": b.Since, "unbound_at": over,
			})
		}
		w.addLife(add, a)
		for _, o := range a.orientations {
			w.addOrientation(add, a, o)
		}
		for _, n := range a.NamedAgents {
			var second any
			if n.Confirmed {
				second = w.second
			}
			add("named_agent", row{
				"id": id(domain.NamedAgentPrefix, n.Person), "application_id": a.ID, "person_id": n.Person, "organisation_id": n.Organisation,
				"valid_from": n.From, "valid_until": orNull(n.Until), "proposed_by_id": w.administrator, "confirmed_by_id": second,
			})
		}
	}
	w.addContacts(add)
	var all []table
	for _, name := range []string{
		"application", "application_summary", "application_file", "application_contact", "wish", "household_member",
		"member_particulars", "sensitive_record", "applicant_account", "named_agent",
		"deadline", "application_event", "proposed_change", "hand_over", "orientation", "reception_contact",
		"piece", "piece_member", "piece_file", "piece_transfer",
		"appointment", "appointment_staff", "message", "appointment_offer", "waiting_place", "interview", "interview_note", "proposal",
	} {
		all = append(all, table{name, t[name]})
	}
	return all
}

// addLife are the rows of what comes, what happened, what waits and who followed.
func (w *World) addLife(add func(string, row), a *application) {
	if a.due != "" {
		add("deadline", row{
			"id": w.id(domain.DeadlinePrefix, a.ID), "application_id": a.ID, "kind": "EXPIRY", "due_on": a.due, "announced_from": a.announced(w),
			"article": "CCH R441-2-7", "announced": true, "passed": true,
		})
	}
	for i, e := range a.events {
		add("application_event", row{
			"id": w.id(domain.ApplicationEventPrefix, a.ID, i), "application_id": a.ID, "position": i + 1, "happened_on": e.on,
			"kind": e.kind, "state": e.state, "reason": e.reason,
		})
	}
	if a.proposed != "" {
		add("proposed_change", row{
			"id": w.id(domain.ProposedChangePrefix, a.ID), "application_id": a.ID, "reception_point_id": w.points[0].id,
			"proposed_by_id": w.administrator, "proposed_on": a.registeredOn, "correction": a.correction(),
		})
	}
	for i, f := range a.Former {
		to := w.points[0].id
		if to == f.Point {
			to = w.points[1].id
		}
		add("hand_over", row{
			"id": w.id(domain.HandOverPrefix, a.ID, i), "application_id": a.ID, "from_point_id": f.Point, "to_point_id": to,
			"offered_by_id": w.administrator, "organisation_id": w.organisations[0], "offered_on": w.day(-9),
			"accepted_by_id": w.second, "accepted_at": w.Now, "seen_until": f.Until,
		})
	}
}

func (w *World) addMember(add func(string, row), a *application, i int, m member) {
	var bornIn any
	if m.bornOn != "" {
		bornIn = m.bornOn[:len("2006-01-")] + "01"
		add("member_particulars", row{
			"id": w.id(domain.MemberParticularsPrefix, m.id), "application_id": a.ID, "member_id": m.id, "given_names": m.given,
			"birth_name": m.birth, "usual_name": m.usual, "born_on": m.bornOn, "version": 5,
			"civil_status": m.civilStatus(), "work": m.work(), "provenance": origin("birthName."+m.birth, a.registeredOn, ""),
		})
	}
	add("household_member", row{
		"id": m.id, "application_id": a.ID, "rank": i + 1, "link": m.link, "born_in": bornIn, "expected_on": orNull(m.expectedOn),
		"resources": m.lines(a), "maintenance_paid": a.resources, "provenance": origin("link."+m.link, a.registeredOn, ""),
	})
	if m.sensitive {
		add("sensitive_record", row{
			"id": w.id(domain.SensitiveRecordPrefix, m.id), "application_id": a.ID, "member_id": m.id, "reasons": list(m.reasons),
			"housing_mode": m.mode, "needs": list(m.needs), "free_text": m.freeText, "safe_contact": m.safeContact, "version": 6,
			"disability": m.disability(), "resources": m.confidedLines(),
		})
	}
}

// stored is the state as it is stored: what was erased was in one before.
func stored(a *application) string {
	if a.Erased {
		return "ERASED"
	}
	return a.State
}

func removedOn(w *World, a *application) any {
	if a.State == "REMOVED" || a.Erased {
		return w.day(-10)
	}
	return nil
}

func erasedOn(w *World, a *application) any {
	if a.Erased {
		return w.day(-1)
	}
	return nil
}

// places reads what worlds are made upon.
func places(ctx context.Context, db *sql.DB, statement string) ([]place, error) {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []place
	for rows.Next() {
		var p place
		if err := rows.Scan(&p.id, &p.code, &p.commune); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}
