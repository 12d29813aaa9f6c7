package server

import (
	"mime"
	"strconv"
	"strings"
)

// The media types of answers, in the order preferred among equals.
const (
	mediaGraphQL = "application/graphql-response+json"
	mediaJSON    = "application/json"
)

// maxAccepted bounds the elements read of an Accept header; browsers send ten.
const maxAccepted = 50

// weighted is one element of an Accept or Accept-Encoding header.
type weighted struct {
	value string // in lower case, without parameters
	q     float64
	utf8  bool // no charset parameter, or that of UTF-8
}

// parseWeighted reads a header of weighted elements (RFC 9110, 12.4.2). Elements
// it cannot read count as absent.
func parseWeighted(header string) []weighted {
	var list []weighted
	for element := range strings.SplitSeq(header, ",") {
		if len(list) == maxAccepted {
			break
		}
		value, params, err := mime.ParseMediaType(element)
		if err != nil || value == "" {
			continue
		}
		w := weighted{value: value, q: 1, utf8: isUTF8(params["charset"])}
		if q, ok := params["q"]; ok {
			if w.q, err = strconv.ParseFloat(q, 64); err != nil || !(w.q >= 0 && w.q <= 1) {
				continue
			}
		}
		list = append(list, w)
	}
	return list
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8")
}

// negotiateMedia chooses the media type of an answer. Without a wish it is
// application/json, which every client understands; false when none that we
// write is wanted.
func negotiateMedia(accept []string) (string, bool) {
	header := strings.Join(accept, ",")
	if strings.TrimSpace(header) == "" {
		return mediaJSON, true
	}
	// Exact names count more than ranges, whatever their order.
	graphql, json, ranged := -1.0, -1.0, -1.0
	for _, w := range parseWeighted(header) {
		if !w.utf8 {
			continue
		}
		switch w.value {
		case mediaGraphQL:
			graphql = max(graphql, w.q)
		case mediaJSON:
			json = max(json, w.q)
		case "*/*", "application/*":
			ranged = max(ranged, w.q)
		}
	}
	if json < 0 {
		json = ranged
	}
	switch {
	case graphql > 0 && graphql >= json:
		return mediaGraphQL, true
	case json > 0:
		return mediaJSON, true
	}
	return mediaJSON, false
}

// negotiateEncoding chooses br or gzip, or nothing. Zstandard is left out: it
// breaks clients on Node 20, which offer it and cannot read it.
func negotiateEncoding(header string) string {
	br, gzip, others := -1.0, -1.0, 0.0
	for _, w := range parseWeighted(header) {
		switch w.value {
		case "br":
			br = w.q
		case "gzip", "x-gzip":
			gzip = w.q
		case "*":
			others = w.q
		}
	}
	if br < 0 {
		br = others
	}
	if gzip < 0 {
		gzip = others
	}
	switch {
	case br > 0 && br >= gzip:
		return "br"
	case gzip > 0:
		return "gzip"
	}
	return ""
}
