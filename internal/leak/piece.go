package leak

import (
	"slices"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
)

// piece is one with all of its columns.
type piece struct {
	id, kind, state, refusedFor, scan string
	sensitive                         bool
	members                           []string
	issuedOn                          oracle.Day
	by, point                         string
	transfer                          string
	transferDue                       oracle.Day
}

func (w *World) newPiece(a *application, n int) piece {
	p := piece{id: w.id(domain.PiecePrefix, a.ID, n), state: "DEPOSITED", scan: "CLEAN", by: pick(w, w.people).ID}
	if len(a.Receptions) > 0 && w.chance(60) {
		p.by = pick(w, a.Receptions).Person
	}
	p.kind = pick(w, []string{"AVIS_N2", "ID_FR", "NON_DECENT", "SANTE", "VIOLENCES", "GROSSESSE"})
	p.sensitive = slices.Contains([]string{"SANTE", "VIOLENCES", "GROSSESSE"}, p.kind)
	if w.chance(70) {
		p.members = []string{pick(w, a.members).id}
	}
	if w.chance(50) {
		p.point = pick(w, w.points).id
	}
	switch w.r.IntN(4) {
	case 0:
		p.state, p.issuedOn = "ACCEPTED", w.day(-10)
	case 1:
		p.state, p.refusedFor = "REFUSED", "UNREADABLE"
	case 2:
		p.scan = "PENDING"
	}
	w.transfer(&p)
	return p
}

// transfer begins the way of a clean piece to the digitiser, of most of them: one that was
// refused first has none.
func (w *World) transfer(p *piece) {
	if p.scan == "CLEAN" && w.chance(80) {
		p.transfer, p.transferDue = pick(w, domain.PieceTransferState("").Values()), pick(w, []oracle.Day{w.day(-1), w.day(0), w.day(14)})
	}
}

// transferred are the columns of a transfer, and what the contract tells of it.
func (w *World) transferred(p piece) object {
	o := object{"state": p.transfer, "dueOn": p.transferDue, "sentAt": nil, "settledAt": nil, "rejectedFor": nil}
	switch p.transfer {
	case "SENT":
		o["sentAt"] = w.given().Format(time.RFC3339)
	case "ACKNOWLEDGED", "REJECTED":
		o["sentAt"], o["settledAt"] = w.given().Format(time.RFC3339), w.given().Format(time.RFC3339)
	}
	if p.transfer == "REJECTED" {
		o["rejectedFor"] = "NOT_ON_LIST"
	}
	return o
}

// inTrouble tells whether somebody has to see to the transfer of a piece.
func (w *World) inTrouble(p piece, asked []string) bool {
	late := (p.transfer == "TO_SEND" || p.transfer == "SENT") && p.transferDue < oracle.DayOf(w.Now)
	return p.state != "REFUSED" && (late && slices.Contains(asked, "LATE") || p.transfer == "REJECTED" && slices.Contains(asked, "REJECTED"))
}

// given is when every piece was given in.
func (w *World) given() time.Time { return w.Now.Add(-24 * time.Hour).UTC().Truncate(time.Second) }

func (w *World) addPiece(add func(string, row), a *application, p piece) {
	var due any
	if p.state == "REFUSED" {
		due = w.day(20)
	}
	add("piece", row{
		"id": p.id, "application_id": a.ID, "kind": p.kind, "sensitive": p.sensitive, "state": p.state, "refused_for": orNull(p.refusedFor),
		"due_on": due, "issued_on": orNull(p.issuedOn), "scan": p.scan, "deposited_at": w.given(), "deposited_by_id": p.by,
		"reception_point_id": orNull(p.point),
	})
	for _, m := range p.members {
		add("piece_member", row{"piece_id": p.id, "household_member_id": m})
	}
	add("piece_file", row{
		"id": w.id(domain.PieceFilePrefix, p.id), "application_id": a.ID, "piece_id": p.id, "name": "pieces/" + p.id, "size": 1000,
		"sha256": "56ba31df06de9668e679cdbb1f57bcc0c648568fe23c1f0b72679906c1792067", "media_type": "PDF", "pages": 3,
	})
	if p.transfer == "" {
		return
	}
	o := w.transferred(p)
	add("piece_transfer", row{
		"id": w.id(domain.PieceTransferPrefix, p.id), "application_id": a.ID, "piece_id": p.id, "state": o["state"], "due_on": o["dueOn"],
		"sent_at": o["sentAt"], "settled_at": o["settledAt"], "rejected_for": o["rejectedFor"], "reference": p.id, "next_try": w.given(),
	})
}

