package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/domain"
)

// insertLines inserts a group, reasons first. It takes the whole group as one array of
// JSON objects: one parameter costs PostgreSQL half of what an array for each column does.
const insertLines = `
WITH line AS (
	SELECT * FROM json_to_recordset($1) AS l (at timestamptz, kind text, operation text, column_groups text[], grounds text[],
		application_ids text[], person_id text, app_id text, organisation_id text, reception_point_id text, roles text[], purpose text,
		trace_id text, reason_id text, reason text, key_id text, mac text)
), reason AS (
	INSERT INTO audit_reason (id, text) SELECT reason_id, reason FROM line WHERE reason_id IS NOT NULL
)
INSERT INTO audit_line (at, kind, operation, column_groups, grounds, application_ids, person_id, app_id, organisation_id, reception_point_id,
	roles, purpose, trace_id, reason_id, key_id, mac)
SELECT at, kind, operation, column_groups, grounds, application_ids, person_id, app_id, organisation_id, reception_point_id,
	roles, purpose, trace_id, reason_id, key_id, decode(mac, 'base64')
FROM line`

// inserted is a line as [insertLines] takes it; what is left out is null.
type inserted struct {
	At               time.Time     `json:"at"`
	Kind             Kind          `json:"kind"`
	Operation        string        `json:"operation"`
	Groups           []string      `json:"column_groups"`
	Grounds          []string      `json:"grounds"`
	ApplicationIDs   []domain.ID   `json:"application_ids"`
	PersonID         domain.ID     `json:"person_id,omitempty"`
	AppID            domain.ID     `json:"app_id,omitempty"`
	OrganisationID   domain.ID     `json:"organisation_id,omitempty"`
	ReceptionPointID domain.ID     `json:"reception_point_id,omitempty"`
	Roles            []domain.Role `json:"roles"`
	Purpose          string        `json:"purpose"`
	TraceID          string        `json:"trace_id"`
	ReasonID         string        `json:"reason_id,omitempty"`
	Reason           string        `json:"reason,omitempty"`
	KeyID            string        `json:"key_id"`
	MAC              []byte        `json:"mac"`
}

// insertArgument is what [insertLines] takes.
func insertArgument(lines []Recorded) (string, error) {
	group := make([]inserted, len(lines))
	for i, l := range lines {
		group[i] = inserted{
			At: l.At, Kind: l.Kind, Operation: l.Operation, Groups: notNil(l.Groups),
			Grounds: notNil(l.Grounds), ApplicationIDs: notNil(l.ApplicationIDs), Roles: notNil(l.Roles),
			PersonID: l.PersonID, AppID: l.AppID, OrganisationID: l.OrganisationID, ReceptionPointID: l.ReceptionPointID,
			Purpose: l.Purpose, TraceID: l.TraceID, ReasonID: l.ReasonID, Reason: l.Reason, KeyID: l.keyID, MAC: l.mac,
		}
	}
	text, err := json.Marshal(group)
	return string(text), err
}

// notNil keeps a list from being written as null.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// lineColumns are those of audit_line l, as [scanned] takes them. The hash and its key
// come first: they are known even where the rest cannot be read as a line.
const lineColumns = `l.id, l.mac, l.key_id, l.at, l.kind, l.operation, l.column_groups, l.grounds, l.application_ids,
	coalesce(l.person_id, ''), coalesce(l.app_id, ''), coalesce(l.organisation_id, ''), coalesce(l.reception_point_id, ''),
	l.roles, l.purpose, l.trace_id, coalesce(l.reason_id, '')`

// scanned is a row of [lineColumns]; all its columns are null for a line that is not
// there.
type scanned struct {
	id                                     sql.NullInt64
	at                                     sql.NullTime
	texts                                  [10]sql.NullString
	groups, grounds, applicationIDs, roles pq.StringArray
	mac                                    []byte
}

// into are the destinations of the columns.
func (s *scanned) into() []any {
	t := &s.texts
	return []any{
		&s.id, &s.mac, &t[0], &s.at, &t[1], &t[2], &s.groups, &s.grounds, &s.applicationIDs, &t[3], &t[4], &t[5], &t[6],
		&s.roles, &t[7], &t[8], &t[9],
	}
}

// line is the line that was scanned.
func (s *scanned) line() Recorded {
	t := &s.texts
	return Recorded{
		ID: s.id.Int64, At: s.at.Time.UTC(), ReasonID: t[9].String, keyID: t[0].String, mac: s.mac,
		Line: Line{
			Kind: Kind(t[1].String), Operation: t[2].String, Groups: s.groups,
			Grounds: s.grounds, ApplicationIDs: words[domain.ID](s.applicationIDs),
			PersonID: domain.ID(t[3].String), AppID: domain.ID(t[4].String),
			OrganisationID: domain.ID(t[5].String), ReceptionPointID: domain.ID(t[6].String),
			Roles: words[domain.Role](s.roles), Purpose: t[7].String, TraceID: t[8].String,
		},
	}
}

// EraseReason erases the text of a reason, for good. Its line stays as it is.
func EraseReason(ctx context.Context, db *sql.DB, id string) error {
	_, err := db.ExecContext(ctx, "DELETE FROM audit_reason WHERE id = $1", id)
	return err
}
