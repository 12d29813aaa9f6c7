package domain

import "slices"

// sensitiveReasons are the reasons that tell of violence, disability or health
// (motifs de la demande; codes of the national registry's interface 02.01).
var sensitiveReasons = []string{"06", "07", "08"}

// SensitiveReason tells a reason that is kept with what is sensitive, apart from the
// others: where it stood among them its absence could be read.
func SensitiveReason(code string) bool { return slices.Contains(sensitiveReasons, code) }
