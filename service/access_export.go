package service

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/policy"
)

// AccessExportsPath is below which answers to requests for access are fetched.
const AccessExportsPath = "/access-exports/"

// purposeAccessRequest is why a privacy officer reads an application, as a code of the
// audit trail.
const purposeAccessRequest = "ACCESS_REQUEST"

// PrepareAccessExport lets a privacy officer fetch all that is kept of the applicant of
// that number, once that is on record. A number that nobody has, that of an application
// which is not the officer's to answer for, of an erased and of a protected one get one
// answer by the same statement.
func (s *Service) PrepareAccessExport(ctx context.Context, n domain.UniqueNumber) (*PieceTicket, error) {
	granted, such, by, err := policy.AnswerAccessRequest(ctx)
	if err != nil {
		return nil, err
	}
	id, err := s.ent.Application.Query().Where(application.UniqueNumber(n), such).OnlyID(granted)
	if err != nil {
		return nil, notFound(err)
	}
	line := audit.Line{Kind: audit.Write, Operation: "prepareAccessExport", ApplicationIDs: []domain.ID{id}, Purpose: purposeAccessRequest}
	if err := s.note(ctx, line, by); err != nil {
		return nil, err
	}
	return s.ticketFor(auth.FromContext(ctx), forAccessExport, AccessExportsPath, id), nil
}

// AccessExport is what is kept of an applicant, to be written as an archive.
type AccessExport struct {
	// Name is that of the archive.
	Name    string
	service *Service
	record  *accessRecord
	files   []exportedFile
}

// exportedFile is one that goes with the record: its name in the archive and in the
// storage.
type exportedFile struct{ path, name string }

// OpenAccessExport reads what a ticket is for, if that is still the viewer's to answer
// for, and puts on record that it was shown before anything of it is.
func (s *Service) OpenAccessExport(ctx context.Context, ticket, trace string) (*AccessExport, error) {
	v := auth.FromContext(ctx)
	id, err := s.ticketed(v, forAccessExport, ticket)
	if err != nil {
		return nil, err
	}
	granted, such, by, err := policy.AnswerAccessRequest(ctx)
	if errors.Is(err, domain.Forbidden) { // the right ended after the ticket was given
		return nil, unknownTicket()
	}
	if err != nil {
		return nil, err
	}
	e := &AccessExport{Name: string(id) + ".zip", service: s}
	err = s.inSnapshot(ctx, func(tx *ent.Tx) (err error) {
		e.record, e.files, err = s.accessRecord(granted, tx, v, id, such)
		return err
	})
	if ent.IsNotFound(err) {
		return nil, unknownTicket()
	}
	if err != nil {
		return nil, fmt.Errorf("answer a request for access: %w", err)
	}
	if err := s.SpendReads(ctx, v, []domain.ID{id}); err != nil {
		return nil, err
	}
	return e, s.note(ctx, audit.Line{
		Kind: audit.Read, Operation: "downloadAccessExport", ApplicationIDs: []domain.ID{id}, Purpose: purposeAccessRequest, TraceID: trace,
		Groups: exportedGroups(),
	}, by)
}

// exportedGroups are the column groups of which an answer holds something.
func exportedGroups() []string {
	return made([]domain.ColumnGroup{
		domain.GroupIdentity, domain.GroupSummary, domain.GroupFile, domain.GroupContact, domain.GroupDocuments, domain.GroupSensitive,
	}, func(g domain.ColumnGroup) string { return string(g) })
}

// Write writes the archive, file by file. One that cannot be read ends it: an archive
// without its directory is none, and nobody takes it for whole.
func (e *AccessExport) Write(ctx context.Context, to io.Writer) error {
	archive := zip.NewWriter(to)
	record, err := archive.CreateHeader(e.entry("application.json", zip.Deflate))
	if err != nil {
		return err
	}
	text := json.NewEncoder(record)
	text.SetIndent("", "  ")
	text.SetEscapeHTML(false)
	if err := text.Encode(e.record); err != nil {
		return err
	}
	for _, f := range e.files {
		// Documents and pictures are compressed already.
		file, err := archive.CreateHeader(e.entry(f.path, zip.Store))
		if err != nil {
			return err
		}
		if err := e.service.copyOf(ctx, file, f.name); err != nil {
			return err
		}
	}
	return archive.Close()
}

func (e *AccessExport) entry(name string, method uint16) *zip.FileHeader {
	return &zip.FileHeader{Name: name, Method: method, Modified: e.record.PreparedAt}
}

// exportedReads bounds how many lines of the trail an answer holds: a trail of a year.
const exportedReads = 20_000

// accessRecord reads all that is kept of the applicant, in a number of statements that
// does not depend on how much that is.
func (s *Service) accessRecord(
	granted context.Context, tx *ent.Tx, v *auth.Viewer, id domain.ID, such predicate.Application,
) (*accessRecord, []exportedFile, error) {
	a, err := exportedApplication(granted, tx, id, such)
	if err != nil {
		return nil, nil, err
	}
	c := collecting{today: v.Today(), settings: policy.SettingsOn(v.Today()), a: a, ranks: map[domain.ID]int{}, others: map[domain.ID]bool{}}
	r := &accessRecord{Format: "guichet access export 1", PreparedAt: v.Now.Truncate(time.Second)}
	c.household(r)
	c.application(r)
	c.life(r)
	c.pieces(r)
	if err := c.openings(granted, tx, r); err != nil {
		return nil, nil, err
	}
	lines, err := s.trail.ShownToApplicant(granted, id, audit.Page{Limit: exportedReads})
	if err != nil {
		return nil, nil, err
	}
	shown, err := s.entries(granted, granted, true, lines)
	if err != nil {
		return nil, nil, err
	}
	c.log(r, shown)
	return r, c.files, nil
}
