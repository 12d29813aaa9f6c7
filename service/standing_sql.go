package service

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// standing reads how somebody stands to an application: $1 the application, $2 its audiences,
// $3 now, $4 the person, $5 the points to which applicants may be sent to it, $6 today. Every
// act reads it, under the lock of the application.
const standing = `
SELECT
	ARRAY(SELECT audience_id FROM application_access WHERE application_id = $1 AND audience_id = ANY($2)
		AND (valid_from IS NULL OR valid_from <= $3) AND (valid_until IS NULL OR valid_until > $3)),
	coalesce(following_point_id, ''), coalesce(received.id, ''), coalesce(oriented.id, ''),
	ARRAY(SELECT coalesce((SELECT level FROM agreement WHERE reception_point_id = place.id
		AND valid_from <= $6 AND (valid_until IS NULL OR valid_until > $6)), 0)
		FROM unnest(ARRAY[following_point_id, received.id, oriented.id]) WITH ORDINALITY AS place (id, n) ORDER BY n)
FROM application_summary
LEFT JOIN LATERAL (
	SELECT reception_point_id AS id FROM reception_grant
	WHERE application_id = $1 AND person_id = $4 AND valid_from <= $3 AND valid_until > $3 ORDER BY valid_from DESC LIMIT 1
) AS received ON true
LEFT JOIN LATERAL (
	SELECT to_point_id AS id FROM orientation
	WHERE application_id = $1 AND accepted_at IS NOT NULL AND ended_at IS NULL AND to_point_id = ANY($5) ORDER BY id LIMIT 1
) AS oriented ON true
WHERE application_id = $1`

// standingOn are the viewer's claims by which it sees the application now, and where it acts
// on it, with the levels of today.
func standingOn(ctx context.Context, tx *ent.Tx, id domain.ID) (held []policy.Claim, at policy.Places, err error) {
	v := auth.FromContext(ctx)
	rows, err := tx.QueryContext(ctx, standing, id, pq.Array(v.Audiences), v.Now, v.PersonID, pq.Array(policy.OrientedAt(v)), v.Today())
	if err != nil {
		return nil, at, fmt.Errorf("standing on an application: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var audiences, levels pq.Int64Array
	if rows.Next() {
		if err := rows.Scan(&audiences, &at.Following, &at.Received, &at.Oriented, &levels); err != nil {
			return nil, at, fmt.Errorf("standing on an application: %w", err)
		}
		at.FollowingLevel, at.ReceivedLevel, at.OrientedLevel = int(levels[0]), int(levels[1]), int(levels[2])
	}
	opened := make([]domain.AudienceID, len(audiences))
	for i, a := range audiences {
		opened[i] = domain.AudienceID(a)
	}
	return policy.HeldBy(v, opened), at, rows.Err()
}
