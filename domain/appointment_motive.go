package domain

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// motivesCSV is for what appointments are given, and how, as dated data. NOTICE.md names
// the source.
//
//go:embed appointment_motives.csv
var motivesCSV []byte

// MotiveCode names for what an appointment is given (motif de rendez-vous).
type MotiveCode string

// PersonalisedMotive is the appointment that starts the delay of the single file.
const PersonalisedMotive MotiveCode = "PERSONALISED"

// AppointmentMode is how people meet (modalité de rendez-vous).
type AppointmentMode string

// The modes.
const (
	OnSite  AppointmentMode = "ON_SITE"
	ByPhone AppointmentMode = "PHONE"
	ByVideo AppointmentMode = "VIDEO"
	AtHome  AppointmentMode = "HOME"
)

// Values lists the modes, in the order of the contract.
func (AppointmentMode) Values() []string {
	return []string{string(OnSite), string(ByPhone), string(ByVideo), string(AtHome)}
}

// MarshalGQL writes the word of the contract.
func (m AppointmentMode) MarshalGQL(w io.Writer) { marshalEnum(w, m) }

// UnmarshalGQL reads the word of the contract.
func (m *AppointmentMode) UnmarshalGQL(v any) error { return unmarshalEnum(v, m) }

// AppointmentBooker is who may book for a motive.
type AppointmentBooker string

// Who may book.
const (
	AgentBooks     AppointmentBooker = "AGENT"
	ApplicantBooks AppointmentBooker = "APPLICANT"
)

// Values lists who may book, in the order of the contract.
func (AppointmentBooker) Values() []string {
	return []string{string(AgentBooks), string(ApplicantBooks)}
}

// MarshalGQL writes the word of the contract.
func (b AppointmentBooker) MarshalGQL(w io.Writer) { marshalEnum(w, b) }

// UnmarshalGQL reads the word of the contract.
func (b *AppointmentBooker) UnmarshalGQL(v any) error { return unmarshalEnum(v, b) }

// AppointmentFollowUp is what an appointment leads to.
type AppointmentFollowUp string

// What appointments lead to.
const (
	FollowUpRegistration AppointmentFollowUp = "REGISTRATION"
	FollowUpRenewal      AppointmentFollowUp = "RENEWAL"
	FollowUpSingleFile   AppointmentFollowUp = "SINGLE_FILE"
	FollowUpInterview    AppointmentFollowUp = "INTERVIEW"
	FollowUpPriority     AppointmentFollowUp = "PRIORITY"
	FollowUpAdapted      AppointmentFollowUp = "ADAPTED_HOUSING"
)

// Values lists what appointments lead to, in the order of the contract.
func (AppointmentFollowUp) Values() []string {
	return []string{
		string(FollowUpRegistration), string(FollowUpRenewal), string(FollowUpSingleFile),
		string(FollowUpInterview), string(FollowUpPriority), string(FollowUpAdapted),
	}
}

// MarshalGQL writes the word of the contract.
func (f AppointmentFollowUp) MarshalGQL(w io.Writer) { marshalEnum(w, f) }

// UnmarshalGQL reads the word of the contract.
func (f *AppointmentFollowUp) UnmarshalGQL(v any) error { return unmarshalEnum(v, f) }

// AppointmentMotive is for what an appointment is given, and by which rules.
type AppointmentMotive struct {
	Code MotiveCode
	// From and Until are the days on which it is in use, the last one not among them; a
	// zero Until leaves it open.
	From, Until Date
	// Level is the level of service that the reception point needs.
	Level int
	// Minutes is how long it lasts.
	Minutes    int
	Modes      []AppointmentMode
	BookableBy []AppointmentBooker
	// MinNotice is how long before its beginning it is booked at the latest, MaxDays how
	// many days before at the earliest.
	MinNotice time.Duration
	MaxDays   int
	// Roles are those of the staff that receives together: one agent, or a pair.
	Roles    []Role
	FollowUp AppointmentFollowUp
	// Sensitive ones tell of disability, violence or hardship by their name.
	Sensitive bool
	Words     Text
}

// Length is how long the appointment lasts.
func (m AppointmentMotive) Length() time.Duration { return time.Duration(m.Minutes) * time.Minute }

