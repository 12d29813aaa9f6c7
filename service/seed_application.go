package service

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy"
)

// SandboxApplication is a fictional application. Points are keys of the directory,
// people are subjects of the sandbox's tokens.
type SandboxApplication struct {
	ID           domain.ID
	UniqueNumber domain.UniqueNumber // empty while the application waits for validation
	State        domain.ApplicationState
	// RegisteredOn is the day of the first deposit, which renewals keep; RegisteredAt is
	// the instant.
	RegisteredOn, RenewedOn, ValidUntil domain.Date
	RegisteredAt                        time.Time
	// RemovedOn is zero for one that is not.
	RemovedOn  domain.Date
	RemovedFor domain.RemovalReason
	// StatedOn is the day on which it is as it is told here.
	StatedOn domain.Date
	// Protected files are seen by the agents named on them alone, whom one person
	// proposed and another one confirmed.
	Protected               bool
	NamedAgents             []string
	ProposedBy, ConfirmedBy string
	// FollowingPoint is empty when nobody follows the application.
	FollowingPoint string
	FollowedSince  domain.Date
	// Contributing: an adult works for an employer of the list that is confirmed.
	Contributing bool
	// ReceptionDeadline is the last day for a first reception.
	ReceptionDeadline domain.Date
	// Wishes are in the order of the applicant's preference.
	Wishes     []domain.InseeCode
	Typologies []domain.Typology

	TaxYear                     int
	TaxIncome, MonthlyResources domain.Money
	Housing                     domain.HousingClass
	// Reasons are codes of the national registry that tell nothing sensitive.
	Reasons []string

	Address, PostalCode, Town string
	Phone                     domain.PhoneNumber
	Email                     string
	// HelpingStructure helps with the application (travailleur social, association).
	HelpingStructure string

	// Oriented is where the applicant was sent, nil for nowhere.
	Oriented *SandboxOrientation

	// Members are the household, the applicant first.
	Members []SandboxMember
	// Pieces are those that were given, Blind those given under the number by somebody who
	// does not see the application; see [SeedPieces].
	Pieces, Blind []SandboxPiece
}

// SandboxOrientation is one that has come to that state, a step every other day.
type SandboxOrientation struct {
	From, To           string
	SentBy, AcceptedBy string
	Reason             domain.OrientationReason
	State              domain.OrientationState
	SentAt             time.Time
}

// way takes the steps that lead to the state.
func (o SandboxOrientation) way() domain.Orientation {
	at := o.SentAt
	delays := policy.SettingsOn(domain.DateOf(at)).Orientation
	way := domain.SendOrientation(at, delays)
	then := func(step orientationStep) {
		at = at.AddDate(0, 0, 2)
		way, _ = step(way, at, delays) // each is open where it is taken
	}
	declined := func(d domain.Orientation, at time.Time, delays domain.OrientationDelays) (domain.Orientation, domain.Refusals) {
		return d.Decline(domain.DeclinedFull, at, delays)
	}
	reported := func(d domain.Orientation, at time.Time, delays domain.OrientationDelays) (domain.Orientation, domain.Refusals) {
		return d.ReportBack(domain.OutcomeSingleFile, at, delays)
	}
	steps := map[domain.OrientationState][]orientationStep{
		domain.OrientationAccepted:    {domain.Orientation.Accept},
		domain.OrientationAppointment: {domain.Orientation.Accept, domain.Orientation.SetAppointment},
		domain.OrientationReceived:    {domain.Orientation.Accept, domain.Orientation.Receive},
		domain.OrientationReported:    {domain.Orientation.Accept, domain.Orientation.Receive, reported},
		domain.OrientationDeclined:    {declined},
		domain.OrientationWithdrawn:   {domain.Orientation.Withdraw},
	}
	for _, step := range steps[o.State] {
		then(step)
	}
	return way
}

// SandboxMember is a fictional member of a household.
type SandboxMember struct {
	ID                               domain.ID
	Link                             domain.HouseholdLink
	GivenNames, BirthName, UsualName string
	// BornOn is zero for a child to be born, ExpectedOn for everybody else.
	BornOn, ExpectedOn domain.Date
	// Account is the subject of the portal's tokens that are this person's.
	Account string
	// Sensitive is nil for most people.
	Sensitive *SandboxSensitive
	// Work is nil for who told nothing of it.
	Work *domain.Work
}

// SandboxSensitive is what is sensitive about a fictional person.
type SandboxSensitive struct {
	Reasons     []string
	HousingMode string
	Needs       []string
	FreeText    string
	SafeContact string
}

