package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// The employer stands among what an adult said of work, which an index knows.
const (
	contributingSQL = `
SELECT p.application_id
FROM member_particulars AS p JOIN household_member AS m ON m.id = p.member_id
JOIN contributing_employer AS e ON e.siret = p.work->>'employerSiret'
WHERE p.application_id = ANY($1) AND m.link = ANY($2) AND e.state = 'CONFIRMED'`
	employedSQL = `
SELECT DISTINCT p.application_id
FROM member_particulars AS p JOIN household_member AS m ON m.id = p.member_id
WHERE p.work->>'employerSiret' = ANY($1) AND m.link = ANY($2)
ORDER BY 1`
)

// contributingOf reads in which applications an adult works for an employer of the confirmed
// list.
func contributingOf(ctx context.Context, tx *ent.Tx, ids []domain.ID, at map[domain.ID]*policy.ApplicationFacts) error {
	found, err := applicationIDs(ctx, tx, contributingSQL, pq.Array(ids), pq.Array(domain.AdultLinks()))
	for _, id := range found {
		at[id].Contributing = true
	}
	return err
}

// employedBy lists the applications of which an adult works for one of these employers.
func employedBy(ctx context.Context, tx *ent.Tx, sirets []domain.Siret) ([]domain.ID, error) {
	return applicationIDs(ctx, tx, employedSQL, pq.Array(sirets), pq.Array(domain.AdultLinks()))
}

func applicationIDs(ctx context.Context, tx *ent.Tx, query string, arguments ...any) (ids []domain.ID, err error) {
	rows, err := tx.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("employers of applicants: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var id domain.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
