package server_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/sandbox"
)

var selfOpeningSeed = flag.Uint64("self-opening-seed", 0, "the seed of random acts; 0 for that of the moment")

// rule is who most often does something, and the grounds that it opens by design.
type rule struct {
	likely []string
	opens  []domain.Ground
}

// acts are all mutations of the contract: a new one is told here what it may open.
var acts = map[string]rule{
	"declareOpeningException":    {likely: []string{"commune-grenoble-manager"}},
	"withdrawOpeningException":   {likely: []string{"commune-grenoble-manager"}},
	"registerPerson":             {likely: []string{"commune-grenoble-admin", "metropole-admin"}},
	"assignRole":                 {likely: []string{"commune-grenoble-admin", "metropole-admin", "shared-desk-admin"}},
	"endAssignment":              {likely: []string{"commune-grenoble-admin"}},
	"confirmAssignment":          {likely: []string{"commune-grenoble-second-admin", "commune-grenoble-admin", "metropole-admin"}},
	"rejectAssignment":           {likely: []string{"commune-grenoble-second-admin"}},
	"grantStaffAuthorisation":    {likely: []string{"commune-grenoble-admin", "shared-desk-admin", "metropole-admin"}},
	"revokeStaffAuthorisation":   {likely: []string{"commune-grenoble-admin"}},
	"formPair":                   {likely: []string{"commune-grenoble-manager"}},
	"endPair":                    {likely: []string{"shared-desk-manager"}},
	"setSandboxClock":            {likely: []string{"metropole-steering"}},
	"registerPartnerApp":         {likely: []string{"commune-grenoble-admin"}},
	"changePartnerApp":           {likely: []string{"commune-grenoble-admin", throughApp}},
	"addPartnerAppSecret":        {likely: []string{"commune-grenoble-admin", throughApp}},
	"revokePartnerAppSecret":     {likely: []string{"landlord-balcons-de-belledonne-admin"}},
	"revokePartnerApp":           {likely: []string{"landlord-balcons-de-belledonne-admin"}},
	"recordContact":              {likely: receivers},
	"receiveApplicant":           {receivers, []domain.Ground{domain.GroundReceived}},
	"openApplicationInEmergency": {[]string{"commune-echirolles-social", "commune-grenoble-manager", "shared-desk-manager"}, []domain.Ground{domain.GroundBreakGlass}},
	"issueBindingCode":           {likely: []string{"commune-grenoble-agent", "shared-desk-agent", "shared-desk-social"}},
	"bindAccount":                {[]string{"account:a", "account:b"}, []domain.Ground{domain.GroundSelf}},
	"unbindAccount":              {likely: []string{"account:a", "account:b"}},
	"protectApplication":         {likely: []string{"shared-desk-social", "metropole-social"}},
	"confirmProtection":          {[]string{"metropole-social", "shared-desk-social", "shared-desk-agent"}, []domain.Ground{domain.GroundNamedAgent}},
	"prepareUpload":              {likely: []string{"commune-grenoble-agent", "commune-echirolles-agent", "shared-desk-agent", "account:a"}},
	"depositPiece":               {likely: []string{"commune-grenoble-agent", "commune-echirolles-agent", "shared-desk-agent", "account:a"}},
	"depositPieceUnderNumber":    {likely: []string{"commune-grenoble-agent", "commune-echirolles-agent", "shared-desk-agent"}},
	"acceptPiece":                {likely: []string{"commune-grenoble-agent", "shared-desk-agent"}},
	"refusePiece":                {likely: []string{"commune-grenoble-agent", "shared-desk-agent"}},
	"resendPiece":                {likely: []string{"commune-grenoble-agent", "shared-desk-agent"}},
	"prepareAccessExport":        {likely: []string{"metropole-privacy"}},
	"reopenToApplicant":          {[]string{"shared-desk-agent", "shared-desk-manager"}, []domain.Ground{domain.GroundSelf}},

	// What is deposited is seen by the point that follows, the applicant, and whom its
	// wishes concern; so is what counts again, or is taken from the queue or handed over.
	"registerApplication":       {deskAgents, wished},
	"registerOnline":            {[]string{"account:a", "account:b"}, append([]domain.Ground{domain.GroundSelf}, wished...)},
	"saveDraft":                 {likely: append([]string{"account:a", "account:b"}, deskAgents...)},
	"depositDraft":              {append([]string{"account:a", "account:b"}, deskAgents...), append([]domain.Ground{domain.GroundSelf}, wished...)},
	"declineAppointmentOffer":   {likely: append([]string{"account:a", "account:b"}, deskAgents...)},
	"openCalendarFeed":          {likely: deskAgents},
	"revokeCalendarFeed":        {likely: deskAgents},
	"answerSatisfaction":        {likely: append([]string{"account:a", "account:b"}, deskAgents...)},
	"discardDraft":              {likely: append([]string{"account:a", "account:b"}, deskAgents...)},
	"validateApplication":       {deskAgents, wished},
	"rejectApplication":         {likely: deskAgents},
	"depositApplicationAgain":   {append([]string{"account:a"}, deskAgents...), wished},
	"renewApplication":          {likely: append(append([]string{"account:a"}, deskAgents...), receivers...)},
	"recordNotice":              {likely: deskAgents},
	"correctApplication":        {append([]string{"account:a"}, deskAgents...), wished},
	"proposeChange":             {likely: receivers},
	"acceptProposedChange":      {append([]string{"account:a"}, deskAgents...), wished},
	"declineProposedChange":     {likely: deskAgents},
	"warnApplicant":             {likely: deskAgents},
	"withdrawWarning":           {likely: deskAgents},
	"removeApplication":         {likely: deskAgents},
	"reactivateApplication":     {deskAgents, wished},
	"mergeApplications":         {likely: deskAgents},
	"undoMerge":                 {deskAgents, wished},
	"splitApplication":          {deskAgents, append([]domain.Ground{domain.GroundSelf}, wished...)},
	"handOverApplication":       {likely: deskAgents},
	"acceptHandOver":            {deskAgents, []domain.Ground{domain.GroundFollowed}},
	"declineHandOver":           {likely: deskAgents},
	"orientApplicant":           {likely: append(receivers, "commune-echirolles-agent")},
	"acceptOrientation":         {deskAgents, []domain.Ground{domain.GroundOriented}},
	"declineOrientation":        {likely: deskAgents},
	"withdrawOrientation":       {likely: receivers},
	"recordOrientationReceived": {likely: deskAgents},
	"reportBackOrientation":     {likely: deskAgents},
	"recordContacts":            {likely: receivers},
	"requestLevelChange":        {likely: []string{"commune-grenoble-manager", "commune-grenoble-admin"}},
	"answerLevelChange":         {likely: []string{"metropole-steering"}},
	// Who holds a permanence registers for its own point: it sees what it saw before.
	"requestPermanence": {likely: []string{"commune-bresson-agent", "commune-grenoble-manager", "metropole-steering"}},
	"planPermanence":    {likely: []string{"metropole-steering"}},
	"declinePermanence": {likely: []string{"metropole-steering"}},
	"staffPermanence":   {likely: []string{"metropole-steering"}},
	"holdPermanence":    {likely: []string{"metropole-steering", "metropole-agent"}},
	"cancelPermanence":  {likely: []string{"metropole-steering", "commune-bresson-agent"}},

	// What was said opens nothing.
	"recordInterview":  {likely: append([]string{"commune-echirolles-social", "shared-desk-social"}, deskAgents...)},
	"addInterviewNote": {likely: append([]string{"commune-echirolles-social", "shared-desk-social"}, deskAgents...)},

	"takeOnlineRegistration":    {deskAgents, []domain.Ground{domain.GroundFollowed}},
	"assignOnlineRegistration":  {likely: deskAgents},
	"releaseOnlineRegistration": {likely: deskAgents},

	// A slot, a time or an appointment opens nothing: no ground rests on any of them.
	"addRoom":           {likely: []string{"commune-grenoble-manager", "shared-desk-manager"}},
	"openAvailability":  {likely: []string{"commune-grenoble-agent", "shared-desk-agent", "shared-desk-manager"}},
	"changeOccurrence":  {likely: []string{"commune-grenoble-agent", "shared-desk-agent"}},
	"endAvailability":   {likely: []string{"commune-grenoble-manager", "shared-desk-manager"}},
	"declareAbsence":    {likely: []string{"commune-grenoble-agent", "shared-desk-agent"}},
	"withdrawAbsence":   {likely: []string{"commune-grenoble-agent", "shared-desk-agent"}},
	"bookAppointment":   {likely: append([]string{"account:a"}, deskAgents...)},
	"moveAppointment":   {likely: append([]string{"account:a"}, deskAgents...)},
	"cancelAppointment": {likely: append([]string{"account:a"}, deskAgents...)},
	"recordAttendance":  {likely: deskAgents},
	"joinWaitingList":   {likely: append([]string{"account:a"}, deskAgents...)},

	// What a landlord says of its dwellings makes none and moves none; a right is both parties'.
	"updateManagedDwelling":   {likely: []string{landlordStock}},
	"recordVacancy":           {likely: []string{landlordStock}},
	"updateVacancy":           {likely: []string{landlordStock}},
	"closeVacancy":            {likely: []string{landlordStock}},
	"designateVacancy":        {likely: []string{landlordStock}},
	"proposeReservationRight": {likely: []string{landlordStock, "state-allocation", "commune-grenoble-allocation"}},
	"confirmReservationRight": {likely: []string{landlordStock, "state-allocation", "commune-grenoble-allocation"}},
	"endReservationRight":     {likely: []string{landlordStock, "state-allocation"}},
	"leaveWaitingList":        {likely: append([]string{"account:a"}, deskAgents...)},
	"takeWaitingOffer":        {likely: append([]string{"account:a"}, deskAgents...)},
}

