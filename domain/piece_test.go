package domain_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/guichet-logement/guichet/domain"
)

func TestPieceKindsThatAreRefused(t *testing.T) {
	t.Parallel()
	const head = "code,theme,level,per,facts,one_of,validity,label_fr,label_en,source,sensitive\n"
	for name, line := range map[string]string{
		"no code":     ",t,INSTRUCTION,PERSON,,,,fr,en,s,\n",
		"no English":  "A,t,INSTRUCTION,PERSON,,,,fr,,s,\n",
		"no source":   "A,t,INSTRUCTION,PERSON,,,,fr,en,,\n",
		"no level":    "A,t,SOMETIMES,PERSON,,,,fr,en,s,\n",
		"of nobody":   "A,t,INSTRUCTION,NOBODY,,,,fr,en,s,\n",
		"no fact":     "A,t,INSTRUCTION,PERSON,married,,,fr,en,s,\n",
		"no code in":  "A,t,INSTRUCTION,PERSON,motif_demande:,,,fr,en,s,\n",
		"no validity": "A,t,INSTRUCTION,PERSON,,,a while,fr,en,s,\n",
		"no year":     "A,t,INSTRUCTION,PERSON,,,YEAR+,fr,en,s,\n",
		"too short":   "A,t,INSTRUCTION\n",
	} {
		if domain.ParsePieceKinds([]byte(head+line)) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := domain.ParsePieceKinds([]byte(head + "A,t,INSTRUCTION,PERSON,motif_demande:03|a:b,,P3M,fr,en,s,\n")); err != nil {
		t.Error(err)
	}
}

func TestPieceKinds(t *testing.T) {
	t.Parallel()
	seen := map[domain.PieceCode]bool{}
	for _, k := range domain.PieceKinds() {
		if seen[k.Code] {
			t.Errorf("%s is listed twice", k.Code)
		}
		seen[k.Code] = true
	}
	if len(seen) != 41 {
		t.Errorf("%d kinds", len(seen))
	}
}

const (
	applicant domain.ID = "mbr_01JD8Q6Y2V0000000000000000"
	spouse    domain.ID = "mbr_01JD8Q6Y2V0000000000000001"
	child     domain.ID = "mbr_01JD8Q6Y2V0000000000000002"
	visitor   domain.ID = "mbr_01JD8Q6Y2V0000000000000003"
	unborn    domain.ID = "mbr_01JD8Q6Y2V0000000000000004"
)

// Facts and kinds whose names look misspelt.
const (
	french   domain.Fact = "nationalite:1"
	european domain.Fact = "nationalite:2"
	other    domain.Fact = "nationalite:3"

	marriage = "MARIAGE"        //nolint:misspell // French
	unfit    = "LOCAL_IMPROPRE" //nolint:misspell // French
)

// couple is a French applicant who earns a wage, married to a pensioner, with a child,
// one that visits and one to be born; their dwelling is unfit.
var couple = domain.Situation{
	Facts: []domain.Fact{"situation_familiale:M", "motif_demande:03", "menage:NAISSANCE"},
	People: []domain.PersonSituation{
		{Member: applicant, Link: domain.LinkApplicant, OfAge: true, Facts: []domain.Fact{french, "type_contrat_travail:CDI"}},
		{Member: spouse, Link: domain.LinkSpouse, OfAge: true, Facts: []domain.Fact{other, "ressource_recue:RET", "ressource_recue:PINV"}},
		{Member: child, Link: domain.LinkChild},
		{Member: visitor, Link: domain.LinkVisitingChild, OfAge: true, Facts: []domain.Fact{"type_contrat_travail:ETU"}},
		{Member: unborn, Link: domain.LinkToBeBorn},
	},
}

func TestRequiredPieces(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		situation domain.Situation
		want      []string
	}{
		"nobody": {domain.Situation{}, []string{"PATRIMOINE"}},
		"alone, of the European Union": {
			domain.Situation{People: []domain.PersonSituation{{Member: applicant, Link: domain.LinkApplicant, Facts: []domain.Fact{european}}}},
			[]string{"ID_UE 0", "AVIS_N2 0", "PATRIMOINE"},
		},
		"a couple": {couple, []string{
			"ID_FR 0", "ID_ADULTES 1", "AVIS_N2 0", "AVIS_N2 1", marriage, "GROSSESSE", "BULLETINS_SALAIRE 0",
			"NOTIF_PENSION 1", "NON_DECENT/INSALUBRE/" + unfit, "PATRIMOINE",
		}},
	} {
		var got []string
		for _, r := range domain.RequiredPieces(c.situation) {
			got = append(got, words(r))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\ngot  %v\nwant %v", name, got, c.want)
		}
	}
}

