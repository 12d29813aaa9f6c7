package audit

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"time"
)

// DefaultLate is how long a line may stay without a seal.
const DefaultLate = 5 * time.Minute

// FindingKind says what was done to the trail.
type FindingKind string

// The kinds of findings.
const (
	// Altered is a line, or a seal, that is not what it was.
	Altered FindingKind = "ALTERED"
	// Removed is a line, or its seal, that is not there any more.
	Removed FindingKind = "REMOVED"
	// Reordered is a line that is as it was written, and not where.
	Reordered FindingKind = "REORDERED"
	// Inserted is a line that this service did not write, or not at the time it tells.
	Inserted FindingKind = "INSERTED"
	// Unsealed is a line without a seal for too long.
	Unsealed FindingKind = "UNSEALED"
	// Truncated is an exported head that is not in the chain.
	Truncated FindingKind = "TRUNCATED"
)

// Finding is one thing that is not as it should be. A zero Position or Line is not
// known.
type Finding struct {
	Kind     FindingKind
	Position int64 // in the chain
	Line     int64 // identifier
	Detail   string
}

// String is the finding on one line.
func (f Finding) String() string {
	return fmt.Sprintf("%-9s position %d line %d: %s", f.Kind, f.Position, f.Line, f.Detail)
}

// Verification is what [Verify] went through.
type Verification struct {
	// Sealed lines were found in their place; Pruned is up to which position they have
	// gone of old age; Pending lines are too young to have a seal.
	Sealed, Pruned, Pending int64
	// SealedLate were without protection for longer than they should have been, such as
	// while no service ran. That is no finding: it cannot be told from an attack, and is
	// none by itself.
	SealedLate int64
	// Findings is how many there were.
	Findings int64
	// HeadsChecked of the exported heads were found; others are of pruned segments.
	HeadsChecked int
}

// Verifying says how to verify.
type Verifying struct {
	Keys *Keys
	Now  time.Time
	// Late is how long a line may stay without a seal; 0 means [DefaultLate].
	Late time.Duration
	// Heads that were exported must be in the chain.
	Heads []Head
	// Report gets each finding; an error of its ends the verification.
	Report func(Finding) error
}

// verification is [Verify] under way.
type verification struct {
	Verifying
	Verification
	err error // of Report

	segments []segment
	want     int64 // the position that must come next
	// before are the hashes that the next place may go on from: the one stored at the last
	// place, and the one it should have been, so that what was done to a place is found at
	// that place alone. None when the last place is not known.
	before [][]byte
	newest time.Time // of the lines so far
}

func (v *verification) find(kind FindingKind, position, line int64, detail string, args ...any) {
	v.Findings++
	if v.err == nil {
		v.err = v.Report(Finding{kind, position, line, fmt.Sprintf(detail, args...)})
	}
}

// checkSegments checks the closed segments, and where the lines must begin: after those
// that were pruned. The last pruning vouches for all that was before it.
func (v *verification) checkSegments(last pruning) {
	v.before, v.want = [][]byte{nil}, 1
	var before segment
	for _, s := range v.segments {
		if s.number != before.number+1 || s.first != before.last+1 {
			v.find(Removed, s.first, 0, "segment %d does not follow segment %d", s.number, before.number)
		}
		switch {
		case s.number < last.number:
		case s.number == last.number && v.Keys.signed(last.keyID, s.encodePruning(last.at), last.mac):
			v.Pruned, v.before, v.want = s.last, [][]byte{s.head}, s.last+1
		case !v.Keys.signed(s.keyID, s.encode(), s.mac):
			v.find(Altered, s.last, 0, "segment %d is not what was signed%s", s.number, v.unknown(s.keyID))
		}
		before = s
	}
	if last.number > 0 && v.Pruned == 0 {
		v.find(Altered, 0, 0, "the pruning of segment %d is not what was signed%s", last.number, v.unknown(last.keyID))
	}
}

// unknown says why nothing can be checked, where it is for want of the key.
func (v *verification) unknown(keyID string) string {
	if _, ok := v.Keys.secrets[keyID]; !ok {
		return fmt.Sprintf(" (made with key %q, which was not given)", keyID)
	}
	return ""
}

// sealed is a place in the chain as it is stored.
type sealed struct {
	position, lineID int64
	sealedAt         time.Time
	foreign          bool
	keyID            string
	hash             []byte
	row              scanned
	// unreadable says why a column of the line is no longer one of a line.
	unreadable error
}

