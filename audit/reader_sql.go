package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// Reader answers who saw or changed what. Whether the caller may know is not its
// question.
type Reader struct{ db *sql.DB }

// NewReader reads from the pool of the requests.
func NewReader(db *sql.DB) *Reader { return &Reader{db} }

// Place is where a page begins: after the line of that time and identifier.
type Place struct {
	At time.Time
	ID int64
}

// Page is a part of a list, newest lines first.
type Page struct {
	// After is the place of the last line of the page before; nil for the first page.
	After *Place
	// Limit is how many lines at most.
	Limit int
}

// OfApplication are the lines about one application.
func (r *Reader) OfApplication(ctx context.Context, application domain.ID, p Page) ([]Recorded, error) {
	return r.page(ctx, "l.application_ids @> ARRAY[$1]", application, p)
}

// OfOrganisation are the lines of those who acted for one organisation.
func (r *Reader) OfOrganisation(ctx context.Context, organisation domain.ID, p Page) ([]Recorded, error) {
	return r.page(ctx, "l.organisation_id = $1", organisation, p)
}

// OfPerson are the lines of one person who acted.
func (r *Reader) OfPerson(ctx context.Context, person domain.ID, p Page) ([]Recorded, error) {
	return r.page(ctx, "l.person_id = $1", person, p)
}

func (r *Reader) page(ctx context.Context, condition string, of domain.ID, p Page) ([]Recorded, error) {
	query := "SELECT " + lineColumns + ", coalesce(r.text, '') FROM audit_line l LEFT JOIN audit_reason r ON r.id = l.reason_id WHERE " + condition
	args := []any{string(of), p.Limit}
	if p.After != nil {
		query += " AND (l.at, l.id) < ($3, $4)"
		args = append(args, p.After.At, p.After.ID)
	}
	rows, err := r.db.QueryContext(ctx, query+" ORDER BY l.at DESC, l.id DESC LIMIT $2", args...)
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var lines []Recorded
	for rows.Next() {
		var row scanned
		var reason string
		if err := rows.Scan(append(row.into(), &reason)...); err != nil {
			return nil, fmt.Errorf("read the audit trail: %w", err)
		}
		line := row.line()
		line.Reason = reason
		lines = append(lines, line)
	}
	return lines, rows.Err()
}
