package domain

import "io"

// RejectionReason says why a desk does not register an application (motif
// d'invalidation). Each can be mended, and the application deposited again.
type RejectionReason string

// The reasons of a rejection.
const (
	// RejectedNoIdentity: no copy of an identity document or residence permit came with it.
	RejectedNoIdentity RejectionReason = "NO_IDENTITY_DOCUMENT"
	// RejectedUnreadable: the copy cannot be read.
	RejectedUnreadable RejectionReason = "IDENTITY_DOCUMENT_UNREADABLE"
	// RejectedNotOnList: the document is not one that the order lists, or has run out.
	RejectedNotOnList RejectionReason = "IDENTITY_DOCUMENT_NOT_ON_LIST"
	// RejectedOtherPerson: the document is somebody else's.
	RejectedOtherPerson RejectionReason = "IDENTITY_DOCUMENT_OF_ANOTHER"
	// RejectedIncomplete: what the form asks of everybody is missing.
	RejectedIncomplete RejectionReason = "FORM_INCOMPLETE"
	// RejectedSecond: the household has an application in the département already.
	RejectedSecond RejectionReason = "SECOND_APPLICATION"
)

var rejectionArticles = map[RejectionReason]string{
	RejectedNoIdentity:  "CCH R441-2-3",
	RejectedUnreadable:  "CCH R441-2-3",
	RejectedNotOnList:   "CCH R441-2-3",
	RejectedOtherPerson: "CCH R441-2-3",
	RejectedIncomplete:  "CCH R441-2-2",
	RejectedSecond:      "CCH L441-2-1",
}

// Values lists the reasons, in the order of the contract.
func (RejectionReason) Values() []string {
	return []string{
		string(RejectedNoIdentity), string(RejectedUnreadable), string(RejectedNotOnList), string(RejectedOtherPerson),
		string(RejectedIncomplete), string(RejectedSecond),
	}
}

// Article is what the reason rests on; empty for a word that is none.
func (r RejectionReason) Article() string { return rejectionArticles[r] }

// MarshalGQL writes the word of the contract.
func (r RejectionReason) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *RejectionReason) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// RemovalReason says why an application was removed (motif de radiation). The list is
// closed: CCH R441-2-8 knows no other.
type RemovalReason string

// The reasons of a removal.
const (
	// RemovedHoused: a dwelling was allocated and the lease signed.
	RemovedHoused RemovalReason = "HOUSED"
	// RemovedNotRenewed: its validity ended and no renewal came.
	RemovedNotRenewed RemovalReason = "NOT_RENEWED"
	// RemovedWithdrawn: the applicant gave it up in writing.
	RemovedWithdrawn RemovalReason = "WITHDRAWN"
	// RemovedStay and RemovedResources: an allocation committee found that the law does
	// not admit it (irrecevabilité).
	RemovedStay      RemovalReason = "IRREGULAR_STAY"
	RemovedResources RemovalReason = "RESOURCES_ABOVE_CEILING"
	// RemovedUnreachable: the applicant did not answer a letter.
	RemovedUnreachable RemovalReason = "UNREACHABLE"
)

// removalRule is what the texts say of a reason.
type removalRule struct {
	// code and subCode are those of the national registry, interface 02.01.
	code, subCode, article string
	// warning runs from a warning that must come first; nil where none must.
	warning func(LegalClocks) LegalClock
	// reactivation is how long the removal can be taken back, and sinceRemoval tells from
	// when: the removal, or the deposit or last renewal. Nil: the texts give no way back.
	reactivation func(LegalClocks) LegalClock
	sinceRemoval bool
}

var removalRules = map[RemovalReason]removalRule{
	RemovedHoused: {code: "RADATT", article: "CCH R441-2-8; arrêté du 23 mars 2015, annexe, 6.2"},
	RemovedNotRenewed: {
		code: "RADREN", article: "CCH R441-2-8; arrêté du 23 mars 2015, annexe, 6.1",
		reactivation: func(c LegalClocks) LegalClock { return c.ReactivationNotRenewed },
	},
	RemovedWithdrawn: {code: "RADABA", article: "CCH R441-2-8; arrêté du 23 mars 2015, annexe, 6.3"},
	RemovedStay: {
		code: "RADIRR", subCode: "IRRSEJ", article: "CCH R441-2-8; arrêté du 23 mars 2015, annexe, 6.4",
		warning: func(c LegalClocks) LegalClock { return c.WarningIneligible },
	},
	RemovedResources: {
		code: "RADIRR", subCode: "IRRRES", article: "CCH R441-2-8; arrêté du 23 mars 2015, annexe, 6.4",
		warning: func(c LegalClocks) LegalClock { return c.WarningIneligible },
	},
	RemovedUnreachable: {
		code: "RADCON", article: "CCH R441-2-8; arrêté du 23 mars 2015, annexe, 6.5",
		warning:      func(c LegalClocks) LegalClock { return c.WarningUnreachable },
		reactivation: func(c LegalClocks) LegalClock { return c.ReactivationUnreachable }, sinceRemoval: true,
	},
}

// Values lists the reasons, in the order of the contract.
func (RemovalReason) Values() []string {
	return []string{
		string(RemovedHoused), string(RemovedNotRenewed), string(RemovedWithdrawn),
		string(RemovedStay), string(RemovedResources), string(RemovedUnreachable),
	}
}

// Article is what the reason rests on; empty for a word that is none.
func (r RemovalReason) Article() string { return removalRules[r].article }

// RegistryCodes are the code and, where it has one, the sub-code of the reason in the
// national registry.
func (r RemovalReason) RegistryCodes() (code, subCode string) {
	return removalRules[r].code, removalRules[r].subCode
}

// NeedsWarning tells a reason of which the applicant is warned first.
func (r RemovalReason) NeedsWarning() bool { return removalRules[r].warning != nil }

// MarshalGQL writes the word of the contract.
func (r RemovalReason) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *RemovalReason) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }
