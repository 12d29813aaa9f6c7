package domain

import (
	"crypto/rand"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"
)

// ID is an opaque global identifier: a prefix that names the kind of thing, an
// underscore, and 26 characters that sort by time of creation
// (rpt_01JD8Q6Y2V0000000000000000). It is readable in a log, and an id of the
// wrong kind is refused before any SQL runs.
type ID string

// Prefix names a kind of thing in an [ID].
type Prefix string

// The prefixes in use. A prefix is never reused for another kind.
const (
	CommunePrefix        Prefix = "com"
	OrganisationPrefix   Prefix = "org"
	ReceptionPointPrefix Prefix = "rpt"
	AgreementPrefix      Prefix = "agr"
	CatalogueEntryPrefix Prefix = "cat"
	OpeningHoursPrefix   Prefix = "oph"
	SandboxClockPrefix   Prefix = "clk"
	PersonPrefix         Prefix = "per"
	AssignmentPrefix     Prefix = "asg"
	BuildingPrefix       Prefix = "bld"
	DwellingPrefix       Prefix = "dwl"
	OwnershipPrefix      Prefix = "own"
	StockVintagePrefix   Prefix = "vin"
	StockChangePrefix    Prefix = "chg"

	PartnerAppPrefix         Prefix = "pap"
	PartnerAppSecretPrefix   Prefix = "pas"
	LockOutPrefix            Prefix = "lck"
	UsedAssertionPrefix      Prefix = "uas"
	StaffAuthorisationPrefix Prefix = "aut"
	ApplicationPrefix        Prefix = "app"
	ApplicationSummaryPrefix Prefix = "sum"
	ApplicationFilePrefix    Prefix = "fil"
	ApplicationContactPrefix Prefix = "cnt"
	WishPrefix               Prefix = "wsh"
	HouseholdMemberPrefix    Prefix = "mbr"
	MemberParticularsPrefix  Prefix = "prt"
	SensitiveRecordPrefix    Prefix = "sen"
	ApplicantAccountPrefix   Prefix = "acc"
	NamedAgentPrefix         Prefix = "nag"
	AuditLinePrefix          Prefix = "aud"
	PairPrefix               Prefix = "pai"
	ReceptionContactPrefix   Prefix = "rct"
	ReceptionGrantPrefix     Prefix = "rgr"
	AttemptCountPrefix       Prefix = "atc"
	EmergencyOpeningPrefix   Prefix = "emo"
	BindingCodePrefix        Prefix = "bnd"
	PublishedFiguresPrefix   Prefix = "pbf"
	DeadlinePrefix           Prefix = "dln"
	ApplicationEventPrefix   Prefix = "evt"
	HandOverPrefix           Prefix = "hov"
	OnlineRegistrationPrefix Prefix = "onl"
	ProposedChangePrefix     Prefix = "pch"
	PiecePrefix              Prefix = "pie"
	PieceFilePrefix          Prefix = "pif"
	UploadPrefix             Prefix = "upl"
	DepositPrefix            Prefix = "dep"
	RegistryEventPrefix      Prefix = "rev"
	PieceTransferPrefix      Prefix = "ptr"
	ErasedNumberPrefix       Prefix = "ern"
	RoomPrefix               Prefix = "roo"
	AvailabilityPrefix       Prefix = "avl"
	AbsencePrefix            Prefix = "abs"
	AppointmentPrefix        Prefix = "apt"
	BookedTimePrefix         Prefix = "bkt"
	DraftPrefix              Prefix = "dra"
	OrientationPrefix        Prefix = "ort"
	LevelChangePrefix        Prefix = "lvc"
	MessagePrefix            Prefix = "msg"
	AppointmentOfferPrefix   Prefix = "aof"
	CalendarFeedPrefix       Prefix = "cfd"
	SatisfactionAnswerPrefix Prefix = "sat"
	PermanencePrefix         Prefix = "pnc"
	WaitingPlacePrefix       Prefix = "wpl"
	InterviewPrefix          Prefix = "itw"
	InterviewNotePrefix      Prefix = "inn"
	HousedFiguresPrefix      Prefix = "hof"
	PublishedRentsPrefix     Prefix = "pbr"
	ManagedDwellingPrefix    Prefix = "mgd"
	ManagedChangePrefix      Prefix = "mch"
	VacancyPrefix            Prefix = "vac"
	ReservationRightPrefix   Prefix = "rsv"
	MessageCountPrefix       Prefix = "mct"
	ProposalPrefix           Prefix = "prl"

	ContributingEmployerPrefix Prefix = "cem"
)