// words writes the kinds of a requirement and the rank of its member.
func words(r domain.Requirement) string {
	kinds := make([]string, len(r.Kinds))
	for i, k := range r.Kinds {
		kinds[i] = string(k)
	}
	s := strings.Join(kinds, "/")
	if r.Member != "" {
		s += " " + string(r.Member[len(r.Member)-1])
	}
	return s
}

func TestPiecesThatAreNotAccepted(t *testing.T) {
	t.Parallel()
	const today = "2026-11-25"
	for name, c := range map[string]struct {
		piece           domain.Piece
		issued, expires string
		want            string
	}{
		"of no kind":          {domain.Piece{Code: "LOVE_LETTER", State: domain.PieceDeposited}, today, "", "UNKNOWN_REFERENCE kind: There is no such kind of piece."},
		"accepted already":    {domain.Piece{Code: "ID_FR", State: domain.PieceAccepted}, "", "", "ILLEGAL_TRANSITION id: It was checked: it is ACCEPTED. Deposit another piece."},
		"refused already":     {domain.Piece{Code: "ID_FR", State: domain.PieceRefused}, "", "", "ILLEGAL_TRANSITION id: It was checked: it is REFUSED. Deposit another piece."},
		"valid until nobody":  {domain.Piece{Code: "ID_UE", State: domain.PieceDeposited}, today, "", "INVALID expiresOn: Tell until when it is valid, as it says."},
		"of no day":           {domain.Piece{Code: "AVIS_N2", State: domain.PieceDeposited}, "", "", "INVALID issuedOn: Tell when it was issued: it serves for a time."},
		"of tomorrow":         {domain.Piece{Code: "CAF_MSA", State: domain.PieceDeposited}, "2026-11-26", "", "INVALID issuedOn: It was issued today or earlier."},
		"out of date":         {domain.Piece{Code: "SEJOUR", State: domain.PieceDeposited}, "", "2026-11-24", "INVALID id: It serves no more: it ran out on 2026-11-24."},
		"of the year before":  {domain.Piece{Code: "AVIS_N2", State: domain.PieceDeposited}, "2024-09-01", "", "INVALID id: It serves no more: it ran out on 2025-12-31."},
		"of four months past": {domain.Piece{Code: "BULLETINS_SALAIRE", State: domain.PieceDeposited}, "2026-08-24", "", "INVALID id: It serves no more: it ran out on 2026-11-24."},
	} {
		next, refusals := c.piece.Accept(maybe(t, c.issued), maybe(t, c.expires), date(t, today))
		if refusals == nil || refusals.Error() != c.want {
			t.Errorf("%s: got %v\nwant %s", name, refusals, c.want)
		}
		if fmt.Sprint(next) != fmt.Sprint(c.piece) {
			t.Errorf("%s: refused, and changed", name)
		}
	}
	deposited := domain.Piece{Code: "ID_FR", State: domain.PieceDeposited}
	if _, refusals := deposited.Refuse("UGLY"); refusals == nil || refusals[0].Code != domain.Invalid {
		t.Errorf("refused for no reason: %v", refusals)
	}
	refused, refusals := deposited.Refuse(domain.PieceUnreadable)
	if refusals != nil || refused.State != domain.PieceRefused || refused.RefusedFor != domain.PieceUnreadable {
		t.Errorf("refused: %+v, %v", refused, refusals)
	}
	if _, refusals := refused.Refuse(domain.PieceOutdated); refusals == nil || refusals[0].Code != domain.IllegalTransition {
		t.Errorf("refused twice: %v", refusals)
	}
}

