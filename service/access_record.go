package service

import (
	"context"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationevent"
	"github.com/guichet-logement/guichet/ent/deadline"
	"github.com/guichet-logement/guichet/ent/emergencyopening"
	"github.com/guichet-logement/guichet/ent/handover"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/ent/orientation"
	"github.com/guichet-logement/guichet/ent/piece"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/ent/proposedchange"
	"github.com/guichet-logement/guichet/ent/receptioncontact"
	"github.com/guichet-logement/guichet/ent/receptiongrant"
	"github.com/guichet-logement/guichet/ent/registryevent"
	"github.com/guichet-logement/guichet/ent/wish"
	"github.com/guichet-logement/guichet/policy"
)

// accessRecord is what is kept of an applicant, in the names of application.json: they
// stay, and what is added gets new ones. Days are YYYY-MM-DD, amounts in cents, codes
// those of the contract. What others of the household have a right to is named under
// withheld, and what an organisation keeps for itself is that organisation's to answer.
type accessRecord struct {
	Format          string             `json:"format"`
	PreparedAt      time.Time          `json:"preparedAt"`
	Application     recordIdentity     `json:"application"`
	Summary         *recordSummary     `json:"summary"`
	File            *recordFile        `json:"file"`
	Contact         *recordContact     `json:"contact"`
	Wishes          []recordWish       `json:"wishes"`
	Household       []recordMember     `json:"household"`
	Pieces          []recordPiece      `json:"pieces"`
	ProposedChanges []recordChange     `json:"proposedChanges"`
	Deadlines       []recordDeadline   `json:"deadlines"`
	History         []recordEvent      `json:"history"`
	Accounts        []recordAccount    `json:"accounts"`
	Receptions      []recordOpening    `json:"receptions"`
	Emergencies     []recordOpening    `json:"emergencies"`
	HandOvers       []recordHandOver   `json:"handOvers"`
	Orientations    []recordOriented   `json:"orientations"`
	Appointments    []recordAppointed  `json:"appointments"`
	Offers          []recordOffer      `json:"appointmentOffers"`
	Messages        []recordMessage    `json:"messages"`
	WaitingPlaces   []recordWaiting    `json:"waitingPlaces"`
	Interviews      []recordInterview  `json:"interviews"`
	Proposals       []recordProposal   `json:"proposals"`
	Contacts        []recordReception  `json:"receptionContacts"`
	Online          []recordOnline     `json:"onlineRegistrations"`
	Registry        []recordRegistered `json:"registryEvents"`
	AccessLog       []recordRead       `json:"accessLog"`
	// AccessLogWhole is false where the trail has more lines than an answer holds.
	AccessLogWhole bool           `json:"accessLogWhole"`
	Grounds        []recordGround `json:"grounds"`
	Withheld       []withheld     `json:"withheld"`
}

type recordIdentity struct {
	ID           domain.ID               `json:"id"`
	UniqueNumber *domain.UniqueNumber    `json:"uniqueNumber"`
	State        domain.ApplicationState `json:"state"`
	recordNames
	ValidUntil   string `json:"validUntil"`
	RegisteredOn string `json:"registeredOn"`
	RemovedOn    string `json:"removedOn,omitempty"`
}

type recordNames struct {
	GivenNames string        `json:"givenNames"`
	BirthName  string        `json:"birthName"`
	UsualName  domain.Stated `json:"usualName"`
}

type recordSummary struct {
	RegisteredOn              string                  `json:"registeredOn"`
	DepositedOn               string                  `json:"depositedOn,omitempty"`
	NumberedOn                string                  `json:"numberedOn,omitempty"`
	ValidFrom                 string                  `json:"validFrom,omitempty"`
	RenewedOn                 string                  `json:"renewedOn,omitempty"`
	RejectedOn                string                  `json:"rejectedOn,omitempty"`
	RejectedFor               *domain.RejectionReason `json:"rejectedFor,omitempty"`
	WarnedOn                  string                  `json:"warnedOn,omitempty"`
	WarnedFor                 *domain.RemovalReason   `json:"warnedFor,omitempty"`
	RemovedFor                *domain.RemovalReason   `json:"removedFor,omitempty"`
	MergedOn                  string                  `json:"mergedOn,omitempty"`
	AcknowledgedOn            string                  `json:"acknowledgedOn,omitempty"`
	NoticedOn                 string                  `json:"noticedOn,omitempty"`
	PersonalisedAppointmentOn string                  `json:"personalisedAppointmentOn,omitempty"`
	SingleFileCompletedOn     string                  `json:"singleFileCompletedOn,omitempty"`
	ReceptionDeadline         string                  `json:"receptionDeadline"`
	HouseholdSize             int                     `json:"householdSize"`
	Typologies                []domain.Typology       `json:"typologies"`
	Enlarged                  bool                    `json:"enlarged"`
	Category                  domain.Stated           `json:"category,omitempty"`
	Provenance                []recordOrigin          `json:"provenance"`
	FollowingPoint            string                  `json:"followingPoint,omitempty"`
	FollowedSince             string                  `json:"followedSince,omitempty"`
}

type recordFile struct {
	TaxYear          int                 `json:"taxYear"`
	TaxIncome        domain.Money        `json:"taxIncome"`
	MonthlyResources domain.Money        `json:"monthlyResources"`
	Housing          domain.HousingClass `json:"housing"`
	Reasons          []string            `json:"reasons"`
	EarlierTaxIncome *domain.Money       `json:"earlierTaxIncome"`
	Provenance       []recordOrigin      `json:"provenance"`
}

// recordOrigin is where a value comes from; who took it down is not told.
type recordOrigin struct {
	Field  string             `json:"field"`
	Source domain.ValueSource `json:"source"`
	On     string             `json:"on"`
}

func origins(all []domain.ValueOrigin) []recordOrigin {
	return made(all, func(o domain.ValueOrigin) recordOrigin { return recordOrigin{o.Field, o.Source, o.On.String()} })
}

type recordContact struct {
	Address          string                  `json:"address"`
	PostalCode       string                  `json:"postalCode"`
	Town             string                  `json:"town"`
	Phone            *domain.PhoneNumber     `json:"phone"`
	Email            domain.EmailAddress     `json:"email"`
	HelpingStructure domain.Stated           `json:"helpingStructure"`
	CareOf           domain.Stated           `json:"careOf"`
	Mailing          *domain.MailingAddress  `json:"mailing"`
	SecondPhone      *domain.PhoneNumber     `json:"secondPhone"`
	EmailAllowed     bool                    `json:"emailAllowed"`
	TextAllowed      bool                    `json:"textAllowed"`
	HelpingPhone     *domain.PhoneNumber     `json:"helpingPhone"`
	HelpingEmail     domain.EmailAddress     `json:"helpingEmail"`
	Dwelling         *domain.CurrentDwelling `json:"dwelling"`
	Provenance       []recordOrigin          `json:"provenance"`
}

type recordWish struct {
	Rank      int              `json:"rank"`
	InseeCode domain.InseeCode `json:"inseeCode"`
	Commune   string           `json:"commune"`
}

// recordMember is somebody of the household; of another adult there is the place alone.
type recordMember struct {
	Rank       int                  `json:"rank"`
	Link       domain.HouseholdLink `json:"link"`
	Withheld   bool                 `json:"withheld"`
	ExpectedOn string               `json:"expectedOn,omitempty"`
	// Resources count what is sensitive among the others, as everywhere: that is under sensitive.
	Resources       []domain.ResourceLine `json:"resources,omitempty"`
	MaintenancePaid *domain.Money         `json:"maintenancePaid,omitempty"`
	Provenance      []recordOrigin        `json:"provenance,omitempty"`
	*recordPerson
	Sensitive *recordSensitive `json:"sensitive,omitempty"`
}

type recordPerson struct {
	recordNames
	BornOn           string              `json:"bornOn"`
	CivilStatus      *domain.CivilStatus `json:"civilStatus"`
	Work             *domain.Work        `json:"work"`
	PersonProvenance []recordOrigin      `json:"personProvenance"`
}

type recordSensitive struct {
	Reasons     []string                `json:"reasons"`
	HousingMode domain.Stated           `json:"housingMode"`
	Needs       []string                `json:"needs"`
	FreeText    domain.Stated           `json:"freeText"`
	SafeContact domain.Stated           `json:"safeContact"`
	Disability  *domain.DisabilityAnnex `json:"disability"`
	Resources   []domain.ResourceLine   `json:"resources"`
}

type recordPiece struct {
	ID             domain.ID            `json:"id"`
	Kind           domain.PieceCode     `json:"kind"`
	State          domain.PieceState    `json:"state"`
	Scan           domain.ScanState     `json:"scan"`
	RefusedFor     *domain.PieceRefusal `json:"refusedFor,omitempty"`
	DueOn          string               `json:"dueOn,omitempty"`
	IssuedOn       string               `json:"issuedOn,omitempty"`
	ExpiresOn      string               `json:"expiresOn,omitempty"`
	DepositedAt    time.Time            `json:"depositedAt"`
	ReceptionPoint string               `json:"receptionPoint,omitempty"`
	// Members are the ranks of those whom it is of; empty for the whole household.
	Members   []int            `json:"members"`
	Sha256    string           `json:"sha256,omitempty"`
	Size      int              `json:"size,omitempty"`
	Pages     int              `json:"pages,omitempty"`
	MediaType domain.MediaType `json:"mediaType,omitempty"`
	// File is its name in the archive; LeftOut says why it is not there.
	File    string  `json:"file,omitempty"`
	LeftOut leftOut `json:"leftOut,omitempty"`
}

// leftOut says why the file of a piece is not in the archive.
type leftOut string

const (
	// leftQuarantined: the antivirus refused it, and nothing is left of it.
	leftQuarantined leftOut = "QUARANTINED"
	leftNotScanned  leftOut = "NOT_SCANNED"
	// leftTooMany: it is beyond the pieces or bytes that an archive holds. Fetch it alone.
	leftTooMany leftOut = "TOO_MANY"
)

type recordChange struct {
	ProposedOn     string          `json:"proposedOn"`
	ReceptionPoint string          `json:"receptionPoint"`
	Values         []recordedValue `json:"values"`
}

type recordedValue struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

type recordDeadline struct {
	Kind          domain.DeadlineKind   `json:"kind"`
	Reason        *domain.RemovalReason `json:"reason,omitempty"`
	DueOn         string                `json:"dueOn"`
	AnnouncedFrom string                `json:"announcedFrom"`
	Article       string                `json:"article"`
}

type recordEvent struct {
	HappenedOn     string                      `json:"happenedOn"`
	Kind           domain.ApplicationEventKind `json:"kind"`
	State          domain.ApplicationState     `json:"state"`
	Reason         domain.Stated               `json:"reason,omitempty"`
	Deadline       *domain.DeadlineKind        `json:"deadline,omitempty"`
	DueOn          string                      `json:"dueOn,omitempty"`
	ReceptionPoint string                      `json:"receptionPoint,omitempty"`
}

type recordAccount struct {
	Issuer    string     `json:"issuer"`
	Subject   string     `json:"subject"`
	BoundAt   time.Time  `json:"boundAt"`
	UnboundAt *time.Time `json:"unboundAt"`
}

type recordOpening struct {
	From           time.Time              `json:"from"`
	Until          time.Time              `json:"until"`
	ReceptionPoint string                 `json:"receptionPoint,omitempty"`
	Organisation   string                 `json:"organisation,omitempty"`
	Motive         domain.EmergencyMotive `json:"motive,omitempty"`
}

type recordOriented struct {
	From        string                     `json:"from"`
	To          string                     `json:"to"`
	Reason      domain.OrientationReason   `json:"reason"`
	DeclinedFor *domain.OrientationRefusal `json:"declinedFor,omitempty"`
	Outcome     *domain.OrientationOutcome `json:"outcome,omitempty"`
	Steps       []recordStep               `json:"steps"`
}

type recordStep struct {
	State domain.OrientationState `json:"state"`
	At    time.Time               `json:"at"`
}

type recordReception struct {
	At             time.Time             `json:"at"`
	ReceptionPoint string                `json:"receptionPoint"`
	Channel        domain.ContactChannel `json:"channel"`
	Motive         domain.Stated         `json:"motive,omitempty"`
	Outcome        domain.Stated         `json:"outcome,omitempty"`
	Minutes        *int                  `json:"minutes,omitempty"`
	Languages      []domain.LanguageCode `json:"languages"`
}

type recordHandOver struct {
	FromPoint  string     `json:"fromPoint"`
	ToPoint    string     `json:"toPoint"`
	OfferedOn  string     `json:"offeredOn"`
	AcceptedAt *time.Time `json:"acceptedAt"`
	SeenUntil  *time.Time `json:"seenUntil"`
}

type recordOnline struct {
	DepositedOn    string `json:"depositedOn"`
	ReceptionPoint string `json:"receptionPoint,omitempty"`
	Handled        bool   `json:"handled"`
}

type recordRegistered struct {
	Kind        domain.RegistryEventKind  `json:"kind"`
	HappenedAt  time.Time                 `json:"happenedAt"`
	State       domain.RegistryEventState `json:"state"`
	RejectedFor domain.Stated             `json:"rejectedFor,omitempty"`
}

// recordRead is a line of the trail as an applicant may read it: no name of an agent, and
// nothing of groups that are not the applicant's alone.
type recordRead struct {
	At             time.Time            `json:"at"`
	Kind           string               `json:"kind"`
	Operation      string               `json:"operation"`
	ColumnGroups   []domain.ColumnGroup `json:"columnGroups"`
	Grounds        []domain.Ground      `json:"grounds"`
	Roles          []domain.Role        `json:"roles"`
	Purpose        *string              `json:"purpose"`
	Organisation   string               `json:"organisation,omitempty"`
	ReceptionPoint string               `json:"receptionPoint,omitempty"`
}

// recordGround is a ground of the published table on which somebody sees applications.
type recordGround struct {
	Ground    domain.Ground        `json:"ground"`
	Roles     []domain.Role        `json:"roles"`
	Opens     []domain.ColumnGroup `json:"opens"`
	Article   string               `json:"article"`
	HoldsWhen string               `json:"holdsWhen"`
	Ends      string               `json:"ends"`
}

// withheld is what is left for somebody to look through, in a count that does not depend
// on what there is of somebody else.
type withheld struct {
	What   string `json:"what"`
	Count  int    `json:"count"`
	Reason string `json:"reason"`
}

const (
	forReview      = "FOR_REVIEW: rights of another adult of the household (RGPD, art. 15(4))"
	whatOther      = "ANOTHER_ADULT"
	whatOthersFile = "PIECE_OF_ANOTHER_ADULT"
)

// exportedApplication reads the application with all of its parts, if it is such a one.
func exportedApplication(granted context.Context, tx *ent.Tx, id domain.ID, such predicate.Application) (*ent.Application, error) {
	return tx.Application.Query().Where(application.ID(id), such).
		WithSummary(func(q *ent.ApplicationSummaryQuery) { q.WithFollowingPoint() }).
		WithFile().WithContact().
		WithWishes(func(q *ent.WishQuery) { q.WithCommune().Order(wish.ByRank()) }).
		WithHousehold(func(q *ent.HouseholdMemberQuery) {
			q.WithParticulars().WithSensitive().Order(householdmember.ByRank())
		}).
		WithDeadlines(func(q *ent.DeadlineQuery) { q.Order(deadline.ByDueOn(), deadline.ByKind()) }).
		WithHistory(func(q *ent.ApplicationEventQuery) { q.WithReceptionPoint().Order(applicationevent.ByPosition()) }).
		WithProposedChanges(func(q *ent.ProposedChangeQuery) { q.WithReceptionPoint().Order(proposedchange.ByID()) }).
		WithPieces(func(q *ent.PieceQuery) { q.WithFile().WithMembers().WithReceptionPoint().Order(piece.ByID()) }).
		Only(granted)
}

// collecting turns an application into what is answered of it.
type collecting struct {
	today    domain.Date
	settings policy.Settings
	a        *ent.Application
	// ranks are those of the household, others the adults who are not the applicant.
	ranks  map[domain.ID]int
	others map[domain.ID]bool
	// applicant is the member who asks.
	applicant domain.ID
	files     []exportedFile
}