var (
	deskAgents = []string{"commune-grenoble-agent", "commune-echirolles-agent", "shared-desk-agent"}
	// wished are the grounds that an application opens by itself.
	wished = []domain.Ground{
		domain.GroundFollowed, domain.GroundWishedCommune, domain.GroundWishedTerritory, domain.GroundTerritory, domain.GroundReceived, domain.GroundBreakGlass,
	}
)

const throughApp = "app:" + portal + " for commune-grenoble-admin"

const landlordStock = "landlord-balcons-de-belledonne-stock"

var (
	receivers = []string{"commune-bresson-agent", "commune-echirolles-agent", "commune-grenoble-agent", "landlord-balcons-de-belledonne-agent"}
	players   = []string{
		"", "commune-grenoble-agent", "commune-grenoble-manager", "commune-grenoble-admin", "commune-grenoble-second-admin",
		"commune-grenoble-allocation", "commune-grenoble-expired", "commune-echirolles-agent", "commune-echirolles-social", "commune-bresson-agent",
		"shared-desk-agent", "shared-desk-social", "shared-desk-manager", "shared-desk-admin", "metropole-agent", "metropole-social",
		"metropole-admin", "metropole-steering", "metropole-privacy", "landlord-balcons-de-belledonne-admin", "landlord-balcons-de-belledonne-agent", landlordStock,
		"state-allocation", "former-agent", "account:a", "account:b", "app:" + portal, throughApp, "app:" + portal + " for commune-grenoble-agent",
	}
)

