package service

import (
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// Right is what an assignment opens in applications by one ground.
type Right struct {
	Ground domain.Ground
	// Role and AssignmentID are nil for an applicant.
	Role               *domain.Role
	AssignmentID       *domain.ID
	Opens              []domain.ColumnGroup
	Article, HoldsWhen string
	// Missing is nil when the ground opens what it holds for.
	Missing *domain.MissingLink
}

// Rights are what the viewer may see of applications today, and why.
func Rights(v *auth.Viewer) []*Right {
	all := []*Right{}
	for _, c := range policy.Claims(v) {
		r := &Right{
			Ground: c.Rule.Ground, Opens: c.Rule.Groups.Groups(), Article: c.Rule.Article, HoldsWhen: c.Rule.HoldsWhen,
		}
		if c.Assignment != nil {
			r.Role, r.AssignmentID = &c.Assignment.Role, &c.Assignment.ID
		}
		if c.Missing != "" {
			r.Missing = &c.Missing
		}
		all = append(all, r)
	}
	return all
}
