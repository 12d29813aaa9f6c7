package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// TraceHeader carries the trace id of an answer, 32 hexadecimal digits: the same
// as in its errors and in our log.
const TraceHeader = "Trace-Id"

// caller is what every request tells of itself, whoever sent it.
type caller struct {
	traceID  string
	language domain.Language
}

type callerKey struct{}

// trace joins the request to the trace of its caller (W3C Trace Context), or
// begins one, and reads the language of messages.
func trace() func(http.Handler) http.Handler {
	matcher := language.NewMatcher([]language.Tag{language.French, language.English})
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c := caller{traceID: traceIDOf(r.Header.Get("Traceparent")), language: languageOf(matcher, r)}
			w.Header().Set(TraceHeader, c.traceID)
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
		})
	}
}

// TraceID returns the trace id of the request, empty outside one.
func TraceID(ctx context.Context) string {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c.traceID
}

// Language returns that of the viewer, else that of the request, else French.
func Language(ctx context.Context) domain.Language {
	if v := auth.FromContext(ctx); v != nil && v.Language != "" {
		return v.Language
	}
	if c, ok := ctx.Value(callerKey{}).(caller); ok {
		return c.language
	}
	return domain.French
}

// maxLanguages bounds the part of Accept-Language that is read, in bytes; a
// browser sends less than 100.
const maxLanguages = 256

func languageOf(matcher language.Matcher, r *http.Request) domain.Language {
	header := r.Header.Get("Accept-Language")
	if header == "" || len(header) > maxLanguages {
		return domain.French
	}
	if _, index := language.MatchStrings(matcher, header); index == 1 {
		return domain.English
	}
	return domain.French
}

// traceIDOf reads version 00 of traceparent, and the part of later versions that
// is promised to stay: "00-" 32 digits "-" 16 digits "-" 2 digits. Anything else
// begins a new trace.
func traceIDOf(header string) string {
	if len(header) >= 55 && len(header) <= 512 {
		version, id, parent, flags := header[:2], header[3:35], header[36:52], header[53:55]
		wellFormed := header[2] == '-' && header[35] == '-' && header[52] == '-' &&
			lowerHex(version) && lowerHex(id) && lowerHex(parent) && lowerHex(flags) &&
			version != "ff" && strings.Trim(id, "0") != "" && strings.Trim(parent, "0") != "" &&
			(len(header) == 55 || version != "00" && header[55] == '-')
		if wellFormed {
			return id
		}
	}
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails: the process ends first
	return hex.EncodeToString(id[:])
}

func lowerHex(s string) bool {
	return strings.Trim(s, "0123456789abcdef") == ""
}
