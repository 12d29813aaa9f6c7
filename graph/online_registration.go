package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/graph/model"
)

// OnlineRegistrations lists the queue.
func (r queryResolver) OnlineRegistrations(ctx context.Context, first int) ([]*ent.OnlineRegistration, error) {
	if err := domain.PageOf(first, maxListed); err != nil {
		return nil, err
	}
	q, err := r.ent.OnlineRegistration.Query().Order(onlineregistration.ByID()).Limit(first).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// Assignee is who handles the registration, if the viewer sees that person.
func (onlineRegistrationResolver) Assignee(ctx context.Context, o *ent.OnlineRegistration) (*ent.Person, error) {
	p, err := o.Assignee(ctx)
	return p, ent.MaskNotFound(err)
}

// Application is that of the registration, if the viewer sees it.
func (onlineRegistrationResolver) Application(ctx context.Context, o *ent.OnlineRegistration) (*ent.Application, error) {
	a, err := o.Application(ctx)
	return a, ent.MaskNotFound(err)
}

// RegisterOnline deposits the viewer's application.
func (r mutationResolver) RegisterOnline(ctx context.Context, in model.RegisterOnlineInput) (*model.RegisterOnlinePayload, error) {
	a, err := r.service.RegisterOnline(ctx, *in.Form)
	refused, err := userErrors(ctx, err)
	return &model.RegisterOnlinePayload{Application: a, Errors: refused}, err
}

// TakeOnlineRegistration takes a registration.
func (r mutationResolver) TakeOnlineRegistration(ctx context.Context, in model.TakeOnlineRegistrationInput) (*model.TakeOnlineRegistrationPayload, error) {
	o, err := r.service.TakeOnlineRegistration(ctx, in.ID, in.ReceptionPointID)
	refused, err := userErrors(ctx, err)
	return &model.TakeOnlineRegistrationPayload{OnlineRegistration: o, Errors: refused}, err
}

// AssignOnlineRegistration gives a registration to somebody.
func (r mutationResolver) AssignOnlineRegistration(ctx context.Context, in model.AssignOnlineRegistrationInput) (*model.AssignOnlineRegistrationPayload, error) {
	o, err := r.service.AssignOnlineRegistration(ctx, in.ID, in.PersonID)
	refused, err := userErrors(ctx, err)
	return &model.AssignOnlineRegistrationPayload{OnlineRegistration: o, Errors: refused}, err
}

// ReleaseOnlineRegistration puts a registration back.
func (r mutationResolver) ReleaseOnlineRegistration(ctx context.Context, in model.ReleaseOnlineRegistrationInput) (*model.ReleaseOnlineRegistrationPayload, error) {
	o, err := r.service.ReleaseOnlineRegistration(ctx, in.ID)
	refused, err := userErrors(ctx, err)
	return &model.ReleaseOnlineRegistrationPayload{OnlineRegistration: o, Errors: refused}, err
}
