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
	var offered []explorer.Persona
	for _, p := range tokenHolders() {
		offered = append(offered, explorer.Persona{
			Name: p.name, About: p.about,
			Token: func() (string, error) { return sandbox.Token(p.name, time.Now(), explorerTokenLifetime) },
		})
	}
	return offered
}
