package service

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationaccess"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/audience"
	"github.com/guichet-logement/guichet/ent/emergencyopening"
	"github.com/guichet-logement/guichet/ent/handover"
	"github.com/guichet-logement/guichet/ent/namedagent"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/receptiongrant"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// accessChunk is how many rows one statement writes: PostgreSQL takes 65 535
// parameters.
const accessChunk = 5000

// SettleAccess makes right who sees these applications, where a row of theirs is not
// what the facts give: after a change of the rules, or of a fact from outside.
func (s *Service) SettleAccess(ctx context.Context, ids ...domain.ID) error {
	ctx = policy.RepairAccess(ctx)
	return s.inTx(ctx, func(tx *ent.Tx) error {
		locked, err := tx.Application.Query().Where(application.IDIn(ids...)).Order(application.ByID()).ForUpdate().IDs(ctx)
		if err != nil {
			return fmt.Errorf("lock applications: %w", err)
		}
		return settleAccess(ctx, tx, locked...)
	})
}

// settleAccess makes the rows of application_access those that the facts of these
// applications give: what is missing is added, what changed is changed, what ended is
// taken away. Whoever writes a fact calls it in the same transaction, under a grant
// that covers both tables, holding the applications' locks.
func settleAccess(ctx context.Context, tx *ent.Tx, ids ...domain.ID) error {
	d, err := compareAccess(ctx, tx, ids)
	if err != nil {
		return err
	}
	if err := nameAudiences(ctx, tx, d.audiences); err != nil {
		return err
	}
	if len(d.gone) > 0 {
		if _, err := tx.ApplicationAccess.Delete().Where(applicationaccess.IDIn(d.gone...)).Exec(ctx); err != nil {
			return fmt.Errorf("end accesses: %w", err)
		}
	}
	for chunk := range slices.Chunk(d.added, accessChunk) {
		err := tx.ApplicationAccess.MapCreateBulk(chunk, func(c *ent.ApplicationAccessCreate, i int) {
			a := chunk[i]
			c.SetApplicationID(a.application).SetAudienceID(a.Audience.ID()).SetGround(a.Audience.Ground).
				SetGroups(a.Groups).SetNillableValidFrom(instant(a.From)).SetNillableValidUntil(instant(a.Until))
		}).Exec(ctx)
		if err != nil {
			return fmt.Errorf("write accesses: %w", err)
		}
	}
	return nil
}

// compareAccess computes again who sees these applications.
func compareAccess(ctx context.Context, tx *ent.Tx, ids []domain.ID) (accessChanges, error) {
	facts, err := applicationFacts(ctx, tx, ids)
	if err != nil {
		return accessChanges{}, fmt.Errorf("facts of applications: %w", err)
	}
	stored, err := tx.ApplicationAccess.Query().Where(applicationaccess.ApplicationIDIn(ids...)).All(ctx)
	if err != nil {
		return accessChanges{}, fmt.Errorf("accesses of applications: %w", err)
	}
	return accessDiff(facts, stored), nil
}

// access is one row to be.
type access struct {
	application domain.ID
	policy.Access
}

// accessChanges are what the stored rows lack and have too much of. A row that changes
// is one of each.
type accessChanges struct {
	added     []access
	gone      []int64
	changed   int
	audiences map[domain.AudienceID]string
}

// count is in rows.
func (d accessChanges) count() int { return len(d.added) + len(d.gone) - d.changed }

func accessDiff(facts []policy.ApplicationFacts, stored []*ent.ApplicationAccess) accessChanges {
	d := accessChanges{audiences: map[domain.AudienceID]string{}}
	type key struct {
		application domain.ID
		audience    domain.AudienceID
	}
	have := make(map[key]*ent.ApplicationAccess, len(stored))
	for _, row := range stored {
		have[key{row.ApplicationID, row.AudienceID}] = row
	}
	for _, f := range facts {
		for _, a := range policy.Accesses(f) {
			k := key{f.ID, a.Audience.ID()}
			if row, there := have[k]; there {
				delete(have, k)
				if row.Groups == a.Groups && sameInstant(row.ValidFrom, a.From) && sameInstant(row.ValidUntil, a.Until) {
					continue
				}
				d.gone = append(d.gone, row.ID)
				d.changed++
			}
			d.added = append(d.added, access{f.ID, a})
			d.audiences[k.audience] = a.Audience.Key()
		}
	}
	for _, row := range have {
		d.gone = append(d.gone, row.ID)
	}
	return d
}