// another tells an adult who is not the applicant: who signs, and who is of age. Who comes
// of age in this month counts as one: only its month is of the common part.
func (c *collecting) another(m *ent.HouseholdMember) bool {
	if m.Link == domain.LinkApplicant {
		return false
	}
	return m.Link.Adult() || m.BornIn != nil && domain.Age(*m.BornIn, c.today) >= domain.Majority
}

func (c *collecting) household(r *accessRecord) {
	r.Household, r.Withheld = []recordMember{}, []withheld{}
	for _, m := range c.a.Edges.Household {
		c.ranks[m.ID] = m.Rank
		member := recordMember{Rank: m.Rank, Link: m.Link, Withheld: c.another(m)}
		if member.Withheld {
			c.others[m.ID] = true
			r.Household = append(r.Household, member)
			continue
		}
		if m.Link == domain.LinkApplicant {
			c.applicant = m.ID
		}
		member.ExpectedOn, member.Resources, member.MaintenancePaid = dayOf(m.ExpectedOn), m.Resources, m.MaintenancePaid
		member.Provenance = origins(m.Provenance)
		if p := m.Edges.Particulars; p != nil {
			member.recordPerson = &recordPerson{
				recordNames{p.GivenNames, p.BirthName, p.UsualName}, p.BornOn.String(), p.CivilStatus, p.Work, origins(p.Provenance),
			}
		}
		if s := m.Edges.Sensitive; s != nil {
			member.Sensitive = &recordSensitive{s.Reasons, s.HousingMode, s.Needs, s.FreeText, s.SafeContact, s.Disability, s.Resources}
		}
		r.Household = append(r.Household, member)
	}
	if len(c.others) > 0 {
		r.Withheld = append(r.Withheld, withheld{whatOther, len(c.others), forReview})
	}
}

func (c *collecting) application(r *accessRecord) {
	a := c.a
	r.Application = recordIdentity{
		ID: a.ID, UniqueNumber: a.UniqueNumber, State: a.State, recordNames: recordNames{a.GivenNames, a.BirthName, a.UsualName},
		ValidUntil: a.ValidUntil.String(), RegisteredOn: a.RegisteredOn.String(), RemovedOn: dayOf(a.RemovedOn),
	}
	if s := a.Edges.Summary; s != nil {
		r.Summary = &recordSummary{
			RegisteredOn: s.RegisteredOn.String(), DepositedOn: dayOf(s.DepositedOn), NumberedOn: dayOf(s.NumberedOn), ValidFrom: dayOf(s.ValidFrom),
			RenewedOn: dayOf(s.RenewedOn), RejectedOn: dayOf(s.RejectedOn), RejectedFor: s.RejectedFor, WarnedOn: dayOf(s.WarnedOn), WarnedFor: s.WarnedFor,
			RemovedFor: s.RemovedFor, MergedOn: dayOf(s.MergedOn), AcknowledgedOn: dayOf(s.AcknowledgedOn), NoticedOn: dayOf(s.NoticedOn),
			PersonalisedAppointmentOn: dayOf(s.PersonalisedAppointmentOn), SingleFileCompletedOn: dayOf(s.SingleFileCompletedOn),
			Enlarged: s.Enlarged, Category: s.Category, Provenance: origins(s.Provenance), ReceptionDeadline: s.ReceptionDeadline.String(),
			HouseholdSize: s.HouseholdSize, Typologies: s.Typologies, FollowingPoint: pointName(s.Edges.FollowingPoint), FollowedSince: dayOf(s.FollowedSince),
		}
	}
	if f := a.Edges.File; f != nil {
		r.File = &recordFile{f.TaxYear, f.TaxIncome, f.MonthlyResources, f.Housing, f.Reasons, f.EarlierTaxIncome, origins(f.Provenance)}
	}
	if x := a.Edges.Contact; x != nil {
		r.Contact = &recordContact{
			x.Address, x.PostalCode, x.Town, x.Phone, x.Email, x.HelpingStructure, x.CareOf, x.Mailing, x.SecondPhone,
			x.EmailAllowed, x.TextAllowed, x.HelpingPhone, x.HelpingEmail, x.Dwelling, origins(x.Provenance),
		}
	}
	r.Wishes = made(a.Edges.Wishes, func(w *ent.Wish) recordWish {
		return recordWish{w.Rank, w.Edges.Commune.InseeCode, w.Edges.Commune.Name}
	})
}

