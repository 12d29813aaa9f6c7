package command

import (
	"github.com/guichet-logement/guichet/registry"
	"github.com/guichet-logement/guichet/service"
)

// registrySettings say which national registry gives the numbers.
type registrySettings struct {
	Registry          string `env:"GUICHET_REGISTRY" help:"The national registry. development, the default of a sandbox, plays it; without one no application is validated, and it is told by files: guichet export registry."`
	RegistryTerritory string `env:"GUICHET_REGISTRY_TERRITORY" default:"038" help:"The first three characters of numbers: 0 and the département."`
	RegistryDesk      string `env:"GUICHET_REGISTRY_DESK" default:"G0000" help:"Our number among the registering bodies, as the registry gave it."`
}

func (s registrySettings) validate(sandbox bool) error {
	_, err := s.parse(sandbox)
	return err
}

// parse is the registry that is meant; nil where there is none.
func (s registrySettings) parse(sandbox bool) (registry.Registry, error) {
	where := s.Registry
	switch {
	case where == "" && sandbox:
		where = "development"
	case where == "":
		return nil, nil // it is told by files
	case where == "development" && !sandbox:
		return nil, &settingError{"registry", "production takes no invented numbers: leave this out"}
	}
	r, err := registry.Parse(where, s.RegistryTerritory, s.RegistryDesk)
	if err != nil {
		return nil, &settingError{"registry", err.Error()}
	}
	return r, nil
}

// connect gives the service its registry.
func (s registrySettings) connect(to *service.Service, sandbox bool) error {
	r, err := s.parse(sandbox)
	if err == nil {
		to.NumberedBy(r, s.RegistryDesk)
	}
	return err
}

// describe lists the settings for the log.
func (s registrySettings) describe() []any {
	return []any{"registry", s.Registry, "registry_territory", s.RegistryTerritory, "registry_desk", s.RegistryDesk}
}
