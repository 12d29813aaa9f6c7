package graph_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/graph"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func contract(t *testing.T) *ast.Schema {
	t.Helper()
	src, err := os.ReadFile("../schema.graphql")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphql", Input: string(src)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// own lists the types that the contract itself defines, in alphabetical order.
func own(schema *ast.Schema) []*ast.Definition {
	var defs []*ast.Definition
	for _, d := range schema.Types {
		if !d.BuiltIn && !strings.HasPrefix(d.Name, "__") {
			defs = append(defs, d)
		}
	}
	slices.SortFunc(defs, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return defs
}

// Every element is described, in a sentence.
func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	elements := 0
	check := func(path, description string) {
		elements++
		if len(description) < 4 || !strings.HasSuffix(description, ".") && !strings.HasSuffix(description, "\"") {
			t.Errorf("%s is not described in a sentence: %q", path, description)
		}
	}
	schema := contract(t)
	for _, d := range own(schema) {
		check(d.Name, d.Description)
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			check(d.Name+"."+f.Name, f.Description)
			for _, a := range f.Arguments {
				check(d.Name+"."+f.Name+"("+a.Name+")", a.Description)
			}
		}
		for _, v := range d.EnumValues {
			check(d.Name+"."+v.Name, v.Description)
		}
		if d.Kind == ast.Scalar && d.Directives.ForName("specifiedBy") == nil {
			t.Errorf("scalar %s does not name its specification", d.Name)
		}
	}
	if elements < 250 {
		t.Errorf("only %d elements were looked at", elements)
	}
}

// listing writes the contract one element a line: a line that goes or changes is
// a breaking change.
func listing(schema *ast.Schema) []string {
	var lines []string
	for _, d := range own(schema) {
		line := strings.ToLower(string(d.Kind)) + " " + d.Name
		if len(d.Interfaces) > 0 {
			line += " implements " + strings.Join(d.Interfaces, " & ")
		}
		lines = append(lines, line)
		for _, f := range d.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			lines = append(lines, fmt.Sprintf("%s.%s%s: %s%s", d.Name, f.Name, arguments(f.Arguments), f.Type, defaultOf(f.DefaultValue)))
		}
		for _, v := range d.EnumValues {
			lines = append(lines, d.Name+" = "+v.Name)
		}
		for _, m := range d.Types {
			lines = append(lines, d.Name+" | "+m)
		}
	}
	return lines
}