// check checks the next place in the chain.
func (v *verification) check(s *sealed) {
	if s.position <= v.Pruned {
		v.find(Inserted, s.position, s.lineID, "a seal in a segment that was pruned")
		return
	}
	if s.position > v.want {
		v.find(Removed, v.want, 0, "no seal at the positions %d to %d", v.want, s.position-1)
		v.before = nil
	}
	v.want = s.position + 1
	if s.unreadable != nil && !s.row.id.Valid {
		v.find(Altered, s.position, s.lineID, "the seal is none: %v", s.unreadable)
		v.before = nil
		return
	}
	if !s.row.id.Valid {
		v.find(Removed, s.position, s.lineID, "the line was sealed on %s", s.sealedAt.UTC().Format(time.RFC3339))
		v.before = [][]byte{s.hash}
		return
	}
	line := s.row.line()
	written := s.unreadable == nil && v.Keys.signed(line.keyID, line.encode(), line.mac)
	inPlace, computed := v.inPlace(s, line)
	switch {
	case inPlace && written && !s.foreign:
		v.Sealed++
		v.checkTime(s, line)
	case inPlace && s.foreign:
		v.find(Inserted, s.position, s.lineID, "this service did not write the line%s", v.unknown(line.keyID))
	case !written:
		v.find(Altered, s.position, s.lineID, "the line is not what was written%s", v.unknown(line.keyID))
	default:
		v.find(Reordered, s.position, s.lineID, "the line is as it was written, and its seal is not of this place%s", v.unknown(s.keyID))
	}
	computed = append(computed, s.hash)
	v.before = computed
}

// inPlace tells whether the seal is the one of its place, and which hashes it might
// have been.
func (v *verification) inPlace(s *sealed, line Recorded) (ok bool, computed [][]byte) {
	if v.before == nil {
		return true, nil // After a gap nobody can tell; the gap is a finding.
	}
	for _, before := range v.before {
		hash, known := v.Keys.hash(s.keyID, before, s.position, s.lineID, line.mac, s.sealedAt, s.foreign)
		if known && bytes.Equal(hash, s.hash) {
			return true, nil
		}
		if known {
			computed = append(computed, hash)
		}
	}
	return false, computed[:min(len(computed), 1)]
}

// checkTime finds lines that stand among later ones: a copy of an old line is written
// as this service wrote it.
func (v *verification) checkTime(s *sealed, line Recorded) {
	if line.At.Before(v.newest.Add(-v.Late)) {
		v.find(Inserted, s.position, s.lineID, "the line tells of %s, and stands after one of %s",
			line.At.Format(time.RFC3339), v.newest.Format(time.RFC3339))
		return
	}
	// A clock that was ahead for a while does not put in doubt what came after.
	if at := earlier(line.At, s.sealedAt); at.After(v.newest) {
		v.newest = at
	}
	if s.sealedAt.Sub(line.At) > v.Late {
		v.SealedLate++
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// checkUnsealed judges a line that has no seal.
func (v *verification) checkUnsealed(id int64, at time.Time) {
	through := int64(0)
	if n := len(v.segments); n > 0 {
		through = v.segments[n-1].sealedThrough
	}
	switch age := v.Now.Sub(at); {
	case id <= through:
		v.find(Inserted, 0, id, "the line was not there when lines of its age were sealed")
	case age.Abs() > v.Late:
		v.find(Unsealed, 0, id, "the line tells of %s and has no seal", at.UTC().Format(time.RFC3339))
	default:
		v.Pending++
	}
}

// checkEnd finds what the closed segments know of beyond the last seal.
func (v *verification) checkEnd() {
	if n := len(v.segments); n > 0 && v.segments[n-1].last >= v.want {
		v.find(Removed, v.want, 0, "no seal at the positions %d to %d, which were in closed segments", v.want, v.segments[n-1].last)
	}
}

// checkKnown compares what stands at a place with what is known of it from elsewhere:
// the head of its segment and the exported heads.
func (v *verification) checkKnown(s *sealed, segments map[int64]*segment, heads map[int64][]Head) {
	if closed := segments[s.position]; closed != nil && !bytes.Equal(closed.head, s.hash) {
		v.find(Altered, s.position, s.lineID, "the seal is not the head of segment %d", closed.number)
	}
	for _, h := range heads[s.position] {
		v.HeadsChecked++
		if h.Hash != hex.EncodeToString(s.hash) {
			v.find(Truncated, s.position, s.lineID, "the head exported on %s was another one", h.ExportedAt.Format(time.RFC3339))
		}
	}
}

// checkHeads finds heads beyond the end of the chain, and those under which it was
// pruned.
func (v *verification) checkHeads() {
	for _, h := range v.Heads {
		switch {
		case h.Position >= v.want:
			v.find(Truncated, h.Position, 0, "the chain ended here on %s, and ends at %d now", h.ExportedAt.Format(time.RFC3339), v.want-1)
		case h.Position == 0:
			v.HeadsChecked++ // Nothing was sealed then.
		}
	}
}
