package command

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

type exportCommand struct {
	Registry exportRegistryCommand `cmd:"" help:"Write what the national registry was not told, to be handed over by hand: one file for each kind, of a thousand events at most: run it until there is none."`
}

type exportRegistryCommand struct {
	onRecordSettings
	registrySettings
	Kind domain.RegistryEventKind `arg:"" enum:"CRE,CRS,MOD,REN,RAD,SUP" help:"What the file tells, by the codes of the registry: ${enum}."`
	Out  string                   `required:"" type:"path" help:"The file, which must not be there yet."`
}

// Run writes the file, and then notes what is in it as sent. Where nothing waits there is
// no file.
func (c *exportRegistryCommand) Run(ctx context.Context, env Environment) error {
	return c.onRecord(ctx, env, func(s *service.Service, _ bool, log *slog.Logger) (err error) {
		s.NumberedBy(nil, c.RegistryDesk)
		out, err := os.OpenFile(c.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			return &settingError{"out", "is there already"}
		}
		if err != nil {
			return &settingError{"out", err.Error()}
		}
		n, err := s.ExportRegistry(ctx, out, c.Kind)
		err = errors.Join(err, out.Close())
		if n == 0 {
			err = errors.Join(err, os.Remove(c.Out))
		}
		log.Info("registry exported", "kind", c.Kind, "events", n)
		return err
	})
}
