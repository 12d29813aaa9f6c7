package service

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/appointment"
	"github.com/guichet-logement/guichet/ent/commune"
	"github.com/guichet-logement/guichet/ent/interview"
	"github.com/guichet-logement/guichet/ent/interviewnote"
	"github.com/guichet-logement/guichet/policy"
)

// RecordInterview writes an interview down that the viewer held, with its notes. It is nil
// where the viewer does not see what it wrote.
func (s *Service) RecordInterview(ctx context.Context, id, appointment domain.ID, form domain.InterviewForm) (*ent.Interview, error) {
	v := auth.FromContext(ctx)
	act := policy.InterviewActOf(form.Kind)
	var made domain.ID
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		granted, l, err := s.allowed(ctx, tx, id, act)
		if err != nil {
			return err
		}
		if err := form.Check(l.today).Err(); err != nil {
			return err
		}
		if err := l.checkInterview(ctx, granted, appointment, form); err != nil {
			return err
		}
		c := tx.Interview.Create().SetApplicationID(id).SetKind(form.Kind).SetHeldOn(form.HeldOn).SetHeldByID(v.PersonID).
			SetOrganisationID(l.by.Assignment.OrganisationID).SetNillableReceptionPointID(optional(l.point)).
			SetNillableAppointmentID(optional(appointment))
		if form.Project != nil {
			c.SetProject(form.Project)
		}
		held, err := c.Save(granted)
		if err != nil {
			return err
		}
		made = held.ID
		for _, n := range form.Notes {
			if err := l.writeNote(granted, made, n); err != nil {
				return err
			}
		}
		return s.noteAct(ctx, string(act), l.by.Assignment, id)
	})
	if err != nil {
		return nil, err
	}
	return s.seenInterview(ctx, made)
}

// checkInterview refuses an appointment that is not one of the application, as far as the
// viewer sees it, communes that are none, and one interview more than may be.
func (l *living) checkInterview(ctx, granted context.Context, of domain.ID, form domain.InterviewForm) error {
	if of != "" {
		if _, err := l.tx.Appointment.Query().Where(appointment.ID(of), appointment.ApplicationID(l.life.ID)).Only(ctx); err != nil {
			return notFound(err)
		}
	}
	if form.Project != nil && len(form.Project.Communes) > 0 {
		known, err := l.tx.Commune.Query().Where(commune.InseeCodeIn(form.Project.Communes...)).Count(granted)
		if err != nil {
			return err
		}
		if known < len(form.Project.Communes) {
			return domain.Refusals{domain.UnknownCommune("project", "communes")}
		}
	}
	n, err := l.tx.Interview.Query().Where(interview.ApplicationID(l.life.ID)).Count(granted)
	if err == nil && n >= domain.MaxInterviews {
		return domain.TooManyInterviews()
	}
	return err
}

// writeNote writes a note for its readers.
func (l *living) writeNote(granted context.Context, of domain.ID, n domain.NoteForm) error {
	v := auth.FromContext(granted)
	return l.tx.InterviewNote.Create().SetApplicationID(l.life.ID).SetInterviewID(of).SetAudience(n.Audience).SetText(n.Text).
		SetAuthorID(v.PersonID).SetOrganisationID(l.by.Assignment.OrganisationID).SetWrittenAt(storedInstant(v.Now)).Exec(granted)
}

// AddInterviewNote adds a note to an interview that the viewer sees.
func (s *Service) AddInterviewNote(ctx context.Context, id domain.ID, n domain.NoteForm) (*ent.Interview, error) {
	act := policy.NoteActOf(n.Audience)
	err := s.inTx(ctx, func(tx *ent.Tx) error {
		held, err := tx.Interview.Query().Where(interview.ID(id)).Only(ctx)
		if err != nil {
			return notFound(err)
		}
		granted, l, err := s.allowed(ctx, tx, held.ApplicationID, act)
		if err != nil {
			return err
		}
		if err := n.Check(held.Kind, "text").Err(); err != nil {
			return err
		}
		// Of those that the viewer sees, under the lock of the application.
		seen, err := tx.InterviewNote.Query().Where(interviewnote.InterviewID(id)).All(ctx)
		if err != nil {
			return err
		}
		if len(seen) >= domain.MaxInterviewNotes {
			return domain.TooManyNotes()
		}
		if err := l.writeNote(granted, id, n); err != nil {
			return err
		}
		return s.noteAct(ctx, string(act), l.by.Assignment, held.ApplicationID)
	})
	if err != nil {
		return nil, err
	}
	return s.seenInterview(ctx, id)
}

func (s *Service) seenInterview(ctx context.Context, id domain.ID) (*ent.Interview, error) {
	held, err := s.ent.Interview.Query().Where(interview.ID(id)).Only(ctx)
	return held, ent.MaskNotFound(err)
}

// moveInterviews gives the interviews of an application that is merged to the one that is
// kept.
func (l *living) moveInterviews(granted context.Context, to domain.ID) error {
	err := l.tx.Interview.Update().Where(interview.ApplicationID(l.life.ID), interview.MovedFromIDIsNil()).
		SetApplicationID(to).SetMovedFromID(l.life.ID).Exec(granted)
	if err != nil {
		return err
	}
	return l.tx.InterviewNote.Update().Where(interviewnote.ApplicationID(l.life.ID), interviewnote.MovedFromIDIsNil()).
		SetApplicationID(to).SetMovedFromID(l.life.ID).Exec(granted)
}

// takeBackInterviews gives an application whose merge is undone its interviews again.
func (l *living) takeBackInterviews(granted context.Context) error {
	err := l.tx.Interview.Update().Where(interview.MovedFromID(l.life.ID)).
		SetApplicationID(l.life.ID).ClearMovedFromID().Exec(granted)
	if err != nil {
		return err
	}
	return l.tx.InterviewNote.Update().Where(interviewnote.MovedFromID(l.life.ID)).
		SetApplicationID(l.life.ID).ClearMovedFromID().Exec(granted)
}
