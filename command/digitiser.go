package command

import (
	"context"
	"log/slog"

	"github.com/guichet-logement/guichet/digitiser"
	"github.com/guichet-logement/guichet/service"
)

// digitiserSettings say which national digitiser is sent the pieces.
type digitiserSettings struct {
	Digitiser string `env:"GUICHET_DIGITISER" help:"The national digitiser of pieces. development, the default of a sandbox, plays it; without one pieces wait."`
}

func (s digitiserSettings) validate(sandbox bool) error {
	_, err := s.parse(sandbox)
	return err
}

// parse is the digitiser that is meant; nil where there is none.
func (s digitiserSettings) parse(sandbox bool) (digitiser.Digitiser, error) {
	where := s.Digitiser
	switch {
	case where == "" && sandbox:
		where = "development"
	case where == "":
		return nil, nil // pieces wait
	case where == "development" && !sandbox:
		return nil, &settingError{"digitiser", "production takes no invented receipts: leave this out"}
	}
	d, err := digitiser.Parse(where)
	if err != nil {
		return nil, &settingError{"digitiser", err.Error()}
	}
	return d, nil
}

// sendTo gives the service its digitiser, and says where there is none.
func (s digitiserSettings) sendTo(ctx context.Context, to *service.Service, sandbox bool, log *slog.Logger) (connected bool, err error) {
	d, err := s.parse(sandbox)
	if err != nil {
		return false, err
	}
	if d == nil {
		log.WarnContext(ctx, "no national digitiser is connected: pieces wait")
		return false, nil
	}
	to.DigitisedBy(d)
	return true, nil
}

// describe lists the settings for the log.
func (s digitiserSettings) describe() []any { return []any{"digitiser", s.Digitiser} }