// checkedAtOnce is how many applications one transaction looks at.
const checkedAtOnce = 1000

// CheckAccess computes again who sees each application, and counts the rows that are
// missing, are too many or say something else. There are none while every writer keeps
// to its duty: one is an alarm.
func (s *Service) CheckAccess(ctx context.Context) (differences int, err error) {
	ctx = policy.CheckAccess(ctx)
	err = s.eachApplications(ctx, func(ids []domain.ID) error {
		return s.inSnapshot(ctx, func(tx *ent.Tx) error {
			d, err := compareAccess(ctx, tx, ids)
			differences += d.count()
			return err
		})
	})
	return differences, err
}

// RepairAccess makes of those rows what they should be, and counts them.
func (s *Service) RepairAccess(ctx context.Context) (differences int, err error) {
	ctx = policy.RepairAccess(ctx)
	err = s.eachApplications(ctx, func(ids []domain.ID) error {
		var d accessChanges
		err := s.inTx(ctx, func(tx *ent.Tx) (err error) {
			_, err = tx.Application.Query().Where(application.IDIn(ids...)).Order(application.ByID()).ForUpdate().IDs(ctx)
			if err != nil {
				return fmt.Errorf("lock applications: %w", err)
			}
			if d, err = compareAccess(ctx, tx, ids); err != nil || d.count() == 0 {
				return err
			}
			return settleAccess(ctx, tx, ids...)
		})
		differences += d.count()
		return err
	})
	return differences, err
}

// eachApplications walks through all of them, some at a time.
func (s *Service) eachApplications(ctx context.Context, do func([]domain.ID) error) error {
	var last domain.ID
	for {
		ids, err := s.ent.Application.Query().Where(application.IDGT(last)).
			Order(application.ByID()).Limit(checkedAtOnce).IDs(ctx)
		if err != nil {
			return fmt.Errorf("list applications: %w", err)
		}
		if len(ids) == 0 {
			return nil
		}
		if err := do(ids); err != nil {
			return err
		}
		last = ids[len(ids)-1]
	}
}

// nameAudiences writes the audiences that are not there yet. Two keys of one digest
// would give to one what is the other's: the second is refused.
func nameAudiences(ctx context.Context, tx *ent.Tx, keys map[domain.AudienceID]string) error {
	if len(keys) == 0 {
		return nil
	}
	ids := make([]domain.AudienceID, 0, len(keys))
	for id := range keys {
		ids = append(ids, id)
	}
	slices.Sort(ids) // in one order, whoever writes: no two transactions wait for each other
	for chunk := range slices.Chunk(ids, accessChunk) {
		err := tx.Audience.MapCreateBulk(chunk, func(c *ent.AudienceCreate, i int) {
			c.SetID(chunk[i]).SetKey(keys[chunk[i]])
		}).OnConflict(sql.ConflictColumns(audience.FieldID), sql.ResolveWithIgnore()).Exec(ctx)
		if err != nil {
			return fmt.Errorf("name audiences: %w", err)
		}
		named, err := tx.Audience.Query().Where(audience.IDIn(chunk...)).All(ctx)
		if err != nil {
			return fmt.Errorf("name audiences: %w", err)
		}
		for _, a := range named {
			if a.Key != keys[a.ID] {
				return fmt.Errorf("two audiences of one digest %d: %q and %q", a.ID, a.Key, keys[a.ID])
			}
		}
	}
	return nil
}

