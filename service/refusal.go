package service

import (
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// notFound makes the target of a command that the viewer does not see look like
// one that does not exist.
func notFound(err error) error {
	if !ent.IsNotFound(err) {
		return err
	}
	return noSuchThing()
}

// noSuchThing refuses a command whose target the viewer does not see, or that is none.
func noSuchThing() error {
	return &domain.Error{
		Code: domain.NotFound,
		Message: domain.Text{
			EN: "There is no such thing, or it is not for you.",
			FR: "Cela n'existe pas, ou pas pour vous.",
		},
	}
}

// stale refuses a write over something that changed since it was read.
func stale(yours, theirs int) error {
	return domain.Refusals{{
		Code: domain.StaleVersion, Field: []string{"version"},
		Message: domain.Text{
			EN: "It changed since you read it.",
			FR: "Cela a changé depuis votre lecture.",
		},
		Help: domain.Text{
			EN: "Read it again and decide.",
			FR: "Relire, puis décider.",
		},
		Conflict: &domain.Conflict{Yours: yours, Theirs: theirs},
	}}
}
