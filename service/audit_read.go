package service

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"entgo.io/ent"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	rows "github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/policy"
)

// RecordReads runs an operation and puts on record which applications it read, in which
// column groups, before it returns: what it gives back may then be shown.
// A line names what left the database, so that a list may name one row more than the
// page shows, the one by which it knows that there is a next page.
func (s *Service) RecordReads(ctx context.Context, operation, trace string, run func(context.Context)) error {
	c := &reads{
		operation: cmp.Or(operation, "unnamed"), trace: trace, groups: map[domain.ID]domain.GroupSet{},
		grounds: map[domain.ID]string{}, opened: map[domain.ID]domain.GroupSet{},
	}
	c.completed.days = map[domain.Date]map[domain.ID]*Completeness{}
	run(context.WithValue(ctx, readsKey{}, c))
	if s.unrecorded {
		return nil
	}
	if len(c.groups) == 0 {
		return nil
	}
	v := auth.FromContext(ctx)
	// What an act shows was paid for by the act, which has limits of its own and is done.
	if err := s.SpendReads(ctx, v, slices.Collect(maps.Keys(c.grounds))); err != nil && !c.acted {
		return err
	}
	lines, _ := c.lines(v)
	return s.audit.Record(ctx, lines...)
}

// Unrecorded leaves reads off the record, to measure what the record costs. Only tests
// may call it, see arch_test.go.
func (s *Service) Unrecorded() *Service {
	s.unrecorded = true
	return s
}

// reads are the applications that one operation read, the column groups of each, and
// why it could. Root fields may run side by side.
type reads struct {
	operation, trace string

	mu sync.Mutex
	// acted says that something was done, beside what was read.
	acted  bool
	groups map[domain.ID]domain.GroupSet
	// recorded are the groups of each that are on record already.
	recorded map[domain.ID]domain.GroupSet
	// grounds are those of each application, joined by spaces in a fixed order.
	grounds map[domain.ID]string
	// opened are the groups of each that are open.
	opened map[domain.ID]domain.GroupSet

	completed completed
}

// openedApplications are those that the operation has read so far, with what is open.
func (c *reads) openedApplications() map[domain.ID]domain.GroupSet {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.opened)
}

type readsKey struct{}

// acting notes that something is done, and returns the request's trace.
func (c *reads) acting() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acted = true
	return c.trace
}

// areRecorded notes what is on record.
func (c *reads) areRecorded(read map[domain.ID]domain.GroupSet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recorded = read
}

func (c *reads) note(g domain.ColumnGroup, id domain.ID) { c.groups[id] |= g.Bit() }

// noteReads has every query of a record note what it found. An operation that nobody
// records, such as a job, is not noted.
func noteReads(client *rows.Client) {
	note := func(next ent.Querier) ent.Querier {
		return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
			found, err := next.Query(ctx, q)
			if c, ok := ctx.Value(readsKey{}).(*reads); ok && err == nil {
				c.mu.Lock()
				defer c.mu.Unlock()
				c.noteRows(found)
			}
			return found, err
		})
	}
	client.Application.Intercept(ent.InterceptFunc(note))
	client.ApplicationSummary.Intercept(ent.InterceptFunc(note))
	client.ApplicationFile.Intercept(ent.InterceptFunc(note))
	client.ApplicationContact.Intercept(ent.InterceptFunc(note))
	client.Wish.Intercept(ent.InterceptFunc(note))
	client.HouseholdMember.Intercept(ent.InterceptFunc(note))
	client.MemberParticulars.Intercept(ent.InterceptFunc(note))
	client.SensitiveRecord.Intercept(ent.InterceptFunc(note))
	client.Orientation.Intercept(ent.InterceptFunc(note))
	client.ReceptionContact.Intercept(ent.InterceptFunc(note))
	client.Piece.Intercept(ent.InterceptFunc(note))
	client.PieceFile.Intercept(ent.InterceptFunc(note))
	client.Appointment.Intercept(ent.InterceptFunc(note))
	client.WaitingPlace.Intercept(ent.InterceptFunc(note))
	client.Message.Intercept(ent.InterceptFunc(note))
	client.AppointmentOffer.Intercept(ent.InterceptFunc(note))
	client.Interview.Intercept(ent.InterceptFunc(note))
	client.InterviewNote.Intercept(ent.InterceptFunc(note))
	client.Proposal.Intercept(ent.InterceptFunc(note))
	client.Draft.Intercept(ent.InterceptFunc(note))
}

