package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// singleFile is the application of the operation ApplicationPieces.
type singleFile struct {
	ID           string        `json:"id"`
	Pieces       []givenPiece  `json:"pieces"`
	Completeness *completeness `json:"completeness"`
}

type givenPiece struct {
	ID          string            `json:"id"`
	Kind        domain.PieceCode  `json:"kind"`
	State       domain.PieceState `json:"state"`
	RefusedFor  *string           `json:"refusedFor"`
	DueOn       *string           `json:"dueOn"`
	ServesUntil *string           `json:"servesUntil"`
	Scan        string            `json:"scan"`
	DepositedAt time.Time         `json:"depositedAt"`
	Members     []linked          `json:"members"`
	File        *pieceContent     `json:"file"`
	Transfer    *pieceTransfer    `json:"transfer"`
}

type linked struct {
	ID   domain.ID            `json:"id"`
	Link domain.HouseholdLink `json:"link"`
}

type pieceContent struct {
	Size      int    `json:"size"`
	MediaType string `json:"mediaType"`
	Pages     int    `json:"pages"`
}

type pieceTransfer struct {
	State       string  `json:"state"`
	DueOn       string  `json:"dueOn"`
	RejectedFor *string `json:"rejectedFor"`
}

type completeness struct {
	Percent  int            `json:"percent"`
	Required int            `json:"required"`
	Accepted int            `json:"accepted"`
	Missing  []missingPiece `json:"missing"`
}

type missingPiece struct {
	Kinds      []domain.PieceCode   `json:"kinds"`
	Level      domain.PieceLevel    `json:"level"`
	MemberID   *domain.ID           `json:"memberId"`
	State      domain.PieceState    `json:"state"`
	RefusedFor *domain.PieceRefusal `json:"refusedFor"`
	DueOn      *string              `json:"dueOn"`
}

// opening is how an application is open: that set of groups, ordinary pieces, sensitive
// ones, and what is shown to who received the applicant.
type opening struct {
	groups                        domain.GroupSet
	documents, sensitive, receipt bool
}

// pieceStatements are the texts. $1 are the caller's audiences and $2 is now where the
// access is looked up; the others are asked once that is known.
func (l *limit) pieceStatements() []statement {
	const open = `(NOT p.sensitive AND $2 OR $3)`
	return []statement{
		{&l.piecesByNumber, `SELECT a.id, o.groups, o.documents, o.sensitive, o.receipt, f.housing, f.reasons FROM application a
			CROSS JOIN LATERAL (SELECT bit_or(x.groups) AS groups, bool_or(x.groups & 16 <> 0) AS documents,
				bool_or(x.groups & 48 = 48) AS sensitive, bool_or(x.ground = 'RECEIVED') AS receipt
				FROM application_access x WHERE x.application_id = a.id AND ` + access + `) o
			LEFT JOIN application_file f ON f.application_id = a.id AND o.groups & 4 <> 0
			WHERE a.unique_number = $3 AND o.groups <> 0`},
		{&l.piecesOf, `SELECT p.id, p.kind, p.state, p.refused_for, p.due_on::text, p.issued_on, p.expires_on, p.scan, p.deposited_at,
				ARRAY(SELECT m.household_member_id FROM piece_member m WHERE m.piece_id = p.id),
				f.size, f.media_type, f.pages, t.state, t.due_on::text, t.rejected_for
			FROM piece p LEFT JOIN piece_file f ON f.piece_id = p.id AND (` + open + ` OR $4 AND p.deposited_by_id = $5)
			LEFT JOIN piece_transfer t ON t.piece_id = p.id
			WHERE p.application_id = $1 AND (` + open + ` OR $4 AND (NOT p.sensitive OR p.deposited_by_id = $5)) ORDER BY p.id`},
		{&l.situationOf, `SELECT m.id, m.link, m.born_in, m.resources, i.civil_status, i.work, s.reasons, s.housing_mode, s.resources
			FROM household_member m LEFT JOIN member_particulars i ON i.member_id = m.id AND $2
			LEFT JOIN sensitive_record s ON s.member_id = m.id AND $3 WHERE m.application_id = $1 ORDER BY m.rank`},
	}
}

