package graph

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/room"
	"github.com/guichet-logement/guichet/graph/model"
)

// Rooms lists the rooms of a point.
func (r queryResolver) Rooms(ctx context.Context, point domain.ID) ([]*ent.Room, error) {
	q, err := r.ent.Room.Query().Where(room.ReceptionPointID(point)).Limit(domain.MaxRooms).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	return q.All(ctx)
}

// AddRoom adds a room.
func (r mutationResolver) AddRoom(ctx context.Context, in model.AddRoomInput) (*model.AddRoomPayload, error) {
	added, err := r.service.AddRoom(ctx, in.ReceptionPointID, in.Name, in.StepFree)
	refused, err := userErrors(ctx, err)
	return &model.AddRoomPayload{Room: added, Errors: refused}, err
}
