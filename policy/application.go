package policy

import (
	"strconv"
	"strings"

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

// openedColumn is the name under which a row of an application carries why the viewer
// sees it, and which column groups of it.
const openedColumn = "opened_by"

// An application is seen by whom a row of application_access says so, and so is each
// of its column groups: the same rows, one bit for each group.
func installApplication() {
	guard.Register("Application", func(v *auth.Viewer, q *ent.ApplicationQuery) {
		q.Where(ApplicationOpen(v, domain.GroupIdentity)).
			Modify(func(s *sql.Selector) {
				if selects(s) {
					s.AppendSelectExprAs(openedBy(v, application.FieldID)(s), openedColumn)
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
			Order(householdmember.ByApplicationID(), householdmember.ByRank()).
			Modify(withApplication)
	})
	guard.Register("MemberParticulars", func(v *auth.Viewer, q *ent.MemberParticularsQuery) {
		q.Where(openedTo(v, memberparticulars.FieldApplicationID, domain.GroupContact.Bit())).Modify(withApplication)
	})
	guard.Register("SensitiveRecord", func(v *auth.Viewer, q *ent.SensitiveRecordQuery) {
		q.Where(sensitiveOpen(v)).Modify(withApplication)
	})
	guard.Register("ApplicantAccount", func(v *auth.Viewer, q *ent.ApplicantAccountQuery) { q.Where(ownAccount(v)) })
	// Who else sees a file is nobody's to read here: explanations are acts of their own.
	guard.Register("ApplicationAccess", func(_ *auth.Viewer, q *ent.ApplicationAccessQuery) { q.Where(applicationaccess.IDIn()) })
	guard.Register("Audience", func(_ *auth.Viewer, q *ent.AudienceQuery) { q.Where(audience.IDIn()) })
	guard.Register("NamedAgent", func(_ *auth.Viewer, q *ent.NamedAgentQuery) { q.Where(namedagent.IDIn()) })
}

// selects tells a statement that reads rows from one that counts them.
func selects(s *sql.Selector) bool { return len(s.SelectedColumns()) > 0 }

// withApplication has a row that hangs on a member name its application all the same:
// the audit trail asks for it, whatever the caller selected.
func withApplication(s *sql.Selector) {
	if selects(s) {
		s.AppendSelect(s.C(householdmember.FieldApplicationID))
	}
}

// ApplicationOpen keeps the applications of which one of these groups is open to the
// viewer. Filters and orders on a group apply it themselves: a predicate on a column
// must not tell of rows whose column is hidden.
func ApplicationOpen(v *auth.Viewer, groups ...domain.ColumnGroup) predicate.Application {
	return openedTo(v, application.FieldID, domain.GroupsOf(groups...))
}

// Opened is why a viewer sees an application, and which column groups of it.
type Opened struct {
	Grounds []domain.Ground
	Groups  domain.GroupSet
}

// OpenedBy tells why the viewer sees an application that it read. One that was read
// under a grant says nothing of that: false.
func OpenedBy(a *ent.Application) (Opened, bool) {
	var o Opened
	v, err := a.Value(openedColumn)
	if err != nil {
		return o, false
	}
	var joined string
	switch v := v.(type) {
	case string:
		joined = v
	case []byte:
		joined = string(v)
	}
	for opened := range strings.SplitSeq(joined, ",") {
		ground, groups, _ := strings.Cut(opened, " ")
		n, err := strconv.Atoi(groups)
		if err != nil {
			return o, false
		}
		o.Groups |= domain.GroupSet(n)
		o.Grounds = append(o.Grounds, domain.Ground(ground))
	}
	return o, true
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