// MinNoticeHours is the notice in whole hours, as the contract tells it.
func (m AppointmentMotive) MinNoticeHours() int { return int(m.MinNotice / time.Hour) }

// BookedBy tells whether that one may book it.
func (m AppointmentMotive) BookedBy(b AppointmentBooker) bool {
	return slices.Contains(m.BookableBy, b)
}

var motives = sync.OnceValue(func() []AppointmentMotive {
	all, err := parseMotives(motivesCSV)
	if err != nil {
		panic("domain: appointment_motives.csv: " + err.Error()) //nolint:forbidigo // part of the program, read by a test
	}
	return all
})

// MotivesOn are the motives in use on that day, in the order of the list.
func MotivesOn(day Date) []AppointmentMotive {
	return slices.DeleteFunc(slices.Clone(motives()), func(m AppointmentMotive) bool { return !within(day, m.From, m.Until) })
}

// MotiveOn finds a motive in use on that day, or says that there is none.
func MotiveOn(code MotiveCode, day Date) (AppointmentMotive, Refusals) {
	all := MotivesOn(day)
	i := slices.IndexFunc(all, func(m AppointmentMotive) bool { return m.Code == code })
	if i < 0 {
		return AppointmentMotive{}, Refusals{refuse(Unknown,
			"There is no such motive: appointmentMotives lists them.",
			"Ce motif n'existe pas : appointmentMotives les énumère.", "motive")}
	}
	return all[i], nil
}

// SensitiveMotives are the codes that tell by themselves what few may know, of every day.
func SensitiveMotives() []MotiveCode {
	var codes []MotiveCode
	for _, m := range motives() {
		if m.Sensitive && !slices.Contains(codes, m.Code) {
			codes = append(codes, m.Code)
		}
	}
	return codes
}

func parseMotives(table []byte) ([]AppointmentMotive, error) {
	lines, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil {
		return nil, err
	}
	var all []AppointmentMotive
	for n, line := range lines[1:] {
		m, err := parseMotive(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+2, err)
		}
		all = append(all, m)
	}
	return all, nil
}

func parseMotive(line []string) (m AppointmentMotive, err error) {
	m = AppointmentMotive{Code: MotiveCode(line[0]), Sensitive: line[11] == "yes", Words: Text{FR: line[12], EN: line[13]}}
	if m.From, err = ParseDate(line[1]); err == nil && line[2] != "" {
		m.Until, err = ParseDate(line[2])
	}
	if err == nil {
		m.Level, err = strconv.Atoi(line[3])
	}
	if err == nil {
		m.Minutes, err = strconv.Atoi(line[4])
	}
	if err == nil {
		m.Modes, err = wordsOf[AppointmentMode](line[5])
	}
	if err == nil {
		m.BookableBy, err = wordsOf[AppointmentBooker](line[6])
	}
	if err == nil {
		m.MinNotice, err = time.ParseDuration(line[7])
	}
	if err == nil {
		m.MaxDays, err = strconv.Atoi(line[8])
	}
	if err == nil {
		m.Roles, err = wordsOf[Role](line[9])
	}
	if err != nil {
		return m, err
	}
	follow, err := wordsOf[AppointmentFollowUp](line[10])
	if err != nil || len(follow) != 1 {
		return m, fmt.Errorf("follow-up %q: %w", line[10], err)
	}
	m.FollowUp = follow[0]
	return m, m.check()
}

// check holds what the search for slots rests on.
func (m AppointmentMotive) check() error {
	if m.Minutes <= 0 || m.Minutes%slotStep != 0 || len(m.Modes) == 0 || len(m.Roles) == 0 || len(m.Roles) > maxTeam ||
		m.MaxDays < 1 || m.MaxDays > MaxSlotDays || m.Level < 1 || m.Level > SpecialisedLevel {
		return fmt.Errorf("motive %s is out of bounds", m.Code)
	}
	return nil
}

// wordsOf reads words of an enum that spaces part.
func wordsOf[T enum](s string) ([]T, error) {
	var words []T
	for _, word := range strings.Fields(s) {
		if !slices.Contains(T("").Values(), word) {
			return nil, fmt.Errorf("%q is not a known word", word)
		}
		words = append(words, T(word))
	}
	return words, nil
}