func maybe(t *testing.T, s string) domain.Date {
	t.Helper()
	if s == "" {
		return domain.Date{}
	}
	return date(t, s)
}

func TestHowLongPiecesServe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code                  domain.PieceCode
		issued, expires, last string
	}{
		{"ID_FR", "", "", ""}, // even out of date
		{"ID_FR", "2001-01-01", "2011-01-01", ""},
		{"ID_UE", "", "2027-02-28", "2027-02-28"},
		{"AVIS_N2", "2025-09-01", "", "2026-12-31"},
		{"AVIS_N1", "2026-08-15", "", "2026-12-31"},
		{"CAF_MSA", "2026-11-30", "", "2027-02-28"},
		{"GROSSESSE", "2026-11-20", "", "2027-08-20"},
		{marriage, "1999-06-12", "", ""},
	} {
		p := domain.Piece{Code: c.code, State: domain.PieceDeposited}
		on := date(t, "2026-12-01")
		p, refusals := p.Accept(maybe(t, c.issued), maybe(t, c.expires), on)
		if refusals != nil || p.LastDay() != maybe(t, c.last) {
			t.Errorf("%s of %s: until %s, %v", c.code, c.issued, p.LastDay(), refusals)
			continue
		}
		if c.last == "" {
			if far := date(t, "2100-01-01"); p.On(far) != domain.PieceAccepted {
				t.Errorf("%s: %s in 2100", c.code, p.On(far))
			}
			continue
		}
		last := date(t, c.last)
		if p.On(last) != domain.PieceAccepted || p.On(last.AddDays(1)) != domain.PieceExpired {
			t.Errorf("%s: %s on its last day, then %s", c.code, p.On(last), p.On(last.AddDays(1)))
		}
		if len(domain.Reusable([]domain.Piece{p}, last)) != 1 || len(domain.Reusable([]domain.Piece{p}, last.AddDays(1))) != 0 {
			t.Errorf("%s: reused otherwise", c.code)
		}
	}
}

func TestCompleteness(t *testing.T) {
	t.Parallel()
	today := date(t, "2026-11-25")
	required := domain.RequiredPieces(couple)
	identity := domain.Piece{ID: "a", Code: "ID_FR", Members: []domain.ID{applicant}, State: domain.PieceDeposited}
	of := func(pieces ...domain.Piece) domain.Completeness { return domain.CheckPieces(required, pieces, today) }

	if c := of(); c.Complete(domain.PieceForRegistration) || c.Percent() != 0 || c[0].State != domain.PieceMissing {
		t.Errorf("nothing: %+v", c[0])
	}
	if c := of(identity); c.Complete(domain.PieceForRegistration) || c[0].State != domain.PieceDeposited || c[0].Piece != "a" {
		t.Errorf("not checked: %+v", c[0])
	}
	others := identity
	others.State, others.Members = domain.PieceAccepted, []domain.ID{spouse}
	if c := of(others); c[0].State != domain.PieceMissing {
		t.Errorf("of another: %+v", c[0])
	}
	refused, _ := identity.Refuse(domain.PieceUnreadable)
	if c := of(refused); c[0].State != domain.PieceRefused || c[0].RefusedFor != domain.PieceUnreadable {
		t.Errorf("refused: %+v", c[0])
	}
	accepted, _ := identity.Accept(domain.Date{}, domain.Date{}, today)
	accepted.ID = "b"
	c := of(refused, accepted, identity)
	if !c.Complete(domain.PieceForRegistration) || c.Complete(domain.PieceForInstruction) || c[0].Piece != "b" || c[0].RefusedFor != "" || c.Percent() != 10 {
		t.Errorf("accepted: %+v, %d %%", c[0], c.Percent())
	}
	// One notice of a couple answers for both.
	notice, refusals := domain.Piece{ID: "c", Code: "AVIS_N2", Members: []domain.ID{applicant, spouse}, State: domain.PieceDeposited}.
		Accept(date(t, "2025-09-01"), domain.Date{}, today)
	stay, more := domain.Piece{ID: "d", Code: "ID_ADULTES", Members: []domain.ID{spouse}, State: domain.PieceDeposited}.
		Accept(domain.Date{}, domain.Date{}, today)
	if refusals != nil || more != nil {
		t.Fatal(refusals, more)
	}
	if c := of(accepted, notice, stay); !c.Complete(domain.PieceForInstruction) || c.Complete(domain.PieceComplementary) || c.Percent() != 40 {
		t.Errorf("instruction: %+v", c)
	}
	if c := domain.CheckPieces(required, []domain.Piece{accepted, notice, stay}, date(t, "2027-01-01")); c.Complete(domain.PieceForInstruction) || c[2].State != domain.PieceExpired {
		t.Errorf("next year: %+v", c[2])
	}
	// Any of three will do.
	unhealthy := domain.Piece{ID: "e", Code: "INSALUBRE", State: domain.PieceDeposited}
	if c := of(unhealthy); c[8].State != domain.PieceDeposited || c[8].Piece != "e" {
		t.Errorf("unfit: %+v", c[8])
	}
	if none := domain.CheckPieces(nil, nil, today); none.Percent() != 100 || !none.Complete(domain.PieceComplementary) {
		t.Error("nothing is asked for, and something is missing")
	}
}

