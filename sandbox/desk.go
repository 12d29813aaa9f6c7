package sandbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

const (
	// deskDays is for how many days before today and after it desks have appointments.
	deskDays = 11
	// toldWithin is how many days they take to record who came.
	toldWithin = 4
)

// deskWork is what a desk gives appointments for, and who does.
type deskWork struct {
	point, agent string
	motive       domain.MotiveCode
	interview    domain.InterviewKind
	// daily is how many appointments a day.
	daily int
}

var deskWorks = []deskWork{
	{"mairie-grenoble", "commune-grenoble-agent", domain.RenewalMotive, domain.SimpleInterview, 2},
	{sharedDesk, "shared-desk-agent", domain.RenewalMotive, domain.SimpleInterview, 1},
	{"mairie-echirolles", "commune-echirolles-agent", domain.PersonalisedMotive, domain.PersonalisedInterview, 1},
}

// Work has some desks at work, unless one ever was: what they did on the days before now, less
// what is still to be recorded, and have booked for those after. People act as everybody does,
// each on its day, so that rights, limits and the trail hold for what they did, and appointments
// lie around the day on which a sandbox begins. What they may not do is left out: a sandbox may
// have few applications, or begin years after they were made.
func Work(ctx context.Context, s *service.Service, now time.Time) error {
	if worked, err := s.Received(ctx); err != nil || worked {
		return err
	}
	for _, w := range deskWorks {
		if err := w.play(ctx, s, now); err != nil {
			return fmt.Errorf("the desk of %s: %w", w.point, err)
		}
	}
	return designate(ctx, s, now)
}

// act does something as a persona at a time. What is refused, and what it may not do, is left
// out.
func act(ctx context.Context, s *service.Service, persona string, at time.Time, do func(context.Context) error) error {
	v, err := s.Recognise(ctx, auth.Identity{Issuer: IssuerURL, Subject: persona}, at)
	if err == nil {
		err = do(auth.NewContext(ctx, v))
	}
	var refused domain.Refusals
	var denied *domain.Error
	if errors.As(err, &refused) || errors.As(err, &denied) && (denied.Code == domain.Forbidden || denied.Code == domain.NotFound) {
		return nil
	}
	return err
}

func (w deskWork) play(ctx context.Context, s *service.Service, now time.Time) error {
	desk, err := s.SandboxDesk(ctx, w.point, 2*w.daily*deskDays+1)
	if err != nil {
		return err
	}
	files, today := desk.ApplicationIDs, domain.DateOf(now)
	var full domain.Date // the last day with all its appointments
	for day := today.AddDays(-deskDays); !today.AddDays(deskDays).Before(day); day = day.AddDays(1) {
		if err := w.answer(ctx, s, desk.PointID, day, now); err != nil {
			return err
		}
		for n := 0; n < w.daily && len(files) > 0; n++ {
			booked, err := w.book(ctx, s, desk.PointID, files[0], day, now)
			if err != nil {
				return err
			}
			if booked.id == "" { // nobody receives on that day
				break
			}
			if n == w.daily-1 {
				full = day
			}
			if files = files[1:]; day.AddDays(toldWithin).Before(today) {
				if err := w.receive(ctx, s, booked, len(files)); err != nil {
					return err
				}
			}
		}
	}
	if len(files) == 0 || full.Before(today) || w.daily == 1 { // each of two people has one of the day
		return nil
	}
	return w.plan(ctx, s, desk.PointID, files[0], full, now)
}

// appointment is one that was given.
type appointment struct {
	id, application domain.ID
	version         int
	domain.Period
	participants []domain.Participant
}

// book gives one of the slots of that day, some days before.
func (w deskWork) book(ctx context.Context, s *service.Service, point, file domain.ID, day domain.Date, now time.Time) (booked appointment, err error) {
	at := day.AddDays(-7).At(domain.NewLocalTime(10, 0))
	if now.Before(at) {
		at = now
	}
	return booked, act(ctx, s, w.agent, at, func(ctx context.Context) error {
		from, until := day.At(0), day.AddDays(1).At(0)
		page, err := s.Slots(ctx, service.SlotSearch{
			Motive: w.motive, Mode: domain.OnSite, Points: []domain.ID{point}, From: &from, Until: &until, First: 100,
		})
		if err != nil || len(page.Slots) == 0 {
			return err
		}
		a, err := s.BookAppointment(ctx, service.Booking{
			ApplicationID: file, Motive: w.motive, Mode: domain.OnSite, ReceptionPointID: point, StartsAt: page.Slots[int(day.Weekday())*len(page.Slots)/7].From,
		})
		if a != nil {
			booked = appointment{a.ID, file, a.Version, domain.Period{From: a.StartsAt, Until: a.EndsAt}, a.Participants}
		}
		return err
	})
}