// SandboxIssuers are the issuers of the tokens of a sandbox: of its staff, and of its
// applicants.
type SandboxIssuers struct{ Staff, Portal string }

// boundAfter is when an account is bound, after the deposit.
const boundAfter = time.Hour

// The tables of a record, in the order in which their rows name one another. Each row
// is filled by the functions below.
const (
	tableApplication = iota
	tableSummary
	tableFile
	tableContact
	tableWish
	tableMember
	tableParticulars
	tableSensitive
	tableAccount
	tableNamedAgent
	tableDeadline
	tableOnline
	tablePiece
	tablePieceMember
	tablePieceFile
	tableTransfer
	tableDeposit
	tableOrientation
	tableAccess
	tableCount
)

var applicationTables = [tableCount]struct {
	name    string
	columns []string
}{
	tableApplication: {"application", []string{
		"id", "unique_number", "state", "given_names", "birth_name", "usual_name", "name_key",
		"valid_until", "registered_on", "removed_on", "protected",
	}},
	tableSummary: {"application_summary", []string{
		"id", "application_id", "registered_on", "renewed_on", "reception_deadline", "household_size", "typologies",
		"following_point_id", "followed_since", "numbered_on", "valid_from", "removed_for", "acknowledged_on", "noticed_on",
	}},
	tableFile: {"application_file", []string{
		"id", "application_id", "tax_year", "tax_income", "monthly_resources", "housing", "reasons",
	}},
	tableContact: {"application_contact", []string{
		"id", "application_id", "address", "postal_code", "town", "phone", "email", "helping_structure",
	}},
	tableWish:        {"wish", []string{"id", "application_id", "commune_id", "rank"}},
	tableMember:      {"household_member", []string{"id", "application_id", "rank", "link", "born_in", "expected_on"}},
	tableParticulars: {"member_particulars", []string{"id", "application_id", "member_id", "given_names", "birth_name", "usual_name", "born_on", "work"}},
	tableSensitive: {"sensitive_record", []string{
		"id", "application_id", "member_id", "reasons", "housing_mode", "needs", "free_text", "safe_contact",
	}},
	tableAccount: {"applicant_account", []string{"id", "application_id", "member_id", "issuer", "subject", "bound_at"}},
	tableNamedAgent: {"named_agent", []string{
		"id", "application_id", "person_id", "organisation_id", "valid_from", "proposed_by_id", "confirmed_by_id",
	}},
	tableDeadline: {"deadline", []string{"id", "application_id", "kind", "reason", "due_on", "announced_from", "article", "announced", "passed"}},
	tableOnline:   {"online_registration", []string{"id", "application_id", "deposited_on"}},
	tablePiece: {"piece", []string{
		"id", "application_id", "kind", "sensitive", "state", "refused_for", "due_on", "issued_on", "expires_on", "scan",
		"deposited_at", "deposited_by_id", "reception_point_id",
	}},
	tablePieceMember: {"piece_member", []string{"piece_id", "household_member_id"}},
	tablePieceFile:   {"piece_file", []string{"id", "application_id", "piece_id", "name", "size", "sha256", "media_type", "pages"}},
	tableTransfer: {"piece_transfer", []string{
		"id", "application_id", "piece_id", "due_on", "reference", "next_try", "state", "rejected_for", "sent_at", "settled_at",
	}},
	tableDeposit: {"deposit", []string{
		"id", "caller", "person_id", "kind", "sha256", "pages", "deposited_at", "reception_point_id", "unique_number", "waiting",
	}},
	tableOrientation: {"orientation", []string{
		"id", "application_id", "from_point_id", "to_point_id", "sent_by_id", "organisation_id", "accepted_by_id", "reason", "state",
		"sent_at", "accepted_at", "appointment_set_at", "received_at", "ended_at", "declined_for", "outcome", "due_on", "seen_until",
	}},
	tableAccess: {"application_access", []string{"application_id", "audience_id", "ground", "groups", "valid_from", "valid_until"}},
}

// seededNetwork is what fictional applications name, by the keys under which they do.
type seededNetwork struct {
	issuers  SandboxIssuers
	communes map[domain.InseeCode]domain.ID
	points   map[string]domain.ID
	people   map[string]seededPerson
}

type seededPerson struct{ id, organisation domain.ID }

// applicationRows are the rows of some applications, table by table, and the audiences
// that they name.
type applicationRows struct {
	*seededNetwork
	rows      [tableCount][][]any
	audiences map[domain.AudienceID]string
}

func (r *applicationRows) row(table int, values ...any) {
	r.rows[table] = append(r.rows[table], values)
}

