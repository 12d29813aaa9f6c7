package policy

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Members of a household are of the column group FILE, who they are of CONTACT, what is
// sensitive about them of SENSITIVE.
func installHouseholdMember() {
	guard.Register("HouseholdMember", func(v *auth.Viewer, q *ent.HouseholdMemberQuery) {
		nameApplication(q.Where(partOpenedTo(v, domain.GroupFile.Bit())).
			Order(householdmember.ByApplicationID(), householdmember.ByRank()))
	})
	guard.Register("MemberParticulars", func(v *auth.Viewer, q *ent.MemberParticularsQuery) {
		nameApplication(q.Where(partOpenedTo(v, domain.GroupContact.Bit())))
	})
	guard.Register("SensitiveRecord", func(v *auth.Viewer, q *ent.SensitiveRecordQuery) {
		nameApplication(q.Where(sensitiveOpen(v)))
	})
}

// sensitiveOpen keeps the records that a ground opens, and to an applicant the one of
// the person to whom its account is bound: another adult's is not its own.
func sensitiveOpen(v *auth.Viewer) predicate.SensitiveRecord {
	opened := predicate.SensitiveRecord(partOpenedTo(v, domain.GroupSensitive.Bit()))
	if !v.Applicant {
		return opened
	}
	return sensitiverecord.And(
		predicate.SensitiveRecord(partOpenedTo(v, domain.GroupIdentity.Bit())),
		ownRecord(v),
	)
}
