package auth_test

import (
	"testing"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

func TestViewerHolds(t *testing.T) {
	t.Parallel()
	v := &auth.Viewer{PersonID: personID, Assignments: []auth.Assignment{
		{OrganisationID: "org_m", OrganisationKind: domain.Metropole, Role: domain.Steering},
		{OrganisationID: "org_c", OrganisationKind: domain.Commune, Role: domain.PointManager, PointIDs: []domain.ID{"pt_1"}},
	}}
	for name, c := range map[string]struct{ got, want bool }{
		"role of the other organisation": {v.Holds("org_c", domain.Steering), false},
		"unknown organisation":           {v.Holds("org_x", domain.Steering, domain.PointManager), false},
		"no role asked for":              {v.Holds("org_m"), false},
		"another point":                  {v.HoldsAtPoint("org_c", "pt_2", domain.PointManager), false},
		"another organisation's point":   {v.HoldsAtPoint("org_m", "pt_1", domain.PointManager), false},
		"another role at the point":      {v.HoldsAtPoint("org_c", "pt_1", domain.Steering), false},
		"nobody":                         {(&auth.Viewer{}).Holds("org_m", domain.Steering), false},
		"one of the roles":               {v.Holds("org_m", domain.PointManager, domain.Steering), true},
		"role at the point":              {v.HoldsAtPoint("org_c", "pt_1", domain.PointManager), true},
	} {
		if c.got != c.want {
			t.Errorf("%s: %t, want %t", name, c.got, c.want)
		}
	}
}

// TestViewerDay: it is already Tuesday in Paris, and still Monday in UTC.
func TestViewerDay(t *testing.T) {
	t.Parallel()
	v := &auth.Viewer{Now: time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)}
	tuesday, past := domain.NewDate(2026, 11, 24), domain.NewDate(2020, 1, 1)
	if v.Today() != tuesday || v.Day() != tuesday {
		t.Errorf("today is %v and the day read %v, want %v", v.Today(), v.Day(), tuesday)
	}
	then := v.AsOf(past)
	if then.Day() != past || then.Today() != tuesday {
		t.Errorf("as of %v: the day read is %v and today %v", past, then.Day(), then.Today())
	}
	if v.Day() != tuesday {
		t.Error("a view of another day changed the viewer itself")
	}
}
