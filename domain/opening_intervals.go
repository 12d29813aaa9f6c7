package domain

import (
	"database/sql/driver"
	"fmt"
	"strings"
)

// OpeningInterval is a stretch of one day during which the doors are open,
// half-open: at Closes they are shut.
type OpeningInterval struct{ Opens, Closes LocalTime }

// OpeningIntervals are the stretches of one day, in order and apart. None means
// closed. They are stored as an int4multirange of minutes since midnight, so
// that the database itself merges what touches and answers "open at".
type OpeningIntervals []OpeningInterval

// Value writes the multirange.
func (is OpeningIntervals) Value() (driver.Value, error) {
	var b strings.Builder
	b.WriteByte('{')
	for n, i := range is {
		if n > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "[%d,%d)", i.Opens, i.Closes)
	}
	b.WriteByte('}')
	return b.String(), nil
}

// Scan reads the multirange in PostgreSQL's canonical form: {[480,720),[810,1020)}.
func (is *OpeningIntervals) Scan(src any) error {
	var s string
	switch v := src.(type) {
	case string:
		s = v
	case []byte:
		s = string(v)
	default:
		return fmt.Errorf("scan opening intervals: unexpected %T", src)
	}
	s, ok := strings.CutPrefix(s, "{")
	s, ok2 := strings.CutSuffix(s, "}")
	if !ok || !ok2 {
		return fmt.Errorf("scan opening intervals: %q is not a multirange", s)
	}
	*is = OpeningIntervals{}
	for s != "" {
		var opens, closes int
		part, rest, found := strings.Cut(s, ")")
		if _, err := fmt.Sscanf(part, "[%d,%d", &opens, &closes); err != nil || !found {
			return fmt.Errorf("scan opening intervals: %q is not a canonical range: %w", part, err)
		}
		*is = append(*is, OpeningInterval{LocalTime(opens), LocalTime(closes)})
		s = strings.TrimPrefix(rest, ",")
	}
	return nil
}

// String writes 08:00-12:00 13:30-17:00, or nothing when closed.
func (is OpeningIntervals) String() string {
	parts := make([]string, len(is))
	for n, i := range is {
		parts[n] = i.Opens.String() + "-" + i.Closes.String()
	}
	return strings.Join(parts, " ")
}
