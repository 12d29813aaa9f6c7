package service

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/partnerapp"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/policy"
)

// noteUseEvery is how often the use of an app is written down.
const noteUseEvery = time.Minute

// recogniseApp returns the app behind a token, in one statement; one that is over, or
// whose tokens of that age were withdrawn, is NOT_FOUND.
func (s *Service) recogniseApp(ctx context.Context, id auth.Identity, at time.Time) (*auth.App, error) {
	ctx = policy.AuthenticateApp(ctx)
	row, err := s.partnerApp(ctx, domain.ID(id.ClientID))
	if ent.IsNotFound(err) {
		return nil, &domain.Error{Code: domain.NotFound}
	}
	if err != nil {
		return nil, fmt.Errorf("recognise app: %w", err)
	}
	if over(row, at) || row.TokensFrom != nil && id.Issued.Before(*row.TokensFrom) {
		return nil, &domain.Error{Code: domain.NotFound}
	}
	if err := s.noteUse(ctx, row); err != nil {
		return nil, err
	}
	return appOf(row, at)
}

// over tells an app that was ended or has expired.
func over(row *ent.PartnerApp, at time.Time) bool {
	return row.RevokedAt != nil || !domain.DateOf(at).Before(row.ValidUntil)
}

// partnerApp loads an app with the identifiers of its points, of its communes and of
// the points in these.
func (s *Service) partnerApp(ctx context.Context, id domain.ID) (*ent.PartnerApp, error) {
	q := s.ent.PartnerApp.Query().Where(partnerapp.ID(id))
	q.Modify(func(q *sql.Selector) {
		points, territory := sql.Table(partnerapp.ReceptionPointsTable), sql.Table(partnerapp.TerritoryTable)
		within := sql.Table(receptionpoint.Table).As("within")
		joined := func(name, column, app string, from *sql.Selector) {
			q.AppendSelectExprAs(from.Select("string_agg("+column+", ',')").Where(sql.ColumnsEQ(app, q.C(partnerapp.FieldID))), name)
		}
		joined("point_ids", points.C(partnerapp.ReceptionPointsPrimaryKey[1]), points.C(partnerapp.ReceptionPointsPrimaryKey[0]),
			sql.Select().From(points))
		joined("commune_ids", territory.C(partnerapp.TerritoryPrimaryKey[1]), territory.C(partnerapp.TerritoryPrimaryKey[0]),
			sql.Select().From(territory))
		joined("territory_point_ids", within.C(receptionpoint.FieldID), territory.C(partnerapp.TerritoryPrimaryKey[0]),
			sql.Select().From(territory).Join(within).On(within.C(receptionpoint.FieldCommuneID), territory.C(partnerapp.TerritoryPrimaryKey[1])))
	})
	return q.Only(ctx)
}

// appOf is an app as decisions see it.
func appOf(row *ent.PartnerApp, at time.Time) (*auth.App, error) {
	app := &auth.App{
		ID: row.ID, Name: row.Name, OrganisationID: row.OrganisationID, Scopes: row.Scopes, ReadOnly: row.ReadOnly,
		Operations: row.Operations, Origins: row.Origins, Audiences: row.Audiences,
		PointIDs: selectedIDs(row, "point_ids"), CommuneIDs: selectedIDs(row, "commune_ids"),
		TerritoryPointIDs: selectedIDs(row, "territory_point_ids"),
	}
	if n := domain.NoticeOf(row.ValidUntil, domain.DateOf(at)); n != "" {
		app.Notice = &n
	}
	for _, n := range row.Networks {
		network, err := netip.ParsePrefix(n)
		if err != nil {
			return nil, fmt.Errorf("network of app %s: %w", row.ID, err)
		}
		app.Networks = append(app.Networks, network)
	}
	return app, nil
}

func selectedIDs(row *ent.PartnerApp, name string) []domain.ID {
	var joined string
	switch v, _ := row.Value(name); v := v.(type) { // absent when nothing was selected under the name
	case string:
		joined = v
	case []byte:
		joined = string(v)
	}
	return splitIDs(joined)
}

// splitIDs reads identifiers that the database joined with commas.
func splitIDs(joined string) []domain.ID {
	if joined == "" {
		return nil
	}
	var ids []domain.ID
	for id := range strings.SplitSeq(joined, ",") {
		ids = append(ids, domain.ID(id))
	}
	return ids
}

// noteUse writes down that the app is used, once a minute: the row is read by every
// request and must not be written by each.
func (s *Service) noteUse(ctx context.Context, row *ent.PartnerApp) error {
	now := s.clock.tokens()
	if row.LastUsedAt != nil && now.Sub(*row.LastUsedAt).Abs() < noteUseEvery {
		return nil
	}
	err := s.ent.PartnerApp.Update().
		Where(partnerapp.ID(row.ID), partnerapp.Or(partnerapp.LastUsedAtIsNil(), partnerapp.LastUsedAtEQ(orZero(row.LastUsedAt)))).
		SetLastUsedAt(now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note the use of app %s: %w", row.ID, err)
	}
	return nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
