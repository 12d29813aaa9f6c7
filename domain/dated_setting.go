package domain

import (
	"bytes"
	"encoding/csv"
	"fmt"
)

// DatedSetting is a line of a table of settings: a value, from when until when it
// holds, and the article it rests on.
type DatedSetting struct {
	Name, Value, Article string
	// From and Until are its days, without the last; a zero Until is open.
	From, Until Date
}

// ParseDatedSettings reads a table with the columns name, valid_from, valid_until,
// value and article.
func ParseDatedSettings(table []byte) ([]DatedSetting, error) {
	lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	var settings []DatedSetting
	for n, line := range lines[1:] {
		s := DatedSetting{Name: line[0], Value: line[3], Article: line[4]}
		if s.From, err = ParseDate(line[1]); err == nil && line[2] != "" {
			s.Until, err = ParseDate(line[2])
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+2, err)
		}
		settings = append(settings, s)
	}
	return settings, nil
}

// On tells whether the setting holds on that day.
func (s DatedSetting) On(day Date) bool {
	return !day.Before(s.From) && (s.Until.IsZero() || day.Before(s.Until))
}
