package command

import (
	"context"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// appointCommand begins what the API carries on: nobody can sign in to a new service.
type appointCommand struct {
	databaseSettings
	Issuer     string `required:"" help:"Identity provider of the person, as its tokens write it in iss."`
	Subject    string `required:"" help:"The person there, as its tokens write it in sub."`
	GivenName  string `required:"" help:"The person's given name."`
	FamilyName string `required:"" help:"The person's family name."`
}

// Run appoints, or fails and changes nothing.
func (c *appointCommand) Run(ctx context.Context, env Environment) error {
	log := newLog(env)
	if err := c.validate(); err != nil {
		return err
	}
	db, err := c.openMigrated(ctx, env, log)
	if err != nil {
		return err
	}
	defer db.close(ctx)
	s := service.New(db.client(unobserved), service.NewClock(time.Now), false)
	err = s.AppointAdministrator(ctx, domain.Staff{
		Issuer: c.Issuer, Subject: c.Subject, GivenName: c.GivenName, FamilyName: c.FamilyName,
	})
	if err != nil {
		return fmt.Errorf("appoint: %w", err)
	}
	log.Info("administrator of the Métropole appointed", "issuer", c.Issuer)
	return nil
}