// never are statements that count what no sequence of acts leads to.
var never = map[string]string{
	"somebody assigned itself":               "SELECT count(*) FROM assignment WHERE assigned_by_id = person_id",
	"somebody authorised itself":             "SELECT count(*) FROM staff_authorisation WHERE granted_by_id = person_id",
	"without a second person":                "SELECT count(*) FROM assignment WHERE state = 'CONFIRMED' AND role IN ('SOCIAL_OFFICER', 'PRIVACY_OFFICER', 'ORG_ADMIN') AND assigned_by_id IS NOT NULL AND (decided_by_id IS NULL OR decided_by_id IN (assigned_by_id, person_id))",
	"somebody confirmed its own":             "SELECT count(*) FROM named_agent WHERE confirmed_by_id IN (person_id, proposed_by_id)",
	"received without a contact":             "SELECT count(*) FROM reception_grant g JOIN reception_contact c ON c.id = g.contact_id WHERE c.reception_point_id <> g.reception_point_id OR g.valid_from - c.recorded_at NOT BETWEEN '0' AND interval '1 hour' OR g.valid_until - g.valid_from > interval '24 hours'",
	"an emergency that lasts":                "SELECT count(*) FROM emergency_opening WHERE valid_until - valid_from > interval '1 hour'",
	"a fourth emergency in a week":           "SELECT count(*) FROM emergency_opening a WHERE (SELECT count(*) FROM emergency_opening b WHERE b.person_id = a.person_id AND b.valid_from BETWEEN a.valid_from AND a.valid_from + interval '6 days 23 hours') > 3",
	"somebody accepted its own":              "SELECT count(*) FROM hand_over WHERE accepted_by_id = offered_by_id",
	"somebody accepted whom it sent":         "SELECT count(*) FROM orientation WHERE accepted_by_id = sent_by_id",
	"a point sees for long whom it was sent": "SELECT count(*) FROM orientation WHERE seen_until - ended_at > interval '15 days'",
	"a former point for long":                "SELECT count(*) FROM hand_over WHERE seen_until - accepted_at > interval '30 days'",
	"two follow one registration":            "SELECT count(*) FROM online_registration o JOIN application_summary s USING (application_id) WHERE NOT handled AND o.reception_point_id IS DISTINCT FROM s.following_point_id",
	"a right of one party alone":             "SELECT count(*) FROM reservation_right WHERE state = 'CONFIRMED' AND (landlord_confirmed_by_id IS NULL OR reservataire_confirmed_by_id IS NULL OR landlord_confirmed_by_id = reservataire_confirmed_by_id)",
	"more than the whole flow":               "SELECT count(*) FROM (SELECT 1 FROM reservation_right WHERE state = 'CONFIRMED' AND valid_until IS NULL GROUP BY landlord_id HAVING sum(share) > 1000) s",
	"two accounts of a person":               "SELECT count(*) - count(DISTINCT member_id) FROM applicant_account WHERE unbound_at IS NULL",
}

