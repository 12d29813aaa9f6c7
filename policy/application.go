package policy

import (
	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationaccess"
	"github.com/guichet-logement/guichet/ent/applicationcontact"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/audience"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/memberparticulars"
	"github.com/guichet-logement/guichet/ent/namedagent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy/guard"
)

// openedColumn is the name under which a row of an application carries the set of the
// column groups that are open to the viewer.
const openedColumn = "opened_groups"

// An application is seen by whom a row of application_access says so, and so is each
// of its column groups: the same rows, one bit for each group.
func installApplication() {
	guard.Register("Application", func(v *auth.Viewer, q *ent.ApplicationQuery) {
		q.Where(ApplicationOpen(v, domain.GroupIdentity)).
			Modify(func(s *sql.Selector) {
				if len(s.SelectedColumns()) > 0 { // a count selects none
					s.AppendSelectExprAs(openedGroups(v, application.FieldID)(s), openedColumn)
				}
			})
	})
	guard.Register("ApplicationSummary", func(v *auth.Viewer, q *ent.ApplicationSummaryQuery) {
		q.Where(openedTo(v, applicationsummary.FieldApplicationID, domain.GroupSummary.Bit()))
	})
	guard.Register("ApplicationFile", func(v *auth.Viewer, q *ent.ApplicationFileQuery) {
		q.Where(openedTo(v, applicationfile.FieldApplicationID, domain.GroupFile.Bit()))
	})
	guard.Register("ApplicationContact", func(v *auth.Viewer, q *ent.ApplicationContactQuery) {
		q.Where(openedTo(v, applicationcontact.FieldApplicationID, domain.GroupContact.Bit()))
	})
	guard.Register("Wish", func(v *auth.Viewer, q *ent.WishQuery) {
		q.Where(openedTo(v, wish.FieldApplicationID, domain.GroupSummary.Bit())).
			Order(wish.ByApplicationID(), wish.ByRank())
	})
	guard.Register("HouseholdMember", func(v *auth.Viewer, q *ent.HouseholdMemberQuery) {
		q.Where(openedTo(v, householdmember.FieldApplicationID, domain.GroupFile.Bit())).
			Order(householdmember.ByApplicationID(), householdmember.ByRank())
	})
	guard.Register("MemberParticulars", func(v *auth.Viewer, q *ent.MemberParticularsQuery) {
		q.Where(openedTo(v, memberparticulars.FieldApplicationID, domain.GroupContact.Bit()))
	})
	guard.Register("SensitiveRecord", func(v *auth.Viewer, q *ent.SensitiveRecordQuery) { q.Where(sensitiveOpen(v)) })
	guard.Register("ApplicantAccount", func(v *auth.Viewer, q *ent.ApplicantAccountQuery) { q.Where(ownAccount(v)) })
	// Who else sees a file is nobody's to read here: explanations are acts of their own.
	guard.Register("ApplicationAccess", func(_ *auth.Viewer, q *ent.ApplicationAccessQuery) { q.Where(applicationaccess.IDIn()) })
	guard.Register("Audience", func(_ *auth.Viewer, q *ent.AudienceQuery) { q.Where(audience.IDIn()) })
	guard.Register("NamedAgent", func(_ *auth.Viewer, q *ent.NamedAgentQuery) { q.Where(namedagent.IDIn()) })
}

// ApplicationOpen keeps the applications of which one of these groups is open to the
// viewer. Filters and orders on a group apply it themselves: a predicate on a column
// must not tell of rows whose column is hidden.
func ApplicationOpen(v *auth.Viewer, groups ...domain.ColumnGroup) predicate.Application {
	return openedTo(v, application.FieldID, domain.GroupsOf(groups...))
}

// OpenedGroups is the set of the column groups that are open to the viewer in an
// application that it read.
func OpenedGroups(a *ent.Application) (domain.GroupSet, error) {
	v, err := a.Value(openedColumn)
	if err != nil {
		return 0, err
	}
	n, _ := v.(int64)
	return domain.GroupSet(n), nil
}

// sensitiveOpen keeps the records that a ground opens, and to an applicant the one of
// the person to whom its account is bound: another adult's is not its own.
func sensitiveOpen(v *auth.Viewer) predicate.SensitiveRecord {
	opened := predicate.SensitiveRecord(openedTo(v, sensitiverecord.FieldApplicationID, domain.GroupSensitive.Bit()))
	if !v.Applicant {
		return opened
	}
	return sensitiverecord.And(
		predicate.SensitiveRecord(openedTo(v, sensitiverecord.FieldApplicationID, domain.GroupIdentity.Bit())),
		ownRecord(v),
	)
}

// ownAccount keeps the account by which the viewer came.
func ownAccount(v *auth.Viewer) predicate.ApplicantAccount {
	if !v.Applicant {
		return applicantaccount.IDIn()
	}
	return applicantaccount.And(
		applicantaccount.Issuer(v.Issuer), applicantaccount.Subject(v.Subject), applicantaccount.UnboundAtIsNil())
}