// pieces are those that the caller must get, as it must get them.
func (w *World) pieces(s sight) []object {
	all := []object{}
	for _, p := range s.shown() {
		o := object{
			"__typename": "Piece", "id": p.id, "kind": p.kind, "members": []object{}, "state": w.stateOf(p), "refusedFor": orNull(p.refusedFor),
			"dueOn": nil, "issuedOn": orNull(p.issuedOn), "expiresOn": nil, "servesUntil": nil, "scan": p.scan,
			"depositedAt": w.given().Format(time.RFC3339), "receptionPoint": nil, "file": nil, "transfer": nil,
		}
		if p.transfer != "" {
			t := w.transferred(p)
			t["__typename"] = "PieceTransfer"
			o["transfer"] = t
		}
		if p.state == "REFUSED" {
			o["dueOn"] = w.day(20)
		}
		if last := rules(p).LastDay(); p.state == "ACCEPTED" && !last.IsZero() {
			o["servesUntil"] = last.String()
		}
		if p.point != "" {
			o["receptionPoint"] = object{"id": p.point}
		}
		if s.Opens("FILE") {
			members := []object{}
			for _, m := range s.members {
				if slices.Contains(p.members, m.id) {
					members = append(members, w.person(s, m))
				}
			}
			o["members"] = members
		}
		if s.Bytes(p.sensitive, p.members, p.by) {
			o["file"] = object{
				"__typename": "PieceFile", "size": 1000, "mediaType": "PDF", "pages": 3,
				"sha256": "56ba31df06de9668e679cdbb1f57bcc0c648568fe23c1f0b72679906c1792067",
			}
		}
		all = append(all, o)
	}
	return all
}

// shown are the pieces that the caller must get, in the order of identifiers.
func (s sight) shown() []piece {
	seen := slices.DeleteFunc(slices.Clone(s.pieces), func(p piece) bool { return !s.Piece(p.sensitive, p.members, p.by) })
	slices.SortFunc(seen, func(a, b piece) int { return slices.Compare([]byte(a.id), []byte(b.id)) })
	return seen
}

// rules is the piece as the rules of pieces take it.
func rules(p piece) domain.Piece {
	d := domain.Piece{
		ID: domain.ID(p.id), Code: domain.PieceCode(p.kind), State: domain.PieceState(p.state), RefusedFor: domain.PieceRefusal(p.refusedFor),
	}
	for _, m := range p.members {
		d.Members = append(d.Members, domain.ID(m))
	}
	if p.issuedOn != "" {
		d.IssuedOn, _ = domain.ParseDate(string(p.issuedOn)) // it is one of ours
	}
	return d
}

func (w *World) stateOf(p piece) domain.PieceState { return rules(p).On(domain.DateOf(w.Now)) }

// completeness is what the rules of pieces say of what the caller may see.
func (w *World) completeness(s sight) any {
	if !s.Opens("FILE") || !s.Opens("DOCUMENTS") {
		return nil
	}
	var situation domain.Situation
	because := func(reasons []string) {
		for _, r := range reasons {
			situation.Facts = append(situation.Facts, domain.Fact("motif_demande:"+r))
		}
	}
	because(s.reasons)
	if mode := domain.HousingModeOf(domain.HousingClass(s.housing)); mode != "" {
		situation.Facts = append(situation.Facts, domain.Fact("mode_logement_actuel:"+mode))
	}
	for _, m := range s.members {
		if m.sensitive && s.Sensitive(m.id) {
			because(m.reasons)
			situation.Facts = append(situation.Facts, domain.Fact("mode_logement_actuel:"+m.mode))
		}
		if m.link == "APPLICANT" && s.Opens("CONTACT") {
			situation.Facts = append(situation.Facts, domain.Fact("situation_familiale:"+m.civilStatus().FamilyStatus))
		}
		if m.link == "TO_BE_BORN" {
			situation.Facts = append(situation.Facts, "menage:NAISSANCE")
		}
		link := domain.HouseholdLink(m.link)
		situation.People = append(situation.People, domain.PersonSituation{
			Member: domain.ID(m.id), Link: link, OfAge: link.Adult() || m.bornOn != "" && age(m.bornOn, oracle.DayOf(w.Now)) >= 18,
			Facts: append(m.facts(s), "ressource_recue:SAL"),
		})
	}
	var given []domain.Piece
	for _, p := range s.shown() {
		given = append(given, rules(p))
	}
	required := slices.DeleteFunc(domain.RequiredPieces(situation), func(r domain.Requirement) bool {
		kind, _ := domain.PieceKindOf(r.Kinds[0])
		return kind.Sensitive && s.Self == "" && !s.Opens("SENSITIVE")
	})
	answered := domain.CheckPieces(required, given, domain.DateOf(w.Now))
	accepted, missing := 0, []object{}
	for _, a := range answered {
		if a.State == domain.PieceAccepted {
			accepted++
			continue
		}
		o := object{
			"__typename": "MissingPiece", "kinds": a.Kinds, "level": a.Level, "memberId": orNull(a.Member), "state": a.State,
			"refusedFor": nil, "dueOn": nil,
		}
		if a.State == domain.PieceRefused {
			o["refusedFor"], o["dueOn"] = a.RefusedFor, w.day(20)
		}
		missing = append(missing, o)
	}
	return object{
		"__typename": "Completeness", "percent": answered.Percent(), "required": len(answered), "accepted": accepted, "missing": missing,
	}
}
