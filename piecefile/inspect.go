package piecefile

import (
	"bytes"

	"github.com/guichet-logement/guichet/domain"
)

// The bounds of what a file may hold. A page of A3 at 600 dots an inch has 70 million
// points; ten megabytes of scanned pages open to a hundred.
const (
	maxPoints   = 120_000_000
	maxInflated = 256 << 20
	maxPages    = 1000
)

// Inspect finds the kind of the file and counts its pages, or refuses it.
func Inspect(file []byte) (domain.FileContent, *domain.Refusal) {
	media, inspect := sniff(file)
	if inspect == nil {
		if bytes.Contains(file[:min(len(file), sniffed)], []byte("%PDF-")) {
			return domain.FileContent{}, domain.FileRefused(domain.FileAmbiguous)
		}
		return domain.FileContent{}, domain.FileRefused(domain.FileType)
	}
	pages, problem := inspect(file)
	switch {
	case problem != "":
	case pages < 1 || pages > maxPages:
		problem = domain.FileDamaged
	case alsoSomethingElse(media, file):
		problem = domain.FileAmbiguous
	}
	if problem != "" {
		return domain.FileContent{}, domain.FileRefused(problem)
	}
	return domain.FileContent{Type: media, Pages: pages}, nil
}

// inspector counts the pages of a file of one kind, or says what is wrong with it.
type inspector func(file []byte) (pages int, problem domain.RefusalCode)

// sniff tells the kind of a file by how it begins, and nothing by its name.
func sniff(file []byte) (domain.MediaType, inspector) {
	begins := func(with string) bool { return bytes.HasPrefix(file, []byte(with)) }
	switch {
	case begins("%PDF-"):
		return domain.MediaPDF, inspectPDF
	case begins("\xff\xd8\xff"):
		return domain.MediaJPEG, inspectJPEG
	case begins("\x89PNG\r\n\x1a\n"):
		return domain.MediaPNG, inspectPNG
	case begins("II*\x00"), begins("MM\x00*"):
		return domain.MediaTIFF, inspectTIFF
	case len(file) > 12 && string(file[4:8]) == "ftyp" && heicBrand(file[8:12]):
		return domain.MediaHEIC, inspectHEIC
	}
	return "", nil
}

// sniffed is how far programs look for how a file begins.
const sniffed = 1445

// alsoSomethingElse tells a file that another program would take for one of another kind:
// a page for a browser, an archive, a PDF. What a PDF begins with is looked at with the
// rest of its text.
func alsoSomethingElse(media domain.MediaType, file []byte) bool {
	head := file[:min(len(file), sniffed)]
	return archive(file) || media != domain.MediaPDF && (page(head) || bytes.Contains(head, []byte("%PDF-")))
}

// tags are what makes a browser take a file for a page.
var tags = [][]byte{
	[]byte("<!doctype html"), []byte("<html"), []byte("<head"), []byte("<body"), []byte("<script"), []byte("<iframe"), []byte("<svg"),
}

// page finds HTML.
func page(text []byte) bool {
	text = bytes.ToLower(text)
	for _, tag := range tags {
		if bytes.Contains(text, tag) {
			return true
		}
	}
	return false
}

// archive tells whether the file ends as a ZIP archive does: with its directory's end,
// whose comment reaches exactly to the end of the file.
func archive(file []byte) bool {
	const end, comment = 22, 1 << 16
	tail := file[max(0, len(file)-end-comment):]
	for {
		at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
		if at < 0 {
			return false
		}
		if rest := len(tail) - at; rest >= end && int(tail[at+20])|int(tail[at+21])<<8 <= rest-end {
			return true
		}
		tail = tail[:at]
	}
}

// tooManyPoints bounds the size of a picture once it is opened.
func tooManyPoints(width, height int64) bool {
	return width <= 0 || height <= 0 || width > maxPoints || height > maxPoints || width*height > maxPoints
}
