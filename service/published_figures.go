package service

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/agreement"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/publishedfigures"
	"github.com/guichet-logement/guichet/ent/receptionpoint"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// followingLevel is the least level of service of a point that follows applications.
const followingLevel = 2

// Why figures are not published.
var (
	// ErrPublished says that those of the month are there: they never change.
	ErrPublished = errors.New("the figures of this month are published already, and stay as they are")
	// ErrNotTheMonth says that applications can be counted for the month before this one
	// alone: they are counted as they are now.
	ErrNotTheMonth = errors.New("figures are those of the month that has just ended")
)

// LastMonth is the month of which figures can be published now, by its first day.
func (s *Service) LastMonth() domain.Date {
	return domain.MonthOf(domain.MonthOf(domain.DateOf(s.clock.Now())).AddDays(-1))
}

// PublishFigures counts applications for a month, makes of the counts what anyone may
// read, and stores it: all tables of the month or none, with them the rents, and with its last
// month those of the year about who was housed. A sandbox publishes any month; none is published twice.
func (s *Service) PublishFigures(ctx context.Context, month domain.Date) error {
	month = domain.MonthOf(month)
	if !s.sandbox && month != s.LastMonth() {
		return ErrNotTheMonth
	}
	ctx = policy.PublishFigures(ctx)
	// Tables that are counted one after the other are of one instant.
	return s.once(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, func(tx *ent.Tx) error {
		there, err := tx.PublishedFigures.Query().Where(publishedfigures.Month(month)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("look for figures: %w", err)
		}
		if there {
			return ErrPublished
		}
		if err := errors.Join(s.publish(ctx, tx, month), s.publishRents(ctx, tx, month)); err != nil || month.AddMonths(1).Year() == month.Year() {
			return err
		}
		counted, err := countHoused(ctx, tx, month.Year())
		if err != nil {
			return err
		}
		return s.publishHoused(ctx, tx, month.Year(), counted)
	})
}

func (s *Service) publish(ctx context.Context, tx *ent.Tx, month domain.Date) error {
	counted, err := countForFigures(ctx, tx, month)
	if err != nil {
		return err
	}
	rule := s.publicationRule()
	tables, err := domain.Publish(counted, rule)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	crossings := domain.Crossing("").Values()
	err = tx.PublishedFigures.MapCreateBulk(tables, func(c *ent.PublishedFiguresCreate, i int) {
		c.SetMonth(month).SetCrossing(domain.Crossing(crossings[i])).SetPublishedAt(s.clock.Now()).
			SetThreshold(rule.Threshold).SetBase(rule.Base).SetTable(tables[i])
	}).Exec(ctx)
	if err != nil {
		return fmt.Errorf("store figures: %w", err)
	}
	return verifyFigures(ctx, tx, month, rule)
}

func (s *Service) publicationRule() domain.PublicationRule {
	settings := policy.SettingsOn(domain.DateOf(s.clock.Now()))
	return domain.PublicationRule{Threshold: settings.PublicationThreshold, Base: settings.PublicationBase}
}

// verifyFigures looks at what was stored, and knows nothing else.
func verifyFigures(ctx context.Context, tx *ent.Tx, month domain.Date, rule domain.PublicationRule) error {
	stored, err := tx.PublishedFigures.Query().Where(publishedfigures.Month(month)).All(ctx)
	if err != nil {
		return fmt.Errorf("read figures again: %w", err)
	}
	tables := make([]domain.PublishedTable, len(stored))
	for i, f := range stored {
		tables[i] = f.Table
	}
	if err := rule.Verify(tables); err != nil {
		return fmt.Errorf("verify figures: %w", err)
	}
	return nil
}

// countForFigures counts the active applications that were deposited before the end of
// the month, and wish a commune of the Métropole first: protected ones apart.
func countForFigures(ctx context.Context, tx *ent.Tx, month domain.Date) ([]domain.CountTable, error) {
	counted := func(protected bool) *ent.ApplicationQuery {
		return tx.Application.Query().Where(
			application.StateEQ(domain.ApplicationActive), application.ErasedOnIsNil(), application.Protected(protected),
			application.RegisteredOnLT(domain.NextMonth(month)), application.HasWishesWith(wish.Rank(1)),
		)
	}
	apart, err := counted(true).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count protected applications: %w", err)
	}
	communes, err := figureCommunes(ctx, tx, month)
	if err != nil {
		return nil, err
	}
	var tables []domain.CountTable
	for _, word := range domain.Crossing("").Values() {
		by := domain.Crossing(word).By()
		table := domain.CountTable{Apart: apart}
		for _, axis := range by {
			table.Axes = append(table.Axes, domain.FigureAxis(axis, month, communes[axis]))
		}
		cells, _, err := CountApplications(ctx, counted(false), by)
		if err == nil {
			err = table.Count(cells)
		}
		if err != nil {
			return nil, err
		}
		tables = append(tables, table)
	}
	return tables, nil
}

// figureCommunes are the categories of the axes of communes: all that can be wished, and
// those with a point that could follow on the last day of the month.
func figureCommunes(ctx context.Context, tx *ent.Tx, month domain.Date) (map[domain.ApplicationAxis][]domain.InseeCode, error) {
	last := domain.NextMonth(month).AddDays(-1)
	found := map[domain.ApplicationAxis][]domain.InseeCode{}
	for axis, q := range map[domain.ApplicationAxis]*ent.CommuneQuery{
		domain.ByWishedCommune: tx.Commune.Query(),
		domain.ByFollowingCommune: tx.Commune.Query().Where(commune.HasReceptionPointsWith(receptionpoint.HasAgreementsWith(
			agreement.LevelGTE(followingLevel), agreement.ValidFromLTE(last),
			agreement.Or(agreement.ValidUntilIsNil(), agreement.ValidUntilGT(last)),
		))),
	} {
		all, err := q.Order(ent.Asc(commune.FieldInseeCode)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("communes of figures: %w", err)
		}
		for _, c := range all {
			found[axis] = append(found[axis], c.InseeCode)
		}
	}
	return found, nil
}
