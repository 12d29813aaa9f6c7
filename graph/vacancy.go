package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/graph/model"
)

// RecordVacancy records a vacancy.
func (r mutationResolver) RecordVacancy(ctx context.Context, in model.RecordVacancyInput) (*model.RecordVacancyPayload, error) {
	v, err := r.service.RecordVacancy(ctx, in.DwellingID, domain.VacancyDates{
		Kind: in.Kind, NoticeGivenOn: in.NoticeGivenOn, VacantFrom: in.VacantFrom, AvailableOn: in.AvailableOn,
	})
	refused, err := userErrors(ctx, err)
	return &model.RecordVacancyPayload{Vacancy: v, Errors: refused}, err
}

// UpdateVacancy changes the dates of a vacancy.
func (r mutationResolver) UpdateVacancy(ctx context.Context, in model.UpdateVacancyInput) (*model.UpdateVacancyPayload, error) {
	v, err := r.service.UpdateVacancy(ctx, in.ID, in.Version, domain.VacancyDates{
		NoticeGivenOn: in.NoticeGivenOn, VacantFrom: in.VacantFrom, AvailableOn: in.AvailableOn,
	})
	refused, err := userErrors(ctx, err)
	return &model.UpdateVacancyPayload{Vacancy: v, Errors: refused}, err
}

// CloseVacancy ends a vacancy.
func (r mutationResolver) CloseVacancy(ctx context.Context, in model.CloseVacancyInput) (*model.CloseVacancyPayload, error) {
	v, err := r.service.CloseVacancy(ctx, in.ID, in.Version, in.On, in.Outcome)
	refused, err := userErrors(ctx, err)
	return &model.CloseVacancyPayload{Vacancy: v, Errors: refused}, err
}

// DesignateVacancy offers a vacancy under a right.
func (r mutationResolver) DesignateVacancy(ctx context.Context, in model.DesignateVacancyInput) (*model.DesignateVacancyPayload, error) {
	v, err := r.service.DesignateVacancy(ctx, in.ID, in.Version, in.RightID)
	refused, err := userErrors(ctx, err)
	return &model.DesignateVacancyPayload{Vacancy: v, Errors: refused}, err
}
