package audit

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/guichet-logement/guichet/domain"
)

// Kind says what was done.
type Kind string

// The kinds of lines.
const (
	// Read is groups of columns of applications that were shown.
	Read Kind = "READ"
	// Write is a change of applications.
	Write Kind = "WRITE"
	// Refused is an act that was refused and is worth knowing of.
	Refused Kind = "REFUSED"
	// Notice is something that somebody was told, such as a limit that was reached.
	Notice Kind = "NOTICE"
)

// MaxApplications bounds a line; what concerns more of them is several lines.
const MaxApplications = 1000

const (
	maxCodes  = 16
	maxReason = 2000 // bytes
)

// Line says who saw or changed what, by identifiers and codes alone: no name, no
// number of a person, no value of a column.
type Line struct {
	Kind Kind
	// Operation names the operation; longer names are cut at 64 characters.
	Operation string
	// Groups are the groups of columns, as IDENTITY: each was shown of all the rows.
	Groups []string
	// Grounds are those that opened the rows.
	Grounds []string
	// ApplicationIDs are the rows: at least one where something was read or written.
	ApplicationIDs []domain.ID
	// PersonID is the person who acted, AppID the partner app in between,
	// OrganisationID the organisation acted for, at ReceptionPointID; each may be empty.
	PersonID, AppID, OrganisationID, ReceptionPointID domain.ID
	Roles                                             []domain.Role
	// Purpose is a code; may be empty.
	Purpose string
	TraceID string
	// Reason is a text that a person gave; may be empty. It is kept apart from the line
	// and can be erased, see [EraseReason]; it is not under the seal.
	Reason string
}

// Recorded is a line as it was committed.
type Recorded struct {
	Line
	// ID sorts as lines were inserted; [Reader] sorts by At and ID.
	ID int64
	// At is when the line was written, by the writer's clock.
	At time.Time
	// ReasonID is empty for a line without a reason. A reason that was erased has an
	// id and no text.
	ReasonID string

	keyID string
	mac   []byte
}

const maxOperation = 64

var (
	code      = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,63}$`)
	operation = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*$`)
	trace     = regexp.MustCompile(`^[0-9A-Za-z-]{0,64}$`)
)

// isID tells an identifier by its shape. A line may hold a thousand, each of which would
// keep a regular expression busy for longer than its comparison here.
func isID(s string) bool {
	prefix, rest, cut := strings.Cut(s, "_")
	if !cut || len(prefix) != 3 || len(rest) != ulid.EncodedSize {
		return false
	}
	for _, c := range []byte(prefix) {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	for _, c := range []byte(rest) {
		if strings.IndexByte(ulid.Encoding, c) < 0 {
			return false
		}
	}
	return true
}

// check refuses what would be no identifier or code: one wrong line would fail the
// insert that it shares with others, and free text could name somebody.
func (l *Line) check() error {
	for _, f := range []struct {
		name, value string
		shaped      func(string) bool
		optional    bool
	}{
		{"kind", string(l.Kind), code.MatchString, false},
		{"operation", l.Operation, operation.MatchString, false},
		{"purpose", l.Purpose, code.MatchString, true},
		{"trace id", l.TraceID, trace.MatchString, true},
		{"person id", string(l.PersonID), isID, true},
		{"app id", string(l.AppID), isID, true},
		{"organisation id", string(l.OrganisationID), isID, true},
		{"reception point id", string(l.ReceptionPointID), isID, true},
	} {
		if !f.shaped(f.value) && (f.value != "" || !f.optional) {
			return fmt.Errorf("audit line: %s is not of its shape", f.name)
		}
	}
	for _, list := range []struct {
		name   string
		values []string
		shaped func(string) bool
		most   int
	}{
		{"groups", l.Groups, code.MatchString, maxCodes},
		{"grounds", l.Grounds, code.MatchString, maxCodes},
		{"roles", words[string](l.Roles), code.MatchString, maxCodes},
		{"application ids", words[string](l.ApplicationIDs), isID, MaxApplications},
	} {
		if len(list.values) > list.most {
			return fmt.Errorf("audit line: %d %s, %d at most", len(list.values), list.name, list.most)
		}
		for _, v := range list.values {
			if !list.shaped(v) {
				return fmt.Errorf("audit line: one of the %s is not of its shape", list.name)
			}
		}
	}
	if (l.Kind == Read || l.Kind == Write) && len(l.ApplicationIDs) == 0 {
		return fmt.Errorf("audit line: %s of no application", l.Kind)
	}
	if len(l.Reason) > maxReason {
		return fmt.Errorf("audit line: a reason has at most %d bytes", maxReason)
	}
	return nil
}

// encode writes the line as it is hashed. Two lines that differ have different
// encodings, and a line read back has the one that it was written with. That of one
// group is of the time when no line had more.
func (r *Recorded) encode() []byte {
	var f frame
	alone := len(r.Groups) == 0 || len(r.Groups) == 1 && r.Groups[0] != ""
	if alone {
		f.add("guichet audit line 1")
	} else {
		f.add("guichet audit line 2")
	}
	f.number(r.At.UnixMicro())
	f.add(string(r.Kind))
	f.add(r.Operation)
	if alone {
		f.add(strings.Join(r.Groups, ""))
	} else {
		f.list(r.Groups)
	}
	f.list(r.Grounds)
	f.list(words[string](r.ApplicationIDs))
	f.add(string(r.PersonID))
	f.add(string(r.AppID))
	f.add(string(r.OrganisationID))
	f.add(string(r.ReceptionPointID))
	f.list(words[string](r.Roles))
	f.add(r.Purpose)
	f.add(r.TraceID)
	f.add(r.ReasonID)
	return f
}

// words turns a list of one kind of text into another.
func words[To, From ~string](from []From) []To {
	to := make([]To, len(from))
	for i, s := range from {
		to[i] = To(s)
	}
	return to
}