// acting is a random sequence of acts.
type acting struct {
	desk
	r            *rand.Rand
	schema       *ast.Schema
	now          time.Time
	tokens       map[string]string
	people       []string
	issuers      map[string]string
	applications []named
	pools        map[string][]string
	contacts     map[string]string
	codes        map[string]string
	// handedOver is the application whose code was handed over by the last act.
	handedOver string
	// opened are the accesses after the last act, nil before the first.
	opened map[string]domain.Ground
	// sent are the tickets of files that have arrived, by who sent them.
	sent map[string]string
	// accepted counts the acts that were done, by their names.
	accepted map[string]int

	// The act that is being drawn: its name, who does it, to which application and thing.
	name, actor, thing string
	to                 named
}

func newActing(t *testing.T, seed uint64) *acting {
	t.Helper()
	d := newDesk(t)
	p := &acting{
		desk: d, r: rand.New(rand.NewPCG(seed, 0)), schema: contract(t), now: testapi.Now,
		tokens: map[string]string{}, issuers: map[string]string{}, contacts: map[string]string{}, codes: map[string]string{}, sent: map[string]string{}, accepted: map[string]int{},
	}
	for _, as := range players {
		switch {
		case strings.HasPrefix(as, "app:"):
			key, persona, _ := strings.Cut(strings.TrimPrefix(as, "app:"), " for ")
			p.tokens[as] = d.AppToken(t, key, persona)
		case strings.HasPrefix(as, "account:"):
			p.tokens[as] = testapi.Sign(t, testapi.PortalURL, strings.TrimPrefix(as, "account:"), nil)
		case as != "":
			p.tokens[as] = testapi.Token(t, as)
			p.people = append(p.people, d.people(as)[0])
		}
	}
	for _, edge := range []int{sandbox.EdgeSingle, sandbox.EdgeCouple, sandbox.EdgeHomonymFirst, sandbox.EdgeTwins, sandbox.EdgeProtectedDesk} {
		p.applications = append(p.applications, d.edge(edge))
	}
	p.pools = map[string][]string{
		"receptionPointId": {d.point("mairie-grenoble"), d.point("mairie-echirolles"), d.point("mairie-bresson"), d.point("pole-habitat-social")},
		"organisationId":   p.column("SELECT id FROM organisation WHERE key IN ('commune-grenoble', 'metropole', 'pole-habitat-social', 'landlord-balcons-de-belledonne') ORDER BY key"),
		"partnerAppId":     p.column("SELECT id FROM partner_app ORDER BY id"),
		"agent":            d.people("shared-desk-manager", "shared-desk-social", "commune-grenoble-agent"),
		"text":             {"Une explication assez longue.", "Une autre, qui ne nomme personne."},
	}
	return p
}

// column reads one column of identifiers.
func (p *acting) column(query string, args ...any) []string {
	p.t.Helper()
	var all []string
	p.scan(pq.Array(&all), "SELECT COALESCE(array_agg(x), '{}') FROM ("+query+") AS t(x)", args...)
	return all
}

func (p *acting) one(of []string) string {
	if len(of) == 0 {
		return "per_01AQ3WVJ000000000000000000"
	}
	return of[p.r.IntN(len(of))]
}

