package policy

import (
	_ "embed"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/guichet-logement/guichet/domain"
)

// settingsCSV is how long and how often, as versioned data: one line for each setting
// and period, with the article it rests on.
//
//go:embed settings.csv
var settingsCSV []byte

// Settings are how long what an act opens stays open, and how often it may fail or be
// done, on one day.
type Settings struct {
	// ContactAge is how long ago a contact may be on which an applicant is received.
	ContactAge time.Duration
	// ReceptionGrant and EmergencyGrant are how long those grounds hold.
	ReceptionGrant, EmergencyGrant time.Duration
	// PersonFailures, PointFailures, NumberFailures and AccountFailures bound the
	// attempts to name an application that fail.
	PersonFailures, PointFailures, NumberFailures, AccountFailures domain.Limit
	// FormerPoint is how long a point sees what it has handed over.
	FormerPoint time.Duration
	// Orientation is how long each step of an orientation may take.
	Orientation domain.OrientationDelays
	// WaitingOffer is how long a slot is held for the first of the waiting list.
	WaitingOffer time.Duration
	// ContactLate is how long after a contact it may still be recorded.
	ContactLate time.Duration
	// CodeLife and CodeTries bound a code that is handed over at a desk.
	CodeLife  time.Duration
	CodeTries int
	// Emergencies are those of one person.
	Emergencies domain.Limit
	// ReadsAnHour and ReadsADay bound the applications that are shown to one person, and
	// by one app.
	ReadsAnHour, ReadsADay domain.Limit
	// UploadBytes bounds a file, UploadLife how long it may take to send it after the last
	// byte that came, Uploads how many one caller may have on their way.
	UploadBytes int
	UploadLife  time.Duration
	Uploads     int
	// ExportPieces and ExportBytes bound the files that go with an answer to who asks what
	// is kept of it.
	ExportPieces, ExportBytes int
	// TicketLife is how long what a ticket is for can be fetched by it.
	TicketLife time.Duration
	// PieceDays is how long an applicant has to give another piece, unless told otherwise.
	PieceDays int
	// ReceiptWait is how long the national digitiser may say nothing of a piece that it took
	// before it may be sent again.
	ReceiptWait time.Duration
	// Reminder is how long before an appointment the applicant is reminded of it, AnswerTime
	// how long afterwards it may be asked what it thinks.
	Reminder, AnswerTime time.Duration
	// MailPrice and TextPrice are what a message by mail and a segment of a text message cost, in
	// thousandths of a cent.
	MailPrice, TextPrice int
	// OfferDays is how long an appointment is offered that comes with a registration.
	OfferDays int
	// InDepthMonths and InDepthReasons are after how long, and for how many reasons, an
	// application calls for an in-depth interview.
	InDepthMonths, InDepthReasons int
	// InDepthRefusals is for how many proposals refused in the last RefusalMonths it does.
	InDepthRefusals, RefusalMonths int
	// PutForwardDays is how long whose candidate somebody was sees the application afterwards.
	PutForwardDays int
	// CalendarFeed is how long a feed of a calendar lasts.
	CalendarFeed time.Duration
	// PublicationThreshold and PublicationBase make exact counts figures for anyone.
	PublicationThreshold, PublicationBase int
	// RentLandlords, RentShare, RentBase and RentMonths make rents that are stated figures for
	// anyone: see [domain.RentRule].
	RentLandlords, RentShare, RentBase, RentMonths int
}

// MessagePrice is what one unit of the channel costs, in thousandths of a cent.
func (s Settings) MessagePrice(by domain.MessageChannel) int {
	if by == domain.MessageByText {
		return s.TextPrice
	}
	return s.MailPrice
}

// targets say where a setting is read into, by its name in the table.
func (s *Settings) targets() map[string]any {
	return map[string]any{
		"contactAge": &s.ContactAge, "receptionGrant": &s.ReceptionGrant, "emergencyGrant": &s.EmergencyGrant,
		"personFailures": &s.PersonFailures, "pointFailures": &s.PointFailures, "numberFailures": &s.NumberFailures,
		"accountFailures": &s.AccountFailures, "codeLife": &s.CodeLife, "codeTries": &s.CodeTries,
		"uploadBytes": &s.UploadBytes, "uploadLife": &s.UploadLife, "uploads": &s.Uploads, "ticketLife": &s.TicketLife,
		"pieceDays": &s.PieceDays, "receiptWait": &s.ReceiptWait,
		"exportPieces": &s.ExportPieces, "exportBytes": &s.ExportBytes,
		"orientationAnswer": &s.Orientation.Answer, "orientationAppointment": &s.Orientation.Appointment,
		"orientationReception": &s.Orientation.Reception, "orientationReport": &s.Orientation.Report,
		"orientedAfter": &s.Orientation.After, "contactLate": &s.ContactLate, "waitingOffer": &s.WaitingOffer,
		"reminder": &s.Reminder, "answerTime": &s.AnswerTime, "offerDays": &s.OfferDays,
		"mailPrice": &s.MailPrice, "textPrice": &s.TextPrice,
		"inDepthMonths": &s.InDepthMonths, "inDepthReasons": &s.InDepthReasons,
		"inDepthRefusals": &s.InDepthRefusals, "refusalMonths": &s.RefusalMonths, "putForwardDays": &s.PutForwardDays, "calendarFeed": &s.CalendarFeed,
		"publicationThreshold": &s.PublicationThreshold, "publicationBase": &s.PublicationBase,
		"rentLandlords": &s.RentLandlords, "rentShare": &s.RentShare, "rentBase": &s.RentBase, "rentMonths": &s.RentMonths,
		"emergencies": &s.Emergencies, "formerPoint": &s.FormerPoint, "readsAnHour": &s.ReadsAnHour, "readsADay": &s.ReadsADay,
	}
}

var settingRows = sync.OnceValue(func() []domain.DatedSetting {
	rows, err := parseSettings(settingsCSV)
	if err != nil {
		panic("policy: settings.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return rows
})

func parseSettings(table []byte) ([]domain.DatedSetting, error) {
	rows, err := domain.ParseDatedSettings(table)
	if err != nil {
		return nil, err
	}
	targets := new(Settings).targets()
	for _, row := range rows {
		if err := set(targets, row); err != nil {
			return nil, fmt.Errorf("%s: %w", row.Name, err)
		}
	}
	return rows, nil
}

func set(targets map[string]any, row domain.DatedSetting) (err error) {
	switch target := targets[row.Name].(type) {
	case *time.Duration:
		*target, err = time.ParseDuration(row.Value)
	case *domain.Limit:
		*target, err = domain.ParseLimit(row.Value)
	case *int:
		*target, err = strconv.Atoi(row.Value)
	default:
		err = fmt.Errorf("there is no setting %q", row.Name)
	}
	return err
}

// lastSettings are those of the day that was asked for last, nearly always today.
var lastSettings atomic.Pointer[settingsOfDay]

type settingsOfDay struct {
	day domain.Date
	Settings
}

// SettingsOn are the settings in force on that day.
func SettingsOn(day domain.Date) Settings {
	if last := lastSettings.Load(); last != nil && last.day == day {
		return last.Settings
	}
	on := &settingsOfDay{day: day}
	targets := on.targets()
	for _, row := range settingRows() {
		if row.On(day) {
			_ = set(targets, row) // it was set once before
		}
	}
	lastSettings.Store(on)
	return on.Settings
}
