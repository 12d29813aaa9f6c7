package piecefile

import (
	"bytes"
	"compress/flate"
	"encoding/ascii85"
	"io"
	"regexp"
	"strconv"

	"github.com/guichet-logement/guichet/domain"
)

// inspectPDF takes a document apart as it stands, whatever its own tables say of where
// things are: readers find them in several ways.
func inspectPDF(file []byte) (int, domain.RefusalCode) {
	end := bytes.LastIndex(file, []byte("%%EOF"))
	switch {
	case end < 0:
		return 0, domain.FileDamaged
	case len(bytes.Trim(file[end+len("%%EOF"):], "\x00\t\r\n\f ")) > 0:
		return 0, domain.FileAmbiguous
	}
	text := escaped.ReplaceAllFunc(outsideStreams(file), unescape)
	switch {
	case encrypted.Match(file) || packed.Match(text):
		return 0, domain.FileLocked
	case page(text):
		return 0, domain.FileAmbiguous
	}
	d := document{pages: map[string]bool{}, left: maxInflated}
	d.objects(text)
	for rest := file; ; {
		before, data, found := bytes.Cut(rest, streamKeyword)
		if !found {
			return d.count(), ""
		}
		if !bytes.HasSuffix(before, []byte("end")) {
			if content := d.open(data); d.left < 0 {
				return 0, domain.FileExpands
			} else if first := firstPlace(before); first > 0 {
				d.packedObjects(content, first)
			}
		}
		rest = data
	}
}

var (
	streamKeyword = []byte("stream")

	encrypted = regexp.MustCompile(`/Encrypt[\s\x00]*(\d|<<)`)
	// packed are the filters that are not opened here, and that no scanner needs.
	packed = regexp.MustCompile(`/(LZWDecode|LZW|ASCIIHexDecode|AHx|Crypt)\b`)
	// escaped is a letter of a name as it may be written.
	escaped = regexp.MustCompile(`#[0-9A-Fa-f]{2}`)
	object  = regexp.MustCompile(`(\d{1,10})[\s\x00]+\d{1,5}[\s\x00]+obj\b`)
	first   = regexp.MustCompile(`/First[\s\x00]+(\d{1,9})`)
	onePage = regexp.MustCompile(`/Type[\s\x00]*/Page([^A-Za-z]|$)`)
)

// maxDictionary is how far before its bytes the dictionary of a stream is looked for.
const maxDictionary = 2 << 10

// unescape reads #41 as A.
func unescape(b []byte) []byte {
	n, _ := strconv.ParseUint(string(b[1:]), 16, 8) // two digits, by the pattern
	return []byte{byte(n)}
}

// outsideStreams is the text of a document without what its streams hold.
func outsideStreams(file []byte) (text []byte) {
	for found := true; found; {
		var before, data []byte
		before, data, found = bytes.Cut(file, streamKeyword)
		text = append(text, before...)
		_, file, _ = bytes.Cut(data, []byte("endstream"))
	}
	return text
}

// document is what was found so far: which objects are pages, by their numbers, the last
// one of a number being in force, and how much may still be opened.
type document struct {
	pages map[string]bool
	left  int64
}

func (d *document) count() int {
	pages := 0
	for _, is := range d.pages {
		if is {
			pages++
		}
	}
	return pages
}

// objects looks at those that stand in the text.
func (d *document) objects(text []byte) {
	found := object.FindAllSubmatchIndex(text, -1)
	for i, f := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		d.pages[string(text[f[2]:f[3]])] = onePage.Match(text[f[1]:end])
	}
}

// firstPlace is where the first object within a stream begins that is such a one, by the
// dictionary before it; 0 otherwise.
func firstPlace(before []byte) int {
	dictionary := before[max(0, len(before)-maxDictionary):]
	told := first.FindAllSubmatch(dictionary, -1)
	if len(told) == 0 || !bytes.Contains(dictionary, []byte("/ObjStm")) {
		return 0
	}
	n, _ := strconv.Atoi(string(told[len(told)-1][1])) // nine digits, by the pattern
	return n
}

// packedObjects looks at those within a stream: numbers and places stand before them.
func (d *document) packedObjects(content []byte, start int) {
	if start > len(content) {
		return
	}
	numbers := bytes.Fields(content[:start])
	place := func(i int) int {
		if i < len(numbers) {
			if n, err := strconv.Atoi(string(numbers[i])); err == nil && n >= 0 && n < len(content)-start {
				return start + n
			}
		}
		return len(content)
	}
	for i := 0; i+1 < len(numbers); i += 2 {
		if from, to := place(i+1), place(i+3); from < to {
			d.pages[string(numbers[i])] = onePage.Match(content[from:to])
		}
	}
}

// The bounds of an opened stream: how much of it is looked at, which is what object
// streams need, and how often one may be packed in another.
const (
	kept      = 4 << 20
	maxLayers = 4
)

// open opens a stream as far as it is deflated, whatever its dictionary says, and gives
// back how it begins. What is wrong with it is its reader's to mind.
func (d *document) open(data []byte) []byte {
	data = bytes.TrimPrefix(bytes.TrimPrefix(data, []byte("\r")), []byte("\n"))
	if inBase85(data) {
		data = decode85(data)
	}
	if len(data) < zlibHeader {
		return nil
	}
	var content []byte
	for layer := 0; layer < maxLayers && (layer == 0 || deflated(content)); layer++ {
		var r io.Reader = bytes.NewReader(data)
		for range layer + 1 {
			_, _ = io.CopyN(io.Discard, r, zlibHeader)
			r = flate.NewReader(r)
		}
		var opened bytes.Buffer
		n, _ := io.Copy(&opened, io.LimitReader(r, min(kept, d.left+1)))
		more, _ := io.Copy(io.Discard, io.LimitReader(r, d.left+1-n))
		if d.left -= n + more; d.left < 0 {
			return nil
		}
		content = opened.Bytes()
	}
	return content
}

const zlibHeader = 2

func deflated(b []byte) bool {
	return len(b) > zlibHeader && b[0]&0x0f == 8 && (int(b[0])<<8|int(b[1]))%31 == 0
}

// inBase85 tells text that hides something deflated.
func inBase85(data []byte) bool {
	var begins [4]byte
	n, _, err := ascii85.Decode(begins[:], bytes.TrimSpace(data[:min(len(data), 8)]), true)
	return err == nil && n == len(begins) && deflated(begins[:])
}

func decode85(data []byte) []byte {
	text, _, _ := bytes.Cut(data, []byte("~"))
	decoded := make([]byte, 4*len(text))
	n, _, _ := ascii85.Decode(decoded, text, true)
	return decoded[:n]
}