// things are the tables in which the id of an act is looked up.
var things = map[string]string{
	"withdrawOpeningException": "opening_hours WHERE weekday IS NULL", "endAssignment": "assignment WHERE assigned_by_id IS NOT NULL",
	"confirmAssignment": "assignment WHERE state = 'PROPOSED'", "rejectAssignment": "assignment WHERE state = 'PROPOSED'",
	"revokeStaffAuthorisation": "staff_authorisation", "endPair": "pair", "changePartnerApp": "partner_app", "revokePartnerApp": "partner_app",
	"revokePartnerAppSecret": "partner_app_secret",
	"acceptProposedChange":   "proposed_change", "declineProposedChange": "proposed_change",
	"acceptHandOver": "hand_over WHERE accepted_at IS NULL", "declineHandOver": "hand_over WHERE accepted_at IS NULL",
	"acceptOrientation": "orientation WHERE ended_at IS NULL", "declineOrientation": "orientation WHERE ended_at IS NULL",
	"withdrawOrientation": "orientation WHERE ended_at IS NULL", "recordOrientationReceived": "orientation WHERE ended_at IS NULL",
	"reportBackOrientation": "orientation WHERE ended_at IS NULL", "answerLevelChange": "level_change WHERE state = 'REQUESTED'",
	"takeOnlineRegistration": "online_registration WHERE NOT handled", "assignOnlineRegistration": "online_registration WHERE NOT handled",
	"releaseOnlineRegistration": "online_registration WHERE NOT handled",
	"changeOccurrence":          "availability", "endAvailability": "availability", "withdrawAbsence": "absence",
	"planPermanence": "permanence WHERE state IN ('REQUESTED', 'PLANNED')", "declinePermanence": "permanence WHERE state = 'REQUESTED'",
	"staffPermanence": "permanence WHERE state IN ('PLANNED', 'STAFFED')", "holdPermanence": "permanence WHERE state = 'STAFFED'",
	"cancelPermanence":        "permanence WHERE state IN ('REQUESTED', 'PLANNED', 'STAFFED')",
	"declineAppointmentOffer": "appointment_offer", "revokeCalendarFeed": "calendar_feed",
	"moveAppointment": "appointment", "cancelAppointment": "appointment", "recordAttendance": "appointment",
	"leaveWaitingList": "waiting_place", "takeWaitingOffer": "waiting_place",
	"updateVacancy": "vacancy WHERE closed_on IS NULL", "closeVacancy": "vacancy WHERE closed_on IS NULL", "designateVacancy": "vacancy WHERE closed_on IS NULL",
	"confirmReservationRight": "reservation_right WHERE state = 'PROPOSED'", "endReservationRight": "reservation_right WHERE state <> 'WITHDRAWN'",
	"saveDraft": "draft", "depositDraft": "draft", "discardDraft": "draft",
}

// ofApplication are the tables whose rows are about one application.
var ofApplication = regexp.MustCompile(`^(proposed_change|hand_over|online_registration|appointment|appointment_offer|orientation|waiting_place)\b`)

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
	case "dwellingId":
		return p.one(p.column("SELECT id FROM dwelling WHERE landlord_id IS NOT NULL ORDER BY id LIMIT 20"))
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

// slot is the morning of a day within three weeks, when agents receive most often.
func (p *acting) slot() time.Time {
	day := domain.DateOf(p.now).AddDays(2 + p.r.IntN(20))
	return day.At(domain.NewLocalTime(9+p.r.IntN(2), 15*p.r.IntN(4)))
}

// own is one of those of the caller, most often: much else is refused for a dull reason.
func (p *acting) own(query, field string) string {
	p.t.Helper()
	if own := p.column(query, p.actor); len(own) > 0 && p.r.IntN(4) > 0 {
		return p.one(own)
	}
	return p.one(p.pools[field])
}

func (p *acting) oneOf(of ...string) string { return p.one(of) }

// version is the one that the thing or the application has.
func (p *acting) version() (v int) {
	p.t.Helper()
	table, id := things[p.name], p.thing
	if table == "" {
		table, id = "application", p.to.id
	}
	table, _, _ = strings.Cut(table, " ")
	p.scan(&v, "SELECT COALESCE(max(version), 1) FROM "+table+" WHERE id = $1", id)
	return v
}

// versionOf is the version of a column group of the application.
func (p *acting) versionOf(table, id string) (v int) {
	p.t.Helper()
	p.scan(&v, "SELECT COALESCE(max(version), 0) FROM "+table+" WHERE "+id+" = $1", p.to.id)
	return v
}

// ask sends an operation with the token that the caller has had from the beginning.
func (p *acting) ask(query string, variables map[string]any) testapi.Answer {
	p.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		p.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json")
	if token := p.tokens[p.actor]; token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return p.Send(p.t, r)
}

// draw draws who does the act, and to what.
func (p *acting) draw(f *ast.FieldDefinition) {
	p.t.Helper()
	p.name, p.to, p.actor = f.Name, p.applications[p.r.IntN(len(p.applications))], players[p.r.IntN(len(players))]
	if likely := acts[f.Name].likely; p.r.IntN(4) > 0 {
		p.actor = p.one(likely)
	}
	if f.Name == "confirmProtection" { // there is seldom one to confirm
		for _, id := range p.column("SELECT application_id FROM named_agent WHERE confirmed_by_id IS NULL ORDER BY 1") {
			if i := slices.IndexFunc(p.applications, func(x named) bool { return x.id == id }); i >= 0 {
				p.to = p.applications[i]
			}
		}
	}
	if f.Name == "registerOnline" && p.actor == "account:b" { // who is bound already binds nothing
		p.actor = "account:a"
	}
	if f.Name == "bindAccount" && p.handedOver != "" { // a code is good for minutes
		p.actor, p.to, p.handedOver = "account:b", p.known(p.handedOver), ""
	}
	if senders := slices.Sorted(maps.Keys(p.sent)); strings.HasPrefix(f.Name, "deposit") && len(senders) > 0 {
		p.actor = p.one(senders)
	}
	if table := things[f.Name]; table != "" {
		p.thing = p.one(p.column("SELECT id FROM " + table + fmt.Sprintf(" ORDER BY created_at DESC, id LIMIT %d", 1+p.r.IntN(20))))
		if about := ofApplication.FindString(table); about != "" {
			for _, id := range p.column("SELECT application_id FROM "+about+" WHERE id = $1", p.thing) {
				p.to = p.known(id)
			}
		}
	}
}

