package policy_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationcontact"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/deadline"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/interview"
	"github.com/guichet-logement/guichet/ent/memberparticulars"
	"github.com/guichet-logement/guichet/ent/message"
	"github.com/guichet-logement/guichet/ent/page"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/ent/piecefile"
	entproposal "github.com/guichet-logement/guichet/ent/proposal"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/service"
)

// parts is one kind of what hangs on applications: read for a page of them, and alone.
type parts struct {
	name string
	load func(*ent.ApplicationQuery)
	of   func(*ent.Application) any
	// alone reads those of these applications.
	alone func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error)
	// some: there are enough of them in a sandbox that each viewer of the test sees some.
	some bool
}

var allParts = []parts{
	{
		"summary", func(q *ent.ApplicationQuery) { q.WithSummary() }, func(a *ent.Application) any { return []*ent.ApplicationSummary{a.Edges.Summary} },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.ApplicationSummary.Query().Where(applicationsummary.ApplicationIDIn(ids...)).All(ctx)
		}, true,
	},
	{
		"file", func(q *ent.ApplicationQuery) { q.WithFile() }, func(a *ent.Application) any { return []*ent.ApplicationFile{a.Edges.File} },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.ApplicationFile.Query().Where(applicationfile.ApplicationIDIn(ids...)).All(ctx)
		}, true,
	},
	{
		"contact", func(q *ent.ApplicationQuery) { q.WithContact() }, func(a *ent.Application) any { return []*ent.ApplicationContact{a.Edges.Contact} },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.ApplicationContact.Query().Where(applicationcontact.ApplicationIDIn(ids...)).All(ctx)
		}, true,
	},
	{
		"wishes", func(q *ent.ApplicationQuery) { q.WithWishes() }, func(a *ent.Application) any { return a.Edges.Wishes },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.Wish.Query().Where(wish.ApplicationIDIn(ids...)).All(ctx)
		}, true,
	},
	{
		"household", func(q *ent.ApplicationQuery) { q.WithHousehold() }, func(a *ent.Application) any { return a.Edges.Household },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.HouseholdMember.Query().Where(householdmember.ApplicationIDIn(ids...)).All(ctx)
		}, true,
	},
	{
		"deadlines", func(q *ent.ApplicationQuery) { q.WithDeadlines() }, func(a *ent.Application) any { return a.Edges.Deadlines },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.Deadline.Query().Where(deadline.ApplicationIDIn(ids...)).All(ctx)
		}, true,
	},
	{
		"pieces", func(q *ent.ApplicationQuery) { q.WithPieces() }, func(a *ent.Application) any { return a.Edges.Pieces },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.Piece.Query().Where(piece.ApplicationIDIn(ids...)).All(ctx)
		}, true,
	},
	{
		"appointments", func(q *ent.ApplicationQuery) { q.WithAppointments() }, func(a *ent.Application) any { return a.Edges.Appointments },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.Appointment.Query().Where(appointment.ApplicationIDIn(ids...)).All(ctx)
		}, false,
	},
	{
		"interviews", func(q *ent.ApplicationQuery) { q.WithInterviews() }, func(a *ent.Application) any { return a.Edges.Interviews },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.Interview.Query().Where(interview.ApplicationIDIn(ids...)).All(ctx)
		}, false,
	},
	{
		"proposals", func(q *ent.ApplicationQuery) { q.WithProposals() }, func(a *ent.Application) any { return a.Edges.Proposals },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.Proposal.Query().Where(entproposal.ApplicationIDIn(ids...)).All(ctx)
		}, false,
	},
	{
		"messages", func(q *ent.ApplicationQuery) { q.WithMessages() }, func(a *ent.Application) any { return a.Edges.Messages },
		func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
			return c.Message.Query().Where(message.ApplicationIDIn(ids...)).All(ctx)
		}, false,
	},
	{"particulars of the household", func(q *ent.ApplicationQuery) {
		q.WithHousehold(func(q *ent.HouseholdMemberQuery) { q.WithParticulars() })
	}, func(a *ent.Application) any {
		var all []*ent.MemberParticulars
		for _, m := range a.Edges.Household {
			all = append(all, m.Edges.Particulars)
		}
		return all
	}, func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
		// They hang on members, of whom only those are read who are seen.
		members, err := c.HouseholdMember.Query().Where(householdmember.ApplicationIDIn(ids...)).All(ctx)
		var seen []domain.ID
		for _, m := range members {
			seen = append(seen, m.ID)
		}
		if err != nil {
			return nil, err
		}
		return c.MemberParticulars.Query().Where(memberparticulars.MemberIDIn(seen...)).All(ctx)
	}, true},
	{"files of the pieces", func(q *ent.ApplicationQuery) {
		q.WithPieces(func(q *ent.PieceQuery) { q.WithFile() })
	}, func(a *ent.Application) any {
		var all []*ent.PieceFile
		for _, p := range a.Edges.Pieces {
			all = append(all, p.Edges.File)
		}
		return all
	}, func(ctx context.Context, c *ent.Client, ids []domain.ID) (any, error) {
		return c.PieceFile.Query().Where(piecefile.HasPieceWith(piece.ApplicationIDIn(ids...))).All(ctx)
	}, true},
}

