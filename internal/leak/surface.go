package leak

import (
	"maps"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// registry says of every surface which of the answers shows it: an alias of the
// document, the stem of several, or "record" for what a whole record must equal.
var registry = map[string]string{
	"Query.applications":              "all",
	"Query.applications(first)":       "first",
	"Query.applications(last)":        "last",
	"Query.applications(after)":       "after",
	"Query.applications(before)":      "before",
	"Query.application":               "number",
	"Query.application(uniqueNumber)": "number",
	"Query.node(Application)":         "node",
	"Query.node(HouseholdMember)":     "node",
	"Query.nodes(Application)":        "nodes",
	"Query.nodes(HouseholdMember)":    "nodes",
	"Query.viewer":                    "viewer",
	"Query.orientations":              "orientations",
	"OrientationFilter.direction":     "filtered_orientations",
	"OrientationFilter.states":        "filtered_orientations",
	"OrientationFilter.overdue":       "filtered_orientations",
	"Query.contacts":                  "contacts",
	"ContactFilter.applicationId":     "about",
	"Query.orientations(first)":       "filtered_orientations",
	"Query.orientations(afterId)":     "filtered_orientations",
	"Query.contacts(first)":           "filtered_contacts",
	"Query.contacts(afterId)":         "filtered_contacts",
	"ContactFilter.channels":          "filtered_contacts",
	"ContactFilter.receptionPoints":   "filtered_contacts",
	"ContactFilter.occurredFrom":      "filtered_contacts",
	"ContactFilter.occurredBefore":    "filtered_contacts",
	"Viewer.rights":                   "viewer",

	"ApplicationConnection.edges":      "all",
	"ApplicationConnection.pageInfo":   "all",
	"ApplicationConnection.totalCount": "count",
	"ApplicationEdge.node":             "all",
	"ApplicationEdge.cursor":           "after",

	"ApplicationOrder.direction":          "order_NAME_DESC",
	"ApplicationOrder.field":              "order_NAME_ASC",
	"ApplicationOrderField.NAME":          "order_NAME_ASC",
	"ApplicationOrderField.REGISTERED_ON": "order_REGISTERED_ON_ASC",

	"ApplicationFilter.states":            "filter_states",
	"ApplicationFilter.search":            "filter_search",
	"ApplicationFilter.phone":             "filter_phone",
	"ApplicationFilter.wishedCommunes":    "filter_wishedCommunes",
	"ApplicationFilter.followingPoints":   "filter_followingPoints",
	"ApplicationFilter.followed":          "filter_followed",
	"ApplicationFilter.typologies":        "filter_typologies",
	"ApplicationFilter.householdSize":     "filter_householdSize",
	"ApplicationFilter.registeredFrom":    "filter_registeredFrom",
	"ApplicationFilter.registeredBefore":  "filter_registeredBefore",
	"ApplicationFilter.deadline":          "filter_deadline",
	"DeadlineFilterInput.kinds":           "filter_deadline",
	"DeadlineFilterInput.states":          "filter_deadline",
	"ApplicationFilter.housing":           "filter_housing",
	"ApplicationFilter.reasons":           "filter_reasons",
	"ApplicationFilter.pieceTransfers":    "filter_pieceTransfers",
	"ApplicationFilter.appointmentOffers": "filter_appointmentOffers",
	"ApplicationFilter.inDepthReason":     "filter_inDepthReason",
	"ApplicationFilter.proposals":         "filter_proposals",
	"IntRangeInput.min":                   "filter_householdSize",
	"IntRangeInput.max":                   "filter_householdSize",

	"Query.applicationStatistics":       "crossed",
	"Query.applicationStatistics(by)":   "crossed",
	"ApplicationStatistics.by":          "crossed",
	"ApplicationStatistics.cells":       "crossed",
	"ApplicationStatistics.totalCount":  "crossed",
	"ApplicationCell.keys":              "crossed",
	"ApplicationCell.count":             "crossed",
	"ApplicationAxis.STATE":             "axis_STATE",
	"ApplicationAxis.YEAR":              "axis_YEAR",
	"ApplicationAxis.WISHED_COMMUNE":    "axis_WISHED_COMMUNE",
	"ApplicationAxis.TYPOLOGY":          "axis_TYPOLOGY",
	"ApplicationAxis.HOUSEHOLD_SIZE":    "axis_HOUSEHOLD_SIZE",
	"ApplicationAxis.HOUSING":           "axis_HOUSING",
	"ApplicationAxis.FOLLOWING_POINT":   "axis_FOLLOWING_POINT",
	"ApplicationAxis.FOLLOWING_COMMUNE": "axis_FOLLOWING_COMMUNE",

	"Application.id": "record", "Application.uniqueNumber": "record", "Application.state": "record",
	"Application.givenNames": "record", "Application.birthName": "record", "Application.usualName": "record",
	"Application.validUntil": "record", "Application.masked": "record", "Application.summary": "record",
	"Application.file": "record", "Application.contact": "record", "Application.wishes": "record",
	"Application.household": "record", "Application.version": "record",

	"ApplicationSummary.registeredOn": "record", "ApplicationSummary.renewedOn": "record",
	"ApplicationSummary.receptionDeadline": "record", "ApplicationSummary.householdSize": "record",
	"ApplicationSummary.typologies": "record", "ApplicationSummary.followingPoint": "record",
	"ApplicationSummary.followedSince": "record", "ApplicationSummary.version": "record",

	"ApplicationFile.taxYear": "record", "ApplicationFile.taxIncome": "record", "ApplicationFile.monthlyResources": "record",
	"ApplicationFile.housing": "record", "ApplicationFile.reasons": "record", "ApplicationFile.version": "record",

	"ApplicationContact.address": "record", "ApplicationContact.postalCode": "record", "ApplicationContact.town": "record",
	"ApplicationContact.phone": "record", "ApplicationContact.email": "record", "ApplicationContact.helpingStructure": "record",
	"ApplicationContact.version": "record",

	"Application.renewalDue": "record", "Application.deadlines": "record", "Application.history": "record",
	"Application.proposedChanges": "record", "ApplicationSummary.depositedOn": "record", "ApplicationSummary.rejectedFor": "record",
	"ApplicationSummary.acknowledgedOn": "record", "ApplicationSummary.noticedOn": "record", "ApplicationSummary.warnedOn": "record",
	"ApplicationSummary.warnedFor": "record", "ApplicationSummary.removedFor": "record", "ApplicationSummary.mergedIntoId": "record",
	"ApplicationSummary.splitFromId": "record", "Deadline.kind": "record", "Deadline.reason": "record",
	"Deadline.dueOn": "record", "Deadline.announcedFrom": "record", "Deadline.state": "record",
	"Deadline.article": "record", "ApplicationEvent.happenedOn": "record", "ApplicationEvent.kind": "record",
	"ApplicationEvent.state": "record", "ApplicationEvent.reason": "record", "ApplicationEvent.deadline": "record",
	"ApplicationEvent.dueOn": "record", "ApplicationEvent.receptionPoint": "record", "ProposedChange.id": "record",
	"ProposedChange.receptionPoint": "record", "ProposedChange.proposedOn": "record", "ProposedChange.values": "record",
	"FormValue.field": "record", "FormValue.value": "record",

	"Wish.commune": "record", "Wish.rank": "record",

	"HouseholdMember.id": "record", "HouseholdMember.link": "record", "HouseholdMember.age": "record",
	"HouseholdMember.expectedOn": "record", "HouseholdMember.particulars": "record", "HouseholdMember.sensitive": "record",

	"MemberParticulars.givenNames": "record", "MemberParticulars.birthName": "record", "MemberParticulars.usualName": "record",
	"MemberParticulars.bornOn": "record", "MemberParticulars.version": "record",

	"SensitiveRecord.reasons": "record", "SensitiveRecord.housingMode": "record", "SensitiveRecord.needs": "record",
	"SensitiveRecord.freeText": "record", "SensitiveRecord.safeContact": "record", "SensitiveRecord.version": "record",

	"ApplicationSummary.enlarged": "record", "ApplicationSummary.category": "record", "ApplicationSummary.personalisedAppointmentOn": "record", "ApplicationSummary.singleFileCompletedOn": "record", "ApplicationSummary.provenance": "record",
	"ApplicationFile.earlierTaxIncome": "record", "ApplicationFile.provenance": "record",
	"ApplicationContact.careOf": "record", "ApplicationContact.mailing": "record", "ApplicationContact.secondPhone": "record", "ApplicationContact.emailAllowed": "record", "ApplicationContact.textAllowed": "record",
	"ApplicationContact.helpingPhone": "record", "ApplicationContact.helpingEmail": "record", "ApplicationContact.dwelling": "record", "ApplicationContact.provenance": "record",
	"MailingAddress.address": "record", "MailingAddress.postalCode": "record", "MailingAddress.town": "record",
	"CurrentDwelling.people": "record", "CurrentDwelling.rent": "record", "CurrentDwelling.housingBenefit": "record", "CurrentDwelling.category": "record",
	"CurrentDwelling.typology": "record", "CurrentDwelling.surface": "record", "CurrentDwelling.landlord": "record", "CurrentDwelling.ownsAnother": "record",
	"ValueOrigin.field": "record", "ValueOrigin.source": "record", "ValueOrigin.on": "record", "ValueOrigin.receptionPointId": "record",
	"HouseholdMember.resources": "record", "HouseholdMember.maintenancePaid": "record", "HouseholdMember.provenance": "record",
	"ResourceLine.kind": "record", "ResourceLine.amount": "record",
	"MemberParticulars.civilStatus": "record", "MemberParticulars.work": "record", "MemberParticulars.provenance": "record",
	"CivilStatus.title": "record", "CivilStatus.nationality": "record", "CivilStatus.familyStatus": "record",
	"Work.contract": "record", "Work.profession": "record", "Work.employer": "record", "Work.employerSiret": "record", "Work.employerTown": "record",
	"SensitiveRecord.disability": "record", "SensitiveRecord.resources": "record",
	"DisabilityAnnex.state": "record", "DisabilityAnnex.walking": "record", "DisabilityAnnex.motor": "record", "DisabilityAnnex.sensory": "record", "DisabilityAnnex.aids": "record", "DisabilityAnnex.equipment": "record",

	"Application.appointments": "record", "Appointment.id": "record", "Appointment.application": "record", "Appointment.motive": "record",
	"Appointment.mode": "record", "Appointment.state": "record", "Appointment.receptionPoint": "record", "Appointment.room": "record",
	"Appointment.startsAt": "record", "Appointment.endsAt": "record", "Appointment.participants": "record", "Appointment.bookedAt": "record",
	"Appointment.overbookedFor": "record", "Appointment.version": "record", "Participant.memberId": "record", "Participant.attendance": "record",

	"Application.messages": "record", "Message.id": "record", "Message.kind": "record", "Message.state": "record", "Message.channel": "record",
	"Message.dueAt": "record", "Message.settledAt": "record",
	"Application.appointmentOffers": "record", "AppointmentOffer.id": "record", "AppointmentOffer.motive": "record",
	"AppointmentOffer.offeredOn": "record", "AppointmentOffer.bookBy": "record", "AppointmentOffer.state": "record",
	"AppointmentOffer.appointment": "record", "Application.inDepthReasons": "record",
	"Application.waitingPlaces": "record", "WaitingPlace.id": "record", "WaitingPlace.application": "record", "WaitingPlace.motive": "record",
	"WaitingPlace.mode": "record", "WaitingPlace.receptionPointIds": "record", "WaitingPlace.until": "record", "WaitingPlace.joinedAt": "record",
	"WaitingPlace.state": "record", "WaitingPlace.offeredPoint": "record", "WaitingPlace.startsAt": "record", "WaitingPlace.endsAt": "record",
	"WaitingPlace.heldUntil": "record",
	"Application.interviews": "record", "Interview.id": "record", "Interview.application": "record", "Interview.kind": "record",
	"Interview.heldOn": "record", "Interview.organisation": "record", "Interview.receptionPoint": "record", "Interview.appointment": "record",
	"Interview.project": "record", "Interview.notes": "record", "InterviewNote.id": "record", "InterviewNote.audience": "record",
	"InterviewNote.text": "record", "InterviewNote.organisation": "record", "InterviewNote.writtenAt": "record",
	"Application.proposals": "record", "Proposal.id": "record", "Proposal.application": "record", "Proposal.dwelling": "record",
	"Proposal.landlord": "record", "Proposal.state": "record", "Proposal.putForwardOn": "record", "Proposal.decision": "record",
	"Proposal.decidedOn": "record", "Proposal.rank": "record", "Proposal.answeredOn": "record", "Proposal.refusedFor": "record",
	"Proposal.withdrawnOn": "record", "Proposal.reservataire": "record",
	"HousingProject.typologies": "record", "HousingProject.communes": "record", "HousingProject.budget": "record",
	"HousingProject.constraints": "record", "HousingProject.text": "record",

	"Application.pieces": "record", "Application.completeness": "record",
	"Piece.id": "record", "Piece.kind": "record", "Piece.members": "record", "Piece.state": "record", "Piece.refusedFor": "record",
	"Piece.dueOn": "record", "Piece.issuedOn": "record", "Piece.expiresOn": "record", "Piece.servesUntil": "record", "Piece.scan": "record",
	"Piece.depositedAt": "record", "Piece.receptionPoint": "record", "Piece.file": "record",
	"Piece.transfer": "record", "PieceTransfer.state": "record", "PieceTransfer.dueOn": "record", "PieceTransfer.sentAt": "record",
	"PieceTransfer.settledAt": "record", "PieceTransfer.rejectedFor": "record",
	"PieceFile.size": "record", "PieceFile.sha256": "record", "PieceFile.mediaType": "record", "PieceFile.pages": "record",
	"Completeness.percent": "record", "Completeness.required": "record", "Completeness.accepted": "record", "Completeness.missing": "record",
	"MissingPiece.kinds": "record", "MissingPiece.level": "record", "MissingPiece.memberId": "record", "MissingPiece.state": "record",
	"MissingPiece.refusedFor": "record", "MissingPiece.dueOn": "record",

	"Application.orientations": "record", "Orientation.id": "record", "Orientation.fromPoint": "record", "Orientation.toPoint": "record",
	"Orientation.reason": "record", "Orientation.state": "record", "Orientation.steps": "record", "Orientation.dueOn": "record",
	"Orientation.overdue": "record", "Orientation.declinedFor": "record", "Orientation.outcome": "record", "Orientation.application": "record",
	"OrientationStep.state": "record", "OrientationStep.at": "record", "OrientationStep.days": "record",
	"ReceptionContact.application": "contacts",

	"Right.ground": "viewer", "Right.role": "viewer", "Right.assignmentId": "viewer", "Right.opens": "viewer",
	"Right.article": "viewer", "Right.holdsWhen": "viewer", "Right.missing": "viewer",
}

// elsewhere are the surfaces that tell of access instead of showing a record, to those
// who oversee it and to the applicant: who gets which answer is in the scenarios of
// server/testdata/application_access and in graph's TestWhoOverseesAccess.
var elsewhere = []string{
	"Query.explainAccess", "Query.explainAccess(uniqueNumber)", "Query.explainAccess(personId)",
	"AccessExplanation.opens", "AccessExplanation.grounds", "GroundExplanation.ground", "GroundExplanation.opens",
	"Query.accessLog", "Query.accessLog(uniqueNumber)", "Query.accessLog(first)", "Query.accessLog(after)",
	"AccessLogEntry.columnGroup", "AccessLogEntry.columnGroups", "AccessLogEntry.grounds",

	// Acts give back the application as any read of it does, to who sees it once they are
	// done: server's application_acts_test.go and those beside it, act by act.
	"Mutation.receiveApplicant", "ReceiveApplicantPayload.application",
	"ReceiveApplicantInput.uniqueNumber", "ReceiveApplicantInput.birthDate", "ReceiveApplicantInput.contactId",
	"Mutation.openApplicationInEmergency", "OpenApplicationInEmergencyPayload.application",
	"OpenApplicationInEmergencyInput.uniqueNumber", "OpenApplicationInEmergencyInput.motive", "OpenApplicationInEmergencyInput.explanation",
	"Mutation.bindAccount", "BindAccountPayload.application", "BindAccountInput.uniqueNumber", "BindAccountInput.code",
	"Mutation.protectApplication", "ProtectApplicationPayload.application",
	"ProtectApplicationInput.applicationId", "ProtectApplicationInput.version", "ProtectApplicationInput.agentIds",
	"Mutation.confirmProtection", "ConfirmProtectionPayload.application",
	"ConfirmProtectionInput.applicationId", "ConfirmProtectionInput.agentIds",
	"Mutation.reopenToApplicant", "ReopenToApplicantPayload.application",
	"ReopenToApplicantInput.applicationId", "ReopenToApplicantInput.memberId",

	// The life of an application: server's life_acts_test.go, and the scenarios of
	// server/testdata/application_life and online_registration.
	"Mutation.registerApplication", "RegisterApplicationPayload.application",
	"RegisterApplicationInput.receptionPointId", "RegisterApplicationInput.form", "ApplicationFormInput.household", "MemberFormInput.link",
	"MemberFormInput.givenNames", "MemberFormInput.birthName", "MemberFormInput.usualName", "MemberFormInput.bornOn",
	"MemberFormInput.expectedOn", "ApplicationFormInput.wishes", "ApplicationFormInput.typologies", "ApplicationFormInput.contact",
	"ContactFormInput.address", "ContactFormInput.postalCode", "ContactFormInput.town", "ContactFormInput.phone",
	"ContactFormInput.email", "ContactFormInput.helpingStructure", "ApplicationFormInput.file", "FileFormInput.taxYear",
	"FileFormInput.taxIncome", "FileFormInput.monthlyResources", "FileFormInput.housing", "FileFormInput.reasons",
	"ApplicationCorrectionInput.household", "ApplicationFormInput.category", "ApplicationFormInput.enlarged",
	"CivilStatusInput.familyStatus", "CivilStatusInput.nationality", "CivilStatusInput.title", "ContactFormInput.careOf",
	"ContactFormInput.dwelling", "ContactFormInput.emailAllowed", "ContactFormInput.helpingEmail",
	"ContactFormInput.helpingPhone", "ContactFormInput.mailing", "ContactFormInput.secondPhone", "ContactFormInput.textAllowed",
	"CorrectApplicationInput.overrule", "CorrectApplicationInput.source", "CurrentDwellingInput.category",
	"CurrentDwellingInput.housingBenefit", "CurrentDwellingInput.landlord", "CurrentDwellingInput.ownsAnother",
	"CurrentDwellingInput.people", "CurrentDwellingInput.rent", "CurrentDwellingInput.surface", "CurrentDwellingInput.typology",
	"DisabilityAnnexInput.aids", "DisabilityAnnexInput.equipment", "DisabilityAnnexInput.motor", "DisabilityAnnexInput.sensory",
	"DisabilityAnnexInput.state", "DisabilityAnnexInput.walking", "FileFormInput.earlierTaxIncome", "FileFormInput.housingMode",
	"MailingAddressInput.address", "MailingAddressInput.postalCode", "MailingAddressInput.town",
	"MemberCorrectionInput.birthName", "MemberCorrectionInput.bornOn", "MemberCorrectionInput.civilStatus",
	"MemberCorrectionInput.expectedOn", "MemberCorrectionInput.givenNames", "MemberCorrectionInput.id",
	"MemberCorrectionInput.link", "MemberCorrectionInput.maintenancePaid", "MemberCorrectionInput.resources",
	"MemberCorrectionInput.sensitive", "MemberCorrectionInput.sensitiveVersion", "MemberCorrectionInput.usualName",
	"MemberCorrectionInput.work", "MemberFormInput.civilStatus", "MemberFormInput.maintenancePaid", "MemberFormInput.resources",
	"MemberFormInput.sensitive", "MemberFormInput.work", "ResourceLineInput.amount", "ResourceLineInput.kind",
	"SearchFormInput.category", "SearchFormInput.enlarged", "SensitiveFormInput.disability", "SensitiveFormInput.freeText",
	"SensitiveFormInput.safeContact", "SplitFormInput.category", "SplitFormInput.enlarged", "WorkInput.contract",
	"WorkInput.employer", "WorkInput.employerSiret", "WorkInput.employerTown", "WorkInput.profession",
	"Mutation.registerOnline", "RegisterOnlinePayload.application",
	"RegisterOnlineInput.form",
	"Mutation.validateApplication", "ValidateApplicationPayload.application",
	"ValidateApplicationInput.applicationId",
	"Mutation.rejectApplication", "RejectApplicationPayload.application",
	"RejectApplicationInput.applicationId", "RejectApplicationInput.reason",
	"Mutation.depositApplicationAgain", "DepositApplicationAgainPayload.application",
	"DepositApplicationAgainInput.applicationId",
	"Mutation.renewApplication", "RenewApplicationPayload.application",
	"RenewApplicationInput.applicationId", "RenewApplicationInput.confirmedByApplicant",
	"Mutation.recordNotice", "RecordNoticePayload.application",
	"RecordNoticeInput.applicationId", "RecordNoticeInput.notice",
	"Mutation.correctApplication", "CorrectApplicationPayload.application",
	"CorrectApplicationInput.applicationId", "CorrectApplicationInput.versions", "GroupVersionsInput.identity", "GroupVersionsInput.summary",
	"GroupVersionsInput.contact", "GroupVersionsInput.file", "CorrectApplicationInput.correction", "ApplicationCorrectionInput.names",
	"NamesFormInput.givenNames", "NamesFormInput.birthName", "NamesFormInput.usualName", "ApplicationCorrectionInput.search",
	"SearchFormInput.wishes", "SearchFormInput.typologies", "ApplicationCorrectionInput.contact", "ApplicationCorrectionInput.file",
	"Mutation.proposeChange", "ProposeChangePayload.application",
	"ProposeChangeInput.applicationId", "ProposeChangeInput.correction",
	"Mutation.acceptProposedChange", "AcceptProposedChangePayload.application",
	"AcceptProposedChangeInput.id",
	"Mutation.declineProposedChange", "DeclineProposedChangePayload.application",
	"DeclineProposedChangeInput.id",
	"Mutation.warnApplicant", "WarnApplicantPayload.application",
	"WarnApplicantInput.applicationId", "WarnApplicantInput.reason",
	"Mutation.withdrawWarning", "WithdrawWarningPayload.application",
	"WithdrawWarningInput.applicationId",
	"Mutation.removeApplication", "RemoveApplicationPayload.application",
	"RemoveApplicationInput.applicationId", "RemoveApplicationInput.reason",
	"Mutation.reactivateApplication", "ReactivateApplicationPayload.application",
	"ReactivateApplicationInput.applicationId",
	"Mutation.mergeApplications", "MergeApplicationsPayload.application",
	"MergeApplicationsInput.survivorId", "MergeApplicationsInput.mergedId",
	"Mutation.undoMerge", "UndoMergePayload.application",
	"UndoMergeInput.applicationId",
	"Mutation.splitApplication", "SplitApplicationPayload.application",
	"SplitApplicationInput.applicationId", "SplitApplicationInput.memberIds", "SplitApplicationInput.form", "SplitFormInput.wishes",
	"SplitFormInput.typologies", "SplitFormInput.contact", "SplitFormInput.file",
	"Mutation.handOverApplication", "HandOverApplicationPayload.application",
	"HandOverApplicationInput.applicationId", "HandOverApplicationInput.receptionPointId",
	"Mutation.acceptHandOver", "AcceptHandOverPayload.application",
	"AcceptHandOverInput.id", "AcceptHandOverInput.code",
	"Mutation.takeOnlineRegistration", "TakeOnlineRegistrationPayload.onlineRegistration",
	"TakeOnlineRegistrationInput.id", "TakeOnlineRegistrationInput.receptionPointId",
	"Mutation.assignOnlineRegistration", "AssignOnlineRegistrationPayload.onlineRegistration",
	"AssignOnlineRegistrationInput.id", "AssignOnlineRegistrationInput.personId",
	"Mutation.releaseOnlineRegistration", "ReleaseOnlineRegistrationPayload.onlineRegistration",
	"ReleaseOnlineRegistrationInput.id",
	"Query.onlineRegistrations", "Query.onlineRegistrations(first)", "OnlineRegistration.application",
	"Query.applicationDuplicates", "Query.applicationDuplicates(applicationId)", "ApplicationDuplicate.application",
	// Acts on appointments, and on time in which some are, give back those that are seen:
	// server's scenarios of appointments, and TestWhoSeesAppointments.
	"Query.node(Appointment)", "Query.nodes(Appointment)",
	"Query.agenda", "Query.agenda(receptionPointId)", "Query.agenda(from)", "Query.agenda(days)", "BookedTime.appointment",
	"AppointmentHit.appointment", "ChangeOccurrencePayload.hit", "EndAvailabilityPayload.hit", "DeclareAbsencePayload.hit",
	"Mutation.bookAppointment", "BookAppointmentPayload.appointment", "BookAppointmentInput.applicationId", "BookAppointmentInput.motive",
	"BookAppointmentInput.mode", "BookAppointmentInput.receptionPointId", "BookAppointmentInput.startsAt",
	"BookAppointmentInput.participantIds", "BookAppointmentInput.overbookedFor",
	"Mutation.moveAppointment", "MoveAppointmentPayload.appointment", "MoveAppointmentInput.id", "MoveAppointmentInput.version",
	"MoveAppointmentInput.receptionPointId", "MoveAppointmentInput.startsAt", "MoveAppointmentInput.mode",
	"Mutation.cancelAppointment", "CancelAppointmentPayload.appointment", "CancelAppointmentInput.id", "CancelAppointmentInput.version",
	"Query.node(WaitingPlace)", "Query.nodes(WaitingPlace)",
	"Mutation.joinWaitingList", "JoinWaitingListPayload.waitingPlace", "JoinWaitingListInput.applicationId", "JoinWaitingListInput.motive",
	"JoinWaitingListInput.mode", "JoinWaitingListInput.receptionPointIds", "JoinWaitingListInput.until",
	"Mutation.leaveWaitingList", "LeaveWaitingListPayload.waitingPlace", "LeaveWaitingListInput.id",
	"Mutation.takeWaitingOffer", "TakeWaitingOfferPayload.appointment", "TakeWaitingOfferInput.id", "TakeWaitingOfferInput.participantIds",
	"Mutation.recordAttendance", "RecordAttendancePayload.appointment", "RecordAttendanceInput.id", "RecordAttendanceInput.version",
	"RecordAttendanceInput.participants", "ParticipantInput.memberId", "ParticipantInput.attendance",
	"Mutation.declineAppointmentOffer", "DeclineAppointmentOfferPayload.application", "DeclineAppointmentOfferInput.id",
	"Mutation.changeOccurrence", "ChangeOccurrenceInput.id", "ChangeOccurrenceInput.version", "ChangeOccurrenceInput.day",
	"ChangeOccurrenceInput.opens", "ChangeOccurrenceInput.closes",
	"Mutation.endAvailability", "EndAvailabilityInput.id", "EndAvailabilityInput.version", "EndAvailabilityInput.validUntil",
	// Acts on interviews give back what the caller sees of them: server's TestInterviews.
	"Mutation.recordInterview", "RecordInterviewPayload.interview", "RecordInterviewInput.applicationId", "RecordInterviewInput.kind",
	"RecordInterviewInput.heldOn", "RecordInterviewInput.appointmentId", "RecordInterviewInput.project", "RecordInterviewInput.notes",
	"HousingProjectInput.typologies", "HousingProjectInput.communes", "HousingProjectInput.budget", "HousingProjectInput.constraints",
	"HousingProjectInput.text", "NoteInput.audience", "NoteInput.text",
	"Mutation.addInterviewNote", "AddInterviewNotePayload.interview", "AddInterviewNoteInput.interviewId", "AddInterviewNoteInput.audience",
	"AddInterviewNoteInput.text",
	// Acts on proposals give back what the caller sees of them: server's TestProposals.
	"Mutation.putForward", "PutForwardPayload.proposal", "PutForwardInput.applicationId", "PutForwardInput.dwellingId", "PutForwardInput.on",
	"PutForwardInput.reservationRightId", "Mutation.designateCandidate", "DesignateCandidatePayload.proposal", "DesignateCandidateInput.applicationId",
	"DesignateCandidateInput.dwellingId", "DesignateCandidateInput.reservationRightId", "DesignateCandidateInput.on",
	"Mutation.recordCommissionDecision", "RecordCommissionDecisionPayload.proposal", "RecordCommissionDecisionInput.id",
	"RecordCommissionDecisionInput.decision", "RecordCommissionDecisionInput.rank", "RecordCommissionDecisionInput.on",
	"Mutation.recordProposalAnswer", "RecordProposalAnswerPayload.proposal", "RecordProposalAnswerInput.id",
	"RecordProposalAnswerInput.answer", "RecordProposalAnswerInput.reason", "RecordProposalAnswerInput.on",
	"Mutation.withdrawProposal", "WithdrawProposalPayload.proposal", "WithdrawProposalInput.id",
	"StaffPermanencePayload.hit", "CancelPermanencePayload.hit",
	"Mutation.staffPermanence", "StaffPermanenceInput.id", "StaffPermanenceInput.version", "StaffPermanenceInput.personIds",
	"StaffPermanenceInput.from", "StaffPermanenceInput.until",
	"Mutation.cancelPermanence", "CancelPermanenceInput.id", "CancelPermanenceInput.version", "CancelPermanenceInput.day",
	"CancelPermanenceInput.reason",
	"Mutation.declareAbsence", "DeclareAbsenceInput.personId", "DeclareAbsenceInput.roomId", "DeclareAbsenceInput.receptionPointId",
	"DeclareAbsenceInput.startsAt", "DeclareAbsenceInput.endsAt", "DeclareAbsenceInput.reason",
	// A form that is no application yet, to who writes it: the story server/testdata/application_life/draft.txtar.
	"DraftContactInput.address", "DraftContactInput.careOf", "DraftContactInput.dwelling", "DraftContactInput.email",
	"DraftContactInput.emailAllowed", "DraftContactInput.helpingEmail", "DraftContactInput.helpingPhone", "DraftContactInput.helpingStructure",
	"DraftContactInput.mailing", "DraftContactInput.phone", "DraftContactInput.postalCode", "DraftContactInput.secondPhone",
	"DraftContactInput.textAllowed", "DraftContactInput.town",
	"DraftFileInput.earlierTaxIncome", "DraftFileInput.housing", "DraftFileInput.housingMode", "DraftFileInput.monthlyResources",
	"DraftFileInput.reasons", "DraftFileInput.taxIncome", "DraftFileInput.taxYear",
	"DraftFormInput.category", "DraftFormInput.contact", "DraftFormInput.enlarged", "DraftFormInput.file",
	"DraftFormInput.household", "DraftFormInput.typologies", "DraftFormInput.wishes",
	"Query.drafts", "Query.drafts(first)", "Mutation.saveDraft", "SaveDraftPayload.draft",
	"SaveDraftInput.form", "SaveDraftInput.id", "SaveDraftInput.receptionPointId", "SaveDraftInput.version",
	"Mutation.depositDraft", "DepositDraftPayload.application", "DepositDraftInput.id", "DepositDraftInput.version",
	"Draft.values",
	// Acts on pieces give back the piece, likewise: server's piece_test.go.
	"Mutation.depositPiece", "DepositPiecePayload.piece", "DepositPieceInput.ticket", "DepositPieceInput.applicationId",
	"DepositPieceInput.kind", "DepositPieceInput.memberIds", "DepositPieceInput.receptionPointId",
	// Orientations and contacts: server's orientation_test.go and reception_contact_test.go.
	"Mutation.orientApplicant", "OrientApplicantPayload.orientation",
	"OrientApplicantInput.applicationId", "OrientApplicantInput.receptionPointId", "OrientApplicantInput.reason",
	"Mutation.acceptOrientation", "AcceptOrientationPayload.orientation", "AcceptOrientationInput.id", "AcceptOrientationInput.code",
	"Mutation.declineOrientation", "DeclineOrientationPayload.orientation", "DeclineOrientationInput.id", "DeclineOrientationInput.reason",
	"Mutation.withdrawOrientation", "WithdrawOrientationPayload.orientation", "WithdrawOrientationInput.id",
	"Mutation.recordOrientationReceived", "RecordOrientationReceivedPayload.orientation", "RecordOrientationReceivedInput.id",
	"Mutation.reportBackOrientation", "ReportBackOrientationPayload.orientation",
	"ReportBackOrientationInput.id", "ReportBackOrientationInput.outcome",
	"Mutation.recordContact", "RecordContactPayload.contact", "RecordContactInput.receptionPointId", "RecordContactInput.channel",
	"RecordContactInput.motive", "RecordContactInput.outcome", "RecordContactInput.minutes", "RecordContactInput.languages",
	"RecordContactInput.applicationId", "RecordContactInput.occurredAt",
	"Mutation.recordContacts", "RecordContactsPayload.results", "RecordedContact.contact",
	"RecordContactsInput.receptionPointId", "RecordContactsInput.contacts", "OfflineContactInput.clientKey", "OfflineContactInput.channel",
	"OfflineContactInput.motive", "OfflineContactInput.outcome", "OfflineContactInput.minutes", "OfflineContactInput.languages",
	"OfflineContactInput.applicationId", "OfflineContactInput.occurredAt",

	"Mutation.acceptPiece", "AcceptPiecePayload.piece", "AcceptPieceInput.pieceId", "AcceptPieceInput.issuedOn",
	"AcceptPieceInput.expiresOn", "AcceptPieceInput.memberIds",
	"Mutation.refusePiece", "RefusePiecePayload.piece", "RefusePieceInput.pieceId", "RefusePieceInput.reason", "RefusePieceInput.dueOn",
	"Mutation.resendPiece", "ResendPiecePayload.piece", "ResendPieceInput.pieceId",
}

// beside are the fields of the roots that are no public ones and yet show nothing of
// a record: each is a decision that somebody took.
var beside = map[string]string{
	"Query.partnerApps":  "apps of the caller's organisation",
	"Query.staff":        "members of staff",
	"Query.handOvers":    "offers, which name points and nobody",
	"Query.levelChanges": "requests of points",

	"Query.housingAdvice": "what was asked, and what is public of the stock and of published figures",

	"Query.permanences": "when the Métropole's staff receives where", "Query.permanenceCoverage": "figures of the network",
	"Query.proposePermanenceStaff": "the time of staff",
	"Mutation.requestPermanence":   "a request of a point", "Mutation.planPermanence": "the answer to one", "Mutation.declinePermanence": "the answer to one",
	"Mutation.holdPermanence": "what became of a day",

	// server's TestContributingEmployers says who sees the list.
	"Query.contributingEmployers":           "employers, and not who works there",
	"Mutation.proposeContributingEmployers": "employers, and not who works there", "Mutation.confirmContributingEmployers": "employers, and not who works there",
	"Mutation.withdrawContributingEmployers": "employers, and not who works there",

	"Mutation.requestLevelChange": "a request of a point", "Mutation.answerLevelChange": "the answer to one",

	"Query.slots": "times that are free, the same for everybody", "Query.rooms": "rooms of a point",
	"Query.availabilities": "the time of staff", "Query.absences": "the time of staff",
	"Mutation.addRoom": "a room", "Mutation.openAvailability": "the time of staff", "Mutation.withdrawAbsence": "the time of staff",

	"Query.calendarFeeds": "feeds of the caller: their files name nobody, server's TestCalendarFeed", "Mutation.openCalendarFeed": "the caller's own feed",
	"Mutation.revokeCalendarFeed": "the caller's own feed, which is gone",
	"Query.satisfaction":          "answers that lead to nobody: server's TestSatisfactionIsAnonymous", "Mutation.answerSatisfaction": "an answer of nobody",

	"Query.messageCosts": "figures that lead to nobody: server's TestMessagesAreCounted",
	// What landlords manage: the leak test of the stock, stock_test.go.
	"Query.managedDwellings": "dwellings", "Query.managedChanges": "dwellings", "Query.reservationRights": "agreements of organisations",
	"Query.reservationBalance":       "figures of such an agreement",
	"Mutation.updateManagedDwelling": "a dwelling", "Mutation.recordVacancy": "a dwelling", "Mutation.updateVacancy": "a dwelling",
	"Mutation.closeVacancy": "a dwelling", "Mutation.designateVacancy": "a dwelling",
	"Mutation.proposeReservationRight": "an agreement of organisations", "Mutation.confirmReservationRight": "an agreement of organisations",
	"Mutation.endReservationRight": "an agreement of organisations",

	"Mutation.declineHandOver": "an offer, which names nobody",
	"Mutation.discardDraft":    "the caller's own form, which is gone",

	"Mutation.declareOpeningException": "hours of a point", "Mutation.withdrawOpeningException": "hours of a point",
	"Mutation.setSandboxClock":    "the sandbox's clock",
	"Mutation.registerPartnerApp": "an app", "Mutation.changePartnerApp": "an app", "Mutation.addPartnerAppSecret": "an app",
	"Mutation.revokePartnerAppSecret": "an app", "Mutation.revokePartnerApp": "an app",
	"Mutation.registerPerson": "staff", "Mutation.assignRole": "staff", "Mutation.endAssignment": "staff",
	"Mutation.confirmAssignment": "staff", "Mutation.rejectAssignment": "staff",
	"Mutation.grantStaffAuthorisation": "staff", "Mutation.revokeStaffAuthorisation": "staff",
	"Mutation.formPair": "staff", "Mutation.endPair": "staff", "Mutation.setSpokenLanguages": "staff",
	"Mutation.issueBindingCode":        "a code, to who sees the application",
	"Mutation.unbindAccount":           "the caller's own account",
	"Mutation.prepareUpload":           "a file on its way, which is nobody's yet",
	"Mutation.depositPieceUnderNumber": "a receipt, the same whosever the number is: server's TestBlindDeposit",
	"Mutation.prepareAccessExport":     "a ticket to who answers for the application: server's access_export_test.go",
	"Query.deposits":                   "receipts of the caller",
	"Query.pieceTicket":                "a ticket to what the caller sees: server's TestWhoSeesPieces",
}

// Surfaces are all through which the contract can show something of a record, found by
// a walk through all of its types.
func Surfaces(schema *ast.Schema) []string {
	shown, record := carriers(schema), recordTypes(schema)
	found := map[string]bool{}
	for _, d := range schema.Types {
		if d.Kind != ast.Object || d.BuiltIn || strings.HasPrefix(d.Name, "__") {
			continue
		}
		for _, f := range fields(d) {
			name, typ := d.Name+"."+f.Name, schema.Types[f.Type.Name()]
			direct := slices.Contains(shown, typ.Name) || slices.Contains(record, d.Name)
			if direct {
				found[name] = true
			}
			if typ.IsAbstractType() {
				for _, possible := range schema.GetPossibleTypes(typ) {
					if slices.Contains(record, possible.Name) {
						found[name+"("+possible.Name+")"], direct = true, true
					}
				}
			}
			if direct {
				arguments(schema, name, f, found)
			}
		}
	}
	var all []string
	for name := range found {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// carriers are the types through which something of a record is reached, or that tell
// of its grounds and column groups.
func carriers(schema *ast.Schema) []string {
	found := append(recordTypes(schema), "ColumnGroup", "Ground")
	for n := 0; n < len(found); {
		n = len(found)
		for _, d := range schema.Types {
			root := d == schema.Query || d == schema.Mutation || d == schema.Subscription
			if d.Kind == ast.Object && !root && !slices.Contains(found, d.Name) &&
				slices.ContainsFunc(fields(d), func(f *ast.FieldDefinition) bool { return slices.Contains(found, f.Type.Name()) }) {
				found = append(found, d.Name)
			}
		}
	}
	return found
}

// arguments adds those by which a surface can be asked: each field of an input, each
// order, each axis, and the others by their name.
func arguments(schema *ast.Schema, name string, f *ast.FieldDefinition, found map[string]bool) {
	for _, a := range f.Arguments {
		switch typ := schema.Types[a.Type.Name()]; {
		case typ.Kind == ast.InputObject:
			inputs(schema, typ, found)
		case a.Name != "id" && a.Name != "ids" && a.Name != "on":
			found[name+"("+a.Name+")"] = true
			words(typ, "Axis", found)
		}
	}
}

func inputs(schema *ast.Schema, d *ast.Definition, found map[string]bool) {
	for _, f := range d.Fields {
		found[d.Name+"."+f.Name] = true
		if typ := schema.Types[f.Type.Name()]; typ.Kind == ast.InputObject {
			inputs(schema, typ, found)
		} else {
			words(typ, "OrderField", found)
		}
	}
}

// words adds each word of an enum of that kind.
func words(d *ast.Definition, kind string, found map[string]bool) {
	if d.Kind == ast.Enum && strings.HasSuffix(d.Name, kind) {
		for _, v := range d.EnumValues {
			found[d.Name+"."+v.Name] = true
		}
	}
}

// Unregistered are the surfaces, and the fields of the roots that are not public, of
// which nobody has said what they show.
func Unregistered(schema *ast.Schema) []string {
	var missing []string
	surfaces := Surfaces(schema)
	for _, name := range surfaces {
		if registry[name] == "" && !slices.Contains(elsewhere, name) {
			missing = append(missing, name)
		}
	}
	for _, d := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		if d == nil {
			continue
		}
		for _, f := range fields(d) {
			name := d.Name + "." + f.Name
			shown := slices.ContainsFunc(surfaces, func(s string) bool { return s == name || strings.HasPrefix(s, name+"(") })
			if f.Directives.ForName("public") == nil && !shown && beside[name] == "" {
				missing = append(missing, name)
			}
		}
	}
	return missing
}

// Registered are the surfaces of the registry, and those that are compared elsewhere.
func Registered() []string {
	return slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(registry)), elsewhere...)))
}
