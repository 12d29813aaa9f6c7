package command

import (
	"time"

	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/server/explorer"
)

// explorerTokenLifetime is a working day: the page asks again when it is loaded.
const explorerTokenLifetime = 12 * time.Hour

// personas are the sandbox's people, as the explorer offers them.
func personas() []explorer.Persona {
	people := sandbox.Personas()
	offered := make([]explorer.Persona, 0, len(people))
	for _, p := range people {
		offered = append(offered, explorer.Persona{
			Name: p.Name, About: p.About,
			Token: func() (string, error) { return sandbox.Token(p.Name, time.Now(), explorerTokenLifetime) },
		})
	}
	return offered
}