// receive has the applicant come, or not, and writes down what was said.
func (w deskWork) receive(ctx context.Context, s *service.Service, a appointment, n int) error {
	attendance := domain.AttendanceHonoured
	if n%5 == 2 {
		attendance = domain.AttendanceNoShow
	}
	told := make([]domain.Participant, len(a.participants))
	for i, p := range a.participants {
		told[i] = domain.Participant{MemberID: p.MemberID, Attendance: attendance}
	}
	return act(ctx, s, w.agent, a.Until, func(ctx context.Context) error {
		if _, err := s.RecordAttendance(ctx, a.id, a.version, told); err != nil || attendance != domain.AttendanceHonoured {
			return err
		}
		_, err := s.RecordInterview(ctx, a.application, a.id, domain.InterviewForm{
			Kind: w.interview, HeldOn: domain.DateOf(a.From),
			Notes: []domain.NoteForm{{Audience: domain.NoteForFile, Text: interviewNotes[n%len(interviewNotes)]}},
		})
		return err
	})
}

// interviewNotes are what agents write down.
var interviewNotes = []string{
	"Souhaite rester près de l'école des enfants. Accepterait une commune voisine desservie par le tram.",
	"Ressources à mettre à jour : attend sa prochaine fiche de paie.",
	"A compris les délais. Demande à être rappelé avant le renouvellement.",
	"Le loyer actuel dépasse le tiers des revenus du ménage.",
}

// answer records who came by and called on a day that is over, without a name.
func (w deskWork) answer(ctx context.Context, s *service.Service, point domain.ID, day domain.Date, now time.Time) error {
	if _, closed := domain.HolidayOn(day); closed || day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		return nil
	}
	for i, c := range []struct {
		at              domain.LocalTime
		channel         domain.ContactChannel
		motive, outcome string
		minutes         int
	}{
		{domain.NewLocalTime(9, 20), domain.ContactAtCounter, "INFORMATION", "FORM_GIVEN", 15},
		{domain.NewLocalTime(10, 5), domain.ContactByPhone, "FOLLOW_UP", "INFORMED", 5},
		{domain.NewLocalTime(11, 40), domain.ContactAtCounter, "PIECES", "PIECES_TAKEN", 10},
		{domain.NewLocalTime(14, 10), domain.ContactByPhone, "APPOINTMENT", "APPOINTMENT_SET", 5},
		{domain.NewLocalTime(15, 30), domain.ContactMissed, "", "", 0},
	} {
		at := day.At(c.at)
		if !at.Before(now) || (int(day.Weekday())+i)%3 == 0 {
			continue
		}
		entry := domain.ContactEntry{ReceptionPointID: point, Channel: c.channel}
		if c.motive != "" {
			entry.Motive, entry.Outcome, entry.Minutes = &c.motive, &c.outcome, &c.minutes
		}
		if err := act(ctx, s, w.agent, at, func(ctx context.Context) error {
			_, err := s.RecordContact(ctx, entry)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// plan has an application wait for an appointment, and the agent away on a day for which some
// are booked.
func (w deskWork) plan(ctx context.Context, s *service.Service, point, file domain.ID, away domain.Date, now time.Time) error {
	return act(ctx, s, w.agent, now, func(ctx context.Context) error {
		if _, err := s.JoinWaitingList(ctx, file, domain.Waiting{
			Motive: w.motive, Mode: domain.OnSite, Points: []domain.ID{point}, Until: away.AddDays(14),
		}); err != nil {
			return err
		}
		_, _, err := s.DeclareAbsence(ctx, domain.Absence{
			PersonID: auth.FromContext(ctx).PersonID, Reason: domain.AbsentAtTraining,
			Period: domain.Period{From: away.At(0), Until: away.AddDays(1).At(0)},
		})
		return err
	})
}

// designate has the State designate an applicant under a right of its own.
func designate(ctx context.Context, s *service.Service, now time.Time) error {
	right, home, err := s.SandboxRight(ctx, "state", domain.DateOf(now))
	if err != nil || right == "" {
		return err
	}
	desk, err := s.SandboxDesk(ctx, "mairie-grenoble", 1)
	if err != nil || len(desk.ApplicationIDs) == 0 {
		return err
	}
	return act(ctx, s, "state-allocation", now, func(ctx context.Context) error {
		_, err := s.DesignateCandidate(ctx, service.Candidate{ApplicationID: desk.ApplicationIDs[0], DwellingID: home, ReservationRightID: right})
		return err
	})
}