func arguments(args ast.ArgumentDefinitionList) string {
	if len(args) == 0 {
		return ""
	}
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = a.Name + ": " + a.Type.String() + defaultOf(a.DefaultValue)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func defaultOf(v *ast.Value) string {
	if v == nil {
		return ""
	}
	return " = " + v.String()
}

const golden = "testdata/contract.golden"

// The contract only grows. A line that disappears breaks somebody; a required
// argument or input field that is new breaks everybody who does not send it.
func TestContractOnlyGrows(t *testing.T) {
	t.Parallel()
	lines := listing(contract(t))
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	before := strings.Split(strings.TrimSpace(string(old)), "\n")
	for _, p := range breaking(before, lines) {
		t.Error("breaking change: " + p)
	}
	if !slices.Equal(before, lines) {
		t.Errorf("the contract changed: review the difference, then run\n\tgo test ./graph -run TestContractOnlyGrows -update")
	}
	// The check can fail.
	if len(breaking(before, before[1:])) == 0 || len(breaking(before, append(slices.Clone(before), "CoordinatesInput.altitude: Float!"))) == 0 {
		t.Error("the check lets a breaking change through")
	}
}

// breaking lists what a client written for the old contract could trip over.
func breaking(before, after []string) []string {
	var found []string
	for _, line := range before {
		if !slices.Contains(after, line) {
			found = append(found, "gone or changed: "+line)
		}
	}
	inputs := map[string]bool{}
	for _, line := range before {
		if name, ok := strings.CutPrefix(line, "input_object "); ok {
			inputs[name] = true
		}
	}
	for _, line := range after {
		name, _, _ := strings.Cut(line, ".")
		if inputs[name] && strings.HasSuffix(line, "!") && !slices.Contains(before, line) {
			found = append(found, "a required input field is new: "+line)
		}
	}
	return found
}

// What gqlgen takes in silence is caught here: an argument that the bound Go
// method does not have is dropped, and the client's filter with it.
func TestArgumentsReachTheirMethods(t *testing.T) {
	t.Parallel()
	root := reflect.TypeFor[*graph.Resolver]()
	bound := map[string]reflect.Type{
		"Agreement": reflect.TypeFor[*ent.Agreement](), "Assignment": reflect.TypeFor[*ent.Assignment](),
		"CatalogueEntry": reflect.TypeFor[*ent.CatalogueEntry](), "Commune": reflect.TypeFor[*ent.Commune](),
		"OpeningHours": reflect.TypeFor[*ent.OpeningHours](), "Organisation": reflect.TypeFor[*ent.Organisation](),
		"ReceptionPoint": reflect.TypeFor[*ent.ReceptionPoint](), "PartnerApp": reflect.TypeFor[*ent.PartnerApp](), "Building": reflect.TypeFor[*ent.Building](),
		"StockVintage": reflect.TypeFor[*ent.StockVintage](),
	}
	checked := 0
	for _, d := range own(contract(t)) {
		if d.Kind != ast.Object {
			continue
		}
		for _, f := range d.Fields {
			if len(f.Arguments) == 0 || strings.HasPrefix(f.Name, "__") {
				continue
			}
			method, ok := resolverMethod(root, d.Name, f.Name)
			extra := 2 // receiver and context
			if ok && d.Name != "Query" && d.Name != "Mutation" {
				extra++ // the object
			}
			if !ok {
				method, ok = bound[d.Name].MethodByName(strings.ToUpper(f.Name[:1]) + f.Name[1:])
			}
			if !ok {
				t.Errorf("%s.%s takes arguments and is bound to no method", d.Name, f.Name)
				continue
			}
			checked++
			if got := method.Type.NumIn() - extra; got != len(f.Arguments) {
				t.Errorf("%s.%s: %d arguments in the contract, %d in Go", d.Name, f.Name, len(f.Arguments), got)
			}
		}
	}
	if checked < 10 {
		t.Errorf("only %d fields with arguments were checked", checked)
	}
}

// resolverMethod finds the method behind a field of a type with a resolver.
func resolverMethod(root reflect.Type, typ, field string) (reflect.Method, bool) {
	accessor, ok := root.MethodByName(typ)
	if !ok {
		return reflect.Method{}, false
	}
	// The accessor returns an interface: its methods have no receiver.
	resolver := accessor.Func.Call([]reflect.Value{reflect.ValueOf(&graph.Resolver{})})[0].Elem().Type()
	return resolver.MethodByName(strings.ToUpper(field[:1]) + field[1:])
}

// An enum value that Go does not know builds in silence and fails when it is met.
func TestEnumsAreThoseOfGo(t *testing.T) {
	t.Parallel()
	goEnums := map[string][]string{
		"Language": domain.Language("").Values(), "TriState": domain.TriState("").Values(),
		"Role": domain.Role("").Values(), "OrganisationKind": domain.OrganisationKind("").Values(),
		"Means": domain.Means("").Values(), "Weekday": domain.Weekday(0).Values(),
		"CatalogueKind": domain.CatalogueKind("").Values(), "ErrorCode": domain.RefusalCode("").Values(),
		"PartnerAppScope": domain.AppScope("").Values(), "PartnerAppNotice": domain.AppNotice("").Values(),
		"PartnerAppOrderField": orderFields[ent.PartnerAppOrderField](t, "NAME"),
		"OrderDirection":       {"ASC", "DESC"},
		"Typology":             domain.Typology("").Values(), "EnergyClass": domain.EnergyClass("").Values(),
		"OutlineResolution": domain.OutlineResolution("").Values(),
		"StockAxis":         domain.StockAxis("").Values(), "StockChangeKind": domain.StockChangeKind("").Values(),
		"StockColumn": domain.StockColumn("").Values(), "AssignmentState": domain.AssignmentState("").Values(),
		"ContactChannel": domain.ContactChannel("").Values(), "EmergencyMotive": domain.EmergencyMotive("").Values(),
		"PieceState": domain.PieceState("").Values(), "PieceRefusal": domain.PieceRefusal("").Values(),
		"PieceLevel": domain.PieceLevel("").Values(), "MediaType": domain.MediaType("").Values(),
		"ScanState":          domain.ScanState("").Values(),
		"PieceTransferState": domain.PieceTransferState("").Values(), "PieceTransferRejection": domain.PieceTransferRejection("").Values(),
		"PieceTransferTrouble": domain.PieceTransferTrouble("").Values(),
		// Those of entgql are read by its own code, which refuses what it does not know.
		"CommuneOrderField":        orderFields[ent.CommuneOrderField](t, "NAME", "INSEE_CODE", "POPULATION"),
		"OrganisationOrderField":   orderFields[ent.OrganisationOrderField](t, "NAME"),
		"ReceptionPointOrderField": orderFields[ent.ReceptionPointOrderField](t, "NAME"),
		"BuildingOrderField":       orderFields[ent.BuildingOrderField](t, "COMMUNE", "ADDRESS", "DWELLING_COUNT"),
		"DwellingOrderField": orderFields[ent.DwellingOrderField](t,
			"COMMUNE", "ROOMS", "SURFACE", "FLOOR", "CONSTRUCTION_YEAR", "LETTING_YEAR", "ENERGY_CLASS"),
		"StockVintageOrderField": orderFields[ent.StockVintageOrderField](t, "STATED_ON"),
		"PersonOrderField":       orderFields[ent.PersonOrderField](t, "FAMILY_NAME"),
		"ApplicationStep":        domain.Step("").Values(), "RejectionReason": domain.RejectionReason("").Values(),
		"RemovalReason": domain.RemovalReason("").Values(), "ApplicationNotice": domain.ApplicationNotice("").Values(),
		"ValueSource":  domain.ValueSource("").Values(),
		"DeadlineKind": domain.DeadlineKind("").Values(), "DeadlineState": domain.DeadlineState("").Values(),
		"AppointmentMode": domain.AppointmentMode("").Values(), "AppointmentBooker": domain.AppointmentBooker("").Values(),
		"WaitingPlaceState":   domain.WaitingState("").Values(),
		"AppointmentFollowUp": domain.AppointmentFollowUp("").Values(), "AppointmentState": domain.AppointmentState("").Values(),
		"Attendance": domain.Attendance("").Values(), "AbsenceReason": domain.AbsenceReason("").Values(),
		"ApplicationEventKind": domain.ApplicationEventKind("").Values(), "DuplicateReason": domain.DuplicateReason("").Values(),
		"ApplicationState": domain.ApplicationState("").Values(), "ColumnGroup": domain.ColumnGroup("").Values(),
		"Ground": domain.Ground("").Values(), "HouseholdLink": domain.HouseholdLink("").Values(),
		"HousingClass": domain.HousingClass("").Values(), "MissingLink": domain.MissingLink("").Values(),
		"ApplicationOrderField": orderFields[ent.ApplicationOrderField](t, "NAME", "REGISTERED_ON"),
		"ApplicationAxis":       domain.ApplicationAxis("").Values(), "PublishedCrossing": domain.Crossing("").Values(),
		"TensionGap": domain.TensionGap("").Values(), "WaitingClass": domain.WaitingClass("").Values(), "Loan": domain.Loan("").Values(),
		"TypologyFit": domain.TypologyFit("").Values(), "BroadeningKind": domain.BroadeningKind("").Values(),
		"AdviceUnknownCode": domain.AdviceUnknownCode("").Values(),
		"MessageKind":       domain.MessageKind("").Values(), "MessageState": domain.MessageState("").Values(), "MessageChannel": domain.MessageChannel("").Values(),
		"AppointmentOfferState": domain.AppointmentOfferState("").Values(), "InDepthReason": domain.InDepthReason("").Values(),
		"OrientationState": domain.OrientationState("").Values(), "OrientationReason": domain.OrientationReason("").Values(),
		"OrientationRefusal": domain.OrientationRefusal("").Values(), "OrientationOutcome": domain.OrientationOutcome("").Values(),
		"OrientationDirection": domain.OrientationDirection("").Values(),
		"InterviewKind":        domain.InterviewKind("").Values(), "NoteAudience": domain.NoteAudience("").Values(),
		"ProjectConstraint": domain.ProjectConstraint("").Values(),
		"ProposalState":     domain.ProposalState("").Values(), "CommissionDecision": domain.CommissionDecision("").Values(),
		"ProposalAnswer": domain.ProposalAnswer("").Values(), "ProposalRefusal": domain.ProposalRefusal("").Values(),
		"PermanenceState": domain.PermanenceState("").Values(), "PermanenceReason": domain.PermanenceReason("").Values(),
		"PermanenceRefusal": domain.PermanenceRefusal("").Values(), "CoverageReach": domain.CoverageReach("").Values(),
		"ProposalAspect": domain.ProposalAspect("").Values(), "ObstacleKind": domain.ObstacleKind("").Values(),
		"DwellingCriterion": domain.DwellingCriterion("").Values(), "CriterionBasis": domain.CriterionBasis("").Values(),
		"ManagedSource": domain.ManagedSource("").Values(), "WorksKind": domain.WorksKind("").Values(),
		"VacancyKind": domain.VacancyKind("").Values(), "VacancyOutcome": domain.VacancyOutcome("").Values(),
		"ReservationMode": domain.ReservationMode("").Values(), "SubContingent": domain.SubContingent("").Values(),
		"ReservationState": domain.ReservationState("").Values(), "BalanceAxis": domain.BalanceAxis("").Values(),
		"ContributingEmployerState": domain.ContributingEmployerState("").Values(),
		"LevelChangeState":          domain.LevelChangeState("").Values(), "LevelChangeRefusal": domain.LevelChangeRefusal("").Values(),
		"StockChangeOrderField": orderFields[ent.StockChangeOrderField](t, "COMMUNE"),
	}
	for _, d := range own(contract(t)) {
		if d.Kind != ast.Enum {
			continue
		}
		var values []string
		for _, v := range d.EnumValues {
			values = append(values, v.Name)
		}
		if !slices.Equal(values, goEnums[d.Name]) {
			t.Errorf("%s: contract %v, Go %v", d.Name, values, goEnums[d.Name])
		}
		delete(goEnums, d.Name)
	}
	for name := range goEnums {
		t.Errorf("%s is no enum of the contract", name)
	}
}

// orderFields returns those of the words that entgql's order accepts.
func orderFields[T any, P interface {
	*T
	UnmarshalGQL(v any) error
}](t *testing.T, words ...string) []string {
	t.Helper()
	var accepted []string
	for _, w := range words {
		if P(new(T)).UnmarshalGQL(w) == nil {
			accepted = append(accepted, w)
		}
	}
	return accepted
}

// standard are the arguments of every connection, which entgql reads by name.
var standard = []string{"after", "first", "before", "last", "orderBy", "where"}

func TestConnectionsAndFilters(t *testing.T) {
	t.Parallel()
	connections := 0
	for _, d := range own(contract(t)) {
		for _, f := range d.Fields {
			if d.Kind == ast.InputObject && strings.HasPrefix(f.Name, "has") {
				t.Errorf("%s.%s: a predicate on an edge sees rows that no scope reaches", d.Name, f.Name)
			}
			if strings.HasSuffix(d.Name, "Connection") && f.Name == "nodes" {
				t.Errorf("%s has nodes: entgql collects through edges alone", d.Name)
			}
			if !strings.HasSuffix(f.Type.Name(), "Connection") {
				continue
			}
			connections++
			for _, name := range standard {
				if f.Arguments.ForName(name) == nil {
					t.Errorf("%s.%s lacks the argument %s", d.Name, f.Name, name)
				}
			}
		}
	}
	if connections < 5 {
		t.Errorf("only %d connections", connections)
	}
}

var bound = regexp.MustCompile(`At most \d+`)

// A list is a connection, or it says how long it can be.
func TestNoUnboundedList(t *testing.T) {
	t.Parallel()
	lists := 0
	for _, d := range own(contract(t)) {
		if d.Kind == ast.InputObject || strings.HasSuffix(d.Name, "Connection") {
			continue
		}
		for _, f := range d.Fields {
			if f.Type.Elem == nil || strings.HasPrefix(f.Name, "__") {
				continue
			}
			lists++
			said := bound.MatchString(f.Description)
			for _, a := range f.Arguments {
				said = said || bound.MatchString(a.Description) || a.Name == "first" || a.Name == "days" && strings.Contains(a.Description, " to ")
			}
			if !said {
				t.Errorf("%s.%s is a list without a bound", d.Name, f.Name)
			}
		}
	}
	if lists < 10 {
		t.Errorf("only %d lists were looked at", lists)
	}
}

// What is public is the same for everybody: no field that depends on the viewer
// is marked, and no field of the public directory is forgotten.
func TestPublicFields(t *testing.T) {
	t.Parallel()
	private := []string{
		"Assignment", "Viewer", "Mutation", "InputError", "StaleVersionError", "UserError", "Node", "PageInfo",
		"DeclareOpeningExceptionPayload", "WithdrawOpeningExceptionPayload", "SetSandboxClockPayload",
		"ViewerApp", "PartnerApp", "PartnerAppSecret", "PartnerAppConnection", "PartnerAppEdge",
		"RegisterPartnerAppPayload", "ChangePartnerAppPayload", "AddPartnerAppSecretPayload",
		"RevokePartnerAppSecretPayload", "RevokePartnerAppPayload",
		"Person", "PersonConnection", "PersonEdge", "StaffAuthorisation", "Pair",
		"RegisterPersonPayload", "AssignRolePayload", "EndAssignmentPayload", "ConfirmAssignmentPayload",
		"RejectAssignmentPayload", "GrantStaffAuthorisationPayload", "RevokeStaffAuthorisationPayload",
		"FormPairPayload", "EndPairPayload",
		"Application", "ApplicationSummary", "ApplicationFile", "ApplicationContact", "ApplicationConnection", "ApplicationEdge",
		"ApplicationStatistics", "ApplicationCell", "Wish", "HouseholdMember", "MemberParticulars", "SensitiveRecord", "Right",
		"MailingAddress", "CurrentDwelling", "ValueOrigin", "ResourceLine", "CivilStatus", "Work", "DisabilityAnnex",
		"AccessExplanation", "GroundExplanation", "AccessLogEntry",
		"Deadline", "ApplicationEvent", "ProposedChange", "FormValue", "HandOver", "OnlineRegistration", "ApplicationDuplicate",
		"Draft", "SaveDraftPayload", "DepositDraftPayload", "DiscardDraftPayload",
		"ValueConflict", "IllegalTransitionError", "LevelTooLowError",
		"RegisterApplicationPayload", "RegisterOnlinePayload", "ValidateApplicationPayload", "RejectApplicationPayload",
		"DepositApplicationAgainPayload", "RenewApplicationPayload", "RecordNoticePayload", "CorrectApplicationPayload",
		"ProposeChangePayload", "AcceptProposedChangePayload", "DeclineProposedChangePayload", "WarnApplicantPayload",
		"WithdrawWarningPayload", "RemoveApplicationPayload", "ReactivateApplicationPayload", "MergeApplicationsPayload",
		"UndoMergePayload", "SplitApplicationPayload", "HandOverApplicationPayload", "AcceptHandOverPayload", "DeclineHandOverPayload",
		"TakeOnlineRegistrationPayload", "AssignOnlineRegistrationPayload", "ReleaseOnlineRegistrationPayload",
		"ReceptionContact", "RecordContactPayload", "ReceiveApplicantPayload", "OpenApplicationInEmergencyPayload",
		"IssueBindingCodePayload", "BindAccountPayload", "UnbindAccountPayload",
		"ProtectApplicationPayload", "ConfirmProtectionPayload", "ReopenToApplicantPayload",
		"Piece", "PieceFile", "PieceTicket", "Completeness", "MissingPiece", "Upload", "Deposit", "PrepareUploadPayload",
		"DepositPiecePayload", "DepositPieceUnderNumberPayload", "AcceptPiecePayload", "RefusePiecePayload",
		"PieceTransfer", "ResendPiecePayload",
		"PrepareAccessExportPayload", "AccessExportTicket",
		"Slot", "SlotPage", "SlotTakenError", "Room", "Availability", "OccurrenceChange", "Absence", "Appointment", "Participant",
		"BookedTime", "AppointmentHit", "AddRoomPayload", "OpenAvailabilityPayload", "ChangeOccurrencePayload", "EndAvailabilityPayload",
		"DeclareAbsencePayload", "WithdrawAbsencePayload", "BookAppointmentPayload", "MoveAppointmentPayload",
		"CancelAppointmentPayload", "RecordAttendancePayload", "Orientation", "OrientationStep", "OrientApplicantPayload", "AcceptOrientationPayload", "DeclineOrientationPayload", "WithdrawOrientationPayload", "RecordOrientationReceivedPayload", "ReportBackOrientationPayload", "RecordContactsPayload", "RecordedContact", "Message", "AppointmentOffer", "DeclineAppointmentOfferPayload", "CalendarFeed", "OpenCalendarFeedPayload", "RevokeCalendarFeedPayload",
		"AnswerSatisfactionPayload", "SatisfactionMonth", "MessageCost", "SetSpokenLanguagesPayload",
		"LevelChange", "RequestLevelChangePayload", "AnswerLevelChangePayload", "Permanence", "PermanenceRecord", "CommuneCoverage", "CoverageWeek", "PermanenceProposals", "PermanenceProposal", "ProposalReason", "PermanenceGap", "StaffObstacle", "RequestPermanencePayload", "PlanPermanencePayload", "DeclinePermanencePayload", "StaffPermanencePayload", "HoldPermanencePayload", "CancelPermanencePayload", "WaitingPlace", "JoinWaitingListPayload", "LeaveWaitingListPayload", "TakeWaitingOfferPayload", "Interview", "InterviewNote", "HousingProject", "RecordInterviewPayload", "AddInterviewNotePayload",
		"Proposal", "PutForwardPayload", "DesignateCandidatePayload", "RecordCommissionDecisionPayload", "RecordProposalAnswerPayload", "WithdrawProposalPayload",
		"HousingAdvice", "HouseholdCategory", "IncomeCeiling", "Occupancy", "TypologyAdvice", "CommuneAdvice", "AccessibilityCount", "Broadening", "AdviceUnknown",
		"ManagedDwelling", "DwellingAnswer", "DwellingWorks", "ManagedChange", "ManagedDifference", "Vacancy", "ReservationRight",
		"ReservationBalance", "BalanceCell", "UpdateManagedDwellingPayload", "RecordVacancyPayload", "UpdateVacancyPayload",
		"CloseVacancyPayload", "DesignateVacancyPayload", "ProposeReservationRightPayload", "ConfirmReservationRightPayload",
		"EndReservationRightPayload",
		"ContributingEmployer", "ProposeContributingEmployersPayload", "ConfirmContributingEmployersPayload", "WithdrawContributingEmployersPayload",
	}
	for _, d := range own(contract(t)) {
		if d.Kind != ast.Object && d.Kind != ast.Interface {
			continue
		}
		for _, f := range d.Fields {
			marked := f.Directives.ForName("public") != nil
			want := !slices.Contains(private, d.Name) && !strings.HasPrefix(f.Name, "__")
			switch d.Name {
			case "Query":
				want = !slices.Contains([]string{"node", "nodes", "viewer", "partnerApps", "staff", "application", "applications", "applicationStatistics", "explainAccess", "accessLog", "applicationDuplicates", "onlineRegistrations", "handOvers", "pieceTicket", "deposits", "slots", "agenda", "rooms", "availabilities", "absences", "drafts", "orientations", "contacts", "levelChanges", "calendarFeeds", "satisfaction", "messageCosts", "permanences", "permanenceCoverage", "proposePermanenceStaff", "managedDwellings", "managedChanges", "reservationRights", "reservationBalance", "contributingEmployers", "housingAdvice"}, f.Name) && !strings.HasPrefix(f.Name, "__")
			case "Dwelling":
				want = want && !slices.Contains([]string{"managed", "vacancies"}, f.Name)
			case "PageInfo":
				want = true
			}
			if marked != want {
				t.Errorf("%s.%s: @public is %v, expected %v", d.Name, f.Name, marked, want)
			}
		}
	}
}
