package calendarfile

import (
	"io"
	"strings"
	"time"

	ical "github.com/arran4/golang-ical"

	"github.com/guichet-logement/guichet/domain"
)

// MediaType is that of a calendar.
const MediaType = "text/calendar; charset=utf-8"

// Entry is an appointment as a calendar shows it: it names nobody, and says not what for.
type Entry struct {
	// UID is the same for the same appointment, however often it is read.
	UID         string
	From, Until time.Time
	// Sequence grows with each change.
	Sequence int
	Mode     domain.AppointmentMode
	// Point and Room are where; Room is empty where none was set aside.
	Point, Room string
}

// refreshEvery is how often programs are asked to look again (RFC 7986, 5.7).
const refreshEvery = "PT15M"

var modeWords = map[domain.AppointmentMode]string{
	domain.OnSite: "Rendez-vous", domain.ByPhone: "Rendez-vous par téléphone",
	domain.ByVideo: "Rendez-vous en visioconférence", domain.AtHome: "Rendez-vous à domicile",
}

// Write writes a calendar of these entries, as it is at that instant.
func Write(to io.Writer, entries []Entry, at time.Time) error {
	c := ical.NewCalendarFor("guichet")
	c.SetMethod(ical.MethodPublish)
	c.SetName("Guichet")
	c.SetXWRCalName("Guichet")
	c.SetRefreshInterval(refreshEvery)
	c.SetXPublishedTTL(refreshEvery)
	for _, e := range entries {
		event := c.AddEvent(e.UID)
		event.SetDtStampTime(at)
		event.SetStartAt(e.From)
		event.SetEndAt(e.Until)
		event.SetSequence(e.Sequence)
		event.SetSummary(modeWords[e.Mode])
		event.SetClass(ical.ClassificationPrivate)
		if place := strings.TrimSuffix(e.Point+", "+e.Room, ", "); e.Mode != domain.AtHome && place != "" {
			event.SetLocation(place)
		}
	}
	return c.SerializeTo(to, ical.WithNewLineWindows) // RFC 5545, 3.1
}