func (l *limit) applicationPieces(ctx context.Context, body []byte) ([]byte, error) {
	var v struct{ UniqueNumber string }
	if err := json.Unmarshal(body, &v); err != nil {
		return nil, err
	}
	a := &singleFile{Pieces: []givenPiece{}}
	var o opening
	var housing *domain.HousingClass
	var reasons []string
	err := l.piecesByNumber.QueryRowContext(ctx, scope(ctx, v.UniqueNumber)...).
		Scan(&a.ID, &o.groups, &o.documents, &o.sensitive, &o.receipt, &housing, jsonOf{&reasons})
	if errors.Is(err, sql.ErrNoRows) {
		return data("application", nil)
	}
	if err != nil {
		return nil, err
	}
	var s domain.Situation
	if housing != nil {
		if s, err = l.situation(ctx, a.ID, o.groups, *housing, reasons); err != nil {
			return nil, err
		}
	}
	var given []domain.Piece
	if o.documents || o.receipt {
		if given, err = l.pieces(ctx, a, o, s.People); err != nil {
			return nil, err
		}
	}
	if housing != nil && o.groups.Opens(domain.GroupDocuments) {
		required := domain.RequiredPieces(s)
		if !o.groups.Opens(domain.GroupSensitive) {
			required = slices.DeleteFunc(required, func(r domain.Requirement) bool {
				return slices.ContainsFunc(r.Kinds, func(c domain.PieceCode) bool {
					kind, _ := domain.PieceKindOf(c)
					return kind.Sensitive
				})
			})
		}
		a.complete(domain.CheckPieces(required, given, domain.DateOf(l.clock())))
	}
	return data("application", a)
}

// pieces reads them, with those of the household whose they are.
func (l *limit) pieces(ctx context.Context, a *singleFile, o opening, household []domain.PersonSituation) ([]domain.Piece, error) {
	var given []domain.Piece
	today := domain.DateOf(l.clock())
	err := queryEach(ctx, l.piecesOf, func(scan func(...any) error) error {
		p := givenPiece{Members: []linked{}}
		var rule domain.Piece
		var issued, expires *domain.Date
		var members pq.StringArray
		var file struct {
			size, pages *int
			media       *string
		}
		var transfer struct{ state, due, rejected *string }
		err := scan(&p.ID, &rule.Code, &rule.State, &p.RefusedFor, &p.DueOn, &issued, &expires, &p.Scan, &p.DepositedAt, &members,
			&file.size, &file.media, &file.pages, &transfer.state, &transfer.due, &transfer.rejected)
		if err != nil {
			return err
		}
		rule.ID = domain.ID(p.ID)
		if issued != nil {
			rule.IssuedOn = *issued
		}
		if expires != nil {
			rule.ExpiresOn = *expires
		}
		if p.RefusedFor != nil {
			rule.RefusedFor = domain.PieceRefusal(*p.RefusedFor)
		}
		for _, m := range household {
			if slices.Contains(members, string(m.Member)) {
				p.Members = append(p.Members, linked{m.Member, m.Link})
				rule.Members = append(rule.Members, m.Member)
			}
		}
		p.DepositedAt = p.DepositedAt.UTC()
		p.Kind, p.State = rule.Code, rule.On(today)
		if last := rule.LastDay(); rule.State == domain.PieceAccepted && !last.IsZero() {
			text := last.String()
			p.ServesUntil = &text
		}
		if file.size != nil {
			p.File = &pieceContent{*file.size, *file.media, *file.pages}
		}
		if transfer.state != nil {
			p.Transfer = &pieceTransfer{*transfer.state, *transfer.due, transfer.rejected}
		}
		a.Pieces, given = append(a.Pieces, p), append(given, rule)
		return nil
	}, a.ID, o.documents, o.sensitive, o.receipt, auth.FromContext(ctx).PersonID)
	return given, err
}