// add makes the rows of an application, and those of who sees it from the same facts.
func (r *applicationRows) add(a SandboxApplication) error {
	facts := policy.ApplicationFacts{ID: a.ID, State: a.State, Protected: a.Protected, FollowedSince: a.FollowedSince, Contributing: a.Contributing}
	if a.FollowingPoint != "" {
		var ok bool
		if facts.FollowingPoint, ok = r.points[a.FollowingPoint]; !ok {
			return fmt.Errorf("no reception point %s", a.FollowingPoint)
		}
	}
	for _, code := range a.Wishes {
		commune, ok := r.communes[code]
		if !ok {
			return fmt.Errorf("no commune %s", code)
		}
		facts.Wishes = append(facts.Wishes, commune)
	}
	for _, m := range a.Members {
		if m.Account != "" {
			facts.Accounts = append(facts.Accounts, policy.BoundAccount{
				Issuer: r.issuers.Portal, Subject: m.Account, Since: a.RegisteredAt.Add(boundAfter),
			})
		}
	}
	r.addRecord(a, facts)
	for i, m := range a.Members {
		r.addMember(a, i+1, m)
	}
	for _, subject := range a.NamedAgents {
		agent, err := r.addNamedAgent(a, subject)
		if err != nil {
			return err
		}
		facts.NamedAgents = append(facts.NamedAgents, policy.Naming{
			Person: agent.id, Organisation: agent.organisation, From: a.RegisteredOn,
		})
	}
	if a.Oriented != nil {
		point, err := r.addOrientation(a, *a.Oriented)
		if err != nil {
			return err
		}
		facts.Oriented = append(facts.Oriented, point...)
	}
	for _, access := range policy.Accesses(facts) {
		id := access.Audience.ID()
		r.audiences[id] = access.Audience.Key()
		r.row(tableAccess, a.ID, id, access.Audience.Ground, int64(access.Groups), instant(access.From), instant(access.Until))
	}
	return nil
}

func (r *applicationRows) addRecord(a SandboxApplication, facts policy.ApplicationFacts) {
	id := func(p domain.Prefix, more string) domain.ID {
		return domain.DerivedID(p, a.RegisteredAt, string(a.ID)+more)
	}
	first := a.Members[0]
	var renewed *domain.Date
	if a.RenewedOn != a.RegisteredOn {
		renewed = &a.RenewedOn
	}
	r.row(tableApplication, a.ID, optional(a.UniqueNumber), a.State, first.GivenNames, first.BirthName, first.UsualName,
		domain.NameKey(first.GivenNames, first.BirthName, first.UsualName),
		a.ValidUntil, a.RegisteredOn, optional(a.RemovedOn), a.Protected)
	if a.State == domain.ApplicationPending && a.FollowingPoint == "" { // nobody took it from the queue
		r.row(tableOnline, id(domain.OnlineRegistrationPrefix, ""), a.ID, a.RegisteredOn)
	}
	life, clocks := a.life()
	r.row(tableSummary, id(domain.ApplicationSummaryPrefix, ""), a.ID, a.RegisteredOn, renewed, a.ReceptionDeadline,
		len(a.Members), jsonList(a.Typologies), optional(facts.FollowingPoint), optional(a.FollowedSince),
		optional(life.RegisteredOn), optional(life.ValidFrom), optional(a.RemovedFor), optional(life.AcknowledgedOn), optional(life.NoticedOn))
	for _, d := range domain.Deadlines(life, clocks, a.StatedOn) {
		r.row(tableDeadline, id(domain.DeadlinePrefix, " "+string(d.Kind)), a.ID, d.Kind, optional(d.Reason), d.Due, d.Event, d.Article,
			!a.StatedOn.Before(d.Event), !a.StatedOn.Before(d.Due))
	}
	r.row(tableFile, id(domain.ApplicationFilePrefix, ""), a.ID, a.TaxYear, int64(a.TaxIncome), int64(a.MonthlyResources),
		a.Housing, jsonList(a.Reasons))
	r.row(tableContact, id(domain.ApplicationContactPrefix, ""), a.ID, a.Address, a.PostalCode, a.Town,
		optional(a.Phone), a.Email, a.HelpingStructure)
	for i, commune := range facts.Wishes {
		r.row(tableWish, id(domain.WishPrefix, " "+string(a.Wishes[i])), a.ID, commune, i+1)
	}
}

