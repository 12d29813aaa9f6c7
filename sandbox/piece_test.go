package sandbox

import (
	"slices"
	"testing"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/piecefile"
	"github.com/guichet-logement/guichet/service"
)

// TestPiecesOfEveryState: the sandbox has what a desk meets, given in at several points,
// by the portal and blindly.
func TestPiecesOfEveryState(t *testing.T) {
	t.Parallel()
	known := knownToApplications(t)
	states, media, points := map[domain.PieceState]int{}, map[domain.MediaType]int{}, map[string]int{}
	blind, k := 0, 0
	for a := range filed(manyApplications) {
		for _, p := range a.Pieces {
			if wrong := checkPiece(a, p, known); len(wrong) > 0 {
				t.Fatalf("%d: %s: %v\n%+v", k, p.ID, wrong, p.Piece)
			}
			found, refused := piecefile.Inspect(p.Content)
			if refused != nil || found.Pages != 1 {
				t.Fatalf("%s: %d pages, %v", p.ID, found.Pages, refused)
			}
			media[found.Type]++
			points[p.Point]++
		}
		for _, asked := range domain.CheckPieces(domain.RequiredPieces(situationOf(a)), piecesOf(a), applicationsOn) {
			states[asked.State]++
			if asked.Level == domain.PieceForRegistration && (asked.State == domain.PieceMissing || asked.State == domain.PieceRefused) && a.UniqueNumber != "" {
				t.Errorf("%s has a number without a document of identity", a.ID)
			}
		}
		if len(a.Blind) > 0 && a.UniqueNumber != "" {
			blind++
		}
		k++
	}
	for _, s := range domain.PieceState("").Values() {
		if states[domain.PieceState(s)] < 20 {
			t.Errorf("%d pieces are %s", states[domain.PieceState(s)], s)
		}
	}
	if media[domain.MediaPDF] < 100 || media[domain.MediaJPEG] < 100 || points[""] < 100 || len(points) < 5 || blind != 1 {
		t.Errorf("files %v, points %v, %d blind", media, points, blind)
	}
}

func situationOf(a service.SandboxApplication) domain.Situation {
	return (&draft{SandboxApplication: a, on: applicationsOn}).situation()
}

func piecesOf(a service.SandboxApplication) []domain.Piece {
	var all []domain.Piece
	for _, p := range a.Pieces {
		all = append(all, p.Piece)
	}
	return all
}

func checkPiece(a service.SandboxApplication, p service.SandboxPiece, known knownWorld) []string {
	day := domain.DateOf(p.DepositedAt)
	return claims(map[string]bool{
		"given in while the application lived": !day.Before(a.RegisteredOn) && !applicationsOn.Before(day),
		"of the household":                     domain.CheckDeposit(p.Code, p.Members, memberIDs(a)) == nil,
		"given in where somebody receives":     (p.Point == "") == (p.DepositedBy == "") && (p.Point == "" || slices.Contains(known.people[p.DepositedBy], p.Point)),
		"another one due when it was refused":  (p.State == domain.PieceRefused) == !p.DueOn.IsZero(),
		"protected is seen by its own point":   !a.Protected || p.Point == "" || p.Point == a.FollowingPoint,
	})
}
