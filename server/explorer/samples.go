package explorer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// sample is one tab, in the form that GraphiQL reads.
type sample struct {
	name      string
	Query     string `json:"query"`
	Variables string `json:"variables"`
}

// shownFirst is the order in which a developer gets to know the service: what is
// public, who I am, what the screens of an app read, what changes something.
var shownFirst = []string{
	"CommuneWithPoints", "Viewer", "Dwellings", "NearestReceptionPoints", "OpenNow", "ReceptionPoints",
	"StockFacets", "StockStatistics", "StockMap", "CommuneOutlines", "PublishedFigures", "Tension", "PublishedRents", "HousingAdvice", "Buildings", "StockVintages", "CodeLists", "Staff",
	"ViewerRights", "Applications", "DeskList", "ApplicationStatistics", "FindApplicant", "ApplicationFile", "ApplicationLife", "ApplicationPieces", "OnlineRegistrations", "AppointmentMotives", "Slots", "Agenda", "PointCalendar", "Contacts", "Permanences", "Orientations",
	"ManagedDwellings", "ReservationRights", "Candidates", "ContributingEmployers", "AccessLog", "ExplainAccess",
	"Organisations", "ServiceCatalogue", "Communes", "Node", "Nodes",
	"RecordContact", "RegisterOnline", "TakeOnlineRegistration", "SaveDraft", "DepositDraft", "DiscardDraft", "RegisterApplication", "ValidateApplication",
	"RejectApplication", "DepositApplicationAgain", "RenewApplication", "HandOverApplication", "AcceptHandOver", "RemoveApplication", "ProposeChange", "AcceptProposedChange", "CorrectApplication",
	"BookAppointment", "MoveAppointment", "CancelAppointment", "RecordAttendance", "RecordInterview", "JoinWaitingList", "LeaveWaitingList", "OpenCalendarFeed",
	"OpenAvailability", "DeclareAbsence", "WithdrawAbsence", "OrientApplicant", "AcceptOrientation", "RecordOrientationReceived", "ReportBackOrientation",
	"RequestPermanence", "PlanPermanence", "StaffPermanence", "RequestLevelChange", "AnswerLevelChange",
	"PutForward", "DesignateCandidate", "RecordCommissionDecision", "RecordProposalAnswer", "WithdrawProposal",
	"ProposeContributingEmployers", "ConfirmContributingEmployers", "WithdrawContributingEmployers",
	"ReceiveApplicant", "IssueBindingCode", "BindAccount", "OpenApplicationInEmergency", "ProtectApplication",
	"PrepareUpload", "DepositPiece", "AcceptPiece", "RefusePiece", "PrepareAccessExport",
	"DeclareOpeningException", "WithdrawOpeningException", "RegisterPerson", "AssignRole", "ConfirmAssignment", "EndAssignment",
	"RegisterPartnerApp", "AddPartnerAppSecret", "RevokePartnerApp", "SetSandboxClock",
}

// readSamples reads the documented operations with their variables. One that
// shownFirst does not name comes last.
func readSamples(operations fs.FS) ([]sample, error) {
	paths, err := fs.Glob(operations, "*.graphql")
	if err != nil {
		return nil, fmt.Errorf("list samples: %w", err)
	}
	samples := make([]sample, 0, len(paths))
	for _, path := range paths {
		name := strings.TrimSuffix(path, ".graphql")
		query, err := fs.ReadFile(operations, path)
		if err != nil {
			return nil, fmt.Errorf("read sample %s: %w", name, err)
		}
		variables, err := fs.ReadFile(operations, name+".json")
		if err != nil {
			return nil, fmt.Errorf("read variables of sample %s: %w", name, err)
		}
		if !json.Valid(variables) {
			return nil, fmt.Errorf("variables of sample %s are no JSON", name)
		}
		samples = append(samples, sample{name, strings.TrimSpace(string(query)), strings.TrimSpace(string(variables))})
	}
	slices.SortStableFunc(samples, func(a, b sample) int { return place(a.name) - place(b.name) })
	return samples, nil
}

func place(name string) int {
	if i := slices.Index(shownFirst, name); i >= 0 {
		return i
	}
	return len(shownFirst)
}

// versionOf names a set of samples.
func versionOf(samples []sample) string {
	h := sha256.New()
	for _, s := range samples {
		_, _ = fmt.Fprintf(h, "%q %q\n", s.Query, s.Variables) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}