func (c *collecting) life(r *accessRecord) {
	r.Deadlines = made(c.a.Edges.Deadlines, func(d *ent.Deadline) recordDeadline {
		return recordDeadline{d.Kind, d.Reason, d.DueOn.String(), d.AnnouncedFrom.String(), d.Article}
	})
	r.History = made(c.a.Edges.History, func(e *ent.ApplicationEvent) recordEvent {
		return recordEvent{e.HappenedOn.String(), e.Kind, e.State, e.Reason, e.Deadline, dayOf(e.DueOn), pointName(e.Edges.ReceptionPoint)}
	})
	r.ProposedChanges = made(c.a.Edges.ProposedChanges, func(p *ent.ProposedChange) recordChange {
		change := recordChange{p.ProposedOn.String(), pointName(p.Edges.ReceptionPoint), []recordedValue{}}
		for _, v := range p.Correction.Values() {
			change.Values = append(change.Values, recordedValue(v))
		}
		return change
	})
	r.Grounds = made(policy.GroundRulesOn(c.today), func(g policy.GroundRule) recordGround {
		return recordGround{g.Ground, g.Roles, g.Groups.Groups(), g.Article, g.HoldsWhen, g.Ends}
	})
}

// pieces lists the pieces and the files that go with them. One that names another adult is
// for review; a sensitive one of another adult, or of nobody in particular beside one, does
// not show, as elsewhere.
func (c *collecting) pieces(r *accessRecord) {
	r.Pieces = []recordPiece{}
	review, bytes := 0, 0
	for _, p := range c.a.Edges.Pieces {
		ranks, others := []int{}, len(p.Edges.Members) == 0 && p.Sensitive && len(c.others) > 0
		for _, m := range p.Edges.Members {
			ranks, others = append(ranks, c.ranks[m.ID]), others || c.others[m.ID]
		}
		if others {
			if !p.Sensitive {
				review++
			}
			continue
		}
		one := recordPiece{
			ID: p.ID, Kind: p.Kind, State: PieceOf(p).On(c.today), Scan: p.Scan, RefusedFor: p.RefusedFor, DueOn: dayOf(p.DueOn),
			IssuedOn: dayOf(p.IssuedOn), ExpiresOn: dayOf(p.ExpiresOn), DepositedAt: p.DepositedAt,
			ReceptionPoint: pointName(p.Edges.ReceptionPoint), Members: ranks,
		}
		f := p.Edges.File
		if f != nil {
			one.Sha256, one.Size, one.Pages, one.MediaType = f.Sha256, f.Size, f.Pages, f.MediaType
		}
		switch {
		case f == nil || p.Scan == domain.ScanInfected:
			one.LeftOut = leftQuarantined
		case p.Scan != domain.ScanClean:
			one.LeftOut = leftNotScanned
		case len(c.files) == c.settings.ExportPieces || bytes+f.Size > c.settings.ExportBytes:
			one.LeftOut = leftTooMany
		default:
			one.File = "pieces/" + string(p.ID) + f.MediaType.Suffix()
			bytes += f.Size
			c.files = append(c.files, exportedFile{one.File, f.Name})
		}
		r.Pieces = append(r.Pieces, one)
	}
	if review > 0 {
		r.Withheld = append(r.Withheld, withheld{whatOthersFile, review, forReview})
	}
}

