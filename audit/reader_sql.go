package audit

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

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

// Wait is how long somebody, a person or an app, must wait before it may be shown these
// applications too: 0 while it is shown no more of them, each counted once, than the
// limit leaves. It is no longer than until the oldest line that counts counts no more.
func (r *Reader) Wait(ctx context.Context, who domain.ID, more []domain.ID, now time.Time, limit domain.Limit) (time.Duration, error) {
	var shown int
	var oldest time.Time
	err := r.db.QueryRowContext(ctx, `
		SELECT count(DISTINCT id), min(at) FROM (
			SELECT l.at, unnest(l.application_ids) AS id FROM audit_line l WHERE l.kind = 'READ' AND `+actor(who)+` = $1 AND l.at > $2
			UNION ALL SELECT $3::timestamptz, unnest($4::text[])) shown`,
		string(who), now.Add(-limit.Within), now, pq.StringArray(words[string](more))).Scan(&shown, &oldest)
	if err != nil {
		return 0, fmt.Errorf("count what was shown: %w", err)
	}
	if shown <= limit.Most {
		return 0, nil
	}
	return oldest.Add(limit.Within).Sub(now), nil
}

// Told tells whether a notice of that purpose about somebody was written since then.
func (r *Reader) Told(ctx context.Context, who domain.ID, purpose string, since time.Time) (told bool, err error) {
	err = r.db.QueryRowContext(ctx,
		"SELECT EXISTS (SELECT FROM audit_line l WHERE l.kind = 'NOTICE' AND l.purpose = $1 AND "+actor(who)+" = $2 AND l.at > $3)",
		purpose, string(who), since).Scan(&told)
	if err != nil {
		return false, fmt.Errorf("look for a notice: %w", err)
	}
	return told, nil
}

// actor is the column of who did something, a person or an app.
func actor(who domain.ID) string {
	if who.Prefix() == domain.PartnerAppPrefix {
		return "l.app_id"
	}
	return "l.person_id"
}
