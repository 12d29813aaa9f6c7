package domain

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"sync"
)

// retentionCSV is how long what is personal is kept, as versioned data: one line for
// each kind of record and period, with its purpose and the reason. A change is a line
// more.
//
//go:embed retention.csv
var retentionCSV []byte

// RetentionAction says what becomes of a record.
type RetentionAction string

// What becomes of records.
const (
	// RetentionDelete takes it away once the delay is over.
	RetentionDelete RetentionAction = "DELETE"
	// RetentionWithApplication lets it live and die with its application.
	RetentionWithApplication RetentionAction = "WITH_APPLICATION"
	// RetentionElsewhere leaves it to a command of its own, which the reason names.
	RetentionElsewhere RetentionAction = "ELSEWHERE"
	// RetentionKeep has no end, for the reason given.
	RetentionKeep RetentionAction = "KEEP"
)

// Retention is how long records of one kind are kept, and why.
type Retention struct {
	// Purpose is a code: what the records are kept for.
	Purpose string
	// Record is the table.
	Record string
	// Starts says in words from when the delay runs.
	Starts string
	Delay  Delay
	Action RetentionAction
	// Article gives the delay; where no text does, it says that it is a setting of ours
	// and why.
	Article     string
	From, Until Date
}

var retentions = sync.OnceValue(func() []Retention {
	rows, err := parseRetentions(retentionCSV)
	if err != nil {
		panic("domain: retention.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return rows
})

func parseRetentions(table []byte) ([]Retention, error) {
	lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	var rows []Retention
	for n, line := range lines[1:] {
		r := Retention{Purpose: line[0], Record: line[1], Starts: line[2], Action: RetentionAction(line[4]), Article: line[5]}
		if err := r.read(line[3], line[6], line[7]); err != nil {
			return nil, fmt.Errorf("line %d: %w", n+2, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (r *Retention) read(delay, from, until string) (err error) {
	actions := []RetentionAction{RetentionDelete, RetentionWithApplication, RetentionElsewhere, RetentionKeep}
	switch {
	case r.Purpose == "" || r.Record == "" || r.Article == "":
		return fmt.Errorf("%q has no purpose, no record or no reason", r.Record)
	case !slices.Contains(actions, r.Action):
		return fmt.Errorf("there is no action %q", r.Action)
	case r.Action == RetentionDelete && (delay == "" || r.Starts == ""):
		return fmt.Errorf("%s has no delay, or nothing that it runs from", r.Record)
	}
	if delay != "" {
		if r.Delay, err = ParseDelay(delay); err != nil {
			return err
		}
	}
	if r.From, err = ParseDate(from); err == nil && until != "" {
		r.Until, err = ParseDate(until)
	}
	return err
}

// RetentionsOn are those in force on that day, in the order in which records go: what
// rests on another goes first.
func RetentionsOn(day Date) []Retention {
	var rows []Retention
	for _, r := range retentions() {
		if (DatedSetting{From: r.From, Until: r.Until}).On(day) {
			rows = append(rows, r)
		}
	}
	return rows
}

// CutOff is the day before which the clock of a record must have started for it to go
// today: none is kept for less than the delay, nor a day longer.
func (r Retention) CutOff(today Date) Date { return r.Delay.Before(today) }
