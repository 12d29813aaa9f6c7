package domain

import (
	"fmt"
	"regexp"
	"slices"
)

var sha256Shape = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// CheckUpload looks at what is told of a file before it is sent.
func CheckUpload(size, most int, sha256 string) Refusals {
	var refused Refusals
	if size < 1 || size > most {
		refused = append(refused, refuse(Invalid,
			fmt.Sprintf("A file has 1 to %d bytes.", most), fmt.Sprintf("Un fichier compte 1 à %d octets.", most), "size"))
	}
	if !sha256Shape.MatchString(sha256) {
		refused = append(refused, refuse(Invalid,
			"A SHA-256 has 64 hexadecimal digits.", "Un SHA-256 compte 64 chiffres hexadécimaux.", "sha256"))
	}
	return refused
}

// CheckDeposit looks at what is told of a piece: a kind of the list, and people of the
// household.
func CheckDeposit(kind PieceCode, members, household []ID) Refusals {
	refused := CheckPieceKind(kind)
	if slices.ContainsFunc(members, func(m ID) bool { return !slices.Contains(household, m) }) {
		refused = append(refused, notOfHousehold())
	}
	return refused
}

// CheckPieceKind refuses a kind that is not on the list.
func CheckPieceKind(kind PieceCode) Refusals {
	if _, known := pieceKind(kind); !known {
		return Refusals{refuse(Unknown, "There is no such kind of piece.", "Ce type de pièce n'existe pas.", "kind")}
	}
	return nil
}

func notOfHousehold() *Refusal {
	return refuse(Unknown, "Nobody of the household has this identifier.", "Personne du ménage n'a cet identifiant.", "memberIds")
}

// CheckScanned refuses to take as proof what nobody could look at yet.
func CheckScanned(s ScanState) Refusals {
	if s == ScanClean {
		return nil
	}
	r := refuse(IllegalTransition, "Its file waits for the antivirus.", "Son fichier attend l'antivirus.", "pieceId")
	r.Help = Text{EN: "Try again in a moment: the piece's scan is then CLEAN.", FR: "Réessayer dans un instant : le scan de la pièce est alors CLEAN."}
	return Refusals{r}
}

// CheckDue wants another piece in the future.
func CheckDue(due, today Date) Refusals {
	if today.Before(due) {
		return nil
	}
	return Refusals{refuse(Invalid, "Ask for another one by tomorrow or later.", "Demander une autre pièce pour demain au plus tôt.", "dueOn")}
}
