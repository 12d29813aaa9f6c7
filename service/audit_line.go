package service

import (
	"context"
	"errors"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

var errNoAudit = errors.New("an act on applications without an audit trail")

// noteAct puts on record, just before the commit, what the viewer did to these
// applications by an assignment, nil for an applicant. The trail may tell of an act
// whose commit failed, never the reverse.
func (s *Service) noteAct(ctx context.Context, act string, by *auth.Assignment, ids ...domain.ID) error {
	return s.note(ctx, audit.Line{Kind: audit.Write, Operation: act, ApplicationIDs: ids}, by)
}

// noteShown is noteAct of an act whose answer was read in its transaction: what was read goes
// on record with it, and waits for no line of its own.
func (s *Service) noteShown(ctx context.Context, act string, by *auth.Assignment, id domain.ID) error {
	line := audit.Line{Kind: audit.Write, Operation: act, ApplicationIDs: []domain.ID{id}}
	c, ok := ctx.Value(readsKey{}).(*reads)
	if !ok || s.unrecorded {
		return s.note(ctx, line, by)
	}
	lines, read := c.lines(auth.FromContext(ctx))
	if err := s.note(ctx, line, by, lines...); err != nil {
		return err
	}
	c.areRecorded(read)
	return nil
}

// note puts a line on record, with who acted, beside others. A line that is refused does not name the
// application: who reads the trail need not see it.
func (s *Service) note(ctx context.Context, line audit.Line, by *auth.Assignment, beside ...audit.Line) error {
	if s.audit == nil {
		return errNoAudit
	}
	v := auth.FromContext(ctx)
	line.PersonID = v.PersonID
	if c, ok := ctx.Value(readsKey{}).(*reads); ok {
		line.TraceID = c.acting()
	}
	if v.App != nil {
		line.AppID = v.App.ID
	}
	if by != nil {
		line.OrganisationID, line.Roles = by.OrganisationID, []domain.Role{by.Role}
	}
	return s.audit.Record(ctx, append([]audit.Line{line}, beside...)...)
}
