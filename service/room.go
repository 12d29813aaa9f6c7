package service

import (
	"context"
	"strings"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/room"
	"github.com/guichet-logement/guichet/policy"
)

// AddRoom adds a room to a reception point.
func (s *Service) AddRoom(ctx context.Context, point domain.ID, name string, stepFree domain.TriState) (*ent.Room, error) {
	var added *ent.Room
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		at, err := lockedPoint(ctx, tx, point)
		if err != nil {
			return err
		}
		granted, err := policy.AddRoom(ctx, at)
		if err != nil {
			return err
		}
		there, err := tx.Room.Query().Where(room.ReceptionPointID(point)).Count(granted)
		if err != nil {
			return err
		}
		if err := domain.CheckRoom(name, there).Err(); err != nil {
			return err
		}
		added, err = tx.Room.Create().SetReceptionPointID(point).SetName(strings.TrimSpace(name)).SetStepFree(stepFree).Save(granted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return added.Unwrap(), nil
}
