package server_test

import (
	"errors"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/testapi"
)

// A person is shown five hundred applications an hour and two thousand a day, each
// counted once, and so is an app by all its people; processes share the count.
func TestReadsHaveABudget(t *testing.T) {
	t.Parallel()
	d := desk{testapi.New(t), t}
	other := desk{d.Another(t), t}
	const person, colleague = domain.ID("per_01J6NE390064SGDGMNTXTV1GNH"), domain.ID("per_01J6NE390051EMG6N3YCS2SPCG")
	third := domain.NewID(domain.PersonPrefix, testapi.Now)
	app := testapi.App(t, portal).ClientID
	ids := make([]domain.ID, 2001)
	for i := range ids {
		ids[i] = domain.NewID(domain.ApplicationPrefix, testapi.Now)
	}
	shown := func(by, through domain.ID, some []domain.ID) {
		t.Helper()
		for len(some) > 0 {
			n := min(len(some), 50)
			if err := d.Audit.Record(t.Context(), audit.Line{Kind: audit.Read, Operation: "q", Groups: []string{"IDENTITY"}, PersonID: by, AppID: through, ApplicationIDs: some[:n]}); err != nil {
				t.Fatal(err)
			}
			some = some[n:]
		}
	}
	spend := func(from desk, v auth.Viewer, some []domain.ID, wait time.Duration) {
		t.Helper()
		v.Now = testapi.Now
		err := from.Service.SpendReads(auth.NewContext(t.Context(), &v), &v, some)
		var limited *domain.Error
		switch {
		case wait == 0 && err != nil:
			t.Errorf("refused: %v", err)
		case wait == 0:
		case !errors.As(err, &limited) || limited.Code != domain.RateLimited || limited.Reason != "READ_BUDGET" || !errors.Is(err, domain.WaitError(wait)):
			t.Errorf("%v, want to wait %s", err, wait)
		}
	}
	own, through := auth.Viewer{PersonID: person}, auth.Viewer{PersonID: colleague, App: &auth.App{ID: app}}
	spend(d, own, nil, 0)
	spend(d, own, ids[:501], time.Hour)
	spend(d, own, ids[:499], 0)
	spend(d, own, ids[:499], 0)
	spend(d, own, ids[498:500], 0)
	spend(d, own, ids[499:501], time.Hour)
	shown(person, "", ids[:500])
	shown(colleague, "", ids[:10])
	spend(other, own, ids[:500], 0)
	spend(other, own, ids[499:501], time.Hour)
	spend(d, auth.Viewer{Applicant: true}, ids, 0)
	spend(d, auth.Viewer{PersonID: colleague}, ids[:500], 0)
	shown(third, app, ids[:500]) // by the app, for somebody else
	spend(d, through, ids[500:501], time.Hour)
	spend(d, through, ids[:10], 0)
	var notices int
	d.scan(&notices, "SELECT count(*) FROM audit_line WHERE kind = 'NOTICE' AND purpose = 'READ_BUDGET' AND person_id = $1 AND app_id IS NULL", person)
	if notices != 1 {
		t.Errorf("the privacy officer was told %d times", notices)
	}
	d.moveTo(testapi.Now.Add(30 * time.Minute))
	spend(d, own, ids[499:501], 30*time.Minute)
	for hour := 1; hour < 4; hour++ {
		d.moveTo(testapi.Now.Add(time.Duration(hour) * time.Hour))
		spend(d, own, ids[500*hour:500*(hour+1)], 0)
		shown(person, "", ids[500*hour:500*(hour+1)])
	}
	d.moveTo(testapi.Now.Add(5 * time.Hour))
	spend(d, own, ids[2000:], 19*time.Hour)
	spend(d, own, ids[:300], 0)
}
