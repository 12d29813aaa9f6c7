package domain

import "slices"

// requestReasons are those of the national registry (motifs de la demande; interface
// 02.01).
var requestReasons = []string{
	"01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12",
	"13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23",
}

// sensitiveReasons are the reasons that tell of violence, disability or health
// (motifs de la demande; codes of the national registry's interface 02.01).
var sensitiveReasons = []string{"06", "07", "08"}

// SensitiveReason tells a reason that is kept with what is sensitive, apart from the
// others: where it stood among them its absence could be read.
func SensitiveReason(code string) bool { return slices.Contains(sensitiveReasons, code) }
