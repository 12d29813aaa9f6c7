package server_test

import (
	"regexp"

	"github.com/guichet-logement/guichet/domain"
)

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
	"setSpokenLanguages":         {likely: []string{"commune-grenoble-admin", "commune-grenoble-manager", "metropole-admin"}},
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
	// Action Logement's list opens nothing before the Métropole confirms it, and to nobody else.
	"proposeContributingEmployers":  {likely: []string{actionLogement}},
	"confirmContributingEmployers":  {likely: []string{"metropole-steering"}},
	"withdrawContributingEmployers": {likely: []string{actionLogement, "metropole-steering"}},
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

	// A proposal is of an application that its author sees, and opens it to the other party alone.
	"putForward":               {likely: []string{landlordAllocation}},
	"designateCandidate":       {likely: []string{"state-allocation", "metropole-allocation"}},
	"recordCommissionDecision": {likely: []string{landlordAllocation}},
	"recordProposalAnswer":     {likely: []string{landlordAllocation}},
	"withdrawProposal":         {likely: []string{landlordAllocation, "state-allocation"}},

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
	"leaveWaitingList":  {likely: append([]string{"account:a"}, deskAgents...)},
	"takeWaitingOffer":  {likely: append([]string{"account:a"}, deskAgents...)},

	// What a landlord says of its dwellings makes none and moves none; a right is both parties'.
	"updateManagedDwelling":   {likely: []string{landlordStock}},
	"recordVacancy":           {likely: []string{landlordStock}},
	"updateVacancy":           {likely: []string{landlordStock}},
	"closeVacancy":            {likely: []string{landlordStock}},
	"designateVacancy":        {likely: []string{landlordStock}},
	"proposeReservationRight": {likely: []string{landlordStock, "state-allocation", "commune-grenoble-allocation"}},
	"confirmReservationRight": {likely: []string{landlordStock, "state-allocation", "commune-grenoble-allocation"}},
	"endReservationRight":     {likely: []string{landlordStock, "state-allocation"}},
}

var (
	deskAgents = []string{"commune-grenoble-agent", "commune-echirolles-agent", "shared-desk-agent"}
	// wished are the grounds that an application opens by itself.
	wished = []domain.Ground{
		domain.GroundFollowed, domain.GroundWishedCommune, domain.GroundWishedTerritory, domain.GroundTerritory, domain.GroundReceived, domain.GroundBreakGlass,
		domain.GroundContributingEmployer,
	}
)

const throughApp = "app:" + portal + " for commune-grenoble-admin"

const (
	landlordStock      = "landlord-balcons-de-belledonne-stock"
	landlordAllocation = "landlord-balcons-de-belledonne-allocation"
	actionLogement     = "action-logement-allocation"
)

var (
	receivers = []string{"commune-bresson-agent", "commune-echirolles-agent", "commune-grenoble-agent", "landlord-balcons-de-belledonne-agent"}
	players   = []string{
		"", "commune-grenoble-agent", "commune-grenoble-manager", "commune-grenoble-admin", "commune-grenoble-second-admin",
		"commune-grenoble-allocation", "commune-grenoble-expired", "commune-echirolles-agent", "commune-echirolles-social", "commune-bresson-agent",
		"shared-desk-agent", "shared-desk-social", "shared-desk-manager", "shared-desk-admin", "metropole-agent", "metropole-social",
		"metropole-admin", "metropole-steering", "metropole-privacy", "landlord-balcons-de-belledonne-admin", "landlord-balcons-de-belledonne-agent", landlordStock, landlordAllocation,
		"state-allocation", actionLogement, "former-agent", "account:a", "account:b", "app:" + portal, throughApp, "app:" + portal + " for commune-grenoble-agent",
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
	"an employer of one party alone":         "SELECT count(*) FROM contributing_employer WHERE state = 'CONFIRMED' AND (confirmed_by_id IS NULL OR confirmed_by_id = proposed_by_id)",
	"a right of one party alone":             "SELECT count(*) FROM reservation_right WHERE state = 'CONFIRMED' AND (landlord_confirmed_by_id IS NULL OR reservataire_confirmed_by_id IS NULL OR landlord_confirmed_by_id = reservataire_confirmed_by_id)",
	"more than the whole flow":               "SELECT count(*) FROM (SELECT 1 FROM reservation_right WHERE state = 'CONFIRMED' AND valid_until IS NULL GROUP BY landlord_id HAVING sum(share) > 1000) s",
	"two accounts of a person":               "SELECT count(*) - count(DISTINCT member_id) FROM applicant_account WHERE unbound_at IS NULL",
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
	"recordCommissionDecision": "proposal WHERE state = 'PUT_FORWARD'", "recordProposalAnswer": "proposal WHERE state IN ('PUT_FORWARD', 'RETAINED')",
	"withdrawProposal": "proposal WHERE state IN ('PUT_FORWARD', 'RETAINED')",
	"saveDraft":        "draft", "depositDraft": "draft", "discardDraft": "draft",
}

// lends are the grounds that an act opens to another organisation than that of who does it, to
// which it opens nothing.
var lends = map[string][]domain.Ground{
	"putForward": {domain.GroundPutForward}, "designateCandidate": {domain.GroundPutForward},
	"recordCommissionDecision": {domain.GroundPutForward}, "recordProposalAnswer": {domain.GroundPutForward},
	// What comes back to life has its candidacies again.
	"reactivateApplication": {domain.GroundPutForward}, "undoMerge": {domain.GroundPutForward},
	employersConfirmed: {domain.GroundContributingEmployer},
}

// employersConfirmed is the one act that opens applications which it does not name.
const employersConfirmed = "confirmContributingEmployers"

// ofApplication are the tables whose rows are about one application.
var ofApplication = regexp.MustCompile(`^(proposed_change|hand_over|online_registration|appointment|appointment_offer|orientation|waiting_place|proposal)\b`)
