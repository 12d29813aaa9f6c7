package domain

import (
	_ "embed"
	"fmt"
	"sync"
)

// legalClocksCSV is how long the texts give, as versioned data: one line for each
// clock and period, with the article it rests on. A change of the law is a line more.
//
//go:embed legal_clocks.csv
var legalClocksCSV []byte

// LegalClock is a delay and the article that gives it.
type LegalClock struct {
	Delay
	Article string
}

// LegalClocks are the delays in an application's life that are in force on one day.
type LegalClocks struct {
	// Acknowledgement is how soon after the deposit the applicant has the certificate of
	// registration (attestation d'enregistrement).
	Acknowledgement LegalClock
	// Validity runs from the deposit or the last renewal.
	Validity LegalClock
	// RenewalOpening and RenewalNotice come before validity ends: from when on a renewal
	// is taken, and until when the applicant has been told of it (préavis).
	RenewalOpening, RenewalNotice LegalClock
	// Removal and ReactivationNotRenewed run from the deposit or the last renewal, when
	// none follows.
	Removal, ReactivationNotRenewed LegalClock
	// WarningIneligible and WarningUnreachable run from a warning to the removal it warns
	// of, ReactivationUnreachable from that removal.
	WarningIneligible, WarningUnreachable, ReactivationUnreachable LegalClock
	// Erasure runs from the removal, ClosedErasure from a rejection after which nothing was
	// deposited again, or from the merge with another application.
	Erasure, ClosedErasure LegalClock
	// SingleFile runs from the appointment at a point of level 3 to the single file
	// (dossier unique).
	SingleFile LegalClock
	// PieceTransfer runs from the deposit of a piece to its being in the single file.
	PieceTransfer LegalClock
	// MergeUndo is how long a merge may be undone.
	MergeUndo LegalClock
	// Events say how long before each deadline it is announced.
	Events map[DeadlineKind]Delay
}

// targets say where a clock is read into, by its name in the table.
func (c *LegalClocks) targets() map[string]*LegalClock {
	return map[string]*LegalClock{
		"acknowledgement": &c.Acknowledgement, "validity": &c.Validity, "renewalOpening": &c.RenewalOpening,
		"renewalNotice": &c.RenewalNotice, "removal": &c.Removal, "reactivationNotRenewed": &c.ReactivationNotRenewed,
		"warningIneligible": &c.WarningIneligible, "warningUnreachable": &c.WarningUnreachable,
		"reactivationUnreachable": &c.ReactivationUnreachable, "erasure": &c.Erasure, "closedErasure": &c.ClosedErasure,
		"singleFile": &c.SingleFile, "pieceTransfer": &c.PieceTransfer, "mergeUndo": &c.MergeUndo,
	}
}

// eventNames are the deadlines by the name of their event in the table.
var eventNames = map[string]DeadlineKind{
	"acknowledgementEvent": AcknowledgementDeadline, "renewalNoticeEvent": RenewalNoticeDeadline,
	"expiryEvent": ExpiryDeadline, "removalEvent": RemovalDeadline, "reactivationEvent": ReactivationDeadline,
	"erasureEvent": ErasureDeadline, "singleFileEvent": SingleFileDeadline, "mergeUndoEvent": MergeUndoDeadline,
}

var legalClockSettings = sync.OnceValue(func() []DatedSetting {
	settings, err := parseLegalClocks(legalClocksCSV)
	if err != nil {
		panic("domain: legal_clocks.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return settings
})

func parseLegalClocks(table []byte) ([]DatedSetting, error) {
	settings, err := ParseDatedSettings(table)
	if err != nil {
		return nil, err
	}
	c := LegalClocks{Events: map[DeadlineKind]Delay{}}
	for _, s := range settings {
		if err := c.set(s); err != nil {
			return nil, err
		}
	}
	return settings, nil
}

func (c *LegalClocks) set(s DatedSetting) error {
	delay, err := ParseDelay(s.Value)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	if kind, event := eventNames[s.Name]; event {
		c.Events[kind] = delay
		return nil
	}
	target := c.targets()[s.Name]
	if target == nil {
		return fmt.Errorf("there is no clock %q", s.Name)
	}
	*target = LegalClock{delay, s.Article}
	return nil
}

// LegalClocksOn are the clocks in force on that day.
func LegalClocksOn(day Date) LegalClocks {
	c := LegalClocks{Events: map[DeadlineKind]Delay{}}
	for _, s := range legalClockSettings() {
		if s.On(day) {
			_ = c.set(s) // it was set once before
		}
	}
	return c
}