// applicationFacts reads what the grounds of these applications rest on, in a constant
// number of statements.
func applicationFacts(ctx context.Context, tx *ent.Tx, ids []domain.ID) ([]policy.ApplicationFacts, error) {
	applications, err := tx.Application.Query().Where(application.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	facts := make([]policy.ApplicationFacts, len(applications))
	at := make(map[domain.ID]*policy.ApplicationFacts, len(applications))
	for i, a := range applications {
		facts[i] = policy.ApplicationFacts{ID: a.ID, State: a.State, Erased: a.ErasedOn != nil, Protected: a.Protected}
		at[a.ID] = &facts[i]
	}
	summaries, err := tx.ApplicationSummary.Query().Where(applicationsummary.ApplicationIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range summaries {
		if s.FollowingPointID != nil {
			f := at[s.ApplicationID]
			f.FollowingPoint, f.FollowedSince = *s.FollowingPointID, dateOrZero(s.FollowedSince)
		}
	}
	wishes, err := tx.Wish.Query().Where(wish.ApplicationIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range wishes {
		at[w.ApplicationID].Wishes = append(at[w.ApplicationID].Wishes, w.CommuneID)
	}
	accounts, err := tx.ApplicantAccount.Query().
		Where(applicantaccount.ApplicationIDIn(ids...), applicantaccount.UnboundAtIsNil()).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		f := at[a.ApplicationID]
		f.Accounts = append(f.Accounts, policy.BoundAccount{Issuer: a.Issuer, Subject: a.Subject, Since: a.BoundAt, Reopened: a.ReopenedAt != nil})
	}
	if err := openingsOf(ctx, tx, ids, at); err != nil {
		return nil, err
	}
	if err := formerPointsOf(ctx, tx, ids, at); err != nil {
		return nil, err
	}
	if err := orientedOf(ctx, tx, ids, at); err != nil {
		return nil, err
	}
	if err := candidaciesOf(ctx, tx, ids, at); err != nil {
		return nil, err
	}
	if err := contributingOf(ctx, tx, ids, at); err != nil {
		return nil, err
	}
	named, err := tx.NamedAgent.Query().
		Where(namedagent.ApplicationIDIn(ids...), namedagent.ConfirmedByIDNotNil()).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, n := range named {
		f := at[n.ApplicationID]
		f.NamedAgents = append(f.NamedAgents, policy.Naming{
			Person: n.PersonID, Organisation: n.OrganisationID, From: n.ValidFrom, Until: dateOrZero(n.ValidUntil),
		})
	}
	return facts, nil
}

// openingsOf reads the openings of applications for some hours. Those that are over stay
// facts until they are forgotten: what is reckoned from facts does not depend on when.
func openingsOf(ctx context.Context, tx *ent.Tx, ids []domain.ID, at map[domain.ID]*policy.ApplicationFacts) error {
	received, err := tx.ReceptionGrant.Query().Where(receptiongrant.ApplicationIDIn(ids...)).All(ctx)
	if err != nil {
		return err
	}
	for _, g := range received {
		f := at[g.ApplicationID]
		f.Receptions = append(f.Receptions, policy.Opening{
			Person: g.PersonID, Where: g.ReceptionPointID, From: g.ValidFrom, Until: g.ValidUntil,
		})
	}
	opened, err := tx.EmergencyOpening.Query().Where(emergencyopening.ApplicationIDIn(ids...)).All(ctx)
	if err != nil {
		return err
	}
	for _, o := range opened {
		f := at[o.ApplicationID]
		f.Emergencies = append(f.Emergencies, policy.Opening{
			Person: o.PersonID, Where: o.OrganisationID, From: o.ValidFrom, Until: o.ValidUntil,
		})
	}
	return nil
}

// formerPointsOf reads which points handed applications over. What is over stays a fact,
// as with openings.
func formerPointsOf(ctx context.Context, tx *ent.Tx, ids []domain.ID, at map[domain.ID]*policy.ApplicationFacts) error {
	given, err := tx.HandOver.Query().Where(handover.ApplicationIDIn(ids...), handover.SeenUntilNotNil()).All(ctx)
	for _, h := range given {
		f := at[h.ApplicationID]
		f.Former = append(f.Former, policy.FormerPoint{Point: h.FromPointID, Until: *h.SeenUntil})
	}
	return err
}

// instant is null for an open end.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func sameInstant(stored *time.Time, wanted time.Time) bool {
	if stored == nil {
		return wanted.IsZero()
	}
	return stored.Equal(wanted.Truncate(time.Microsecond))
}

// accessTo keeps the viewer's accesses in force to these applications.
func accessTo(v *auth.Viewer, ids ...domain.ID) predicate.ApplicationAccess {
	audiences := make([]domain.AudienceID, len(v.Audiences))
	for i, a := range v.Audiences {
		audiences[i] = domain.AudienceID(a)
	}
	return applicationaccess.And(
		applicationaccess.ApplicationIDIn(ids...), applicationaccess.AudienceIDIn(audiences...),
		applicationaccess.Or(applicationaccess.ValidFromIsNil(), applicationaccess.ValidFromLTE(v.Now)),
		applicationaccess.Or(applicationaccess.ValidUntilIsNil(), applicationaccess.ValidUntilGT(v.Now)),
	)
}
