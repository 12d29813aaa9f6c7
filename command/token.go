package command

import (
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/sandbox"
)

type tokenCommand struct {
	Persona  string        `arg:"" optional:"" help:"Whose token; see --list."`
	List     bool          `help:"List the staff and the applicants, one a line, name first."`
	Apps     bool          `help:"List the partner apps, one a line, client id and secret first."`
	Lifetime time.Duration `default:"12h" help:"How long the token is good, up to 24h."`
}

// Run prints a token alone on its line, or the list of personas or of apps.
func (c *tokenCommand) Run(env Environment) error {
	if c.Apps {
		for _, a := range sandbox.PartnerApps() {
			if _, err := fmt.Fprintf(env.Stdout, "%s %-64s %s\n", a.ClientID, a.Secret, a.About); err != nil {
				return err
			}
		}
		return nil
	}
	for _, p := range tokenHolders() {
		switch {
		case c.List:
			if _, err := fmt.Fprintf(env.Stdout, "%-44s %-18s %s\n", p.name, p.role, p.about); err != nil {
				return err
			}
		case p.name == c.Persona:
			token, err := sandbox.Token(p.name, time.Now(), c.Lifetime)
			if err != nil {
				return &settingError{"lifetime", err.Error()}
			}
			_, err = fmt.Fprintln(env.Stdout, token)
			return err
		}
	}
	if c.List {
		return nil
	}
	return &settingError{"persona", "name one of those that token --list shows"}
}

type tokenHolder struct{ name, role, about string }

// tokenHolders are the sandbox's staff, then its applicants.
func tokenHolders() []tokenHolder {
	var all []tokenHolder
	for _, p := range sandbox.Personas() {
		all = append(all, tokenHolder{p.Name, string(p.Role), p.About})
	}
	for _, a := range sandbox.Applicants() {
		all = append(all, tokenHolder{a.Name, "APPLICANT", a.About})
	}
	return all
}