// One piece more never makes a file less complete, nor a day more makes it fuller; and
// what is asked depends on no order.
func TestCompletenessIsMonotone(t *testing.T) {
	t.Parallel()
	facts := []domain.Fact{french, european, other}
	for _, s := range []string{
		"type_contrat_travail:CDI", "type_contrat_travail:ETU",
		"ressource_recue:SAL", "ressource_recue:AF", "revenus:BAISSE", "motif_demande:03", "motif_demande:06", "situation_familiale:M",
	} {
		facts = append(facts, domain.Fact(s))
	}
	members := []domain.ID{applicant, spouse, child}
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.SliceOfDistinct(rapid.SampledFrom(facts), func(f domain.Fact) domain.Fact { return f })
		s := domain.Situation{Facts: some.Draw(t, "facts")}
		for i, link := range []domain.HouseholdLink{domain.LinkApplicant, domain.LinkSpouse, domain.LinkChild} {
			s.People = append(s.People, domain.PersonSituation{
				Member: members[i], Link: link, OfAge: rapid.Bool().Draw(t, "of age"), Facts: some.Draw(t, "facts of one"),
			})
		}
		required := domain.RequiredPieces(s)
		kinds := domain.PieceKinds()
		pieces := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) domain.Piece {
			return domain.Piece{
				Code:     rapid.SampledFrom(kinds).Draw(t, "kind").Code,
				Members:  []domain.ID{rapid.SampledFrom(members).Draw(t, "of")},
				State:    rapid.SampledFrom([]domain.PieceState{domain.PieceDeposited, domain.PieceAccepted, domain.PieceRefused}).Draw(t, "state"),
				IssuedOn: anyDate.Draw(t, "issued"), ExpiresOn: anyDate.Draw(t, "expires"),
			}
		}), 1, 12).Draw(t, "pieces")
		on := anyDate.Draw(t, "day")
		all := domain.CheckPieces(required, pieces, on)
		if fewer := domain.CheckPieces(required, pieces[1:], on); fewer.Percent() > all.Percent() {
			t.Fatalf("%d %% with a piece more, %d without", all.Percent(), fewer.Percent())
		}
		if later := domain.CheckPieces(required, pieces, on.AddDays(1)); later.Percent() > all.Percent() {
			t.Fatalf("%d %%, and %d the day after", all.Percent(), later.Percent())
		}
		if full := all.Complete(domain.PieceComplementary); full != (all.Percent() == 100) {
			t.Fatalf("complete: %v, at %d %%", full, all.Percent())
		}
		slices.Reverse(s.Facts)
		for i := range s.People {
			slices.Reverse(s.People[i].Facts)
		}
		if again := domain.RequiredPieces(s); fmt.Sprint(again) != fmt.Sprint(required) {
			t.Fatalf("%v, and in another order %v", required, again)
		}
	})
}
