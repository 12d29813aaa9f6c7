package server_test

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/sandbox"
)

// input is a value for the field of the act's input; a field that nobody thought of fails.
func (p *acting) input(field string, of *ast.Type) any {
	if of.Elem != nil {
		switch field {
		case "contacts":
			return []any{p.input("contact", of.Elem)}
		case "languages":
			return []any{"ar"}
		case "publicKeys", "origins", "networks", "operations", "audiences":
			return []any{}
		case "agentIds":
			if p.name == "confirmProtection" {
				return p.column("SELECT person_id FROM named_agent WHERE application_id = $1 AND confirmed_by_id IS NULL", p.to.id)
			}
			return append(p.desk.people("shared-desk-agent"), p.own("SELECT id FROM person WHERE subject = $1", "agent"))
		case "memberIds":
			return p.to.members[min(1, len(p.to.members)):]
		case "wishes", "communes":
			return []any{p.oneOf("38185", "38151", "38057")}
		case "household":
			applicant := map[string]any{"link": "APPLICANT", "givenNames": "Ana", "birthName": "Costa", "bornOn": "1990-04-12"}
			if p.name == "correctApplication" { // who else there is leaves
				applicant["id"] = p.to.members[0]
			}
			if p.r.IntN(2) == 0 {
				applicant["work"] = map[string]any{"employerSiret": p.oneOf(forges, sawmill)}
			}
			return []any{applicant}
		case "reasons":
			return []any{p.oneOf("01", "07", "13")}
		case "typologies":
			return []any{p.oneOf("T1", "T3")}
		case "personIds":
			if p.name == "staffPermanence" {
				return p.desk.people("metropole-agent")
			}
			return []any{p.one(p.people), p.one(p.people)}
		case "ids":
			return p.column("SELECT id FROM contributing_employer WHERE state <> 'WITHDRAWN' ORDER BY state DESC, id LIMIT 1")
		case "motives", "participantIds":
			return []any{}
		case "dwellingIds":
			return p.column("SELECT id FROM dwelling WHERE landlord_id IS NOT NULL ORDER BY id LIMIT 2")
		case "criteria":
			return []any{p.input("criterion", of.Elem)}
		}
		return []any{p.input(strings.TrimSuffix(field, "s"), of.Elem)}
	}
	def := p.schema.Types[of.NamedType]
	switch {
	case field == "role" && p.r.IntN(2) == 0:
		return domain.ReceptionAgent
	case def.Kind == ast.Enum:
		return def.EnumValues[p.r.IntN(len(def.EnumValues))].Name
	case def.Kind == ast.InputObject:
		o := map[string]any{}
		for _, f := range def.Fields {
			if f.Type.NonNull && f.DefaultValue == nil || p.r.IntN(3) > 0 && f.Name != "version" ||
				slices.Contains([]string{"assignRole.receptionPointIds", "setSandboxClock.to"}, p.name+"."+f.Name) { // time goes on, never back
				o[f.Name] = p.input(f.Name, f.Type)
			}
		}
		return o
	case of.NamedType == "Boolean":
		return p.r.IntN(2) == 0
	}
	today := domain.DateOf(p.now)
	switch field {
	case "receptionPointId":
		return p.own("SELECT reception_point_id FROM assignment_reception_point JOIN assignment a ON a.id = assignment_id JOIN person p ON p.id = a.person_id WHERE p.subject = $1 ORDER BY 1", field)
	case "organisationId":
		return p.own("SELECT a.organisation_id FROM assignment a JOIN person p ON p.id = a.person_id WHERE p.subject = $1 ORDER BY 1", field)
	case "partnerAppId":
		return p.one(p.pools[field])
	case "id":
		return p.thing
	case "personId":
		return p.one(p.people)
	case "applicationId", "survivorId":
		return p.to.id
	case "reservationRightId":
		return p.one(p.column("SELECT id FROM reservation_right WHERE state = 'CONFIRMED' ORDER BY id"))
	case "dwellingId":
		return p.one(p.column("SELECT id FROM dwelling WHERE landlord_id IN (SELECT landlord_id FROM reservation_right) ORDER BY id LIMIT 20"))
	case "landlordId":
		return p.one(p.column("SELECT id FROM organisation WHERE key = 'landlord-balcons-de-belledonne'"))
	case "reservataireId":
		return p.one(p.column("SELECT id FROM organisation WHERE key IN ('state', 'commune-grenoble') ORDER BY key"))
	case "rightId":
		return p.one(p.column("SELECT id FROM reservation_right ORDER BY id"))
	case "agreement", "flatNumber":
		return "A 12"
	case "charges":
		return 9_000
	case "vacantFrom", "availableOn":
		return today.AddDays(p.r.IntN(9)).String()
	case "noticeGivenOn", "statedOn", "on":
		return today.String()
	case "mergedId":
		return p.applications[p.r.IntN(len(p.applications))].id
	case "label":
		return "telephone"
	case "overall", "clarity", "waiting":
		return 1 + p.r.IntN(5)
	case "address", "town", "helpingStructure", "givenNames", "usualName", "careOf", "landlord":
		return p.oneOf("Costa", "Rivoire")
	case "birthName":
		return p.oneOf("Costa", "Duparc")
	case "postalCode":
		return "38000"
	case "startsAt":
		return p.slot().Format(time.RFC3339)
	case "endsAt":
		return p.now.Add(30 * 24 * time.Hour).Format(time.RFC3339)
	case "rule":
		return "FREQ=WEEKLY;BYDAY=MO"
	case "day", "firstDay":
		return today.AddDays(p.r.IntN(20)).String()
	case "interviewId":
		return p.one(p.column("SELECT id FROM interview WHERE application_id = $1 ORDER BY id", p.to.id))
	case "appointmentId":
		return p.one(p.column("SELECT id FROM appointment WHERE application_id = $1 ORDER BY id", p.to.id))
	case "heldOn":
		return today.String()
	case "budget":
		return 60_000
	case "servingPointId":
		return p.point("pole-habitat-social")
	case "rank":
		return 1 + p.r.IntN(3)
	case "capacity":
		return 1 + p.r.IntN(9)
	case "received":
		return p.r.IntN(9)
	case "roomId":
		return p.one(p.column("SELECT id FROM room ORDER BY id"))
	case "overbookedFor":
		return "Expulsion proche"
	case "phone", "secondPhone", "helpingPhone":
		return "+33639980031"
	case "email", "helpingEmail":
		return "quelqu.un@example.org"
	case "taxYear":
		return 2025
	case "category":
		return "A"
	case "housingMode":
		return p.oneOf("HLM", "CPE", "SH")
	case "people":
		return 3
	case "surface":
		return 40.5
	case "overrule":
		return "contact.address"
	case "taxIncome", "monthlyResources", "earlierTaxIncome", "rent", "housingBenefit":
		return 100_000
	case "identity":
		return p.versionOf("application", "id")
	case "summary", "contact", "file":
		return p.versionOf("application_"+field, "application_id")
	case "memberId":
		return p.one(p.to.members)
	case "uniqueNumber":
		return p.to.number
	case "birthDate":
		return p.oneOf(p.to.born[0], p.to.born[0], "1990-01-01")
	case "contactId":
		own := cmp.Or(p.contacts[p.actor], "rct_01AQ3WVJ000000000000000000")
		return p.oneOf(own, own, cmp.Or(p.contacts[p.one(receivers)], own))
	case "motive":
		if p.name == "bookAppointment" || p.name == "joinWaitingList" {
			return p.oneOf("RENEWAL", "FIRST_REGISTRATION", "PERSONALISED")
		}
		return p.oneOf("PIECES", "OTHER")
	case "outcome":
		return "INFORMED"
	case "minutes":
		return 1 + p.r.IntN(60)
	case "occurredAt":
		return p.now.Add(-time.Duration(p.r.IntN(2)) * time.Hour).Format(time.RFC3339)
	case "clientKey":
		return fmt.Sprintf("device-%d", p.r.IntN(100))
	case "level":
		return 1 + p.r.IntN(3)
	case "grantedFrom":
		return today.AddDays(1 + p.r.IntN(3)).String()
	case "ticket":
		return cmp.Or(p.sent[p.actor], "none")
	case "kind":
		return p.oneOf("ID_FR", "AVIS_N2", "SANTE")
	case "size":
		return len(smallPDF)
	case "sha256":
		return fmt.Sprintf("%x", sha256.Sum256([]byte(smallPDF)))
	case "pieceId":
		return p.one(p.column("SELECT id FROM piece WHERE state = 'DEPOSITED' ORDER BY id"))
	case "issuedOn":
		return today.AddDays(-30).String()
	case "expiresOn", "dueOn":
		return today.AddDays(300).String()
	case "code":
		return p.oneOf(p.codes[p.to.id], p.codes[p.to.id], "22222222")
	case "version":
		return p.version()
	case "validFrom", "from":
		return today.AddDays(p.r.IntN(2)).String()
	case "validUntil", "until":
		return today.AddDays(2 + p.r.IntN(300)).String()
	case "opens":
		return "09:00"
	case "closes":
		return "11:00"
	case "to":
		p.now = p.now.Add([]time.Duration{0, 10 * time.Minute, time.Hour, 24 * time.Hour}[p.r.IntN(4)])
		return p.now.Format(time.RFC3339)
	case "share":
		return 100
	case "territory":
		return "38185"
	case "siret":
		return p.oneOf(forges, sawmill)
	case "issuer":
		return sandbox.IssuerURL
	case "subject":
		return fmt.Sprint("new-", p.r.IntN(1000))
	case "reason", "explanation", "name", "givenName", "familyName", "text":
		return p.one(p.pools["text"])
	}
	p.t.Fatalf("nobody said what %s of %s may be", field, p.name)
	return nil
}
