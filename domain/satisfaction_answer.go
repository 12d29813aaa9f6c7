package domain

import (
	"encoding/base32"
	"strings"
)

// Satisfaction is what somebody thinks of an appointment, from 1, bad, to 5, very good.
type Satisfaction struct {
	// Overall, Clarity of what was explained, and Waiting for the appointment and there.
	Overall, Clarity, Waiting int
}

// Check refuses what is no mark.
func (s Satisfaction) Check() Refusals {
	var refusals Refusals
	for _, mark := range []struct {
		field string
		value int
	}{{"overall", s.Overall}, {"clarity", s.Clarity}, {"waiting", s.Waiting}} {
		if mark.value < 1 || mark.value > 5 {
			refusals = append(refusals, refuse(Invalid, "A mark is 1 to 5.", "Une note va de 1 à 5.", mark.field))
		}
	}
	return refusals
}

// The bounds of what is asked.
const (
	// AnswerMonths is for how many months after the one of the appointment a code is good.
	AnswerMonths = 3
	// MaxSatisfactionMonths and MaxSatisfactionRows bound what is told at once.
	MaxSatisfactionMonths = 12
	MaxSatisfactionRows   = 500
)

// SatisfactionThreshold is how many answers a figure rests on at least: fewer would tell
// what somebody thinks whom the point remembers.
const SatisfactionThreshold = 5

// answerCodeLength is in characters of base 32: nobody guesses 80 bits.
const answerCodeLength = 16

// AnswerCode makes the code by which somebody answers, to be typed once, of bytes that nobody
// guesses.
func AnswerCode(secret []byte) string {
	code := base32.StdEncoding.EncodeToString(secret)[:answerCodeLength]
	return code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
}

// TidyAnswerCode is a code as it was made, however it was typed; empty when it can be none.
func TidyAnswerCode(s string) string {
	s = strings.ToUpper(strings.ReplaceAll(withoutSpaces(s), "-", ""))
	if len(s) != answerCodeLength {
		return ""
	}
	return s
}

// AnswerCodeUsed refuses a code that is none, or was used.
func AnswerCodeUsed() Refusals {
	return Refusals{refuse(Invalid,
		"This code is none, was used, or is over.", "Ce code n'existe pas, a servi, ou n'est plus valable.", "code")}
}
