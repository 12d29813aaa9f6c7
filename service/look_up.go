package service

import (
	"context"
	"fmt"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/policy"
)

// Findable are the identifiers to look for in place of these: that of nothing for an
// application, or somebody of its household, that no ground opens to the viewer. What is
// hidden is then looked for as what does not exist: in the same places, found in none.
func (s *Service) Findable(ctx context.Context, ids []domain.ID) ([]domain.ID, error) {
	applications, err := s.applicationsOf(ctx, ids)
	if err != nil || len(applications) == 0 {
		return ids, err
	}
	asked := make([]domain.ID, 0, len(ids))
	for _, id := range ids {
		if application, guarded := applications[id]; guarded {
			asked = append(asked, application)
		}
	}
	rows, err := s.ent.ApplicationAccess.Query().Where(accessTo(auth.FromContext(ctx), asked...)).All(policy.ReadGrounds(ctx))
	if err != nil {
		return nil, fmt.Errorf("what is open: %w", err)
	}
	open := map[domain.ID]domain.GroupSet{}
	for _, row := range rows {
		open[row.ApplicationID] |= row.Groups
	}
	found := make([]domain.ID, len(ids))
	for i, id := range ids {
		application, guarded := applications[id]
		found[i] = id
		if guarded && !open[application].Opens(groupOf(id)) {
			found[i] = domain.Nothing(id.Prefix())
		}
	}
	return found, nil
}

// groupOf is the column group that what has the identifier is of.
func groupOf(id domain.ID) domain.ColumnGroup {
	if id.Prefix() == domain.HouseholdMemberPrefix {
		return domain.GroupFile
	}
	return domain.GroupIdentity
}

// applicationsOf says of which application each identifier is that grounds decide on;
// of none where nothing has it.
func (s *Service) applicationsOf(ctx context.Context, ids []domain.ID) (map[domain.ID]domain.ID, error) {
	of := map[domain.ID]domain.ID{}
	var members []domain.ID
	for _, id := range ids {
		if id.Prefix() == domain.ApplicationPrefix {
			of[id] = id
		}
		if id.Prefix() == domain.HouseholdMemberPrefix {
			of[id] = domain.Nothing(domain.ApplicationPrefix)
			members = append(members, id)
		}
	}
	if len(members) == 0 {
		return of, nil
	}
	rows, err := s.ent.HouseholdMember.Query().Where(householdmember.IDIn(members...)).All(policy.ReadGrounds(ctx))
	if err != nil {
		return nil, fmt.Errorf("households of members: %w", err)
	}
	for _, m := range rows {
		of[m.ID] = m.ApplicationID
	}
	return of, nil
}
