package audit

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"
	"github.com/oklog/ulid/v2"

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

// Ref names the place to callers, who give it back for the next page.
func (p Place) Ref() domain.ID {
	var u ulid.ULID
	// Neither fails: the years of a ULID go far beyond ours, and its entropy is 10 bytes.
	_ = u.SetTime(ulid.Timestamp(p.At))
	entropy := binary.BigEndian.AppendUint16(nil, uint16(p.At.Nanosecond()/1000%1000)) //nolint:gosec // below 1000
	_ = u.SetEntropy(binary.BigEndian.AppendUint64(entropy, uint64(p.ID)))             //nolint:gosec // lines are counted from 1
	return domain.ID(string(domain.AuditLinePrefix) + "_" + u.String())
}

// ParsePlace reads what [Place.Ref] wrote; false when it is of something else.
func ParsePlace(ref domain.ID) (Place, bool) {
	prefix, rest, _ := strings.Cut(string(ref), "_")
	u, err := ulid.ParseStrict(rest)
	if err != nil || prefix != string(domain.AuditLinePrefix) {
		return Place{}, false
	}
	entropy := u.Entropy()
	micros := time.Duration(binary.BigEndian.Uint16(entropy)) * time.Microsecond
	return Place{
		At: ulid.Time(u.Time()).Add(micros).UTC(),
		ID: int64(binary.BigEndian.Uint64(entropy[2:])), //nolint:gosec // compared, not counted with
	}, true
}

// OfApplication are the lines about one application.
func (r *Reader) OfApplication(ctx context.Context, application domain.ID, p Page) ([]Recorded, error) {
	return r.page(ctx, "l.application_ids @> ARRAY[$1]", p, string(application))
}

// OfApplicationBy are those of them that say what these organisations did.
func (r *Reader) OfApplicationBy(ctx context.Context, application domain.ID, by []domain.ID, p Page) ([]Recorded, error) {
	return r.page(ctx, "l.application_ids @> ARRAY[$1] AND l.organisation_id = ANY($3)", p,
		string(application), pq.StringArray(words[string](by)))
}

// ShownToApplicant are the lines about one application that its applicant may read:
// who read the common part of the file, and who changed it. What is sensitive is about
// one person of several, and notes are of who wrote them: these groups are left out of
// the lines, and lines that have no other.
func (r *Reader) ShownToApplicant(ctx context.Context, application domain.ID, p Page) ([]Recorded, error) {
	lines, err := r.page(ctx, `l.application_ids @> ARRAY[$1] AND l.kind IN ('READ', 'WRITE')
		AND (l.column_groups = '{}' OR NOT l.column_groups <@ $3)`, p, string(application), pq.StringArray(notForApplicants))
	for i := range lines {
		lines[i].Groups = slices.DeleteFunc(lines[i].Groups, func(g string) bool { return slices.Contains(notForApplicants, g) })
	}
	return lines, err
}

var notForApplicants = []string{"SENSITIVE", "SOCIAL_NOTES", "RESERVATAIRE_NOTES"}

// OfOrganisation are the lines of those who acted for one organisation.
func (r *Reader) OfOrganisation(ctx context.Context, organisation domain.ID, p Page) ([]Recorded, error) {
	return r.page(ctx, "l.organisation_id = $1", p, string(organisation))
}

// OfPerson are the lines of one person who acted.
func (r *Reader) OfPerson(ctx context.Context, person domain.ID, p Page) ([]Recorded, error) {
	return r.page(ctx, "l.person_id = $1", p, string(person))
}

// page reads with the condition, whose parameters are $1 and, for a second one, $3.
func (r *Reader) page(ctx context.Context, condition string, p Page, of ...any) ([]Recorded, error) {
	query := "SELECT " + lineColumns + ", coalesce(r.text, '') FROM audit_line l LEFT JOIN audit_reason r ON r.id = l.reason_id WHERE " + condition
	args := append([]any{of[0], p.Limit}, of[1:]...)
	if p.After != nil {
		query += fmt.Sprintf(" AND (l.at, l.id) < ($%d, $%d)", len(args)+1, len(args)+2)
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

// ShownSince are the applications that were shown to somebody, a person or an app, since
// then, each with the last time.
func (r *Reader) ShownSince(ctx context.Context, who domain.ID, since time.Time) (map[domain.ID]time.Time, error) {
	//nolint:gosec // one of two columns
	query := "SELECT id, max(at) FROM (SELECT l.at, unnest(l.application_ids) AS id FROM audit_line l WHERE l.kind = 'READ' AND " +
		actor(who) + " = $1 AND l.at > $2) shown GROUP BY id"
	rows, err := r.db.QueryContext(ctx, query, string(who), since)
	if err != nil {
		return nil, fmt.Errorf("count what was shown: %w", err)
	}
	defer func() { _ = rows.Close() }()
	shown := map[domain.ID]time.Time{}
	for rows.Next() {
		var id domain.ID
		var at time.Time
		if err := rows.Scan(&id, &at); err != nil {
			return nil, fmt.Errorf("count what was shown: %w", err)
		}
		shown[id] = at
	}
	return shown, rows.Err()
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