// Prefixes lists every prefix in use.
func Prefixes() []Prefix {
	return []Prefix{
		CommunePrefix, OrganisationPrefix, ReceptionPointPrefix, AgreementPrefix,
		CatalogueEntryPrefix, OpeningHoursPrefix, SandboxClockPrefix,
		PersonPrefix, AssignmentPrefix,
		BuildingPrefix, DwellingPrefix, OwnershipPrefix, StockVintagePrefix, StockChangePrefix,
		PartnerAppPrefix, PartnerAppSecretPrefix, LockOutPrefix, UsedAssertionPrefix,
		StaffAuthorisationPrefix, PairPrefix,
		ApplicationPrefix, ApplicationSummaryPrefix, ApplicationFilePrefix, ApplicationContactPrefix, WishPrefix,
		HouseholdMemberPrefix, MemberParticularsPrefix, SensitiveRecordPrefix, ApplicantAccountPrefix, NamedAgentPrefix, AuditLinePrefix,
		ReceptionContactPrefix, ReceptionGrantPrefix, AttemptCountPrefix, EmergencyOpeningPrefix, BindingCodePrefix,
		PublishedFiguresPrefix,
		DeadlinePrefix, ApplicationEventPrefix, HandOverPrefix, OnlineRegistrationPrefix, ProposedChangePrefix,
		PiecePrefix, PieceFilePrefix, UploadPrefix, DepositPrefix, RegistryEventPrefix, PieceTransferPrefix, ErasedNumberPrefix,
		RoomPrefix, AvailabilityPrefix, AbsencePrefix, AppointmentPrefix, BookedTimePrefix, DraftPrefix, OrientationPrefix, LevelChangePrefix,
		MessagePrefix, AppointmentOfferPrefix, CalendarFeedPrefix, SatisfactionAnswerPrefix, PermanencePrefix, WaitingPlacePrefix, InterviewPrefix, InterviewNotePrefix, HousedFiguresPrefix, PublishedRentsPrefix,
		ManagedDwellingPrefix, ManagedChangePrefix, VacancyPrefix, ReservationRightPrefix, MessageCountPrefix, ProposalPrefix, ContributingEmployerPrefix,
	}
}

// idLength is three letters, an underscore and the 26 characters of a ULID.
const idLength = 30

// NewID makes an identifier for a thing created at that time.
func NewID(p Prefix, at time.Time) ID {
	return ID(string(p) + "_" + ulid.MustNew(ulid.Timestamp(at), rand.Reader).String())
}

// DerivedID makes the identifier that always belongs to this key: sample data
// keeps its ids from one seeding to the next.
func DerivedID(p Prefix, at time.Time, key string) ID {
	sum := sha256.Sum256([]byte(string(p) + "\x00" + key))
	var u ulid.ULID
	// The only error of both calls is a time or an entropy that does not fit,
	// and neither can happen here: years up to 10889, exactly 10 bytes.
	_ = u.SetTime(ulid.Timestamp(at))
	_ = u.SetEntropy(sum[:10])
	return ID(string(p) + "_" + u.String())
}

// DerivedStem is how every identifier begins that is completed by a [DerivedKey]
// and a rank: the prefix and the time.
func DerivedStem(p Prefix, at time.Time) string {
	const time = 10 // characters of a ULID
	return string(DerivedID(p, at, ""))[:len(p)+1+time]
}

// KeyLength is that of a [DerivedKey], RankLength that of the rank which completes
// an identifier, in characters of Crockford's base 32.
const (
	KeyLength  = 12
	RankLength = 4
)

// DerivedKey is the part of an identifier that always belongs to these bytes, for
// things that have equals: the rank among them follows it, so that it can be
// counted where the things are, in the database.
func DerivedKey(key []byte) string {
	const bits = 5
	sum := sha256.Sum256(key)
	n := binary.BigEndian.Uint64(sum[:])
	var out [KeyLength]byte
	for i := range out {
		out[i] = ulid.Encoding[n>>(64-bits)]
		n <<= bits
	}
	return string(out[:])
}

// ParseID checks the shape of an identifier and that its prefix is in use.
func ParseID(s string) (ID, error) {
	prefix, rest, ok := strings.Cut(s, "_")
	if !ok || len(s) != idLength {
		return "", BadValue("id must have the shape abc_ followed by 26 characters", "l'identifiant a la forme abc_ suivie de 26 caractères")
	}
	if _, err := ulid.ParseStrict(rest); err != nil || rest != strings.ToUpper(rest) {
		return "", BadValue("id must end with 26 characters of Crockford's base 32, in capitals", "l'identifiant finit par 26 caractères en base 32 de Crockford, en capitales")
	}
	for _, p := range Prefixes() {
		if string(p) == prefix {
			return ID(s), nil
		}
	}
	return "", BadValue("id starts with an unknown prefix", "l'identifiant commence par un préfixe inconnu")
}

// Prefix returns the kind of thing the identifier belongs to.
func (id ID) Prefix() Prefix {
	p, _, _ := strings.Cut(string(id), "_")
	return Prefix(p)
}

// Nothing is the identifier of that kind which nothing has: none is as old.
func Nothing(kind Prefix) ID { return ID(string(kind) + "_" + strings.Repeat("0", ulid.EncodedSize)) }

// MarshalGQL writes the identifier as a JSON string.
func (id ID) MarshalGQL(w io.Writer) { quote(w, string(id)) }

// UnmarshalGQL reads an identifier from an argument or a variable. Entgql hands
// over our own type as well as a string.
func (id *ID) UnmarshalGQL(v any) error {
	var s string
	switch v := v.(type) {
	case nil: // an optional field that is left out on purpose
		*id = ""
		return nil
	case ID:
		s = string(v)
	case string:
		s = v
	default:
		return BadValue("id must be a string", "l'identifiant est une chaîne")
	}
	parsed, err := ParseID(s)
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

// Value stores the identifier as text.
func (id ID) Value() (driver.Value, error) { return string(id), nil }

// Scan reads the identifier from a text column.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case string:
		*id = ID(v)
	case []byte:
		*id = ID(v)
	default:
		return fmt.Errorf("scan id: unexpected %T", src)
	}
	return nil
}
