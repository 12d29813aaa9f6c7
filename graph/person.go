package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
)

// GivenName is the viewer's own; an anonymous caller has none.
func (viewerResolver) GivenName(_ context.Context, v *auth.Viewer) (*string, error) {
	return unlessEmpty(v.GivenName), nil
}

// FamilyName is the viewer's own; an anonymous caller has none.
func (viewerResolver) FamilyName(_ context.Context, v *auth.Viewer) (*string, error) {
	return unlessEmpty(v.FamilyName), nil
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