func (c *reads) noteRows(found ent.Value) {
	switch found := found.(type) {
	case []*rows.Application:
		for _, a := range found {
			// A command that looks at a row by its own right shows nothing.
			if opened, seen := policy.OpenedBy(a); seen {
				c.note(domain.GroupIdentity, a.ID)
				c.grounds[a.ID] = joined(opened.Grounds)
				c.opened[a.ID] = opened.Groups
			}
		}
	case []*rows.ApplicationSummary:
		for _, s := range found {
			c.note(domain.GroupSummary, s.ApplicationID)
		}
	case []*rows.ApplicationFile:
		for _, f := range found {
			c.note(domain.GroupFile, f.ApplicationID)
		}
	case []*rows.ApplicationContact:
		for _, a := range found {
			c.note(domain.GroupContact, a.ApplicationID)
		}
	case []*rows.Wish:
		for _, w := range found {
			c.note(domain.GroupSummary, w.ApplicationID)
		}
	case []*rows.HouseholdMember:
		for _, m := range found {
			c.note(domain.GroupFile, m.ApplicationID)
		}
	case []*rows.MemberParticulars:
		for _, p := range found {
			c.note(domain.GroupContact, p.ApplicationID)
		}
	case []*rows.SensitiveRecord:
		for _, r := range found {
			c.note(domain.GroupSensitive, r.ApplicationID)
		}
	case []*rows.Piece:
		for _, p := range found {
			c.note(domain.GroupDocuments, p.ApplicationID)
			if p.Sensitive {
				c.note(domain.GroupSensitive, p.ApplicationID)
			}
		}
	case []*rows.Appointment:
		for _, a := range found {
			c.note(domain.GroupContact, a.ApplicationID)
			if a.Sensitive {
				c.note(domain.GroupSensitive, a.ApplicationID)
			}
		}
	case []*rows.WaitingPlace:
		for _, p := range found {
			c.note(domain.GroupContact, p.ApplicationID)
			if p.Sensitive {
				c.note(domain.GroupSensitive, p.ApplicationID)
			}
		}
	case []*rows.Message:
		for _, m := range found {
			c.note(domain.GroupContact, m.ApplicationID)
			if m.Sensitive {
				c.note(domain.GroupSensitive, m.ApplicationID)
			}
		}
	case []*rows.AppointmentOffer:
		for _, o := range found {
			c.note(domain.GroupContact, o.ApplicationID)
		}
	case []*rows.Orientation:
		for _, o := range found {
			if policy.AboutOpen(o) {
				c.note(domain.GroupContact, o.ApplicationID)
			}
		}
	case []*rows.ReceptionContact:
		for _, x := range found {
			if policy.AboutOpen(x) {
				c.note(domain.GroupContact, *x.ApplicationID)
			}
		}
	case []*rows.Interview:
		for _, i := range found {
			c.note(domain.GroupFile, i.ApplicationID)
			if i.Kind.Sensitive() {
				c.note(domain.GroupSensitive, i.ApplicationID)
			}
		}
	case []*rows.InterviewNote:
		for _, n := range found {
			c.note(domain.ColumnGroup(n.Audience), n.ApplicationID)
		}
	case []*rows.Proposal:
		for _, p := range found {
			c.note(domain.GroupDecisions, p.ApplicationID)
		}
	case []*rows.PieceFile:
		for _, f := range found {
			c.note(domain.GroupDocuments, f.ApplicationID)
		}
	case []*rows.Draft: // a form states something of each
		for _, d := range found {
			for _, g := range []domain.ColumnGroup{
				domain.GroupIdentity, domain.GroupSummary, domain.GroupFile, domain.GroupContact, domain.GroupSensitive,
			} {
				c.note(g, d.ApplicationID)
			}
		}
	}
}

// shown is what the lines of several applications have in common.
type shown struct {
	grounds string
	groups  domain.GroupSet
}

// lines are what is to be put on record, with the groups that then are: one for each set of grounds and of groups, and
// thousand applications: whoever asks why a file was seen gets the grounds of that file
// and what was shown of it.
func (c *reads) lines(v *auth.Viewer) (lines []audit.Line, read map[domain.ID]domain.GroupSet) {
	c.mu.Lock()
	defer c.mu.Unlock()
	alike := map[shown][]domain.ID{}
	for _, id := range slices.Sorted(maps.Keys(c.groups)) {
		what := shown{c.grounds[id], c.groups[id]}
		if c.recorded[id] == what.groups {
			continue
		}
		alike[what] = append(alike[what], id)
	}
	for what, all := range alike {
		line := actorLine(v, strings.Fields(what.grounds))
		line.Kind, line.Operation, line.TraceID = audit.Read, c.operation, c.trace
		for _, g := range what.groups.Groups() {
			line.Groups = append(line.Groups, string(g))
		}
		for ids := range slices.Chunk(all, audit.MaxApplications) {
			line.ApplicationIDs = ids
			lines = append(lines, line)
		}
	}
	return lines, maps.Clone(c.groups)
}

func joined(grounds []domain.Ground) string {
	words := make([]string, len(grounds))
	for i, g := range grounds {
		words[i] = string(g)
	}
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

// The purposes for which applications are read, as codes of the audit trail (décret
// 2017-917, art. 1).
const (
	purposeReception  = "RECEPTION"
	purposeAllocation = "ALLOCATION"
	purposeOwnFile    = "OWN_FILE"
)

// actorLine is a line about who the viewer is, by the grounds that opened what it
// read: its organisation, roles and point are those of the assignments behind them.
func actorLine(v *auth.Viewer, grounds []string) audit.Line {
	line := audit.Line{PersonID: v.PersonID, OrganisationID: v.PortalID, Grounds: grounds}
	if v.App != nil {
		line.AppID = v.App.ID
	}
	if v.Applicant {
		line.Purpose = purposeOwnFile
	}
	points := map[domain.ID]bool{}
	for _, c := range policy.Claims(v) {
		if c.Missing != "" || len(grounds) > 0 && !slices.Contains(grounds, string(c.Rule.Ground)) {
			continue
		}
		if c.Assignment == nil {
			continue
		}
		if line.OrganisationID == "" {
			line.OrganisationID = c.Assignment.OrganisationID
		}
		if !slices.Contains(line.Roles, c.Assignment.Role) {
			line.Roles = append(line.Roles, c.Assignment.Role)
		}
		for _, p := range c.Assignment.PointIDs {
			points[p] = true
		}
		line.Purpose = purposeReception
		if c.Assignment.Role == domain.AllocationOfficer {
			line.Purpose = purposeAllocation
		}
	}
	if len(points) == 1 { // several say nothing of where the caller sits
		for p := range points {
			line.ReceptionPointID = p
		}
	}
	return line
}