// life is that of an application whose applicant was given in time what was due.
func (a SandboxApplication) life() (domain.Life, domain.LegalClocks) {
	clocks := domain.LegalClocksOn(a.StatedOn)
	l := domain.Life{
		ID: a.ID, State: a.State, FirstDepositedOn: a.RegisteredOn, DepositedOn: a.RegisteredOn,
		RemovedOn: a.RemovedOn, RemovedFor: a.RemovedFor,
	}
	if a.UniqueNumber == "" {
		return l, clocks
	}
	l.Number, l.RegisteredOn, l.AcknowledgedOn = a.UniqueNumber, a.RegisteredOn, a.RegisteredOn
	l.ValidFrom, l.ValidUntil = a.RenewedOn, a.ValidUntil
	if notice := clocks.RenewalNotice.Before(a.ValidUntil); !a.StatedOn.Before(notice) {
		l.NoticedOn = notice
	}
	return l, clocks
}

func (r *applicationRows) addMember(a SandboxApplication, rank int, m SandboxMember) {
	id := func(p domain.Prefix) domain.ID { return domain.DerivedID(p, a.RegisteredAt, string(m.ID)) }
	var bornIn *domain.Date
	if !m.BornOn.IsZero() {
		year, month, _ := m.BornOn.Civil()
		bornIn = optional(domain.NewDate(year, month, 1))
	}
	r.row(tableMember, m.ID, a.ID, rank, m.Link, bornIn, optional(m.ExpectedOn))
	if m.BirthName != "" {
		r.row(tableParticulars, id(domain.MemberParticularsPrefix), a.ID, m.ID, m.GivenNames, m.BirthName, m.UsualName, m.BornOn, jsonWork(m.Work))
	}
	if s := m.Sensitive; s != nil {
		r.row(tableSensitive, id(domain.SensitiveRecordPrefix), a.ID, m.ID,
			jsonList(s.Reasons), s.HousingMode, jsonList(s.Needs), s.FreeText, s.SafeContact)
	}
	if m.Account != "" {
		r.row(tableAccount, id(domain.ApplicantAccountPrefix), a.ID, m.ID, r.issuers.Portal, m.Account, a.RegisteredAt.Add(boundAfter))
	}
}

func (r *applicationRows) addNamedAgent(a SandboxApplication, subject string) (seededPerson, error) {
	var found [3]seededPerson
	for i, name := range []string{subject, a.ProposedBy, a.ConfirmedBy} {
		p, ok := r.people[name]
		if !ok {
			return p, fmt.Errorf("nobody is %s", name)
		}
		found[i] = p
	}
	agent := found[0]
	r.row(tableNamedAgent, domain.DerivedID(domain.NamedAgentPrefix, a.RegisteredAt, string(a.ID)+" "+subject), a.ID,
		agent.id, agent.organisation, a.RegisteredOn, found[1].id, found[2].id)
	return agent, nil
}

// addOrientation returns the point that was sent the applicant, once it has accepted.
func (r *applicationRows) addOrientation(a SandboxApplication, o SandboxOrientation) ([]policy.OrientedPoint, error) {
	from, to := r.points[o.From], r.points[o.To]
	sender, acceptor := r.people[o.SentBy], r.people[o.AcceptedBy]
	if from == "" || to == "" || sender.id == "" || acceptor.id == "" {
		return nil, fmt.Errorf("orientation from %s to %s by %s and %s: not all of them are there", o.From, o.To, o.SentBy, o.AcceptedBy)
	}
	way := o.way()
	var accepted *domain.ID
	var opened []policy.OrientedPoint
	if !way.AcceptedAt.IsZero() {
		accepted = &acceptor.id
		opened = []policy.OrientedPoint{{Point: to, From: way.AcceptedAt, Until: way.SeenUntil}}
	}
	r.row(tableOrientation, domain.DerivedID(domain.OrientationPrefix, way.SentAt, string(a.ID)), a.ID, from, to,
		sender.id, sender.organisation, accepted, o.Reason, way.State,
		way.SentAt, instant(way.AcceptedAt), instant(way.AppointmentSetAt), instant(way.ReceivedAt), instant(way.EndedAt),
		optional(way.DeclinedFor), optional(way.Outcome), optional(way.DueOn), instant(way.SeenUntil))
	return opened, nil
}

// jsonList is never null, for a list without anything.
func jsonList[T ~string](list []T) string {
	if list == nil {
		list = []T{}
	}
	text, _ := json.Marshal(list) // no list of strings has no JSON
	return string(text)
}

// jsonWork is null for nothing told.
func jsonWork(w *domain.Work) any {
	if w == nil {
		return nil
	}
	text, _ := json.Marshal(w) // no struct of strings has no JSON
	return string(text)
}
