package pqcache

import "strings"

// Unprepared marks a statement that must be planned for its arguments each
// time: a text that starts with it is never kept. It is for the root lists
// whose only selective predicate is the caller's scope, where a generic plan
// reads the whole table in the list's order.
//
// It is a comment and not a context value, so that it covers the one statement
// and not the eager loads that run under the same context. With Ent:
// Selector.Prefix(sql.Raw(pqcache.Unprepared)).
const Unprepared = "/*unprepared*/"

// maxText bounds the length of a kept text in bytes. Longer ones are IN lists
// of changing length, which are seldom asked again and fill the server's
// memory with plans.
const maxText = 16 << 10

// blank is what PostgreSQL's scanner takes for white space.
const blank = " \t\n\r\f\v"

// cacheable reports whether a statement with arguments may be kept. A
// semicolon anywhere but at the end counts as a second statement, though it may
// stand in a literal: the text is then only sent unprepared.
func cacheable(text string) bool {
	if len(text) > maxText || strings.HasPrefix(strings.TrimLeft(text, blank), Unprepared) {
		return false
	}
	switch keyword(text) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		_, after, _ := strings.Cut(text, ";")
		return strings.Trim(after, blank) == ""
	default:
		return false
	}
}

// resetsSession reports whether text may change what kept statements mean: a
// SET, RESET, DISCARD or DEALLOCATE at the start of any of its statements.
// Splitting at every semicolon may find one inside a literal, which empties the
// cache for nothing.
func resetsSession(text string) bool {
	for text != "" {
		text = skipBlank(text)
		switch keyword(text) {
		case "SET", "RESET", "DISCARD", "DEALLOCATE":
			return true
		}
		_, text, _ = strings.Cut(text, ";")
	}
	return false
}

// keyword returns the first word of text in capitals, "" if text does not
// start with a letter.
func keyword(text string) string {
	text = skipBlank(text)
	end := 0
	for end < len(text) && 'a' <= text[end]|0x20 && text[end]|0x20 <= 'z' {
		end++
	}
	return strings.ToUpper(text[:end])
}

// skipBlank returns text from its first byte that is neither white space nor
// part of a comment.
func skipBlank(text string) string {
	for {
		text = strings.TrimLeft(text, blank)
		switch {
		case strings.HasPrefix(text, "--"):
			end := strings.IndexAny(text, "\r\n")
			if end < 0 {
				return ""
			}
			text = text[end:]
		case strings.HasPrefix(text, "/*"):
			text = skipBlock(text)
		default:
			return text
		}
	}
}

// skipBlock returns what follows the block comment text starts with. Block
// comments nest in PostgreSQL.
func skipBlock(text string) string {
	depth := 0
	for i := 0; i+2 <= len(text); {
		switch text[i : i+2] {
		case "/*":
			depth++
			i += 2
		case "*/":
			depth--
			i += 2
			if depth == 0 {
				return text[i:]
			}
		default:
			i++
		}
	}
	return ""
}