// openings reads what was done about the applicant beside the application.
func (c *collecting) openings(granted context.Context, tx *ent.Tx, r *accessRecord) error {
	accounts, err := tx.ApplicantAccount.Query().Where(applicantaccount.MemberID(c.applicant)).Order(applicantaccount.ByBoundAt()).All(granted)
	if err != nil {
		return err
	}
	r.Accounts = made(accounts, func(a *ent.ApplicantAccount) recordAccount {
		return recordAccount{a.Issuer, a.Subject, a.BoundAt, a.UnboundAt}
	})
	received, err := tx.ReceptionGrant.Query().Where(receptiongrant.MemberID(c.applicant)).WithReceptionPoint().Order(receptiongrant.ByID()).All(granted)
	if err != nil {
		return err
	}
	r.Receptions = made(received, func(g *ent.ReceptionGrant) recordOpening {
		return recordOpening{From: g.ValidFrom, Until: g.ValidUntil, ReceptionPoint: pointName(g.Edges.ReceptionPoint)}
	})
	opened, err := tx.EmergencyOpening.Query().Where(emergencyopening.ApplicationID(c.a.ID)).WithOrganisation().Order(emergencyopening.ByID()).All(granted)
	if err != nil {
		return err
	}
	r.Emergencies = made(opened, func(o *ent.EmergencyOpening) recordOpening {
		return recordOpening{From: o.ValidFrom, Until: o.ValidUntil, Organisation: o.Edges.Organisation.Name, Motive: o.Motive}
	})
	given, err := tx.HandOver.Query().Where(handover.ApplicationID(c.a.ID)).WithFromPoint().WithToPoint().Order(handover.ByID()).All(granted)
	if err != nil {
		return err
	}
	r.HandOvers = made(given, func(h *ent.HandOver) recordHandOver {
		return recordHandOver{pointName(h.Edges.FromPoint), pointName(h.Edges.ToPoint), h.OfferedOn.String(), h.AcceptedAt, h.SeenUntil}
	})
	sent, err := tx.Orientation.Query().Where(orientation.ApplicationID(c.a.ID)).WithFromPoint().WithToPoint().Order(orientation.ByID()).All(granted)
	if err != nil {
		return err
	}
	r.Orientations = made(sent, func(o *ent.Orientation) recordOriented {
		steps := made(OrientationOf(o).Steps(), func(s domain.OrientationStep) recordStep { return recordStep{s.State, s.At} })
		return recordOriented{pointName(o.Edges.FromPoint), pointName(o.Edges.ToPoint), o.Reason, o.DeclinedFor, o.Outcome, steps}
	})
	if err := c.meetings(granted, tx, r); err != nil {
		return err
	}
	came, err := tx.ReceptionContact.Query().Where(receptioncontact.ApplicationID(c.a.ID)).WithReceptionPoint().Order(receptioncontact.ByID()).All(granted)
	if err != nil {
		return err
	}
	r.Contacts = made(came, func(x *ent.ReceptionContact) recordReception {
		return recordReception{x.OccurredAt, pointName(x.Edges.ReceptionPoint), x.Channel, x.Motive, x.Outcome, x.Minutes, append([]domain.LanguageCode{}, x.Languages...)}
	})
	online, err := tx.OnlineRegistration.Query().Where(onlineregistration.ApplicationID(c.a.ID)).WithReceptionPoint().All(granted)
	if err != nil {
		return err
	}
	r.Online = made(online, func(o *ent.OnlineRegistration) recordOnline {
		return recordOnline{o.DepositedOn.String(), pointName(o.Edges.ReceptionPoint), o.Handled}
	})
	told, err := tx.RegistryEvent.Query().Where(registryevent.ApplicationID(c.a.ID)).Order(registryevent.ByID()).All(granted)
	r.Registry = made(told, func(e *ent.RegistryEvent) recordRegistered {
		return recordRegistered{e.Kind, e.HappenedAt, e.State, e.RejectedFor}
	})
	return err
}

func (c *collecting) log(r *accessRecord, shown []*AccessLogEntry) {
	r.AccessLogWhole = len(shown) < exportedReads
	r.AccessLog = made(shown, func(e *AccessLogEntry) recordRead {
		read := recordRead{
			At: e.At, Kind: e.Kind, Operation: e.Operation, ColumnGroups: e.ColumnGroups, Grounds: e.Grounds, Roles: e.Roles, Purpose: e.Purpose,
			ReceptionPoint: pointName(e.ReceptionPoint),
		}
		if e.Organisation != nil {
			read.Organisation = e.Organisation.Name
		}
		return read
	})
}

// made turns each of a list into something else; of nothing an empty list.
func made[From, To any](list []From, of func(From) To) []To {
	all := make([]To, len(list))
	for i, one := range list {
		all[i] = of(one)
	}
	return all
}

func dayOf(d *domain.Date) string {
	if d == nil {
		return ""
	}
	return d.String()
}

func pointName(p *ent.ReceptionPoint) string {
	if p == nil {
		return ""
	}
	return p.Name
}
