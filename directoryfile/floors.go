package directoryfile

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxFloors bounds the field, in characters: room for all floors one by one.
	maxFloors = 500
	// highestFloor, and as deep below the ground, is as far as the stock file goes.
	highestFloor = 99
)

var floorsShape = regexp.MustCompile(`^(RC|RDC|-?[0-9]{1,2})(?:-(RC|RDC|-?[0-9]{1,2}))?$`)

// floors reads a list of floors, such as RC,1,2 or 0-3. Each stands there once.
func (r *record) floors() []int {
	return field(r, "floors", parseFloors,
		"Write floors as RC,1,2 or 0-3, each once; basements are -1, -2.",
		"Écrire les étages comme RC,1,2 ou 0-3, chacun une fois ; les sous-sols sont -1, -2.")
}

func parseFloors(s string) ([]int, error) {
	entries := strings.FieldsFunc(strings.ToUpper(s), func(c rune) bool { return c == ',' || c == '|' || c == ' ' })
	var floors []int
	for _, entry := range entries {
		parts := floorsShape.FindStringSubmatch(entry)
		if parts == nil {
			return nil, errShape
		}
		low := floorNumber(parts[1])
		high := low
		if parts[2] != "" {
			high = floorNumber(parts[2])
		}
		if high < low {
			return nil, errShape
		}
		for n := low; n <= high; n++ {
			floors = append(floors, n)
		}
		if len(floors) > 2*highestFloor+1 {
			return nil, errShape
		}
	}
	slices.Sort(floors)
	if len(floors) == 0 || len(slices.Compact(slices.Clone(floors))) < len(floors) {
		return nil, errShape
	}
	return floors, nil
}

// floorNumber reads what floorsShape lets through.
func floorNumber(s string) int {
	if s == "RC" || s == "RDC" {
		return 0
	}
	n, _ := strconv.Atoi(s)
	return n
}

// formatFloors separates by |, as other lists are written: a spreadsheet takes 1,2
// for a number and 1-3 for a date.
func formatFloors(floors []int) string {
	words := make([]string, len(floors))
	for i, n := range floors {
		words[i] = floorWord(n)
	}
	return strings.Join(words, "|")
}

func floorWord(n int) string {
	if n == 0 {
		return "RC"
	}
	return strconv.Itoa(n)
}
