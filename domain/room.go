package domain

import (
	"slices"
	"strings"
)

// MaxRooms bounds the rooms of a reception point.
const MaxRooms = 50

// CheckRoom says what is wrong with the name of a room (bureau) in which people are
// received, at a point that has rooms of these names.
func CheckRoom(name string, there []string) Refusals {
	switch {
	case strings.TrimSpace(name) == "" || len(name) > 60:
		return Refusals{refuse(Invalid,
			"A room has a name of 1 to 60 characters.", "Un bureau a un nom de 1 à 60 caractères.", "name")}
	case len(there) >= MaxRooms:
		return Refusals{refuse(Invalid,
			"A reception point has at most 50 rooms.", "Un guichet a 50 bureaux au plus.", "name")}
	case slices.Contains(there, strings.TrimSpace(name)):
		return Refusals{refuse(Duplicate,
			"The reception point has a room of this name.", "Le guichet a un bureau de ce nom.", "name")}
	}
	return nil
}