// idsOf are the identifiers of rows of any type.
func idsOf(rows any) []string {
	var all []string
	for v := range reflect.ValueOf(rows).Seq() {
		if row := reflect.ValueOf(rows).Index(int(v.Int())); !row.IsNil() {
			all = append(all, fmt.Sprint(row.Elem().FieldByName("ID").Interface()))
		}
	}
	slices.Sort(all)
	return all
}

// TestPartsOfAPage: what is loaded for a page of applications, whose rows tell why they are
// open, is what a look at the access of each part finds, whatever opens them and in however
// many rows. What hangs on others than those of the page is looked up.
func TestPartsOfAPage(t *testing.T) {
	t.Parallel()
	const many = 130
	api := testapi.NewWithApplications(t, many, testapi.Step{Name: "pieces", Do: func(ctx context.Context, s *service.Service, db *sql.DB) error {
		return sandbox.SeedPieces(ctx, s, db, many)
	}})
	var audiences pq.Int64Array
	must(t, api.DB.QueryRowContext(t.Context(), "SELECT (array_agg(id ORDER BY id))[1:3] FROM audience").Scan(&audiences))
	var agent domain.ID
	must(t, api.DB.QueryRowContext(t.Context(), "SELECT deposited_by_id FROM piece WHERE deposited_by_id IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC LIMIT 1").Scan(&agent))
	all, err := queryIDs(t, api)
	must(t, err)
	for world := range uint64(6) {
		r := rand.New(rand.NewPCG(world, 1))
		opens(t, api, r, all, audiences)
		v := &auth.Viewer{PersonID: agent, Audiences: audiences, Now: testapi.Now, Applicant: world == 5}
		comparePages(auth.NewContext(t.Context(), v), t, api.Client, r, all)
	}
}

func queryIDs(t *testing.T, api *testapi.API) ([]domain.ID, error) {
	t.Helper()
	var all pq.StringArray
	err := api.DB.QueryRowContext(t.Context(), "SELECT array_agg(id ORDER BY id) FROM application").Scan(&all)
	ids := make([]domain.ID, len(all))
	for i, id := range all {
		ids[i] = domain.ID(id)
	}
	return ids, err
}

// opens throws who sees what in place of what is: sets of groups that no ground has, and
// that only together are what a part needs.
func opens(t *testing.T, api *testapi.API, r *rand.Rand, all []domain.ID, audiences []int64) {
	t.Helper()
	_, err := api.DB.ExecContext(t.Context(), "DELETE FROM application_access")
	must(t, err)
	grounds := []domain.Ground{domain.GroundFollowed, domain.GroundReceived, domain.GroundTerritory, domain.GroundOriented}
	from := []any{nil, testapi.Now.Add(-time.Hour), testapi.Now, testapi.Now.Add(time.Hour)}
	until := []any{nil, testapi.Now, testapi.Now.Add(2 * time.Hour)}
	for _, id := range all {
		for _, audience := range audiences {
			if r.IntN(3) == 0 {
				continue
			}
			some, others := r.IntN(512), r.IntN(512)
			groups := domain.GroupIdentity.Bit() | domain.GroupSet(some&others)
			since, end := from[r.IntN(4)*r.IntN(2)], until[r.IntN(3)*r.IntN(2)]
			if since != nil && end != nil && !since.(time.Time).Before(end.(time.Time)) { //nolint:forcetypeassert // as above
				end = nil
			}
			_, err := api.DB.ExecContext(t.Context(), `INSERT INTO application_access (application_id, audience_id, ground, groups, valid_from, valid_until)
				VALUES ($1, $2, $3, $4, $5, $6)`, id, audience, grounds[r.IntN(len(grounds))], int64(groups), since, end)
			must(t, err)
		}
	}
}

func comparePages(ctx context.Context, t *testing.T, c *ent.Client, r *rand.Rand, all []domain.ID) {
	t.Helper()
	for _, p := range allParts {
		var asked, others []domain.ID
		for _, id := range all {
			if r.IntN(2) == 0 {
				asked = append(asked, id)
			} else {
				others = append(others, id)
			}
		}
		q := c.Application.Query().Where(application.IDIn(asked...))
		p.load(q)
		rows, err := q.All(ctx)
		must(t, err)
		var have []string
		for _, a := range rows {
			have = append(have, idsOf(p.of(a))...)
		}
		slices.Sort(have)
		alone, err := p.alone(ctx, c, asked)
		must(t, err)
		want := idsOf(alone)
		if !slices.Equal(have, want) {
			t.Errorf("%s of a page: %d, alone %d", p.name, len(have), len(want))
		}
		everything, err := p.alone(auth.NewContext(t.Context(), &auth.Viewer{Now: testapi.Now}), c, asked)
		must(t, err)
		if n := len(idsOf(everything)); n != 0 {
			t.Errorf("%s: nobody sees %d", p.name, n)
		}
		if p.some && len(want) == 0 {
			t.Errorf("%s: there are none", p.name)
		}
		// A page tells of its own applications alone.
		beside, err := p.alone(page.Of(ctx, rows), c, others)
		must(t, err)
		alone, err = p.alone(ctx, c, others)
		must(t, err)
		if !slices.Equal(idsOf(beside), idsOf(alone)) {
			t.Errorf("%s beside a page: %d, alone %d", p.name, len(idsOf(beside)), len(idsOf(alone)))
		}
	}
}
