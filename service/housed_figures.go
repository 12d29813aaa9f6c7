package service

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/housedfigures"
	"github.com/guichet-logement/guichet/ent/publishedfigures"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// countHoused counts the applications that ended in a year because the household was housed,
// and that wished a commune of the Métropole first: protected ones apart. Of those that were
// erased meanwhile the wishes are gone, and all of them are counted.
func countHoused(ctx context.Context, tx *ent.Tx, year int) ([]domain.CountTable, error) {
	counted := func(protected bool) *ent.ApplicationQuery {
		return tx.Application.Query().Where(
			application.RemovedOnGTE(domain.NewDate(year, time.January, 1)), application.RemovedOnLT(domain.NewDate(year+1, time.January, 1)),
			application.HasSummaryWith(applicationsummary.RemovedForEQ(domain.RemovedHoused)), application.Protected(protected),
			application.Or(application.ErasedOnNotNil(), application.HasWishesWith(wish.Rank(1))),
		)
	}
	apart, err := counted(true).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count protected applications: %w", err)
	}
	tables, err := housedTables(ctx, tx, year, apart)
	if err != nil {
		return nil, err
	}
	for i, by := range domain.HousedCrossings() {
		cells, _, err := CountApplications(ctx, counted(false), by)
		if err == nil {
			err = tables[i].Count(cells)
		}
		if err != nil {
			return nil, err
		}
	}
	return tables, nil
}

func housedTables(ctx context.Context, tx *ent.Tx, year, apart int) ([]domain.CountTable, error) {
	communes, err := figureCommunes(ctx, tx, domain.NewDate(year, time.December, 1))
	return domain.HousedTables(communes[domain.ByWishedCommune], apart), err
}

// publishHoused makes of the counts of a year what anyone may read, and stores it.
func (s *Service) publishHoused(ctx context.Context, tx *ent.Tx, year int, counted []domain.CountTable) error {
	rule := s.publicationRule()
	tables, err := domain.Publish(counted, rule)
	if err != nil {
		return fmt.Errorf("publish who was housed: %w", err)
	}
	err = tx.HousedFigures.Create().SetYear(year).SetPublishedAt(s.clock.Now()).
		SetThreshold(rule.Threshold).SetBase(rule.Base).SetTables(tables).Exec(ctx)
	if err != nil {
		return fmt.Errorf("store who was housed: %w", err)
	}
	stored, err := tx.HousedFigures.Query().Where(housedfigures.Year(year)).Only(ctx)
	if err != nil {
		return fmt.Errorf("read who was housed again: %w", err)
	}
	if err := rule.Verify(stored.Tables); err != nil {
		return fmt.Errorf("verify who was housed: %w", err)
	}
	return nil
}

// SandboxHoused is a fictional household that was housed so long ago that its application is
// erased: only figures tell of it.
type SandboxHoused struct {
	Commune  domain.InseeCode
	Typology domain.Typology
	Waited   domain.WaitingClass
}

// keys are those of the household in the tables of a year.
func (h SandboxHoused) keys() [][]string {
	return [][]string{{string(h.Commune), string(h.Typology)}, {string(h.Typology), string(h.Waited)}}
}

// SeedHousedFigures publishes, in a sandbox, the last month of a year and who was housed in
// it, unless they are published.
func (s *Service) SeedHousedFigures(ctx context.Context, year int, housed iter.Seq[SandboxHoused]) error {
	if !s.sandbox {
		return ErrNotTheMonth
	}
	ctx = policy.PublishFigures(ctx)
	return s.once(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead}, func(tx *ent.Tx) error {
		there, err := tx.HousedFigures.Query().Where(housedfigures.Year(year)).Exist(ctx)
		if err != nil || there {
			return err
		}
		tables, err := housedTables(ctx, tx, year, 0)
		if err != nil {
			return err
		}
		for i := range tables {
			var cells []*domain.ApplicationCell
			for h := range housed {
				keys := h.keys()[i]
				cells = append(cells, &domain.ApplicationCell{Keys: []*string{&keys[0], &keys[1]}, Count: 1})
			}
			if err := tables[i].Count(cells); err != nil {
				return err
			}
		}
		if err := s.publish(ctx, tx, domain.NewDate(year, time.December, 1)); err != nil {
			return err
		}
		return s.publishHoused(ctx, tx, year, tables)
	})
}

// Tension is that of a year, of the last one where none is named, from what was published;
// nil where nothing was.
func (s *Service) Tension(ctx context.Context, year *int) (*domain.Tension, error) {
	q := s.ent.HousedFigures.Query().Order(ent.Desc(housedfigures.FieldYear))
	if year != nil {
		q.Where(housedfigures.Year(*year))
	}
	housed, err := q.First(ctx)
	if err != nil {
		return nil, ent.MaskNotFound(err)
	}
	t := &domain.Tension{
		Year: housed.Year, Housed: housed.Tables, HousedPublishedAt: housed.PublishedAt, Threshold: housed.Threshold, Base: housed.Base,
	}
	wishing, err := s.ent.PublishedFigures.Query().Where(
		publishedfigures.CrossingEQ(domain.WishedCommuneByTypology), publishedfigures.Month(domain.MonthOf(t.WishingOn())),
	).Only(ctx)
	if err == nil {
		t.Wishing, t.WishingPublishedAt = &wishing.Table, &wishing.PublishedAt
	}
	return t, ent.MaskNotFound(err)
}
