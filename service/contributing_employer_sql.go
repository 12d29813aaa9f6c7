package service

import (
	"context"
	stdsql "database/sql"

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
	return eachRow(ctx, tx, func(rows *stdsql.Rows) error {
		var id domain.ID
		err := rows.Scan(&id)
		if err == nil {
			at[id].Contributing = true
		}
		return err
	}, contributingSQL, pq.Array(ids), pq.Array(domain.AdultLinks()))
}

// employedBy lists the applications of which an adult works for one of these employers.
func employedBy(ctx context.Context, tx *ent.Tx, sirets []domain.Siret) (ids []domain.ID, err error) {
	err = eachRow(ctx, tx, func(rows *stdsql.Rows) error {
		var id domain.ID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	}, employedSQL, pq.Array(sirets), pq.Array(domain.AdultLinks()))
	return ids, err
}
