package command

import (
	"context"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

type publishCommand struct {
	Figures publishFiguresCommand `cmd:"" help:"Publish the figures about applications of the month that has just ended, once."`
}

type publishFiguresCommand struct {
	databaseSettings
	Month string `help:"The month, as 2026-11. Default: the last one. Another one is for a sandbox alone."`
}

// Run publishes a month, or fails and changes nothing.
func (c *publishFiguresCommand) Run(ctx context.Context, env Environment) error {
	log := newLog(env)
	if err := c.validate(); err != nil {
		return err
	}
	var month domain.Date
	if c.Month != "" {
		var err error
		if month, err = domain.ParseMonth(c.Month); err != nil {
			return &settingError{"month", err.Error()}
		}
	}
	db, err := c.openMigrated(ctx, env, log)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	clock, client := service.NewClock(time.Now), db.client(unobserved)
	nature, err := service.New(client, clock, false).Nature(ctx)
	if err != nil {
		return err
	}
	s := service.New(client, clock, nature == service.Sandbox)
	if month.IsZero() {
		month = s.LastMonth()
	}
	if err := s.PublishFigures(ctx, month); err != nil {
		return err
	}
	log.Info("figures published", "month", month.String())
	return nil
}