// complete tells what is missing.
func (a *singleFile) complete(all domain.Completeness) {
	c := &completeness{Percent: all.Percent(), Required: len(all), Missing: []missingPiece{}}
	for _, asked := range all {
		if asked.State == domain.PieceAccepted {
			c.Accepted++
			continue
		}
		m := missingPiece{Kinds: asked.Kinds, Level: asked.Level, State: asked.State}
		if asked.Member != "" {
			m.MemberID = &asked.Member
		}
		if asked.State == domain.PieceRefused {
			m.RefusedFor = &asked.RefusedFor
			m.DueOn = a.Pieces[slices.IndexFunc(a.Pieces, func(p givenPiece) bool { return p.ID == string(asked.Piece) })].DueOn
		}
		c.Missing = append(c.Missing, m)
	}
	a.Completeness = c
}

// statedOf is what is stored of somebody that decides which pieces are asked for.
type statedOf struct {
	reasons                []string
	mode                   *string
	civilStatus            *domain.CivilStatus
	work                   *domain.Work
	resources, confidences []domain.ResourceLine
}

// situation is what decides which pieces are asked for, of what the groups show.
func (l *limit) situation(ctx context.Context, id string, groups domain.GroupSet, housing domain.HousingClass, reasons []string) (domain.Situation, error) {
	s := domain.Situation{Facts: append(facts("motif_demande", reasons...), facts("mode_logement_actuel", domain.HousingModeOf(housing))...)}
	today := domain.DateOf(l.clock())
	err := queryEach(ctx, l.situationOf, func(scan func(...any) error) error {
		var m domain.PersonSituation
		var t statedOf
		var born *domain.Date
		err := scan(&m.Member, &m.Link, &born, jsonOf{&t.resources}, jsonOf{&t.civilStatus}, jsonOf{&t.work},
			jsonOf{&t.reasons}, &t.mode, jsonOf{&t.confidences})
		m.OfAge = m.Link.Adult() || born != nil && domain.Age(*born, today) >= domain.Majority
		m.Facts = t.ofPerson()
		s.Facts, s.People = append(s.Facts, t.ofHousehold(m.Link)...), append(s.People, m)
		return err
	}, id, groups.Opens(domain.GroupContact), groups.Opens(domain.GroupSensitive))
	return s, err
}

func (t statedOf) ofHousehold(link domain.HouseholdLink) []domain.Fact {
	all := facts("motif_demande", t.reasons...)
	if link == domain.LinkToBeBorn {
		all = append(all, facts("menage", "NAISSANCE")...)
	}
	if t.mode != nil {
		all = append(all, facts("mode_logement_actuel", *t.mode)...)
	}
	if t.civilStatus != nil && link == domain.LinkApplicant {
		all = append(all, facts("situation_familiale", string(t.civilStatus.FamilyStatus))...)
	}
	return all
}

func (t statedOf) ofPerson() []domain.Fact {
	all := facts("nationalite", "1", "2", "3") // any identity document will do
	if t.civilStatus != nil && t.civilStatus.Nationality != "" {
		all = facts("nationalite", string(t.civilStatus.Nationality))
	}
	if t.work != nil {
		all = append(all, facts("type_contrat_travail", string(t.work.Contract))...)
	}
	for _, r := range domain.Unfolded(t.resources, t.confidences) {
		all = append(all, facts("ressource_recue", r.Kind)...)
	}
	return all
}

// facts are those of a list that are stated.
func facts(list string, codes ...string) []domain.Fact {
	var all []domain.Fact
	for _, c := range codes {
		if c != "" {
			all = append(all, domain.Fact(list+":"+c))
		}
	}
	return all
}

// jsonOf reads a column of JSON, and leaves what null does not tell.
type jsonOf struct{ into any }

// Scan reads what the database gave.
func (j jsonOf) Scan(from any) error {
	text, _ := from.([]byte)
	if text == nil {
		return nil
	}
	return json.Unmarshal(text, j.into)
}
