package audit

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

// insertLines inserts a group, reasons first. Lists are joined by commas, which no
// identifier or code has: unnest would take arrays of arrays apart.
const insertLines = `
WITH line AS (
	SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
		$10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::bytea[])
	AS l (at, kind, operation, column_group, grounds, application_ids, person_id, app_id, organisation_id, reception_point_id,
		roles, purpose, trace_id, reason_id, reason, key_id, mac)
), reason AS (
	INSERT INTO audit_reason (id, text) SELECT reason_id, reason FROM line WHERE reason_id <> ''
)
INSERT INTO audit_line (at, kind, operation, column_group, grounds, application_ids, person_id, app_id, organisation_id, reception_point_id,
	roles, purpose, trace_id, reason_id, key_id, mac)
SELECT at, kind, operation, column_group, string_to_array(grounds, ','), string_to_array(application_ids, ','),
	nullif(person_id, ''), nullif(app_id, ''), nullif(organisation_id, ''), nullif(reception_point_id, ''),
	string_to_array(roles, ','), purpose, trace_id, nullif(reason_id, ''), key_id, mac
FROM line`

// insertArguments are the columns of the lines, as [insertLines] takes them.
func insertArguments(lines []Recorded) []any {
	const texts = 16
	columns := make([][]string, texts)
	macs := make([][]byte, len(lines))
	for i := range columns {
		columns[i] = make([]string, len(lines))
	}
	for i, l := range lines {
		for c, value := range [texts]string{
			l.At.Format(time.RFC3339Nano), string(l.Kind), l.Operation, l.Group,
			strings.Join(l.Grounds, ","), strings.Join(words[string](l.ApplicationIDs), ","),
			string(l.PersonID), string(l.AppID), string(l.OrganisationID), string(l.ReceptionPointID),
			strings.Join(words[string](l.Roles), ","), l.Purpose, l.TraceID, l.ReasonID, l.Reason, l.keyID,
		} {
			columns[c][i] = value
		}
		macs[i] = l.mac
	}
	arguments := make([]any, 0, texts+1)
	for _, c := range columns {
		arguments = append(arguments, pq.StringArray(c))
	}
	return append(arguments, pq.ByteaArray(macs))
}

// lineColumns are those of audit_line l, as [scanned] takes them. The hash and its key
// come first: they are known even where the rest cannot be read as a line.
const lineColumns = `l.id, l.mac, l.key_id, l.at, l.kind, l.operation, l.column_group, l.grounds, l.application_ids,
	coalesce(l.person_id, ''), coalesce(l.app_id, ''), coalesce(l.organisation_id, ''), coalesce(l.reception_point_id, ''),
	l.roles, l.purpose, l.trace_id, coalesce(l.reason_id, '')`

// scanned is a row of [lineColumns]; all its columns are null for a line that is not
// there.
type scanned struct {
	id                             sql.NullInt64
	at                             sql.NullTime
	texts                          [11]sql.NullString
	grounds, applicationIDs, roles pq.StringArray
	mac                            []byte
}

// into are the destinations of the columns.
func (s *scanned) into() []any {
	t := &s.texts
	return []any{
		&s.id, &s.mac, &t[0], &s.at, &t[1], &t[2], &t[3], &s.grounds, &s.applicationIDs, &t[4], &t[5], &t[6], &t[7],
		&s.roles, &t[8], &t[9], &t[10],
	}
}

// line is the line that was scanned.
func (s *scanned) line() Recorded {
	t := &s.texts
	return Recorded{
		ID: s.id.Int64, At: s.at.Time.UTC(), ReasonID: t[10].String, keyID: t[0].String, mac: s.mac,
		Line: Line{
			Kind: Kind(t[1].String), Operation: t[2].String, Group: t[3].String,
			Grounds: s.grounds, ApplicationIDs: words[domain.ID](s.applicationIDs),
			PersonID: domain.ID(t[4].String), AppID: domain.ID(t[5].String),
			OrganisationID: domain.ID(t[6].String), ReceptionPointID: domain.ID(t[7].String),
			Roles: words[domain.Role](s.roles), Purpose: t[8].String, TraceID: t[9].String,
		},
	}
}

// EraseReason erases the text of a reason, for good. Its line stays as it is.
func EraseReason(ctx context.Context, db *sql.DB, id string) error {
	_, err := db.ExecContext(ctx, "DELETE FROM audit_reason WHERE id = $1", id)
	return err
}
