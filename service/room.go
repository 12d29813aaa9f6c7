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
		rooms, err := tx.Room.Query().Where(room.ReceptionPointID(point)).All(granted)
		if err != nil {
			return err
		}
		names := make([]string, len(rooms))
		for i, r := range rooms {
			names[i] = r.Name
		}
		if err := domain.CheckRoom(name, names).Err(); err != nil {
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