// known is what is known of an application by now.
func (p *acting) known(id string) named {
	p.t.Helper()
	x := named{id: id, born: []string{"1990-04-12"}, members: p.column("SELECT id FROM household_member WHERE application_id = $1 ORDER BY rank", id)}
	x.number = p.one(append(p.column("SELECT unique_number FROM application WHERE id = $1 AND unique_number IS NOT NULL", id), "038112699999999999")[:1])
	return x
}

// do has the act done and returns the answer.
func (p *acting) do(f *ast.FieldDefinition) testapi.Answer {
	p.t.Helper()
	selection := ""
	for _, field := range p.schema.Types[f.Type.Name()].Fields {
		switch def := p.schema.Types[field.Type.Name()]; {
		case field.Name == "errors":
			selection += " errors { code }"
		case !def.IsCompositeType():
			selection += " " + field.Name
		default:
			selection += " " + field.Name + " { " + def.Fields[0].Name + " }"
		}
	}
	arg := f.Arguments[0]
	before := p.now
	a := p.ask(fmt.Sprintf("mutation($input: %s) { %s(input: $input) {%s } }", arg.Type, f.Name, selection), map[string]any{"input": p.input(arg.Name, arg.Type)})
	if outcome(a) != "OK" {
		p.now = before
		if slices.Contains([]string{"INTERNAL", "BAD_REQUEST"}, outcome(a)) {
			p.t.Fatalf("%s: %s", f.Name, a.Body)
		}
		return a
	}
	p.accepted[f.Name]++
	payload, _ := a.Data[f.Name].(map[string]any)
	switch f.Name {
	case "recordContact":
		p.contacts[p.actor] = regexp.MustCompile(`rct_\w+`).FindString(a.Body)
	case "issueBindingCode":
		p.codes[p.to.id], _ = payload["code"].(string)
		p.handedOver = p.to.id
	case "registerApplication", "registerOnline", "splitApplication":
		if made, _ := payload["application"].(map[string]any); made != nil {
			id, _ := made["id"].(string)
			p.to = p.known(id)
			p.applications = append(p.applications, p.to)
		}
	case "prepareUpload":
		upload, _ := payload["upload"].(map[string]any)
		p.send(fmt.Sprint(upload["ticket"]))
	}
	return a
}

// smallPDF is what is given in as a piece.
const smallPDF = "%PDF-1.4\n1 0 obj\n<</Type/Page>>\nendobj\n%%EOF\n"

// send sends the file that was prepared, and has the antivirus look at those before.
func (p *acting) send(ticket string) {
	p.t.Helper()
	p.antivirus()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPatch, p.URL+"/uploads/"+ticket, strings.NewReader(smallPDF))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+p.tokens[p.actor])
	r.Header.Set("Tus-Resumable", "1.0.0")
	r.Header.Set("Upload-Offset", "0")
	r.Header.Set("Content-Type", "application/offset+octet-stream")
	if a := p.Send(p.t, r); a.Status != http.StatusNoContent {
		p.t.Fatalf("%s sends: %d %s", p.actor, a.Status, a.Body)
	}
	p.sent[p.actor] = ticket
}

