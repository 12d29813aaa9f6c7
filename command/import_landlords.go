package command

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/service"
)

type importLandlords struct {
	importSettings
	charsetSetting
	File string `arg:"" type:"existingfile" help:"landlords.csv"`
}

// Run loads whose buildings are.
func (c *importLandlords) Run(ctx context.Context, env Environment) error {
	return c.load(ctx, env, func(db *database, known directoryfile.Known, log *slog.Logger) error {
		ownerships, found, err := parse(c.File, func(r io.Reader) (directoryfile.Parsed[directoryfile.Ownership], error) {
			return directoryfile.ParseOwnerships(r, c.Charset, known)
		})
		if err != nil {
			return err
		}
		if found.any() {
			return c.refuse(env, found)
		}
		report, err := service.ImportOwnerships(ctx, db.db, ownerships)
		if err != nil {
			return err
		}
		log.Info("import ended", "done", len(ownerships), "committed", true)
		for _, r := range report.Rejects[:min(len(report.Rejects), shownRejects)] {
			_, _ = fmt.Fprintln(env.Stderr, r)
		}
		if c.Rejects != "" {
			if err := writeRejects(c.Rejects, report.Rejects); err != nil {
				return fmt.Errorf("write rejects: %w", err)
			}
		}
		t := report.Ownerships
		_, err = fmt.Fprintf(env.Stdout, "%-17s %7d added %7d changed %7d unchanged %7d not in the stock\n%-17s %7d told another landlord\n",
			"ownerships", t.Added, t.Changed, t.Unchanged, len(report.Rejects), "dwellings", report.Dwellings)
		return err
	})
}
