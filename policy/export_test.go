package policy

import (
	"maps"
	"slices"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationcontact"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/memberparticulars"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy/guard"
)

// WithGrounds makes the table another one until the function that it returns is called.
func WithGrounds(rules []GroundRule) (restore func()) {
	ours := groundRules
	groundRules = func() []GroundRule { return rules }
	return func() { groundRules = ours }
}

// RestoreScopes makes the scopes of the record those of the program again.
func RestoreScopes() {
	installApplication()
	installWish()
	installHouseholdMember()
}

// ScopedEntities are the entities of the record, each with the group that opens it.
func ScopedEntities() []string { return slices.Sorted(maps.Keys(brokenScopes)) }

// GroupOf is the group that opens the entity.
func GroupOf(entity string) domain.ColumnGroup { return brokenScopes[entity].group }

// MoveScope makes the rows of the entity visible to whom one of these groups is open,
// to everybody when there are none.
func MoveScope(entity string, groups domain.GroupSet) { brokenScopes[entity].register(groups) }

// IgnoreWhose makes an applicant's ground open the sensitive records of the whole
// household.
func IgnoreWhose() {
	guard.Register("SensitiveRecord", func(v *auth.Viewer, q *ent.SensitiveRecordQuery) {
		q.Where(kept(v, sensitiverecord.FieldApplicationID, domain.GroupSensitive.Bit()|domain.GroupsOf(domain.GroupDecisions)))
	})
}

var brokenScopes = map[string]struct {
	group    domain.ColumnGroup
	register func(domain.GroupSet)
}{
	"Application": {domain.GroupIdentity, func(groups domain.GroupSet) {
		guard.Register("Application", func(v *auth.Viewer, q *ent.ApplicationQuery) {
			q.Where(kept(v, application.FieldID, groups)).Modify(func(s *sql.Selector) {
				if len(s.SelectedColumns()) > 0 {
					s.AppendSelectExprAs(openedBy(v, application.FieldID)(s), openedColumn)
				}
			})
		})
	}},
	"ApplicationSummary": {domain.GroupSummary, func(groups domain.GroupSet) {
		guard.Register("ApplicationSummary", func(v *auth.Viewer, q *ent.ApplicationSummaryQuery) {
			q.Where(kept(v, applicationsummary.FieldApplicationID, groups))
		})
	}},
	"ApplicationFile": {domain.GroupFile, func(groups domain.GroupSet) {
		guard.Register("ApplicationFile", func(v *auth.Viewer, q *ent.ApplicationFileQuery) {
			q.Where(kept(v, applicationfile.FieldApplicationID, groups))
		})
	}},
	"ApplicationContact": {domain.GroupContact, func(groups domain.GroupSet) {
		guard.Register("ApplicationContact", func(v *auth.Viewer, q *ent.ApplicationContactQuery) {
			q.Where(kept(v, applicationcontact.FieldApplicationID, groups))
		})
	}},
	"Wish": {domain.GroupSummary, func(groups domain.GroupSet) {
		guard.Register("Wish", func(v *auth.Viewer, q *ent.WishQuery) {
			q.Where(kept(v, wish.FieldApplicationID, groups)).Order(wish.ByApplicationID(), wish.ByRank())
		})
	}},
	"HouseholdMember": {domain.GroupFile, func(groups domain.GroupSet) {
		guard.Register("HouseholdMember", func(v *auth.Viewer, q *ent.HouseholdMemberQuery) {
			q.Where(kept(v, householdmember.FieldApplicationID, groups)).Order(householdmember.ByApplicationID(), householdmember.ByRank())
		})
	}},
	"MemberParticulars": {domain.GroupContact, func(groups domain.GroupSet) {
		guard.Register("MemberParticulars", func(v *auth.Viewer, q *ent.MemberParticularsQuery) {
			q.Where(kept(v, memberparticulars.FieldApplicationID, groups))
		})
	}},
	"SensitiveRecord": {domain.GroupSensitive, func(groups domain.GroupSet) {
		guard.Register("SensitiveRecord", func(v *auth.Viewer, q *ent.SensitiveRecordQuery) {
			q.Where(kept(v, sensitiverecord.FieldApplicationID, groups))
		})
	}},
}

// kept keeps what is open to the viewer in one of the groups, everything without any.
func kept(v *auth.Viewer, column string, groups domain.GroupSet) func(*sql.Selector) {
	if groups == 0 {
		return func(*sql.Selector) {}
	}
	return openedTo(v, column, groups)
}
