package policy

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/room"
	"github.com/guichet-logement/guichet/policy/guard"
)

// Rooms are seen by those who receive at the point or run it.
func installRoom() {
	guard.Register("Room", func(v *auth.Viewer, q *ent.RoomQuery) {
		if p := planning(v); !p.everywhere {
			q.Where(room.HasReceptionPointWith(p.points()))
		}
		q.Order(room.ByReceptionPointID(), room.ByName(), room.ByID())
	})
}

// AddRoom decides whether the viewer may add a room to the point, which carries its
// operators.
func AddRoom(ctx context.Context, point *ent.ReceptionPoint) (context.Context, error) {
	return plan(ctx, "add room", point, "", "Room")
}