// viewer is the caller as a request at that time would find it, nil for nobody.
func (p *acting) viewer(as string, at time.Time) *auth.Viewer {
	p.t.Helper()
	if as == "" {
		return nil
	}
	id := auth.Identity{Issuer: sandbox.IssuerURL, Subject: as, Issued: time.Now()}
	if app, ok := strings.CutPrefix(as, "app:"); ok {
		key, persona, _ := strings.Cut(app, " for ")
		id.ClientID, id.Subject = string(testapi.App(p.t, key).ClientID), persona
		if persona == "" {
			id.Issuer = ""
		}
	}
	if subject, ok := strings.CutPrefix(as, "account:"); ok {
		id.Issuer, id.Subject, id.Applicant, id.Organisation = testapi.PortalURL, subject, true, "commune-grenoble"
	}
	v, err := p.Service.Recognise(p.t.Context(), id, at)
	if errors.Is(err, domain.NotFound) {
		return nil
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// sight is what a caller sees at some time: column groups by application.
func (p *acting) sight(as string, at time.Time) map[string]domain.GroupSet {
	p.t.Helper()
	seen := map[string]domain.GroupSet{}
	v := p.viewer(as, at)
	if v == nil {
		return seen
	}
	rows, err := p.DB.QueryContext(p.t.Context(), `SELECT application_id, bit_or(groups) FROM application_access WHERE audience_id = ANY($1)
		AND COALESCE(valid_from <= $2, true) AND COALESCE($2 < valid_until, true) GROUP BY 1`, pq.Array(v.Audiences), at)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var groups domain.GroupSet
		if err := rows.Scan(&id, &groups); err != nil {
			p.t.Fatal(err)
		}
		seen[id] = groups
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
	return seen
}

// afterwards are the times at which it is looked whether an act opened something, then
// or later.
var afterwards = []time.Duration{0, 2 * time.Hour, 30 * time.Hour, 60 * 24 * time.Hour}

func (p *acting) sights(as string, from time.Time) []map[string]domain.GroupSet {
	p.t.Helper()
	all := make([]map[string]domain.GroupSet, len(afterwards))
	for i, later := range afterwards {
		all[i] = p.sight(as, from.Add(later))
	}
	return all
}

// gained says what the caller sees that it did not, but for what the act opens by
// design: the application that it was about, those groups, for that long.
func gained(before, after []map[string]domain.GroupSet, opens []domain.Ground, to string) string {
	for i, later := range afterwards {
		for id, groups := range after[i] {
			more := groups &^ before[i][id]
			for _, r := range policy.GroundRules() {
				lasts, hours := map[domain.Ground]time.Duration{domain.GroundReceived: 24 * time.Hour, domain.GroundBreakGlass: time.Hour}[r.Ground]
				if !hours {
					lasts = 1 << 62
				}
				if id == to && slices.Contains(opens, r.Ground) && later < lasts {
					more &^= r.Groups
				}
			}
			if more != 0 {
				return fmt.Sprintf("%v of %s in %s", more.Groups(), id, later)
			}
		}
	}
	return ""
}

// accesses are the rows by which applications are seen.
func (p *acting) accesses() map[string]domain.Ground {
	p.t.Helper()
	all := map[string]domain.Ground{}
	for _, row := range p.column("SELECT ground || ' ' || application_id || ' ' || audience_id || ' ' || groups || ' ' || COALESCE(valid_from::text, '') || ' ' || COALESCE(valid_until::text, '') FROM application_access") {
		ground, _, _ := strings.Cut(row, " ")
		all[row] = domain.Ground(ground)
	}
	return all
}

// bounded tells a row that was there without an end, and has one now.
func bounded(rows map[string]domain.Ground, row string) bool {
	for was := range rows {
		if strings.HasSuffix(was, " ") && strings.HasPrefix(row, was) {
			return true
		}
	}
	return false
}

// step has one act done, and says what is wrong with what came of it.
func (p *acting) step(f *ast.FieldDefinition) string {
	p.t.Helper()
	p.draw(f)
	from, rows := p.now, p.opened
	if rows == nil { // nothing is done between two acts
		rows = p.accesses()
	}
	before := p.sights(p.actor, from)
	a := p.do(f)
	opens := acts[f.Name].opens
	if outcome(a) != "OK" {
		opens = nil
	}
	if more := gained(before, p.sights(p.actor, from), opens, p.to.id); more != "" {
		return fmt.Sprintf("%q gained %s by %s: %s", p.actor, more, f.Name, a.Body)
	}
	p.opened = p.accesses()
	for row, ground := range p.opened {
		if _, was := rows[row]; !was && !bounded(rows, row) && (!slices.Contains(opens, ground) || !strings.Contains(row, p.to.id)) {
			return fmt.Sprintf("%q opened %s by %s: %s", p.actor, row, f.Name, a.Body)
		}
	}
	var counts []string
	for what, count := range never {
		counts = append(counts, fmt.Sprintf("SELECT '%s' WHERE (%s) > 0", what, count))
	}
	if happened := p.column(strings.Join(counts, " UNION ALL ")); len(happened) > 0 {
		return fmt.Sprintf("%s, after %q did %s", strings.Join(happened, ", "), p.actor, f.Name)
	}
	return ""
}

// shown compares what a caller is shown with what the rows say that it sees. An app may
// be shown less than its rows say: it has scopes besides.
func (p *acting) shown(as string) string {
	p.t.Helper()
	p.actor = as
	a := p.ask(`{ applications(first: 100) { edges { node { id masked } } } }`, nil)
	seen := p.sight(as, p.now)
	connection, _ := a.Data["applications"].(map[string]any)
	edges, _ := connection["edges"].([]any)
	if len(edges) != len(seen) && !strings.HasPrefix(as, "app:") {
		return fmt.Sprintf("%q is shown %d applications of %d: %s", as, len(edges), len(seen), a.Body)
	}
	for _, e := range edges {
		node, _ := e.(map[string]any)["node"].(map[string]any)
		id, _ := node["id"].(string)
		masked, _ := node["masked"].([]any)
		opened := len(seen[id].Groups())
		if strings.HasPrefix(as, "account:") {
			opened++ // an applicant's own sensitive record
		}
		if open := len(domain.ColumnGroup("").Values()) - len(masked); open > opened {
			return fmt.Sprintf("%q is shown %d groups of %s, not %v", as, open, id, seen[id].Groups())
		}
	}
	return ""
}

// Nobody opens an application to itself, whatever is done in whatever order, but by
// receiving the applicant, in an emergency, or with a code that a desk handed over.
func TestNobodyOpensToItself(t *testing.T) {
	t.Parallel()
	ofTheMoment := *selfOpeningSeed
	if ofTheMoment == 0 {
		ofTheMoment = uint64(time.Now().UnixNano())
	}
	for name, seed := range map[string]uint64{"fixed": fixedSeed, "of the moment": ofTheMoment} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			t.Logf("go test ./server -run TestNobodyOpensToItself -self-opening-seed %d", seed)
			p := newActing(t, seed)
			for _, f := range p.schema.Mutation.Fields {
				if _, known := acts[f.Name]; !known {
					t.Fatalf("nobody said what %s may open", f.Name)
				}
			}
			// What opens something, and what leads to it, comes more often.
			often := slices.DeleteFunc(slices.Clone(p.schema.Mutation.Fields), func(f *ast.FieldDefinition) bool {
				return len(acts[f.Name].opens) == 0 && f.Name != "recordContact" && f.Name != "issueBindingCode" && f.Name != "unbindAccount" && f.Name != "protectApplication" && f.Name != "assignRole" && f.Name != "handOverApplication"
			})
			start := time.Now()
			for i := 0; i < selfOpeningSteps || seed == fixedSeed && i < maxSteps && p.lacks() != ""; i++ {
				fields := p.schema.Mutation.Fields
				if p.r.IntN(2) == 0 {
					fields = often
				}
				f := fields[p.r.IntN(len(fields))]
				if needed := p.lacks(); i >= selfOpeningSteps && needed != "" && p.r.IntN(3) == 0 {
					f = p.schema.Mutation.Fields.ForName(needed)
				}
				if p.handedOver != "" {
					f = p.schema.Mutation.Fields.ForName("bindAccount")
				}
				if wrong := p.step(f); wrong != "" {
					t.Fatalf("act %d: %s", i, wrong)
				}
			}
			for _, as := range players {
				if wrong := p.shown(as); wrong != "" {
					t.Error(wrong)
				}
			}
			t.Logf("in %s: %v", time.Since(start).Round(time.Millisecond), p.accepted)
			if needed := p.lacks(); seed == fixedSeed && needed != "" {
				t.Errorf("%s was never done: the acts prove nothing", needed)
			}
		})
	}
}

// lacks names an act that opens something, or leads to it, and was not done yet.
func (p *acting) lacks() string {
	for _, needed := range []string{
		"recordContact", "receiveApplicant", "openApplicationInEmergency", "issueBindingCode", "bindAccount",
		"protectApplication", "confirmProtection", "assignRole", "registerApplication", "registerOnline",
		"takeOnlineRegistration", "handOverApplication", "orientApplicant", "acceptOrientation",
	} {
		if p.accepted[needed] == 0 {
			return needed
		}
	}
	return ""
}

const (
	// selfOpeningSteps is how many acts a sequence has. The fixed one goes on until all that
	// opens something was done, up to maxSteps, and tries more often what was not.
	selfOpeningSteps, maxSteps = 300, 2400
	fixedSeed                  = 10
)

// What opens something to somebody is noticed.
func TestSelfOpeningIsNoticed(t *testing.T) {
	t.Parallel()
	p := newActing(t, fixedSeed)
	const as = "commune-bresson-agent"
	to := p.applications[0].id
	before := p.sights(as, p.now)
	p.exec(`INSERT INTO application_access (application_id, audience_id, ground, groups, valid_until)
		VALUES ($1, $2, 'RECEIVED', $3, $4)`, to, p.viewer(as, p.now).Audiences[0], domain.GroupIdentity.Bit()|domain.GroupContact.Bit(), p.now.Add(36*time.Hour))
	after := p.sights(as, p.now)
	for opens, noticed := range map[domain.Ground]string{
		"": "[IDENTITY CONTACT] of " + to + " in 0s", domain.GroundReceived: "[CONTACT] of " + to + " in 0s", domain.GroundBreakGlass: "[IDENTITY CONTACT] of " + to + " in 2h0m0s",
	} {
		if got := gained(before, after, []domain.Ground{opens}, to); got != noticed {
			t.Errorf("by %q: %q, want %q", opens, got, noticed)
		}
	}
}
